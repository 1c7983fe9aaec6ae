import type * as Effect from "effect/Effect"
import type * as Either from "effect/Either"
import type * as Stream from "effect/Stream"
import type { Issue } from "../../KaleidoscopeError.js"
import type { Delimiter } from "./delimited.js"
import type { Encoding } from "./encoding.js"
import type { TableFileError } from "./errors.js"

/** One row of a table file. @since 0.1.0 @category models */
export interface Row {
  /** The number of the row: 1 is the first row after the header. */
  readonly row: number
  /** The line of the file where the row begins, from 1; for XLSX the row of the sheet. */
  readonly line: number
  /**
   * The values by the name of their column. Text files have text. An empty cell has no value here, and empty text (`""`)
   * occurs only with the option `emptyText`.
   */
  readonly values: { readonly [column: string]: unknown }
  /** What is wrong with the row, such as a cell too many. `path` is the column, or empty for the whole row. */
  readonly issues: ReadonlyArray<Issue>
}

/**
 * A table as it is read: the names of its columns, and its rows. The rows arrive while the file is read, so memory does not
 * grow with the file.
 *
 * @since 0.1.0
 * @category models
 */
export interface Table<out E = never, out R = never> {
  /** The names of the columns, in the order of the file. Each name occurs once, and none is empty. */
  readonly columns: ReadonlyArray<string>
  /**
   * The rows. The first run continues where the header ended. Each later run reads the file again from the start: so a dry
   * run can come before the work. A source that gives its bytes only once must be run once.
   */
  readonly rows: Stream.Stream<Row, E, R>
}

/** A table of a text file, and what was found out about the file. @since 0.1.0 @category models */
export interface TextTable<out E = never, out R = never> extends Table<E, R> {
  readonly format: Format
  /** The character between two cells. `null` for SDF. */
  readonly delimiter: Delimiter | null
  /**
   * The encoding, as far as it is known when the effect runs. It is final after the last row. A file without a byte order mark
   * counts as UTF-8, until a byte that cannot be UTF-8 shows that it is Windows-1252.
   */
  readonly encoding: Effect.Effect<Encoding>
}

/**
 * The format of a text file: delimited by a character that is found out (`csv`) or by tabs (`tsv`), or structures with data
 * items (`sdf`).
 *
 * @since 0.1.0
 * @category models
 */
export type Format = "csv" | "tsv" | "sdf"

/** How a table file is read. @since 0.1.0 @category models */
export interface ReadOptions {
  /** @default found out: `sdf` if the text begins with a molfile, or else `csv` */
  readonly format?: Format | undefined
  /**
   * The character between two cells.
   *
   * @default a tab for `tsv`; for `csv` the one of comma, semicolon, tab and `|` that divides the first rows best, or that a first line such as `sep=;` tells
   */
  readonly delimiter?: Delimiter | undefined
  /**
   * The encoding of a file without a byte order mark. If it is given, bytes that are not text in it are an error.
   *
   * @default UTF-8, or UTF-16 if every other byte at the start is zero. If a byte cannot be UTF-8, and only ASCII came before it: Windows-1252. `TextTable.encoding` tells which.
   */
  readonly encoding?: Encoding | undefined
  /**
   * Whether numbers have a decimal comma: `2,5` becomes `2.5`, and `1.234,5` becomes `1234.5`. Cells that are not a number
   * stay as they are.
   *
   * @default false
   */
  readonly decimalComma?: boolean | undefined
  /**
   * Whether empty text is told from a missing value: in CSV and TSV `""` is empty text, in SDF a data item without a value.
   *
   * @default false
   */
  readonly emptyText?: boolean | undefined
  /** Whether quotes around a cell belong to CSV and TSV. If not, they are text like any other. @default true */
  readonly quotes?: boolean | undefined
  /** The column for the structures of SDF, as molfiles. @default "Structure" */
  readonly structure?: string | undefined
  /** A column for the first line of each structure of SDF, its title. @default no such column */
  readonly title?: string | undefined
  /**
   * What tells the columns of SDF, which has no header. `beginning`: the first 1,000 records, or 8 MiB of them. A later
   * data item of another name is a value of its row all the same, with an issue. `file`: all records; the file is read twice.
   *
   * @default "beginning"
   */
  readonly columnsFrom?: "beginning" | "file" | undefined
}

/** How a table file is written. @since 0.1.0 @category models */
export interface WriteOptions {
  /** @default "csv" */
  readonly format?: Format | undefined
  /** The columns of the file. A row with a value for another column cannot be written. @default the keys of the first row */
  readonly columns?: ReadonlyArray<string> | undefined
  /** The character between two cells. @default a tab for `tsv`, a comma for `csv` */
  readonly delimiter?: Delimiter | undefined
  /** @default "utf-8" */
  readonly encoding?: Encoding | undefined
  /**
   * Whether the file begins with a byte order mark. Excel takes a CSV file for UTF-8 only with one.
   *
   * @default true for UTF-16, false for the other encodings
   */
  readonly byteOrderMark?: boolean | undefined
  /** @default a carriage return and a line feed; for SDF a line feed */
  readonly lineEnd?: "\n" | "\r\n" | "\r" | undefined
  /**
   * Whether empty text is told from a missing value: in CSV and TSV it is written as `""`, in SDF as a data item without a
   * value. Otherwise it is written as a missing value.
   *
   * @default false
   */
  readonly emptyText?: boolean | undefined
  /** Whether numbers are written with a decimal comma. Text stays as it is. @default false */
  readonly decimalComma?: boolean | undefined
  /**
   * Whether text that a spreadsheet would run as a formula (it begins with `=`, `+`, `-`, `@`, a tab or a carriage return,
   * and is not a number) gets an apostrophe in front. Use it for files that others open in Excel. Reading the file does not
   * remove the apostrophe.
   *
   * @default false
   */
  readonly guardFormulas?: boolean | undefined
  /** The column with the structures of SDF, as molfiles. @default "Structure" */
  readonly structure?: string | undefined
  /** A column that becomes the first line of each structure of SDF, its title. @default no such column */
  readonly title?: string | undefined
}

/** A row to write. @since 0.1.0 @category models */
export interface Values {
  readonly [column: string]: unknown
}

/** A row of cells, as another format has it: see `fromCells`. @since 0.1.0 @category models */
export interface CellRow {
  /** The line of the file, or the row of the sheet, from 1. */
  readonly line: number
  /** The cells, by the position of their column. `undefined`, `null` and empty text are empty cells. */
  readonly cells: ReadonlyArray<unknown>
  /** What is wrong with cells. `index` is the position of the column: 0 is the first one. @default [] */
  readonly problems?: ReadonlyArray<{ readonly index: number; readonly message: string }> | undefined
}

/** Writes the rows of a format as text. */
export interface RowWriter {
  readonly header: string
  /** The text of one row, or what cannot be written, and its column. */
  readonly row: (
    cells: ReadonlyArray<string | undefined>
  ) => Either.Either<string, { readonly column: string; readonly problem: string }>
}

/** Takes the text of a file in parts, and makes rows of it. */
export interface Parser {
  readonly delimiter: Delimiter | null
  /** The names of the columns, when enough was read to know them. */
  readonly columns: () => ReadonlyArray<string> | undefined
  readonly take: (text: string, isLast: boolean) => void
  /** The rows since the last call. */
  readonly release: () => Array<Row>
  /** What ends the table. */
  readonly wrong: () => TableFileError | undefined
  /** The place of the next row, for errors. */
  readonly place: () => { readonly row: number | null; readonly line: number }
}

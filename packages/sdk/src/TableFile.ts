/**
 * Table files: CSV, TSV and other delimited text is read as a stream of rows with their numbers, whatever its size. What is wrong
 * with one row is an issue of that row; what ends the table is a typed error. It runs wherever Effect runs.
 *
 * @since 0.1.0
 */
import type * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type * as Stream from "effect/Stream"
import type * as Delimited from "./internal/tables/delimited.js"
import type * as Encodings from "./internal/tables/encoding.js"
import type { TableFileError } from "./internal/tables/errors.js"
import * as Reading from "./internal/tables/read.js"
import type { Format, TextTable } from "./internal/tables/table.js"

export {
  InvalidHeader,
  TableFileError,
  TableTooLarge,
  UnreadableTable,
  UnwritableValue
} from "./internal/tables/errors.js"
export type { Format, Row, Table, TextTable } from "./internal/tables/table.js"

/** The character between two cells. @since 0.1.0 @category models */
export type Delimiter = Delimited.Delimiter

/** The character set of a text file. Latin-1 is `iso-8859-1`. @since 0.1.0 @category models */
export type Encoding = Encodings.Encoding

/** How a table file is read. @since 0.1.0 @category models */
export interface ReadOptions {
  /** @default "csv" */
  readonly format?: Format | undefined
  /**
   * The character between two cells.
   *
   * @default a tab for `tsv`; for `csv` the one of comma, semicolon, tab and `|` that divides the first rows best, or that a first line such as `sep=;` tells
   */
  readonly delimiter?: Delimiter | undefined
  /**
   * The encoding of a file without a byte order mark. If it is given, other bytes are an error.
   *
   * @default UTF-8, or UTF-16 if every other byte at the start is zero. If a byte cannot be UTF-8, and only ASCII came before it: Windows-1252. `TextTable.encoding` tells which.
   */
  readonly encoding?: Encoding | undefined
  /**
   * Whether numbers have a decimal comma: `2,5` becomes `2.5`, and `1.234,5` becomes `1234.5`. Cells that are not a number stay
   * as they are.
   *
   * @default false
   */
  readonly decimalComma?: boolean | undefined
  /** Whether `""` is empty text, and not a missing value. @default false */
  readonly emptyText?: boolean | undefined
  /** Whether quotes around a cell belong to the format. If not, they are text like any other. @default true */
  readonly quotes?: boolean | undefined
}

/**
 * Reads a table from bytes: its header now, its rows as they are asked for. Only the current part of the file is in memory, and the
 * longest row (16 MiB at most).
 *
 * Fails with `InvalidHeader` if names of columns are empty or occur twice, and with `UnreadableTable` if the file is empty or not a
 * text. The rows fail with `UnreadableTable`, after the rows before that place, if a quote is never closed or bytes are not text, and
 * with `TableTooLarge` if a row is too long. A row with too few or too many cells, or with text after a closing quote, is given with
 * an issue.
 *
 * Blank lines are skipped, unless the table has one column: then such a line is a row without a value.
 *
 * @example
 * ```ts
 * import { TableFile } from "@effect-kaleidoscope/sdk"
 * import * as Console from "effect/Console"
 * import * as Effect from "effect/Effect"
 * import * as Stream from "effect/Stream"
 *
 * const program = Effect.gen(function* () {
 *   const table = yield* TableFile.read(Stream.make("Compound ID;IC50\nC-1;2,5\n").pipe(Stream.encodeText), {
 *     decimalComma: true
 *   })
 *   yield* Console.log(table.columns, table.delimiter)
 *   yield* Stream.runForEach(table.rows, ({ issues, row, values }) => Console.log(row, values, issues))
 * }).pipe(Effect.scoped)
 * ```
 *
 * @since 0.1.0
 * @category reading
 */
export const read = <E, R>(
  bytes: Stream.Stream<Uint8Array, E, R>,
  options: ReadOptions = {}
): Effect.Effect<TextTable<E | TableFileError, R>, E | TableFileError, R | Scope.Scope> => Reading.read(bytes, options)

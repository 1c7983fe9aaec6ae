import type * as Effect from "effect/Effect"
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

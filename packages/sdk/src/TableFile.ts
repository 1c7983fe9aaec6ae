/**
 * Table files: CSV, TSV, other delimited text, and SDF. A table is read as a stream of rows with their numbers, and written
 * from a stream of rows, so its size does not matter. What is wrong with one row is an issue of that row, so no row is lost;
 * what ends the table is a typed error. It runs wherever Effect runs. For XLSX see `XlsxFile` of
 * `@effect-kaleidoscope/node`.
 *
 * @since 0.1.0
 */
import type { PlatformError } from "@effect/platform/Error"
import type * as FileSystem from "@effect/platform/FileSystem"
import type * as Path from "@effect/platform/Path"
import type * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type * as Stream from "effect/Stream"
import * as Download from "./internal/files/download.js"
import * as Cells from "./internal/tables/cells.js"
import type * as Delimited from "./internal/tables/delimited.js"
import type * as Encodings from "./internal/tables/encoding.js"
import { type TableFileError, UnsupportedFormat } from "./internal/tables/errors.js"
import * as Reading from "./internal/tables/read.js"
import type * as Scalars from "./internal/tables/scalar.js"
import type { CellRow, Format, ReadOptions, Table, TextTable, Values, WriteOptions } from "./internal/tables/table.js"
import * as Writing from "./internal/tables/write.js"

export {
  InvalidHeader,
  TableFileError,
  TableTooLarge,
  UnreadableTable,
  UnsupportedFormat,
  UnwritableValue
} from "./internal/tables/errors.js"
export type {
  CellRow,
  Format,
  ReadOptions,
  Row,
  Table,
  TextTable,
  Values,
  WriteOptions
} from "./internal/tables/table.js"

/** What a cell of a file can hold; `undefined` is an empty cell. @since 0.1.0 @category models */
export type Cell = Scalars.Scalar

/** The character between two cells. @since 0.1.0 @category models */
export type Delimiter = Delimited.Delimiter

/** The character set of a text file. Latin-1 is `iso-8859-1`. @since 0.1.0 @category models */
export type Encoding = Encodings.Encoding

/**
 * The format of a file by the ending of its name: `.csv`, `.tsv` and `.tab`, `.sdf`, `.sd` and `.mol`, `.xlsx` and `.xlsm`.
 * `undefined` for other names, such as `.txt`: then the content of the file tells its format.
 *
 * @since 0.1.0
 * @category reading
 */
export const formatOf: (name: string) => Format | "xlsx" | undefined = Reading.formatOf

/**
 * Reads a table from bytes: its columns now, its rows as they are asked for. In memory are only the current part of the file
 * and the longest row, at most 16 MiB of text; for SDF, while its columns are found, at most 8 MiB more.
 *
 * Fails with `InvalidHeader` if names of columns are empty or occur twice, with `UnreadableTable` if the file is empty
 * or is not such a table, and with `UnsupportedFormat` if it is something else: an archive such as XLSX, a PDF, an image, HTML, JSON,
 * or any file whose first line is not text. The rows fail, after the rows before that place, with `UnreadableTable` if a quote is never closed
 * or bytes are not text, and with `TableTooLarge` if a row is too long.
 *
 * A row with issues is one with too few or too many cells, with text after a closing quote or a NUL character, or a record of
 * SDF that is not complete. Blank lines are skipped, unless the table has one column: then such a line is a row without a value.
 * Empty cells after the last name of the header, and after the last cell of a row, are left out.
 *
 * The columns of SDF are the structure, as a molfile, and the data items of all records that were read to find them: see
 * `columnsFrom`. Lines of one item are joined by line feeds.
 *
 * @example
 * ```ts
 * import { TableFile } from "@effect-kaleidoscope/sdk"
 * import * as Console from "effect/Console"
 * import * as Effect from "effect/Effect"
 * import * as Stream from "effect/Stream"
 *
 * const program = Effect.gen(function* () {
 *   const bytes = Stream.make("Compound ID;IC50\nC-1;2,5\n").pipe(Stream.encodeText)
 *   const table = yield* TableFile.read(bytes, { decimalComma: true })
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

/**
 * Reads a table from a file on disk, as {@link read}. The ending of its name tells the format, and for other names its
 * content. Fails with `UnsupportedFormat` if it is a folder, and with `PlatformError`, too, if it cannot be read.
 *
 * @since 0.1.0
 * @category reading
 */
export const readFile = (
  path: string,
  options: ReadOptions = {}
): Effect.Effect<
  TextTable<TableFileError | PlatformError>,
  TableFileError | PlatformError,
  FileSystem.FileSystem | Scope.Scope
> => Reading.readFile(path, options)

/**
 * Writes rows as a table file. A cell holds text, a finite number, a boolean, a `Date` or `DateTime` (as ISO 8601), a
 * `BigDecimal`, or a value whose JSON is text, a number or a boolean, such as a `CalendarDate`. `null` and `undefined` are
 * missing values.
 *
 * Fails with `UnwritableValue`, after the rows before that one, if a value has another type or a character that the encoding
 * does not have, or if a row has a value for a column that the file does not have; with `InvalidHeader` if names of columns are
 * empty or occur twice. Without rows, give `columns`: otherwise the file is empty.
 *
 * @example
 * ```ts
 * import { TableFile } from "@effect-kaleidoscope/sdk"
 * import * as Stream from "effect/Stream"
 *
 * const bytes = Stream.make({ "Compound ID": "C-1", IC50: 2.5 }, { "Compound ID": "C-2", IC50: null }).pipe(
 *   (rows) => TableFile.write(rows, { delimiter: ";", decimalComma: true, byteOrderMark: true })
 * )
 * ```
 *
 * @since 0.1.0
 * @category writing
 */
export const write = <E, R>(
  rows: Stream.Stream<Values, E, R>,
  options: WriteOptions = {}
): Stream.Stream<Uint8Array, E | TableFileError, R> => Writing.write(rows, options)

/**
 * Writes rows to a file on disk, as {@link write}. The ending of its name tells the format. The bytes go through a temporary
 * file beside it, so that a failure or an interruption leaves an old file as it was. Fails with `PlatformError`, too, if the
 * file cannot be written, and with `UnsupportedFormat` if its name ends with `.xlsx`.
 *
 * @since 0.1.0
 * @category writing
 */
export const writeFile = <E, R>(
  rows: Stream.Stream<Values, E, R>,
  path: string,
  options: WriteOptions = {}
): Effect.Effect<void, E | TableFileError | PlatformError, R | FileSystem.FileSystem | Path.Path> => {
  const format = options.format ?? Reading.formatOf(path)
  if (format === "xlsx") {
    const message = "XLSX is written by `XlsxFile` of `@effect-kaleidoscope/node`. For text give the option `format`."
    return new UnsupportedFormat({ message, row: null, line: null })
  }
  return Download.toFile(Writing.write(rows, { ...options, format }), path)
}

/**
 * A table of rows of cells, for a format that this module does not read. The first row that is not empty names the columns. Rows
 * without a value are left out; a value beyond the last column is an issue of its row. Fails with `InvalidHeader` if names of
 * columns are empty or occur twice, and with `UnreadableTable` if there is no row.
 *
 * @since 0.1.0
 * @category other formats
 */
export const fromCells: <E, R>(
  rows: Stream.Stream<CellRow, E, R>
) => Effect.Effect<Table<E | TableFileError, R>, E | TableFileError, R | Scope.Scope> = Cells.fromCells

/**
 * The rows to write as cells in the order of the columns, the header first, for a format that this module does not write. Fails as
 * {@link write} for values that a cell cannot hold.
 *
 * @since 0.1.0
 * @category other formats
 */
export const toCells = <E, R>(
  rows: Stream.Stream<Values, E, R>,
  options: {
    /** @default the keys of the first row */
    readonly columns?: ReadonlyArray<string> | undefined
  } = {}
): Stream.Stream<ReadonlyArray<Cell>, E | TableFileError, R> => Cells.toCells(rows, options.columns)

/**
 * Writes the bytes of a table file to disk, in the way of {@link writeFile}: through a temporary file beside it. Fails with
 * `PlatformError` if the file cannot be written.
 *
 * @since 0.1.0
 * @category other formats
 */
export const toFile: <E, R>(
  bytes: Stream.Stream<Uint8Array, E, R>,
  path: string
) => Effect.Effect<void, E | PlatformError, R | FileSystem.FileSystem | Path.Path> = Download.toFile

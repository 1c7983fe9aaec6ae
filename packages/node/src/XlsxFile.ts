/**
 * Table files of Excel, XLSX, as tables of `TableFile`. The format cannot be read as a stream from its start: the packed file is
 * in memory, and so are the rows of the sheet that were read before somebody asked for them. The limits of {@link ReadOptions}
 * bound both. Writing is a stream, with the rows of one moment in memory.
 *
 * @since 0.1.0
 */
import type { PlatformError } from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import type * as Path from "@effect/platform/Path"
import * as TableFile from "@effect-kaleidoscope/sdk/TableFile"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as Archive from "./internal/spreadsheets/archive.js"
import * as Cell from "./internal/spreadsheets/cell.js"
import * as Workbook from "./internal/spreadsheets/workbook.js"

/** How an XLSX file is read. @since 0.1.0 @category models */
export interface ReadOptions {
  /** The name of the sheet. @default the first sheet that is not hidden */
  readonly sheet?: string | undefined
  /** The row of the sheet with the names of the columns, from 1. @default the first row that is not empty */
  readonly headerRow?: number | undefined
  /** The most bytes that the file may have, unpacked. @default 268_435_456, which is 256 MiB */
  readonly maximumBytes?: number | undefined
  /** The most rows that the sheet may have, with the header. @default 1_048_576, as Excel */
  readonly maximumRows?: number | undefined
  /** The most columns that the sheet may have. @default 1000 */
  readonly maximumColumns?: number | undefined
}

/** How an XLSX file is written. @since 0.1.0 @category models */
export interface WriteOptions {
  /** The name of the sheet: at most 31 characters, without `:`, `\\`, `/`, `?`, `*`, `[` and `]`. @default "Sheet1" */
  readonly sheet?: string | undefined
  /** The columns of the sheet. A row with a value for another column cannot be written. @default the keys of the first row */
  readonly columns?: ReadonlyArray<string> | undefined
}

/** A table of a workbook. @since 0.1.0 @category models */
export interface SheetTable<out E = never, out R = never> extends TableFile.Table<E, R> {
  /** The name of the sheet that is read. */
  readonly sheet: string
  /** The names of all sheets: the visible ones in their order, then the hidden ones. */
  readonly sheets: ReadonlyArray<string>
}

const defaults = { maximumBytes: 256 * 1024 * 1024, maximumRows: 1_048_576, maximumColumns: 1000 }

// The name of an entry that every file of Office has. Names are not packed.
const contentTypes = "[Content_Types].xml"

// In UTF-16 units, as Excel counts.
const longestText = 32_767

const loneSurrogate = /\p{Surrogate}/u

const unreadable = (message: string) =>
  new TableFile.UnreadableTable({ message, reason: "format", row: null, line: null })

const tooLarge = (limit: "bytes" | "rows" | "columns", maximum: number, line: number | null) =>
  new TableFile.TableTooLarge({
    message: `The file has more than ${maximum} ${limit}${limit === "bytes" ? ", unpacked" : " in its sheet"}. Raise the option \`maximum${limit[0]?.toUpperCase()}${limit.slice(1)}\` if it is meant to be so large.`,
    limit,
    maximum,
    row: null,
    line
  })

/** All bytes of a file, which may not be more than it may have unpacked. */
const collect = <E, R>(
  bytes: Stream.Stream<Uint8Array, E, R>,
  maximum: number
): Effect.Effect<Uint8Array, E | TableFile.TableFileError, R> =>
  Effect.suspend(() => {
    const parts: Array<Uint8Array> = []
    let length = 0
    return Stream.runForEach(bytes, (part) => {
      parts.push(part)
      length += part.length
      return length > maximum ? Effect.fail(tooLarge("bytes", maximum, null)) : Effect.void
    }).pipe(Effect.map(() => Uint8Array.from(Buffer.concat(parts))))
  })

/**
 * Reads a table from the bytes of an XLSX file. Cells are text, numbers, booleans, and dates as text: `2026-03-01`,
 * `2026-03-01T10:30:00`, or `10:30:00` for a time alone, as the sheet shows them, so that no time zone moves them. A formula
 * has the value that Excel stored. A cell with an error, such as `#N/A`, has no value, and is an issue of its row. Rows without a
 * value are left out.
 *
 * Fails with `UnsupportedFormat` if it is another archive; with `UnreadableTable` if it is not an XLSX file, or has no such sheet, or the sheet is empty; with `InvalidHeader` if
 * names of columns are empty or occur twice; and with `TableTooLarge` beyond the limits: for `maximumBytes` before anything is
 * unpacked, for the others where the sheet goes beyond them.
 *
 * A number is its value, and not what its format shows: a key `0012` that is the number 12 in the format `0000` is read as 12.
 * Format such columns as text in the workbook. A duration of more than a day (format `[h]:mm`) is read as a date: Excel stores both in the same way.
 *
 * @example
 * ```ts
 * import { XlsxFile } from "@effect-kaleidoscope/node"
 * import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
 * import * as Console from "effect/Console"
 * import * as Effect from "effect/Effect"
 * import * as Stream from "effect/Stream"
 *
 * const program = Effect.gen(function* () {
 *   const table = yield* XlsxFile.readFile("results/plate 7.xlsx", { sheet: "IC50" })
 *   yield* Stream.runForEach(table.rows, ({ issues, row, values }) => Console.log(row, values, issues))
 * }).pipe(Effect.scoped, Effect.provide(NodeFileSystem.layer))
 * ```
 *
 * @since 0.1.0
 * @category reading
 */
export const read = <E, R>(
  bytes: Stream.Stream<Uint8Array, E, R>,
  options: ReadOptions = {}
): Effect.Effect<SheetTable<E | TableFile.TableFileError, R>, E | TableFile.TableFileError, R | Scope.Scope> =>
  Effect.gen(function* () {
    const {
      headerRow = 1,
      maximumBytes = defaults.maximumBytes,
      maximumColumns = defaults.maximumColumns,
      maximumRows = defaults.maximumRows
    } = options
    const file = yield* collect(bytes, maximumBytes)
    const unpacked = Archive.unpackedSize(file)
    if (unpacked === undefined) return yield* unreadable("The file is not XLSX: it is not a whole ZIP archive.")
    if (unpacked > maximumBytes) return yield* tooLarge("bytes", maximumBytes, null)
    if (!Buffer.from(file.buffer, file.byteOffset, file.byteLength).includes(contentTypes)) {
      const message = "The file is a ZIP archive, and not XLSX. Unpack it, or save the table as XLSX or CSV."
      return yield* new TableFile.UnsupportedFormat({ message, row: null, line: null })
    }
    const notXlsx = (reason: string) => unreadable(`The file cannot be read as XLSX: ${reason}`)
    const sheets = yield* Effect.mapError(Workbook.sheetNames(file), notXlsx)
    const sheet = options.sheet ?? sheets[0]
    if (sheet === undefined || !sheets.includes(sheet)) {
      const names = sheets.map((name) => JSON.stringify(name)).join(", ")
      return yield* unreadable(`The file has no sheet ${JSON.stringify(sheet)}. Its sheets are: ${names}`)
    }

    const toRow = ({ index, values }: Workbook.SheetRow): TableFile.CellRow => {
      const problems = values.flatMap((value, index) => {
        const error = Cell.errorOf(value)
        return error === undefined ? [] : [{ index, message: `The cell has the error ${error}.` }]
      })
      const cells = values.map((value) => (Cell.errorOf(value) === undefined ? Cell.fromCell(value) : undefined))
      return { line: index + 1, cells, problems }
    }

    const rows = Stream.suspend(() => {
      let read = 0
      let given = 0
      const isAccepted = ({ values }: Workbook.SheetRow) => values.length <= maximumColumns && ++read <= maximumRows
      return Workbook.sheetRows(file, sheet, isAccepted).pipe(
        Stream.mapError((reason): TableFile.TableFileError => notXlsx(reason)),
        Stream.mapEffect((row) => {
          const line = row.index + 1
          if (row.values.length > maximumColumns) return Effect.fail(tooLarge("columns", maximumColumns, line))
          return ++given > maximumRows ? Effect.fail(tooLarge("rows", maximumRows, line)) : Effect.succeed(toRow(row))
        }),
        Stream.filter(({ line }) => line >= headerRow)
      )
    })
    return { ...(yield* TableFile.fromCells(rows)), sheet, sheets }
  })

/**
 * Reads a table from an XLSX file on disk, as {@link read}. Fails with `UnsupportedFormat` if it is a folder, and with
 * `PlatformError`, too, if it cannot be read.
 *
 * @since 0.1.0
 * @category reading
 */
export const readFile = (
  path: string,
  options: ReadOptions = {}
): Effect.Effect<
  SheetTable<TableFile.TableFileError | PlatformError>,
  TableFile.TableFileError | PlatformError,
  FileSystem.FileSystem | Scope.Scope
> =>
  Effect.gen(function* () {
    const fileSystem = yield* FileSystem.FileSystem
    if ((yield* fileSystem.stat(path)).type === "Directory") {
      const message = `${path} is a folder, and not a file.`
      return yield* new TableFile.UnsupportedFormat({ message, row: null, line: null })
    }
    return yield* read(fileSystem.stream(path), options)
  })

const unwritable = (message: string, row: number | null, column: string) =>
  new TableFile.UnwritableValue({ message, row, line: null, column })

/** Why a text cannot stand in a cell. */
const problemOf = (cell: TableFile.Cell): string | undefined =>
  typeof cell !== "string"
    ? undefined
    : cell.length > longestText
      ? `has ${cell.length} characters. A cell of Excel holds ${longestText}.`
      : loneSurrogate.test(cell)
        ? "has half of a character, which is not text."
        : undefined

/**
 * Writes rows as the first sheet of an XLSX file. Text, numbers and booleans are cells of that type, and never formulas. A
 * `Date` is a date with its time in UTC; other values become text as in `TableFile.write`. `null`, `undefined` and empty text
 * are empty cells.
 *
 * Fails with `UnwritableValue` for a value that a cell cannot hold, for a value of a column that the sheet does not have, and if
 * the name of the sheet is not valid; with `InvalidHeader` if names of columns are empty or occur twice; and with
 * `TableTooLarge` beyond the 1,048,576 rows of a sheet.
 *
 * @since 0.1.0
 * @category writing
 */
export const write = <E, R>(
  rows: Stream.Stream<TableFile.Values, E, R>,
  options: WriteOptions = {}
): Stream.Stream<Uint8Array, E | TableFile.TableFileError, R> =>
  Stream.suspend(() => {
    const { sheet = "Sheet1" } = options
    let columns: ReadonlyArray<TableFile.Cell> | undefined
    let count = -1
    const cells = TableFile.toCells(rows, options).pipe(
      Stream.mapEffect((cells): Effect.Effect<ReadonlyArray<Workbook.CellValue>, TableFile.TableFileError> => {
        columns ??= cells
        count++
        if (count >= defaults.maximumRows) return Effect.fail(tooLarge("rows", defaults.maximumRows, count + 1))
        const index = cells.findIndex((cell) => problemOf(cell) !== undefined)
        if (index === -1) return Effect.succeed(cells.map(Cell.toCell))
        const column = String(columns[index])
        const place = count === 0 ? "The header" : `Row ${count}`
        const message = `${place} cannot be written: ${JSON.stringify(column)} ${problemOf(cells[index])}`
        return Effect.fail(unwritable(message, count === 0 ? null : count, column))
      })
    )
    return Workbook.writeSheet<E | TableFile.TableFileError, R>(cells, sheet, (reason) =>
      unwritable(`The sheet ${JSON.stringify(sheet)} cannot be written: ${reason}`, null, "")
    )
  })

/**
 * Writes rows to an XLSX file on disk, as {@link write}. The bytes go through a temporary file beside it, so that a failure or an
 * interruption leaves an old file as it was. Fails with `PlatformError`, too, if the file cannot be written.
 *
 * @since 0.1.0
 * @category writing
 */
export const writeFile = <E, R>(
  rows: Stream.Stream<TableFile.Values, E, R>,
  path: string,
  options: WriteOptions = {}
): Effect.Effect<void, E | TableFile.TableFileError | PlatformError, R | FileSystem.FileSystem | Path.Path> =>
  TableFile.toFile(write(rows, options), path)

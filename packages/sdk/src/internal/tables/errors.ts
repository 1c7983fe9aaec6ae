import * as Schema from "effect/Schema"

const fields = {
  /** What is wrong, where, and what to do. */
  message: Schema.String,
  /** The row: 1 is the first row after the header. `null` if the error is not about one row. */
  row: Schema.NullOr(Schema.Number),
  /** The line of the file, or the row of the sheet, from 1. `null` if the error is not about one line. */
  line: Schema.NullOr(Schema.Number)
}

const tagged =
  <Self>() =>
  <const Name extends string, Fields extends Schema.Struct.Fields>(name: Name, fields: Fields) =>
    Schema.TaggedError<Self>(`@effect-kaleidoscope/sdk/TableFile/${name}`)(`Kaleidoscope${name}`, fields)

/**
 * The header cannot name the columns: a name is empty, or several columns have the same name. No row was read.
 *
 * @since 0.1.0
 * @category errors
 */
export class InvalidHeader extends tagged<InvalidHeader>()("InvalidHeader", {
  ...fields,
  /** Each name that cannot be used, with the positions of its columns: 1 is the first column. */
  columns: Schema.Array(Schema.Struct({ name: Schema.String, positions: Schema.Array(Schema.Number) }))
}) {}

/**
 * The file cannot be read as a table, from a place on. The rows before that place were read.
 *
 * @since 0.1.0
 * @category errors
 */
export class UnreadableTable extends tagged<UnreadableTable>()("UnreadableTable", {
  ...fields,
  /**
   * - `empty`: the file has no header, or no record.
   * - `format`: the file is not of the format as which it is read.
   * - `quote`: a quote is opened and never closed.
   * - `encoding`: bytes are not text in the encoding of the file.
   * - `changed`: the file was read again, and has other columns than before.
   */
  reason: Schema.Literal("empty", "format", "quote", "encoding", "changed")
}) {}

/**
 * The file, or the file to write, has a format that this module does not read or write: an archive such as XLSX, an old
 * workbook, a PDF, HTML, bytes that are not text, a folder. The message says what to do.
 *
 * @since 0.1.0
 * @category errors
 */
export class UnsupportedFormat extends tagged<UnsupportedFormat>()("UnsupportedFormat", fields) {}

/** The file is larger than a limit. The rows before that place were read. @since 0.1.0 @category errors */
export class TableTooLarge extends tagged<TableTooLarge>()("TableTooLarge", {
  ...fields,
  /** Which limit: the length of one row, the number of columns or rows, or the size of the unpacked file. */
  limit: Schema.Literal("row", "columns", "rows", "bytes"),
  /** The most that is allowed. A row is measured in characters. */
  maximum: Schema.Number
}) {}

/** A value cannot be written to a table file. The rows before it were written. @since 0.1.0 @category errors */
export class UnwritableValue extends tagged<UnwritableValue>()("UnwritableValue", {
  ...fields,
  /** The column of the value, or the column that the file does not have. */
  column: Schema.String
}) {}

/** Any error of reading or writing a table file, as a type, and as a schema. @since 0.1.0 @category schemas */
export const TableFileError = Schema.Union(
  InvalidHeader,
  UnreadableTable,
  UnsupportedFormat,
  TableTooLarge,
  UnwritableValue
)

export type TableFileError = typeof TableFileError.Type

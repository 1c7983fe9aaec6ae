import * as Chunk from "effect/Chunk"
import * as Either from "effect/Either"
import * as Stream from "effect/Stream"
import * as Bytes from "../bytes.js"
import { checkHeader } from "./delimitedTable.js"
import * as Encoding from "./encoding.js"
import { type TableFileError, UnwritableValue } from "./errors.js"
import * as Scalar from "./scalar.js"
import * as StructureTable from "./structureTable.js"
import type { RowWriter, Values, WriteOptions } from "./table.js"

// How many rows become one chunk of bytes.
const rowsAtATime = 1024

const makeDelimitedWriter = (columns: ReadonlyArray<string>, options: WriteOptions): RowWriter => {
  const { delimiter = options.format === "tsv" ? "\t" : ",", emptyText = false, lineEnd = "\r\n" } = options
  // Spaces at the ends, a byte order mark and `sep=` are text only within quotes, for this module or for other programs.
  const special = new RegExp(`[${delimiter === "|" ? "\\|" : delimiter}"\\r\\n\\ufeff]|^\\s|\\s$|^sep=`, "i")
  const toCell = (text: string | undefined): string =>
    text === undefined || (text === "" && !emptyText)
      ? ""
      : text === "" || special.test(text)
        ? `"${text.replaceAll('"', '""')}"`
        : text
  const toLine = (cells: ReadonlyArray<string | undefined>) => cells.map(toCell).join(delimiter) + lineEnd
  return { header: columns.length === 0 ? "" : toLine(columns), row: (cells) => Either.right(toLine(cells)) }
}

const marks: { readonly [encoding in Encoding.Encoding]?: boolean } = { "utf-16le": true, "utf-16be": true }

const makeWriter = (columns: ReadonlyArray<string>, options: WriteOptions) => {
  const { decimalComma = false, encoding = "utf-8", format = "csv", guardFormulas = false } = options
  const { byteOrderMark = marks[encoding] ?? false } = options
  const writer = format === "sdf" ? StructureTable.makeWriter(columns, options) : makeDelimitedWriter(columns, options)
  const encode = Encoding.makeEncoder(encoding)
  const known = new Set(columns)
  let count = 0

  const unwritable = (column: string, problem: string) =>
    new UnwritableValue({
      message: count === 0 ? `The header cannot be written: ${problem}` : `Row ${count} cannot be written: ${problem}`,
      row: count === 0 ? null : count,
      line: null,
      column
    })

  const toCells = (values: Values): Either.Either<ReadonlyArray<string | undefined>, UnwritableValue> => {
    for (const column of Object.keys(values)) {
      if (known.has(column) || values[column] === undefined || values[column] === null) continue
      const problem = `it has a value for ${JSON.stringify(column)}, which is not one of the columns of the file.`
      return Either.left(unwritable(column, problem))
    }
    const cells: Array<string | undefined> = []
    for (const column of columns) {
      const value = Object.hasOwn(values, column) ? values[column] : undefined
      const text = Scalar.toText(value, decimalComma)
      if (text instanceof Scalar.Unfit) {
        const problem = `its value for ${JSON.stringify(column)} is ${text.problem}. Make it text first.`
        return Either.left(unwritable(column, problem))
      }
      cells.push(guardFormulas && text !== undefined && typeof value !== "number" ? Scalar.guarded(text) : text)
    }
    return Either.right(cells)
  }

  /** Names the column of a character that the encoding does not have. */
  const unencodable = (character: string, texts: ReadonlyArray<string | undefined>) => {
    const column = columns[texts.findIndex((text) => text?.includes(character))] ?? ""
    const problem = `${JSON.stringify(column)} has the character ${JSON.stringify(character)}, which is not in ${encoding}.`
    return unwritable(column, problem)
  }

  /** The bytes before the first row. */
  const begin = (): Either.Either<Uint8Array, TableFileError> => {
    const wrong = checkHeader(columns, 1)
    if (wrong !== undefined) return Either.left(wrong)
    return Either.mapLeft(encode((byteOrderMark ? "\ufeff" : "") + writer.header), (character) =>
      unencodable(character, columns)
    )
  }

  /** The bytes of rows, up to the first one that cannot be written. */
  const write = (rows: Iterable<Values>): Written => {
    const parts: Array<Uint8Array> = []
    for (const row of rows) {
      count++
      const part = Either.flatMap(toCells(row), (cells) =>
        Either.flatMap(
          Either.mapLeft(writer.row(cells), ({ column, problem }) => unwritable(column, problem)),
          (text) => Either.mapLeft(encode(text), (character) => unencodable(character, cells))
        )
      )
      if (Either.isLeft(part)) return { bytes: joined(parts), wrong: part.left }
      parts.push(part.right)
    }
    return { bytes: joined(parts), wrong: undefined }
  }

  return { begin, write }
}

interface Written {
  readonly bytes: Uint8Array
  readonly wrong: TableFileError | undefined
}

const joined = (parts: ReadonlyArray<Uint8Array>): Uint8Array =>
  Bytes.concat(
    parts,
    parts.reduce((length, part) => length + part.length, 0)
  )

const toStream = ({ bytes, wrong }: Written): Stream.Stream<Uint8Array, TableFileError> => {
  const some = bytes.length === 0 ? Stream.empty : Stream.succeed(bytes)
  return wrong === undefined ? some : Stream.concat(some, Stream.fail(wrong))
}

/** Writes a table: see `TableFile.write`. */
export const write = <E, R>(
  rows: Stream.Stream<Values, E, R>,
  options: WriteOptions
): Stream.Stream<Uint8Array, E | TableFileError, R> =>
  Stream.suspend(() => {
    let writer: ReturnType<typeof makeWriter> | undefined

    /** Writes what comes before the rows, once. */
    const begin = (first: Values): Stream.Stream<Uint8Array, TableFileError> => {
      if (writer !== undefined) return Stream.empty
      writer = makeWriter(options.columns ?? Object.keys(first), options)
      return Either.match(writer.begin(), {
        onLeft: Stream.fail,
        onRight: (bytes) => toStream({ bytes, wrong: undefined })
      })
    }

    return rows.pipe(
      Stream.chunks,
      Stream.mapConcat((chunk) => Chunk.chunksOf(chunk, rowsAtATime)),
      Stream.flatMap((some) =>
        Stream.concat(
          begin(Chunk.unsafeHead(some)),
          Stream.suspend(() => (writer === undefined ? Stream.empty : toStream(writer.write(some))))
        )
      ),
      Stream.concat(Stream.suspend(() => begin({})))
    )
  })

import * as Chunk from "effect/Chunk"
import * as Either from "effect/Either"
import * as Stream from "effect/Stream"
import * as Bytes from "../bytes.js"
import * as Cells from "./cells.js"
import * as Encoding from "./encoding.js"
import type { TableFileError } from "./errors.js"
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
  const checker = Cells.makeChecker(columns)

  const toText = (scalar: Scalar.Scalar): string | undefined => {
    const text = Scalar.toText(scalar, decimalComma)
    return guardFormulas && typeof scalar === "string" ? Scalar.guarded(scalar) : text
  }

  /** Names the column of a character that the encoding does not have. */
  const unencodable = (character: string, texts: ReadonlyArray<string | undefined>) => {
    const column = columns[texts.findIndex((text) => text?.includes(character))] ?? ""
    const problem = `${JSON.stringify(column)} has the character ${JSON.stringify(character)}, which is not in ${encoding}.`
    return checker.unwritable(column, problem)
  }

  /** The bytes before the first row. */
  const begin = (): Either.Either<Uint8Array, TableFileError> => {
    const wrong = checker.header()
    if (wrong !== undefined) return Either.left(wrong)
    return Either.mapLeft(encode((byteOrderMark ? "\ufeff" : "") + writer.header), (character) =>
      unencodable(character, columns)
    )
  }

  /** The bytes of rows, up to the first one that cannot be written. */
  const write = (rows: Iterable<Values>): Written => {
    const parts: Array<Uint8Array> = []
    for (const row of rows) {
      const part = Either.flatMap(checker.cells(row), (scalars) => {
        const cells = scalars.map(toText)
        return writer.row(cells).pipe(
          Either.mapLeft(({ column, problem }) => checker.unwritable(column, problem)),
          Either.flatMap((text) => Either.mapLeft(encode(text), (character) => unencodable(character, cells)))
        )
      })
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

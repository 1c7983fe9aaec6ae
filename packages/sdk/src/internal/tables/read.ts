import type { PlatformError } from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as Cells from "./cells.js"
import * as Delimited from "./delimited.js"
import * as DelimitedTable from "./delimitedTable.js"
import * as Encoding from "./encoding.js"
import { type TableFileError, UnreadableTable, UnsupportedFormat } from "./errors.js"
import * as StructureTable from "./structureTable.js"
import type { Format, ReadOptions, Row, TextTable } from "./table.js"

const endings: { readonly [ending: string]: Format | "xlsx" } = {
  csv: "csv",
  mol: "sdf",
  sd: "sdf",
  sdf: "sdf",
  tab: "tsv",
  tsv: "tsv",
  xlsm: "xlsx",
  xlsx: "xlsx"
}

// In bytes: how much is read at a time, and how much is looked at to find the format and the delimiter.
const partSize = 64 * 1024

// Files that people take for tables of text, by their first bytes.
const signatures: ReadonlyArray<{ readonly bytes: ReadonlyArray<number>; readonly message: string }> = [
  {
    bytes: [0x50, 0x4b, 0x03, 0x04],
    message: "The file is a ZIP archive, such as XLSX. Read XLSX with `XlsxFile` of `@effect-kaleidoscope/node`."
  },
  {
    bytes: [0xd0, 0xcf, 0x11, 0xe0],
    message: "The file is an old Excel workbook (.xls). Save it as XLSX or CSV first."
  },
  { bytes: [0x1f, 0x8b], message: "The file is compressed by gzip. Decompress it first." },
  { bytes: [0x25, 0x50, 0x44, 0x46], message: "The file is a PDF. A table is CSV, TSV, SDF or XLSX." },
  { bytes: [0x89, 0x50, 0x4e, 0x47], message: "The file is an image. A table is CSV, TSV, SDF or XLSX." }
]

// Text that is no table. Instruments write HTML into files that are called `.xls`.
const languages: ReadonlyArray<{ readonly beginning: RegExp; readonly message: string }> = [
  {
    beginning: /^\s*<(?:!doctype|\?xml|html|head|body|table)\b/i,
    message: "The file is HTML or XML. Open it with a spreadsheet program, and save it as XLSX or CSV."
  },
  { beginning: /^\s*(?:\[\s*\{|\{\s*")/, message: "The file is JSON. A table is CSV, TSV, SDF or XLSX." }
]

/** A character that no name of a column has. */
const control = /(?![\t\v\f])\p{Cc}/u

/** Why a text is no table with delimiters, if its beginning shows it. */
const notDelimited = (text: string): string | undefined => {
  const language = languages.find(({ beginning }) => beginning.test(text))
  if (language !== undefined) return language.message
  const [firstLine = ""] = /^[\r\n]*[^\r\n]*/.exec(text) ?? []
  return control.test(firstLine.trim())
    ? "The file is not text: its first line has characters that no text has. A table is CSV, TSV, SDF or XLSX."
    : undefined
}

const signatureLength = 4

/** A line that tells Excel the delimiter. */
const separatorLine = /^sep=([,;\t|])(?:\r\n|\r|\n)/i

interface Part {
  readonly text: string
  readonly isLast: boolean
}

/** The text of a file, part by part. */
const makeSource = <E, R>(bytes: Stream.Stream<Uint8Array, E, R>, encoding: Encoding.Encoding | undefined) =>
  Effect.map(Stream.toPull(bytes), (pull) => {
    const decoder = Encoding.makeDecoder(encoding)
    let waiting: Array<Uint8Array> = []
    let isEnded = false
    let head: ReadonlyArray<number> = []
    let invalidAt: number | undefined

    const more: Effect.Effect<void, E, R> = Effect.matchEffect(pull, {
      onFailure: Option.match({
        onNone: () =>
          Effect.sync(() => {
            isEnded = true
            waiting = [new Uint8Array(0)]
          }),
        onSome: (error) => Effect.fail(error)
      }),
      onSuccess: (chunk) =>
        Effect.sync(() => {
          waiting = Array.from(chunk)
        })
    })

    const take = (): Part => {
      const [bytes = new Uint8Array(0), ...others] = waiting
      const part = bytes.subarray(0, partSize)
      waiting = part.length < bytes.length ? [bytes.subarray(partSize), ...others] : others
      if (head.length < signatureLength) head = [...head, ...part.subarray(0, signatureLength - head.length)]
      const decoded = decoder.decode(part, isEnded)
      invalidAt = decoded.invalidAt
      return { text: decoded.text, isLast: isEnded }
    }

    const next: Effect.Effect<Part, E, R> = Effect.suspend(() =>
      waiting.length > 0 ? Effect.sync(take) : Effect.zipRight(more, next)
    )

    return {
      next,
      encoding: decoder.encoding,
      /** What the file is, if its first bytes are those of another kind of file. */
      foreign: () => signatures.find(({ bytes }) => bytes.every((byte, index) => head[index] === byte))?.message,
      /** The first byte that is not text, from 1. Nothing can be read after it. */
      invalidAt: () => (invalidAt === undefined ? undefined : invalidAt + 1)
    }
  })

// The counts line of a molfile, which is its fourth line.
const countsLine = /^(?:.*(?:\r\n|\r|\n)){3}.* V[23]000/

const formatOfText = (text: string): Format => (countsLine.test(text) ? "sdf" : "csv")

/** Chooses how to read a file of a format by its beginning. */
const makeParser = (format: Format, sample: Part, options: ReadOptions, columns: ReadonlyArray<string> | undefined) => {
  const {
    decimalComma = false,
    emptyText = false,
    quotes = true,
    structure = StructureTable.defaultStructure
  } = options
  if (format === "sdf") {
    const parser = StructureTable.makeParser({ structure, title: options.title, emptyText, decimalComma, columns })
    return { parser, skip: 0 }
  }
  const separator = separatorLine.exec(sample.text)
  const skip = separator?.[0].length ?? 0
  const told = separator?.[1] as Delimited.Delimiter | undefined // The expression matches nothing else.
  const delimiter =
    options.delimiter ??
    told ??
    (format === "tsv" ? "\t" : Delimited.findDelimiter(sample.text.slice(skip), sample.isLast, quotes))
  const firstLine = skip === 0 ? 1 : 2
  const parser = DelimitedTable.makeParser({ delimiter, quotes, emptyText, decimalComma, firstLine })
  return { parser, skip }
}

/** The columns of all records of SDF, and not only of the first ones. */
const readColumns = <E, R>(bytes: Stream.Stream<Uint8Array, E, R>, options: ReadOptions) =>
  Effect.scoped(
    Effect.gen(function* () {
      const table = yield* read(bytes, { ...options, columnsFrom: "beginning" })
      const columns = new Set(table.columns)
      yield* Stream.runForEach(table.rows, ({ values }) =>
        Effect.sync(() => {
          for (const column of Object.keys(values)) columns.add(column)
        })
      )
      return [...columns]
    })
  )

/** The format that the ending of a file's name tells. */
export const formatOf = (name: string): Format | "xlsx" | undefined => {
  const ending = /\.([a-z]+)$/i.exec(name)?.[1]?.toLowerCase() ?? ""
  return Object.hasOwn(endings, ending) ? endings[ending] : undefined
}

/** Reads a table from a file on disk: see `TableFile.readFile`. */
export const readFile = (
  path: string,
  options: ReadOptions
): Effect.Effect<
  TextTable<TableFileError | PlatformError>,
  TableFileError | PlatformError,
  FileSystem.FileSystem | Scope.Scope
> =>
  Effect.gen(function* () {
    const fileSystem = yield* FileSystem.FileSystem
    if ((yield* fileSystem.stat(path)).type === "Directory") {
      return yield* new UnsupportedFormat({ message: `${path} is a folder, and not a file.`, row: null, line: null })
    }
    const format = formatOf(path)
    // The bytes of an XLSX file tell what it is, and the error how to read it.
    const found = format === undefined || format === "xlsx" ? {} : { format }
    return yield* read(fileSystem.stream(path), { ...found, ...options })
  })

/** Reads a table: see `TableFile.read`. */
export const read = <E, R>(
  bytes: Stream.Stream<Uint8Array, E, R>,
  options: ReadOptions
): Effect.Effect<TextTable<E | TableFileError, R>, E | TableFileError, R | Scope.Scope> =>
  Effect.gen(function* () {
    const source = yield* makeSource(bytes, options.encoding)
    let sample: Part = { text: "", isLast: false }
    while (!sample.isLast && sample.text.length < partSize && source.invalidAt() === undefined) {
      const { isLast, text } = yield* source.next
      sample = { text: sample.text + text, isLast }
      const message = source.foreign()
      if (message !== undefined) {
        return yield* new UnsupportedFormat({ message, row: null, line: null })
      }
    }
    const format = options.format ?? formatOfText(sample.text)
    const problem = format === "sdf" ? undefined : notDelimited(sample.text)
    if (problem !== undefined) return yield* new UnsupportedFormat({ message: problem, row: null, line: null })
    const isTwice = format === "sdf" && options.columnsFrom === "file"
    const known = isTwice ? yield* readColumns(bytes, options) : undefined
    const { parser, skip } = makeParser(format, sample, options, known)
    let isDone = false
    let invalid: UnreadableTable | undefined

    const take = ({ isLast, text }: Part): void => {
      const invalidAt = source.invalidAt()
      parser.take(text, isLast && invalidAt === undefined)
      isDone = isLast
      if (invalidAt === undefined) return
      const place = parser.place()
      invalid = new UnreadableTable({
        message: `Byte ${invalidAt} of the file, in the row that begins in line ${place.line}, is not ${source.encoding()}. Give the encoding of the file as the option \`encoding\`.`,
        reason: "encoding",
        ...place
      })
    }

    const wrong = () => parser.wrong() ?? invalid

    take({ ...sample, text: sample.text.slice(skip) })
    while (parser.columns() === undefined && wrong() === undefined && !isDone) take(yield* source.next)
    const columns = parser.columns()
    if (columns === undefined) {
      return yield* wrong() ??
        new UnreadableTable({ message: "The file has no header.", reason: "empty", row: null, line: null })
    }

    const advance: Effect.Effect<Chunk.Chunk<Row>, Option.Option<E | TableFileError>, R> = Effect.suspend(() => {
      const rows = parser.release()
      if (rows.length > 0) return Effect.succeed(Chunk.unsafeFromArray(rows))
      const error = wrong()
      if (error !== undefined) return Effect.fail(Option.some(error))
      if (isDone) return Effect.fail(Option.none())
      return Effect.mapBoth(source.next, {
        onFailure: Option.some,
        onSuccess: (part) => {
          take(part)
          return Chunk.unsafeFromArray(parser.release())
        }
      })
    })

    let encoding: Effect.Effect<Encoding.Encoding> = Effect.sync(source.encoding)
    const again = Effect.tap(read(bytes, options), (table) => {
      encoding = table.encoding
    })

    return {
      columns,
      format,
      delimiter: parser.delimiter,
      encoding: Effect.suspend(() => encoding),
      rows: Cells.runAgain<E | TableFileError, R>(columns, Stream.repeatEffectChunkOption(advance), again)
    }
  })

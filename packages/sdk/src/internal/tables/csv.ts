import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as Bytes from "../bytes.js"
import * as Delimited from "./delimited.js"

/** One row of a table, by the name of the column. */
export interface Row {
  readonly [column: string]: string
}

/** The reason why a text is not a table, and its place: `at` is the index of the row, or empty for the whole table. */
export interface Malformed {
  readonly at: string
  readonly expected: string
  readonly message: string
}

/** The first row of a table. */
export interface Header {
  readonly written: ReadonlyArray<string>
  /** The names of the columns in rows: each once. */
  readonly names: ReadonlyArray<string>
}

// In bytes and in UTF-16 units. Without a limit, quotes that are never closed would make the rest of the table one row.
const longestRow = 64 * 1024 * 1024

// The most bytes of one character, in any character set.
const longestCharacter = 4

const lineFeed = 10
const carriageReturn = 13

/** The names of the columns, each once: the second column of the same name gets a number. */
const distinct = (header: ReadonlyArray<string>): ReadonlyArray<string> => {
  const original = new Set(header)
  const names = new Set<string>()
  const counts = new Map<string, number>()
  for (const column of header) {
    let name = column
    let nth = counts.get(column) ?? 1
    while (names.has(name) || (name !== column && original.has(name))) name = `${column} (${++nth})`
    counts.set(column, nth)
    names.add(name)
  }
  return [...names]
}

/** Decodes bytes of a character set as text, in whole lines, so that an error can name the first byte that is not text. */
const makeDecoder = (charset: string) => {
  const make = () => new TextDecoder(charset, { fatal: true, ignoreBOM: true })
  const decoder = make()
  const width = decoder.encoding.startsWith("utf-16") ? 2 : 1
  const low = decoder.encoding === "utf-16be" ? 1 : 0

  const startOf = (bytes: Uint8Array, length: number) =>
    Option.getRight(Either.try(() => make().decode(bytes.subarray(0, length), { stream: true })))

  return {
    /** The end of the last line in some bytes, which begin at the place `at` of the table. */
    lastLine: (bytes: Uint8Array, at: number): number => {
      for (let index = bytes.length - width - ((at + bytes.length) % width); index >= 0; index -= width) {
        const code = bytes[index + low]
        if ((code === lineFeed || code === carriageReturn) && (width === 1 || bytes[index + 1 - low] === 0)) {
          return index + width
        }
      }
      return 0
    },
    /** The text of whole lines. If a part is not text: the text before it, and the number of its bytes. */
    decode: (bytes: Uint8Array): { readonly text: string; readonly end: number } => {
      const whole = Either.try(() => decoder.decode(bytes))
      if (Either.isRight(whole)) return { text: whole.right, end: bytes.length }
      let end = 0
      for (let beyond = bytes.length + 1; beyond - end > 1; ) {
        const middle = Math.floor((end + beyond) / 2)
        if (Option.isSome(startOf(bytes, middle))) end = middle
        else beyond = middle
      }
      const text = Option.getOrElse(startOf(bytes, end), () => "")
      // The bytes of an incomplete character are not text either.
      const longest = Math.min(longestCharacter, end)
      for (let nth = 0; nth < longest && Option.contains(startOf(bytes, end - 1), text); nth++) end--
      return { text, end }
    }
  }
}

/**
 * Takes bytes, and returns the complete rows in them. `wrong` returns the error in the text after the rows before it were
 * returned.
 */
const makeParser = (charset: string) => {
  const { decode, lastLine } = makeDecoder(charset)
  let held: Array<Uint8Array> = []
  let heldLength = 0
  let bytesBefore = 0
  let isBegun = false
  let header: Header | undefined
  let define = false
  let count = 0
  let rows: Array<Row> = []
  let wrong: Malformed | undefined

  const fail = (expected: string, line: number, what: string): void => {
    const row = header === undefined ? "the header" : `row ${count + 1}`
    wrong ??= {
      at: header === undefined ? "" : `[${count}]`,
      expected,
      message: `${row} of the table (line ${line}) ${what}`
    }
  }

  const onRow = ({ cells, line, misquoted, stray }: Delimited.Cells): void => {
    if (wrong !== undefined) return
    if (misquoted.length + stray.length > 0) {
      const what = misquoted.length > 0 ? "text after a closing quote" : "a quote within a value without quotes"
      fail("a row of CSV", line, `is not CSV (${what})`)
      return
    }
    if (header === undefined) {
      // An empty first line names no columns.
      if (cells.length === 1 && cells[0] === "") {
        fail("a table with a header", line, "is empty")
        return
      }
      header = { written: cells, names: distinct(cells) }
      define = cells.includes("__proto__")
      return
    }
    const columns = header.names
    // An empty line is skipped, unless the table has one column: then it is a row without a value.
    if (cells.length === 1 && cells[0] === "" && columns.length > 1) return
    if (cells.length !== columns.length) {
      fail(`${columns.length} columns`, line, `has ${cells.length} columns, and its header ${columns.length}`)
      return
    }
    count++
    if (define) {
      // `fromEntries` defines keys: a column `__proto__` is a column, and not the prototype.
      rows.push(Object.fromEntries(cells.map((cell, index) => [columns[index] ?? "", cell])))
      return
    }
    const row: { [column: string]: string } = {}
    for (let index = 0; index < cells.length; index++) row[columns[index] ?? ""] = cells[index] ?? ""
    rows.push(row)
  }

  const reader = Delimited.makeReader({ delimiter: ",", quotes: true, firstLine: 1, onRow })

  const takeBytes = (bytes: Uint8Array, isLast: boolean): void => {
    const { end, text } = decode(bytes)
    const isText = end === bytes.length
    const begin = isBegun || !text.startsWith("\ufeff") ? 0 : 1
    isBegun = isBegun || text !== ""
    reader.take(text.slice(begin), isLast && isText)
    if (!isText) {
      const rest = reader.rest()
      const line = reader.line() + Delimited.countLines(rest, 0, rest.length)
      // The byte is no line feed, so that a carriage return before it ends its row.
      if (rest.endsWith("\r")) reader.take("", true)
      fail(
        `text in ${charset}`,
        line,
        `is not text in the character set ${charset}, from byte ${bytesBefore + end} of the table on`
      )
    } else if (isLast && reader.isUnclosed()) {
      fail("a row of CSV", reader.line(), "is not CSV (a quote that is never closed)")
    } else if (reader.held() > longestRow) fail("a row", reader.line(), "does not end")
    bytesBefore += bytes.length
  }

  const takeRows = (): Chunk.Chunk<Row> => {
    const taken = rows
    rows = []
    return Chunk.unsafeFromArray(taken)
  }

  const hold = (bytes: Uint8Array): void => {
    if (bytes.length === 0) return
    held.push(bytes)
    heldLength += bytes.length
  }

  const release = (): Uint8Array => {
    const bytes = Bytes.concat(held, heldLength)
    held = []
    heldLength = 0
    return bytes
  }

  return {
    wrong: () => wrong,
    header: () => header,
    more: (chunk: Chunk.Chunk<Uint8Array>): Chunk.Chunk<Row> => {
      for (const bytes of chunk) {
        const end = lastLine(bytes, heldLength)
        hold(bytes.subarray(0, end))
        if (end > 0 && wrong === undefined) takeBytes(release(), false)
        hold(bytes.subarray(end))
        if (heldLength > longestRow) fail("a row", reader.line(), "does not end")
        if (wrong !== undefined) break
      }
      return takeRows()
    },
    end: (): Chunk.Chunk<Row> => {
      takeBytes(release(), true)
      if (header === undefined) wrong ??= { at: "", expected: "a table with a header", message: "the table is empty" }
      return takeRows()
    }
  }
}

/**
 * The rows of a table. Its first line names the columns; `read` gets them, and makes the function that reads a row. The
 * stream fails where the text is not a table, after the rows before that place: if the quotes of a value are not closed, if a
 * row has more or fewer columns than the header, or if bytes are not text.
 */
export const rowsWith = <A, E, R>(
  bytes: Stream.Stream<Uint8Array, E, R>,
  charset: string,
  fail: (malformed: Malformed) => E,
  read: (header: Header) => Effect.Effect<(row: Row) => A, E, R>
): Stream.Stream<A, E, R> =>
  Stream.unwrap(
    Effect.map(
      Effect.try({
        try: () => makeParser(charset),
        catch: () =>
          fail({
            at: "",
            expected: "a known character set",
            message: `the table is in the character set ${charset}, which is not supported here`
          })
      }),
      ({ end, header, more, wrong }) => {
        let reader: ((row: Row) => A) | undefined
        const check = Effect.suspend(() => {
          const malformed = wrong()
          return malformed === undefined ? Effect.void : Effect.fail(fail(malformed))
        })
        const readAll = (rows: Chunk.Chunk<Row>) =>
          Effect.suspend(() => {
            const known = reader
            if (known !== undefined) return Effect.succeed(Chunk.map(rows, known))
            const found = header()
            return found === undefined
              ? Effect.succeed(Chunk.empty<A>())
              : Effect.map(read(found), (made) => {
                  reader = made
                  return Chunk.map(rows, made)
                })
          })
        return bytes.pipe(
          Stream.mapChunksEffect((chunk) => Effect.flatMap(check, () => readAll(more(chunk)))),
          Stream.concat(
            Stream.unwrap(
              Effect.map(
                Effect.flatMap(check, () => Effect.suspend(() => readAll(end()))),
                Stream.fromChunk
              )
            )
          ),
          Stream.concat(Stream.drain(Stream.fromEffect(check)))
        )
      }
    )
  )

/** As `rowsWith`: each row by the names of the columns. */
export const rows = <E, R>(
  bytes: Stream.Stream<Uint8Array, E, R>,
  charset: string,
  fail: (malformed: Malformed) => E
): Stream.Stream<Row, E, R> => rowsWith<Row, E, R>(bytes, charset, fail, () => Effect.succeed((row) => row))

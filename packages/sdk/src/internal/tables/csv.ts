import { CsvError, parse } from "csv-parse/browser/esm/sync"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as Bytes from "../bytes.js"

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
const quote = 34
const comma = 44

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

/**
 * Goes through a text, and calls `onLine` at each end of a line: with the place, whether it is within quotes (then it is
 * part of a value), and the number of lines so far. A line ends with LF, CR or both. A quote within a value is written
 * twice, so it changes nothing.
 */
const makeScanner = () => {
  let quoted = false
  let afterReturn = false
  let lines = 0
  return (text: string, onLine: (end: number, quoted: boolean, lines: number) => boolean): void => {
    for (let index = 0; index < text.length; index++) {
      const code = text.charCodeAt(index)
      if (code === quote) quoted = !quoted
      const isSecond = code === lineFeed && afterReturn
      afterReturn = code === carriageReturn
      if (code !== lineFeed && code !== carriageReturn) continue
      if (!isSecond) lines++
      if (onLine(index + 1, quoted, lines)) return
    }
  }
}

/** The number of lines before the nth row of a text. */
const linesBefore = (text: string, nth: number): number => {
  let rows = 0
  let before = 0
  let last = 0
  if (nth === 0) return 0
  makeScanner()(text, (_, quoted, lines) => {
    if (!quoted && lines > last) rows++
    last = lines
    before = lines
    return rows === nth
  })
  return before
}

const encoder = new TextEncoder()
const decoder = new TextDecoder("utf-8", { ignoreBOM: true })

// A shorter part of a text is a copy in any case.
const shortText = 13

// A row up to this length is copied as a whole, so a value that is kept keeps its row in memory.
const shortRow = 1024

/** A copy of a part of a text. Engines keep the whole text in memory as long as a part of it is used. */
const detached = (part: string): string => (part.length < shortText ? part : decoder.decode(encoder.encode(part)))

/** A row, and where the next one begins. */
interface Read {
  readonly cells: ReadonlyArray<string>
  readonly next: number
}

/** The place after a line end, or after the text; `undefined` if there is something else at the place. */
const afterLine = (text: string, at: number): number | undefined => {
  const code = text.charCodeAt(at)
  if (code === carriageReturn) return text.charCodeAt(at + 1) === lineFeed ? at + 2 : at + 1
  return code === lineFeed ? at + 1 : at < text.length ? undefined : at
}

/** Reads a row that has quotes, or gives `undefined` if it is not CSV. */
const quotedRow = (text: string, begin: number): Read | undefined => {
  const cells: Array<string> = []
  for (let at = begin; ; at++) {
    let cell = ""
    if (text.charCodeAt(at) === quote) {
      let from = at + 1
      let close = text.indexOf('"', from)
      // A quote within a value is written twice.
      for (; text.charCodeAt(close + 1) === quote; close = text.indexOf('"', from)) {
        if (close === -1) return undefined
        cell += text.slice(from, close + 1)
        from = close + 2
      }
      if (close === -1) return undefined
      cell += text.slice(from, close)
      at = close + 1
    } else {
      const from = at
      let code = text.charCodeAt(at)
      while (at < text.length && code !== comma && code !== lineFeed && code !== carriageReturn) {
        if (code === quote) return undefined
        code = text.charCodeAt(++at)
      }
      cell = text.slice(from, at)
    }
    cells.push(detached(cell))
    if (text.charCodeAt(at) === comma) continue
    const next = afterLine(text, at)
    return next === undefined ? undefined : { cells, next }
  }
}

/**
 * Reads the rows of whole lines, up to the first one that is not CSV, and gives the place where it begins.
 * `csv-parse` finds out what is wrong with that row. It reads whole rows too, but makes objects for each that nobody needs.
 */
export const readRows = (text: string, onRow: (cells: ReadonlyArray<string>) => void): number => {
  let feed = -1
  let carriage = -1
  const next = (mark: string, from: number): number => {
    const found = text.indexOf(mark, from)
    return found === -1 ? text.length : found
  }
  let at = 0
  while (at < text.length) {
    if (feed < at) feed = next("\n", at)
    if (carriage < at) carriage = next("\r", at)
    const end = Math.min(feed, carriage)
    const line = text.slice(at, end)
    if (line.includes('"')) {
      const row = quotedRow(text, at)
      if (row === undefined) return at
      onRow(row.cells)
      at = row.next
    } else {
      onRow(line.length <= shortRow ? detached(line).split(",") : line.split(",").map(detached))
      at = afterLine(text, end) ?? end
    }
  }
  return at
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
  const scan = makeScanner()
  let held: Array<Uint8Array> = []
  let heldLength = 0
  let bytesBefore = 0
  let rest = ""
  let endsWithReturn = false
  let linesOfRest = 0
  let isBegun = false
  let header: Header | undefined
  let define = false
  let count = 0
  let wrong: Malformed | undefined

  /** `lines` is the number of lines before the row. */
  const fail = (expected: string, lines: number, what: string): void => {
    const row = header === undefined ? "the header" : `row ${count + 1}`
    wrong ??= {
      at: header === undefined ? "" : `[${count}]`,
      expected,
      message: `${row} of the table (line ${lines + 1}) ${what}`
    }
  }

  const toRow = (cells: ReadonlyArray<string>, rows: Array<Row>, lines: () => number): void => {
    if (wrong !== undefined) return
    if (header === undefined) {
      // An empty first line names no columns.
      if (cells.length === 1 && cells[0] === "") fail("a table with a header", lines(), "is empty")
      else {
        header = { written: cells, names: distinct(cells) }
        define = cells.includes("__proto__")
      }
      return
    }
    const columns = header.names
    // An empty line is skipped, unless the table has one column: then it is a row without a value.
    if (cells.length === 1 && cells[0] === "" && columns.length > 1) return
    if (cells.length !== columns.length) {
      fail(`${columns.length} columns`, lines(), `has ${cells.length} columns, and its header ${columns.length}`)
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

  /** Reads the rows of whole lines. `lines` is the number of lines before them. */
  const take = (text: string, lines: number, rows: Array<Row>): void => {
    let nth = 0
    const here = () => lines + linesBefore(text, nth)
    const onRow = (cells: ReadonlyArray<string>) => {
      toRow(cells, rows, here)
      nth++
    }
    const broken = readRows(text, onRow)
    if (broken === text.length || wrong !== undefined) return
    const parsed = Either.try(() =>
      parse(text.slice(broken), {
        record_delimiter: ["\r\n", "\n", "\r"],
        relax_column_count: true,
        // Rows are taken one by one, so that a broken row does not lose the rows before it.
        on_record: (cells: ReadonlyArray<string>) => {
          onRow(cells)
          return null
        }
      })
    )
    if (Either.isLeft(parsed)) {
      const error = parsed.left
      fail("a row of CSV", here(), `is not CSV${error instanceof CsvError ? ` (${error.code})` : ""}`)
    }
  }

  const takeText = (text: string, rows: Array<Row>): void => {
    // The line feed of a CR LF at the end of the text before: it begins no new line.
    const begin = endsWithReturn && text.startsWith("\n") ? 1 : 0
    let end = begin
    let linesAtEnd = linesOfRest
    scan(text, (at, quoted, lines) => {
      if (!quoted) {
        end = at
        linesAtEnd = lines
      }
      return false
    })
    if (text !== "") endsWithReturn = end === text.length && text.endsWith("\r")
    if (end === begin) {
      rest += text.slice(begin)
      if (rest.length > longestRow) fail("a row", linesOfRest, "does not end")
      return
    }
    take(rest + text.slice(begin, end), linesOfRest, rows)
    rest = text.slice(end)
    linesOfRest = linesAtEnd
  }

  const takeBytes = (bytes: Uint8Array, rows: Array<Row>): void => {
    const { end, text } = decode(bytes)
    const begin = isBegun || !text.startsWith("\ufeff") ? 0 : 1
    isBegun = isBegun || text !== ""
    takeText(text.slice(begin), rows)
    if (end < bytes.length) {
      let lines = linesOfRest
      makeScanner()(rest, (_, __, inside) => {
        lines = linesOfRest + inside
        return false
      })
      fail(
        `text in ${charset}`,
        lines,
        `is not text in the character set ${charset}, from byte ${bytesBefore + end} of the table on`
      )
    }
    bytesBefore += bytes.length
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
      const rows: Array<Row> = []
      for (const bytes of chunk) {
        const end = lastLine(bytes, heldLength)
        hold(bytes.subarray(0, end))
        if (end > 0 && wrong === undefined) takeBytes(release(), rows)
        hold(bytes.subarray(end))
        if (heldLength > longestRow) fail("a row", linesOfRest, "does not end")
        if (wrong !== undefined) break
      }
      return Chunk.unsafeFromArray(rows)
    },
    end: (): Chunk.Chunk<Row> => {
      const rows: Array<Row> = []
      takeBytes(release(), rows)
      if (wrong === undefined) take(rest, linesOfRest, rows)
      if (header === undefined) wrong ??= { at: "", expected: "a table with a header", message: "the table is empty" }
      return Chunk.unsafeFromArray(rows)
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

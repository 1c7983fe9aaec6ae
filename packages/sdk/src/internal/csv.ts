import { CsvError, parse } from "csv-parse/sync"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Stream from "effect/Stream"

/** One row of a table, by the name of the column. */
export interface Row {
  readonly [column: string]: string
}

/** Why a text is no table, and where: the row as an index, or the whole where that is empty. */
export interface Malformed {
  readonly at: string
  readonly expected: string
  readonly message: string
}

// In UTF-16 units. Quotes that are never closed would make the rest of the table one row.
const longestRow = 64 * 1024 * 1024

/** The names of the columns, each once: of those that are called the same, the second gets a number. */
const distinct = (header: ReadonlyArray<string>): ReadonlyArray<string> => {
  const names = new Set<string>()
  for (const column of header) {
    let name = column
    for (let nth = 2; names.has(name) || (name !== column && header.includes(name)); nth++) name = `${column} (${nth})`
    names.add(name)
  }
  return [...names]
}

/**
 * Where the last line ends that is no part of a value: a line break counts where the quotes before it are even. A quote
 * within a value is written twice, so it changes nothing.
 */
const makeSplitter = () => {
  let quoted = false
  return (text: string): number => {
    let end = 0
    for (let index = 0; index < text.length; index++) {
      const code = text.charCodeAt(index)
      if (code === 34) quoted = !quoted
      else if (code === 10 && !quoted) end = index + 1
    }
    return end
  }
}

/**
 * Takes bytes, and gives the rows that are whole. What is wrong comes after the rows before it: it is there when these
 * have been taken.
 */
const makeParser = (charset: string) => {
  const decoder = new TextDecoder(charset, { fatal: true })
  const endOfLines = makeSplitter()
  let rest = ""
  let header: ReadonlyArray<string> | undefined
  let count = 0
  let wrong: Malformed | undefined

  const fail = (expected: string, message: string): void => {
    wrong ??= { at: header === undefined ? "" : `[${count}]`, expected, message }
  }

  const decode = (bytes: ReadonlyArray<Uint8Array> | undefined): string =>
    Either.getOrElse(
      Either.try(() =>
        bytes === undefined ? decoder.decode() : bytes.map((one) => decoder.decode(one, { stream: true })).join("")
      ),
      () => {
        fail(`text in ${charset}`, `the table is no text in the character set ${charset}`)
        return ""
      }
    )

  const toRow = (cells: ReadonlyArray<string>, rows: Array<Row>): void => {
    if (wrong !== undefined) return
    if (header === undefined) {
      header = distinct(cells)
      return
    }
    const columns = header
    // A line without anything is none, unless there is but one column, and that has no value.
    if (cells.length === 1 && cells[0] === "" && columns.length > 1) return
    if (cells.length !== columns.length) {
      fail(
        `${columns.length} columns`,
        `row ${count + 1} of the table has ${cells.length} columns, and its header ${columns.length}`
      )
      return
    }
    count++
    // Defines the keys rather than setting them: a column `__proto__` is a column.
    rows.push(Object.fromEntries(cells.map((cell, index) => [columns[index] ?? "", cell])))
  }

  const take = (text: string): Chunk.Chunk<Row> => {
    const rows: Array<Row> = []
    const parsed = Either.try(() =>
      parse(text, {
        record_delimiter: ["\r\n", "\n"],
        relax_column_count: true,
        // Rows are taken one by one, so that those before a broken one are not lost with it.
        on_record: (cells: ReadonlyArray<string>) => {
          toRow(cells, rows)
          return null
        }
      })
    )
    if (Either.isLeft(parsed)) {
      const error = parsed.left
      fail(
        "a row of CSV",
        `the table is no CSV after ${count} rows${error instanceof CsvError ? ` (${error.code})` : ""}`
      )
    }
    return Chunk.unsafeFromArray(rows)
  }

  return {
    wrong: () => wrong,
    more: (bytes: ReadonlyArray<Uint8Array>): Chunk.Chunk<Row> => {
      const text = decode(bytes)
      const end = endOfLines(text)
      if (end === 0) {
        rest += text
        if (rest.length > longestRow) fail("a row", "the table has a row without an end")
        return Chunk.empty()
      }
      const lines = rest + text.slice(0, end)
      rest = text.slice(end)
      return take(lines)
    },
    end: (): Chunk.Chunk<Row> => {
      const rows = take(rest + decode(undefined))
      if (header === undefined) fail("a table with a header", "the table is empty")
      return rows
    }
  }
}

/**
 * The rows of a table whose first line names the columns. What is no table fails, after the rows before that have been
 * given: a value whose quotes are not closed, a row of more or fewer columns than the header, bytes that are no text.
 */
export const rows = <E, R>(
  bytes: Stream.Stream<Uint8Array, E, R>,
  charset: string,
  fail: (malformed: Malformed) => E
): Stream.Stream<Row, E, R> =>
  Stream.unwrap(
    Effect.map(
      Effect.try({
        try: () => makeParser(charset),
        catch: () =>
          fail({
            at: "",
            expected: "a known character set",
            message: `the table is in the character set ${charset}, which is not known here`
          })
      }),
      ({ end, more, wrong }) => {
        const check = Effect.suspend(() => {
          const malformed = wrong()
          return malformed === undefined ? Effect.void : Effect.fail(fail(malformed))
        })
        return bytes.pipe(
          Stream.mapChunksEffect((chunk) => Effect.map(check, () => more(Chunk.toReadonlyArray(chunk)))),
          Stream.concat(Stream.unwrap(Effect.map(check, () => Stream.fromChunk(end())))),
          Stream.concat(Stream.drain(Stream.fromEffect(check)))
        )
      }
    )
  )

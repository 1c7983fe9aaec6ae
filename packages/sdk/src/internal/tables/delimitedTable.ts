import type { Issue } from "../../KaleidoscopeError.js"
import * as Delimited from "./delimited.js"
import { InvalidHeader, type TableFileError, TableTooLarge, UnreadableTable } from "./errors.js"
import type { Parser, Row } from "./table.js"

// In characters. Without a limit, quotes that are never closed would keep the rest of a file in memory.
const longestRow = 16 * 1024 * 1024

// The most characters of values in the message of an issue.
const longestExcerpt = 200

/** What is wrong with the names of the columns. */
export const checkHeader = (names: ReadonlyArray<string>, line: number): InvalidHeader | undefined => {
  const places = new Map<string, Array<number>>()
  names.forEach((name, index) => {
    const key = name.trim() === "" ? "" : name
    places.set(key, [...(places.get(key) ?? []), index + 1])
  })
  const columns = Array.from(places, ([name, positions]) => ({ name, positions })).filter(
    ({ name, positions }) => name === "" || positions.length > 1
  )
  if (columns.length === 0) return undefined
  const wrong = columns.map(({ name, positions }) =>
    name === ""
      ? `no name for column ${positions.join(", ")}`
      : `the name ${JSON.stringify(name)} for the columns ${positions.join(", ")}`
  )
  return new InvalidHeader({
    message: `The header (line ${line}) has ${wrong.join("; ")}. Give each column a name of its own.`,
    row: null,
    line,
    columns
  })
}

const thousands = /^[+-]?\d{1,3}(?:\.\d{3})+,\d+$/
const decimal = /^[+-]?\d+,\d+(?:[eE][+-]?\d+)?$/

/** A number with a decimal comma, with a point instead. Any other text stays as it is. */
export const withPoint = (cell: string): string =>
  decimal.test(cell) ? cell.replace(",", ".") : thousands.test(cell) ? cell.replaceAll(".", "").replace(",", ".") : cell

/** Sets a value. A column `__proto__` is a column, and not the prototype. */
export const setValue = (values: { [column: string]: unknown }, column: string, value: unknown): void => {
  if (column === "__proto__") {
    Object.defineProperty(values, column, { value, enumerable: true, configurable: true, writable: true })
  } else values[column] = value
}

/** Whether a cell of a table has no value. */
export const isEmpty = (cell: unknown): boolean => cell === "" || cell === null || cell === undefined

/** The cells up to the last one that is not empty. */
export const withoutTail = <A>(cells: ReadonlyArray<A>): ReadonlyArray<A> => {
  let length = cells.length
  while (length > 0 && isEmpty(cells[length - 1])) length--
  return cells.slice(0, length)
}

/** What is wrong with the number of the cells of a row. Empty cells after the last column, as Excel writes them, are fine. */
export const checkLength = (cells: ReadonlyArray<unknown>, columns: ReadonlyArray<string>): ReadonlyArray<Issue> => {
  if (
    cells.length === columns.length ||
    (cells.length > columns.length && cells.slice(columns.length).every(isEmpty))
  ) {
    return []
  }
  if (cells.length < columns.length) {
    return [{ path: "", message: `The row has ${cells.length} cells, and the header ${columns.length}.` }]
  }
  const excess = cells
    .slice(columns.length)
    .filter((cell) => !isEmpty(cell))
    .map((cell) => JSON.stringify(cell))
    .join(", ")
  const excerpt = excess.length > longestExcerpt ? `${excess.slice(0, longestExcerpt)}…` : excess
  return [
    {
      path: "",
      message: `The row has ${cells.length} cells, and the header ${columns.length}. No column has the values: ${excerpt}`
    }
  ]
}

/** Reads the rows of CSV or TSV. */
export const makeParser = (options: {
  readonly delimiter: Delimited.Delimiter
  readonly quotes: boolean
  readonly emptyText: boolean
  readonly decimalComma: boolean
  readonly firstLine: number
}): Parser => {
  let columns: ReadonlyArray<string> | undefined
  let rows: Array<Row> = []
  let count = 0
  let wrong: TableFileError | undefined

  const onRow = ({ cells, emptyTexts, line, misquoted }: Delimited.Cells): void => {
    if (wrong !== undefined) return
    const isBlank = cells.length === 1 && cells[0] === "" && emptyTexts.length === 0
    if (columns === undefined) {
      if (isBlank) return
      const names = withoutTail(cells)
      wrong = checkHeader(names.length === 0 ? cells : names, line)
      if (wrong === undefined) columns = names
      return
    }
    // A blank line is no row, unless the table has one column: then it is a row without a value.
    if (isBlank && columns.length > 1) return
    const values: { [column: string]: unknown } = {}
    for (let index = 0; index < cells.length; index++) {
      const column = columns[index]
      const cell = cells[index] ?? ""
      if (column === undefined) break
      if (cell === "" && !(options.emptyText && emptyTexts.includes(index))) continue
      setValue(values, column, options.decimalComma ? withPoint(cell) : cell)
    }
    const issues = [...checkLength(cells, columns)]
    for (let index = 0; index < cells.length; index++) {
      if (cells[index]?.includes("\0") !== true) continue
      issues.push({ path: columns[index] ?? "", message: "The cell has a NUL character: the file may be damaged." })
    }
    for (const index of misquoted) {
      issues.push({
        path: columns[index] ?? "",
        message: "Text stands after the closing quote. Within quotes, write each quote twice."
      })
    }
    rows.push({ row: ++count, line, values, issues })
  }

  const reader = Delimited.makeReader({ ...options, onRow })
  const place = () => ({ row: columns === undefined ? null : count + 1, line: reader.line() })

  return {
    delimiter: options.delimiter,
    columns: () => columns,
    place,
    wrong: () => wrong,
    release: () => {
      const released = rows
      rows = []
      return released
    },
    take: (text, isLast) => {
      if (wrong !== undefined) return
      reader.take(text, isLast)
      if (wrong !== undefined) return
      if (isLast && reader.isUnclosed()) {
        const { line, row } = place()
        wrong = new UnreadableTable({
          message: `A quote that is opened in line ${line} is never closed.`,
          reason: "quote",
          row,
          line
        })
      } else if (isLast && columns === undefined) {
        wrong = new UnreadableTable({
          message: "The file is empty. The first line of a table names its columns.",
          reason: "empty",
          row: null,
          line: null
        })
      } else if (reader.held() > longestRow) {
        const { line, row } = place()
        wrong = new TableTooLarge({
          message: `The row that begins in line ${line} has more than ${longestRow} characters. Perhaps a quote is never closed.`,
          limit: "row",
          maximum: longestRow,
          row,
          line
        })
      }
    }
  }
}

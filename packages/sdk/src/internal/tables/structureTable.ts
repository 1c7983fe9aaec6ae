import * as Either from "effect/Either"
import type { Issue } from "../../KaleidoscopeError.js"
import { setValue, withPoint } from "./delimitedTable.js"
import { InvalidHeader, type TableFileError, TableTooLarge, UnreadableTable } from "./errors.js"
import type { Parser, Row, RowWriter, WriteOptions } from "./table.js"

// In characters. A file that is no SDF may be one endless record.
const longestRecord = 16 * 1024 * 1024

// The beginning of a file that tells its columns.
const sampleRecords = 1000
const sampleLength = 8 * 1024 * 1024

export const defaultStructure = "Structure"

const recordEnd = "$$$$"
const structureEnd = "M  END"

/** The molfile of a record without a structure. */
const noStructure = "\n\n\n  0  0  0     0  0            999 V2000\nM  END"

/** The name of a data item, such as `IC50` in `> 25 <IC50> (C-1)`. */
const itemName = (header: string): string | undefined => /<(.*)>/.exec(header)?.[1] ?? /^>.*?(DT\d+)/.exec(header)?.[1]

/** Reads the lines of a text, whose parts may be cut anywhere. */
const makeLines = (onLine: (line: string) => void) => {
  let parts: Array<string> = []
  let length = 0
  return {
    held: () => length,
    take: (text: string, isLast: boolean): void => {
      parts.push(text)
      length += text.length
      if (!isLast && !/[\r\n]/.test(text) && !parts.some((part) => part.endsWith("\r"))) return
      const whole = parts.join("")
      // The next part may begin with the second half of CR LF.
      const end = !isLast && whole.endsWith("\r") ? whole.length - 1 : whole.length
      const lines = whole.slice(0, end).split(/\r\n|\r|\n/)
      const rest = (lines.pop() ?? "") + whole.slice(end)
      for (const line of lines) onLine(line)
      if (isLast && rest !== "") onLine(rest)
      parts = isLast ? [] : [rest]
      length = isLast ? 0 : rest.length
    }
  }
}

/** Reads the records of SDF. */
export const makeParser = (options: {
  readonly structure: string
  readonly title: string | undefined
  readonly emptyText: boolean
  readonly decimalComma: boolean
  /** The columns, if they are known before the file is read. */
  readonly columns: ReadonlyArray<string> | undefined
}): Parser => {
  const { decimalComma, emptyText, structure, title } = options
  const fixed = title === undefined ? [structure] : [structure, title]
  const names = new Set(options.columns ?? fixed)
  let isSampling = options.columns === undefined
  let sampled = 0
  let rows: Array<Row> = []
  let count = 0
  let line = 0
  let wrong: TableFileError | undefined

  let begin = 1
  let recordLength = 0
  let state: "structure" | "between" | "item" = "structure"
  let molfile: Array<string> = []
  let items = new Map<string, string>()
  let item: { readonly name: string | undefined; readonly lines: Array<string> } | undefined
  let issues: Array<Issue> = []

  const endItem = (): void => {
    if (item === undefined) return
    const { lines, name } = item
    item = undefined
    state = "between"
    const text = lines.join("\n")
    if (name === undefined) {
      issues.push({ path: "", message: `A data item has no name. Its value is: ${text}` })
      return
    }
    const earlier = items.get(name)
    if (earlier !== undefined) {
      issues.push({
        path: name,
        message: "The data item occurs more than once. Its values are joined, each on a line."
      })
    }
    items.set(name, earlier === undefined ? text : `${earlier}\n${text}`)
  }

  const beginItem = (header: string): void => {
    item = { name: itemName(header), lines: [] }
    state = "item"
  }

  const endRecord = (): void => {
    endItem()
    const isWhole = molfile.some((line) => line.startsWith(structureEnd))
    if (!isWhole && count === 0 && items.size === 0) {
      wrong = new UnreadableTable({
        message: 'The file is not SDF: its first record has no line "M  END".',
        reason: "format",
        row: null,
        line: begin
      })
      return
    }
    if (!isWhole) issues.push({ path: structure, message: 'The structure has no line "M  END": it is not complete.' })
    const values: { [column: string]: unknown } = {}
    const heading = molfile[0] ?? ""
    const isEmpty = molfile.slice(1).join("\n") === noStructure.slice(1)
    if (!isEmpty) setValue(values, structure, molfile.join("\n"))
    if (title !== undefined && heading !== "") setValue(values, title, heading)
    for (const [name, value] of items) {
      if (fixed.includes(name)) {
        wrong = new InvalidHeader({
          message: `The record that begins in line ${begin} has a data item ${JSON.stringify(name)}. Give the column of the structure, or of the title, another name.`,
          row: count + 1,
          line: begin,
          columns: [{ name, positions: [] }]
        })
        return
      }
      if (isSampling) names.add(name)
      else if (!names.has(name)) {
        issues.push({
          path: name,
          message:
            "No earlier record has this data item, so that it is not one of the columns. Use the option `columnsFrom`."
        })
      }
      if (value !== "" || emptyText) setValue(values, name, decimalComma ? withPoint(value) : value)
    }
    rows.push({ row: ++count, line: begin, values, issues })
    sampled += recordLength
    if (count >= sampleRecords || sampled >= sampleLength) isSampling = false
    begin = line + 1
    recordLength = 0
    state = "structure"
    molfile = []
    items = new Map()
    issues = []
  }

  const onLine = (text: string): void => {
    if (wrong !== undefined) return
    line++
    recordLength += text.length + 1
    if (text.startsWith(recordEnd)) endRecord()
    else if (state === "item") {
      if (text === "") endItem()
      else item?.lines.push(text)
    } else if (text.startsWith(">") && (state === "between" || molfile.length > 3)) beginItem(text)
    else if (state === "structure") {
      molfile.push(text)
      if (text.startsWith(structureEnd)) state = "between"
    } else if (text.trim() !== "") {
      issues.push({ path: "", message: `Line ${line} belongs neither to the structure nor to a data item: ${text}` })
    }
  }

  const lines = makeLines(onLine)

  const end = (): void => {
    isSampling = false
    if (wrong !== undefined) return
    const isBlank = items.size === 0 && item === undefined && molfile.every((line) => line.trim() === "")
    if (!isBlank) {
      // One molfile alone has no line that ends it.
      if (count > 0 || items.size > 0 || item !== undefined) {
        issues.push({ path: "", message: "The file ends without $$$$ after this record: perhaps it is not complete." })
      }
      endRecord()
    } else if (count === 0) {
      wrong = new UnreadableTable({ message: "The file has no record.", reason: "empty", row: null, line: null })
    }
  }

  return {
    delimiter: null,
    columns: () => (isSampling || (wrong !== undefined && count === 0) ? undefined : [...names]),
    place: () => ({ row: count + 1, line: begin }),
    wrong: () => wrong,
    release: () => {
      const released = rows
      rows = []
      return released
    },
    take: (text, isLast) => {
      if (wrong !== undefined) return
      lines.take(text, isLast)
      if (isLast) end()
      if (wrong !== undefined || recordLength + lines.held() <= longestRecord) return
      wrong = new TableTooLarge({
        message: `The record that begins in line ${begin} has more than ${longestRecord} characters.`,
        limit: "row",
        maximum: longestRecord,
        row: count + 1,
        line: begin
      })
    }
  }
}

/** Writes records of SDF. */
export const makeWriter = (columns: ReadonlyArray<string>, options: WriteOptions): RowWriter => {
  const { emptyText = false, lineEnd = "\n", structure = defaultStructure, title } = options
  const toLines = (text: string) => text.split(/\r\n|\r|\n/)

  return {
    header: "",
    row: (cells) => {
      const lines: Array<string> = []
      const molfile = toLines(cells[columns.indexOf(structure)] ?? noStructure)
      if (molfile.at(-1) === "") molfile.pop()
      const problem = (column: string, what: string) =>
        Either.left({ column, problem: `its value for ${JSON.stringify(column)} ${what}` })
      if (!molfile.at(-1)?.startsWith(structureEnd) || molfile.some((line) => line.startsWith(recordEnd))) {
        return problem(structure, 'is not a molfile, which ends with "M  END".')
      }
      const heading = title === undefined ? undefined : cells[columns.indexOf(title)]
      if (title !== undefined && heading !== undefined) {
        if (/[\r\n]/.test(heading)) return problem(title, "has a line end. The title of a structure is one line.")
        molfile[0] = heading
      }
      lines.push(...molfile)
      for (let index = 0; index < columns.length; index++) {
        const column = columns[index] ?? ""
        const cell = cells[index]
        if (column === structure || column === title || cell === undefined || (cell === "" && !emptyText)) continue
        if (/[\r\n]/.test(column)) return problem(column, "cannot be written, since SDF has no line end in a name.")
        const value = cell === "" ? [] : toLines(cell)
        if (value.some((line) => line.trim() === "" || line.startsWith(recordEnd))) {
          return problem(column, "has a blank line, or $$$$ at the start of a line. SDF cannot hold that.")
        }
        lines.push(`>  <${column}>`, ...value, "")
      }
      return Either.right([...lines, recordEnd, ""].join(lineEnd))
    }
  }
}

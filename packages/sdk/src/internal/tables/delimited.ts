/** The character between two cells. */
export type Delimiter = "," | ";" | "\t" | "|"

/** The cells of a row of a delimited text. */
export interface Cells {
  readonly cells: ReadonlyArray<string>
  /** The line where the row begins, from 1. */
  readonly line: number
  /** The cells that are written as `""`. */
  readonly emptyTexts: ReadonlyArray<number>
  /** The cells with text after their closing quote. Such a cell is taken as it is written, with its quotes. */
  readonly misquoted: ReadonlyArray<number>
  /** The cells that have a quote and do not begin with one. The quote is taken as text. */
  readonly stray: ReadonlyArray<number>
}

const lineFeed = 10
const carriageReturn = 13
const quote = 34

const none: ReadonlyArray<number> = []

// A shorter part of a text is a copy in any case.
const shortText = 13

// A row up to this length is copied as a whole, so a value that is kept keeps its row in memory.
const shortRow = 1024

/**
 * A copy of a part of a text: engines keep the whole text in memory as long as a part of it is used. A text that is put
 * together is copied when a part of it is taken.
 */
const detached = (part: string): string => (part.length < shortText ? part : ` ${part}`.slice(1))

// A text up to this length is read again with each new part; a longer one when its length has doubled.
const shortRest = 64 * 1024

/** The number of lines that end in a part of a text. */
export const countLines = (text: string, from: number, to: number): number => {
  let lines = 0
  for (let at = from; at < to; at++) {
    const code = text.charCodeAt(at)
    if (code === lineFeed || (code === carriageReturn && text.charCodeAt(at + 1) !== lineFeed)) lines++
  }
  return lines
}

/**
 * Reads the rows of a delimited text, whose parts may be cut anywhere. A line ends with LF, CR or CR LF. A cell that begins
 * with a quote goes to the closing quote, with delimiters and line ends; within it, a quote is written twice. A quote
 * elsewhere is text.
 */
export const makeReader = (options: {
  readonly delimiter: Delimiter
  /** Whether quotes have a meaning. */
  readonly quotes: boolean
  /** The number of the first line. */
  readonly firstLine: number
  readonly onRow: (row: Cells) => void
}) => {
  const { delimiter, onRow, quotes } = options
  const delimiterCode = delimiter.charCodeAt(0)
  let rest = ""
  let pending: Array<string> = []
  let pendingLength = 0
  let line = options.firstLine
  let unclosedAt: number | undefined

  /** Reads a row with quotes, and gives the place after it; `undefined` if the row is not complete. */
  const quotedRow = (text: string, begin: number, isLast: boolean, isCopy: boolean): number | undefined => {
    const cells: Array<string> = []
    const emptyTexts: Array<number> = []
    const misquoted: Array<number> = []
    const stray: Array<number> = []
    for (let at = begin; ; at++) {
      const start = at
      let cell = ""
      let from = at
      if (text.charCodeAt(at) === quote) {
        for (from = at + 1; ; from = at + 2) {
          at = text.indexOf('"', from)
          if (at === -1) {
            unclosedAt = start
            return undefined
          }
          // The next part may begin with the second of two quotes.
          if (at + 1 === text.length && !isLast) return undefined
          if (text.charCodeAt(at + 1) !== quote) break
          cell += text.slice(from, at + 1)
        }
        cell += text.slice(from, at)
        from = ++at
      }
      const close = at
      for (; at < text.length; at++) {
        const code = text.charCodeAt(at)
        if (code === delimiterCode || code === lineFeed || code === carriageReturn) break
      }
      if (close === start) {
        cell = text.slice(start, at)
        if (cell.includes('"')) stray.push(cells.length)
      } else if (close < at) {
        misquoted.push(cells.length)
        cell = text.slice(start, at)
      } else if (cell === "") emptyTexts.push(cells.length)
      cells.push(isCopy ? cell : detached(cell))
      if (text.charCodeAt(at) === delimiterCode) continue
      const next = afterLine(text, at, isLast)
      if (next !== undefined) onRow({ cells, line, emptyTexts, misquoted, stray })
      return next
    }
  }

  /** The place after a line end; `undefined` if the next part may belong to it. */
  const afterLine = (text: string, at: number, isLast: boolean): number | undefined => {
    if (at >= text.length) return isLast ? at : undefined
    if (text.charCodeAt(at) === lineFeed) return at + 1
    if (at + 1 >= text.length) return isLast ? at + 1 : undefined
    return text.charCodeAt(at + 1) === lineFeed ? at + 2 : at + 1
  }

  /** Reads the rows of a text, and gives the place where the first incomplete one begins. */
  const readRows = (text: string, isLast: boolean): number => {
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
      const row = text.slice(at, end)
      const after = afterLine(text, end, isLast)
      if (quotes && row.includes('"')) {
        // Most rows with quotes are one line.
        if (after !== undefined && row.length <= shortRow && quotedRow(detached(row), 0, true, true) !== undefined) {
          line++
          at = after
          continue
        }
        unclosedAt = undefined
        const next = quotedRow(text, at, isLast, false)
        if (next === undefined) return at
        line += countLines(text, at, next)
        at = next
        continue
      }
      if (after === undefined) return at
      const cells = row.length <= shortRow ? detached(row).split(delimiter) : row.split(delimiter).map(detached)
      onRow({ cells, line, emptyTexts: none, misquoted: none, stray: none })
      line++
      at = after
    }
    return at
  }

  return {
    /** The number of characters of the row that is not complete yet. */
    held: (): number => rest.length + pendingLength,
    /** The line of the next row. */
    line: (): number => line,
    /** The text of the row that is not complete yet. */
    rest: (): string => rest + pending.join(""),
    take: (text: string, isLast: boolean): void => {
      pending.push(text)
      pendingLength += text.length
      if (!isLast && rest.length > shortRest && pendingLength < rest.length) return
      const whole = rest + pending.join("")
      pending = []
      pendingLength = 0
      unclosedAt = undefined
      const end = readRows(whole, isLast)
      if (end < whole.length && unclosedAt !== undefined) line += isLast ? countLines(whole, end, unclosedAt) : 0
      rest = whole.slice(end)
    },
    /** Whether the text ended within quotes. Then `line` is the line of the opening quote. */
    isUnclosed: (): boolean => rest !== ""
  }
}

// In this order, if they divide the text equally well.
const delimiters: ReadonlyArray<Delimiter> = ["\t", ";", ",", "|"]

/** The delimiter that divides most rows of a text into as many cells as its first row. A comma if none divides it. */
export const findDelimiter = (text: string, isLast: boolean, quotes: boolean): Delimiter => {
  let best: { readonly delimiter: Delimiter; readonly share: number; readonly columns: number } | undefined
  for (const delimiter of delimiters) {
    let columns = 0
    let rows = 0
    let equal = 0
    const reader = makeReader({
      delimiter,
      quotes,
      firstLine: 1,
      onRow: ({ cells }) => {
        if (cells.length === 1 && cells[0] === "") return
        columns ||= cells.length
        rows++
        if (cells.length === columns) equal++
      }
    })
    reader.take(text, isLast)
    // Not even the header is complete.
    if (rows === 0) columns = text.split(delimiter).length
    if (columns < 2) continue
    const share = equal / Math.max(rows, 1)
    if (best === undefined || share > best.share || (share === best.share && columns > best.columns)) {
      best = { delimiter, share, columns }
    }
  }
  return best?.delimiter ?? ","
}

import { stripVTControlCharacters } from "node:util"
import * as DateTime from "effect/DateTime"
import * as Predicate from "effect/Predicate"
import stringWidth from "fast-string-width"

/** A column of a table: its name, and what it shows of an item. */
export interface Column<A> {
  readonly name: string
  readonly value: (item: A) => unknown
}

/** The text of a value. A list is joined with commas, and an object is JSON. */
export const textOf = (value: unknown): string => {
  if (value === null || value === undefined) return ""
  if (typeof value === "string") return value
  if (DateTime.isDateTime(value)) return DateTime.formatIso(value)
  if (Array.isArray(value)) return value.map(textOf).join(", ")
  return Predicate.isObject(value) ? JSON.stringify(value) : String(value)
}

const controls = /\p{Cc}/gu

/** A text from the server must not move the cursor, or change the colours of a terminal. */
export const printable = (text: string): string =>
  stripVTControlCharacters(text)
    .replace(/\r\n|[\r\n\t]/g, " ")
    .replace(controls, "")

const escapes: { readonly [character: string]: string } = { "\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r" }

/** A text as a field of a line with tabs. */
export const field = (text: string): string => text.replace(/[\\\t\n\r]/g, (character) => escapes[character] ?? "")

let segmenter: Intl.Segmenter | undefined

/** The characters of a text, as people count them. */
const graphemes = (text: string): Iterable<{ readonly segment: string }> => {
  // Making it takes longer than a table without long texts.
  segmenter ??= new Intl.Segmenter()
  return segmenter.segment(text)
}

/** The beginning of a text that fits into a number of columns of a terminal, with `…` if something is cut off. */
export const cut = (text: string, width: number): string => {
  if (stringWidth(text) <= width) return text
  let kept = ""
  let taken = 0
  for (const { segment } of graphemes(text)) {
    const next = stringWidth(segment)
    if (taken + next > width - 1) break
    kept += segment
    taken += next
  }
  return `${kept}…`
}

export const pad = (text: string, width: number, right = false): string => {
  const space = " ".repeat(Math.max(0, width - stringWidth(text)))
  return right ? space + text : text + space
}

const gap = "  "
const narrowest = 6

/** Takes columns from the widest cells until all of them fit. */
const fit = (natural: ReadonlyArray<number>, width: number): Array<number> => {
  const widths = [...natural]
  let excess = widths.reduce((sum, each) => sum + each, 0) + gap.length * (widths.length - 1) - width
  while (excess > 0) {
    const widest = Math.max(...widths)
    if (widest <= narrowest) break
    const next = Math.max(narrowest, ...widths.filter((each) => each < widest))
    const members = widths.flatMap((each, index) => (each === widest ? [index] : []))
    const each = Math.max(1, Math.min(widest - next, Math.ceil(excess / members.length)))
    for (const index of members) {
      if (excess <= 0) break
      const taken = Math.min(each, widest - narrowest)
      widths[index] = widest - taken
      excess -= taken
    }
  }
  return widths
}

const isNumber = /^[<>=~≤≥]{0,2}\s?-?\d+(?:[.,]\d+)?(?:[eE][+-]?\d+)?$/

/** Lines of aligned cells, each cut to the width. Columns of numbers are aligned to the right. */
export const aligned = (
  names: ReadonlyArray<string>,
  rows: ReadonlyArray<ReadonlyArray<string>>,
  width: number
): { readonly head: string; readonly body: ReadonlyArray<string> } => {
  const natural = names.map((name, index) =>
    rows.reduce((most, row) => Math.max(most, stringWidth(row[index] ?? "")), stringWidth(name))
  )
  const widths = fit(natural, width)
  const toTheRight = names.map(
    (_, index) =>
      rows.every((row) => row[index] === "" || isNumber.test(row[index] ?? "")) && rows.some((row) => row[index] !== "")
  )
  const line = (cells: ReadonlyArray<string>) =>
    cut(
      cells
        .map((cell, index) => pad(cut(cell, widths[index] ?? 0), widths[index] ?? 0, toTheRight[index]))
        .join(gap)
        .trimEnd(),
      width
    )
  return { head: line(names), body: rows.map(line) }
}

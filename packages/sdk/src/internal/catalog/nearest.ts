const longest = 100
const mostCompared = 10_000

const isAscii = /^[\x20-\x7e]*$/

/** A name without differences that people overlook: case, spaces, the forms of a character, and invisible characters. */
export const fold = (name: string): string => {
  const text = name.slice(0, longest)
  const shown = isAscii.test(text) ? text : text.normalize("NFKC").replace(/[\p{Cf}\p{Cc}\p{Variation_Selector}]/gu, "")
  return shown
    .toLowerCase()
    .replace(/[\s_-]+/g, " ")
    .trim()
}

/**
 * The number of edits from one text to another. Two letters that changed places are one edit. The result is only exact up
 * to `bound`, and larger than `bound` otherwise.
 */
const distance = (a: string, b: string, bound: number): number => {
  if (Math.abs(a.length - b.length) > bound) return bound + 1
  const far = bound + 1
  let beforeLast: Array<number> = []
  let last = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let row = 1; row <= a.length; row++) {
    const current: Array<number> = new Array(b.length + 1).fill(far)
    current[0] = row
    const end = Math.min(b.length, row + bound)
    let least = row
    for (let column = Math.max(1, row - bound); column <= end; column++) {
      const same = a.charCodeAt(row - 1) === b.charCodeAt(column - 1)
      let edits = Math.min(
        (last[column] ?? far) + 1,
        (current[column - 1] ?? far) + 1,
        (last[column - 1] ?? far) + (same ? 0 : 1)
      )
      const haveChangedPlaces =
        row > 1 &&
        column > 1 &&
        a.charCodeAt(row - 1) === b.charCodeAt(column - 2) &&
        a.charCodeAt(row - 2) === b.charCodeAt(column - 1)
      if (haveChangedPlaces) edits = Math.min(edits, (beforeLast[column - 2] ?? far) + 1)
      current[column] = edits
      least = Math.min(least, edits)
    }
    if (least > bound) return far
    beforeLast = last
    last = current
  }
  return last[b.length] ?? far
}

/** The largest number of edits between similar names: a third of the letters, and at most three. */
const boundOf = (name: string): number => Math.min(3, Math.floor(name.length / 3))

export interface Near {
  readonly name: string
  readonly edits: number
}

/** The most similar known name, if one is similar enough. Of long names and long lists only the beginning is compared. */
export const nearest = (name: string, known: Iterable<string>): Near | undefined => {
  const asked = fold(name)
  const bound = boundOf(asked)
  let found: Near | undefined
  let compared = 0
  for (const candidate of known) {
    if (candidate === name || candidate === "") continue
    if (++compared > mostCompared) break
    const folded = fold(candidate)
    const most = found === undefined ? bound : found.edits - 1
    const edits = distance(asked, folded, most)
    if (edits <= most) found = { name: candidate, edits }
    if (edits === 0) break
    // "IC50" may be meant for "IC50 (nM)".
    if (found === undefined && asked.length > 2 && folded.startsWith(asked)) {
      found = { name: candidate, edits: bound + 1 }
    }
  }
  return found
}

/** A text in quotes, with invisible characters written as their codes. */
export const quote = (text: string): string =>
  JSON.stringify(text.length > longest ? `${text.slice(0, longest)}…` : text).replace(
    /[\p{Cf}\p{Cc}\p{Zl}\p{Zp}\p{Co}\p{Variation_Selector}]|(?! )\p{Zs}/gu,
    (character) => `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`
  )

/** `: did you mean "Compound ID"?`, or nothing. */
export const suggestion = (name: string, known: Iterable<string>): string => {
  const found = nearest(name, known)
  if (found === undefined) return ""
  const meant = `: did you mean ${quote(found.name)}?`
  return found.edits === 0
    ? `${meant} The two differ only in case, spaces, or characters that look alike or do not show`
    : meant
}

/** A name without invisible differences. No two fields differ only in these. */
export const visible = (name: string): string =>
  name
    .normalize("NFC")
    .replace(/[\p{Cf}\p{Cc}\p{Variation_Selector}]/gu, (character) => (/\s/.test(character) ? " " : ""))
    .replace(/\s+/gu, " ")
    .trim()

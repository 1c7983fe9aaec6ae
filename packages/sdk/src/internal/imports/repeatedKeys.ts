import * as Nearest from "../catalog/nearest.js"

/** A row with the same key, or with one that looks the same. @since 0.1.0 @category models */
export interface Before {
  readonly row: number
  readonly isSame: boolean
}

/**
 * The keys of the rows of a table so far, as hashes: 16 to 32 bytes for each. It is for a table that is imported by several
 * calls of `importRows`.
 *
 * @since 0.1.0
 * @category models
 */
export interface RowsByKey {
  /** Another row that had this key before, or `undefined`. Then this row has it from now on. */
  readonly rowBefore: (texts: ReadonlyArray<string>, row: number) => Before | undefined
}

/** One text for the texts of several keys. */
export const keyOf = (keys: ReadonlyArray<string>): string =>
  keys.length === 1 ? (keys[0] ?? "") : JSON.stringify(keys)

/** Number of keys that are held, in 48 MiB. The keys of later rows are only compared with these. */
export const mostKeys = 3_000_000

/** Two hashes of 32 bits each. Of a million keys two share both once in 10^7 jobs. */
const hash = (text: string): readonly [number, number] => {
  let first = 0x811c9dc5
  let second = 0x9747b28c
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    first = Math.imul(first ^ unit, 0x01000193)
    second = Math.imul((second ^ unit) + at, 0x85ebca6b)
    second ^= second >>> 15
  }
  first ^= first >>> 16
  return [Math.imul(first, 0x7feb352d) >>> 0, Math.imul(second, 0xc2b2ae35) >>> 0]
}

const plain = /^[!-~]+(?: [!-~]+)*$/

const visible = (text: string): string => (plain.test(text) ? text : Nearest.visible(text))

// The bit of a row whose key is written in another way than it looks.
const otherwise = 0x8000_0000

/** Makes an empty set. */
export const make = (most = mostKeys): RowsByKey => {
  // Three numbers for each key: two hashes, and the row. A row of 0 is a free place.
  let capacity = 1024
  let entries = new Uint32Array(3 * capacity)
  let size = 0

  const placeOf = (first: number, second: number): number => {
    let place = first & (capacity - 1)
    while (entries[3 * place + 2] !== 0) {
      if (entries[3 * place] === first && entries[3 * place + 1] === second) return place
      place = (place + 1) & (capacity - 1)
    }
    return place
  }

  const grow = () => {
    const before = entries
    capacity *= 2
    entries = new Uint32Array(3 * capacity)
    for (let at = 0; at < before.length; at += 3) {
      if (before[at + 2] === 0) continue
      const place = placeOf(before[at] ?? 0, before[at + 1] ?? 0)
      entries.set(before.subarray(at, at + 3), 3 * place)
    }
  }

  const entryOf = (key: string): number => {
    const [first, second] = hash(key)
    return entries[3 * placeOf(first, second) + 2] ?? 0
  }

  const add = (key: string, entry: number): void => {
    if (size >= most) return
    const [first, second] = hash(key)
    entries.set([first, second, entry], 3 * placeOf(first, second))
    size++
    if (4 * size > 3 * capacity) grow()
  }

  return {
    rowBefore: (texts, row) => {
      const key = keyOf(texts)
      const shown = keyOf(texts.map(visible))
      const isShown = key === shown
      const same = entryOf(key)
      const before = same !== 0 || isShown ? same : entryOf(shown)
      if (before !== 0) {
        const isSame = same !== 0 && (before & otherwise) === 0
        const rowBefore = (before & ~otherwise) >>> 0
        return rowBefore === row ? undefined : { row: rowBefore, isSame }
      }
      add(key, row)
      if (!isShown) add(shown, (row | otherwise) >>> 0)
      return undefined
    }
  }
}

/** Hashes a text to four 32-bit numbers. */
const hash = (text: string): readonly [number, number, number, number] => {
  let [a, b, c, d] = [0x9e3779b9, 0x243f6a88, 0xb7e15162, 0xdeadbeef]
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0
    a = Math.imul(a ^ code, 0x85ebca6b) ^ (d >>> 13)
    b = Math.imul(b ^ code, 0xc2b2ae35) ^ (a >>> 16)
    c = Math.imul(c ^ code, 0x27d4eb2f) ^ (b >>> 15)
    d = Math.imul(d ^ code, 0x165667b1) ^ (c >>> 14)
  }
  return [a >>> 0, b >>> 0, c >>> 0, d >>> 0]
}

/** A UUID that depends only on the name. */
export const idOf = (kind: string, name: string): string => {
  const hex = hash(`${kind}/${name}`)
    .map((part) => part.toString(16).padStart(8, "0"))
    .join("")
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`
}

/** A number from 0 to 1 that looks random but depends only on the name. */
export const fractionOf = (name: string): number => hash(name)[2] / 0x1_0000_0000

/** The time at which the sample was made. */
export const now = "2026-03-02T09:00:00.000Z"

/** Some days before {@link now}, at a time of day that depends on the name. */
export const daysAgo = (days: number, name: string): string =>
  new Date(Date.parse(now) - days * 86_400_000 - Math.floor(fractionOf(`time/${name}`) * 28_800_000)).toISOString()

/** The same as {@link daysAgo}, in the platform's form with microseconds. */
export const preciseDaysAgo = (days: number, name: string): string =>
  daysAgo(days, name).replace(
    "Z",
    `${String(Math.floor(fractionOf(`micros/${name}`) * 999) + 1).padStart(3, "0")}+00:00`
  )

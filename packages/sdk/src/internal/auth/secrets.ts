import * as Either from "effect/Either"
import * as Encoding from "effect/Encoding"
import * as Predicate from "effect/Predicate"
import * as Record from "effect/Record"

/**
 * The secrets of one credential. They are hidden in errors, spans and logs, because servers and proxies may repeat what
 * they received, in the response to that call or to another one.
 */
export interface Secrets {
  /** Adds a value of a header or of a form, and its secret parts: the token of `Bearer`, the password of `Basic`, a cookie. */
  readonly add: (value: string) => void
  /** A text without the secrets, however they are escaped. Call it before the text is cut. */
  readonly hide: (text: string) => string
  /** An error without the secrets. */
  readonly hideIn: <E>(error: E) => E
}

// A shorter text would be found in nearly every text.
const shortest = 4

// A shorter secret is hidden only where it is a complete word.
const shortestAnywhere = 8

/** The number of values that are kept: the tokens of the last hours, and those of other calls in flight. */
const mostKept = 40

const hidden = "<redacted>"

/** A text that is searched for. */
interface Needle {
  readonly text: string
  /** The smallest period of the text. Two places of the text can overlap only by multiples of it. */
  readonly period: number
  readonly kind: "anywhere" | "word" | "base64"
}

/**
 * A text with some of its escapes decoded. The character at `index` stands in the original text from `starts[index]` to
 * `starts[index + 1]`.
 */
interface Reading {
  readonly text: string
  readonly starts: Uint32Array | undefined
}

type Range = readonly [start: number, end: number]

const names: { readonly [name: string]: string } = {
  amp: "&",
  apos: "'",
  ast: "*",
  bsol: "\\",
  colon: ":",
  comma: ",",
  commat: "@",
  dollar: "$",
  equals: "=",
  excl: "!",
  grave: "`",
  gt: ">",
  hat: "^",
  lbrace: "{",
  lbrack: "[",
  lcub: "{",
  lowbar: "_",
  lpar: "(",
  lsqb: "[",
  lt: "<",
  nbsp: " ",
  num: "#",
  percnt: "%",
  period: ".",
  plus: "+",
  quest: "?",
  quot: '"',
  rbrace: "}",
  rbrack: "]",
  rcub: "}",
  rpar: ")",
  rsqb: "]",
  semi: ";",
  sol: "/",
  tab: "\t",
  newline: "\n",
  verbar: "|",
  vert: "|"
}

const controls: { readonly [letter: string]: string } = { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" }

// Percent-encoded UTF-8, one character at a time.
const utf8 = /%[cd][0-9a-f]%[89ab][0-9a-f]|%e[0-9a-f](?:%[89ab][0-9a-f]){2}|%f[0-7](?:%[89ab][0-9a-f]){3}/

// The possible beginning of an escape at the end of a text, if the text may have been cut.
const cutShort = /(%[c-f][0-9a-f](?:%[89ab][0-9a-f]){0,2}(?:%[89ab]?)?|&#[0-9a-fx]{1,9})(?=…*$)/

// One byte alone, the escapes of JSON and JavaScript, and those of HTML.
const others =
  /%[0-9a-f]{2}|\\u[0-9a-f]{4}|\\u\{[0-9a-f]{1,6}\}|\\x[0-9a-f]{2}|\\["'\\/bfnrt]|&#x[0-9a-f]{1,8};?|&#[0-9]{1,8};?|&[a-z]{2,8};/

const escapes = {
  /** For a text that may have been cut. */
  cut: new RegExp(`${utf8.source}|${cutShort.source}|${others.source}`, "gi"),
  /** For a complete text: it does not end within an escape. */
  whole: new RegExp(`${utf8.source}|()(?!)|${others.source}`, "gi")
}

const ofCode = (code: number): string => (code <= 0x10ffff ? String.fromCodePoint(code) : "\ufffd")

const unescaped = (written: string, isPart: boolean): string => {
  const second = written[1] ?? ""
  if (isPart) return "\ufffd"
  if (written.startsWith("%")) {
    const bytes = (written.match(/[0-9a-f]{2}/gi) ?? []).map((byte) => Number.parseInt(byte, 16))
    // One byte alone may be a character of ISO 8859-1.
    return bytes.length === 1 ? ofCode(bytes[0] ?? 0) : new TextDecoder().decode(Uint8Array.from(bytes))
  }
  if (written.startsWith("\\")) {
    return second === "u" || second === "x"
      ? ofCode(Number.parseInt(written.slice(2).replace(/[{}]/g, ""), 16))
      : (controls[second] ?? second)
  }
  if (second !== "#") return names[written.slice(1, -1).toLowerCase()] ?? written
  const digits = written.slice(2).replace(";", "")
  return ofCode(/^x/i.test(digits) ? Number.parseInt(digits.slice(1), 16) : Number.parseInt(digits, 10))
}

/** Decodes each escape of a text once. The result is `undefined` if there are no escapes. */
const unescape = ({ starts, text }: Reading, extent: keyof typeof escapes): Reading | undefined => {
  const at = (index: number) => starts?.[index] ?? index
  let changed = false
  let read = ""
  let done = 0
  const from = new Uint32Array(text.length + 1)
  const copy = (end: number) => {
    for (let index = done; index < end; index++) from[read.length + index - done] = at(index)
    read += text.slice(done, end)
  }
  for (const match of text.matchAll(escapes[extent])) {
    const [written, part] = match
    const character = unescaped(written, part !== undefined)
    if (character === written) continue
    changed = true
    copy(match.index)
    for (let unit = 0; unit < character.length; unit++) from[read.length + unit] = at(match.index)
    read += character
    done = match.index + written.length
  }
  if (!changed) return undefined
  copy(text.length)
  from[read.length] = at(text.length)
  return { text: read, starts: from }
}

/** The largest number of times that escapes are decoded. No server escapes more often. */
const readings = 5

/** The original text, then the text with its escapes decoded once, and so on until there are no escapes. */
const readingsOf = (text: string, extent: keyof typeof escapes = "cut"): ReadonlyArray<Reading> => {
  const all: Array<Reading> = []
  let next: Reading | undefined = { text, starts: undefined }
  while (next !== undefined && all.length < readings) {
    all.push(next)
    next = unescape(next, extent)
  }
  return all
}

// A form writes a space as a plus sign.
const spaced = (text: string): string => text.replaceAll("+", " ")

const periodOf = (text: string): number => {
  const borders = new Uint32Array(text.length)
  let border = 0
  for (let index = 1; index < text.length; index++) {
    while (border > 0 && text[index] !== text[border]) border = borders[border - 1] ?? 0
    if (text[index] === text[border]) border++
    borders[index] = border
  }
  return text.length - border
}

/** The Base64 characters that encode these bytes within a longer text, for each of the three possible offsets. */
const base64Of = (bytes: Uint8Array): ReadonlyArray<string> =>
  [0, 1, 2].map((before) => {
    const padded = new Uint8Array(before + bytes.length)
    padded.set(bytes, before)
    // The characters at both ends also hold bits of the bytes before and after.
    return Encoding.encodeBase64(padded).slice(before === 0 ? 0 : before + 1, Math.floor((padded.length * 8) / 6))
  })

const inForm = (text: string): string => new URLSearchParams([["", text]]).toString().slice(1)

const needlesOf = (secret: string): ReadonlyArray<Needle> => {
  const needles = new Map<string, Needle>()
  const look = (text: string, kind: Needle["kind"]) => {
    const plain = spaced(text)
    if (plain.length >= shortest) needles.set(plain, { text: plain, period: periodOf(plain), kind })
  }
  const bytes = new TextEncoder().encode(secret)
  // A server reads a header as ISO 8859-1, even if it was written as UTF-8.
  const inHeader = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("")
  for (const { text } of [...readingsOf(secret, "whole"), ...readingsOf(inHeader, "whole")]) {
    look(text, secret.length < shortestAnywhere ? "word" : "anywhere")
  }
  if (secret.length < shortestAnywhere) return [...needles.values()]
  for (const written of [bytes, new TextEncoder().encode(inForm(secret))]) {
    for (const encoded of base64Of(written)) {
      look(encoded, "base64")
      look(encoded.replaceAll("+", "-").replaceAll("/", "_"), "base64")
    }
  }
  return [...needles.values()]
}

/** The parts of a value that are secrets. */
const partsOf = (value: string): ReadonlyArray<string> => {
  const trimmed = value.trim()
  const [, scheme, credentials = ""] = /^(basic|bearer|token) +(\S+)$/i.exec(trimmed) ?? []
  if (scheme !== undefined) {
    const decoded =
      scheme.toLowerCase() === "basic" ? Either.getOrElse(Encoding.decodeBase64String(credentials), () => "") : ""
    return [credentials, decoded, decoded.slice(decoded.indexOf(":") + 1)]
  }
  const cookies = [...trimmed.matchAll(/(?:^|;\s*)[^=;\s]+=([^;]*)/g)].map(([, cookie = ""]) => cookie)
  return [trimmed, ...cookies]
}

const isAlphanumeric = (text: string, index: number): boolean => /^[0-9a-z]$/i.test(text.charAt(index))

const isBase64 = (text: string, index: number): boolean => /^[0-9a-z+/_=-]$/i.test(text.charAt(index))

/** The places of a needle in a text. */
const placesOf = (needle: Needle, plain: string, text: string): ReadonlyArray<Range> => {
  const { kind, period } = needle
  const { length } = needle.text
  const places: Array<Range> = []
  let start = plain.indexOf(needle.text)
  while (start >= 0) {
    let end = start + length
    let next = end
    if (kind === "anywhere") {
      // Overlapping places are one range, so that a long row of them takes linear time.
      while (period < length && end < plain.length && plain[end] === plain[end - period]) end++
      places.push([start, end])
      next = end - period + 1
    } else if (kind === "base64") {
      let first = start
      while (first > 0 && isBase64(text, first - 1)) first--
      while (isBase64(text, end)) end++
      places.push([first, end])
      next = end
    } else {
      if (!isAlphanumeric(plain, start - 1) && !isAlphanumeric(plain, end)) places.push([start, end])
      next = start + 1
    }
    start = plain.indexOf(needle.text, next)
  }
  return places
}

// An incomplete character and the sign for a cut text; an incomplete escape.
const endings = [
  /[\ufffd\ud800-\udbff…]+$/,
  /(?:%[0-9a-f]?|\\(?:u[0-9a-f]{0,3}|u\{[0-9a-f]{0,6}|x[0-9a-f]?)?|&#?[0-9a-z]{0,8})$/i
]

/** A text, and the text without a character or an escape that may have been cut in two at its end. */
const endsOf = (text: string): ReadonlyArray<string> => {
  const ends = [text]
  for (let round = 0; round < readings; round++) {
    for (const ending of endings) {
      const last = ends.at(-1) ?? ""
      const tail = last.slice(-20)
      const rest = tail.replace(ending, "")
      if (rest !== tail) ends.push(last.slice(0, last.length - tail.length + rest.length))
    }
  }
  return ends
}

/** The place of a needle's beginning at the end of a text, because the text may have been cut there. */
const beginningOf = ({ kind, text: needle }: Needle, plain: string): number | undefined => {
  const tail = plain.slice(-shortest)
  if (tail.length < shortest) return undefined
  for (let at = needle.lastIndexOf(tail); at >= 0; at = at === 0 ? -1 : needle.lastIndexOf(tail, at - 1)) {
    const length = at + shortest
    const start = plain.length - length
    if (length === needle.length || !plain.endsWith(needle.slice(0, length))) continue
    if (kind === "word" && isAlphanumeric(plain, start - 1)) continue
    let first = start
    while (kind === "base64" && first > 0 && isBase64(plain, first - 1)) first--
    return first
  }
  return undefined
}

/** A text with the secrets in these places replaced. */
const covered = (text: string, places: ReadonlyArray<Range>): string => {
  let result = ""
  let done = 0
  for (const [start, end] of [...places].sort(([a], [b]) => a - b)) {
    if (start > done || result === "") result += text.slice(done, start) + hidden
    done = Math.max(done, end)
  }
  return result + text.slice(done)
}

/** The fields of an error that do not come from a response. */
const fieldsOfCall = new Set([
  "_tag",
  "call",
  "method",
  "pathTemplate",
  "path",
  "outcome",
  "deadline",
  "reason",
  "missing"
])

export const make = (): Secrets => {
  /** The values, with the texts that are searched for as soon as a text is searched. */
  const kept = new Map<string, ReadonlyArray<Needle> | undefined>()

  const needlesIn = (value: string, known: ReadonlyArray<Needle> | undefined): ReadonlyArray<Needle> => {
    if (known !== undefined) return known
    const needles = partsOf(value).flatMap(needlesOf)
    kept.set(value, needles)
    return needles
  }

  const add = (value: string) => {
    const needles = kept.get(value)
    // The value that was used least recently is dropped first.
    kept.delete(value)
    kept.set(value, needles)
    const [oldest] = kept.keys()
    if (kept.size > mostKept && oldest !== undefined) kept.delete(oldest)
  }

  const hide = (text: string): string => {
    const searched = Array.from(kept, ([value, known]) => needlesIn(value, known))
    const places: Array<Range> = []
    const last = text.length
    for (const reading of readingsOf(text)) {
      const at = (index: number) => reading.starts?.[index] ?? index
      const plain = spaced(reading.text)
      const ends = endsOf(plain)
      for (const needles of searched) {
        for (const needle of needles) {
          for (const [start, end] of placesOf(needle, plain, reading.text)) places.push([at(start), at(end)])
          for (const end of ends) {
            const beginning = beginningOf(needle, end)
            if (beginning !== undefined) places.push([at(beginning), last])
          }
        }
      }
    }
    return places.length === 0 ? text : covered(text, places)
  }

  const hideDeep = (value: unknown): unknown => {
    if (typeof value === "string") return hide(value)
    if (Array.isArray(value)) return value.map(hideDeep)
    return Predicate.isRecord(value) && Object.getPrototypeOf(value) === Object.prototype
      ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, hideDeep(item)]))
      : value
  }

  return {
    add,
    hide,
    hideIn: <E>(error: E): E => {
      if (!(error instanceof Error)) return error
      // The message is not enumerable, so a spread leaves it behind.
      const fields: { readonly [name: string]: unknown } = { ...error, message: error.message }
      const changed = Record.map(fields, (value, name) => (fieldsOfCall.has(name) ? value : hideDeep(value)))
      return JSON.stringify(fields) === JSON.stringify(changed)
        ? error
        : Reflect.construct(error.constructor, [changed])
    }
  }
}

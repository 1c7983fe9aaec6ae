/** How servers, proxies and browsers write a text that they were sent. */
export type Spelling = readonly [name: string, spell: (text: string) => string]

const bytes = (text: string): ReadonlyArray<string> =>
  [...Buffer.from(text)].map((byte) => byte.toString(16).padStart(2, "0"))

const units = (text: string): ReadonlyArray<string> =>
  Array.from({ length: text.length }, (_, index) => text.charCodeAt(index).toString(16).padStart(4, "0"))

const points = (text: string): ReadonlyArray<number> => [...text].map((character) => character.codePointAt(0) ?? 0)

const lowerHex = (text: string): string => text.replace(/%[0-9A-F]{2}/g, (escape) => escape.toLowerCase())

const html = (text: string): string =>
  text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;")
    .replaceAll("/", "&sol;")

const everyOther = (text: string, spell: (character: string) => string): string =>
  [...text].map((character, index) => (index % 2 === 0 ? character : spell(character))).join("")

/** Those that may be written one within the other. */
export const spellings: ReadonlyArray<Spelling> = [
  ["as it is", (text) => text],
  ["as JSON", (text) => JSON.stringify(text).slice(1, -1)],
  ["as JSON with slashes escaped", (text) => JSON.stringify(text).slice(1, -1).replaceAll("/", "\\/")],
  ["for HTML", html],
  ["percent-encoded", encodeURIComponent],
  ["percent-encoded with lower case", (text) => lowerHex(encodeURIComponent(text))],
  ["as a form", (text) => new URLSearchParams([["", text]]).toString().slice(1)]
]

/** All of them. */
export const every: ReadonlyArray<Spelling> = [
  ...spellings,
  [
    "as JSON escapes",
    (text) =>
      units(text)
        .map((unit) => `\\u${unit}`)
        .join("")
  ],
  [
    "as JSON escapes with upper case",
    (text) =>
      units(text)
        .map((unit) => `\\u${unit.toUpperCase()}`)
        .join("")
  ],
  [
    "as escapes of JavaScript",
    (text) =>
      points(text)
        .map((point) => `\\u{${point.toString(16)}}`)
        .join("")
  ],
  [
    "as entities",
    (text) =>
      points(text)
        .map((point) => `&#${point};`)
        .join("")
  ],
  [
    "as hexadecimal entities",
    (text) =>
      points(text)
        .map((point) => `&#x${point.toString(16)};`)
        .join("")
  ],
  [
    "as entities with zeros",
    (text) =>
      points(text)
        .map((point) => `&#x0${point.toString(16).toUpperCase()};`)
        .join("")
  ],
  [
    "as bytes",
    (text) =>
      bytes(text)
        .map((byte) => `%${byte}`)
        .join("")
  ],
  [
    "as bytes with upper case",
    (text) =>
      bytes(text)
        .map((byte) => `%${byte.toUpperCase()}`)
        .join("")
  ],
  ["as a path", (text) => encodeURI(text.replaceAll("%", "%25"))],
  [
    "half as bytes",
    (text) =>
      everyOther(text.replaceAll("%", "%25"), (it) =>
        bytes(it)
          .map((byte) => `%${byte}`)
          .join("")
      )
  ],
  ["half as entities", (text) => everyOther(text.replaceAll("&", "&amp;"), (it) => `&#${points(it)[0]};`)],
  ["as JSON within JSON", (text) => JSON.stringify(JSON.stringify(text)).slice(3, -3)]
]

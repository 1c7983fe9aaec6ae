import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Bytes from "../bytes.js"

/** A character set of a table file. */
export type Encoding = "utf-8" | "utf-16le" | "utf-16be" | "iso-8859-1" | "windows-1252"

// The characters of the bytes 80 to 9F. `TextDecoder` has no ISO-8859-1, and some releases of Node read this one wrongly.
const windows = "€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ"

// The most arguments of one call of a function that every engine allows.
const mostArguments = 8192

const fromCodes = (codes: Uint16Array): string => {
  let text = ""
  for (let at = 0; at < codes.length; at += mostArguments) {
    text += String.fromCharCode(...codes.subarray(at, at + mostArguments))
  }
  return text
}

/** The place of the first byte that is no character of Windows-1252. */
const undefinedAt = (bytes: Uint8Array): number =>
  bytes.findIndex((code) => code >= 0x80 && code < 0xa0 && windows.charCodeAt(code - 0x80) === code)

const decodeSingle = (bytes: Uint8Array, encoding: Encoding): string => {
  const codes = Uint16Array.from(bytes)
  if (encoding === "windows-1252") {
    for (let at = 0; at < codes.length; at++) {
      const code = codes[at] ?? 0
      if (code >= 0x80 && code < 0xa0) codes[at] = windows.charCodeAt(code - 0x80)
    }
  }
  return fromCodes(codes)
}

/** Turns the bytes of each character around. */
const swapped = (bytes: Uint8Array): Uint8Array => {
  const others = new Uint8Array(bytes.length)
  for (let at = 0; at < bytes.length; at++) others[at ^ 1] = bytes[at] ?? 0
  return others
}

const encoder = new TextEncoder()

const decodeUnicode = (bytes: Uint8Array, encoding: Encoding, stream: boolean): string =>
  new TextDecoder(encoding === "utf-8" ? "utf-8" : "utf-16le", { fatal: true, ignoreBOM: true }).decode(bytes, {
    stream
  })

/** The number of bytes without those of a character that is not complete. */
const completeLength = (bytes: Uint8Array, encoding: Encoding): number => {
  const { length } = bytes
  if (encoding === "utf-8") {
    for (let back = 1; back <= Math.min(3, length); back++) {
      const code = bytes[length - back] ?? 0
      if (code < 0x80) return length
      if (code >= 0xc0) return back < (code >= 0xf0 ? 4 : code >= 0xe0 ? 3 : 2) ? length - back : length
    }
    return length
  }
  if (encoding === "utf-16le" || encoding === "utf-16be") {
    const even = length - (length % 2)
    const high = bytes[encoding === "utf-16le" ? even - 1 : even - 2] ?? 0
    return high >= 0xd8 && high < 0xdc ? even - 2 : even
  }
  return length
}

/** The encoding that the first bytes of a file tell, and the length of its byte order mark. */
const sniff = (bytes: Uint8Array): { readonly encoding: Encoding; readonly mark: number } | undefined => {
  const [a, b, c, d] = bytes
  if (a === 0xef && b === 0xbb && c === 0xbf) return { encoding: "utf-8", mark: 3 }
  if (a === 0xff && b === 0xfe) return { encoding: "utf-16le", mark: 2 }
  if (a === 0xfe && b === 0xff) return { encoding: "utf-16be", mark: 2 }
  // Text that begins with two characters of ASCII. No table in another encoding has such bytes.
  if (a !== 0 && b === 0 && c !== 0 && d === 0) return { encoding: "utf-16le", mark: 0 }
  if (a === 0 && b !== 0 && c === 0 && d !== 0) return { encoding: "utf-16be", mark: 0 }
  return undefined
}

/** Text, and the place of the first byte after it that is not text, if there is one. */
export interface Decoded {
  readonly text: string
  readonly invalidAt: number | undefined
}

/**
 * Decodes the bytes of a file, which may be cut anywhere. A byte order mark decides on the encoding. Without one and without
 * `given` the file is UTF-8; if it is not, and has only ASCII before the first wrong byte, it is Windows-1252 from there on, as
 * long as all bytes are characters of it.
 */
export const makeDecoder = (given: Encoding | undefined) => {
  let encoding: Encoding = given ?? "utf-8"
  let mayChange = given === undefined
  let isBegun = false
  let held: Uint8Array = new Uint8Array(0)
  let before = 0

  const single = (bytes: Uint8Array): Decoded => {
    held = new Uint8Array(0)
    const wrong = encoding === "windows-1252" && given === undefined ? undefinedAt(bytes) : -1
    const text = decodeSingle(wrong === -1 ? bytes : bytes.subarray(0, wrong), encoding)
    const begin = before
    before += bytes.length
    return { text, invalidAt: wrong === -1 ? undefined : begin + wrong }
  }

  const unicode = (bytes: Uint8Array, isLast: boolean): Decoded => {
    const complete = isLast ? bytes.length : completeLength(bytes, encoding)
    held = bytes.slice(complete)
    const part = encoding === "utf-16be" ? swapped(bytes.subarray(0, complete)) : bytes.subarray(0, complete)
    const whole = Either.try(() => decodeUnicode(part, encoding, false))
    if (Either.isRight(whole)) {
      before += complete
      if (whole.right.length !== complete) mayChange = false
      return { text: whole.right, invalidAt: undefined }
    }
    const startOf = (length: number) =>
      Option.getRight(Either.try(() => decodeUnicode(part.subarray(0, length), encoding, true)))
    let length = 0
    for (let beyond = part.length + 1; beyond - length > 1; ) {
      const middle = Math.floor((length + beyond) / 2)
      if (Option.isSome(startOf(middle))) length = middle
      else beyond = middle
    }
    const text = Option.getOrElse(startOf(length), () => "")
    const end = encoding === "utf-8" ? encoder.encode(text).length : text.length * 2
    if (mayChange && text.length === end) {
      encoding = "windows-1252"
      before += end
      const decoded = single(bytes.subarray(end))
      return { ...decoded, text: text + decoded.text }
    }
    return { text, invalidAt: before + end }
  }

  return {
    /** The encoding, as far as the bytes tell until now. */
    encoding: (): Encoding => encoding,
    decode: (chunk: Uint8Array, isLast: boolean): Decoded => {
      let bytes = held.length === 0 ? chunk : Bytes.concat([held, chunk], held.length + chunk.length)
      if (!isBegun) {
        if (bytes.length < 4 && !isLast) {
          held = bytes.slice()
          return { text: "", invalidAt: undefined }
        }
        isBegun = true
        const found = sniff(bytes)
        if (found !== undefined && (found.mark > 0 || given === undefined)) {
          encoding = found.encoding
          mayChange = false
          before = found.mark
          bytes = bytes.subarray(found.mark)
        }
      }
      if (encoding === "utf-8" || encoding === "utf-16le" || encoding === "utf-16be") return unicode(bytes, isLast)
      return single(bytes)
    }
  }
}

export type Decoder = ReturnType<typeof makeDecoder>

const loneSurrogate = /\p{Surrogate}/u

const codesOf = (encoding: Encoding): ReadonlyMap<number, number> => {
  const codes = new Map<number, number>()
  for (let code = 0; code < 256; code++) codes.set(decodeSingle(Uint8Array.of(code), encoding).charCodeAt(0), code)
  return codes
}

/** The bytes of a text, or the first character of it that the encoding does not have. */
export const makeEncoder = (encoding: Encoding): ((text: string) => Either.Either<Uint8Array, string>) => {
  if (encoding === "iso-8859-1" || encoding === "windows-1252") {
    const codes = codesOf(encoding)
    return (text) => {
      const bytes = new Uint8Array(text.length)
      for (let at = 0; at < text.length; at++) {
        const code = codes.get(text.charCodeAt(at))
        if (code === undefined) return Either.left(String.fromCodePoint(text.codePointAt(at) ?? 0))
        bytes[at] = code
      }
      return Either.right(bytes)
    }
  }
  return (text) => {
    const lone = loneSurrogate.exec(text)
    if (lone !== null) return Either.left(lone[0])
    if (encoding === "utf-8") return Either.right(encoder.encode(text))
    const bytes = new Uint8Array(text.length * 2)
    const view = new DataView(bytes.buffer)
    for (let at = 0; at < text.length; at++) view.setUint16(at * 2, text.charCodeAt(at), encoding === "utf-16le")
    return Either.right(bytes)
  }
}

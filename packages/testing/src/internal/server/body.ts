import * as Effect from "effect/Effect"
import { isMultipart, parse } from "./multipart.js"
import { type BadRequest, malformed } from "./problem.js"

const decoder = new TextDecoder()
const strictDecoder = new TextDecoder("utf-8", { fatal: true })

/** `application/json; charset=utf-8` → `application/json`. */
const mediaType = (contentType: string | undefined): string | undefined =>
  contentType?.split(";")[0]?.trim().toLowerCase()

// Deeper JSON would be too much for the stack of the functions that go through it.
const deepest = 2000

// Bytes are compared in half of the time of the codes of characters. No other character has one of these bytes in UTF-8.
const quote = 0x22
const backslash = 0x5c
const leftBracket = 0x5b
const rightBracket = 0x5d
const leftBrace = 0x7b
const rightBrace = 0x7d

/** Whether JSON has more than `deepest` lists and objects within each other. */
const isTooDeep = (json: Uint8Array): boolean => {
  let depth = 0
  for (let at = 0; at < json.length; at++) {
    switch (json[at]) {
      case quote:
        for (at++; at < json.length && json[at] !== quote; at++) if (json[at] === backslash) at++
        break
      case leftBracket:
      case leftBrace:
        if (++depth > deepest) return true
        break
      case rightBracket:
      case rightBrace:
        depth--
    }
  }
  return false
}

/** Whether JSON can have a key `__proto__`, also with escapes. */
const mayBeLossy = (text: string): boolean => text.includes("__proto__") || text.includes("\\u00")

/** JSON without a key `__proto__`: what stands there would be lost on the way, since objects do not hold it as a key. */
const parseJson = (bytes: Uint8Array): Effect.Effect<unknown, BadRequest> =>
  Effect.suspend(() => {
    let isLossy = false
    const look = (key: string, value: unknown): unknown => {
      isLossy ||= key === "__proto__"
      return value
    }
    return Effect.try({
      try: () => strictDecoder.decode(bytes),
      catch: () => malformed("The body is not valid JSON")
    }).pipe(
      Effect.filterOrFail(
        () => !isTooDeep(bytes),
        () => malformed(`The body has more than ${deepest} lists and objects within each other`)
      ),
      Effect.flatMap((text) =>
        Effect.try({
          // Only such a text can have the key. Looking at each key takes several times as long as parsing.
          try: (): unknown => JSON.parse(text, mayBeLossy(text) ? look : undefined),
          catch: () => malformed("The body is not valid JSON")
        })
      ),
      Effect.filterOrFail(
        () => !isLossy,
        () => malformed("The body has the key __proto__, which nothing takes")
      )
    )
  })

const readJson = (bytes: Uint8Array): Effect.Effect<unknown, BadRequest> =>
  bytes.length === 0
    ? Effect.fail(malformed("Body cannot be empty when content-type is set to 'application/json'"))
    : parseJson(bytes)

const readForm = (bytes: Uint8Array): { readonly [key: string]: string } =>
  Object.fromEntries(new URLSearchParams(decoder.decode(bytes)))

/** Reads an upload: the part `file`, and the part `body` with JSON. Other parts are ignored. */
const readUpload = (contentType: string | undefined, bytes: Uint8Array): Effect.Effect<unknown, BadRequest> =>
  Effect.flatMap(parse(contentType, bytes), (parts) => {
    const file = parts.find((part) => part.name === "file")
    const body = parts.find((part) => part.name === "body")
    return body === undefined
      ? Effect.succeed({ file })
      : Effect.map(
          Effect.mapError(readJson(body.bytes), () => malformed('The part "body" is not valid JSON')),
          (json) => ({ file, body: json })
        )
  })

/** Reads the body of a request. `expected` is the content type that the call takes. */
export const readBody = (options: {
  readonly expected: string | undefined
  readonly contentType: string | undefined
  readonly bytes: Uint8Array
}): Effect.Effect<unknown, BadRequest> =>
  Effect.suspend(() => {
    const { bytes, contentType, expected } = options
    const type = mediaType(contentType)
    if (expected === "multipart/form-data" && isMultipart(contentType, bytes)) {
      return readUpload(contentType, bytes)
    }
    if (type === undefined && bytes.length === 0) {
      return Effect.succeed({})
    }
    if (type !== expected) {
      return Effect.fail(
        malformed(
          `The content type of the body is ${type === undefined ? "missing" : JSON.stringify(type)}. This call takes ${expected}`
        )
      )
    }
    return expected === "application/x-www-form-urlencoded" ? Effect.succeed(readForm(bytes)) : readJson(bytes)
  })

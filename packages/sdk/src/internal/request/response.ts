import type * as Headers from "@effect/platform/Headers"
import * as Duration from "effect/Duration"
import * as Either from "effect/Either"

/** The status and the headers of a response. */
export interface Head {
  readonly status: number
  readonly headers: Headers.Headers
}

/** A response with its whole body. */
export interface Whole extends Head {
  readonly body: Uint8Array
}

export const isSuccess = ({ status }: Pick<Head, "status">): boolean => status >= 200 && status < 300

/** Whether a status allows no body. */
export const hasNoBody = ({ status }: Pick<Head, "status">): boolean =>
  status === 204 || status === 205 || status === 304

/** The character set that a response declares, or UTF-8. */
export const charset = ({ headers }: Pick<Head, "headers">): string =>
  /\bcharset=["']?([^"';\s]+)/i.exec(headers["content-type"] ?? "")?.[1] ?? "utf-8"

/** The text of a body, or the name of the declared character set if the body is not text in it. */
export const text = (response: Whole): Either.Either<string, string> =>
  Either.try({
    try: () => new TextDecoder(charset(response), { fatal: true }).decode(response.body),
    catch: () => charset(response)
  })

/** Whether a response is a web page: then it is from a proxy, a login or another server, and not from the API. */
export const isPage = ({ headers }: Pick<Head, "headers">, content: string): boolean =>
  /^\s*(?:text\/html|application\/xhtml\+xml)\b/i.test(headers["content-type"] ?? "") ||
  /^\s*<(?:!doctype html|html)\b/i.test(content.slice(0, 1000))

/** Whether a response declares that it is only a part of the content. The SDK never asks for a part. */
export const isPart = ({ headers, status }: Head): boolean => {
  const range = headers["content-range"]
  if (status !== 206 || range === undefined) return false
  const [, last, size] = /^bytes 0-(\d+)\/(\d+)$/.exec(range.trim()) ?? []
  return last === undefined || Number(last) + 1 !== Number(size)
}

/** The id of the request in the server's log. It may quote secrets: hide them before it is shown. */
export const requestId = (headers: Headers.Headers): string | null =>
  headers["x-request-id"] ?? headers["request-id"] ?? null

/** The wait that `Retry-After` asks for, in seconds or until a date. */
export const retryAfter = (headers: Headers.Headers, now: number): Duration.Duration | null => {
  const value = headers["retry-after"]?.trim() ?? ""
  if (/^\d+(\.\d+)?$/.test(value)) return Duration.seconds(Number(value))
  // Every form of an HTTP date has a time in it. `Date.parse` would read a year from "in 5 minutes".
  const date = /\d\d:\d\d:\d\d/.test(value) ? Date.parse(value) : Number.NaN
  return Number.isNaN(date) ? null : Duration.millis(Math.max(0, date - now))
}

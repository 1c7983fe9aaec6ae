import type * as Headers from "@effect/platform/Headers"
import * as Duration from "effect/Duration"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import type { Issue } from "../../KaleidoscopeError.js"
import * as Json from "../json/json.js"
import type { WholeResponse } from "./responseFailure.js"

const longestMessage = 1000

/** A text that is not longer than this. */
export const bounded = (text: string, length: number): string =>
  text.length > length ? `${text.slice(0, length)}…` : text

const charsetOf = (answer: WholeResponse): string =>
  /charset=["']?([^"';\s]+)/i.exec(answer.headers["content-type"] ?? "")?.[1] ?? "utf-8"

/** The text of an answer, in the character set it declares. */
export const text = (answer: WholeResponse): Either.Either<string, string> => {
  const charset = charsetOf(answer)
  return Either.try({
    try: () => new TextDecoder(charset, { fatal: true }).decode(answer.body),
    catch: () => charset
  })
}

/** Whether an answer is a web page: what a proxy, a log-in or another server than the API answers. */
export const isPage = (answer: Pick<WholeResponse, "headers">, content: string): boolean =>
  /^\s*(?:text\/html|application\/xhtml\+xml)\b/i.test(answer.headers["content-type"] ?? "") ||
  /^\s*<(?:!doctype html|html)\b/i.test(content.slice(0, 1000))

/** Whether an answer says that it is a part of what was asked for: nobody asks for parts. */
export const isPart = ({ headers, status }: Pick<WholeResponse, "headers" | "status">): boolean => {
  const range = headers["content-range"]
  if (status !== 206 || range === undefined) return false
  const [, last, size] = /^bytes 0-(\d+)\/(\d+)$/.exec(range.trim()) ?? []
  return last === undefined || Number(last) + 1 !== Number(size)
}

const requestIdHeaders = ["x-request-id", "request-id"]

/** The id under which the server's log knows the request. Its secrets have to be hidden before it is told. */
export const requestId = (headers: Headers.Headers): string | null => {
  for (const name of requestIdHeaders) {
    const id = headers[name]
    if (id !== undefined) return id
  }
  return null
}

/** Hides the secrets in a text. */
export type Hide = (text: string) => string

// So much more of a text is looked at than is told: what is hidden becomes shorter.
const context = 10_000

/** The beginning of a text that is told to people: secrets are hidden before it is cut. */
export const told = (text: string, length: number, hide: Hide): string =>
  bounded(hide(text.slice(0, length + context)), length)

/** What the body of an error says. */
export interface ErrorBody {
  /** Whether it is a JSON object or list, as the platform writes them: a proxy writes HTML, or nothing. */
  readonly isJson: boolean
  /** Whether it says that the path is none of the server's: what its framework says of any path that it does not know. */
  readonly isNoRoute: boolean
  readonly code: string | null
  readonly message: string
  readonly issues: ReadonlyArray<Issue>
}

const isKey = (value: unknown): value is string | number => typeof value === "string" || typeof value === "number"

const issueOf = (value: unknown, hide: Hide): Option.Option<Issue> => {
  if (!Predicate.isRecord(value) || typeof value["message"] !== "string") return Option.none()
  const place = value["path"] ?? value["instancePath"]
  const path = told(
    Array.isArray(place) ? place.filter(isKey).join(".") : typeof place === "string" ? place : "",
    longestMessage,
    hide
  )
  return Option.some({
    path: Array.isArray(place) ? path : path.replace(/^\//, "").replaceAll("/", "."),
    message: told(value["message"], longestMessage, hide)
  })
}

// No error is nested deeper: one that is wants to break its reader.
const deepest = 10

const issuesOf = (value: unknown, hide: Hide, depth = 0): ReadonlyArray<Issue> => {
  if (Array.isArray(value)) {
    return value.slice(0, 100).flatMap((item: unknown) => Option.toArray(issueOf(item, hide)))
  }
  if (!Predicate.isRecord(value) || depth > deepest) return []
  for (const key of ["issues", "errors", "details", "validation", "error"]) {
    const found = issuesOf(value[key], hide, depth + 1)
    if (found.length > 0) return found
  }
  return []
}

const firstString = (value: unknown, keys: ReadonlyArray<string>, depth = 0): string | undefined => {
  if (!Predicate.isRecord(value) || depth > deepest) return undefined
  for (const key of keys) {
    const found = value[key]
    if (typeof found === "string" && found !== "") return found
    const inside = Predicate.isRecord(found) ? firstString(found, keys, depth + 1) : undefined
    if (inside !== undefined) return inside
  }
  return undefined
}

// What was hidden looks like a tag, and is none.
const inWords = (text: string): string => {
  const title = /<title[^<>]*>((?:[^<]|<redacted>)*)/i.exec(text)?.[1]
  const words = (title ?? text.replace(/<(?!redacted>)[^<>]*>/g, " ")).replace(/\s+/g, " ").trim()
  return words === "" ? "the answer is empty" : words
}

// Only the beginning of a page can be of interest, and a message is no page.
const leniently = (answer: WholeResponse): string => {
  const body = answer.body.subarray(0, 1_000_000)
  return Either.getOrElse(
    Either.try(() => new TextDecoder(charsetOf(answer)).decode(body)),
    () => new TextDecoder().decode(body)
  )
}

/** Reads the body of an error, whatever it is: never fails, never more than a bounded text, and no secret in it. */
export const errorBody = (answer: WholeResponse, hide: Hide): ErrorBody => {
  const content = leniently(answer)
  const value = Either.getOrElse(Json.parse(content), () => undefined)
  const isJson = typeof value === "object" && value !== null
  const issues = isJson ? issuesOf(value, hide) : []
  const code = isJson ? firstString(value, ["code"]) : undefined
  const message = isJson
    ? (firstString(value, ["message", "error_message", "error_description", "detail", "error", "title"]) ??
      (issues.length > 0
        ? issues.map((issue) => (issue.path === "" ? issue.message : `${issue.path}: ${issue.message}`)).join("; ")
        : "the answer does not say why"))
    : inWords(hide(content.slice(0, context)))
  return {
    isJson,
    isNoRoute: /^Route [A-Z]+:\S* not found$/.test(message),
    code: code === undefined ? null : told(code, longestMessage, hide),
    message: told(message, longestMessage, hide),
    issues
  }
}

/** `Retry-After`, in seconds or as a date, as a wait from now on. */
export const retryAfter = (headers: Headers.Headers, now: number): Duration.Duration | null => {
  const value = headers["retry-after"]?.trim()
  if (value === undefined || value === "") return null
  if (/^\d+(\.\d+)?$/.test(value)) return Duration.seconds(Number(value))
  // Every form of an HTTP date has a time in it; `Date.parse` would take "in 5 minutes" for a year.
  const date = /\d\d:\d\d:\d\d/.test(value) ? Date.parse(value) : Number.NaN
  return Number.isNaN(date) ? null : Duration.millis(Math.max(0, date - now))
}

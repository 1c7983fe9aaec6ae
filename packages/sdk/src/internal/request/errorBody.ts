import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import type { Issue } from "../../KaleidoscopeError.js"
import * as Json from "../json/json.js"
import * as Excerpt from "./excerpt.js"
import * as Response from "./response.js"

/** The content of an error response. */
export interface ErrorBody {
  /** Whether it is a JSON object or list, as the platform sends. A proxy sends HTML or nothing. */
  readonly isJson: boolean
  /** Whether the server reports that it has no route with this path. */
  readonly isNoRoute: boolean
  readonly code: string | null
  readonly message: string
  readonly issues: ReadonlyArray<Issue>
}

const longest = 1000

// A server sends deeper nesting only to attack the parser.
const deepest = 10

const issueOf = (value: unknown, hide: Excerpt.Hide): Option.Option<Issue> => {
  if (!Predicate.isRecord(value) || typeof value["message"] !== "string") return Option.none()
  const place = value["path"] ?? value["instancePath"]
  const keys = Array.isArray(place) ? place.filter((key) => Predicate.isString(key) || Predicate.isNumber(key)) : []
  const path = Excerpt.excerpt(typeof place === "string" ? place : keys.join("."), longest, hide)
  return Option.some({
    path: typeof place === "string" ? path.replace(/^\//, "").replaceAll("/", ".") : path,
    message: Excerpt.excerpt(value["message"], longest, hide)
  })
}

const issuesOf = (value: unknown, hide: Excerpt.Hide, depth = 0): ReadonlyArray<Issue> => {
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
    const inside = firstString(found, keys, depth + 1)
    if (inside !== undefined) return inside
  }
  return undefined
}

/** The title of a web page, or its visible text. `<redacted>` replaces a hidden secret, and is not a tag. */
const visibleText = (page: string): string => {
  const title = /<title[^<>]*>((?:[^<]|<redacted>)*)/i.exec(page)?.[1]
  const words = (title ?? page.replace(/<(?!redacted>)[^<>]*>/g, " ")).replace(/\s+/g, " ").trim()
  return words === "" ? "the response is empty" : words
}

const textOf = (response: Response.Whole): string => {
  const body = response.body.subarray(0, 1_000_000)
  return Either.getOrElse(
    Either.try(() => new TextDecoder(Response.charset(response)).decode(body)),
    () => new TextDecoder().decode(body)
  )
}

/** Reads the body of an error response. It never fails. The result is short and has no secrets. */
export const read = (response: Response.Whole, hide: Excerpt.Hide): ErrorBody => {
  const content = textOf(response)
  const value = Either.getOrElse(Json.parse(content), () => undefined)
  const isJson = Predicate.isObject(value)
  const issues = issuesOf(value, hide)
  const code = firstString(value, ["code"])
  const message = isJson
    ? (firstString(value, ["message", "error_message", "error_description", "detail", "error", "title"]) ??
      (issues.length > 0
        ? issues.map((issue) => (issue.path === "" ? issue.message : `${issue.path}: ${issue.message}`)).join("; ")
        : "the response gives no reason"))
    : visibleText(hide(content.slice(0, Excerpt.margin)))
  return {
    isJson,
    isNoRoute: /^Route [A-Z]+:\S* not found$/.test(message),
    code: code === undefined ? null : Excerpt.excerpt(code, longest, hide),
    message: Excerpt.excerpt(message, longest, hide),
    issues
  }
}

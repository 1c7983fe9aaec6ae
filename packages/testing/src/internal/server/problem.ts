import * as HttpApiSchema from "@effect/platform/HttpApiSchema"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as Schema from "effect/Schema"

/** What is wrong, and where. */
export const Issue = Schema.Struct({
  path: Schema.Array(Schema.Union(Schema.String, Schema.Number)),
  message: Schema.String
})

/** What is wrong, and where. */
export type Issue = typeof Issue.Type

/** 400: the request is malformed, or its body or query is not valid. */
export class BadRequest extends Schema.Class<BadRequest>("BadRequest")(
  { code: Schema.String, message: Schema.String, issues: Schema.optionalWith(Schema.Array(Issue), { exact: true }) },
  HttpApiSchema.annotations({ status: 400, description: "The request is malformed, or its body or query is not valid" })
) {}

/** 401: the access token is missing or not valid, or the credentials are wrong. */
export class Unauthorized extends Schema.Class<Unauthorized>("Unauthorized")(
  { code: Schema.String, message: Schema.String },
  HttpApiSchema.annotations({ status: 401, description: "The access token is missing or not valid" })
) {}

/** 404: the item or the route does not exist. */
export class NotFound extends Schema.Class<NotFound>("NotFound")(
  { code: Schema.String, message: Schema.String },
  HttpApiSchema.annotations({ status: 404, description: "The item does not exist" })
) {}

/** 409: the request contradicts what is stored. */
export class Conflict extends Schema.Class<Conflict>("Conflict")(
  { code: Schema.String, message: Schema.String },
  HttpApiSchema.annotations({ status: 409, description: "The request contradicts what is stored" })
) {}

/** 413: the body is larger than the server accepts. */
export class PayloadTooLarge extends Schema.Class<PayloadTooLarge>("PayloadTooLarge")(
  { code: Schema.String, message: Schema.String },
  HttpApiSchema.annotations({ status: 413, description: "The body is too large" })
) {}

/** 421: the request is for another server. */
export class MisdirectedRequest extends Schema.Class<MisdirectedRequest>("MisdirectedRequest")(
  { code: Schema.String, message: Schema.String },
  HttpApiSchema.annotations({ status: 421, description: "The request is for another server" })
) {}

/** 429: the client sent too many requests. */
export class TooManyRequests extends Schema.Class<TooManyRequests>("TooManyRequests")(
  { code: Schema.String, message: Schema.String },
  HttpApiSchema.annotations({
    status: 429,
    description: "The client sent too many requests. `Retry-After` says when to try again"
  })
) {}

/** 500: a bug of the emulator. */
export class ServerError extends Schema.Class<ServerError>("ServerError")(
  { code: Schema.String, message: Schema.String },
  HttpApiSchema.annotations({ status: 500, description: "The server failed unexpectedly" })
) {}

/** The error responses, in the platform's form. */
export type Problem =
  | BadRequest
  | Unauthorized
  | NotFound
  | Conflict
  | PayloadTooLarge
  | MisdirectedRequest
  | TooManyRequests
  | ServerError

const statusOf = (input: unknown): number | undefined =>
  input instanceof BadRequest
    ? 400
    : input instanceof Unauthorized
      ? 401
      : input instanceof NotFound
        ? 404
        : input instanceof Conflict
          ? 409
          : input instanceof PayloadTooLarge
            ? 413
            : input instanceof MisdirectedRequest
              ? 421
              : input instanceof TooManyRequests
                ? 429
                : input instanceof ServerError
                  ? 500
                  : undefined

/** Whether a value is an error response in the platform's form. */
export const isProblem = (input: unknown): input is Problem => statusOf(input) !== undefined

/** The HTTP response for an error. */
export const toResponse = (problem: Problem): HttpServerResponse.HttpServerResponse =>
  HttpServerResponse.unsafeJson(problem, { status: statusOf(problem) ?? 500 })

const expectation = /^Expected (.*?), actual (.*)$/s

const cut = (text: string): string => (text.length > 200 ? `${text.slice(0, 200)}…` : text)

/** Joins the issues that the members of a union report for the same value. */
export const joined = (issues: ReadonlyArray<Issue>): ReadonlyArray<Issue> => {
  const places = new Map<string, { readonly issue: Issue; readonly expected: Array<string>; readonly actual: string }>()
  for (const issue of issues) {
    const [, expected, actual] = expectation.exec(issue.message) ?? []
    const place = JSON.stringify([issue.path, actual ?? issue.message])
    const before = places.get(place)
    if (before === undefined) {
      places.set(place, { issue, expected: expected === undefined ? [] : [expected], actual: actual ?? "" })
    } else if (expected !== undefined) {
      before.expected.push(expected)
    }
  }
  return [...places.values()].map(({ actual, expected, issue }) => ({
    path: issue.path,
    message: expected.length === 0 ? issue.message : `Expected ${expected.join(" | ")}, actual ${cut(actual)}`
  }))
}

const showPath = (path: Issue["path"]): string => path.map(String).join(".")

/** The request could be read, but its body or query is not valid. */
export const invalid = (issues: ReadonlyArray<Issue>): BadRequest =>
  new BadRequest({
    code: "VALIDATION_FAILED",
    message: issues
      .slice(0, 5)
      .map((issue) => (issue.path.length === 0 ? issue.message : `${showPath(issue.path)}: ${issue.message}`))
      .join("; "),
    issues
  })

/** The request could not be read. */
export const malformed = (message: string): BadRequest => new BadRequest({ code: "BAD_REQUEST", message, issues: [] })

/** No item has this id. */
export const notFound = (kind: string, id: string): NotFound =>
  new NotFound({ code: "NOT_FOUND", message: `There is no ${kind} with the id ${JSON.stringify(id)}` })

/** The body is too large. */
export const tooLarge = (limit: number): PayloadTooLarge =>
  new PayloadTooLarge({ code: "PAYLOAD_TOO_LARGE", message: `The body is larger than ${limit} bytes` })

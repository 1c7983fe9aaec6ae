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

/** 400: the request is malformed, or its body or query is not what the call takes. */
export class BadRequest extends Schema.Class<BadRequest>("BadRequest")(
  { code: Schema.String, message: Schema.String, issues: Schema.optionalWith(Schema.Array(Issue), { exact: true }) },
  HttpApiSchema.annotations({ status: 400, description: "The request is not what the call takes" })
) {}

/** 401: there is no valid access token, or the credentials are wrong. */
export class Unauthorized extends Schema.Class<Unauthorized>("Unauthorized")(
  { code: Schema.String, message: Schema.String },
  HttpApiSchema.annotations({ status: 401, description: "There is no valid access token" })
) {}

/** 404: the thing, or the route, is not known. */
export class NotFound extends Schema.Class<NotFound>("NotFound")(
  { code: Schema.String, message: Schema.String },
  HttpApiSchema.annotations({ status: 404, description: "There is no such thing" })
) {}

/** 409: the request contradicts what is stored. */
export class Conflict extends Schema.Class<Conflict>("Conflict")(
  { code: Schema.String, message: Schema.String },
  HttpApiSchema.annotations({ status: 409, description: "The request contradicts what is stored" })
) {}

/** 413: the body is larger than the server takes. */
export class PayloadTooLarge extends Schema.Class<PayloadTooLarge>("PayloadTooLarge")(
  { code: Schema.String, message: Schema.String },
  HttpApiSchema.annotations({ status: 413, description: "The body is too large" })
) {}

/** 421: the request is for another server. */
export class MisdirectedRequest extends Schema.Class<MisdirectedRequest>("MisdirectedRequest")(
  { code: Schema.String, message: Schema.String },
  HttpApiSchema.annotations({ status: 421, description: "The request is for another server" })
) {}

/** 429: there were too many requests. */
export class TooManyRequests extends Schema.Class<TooManyRequests>("TooManyRequests")(
  { code: Schema.String, message: Schema.String },
  HttpApiSchema.annotations({
    status: 429,
    description: "There were too many requests: `Retry-After` says when to come back"
  })
) {}

/** 500: a defect of the emulator. */
export class ServerError extends Schema.Class<ServerError>("ServerError")(
  { code: Schema.String, message: Schema.String },
  HttpApiSchema.annotations({ status: 500, description: "The server is broken" })
) {}

/** The failures of requests, in the platform's own form. */
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

/** Whether a value is a failure in the platform's own form. */
export const isProblem = (input: unknown): input is Problem => statusOf(input) !== undefined

/** The answer that says so. */
export const toResponse = (problem: Problem): HttpServerResponse.HttpServerResponse =>
  HttpServerResponse.unsafeJson(problem, { status: statusOf(problem) ?? 500 })

const expectation = /^Expected (.*?), actual (.*)$/s

const cut = (text: string): string => (text.length > 200 ? `${text.slice(0, 200)}…` : text)

/** One issue of each value that no member of a union takes, where there is one of each member. */
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

/** A request that was read, but says something that the call does not take. */
export const invalid = (issues: ReadonlyArray<Issue>): BadRequest =>
  new BadRequest({
    code: "VALIDATION_FAILED",
    message: issues
      .slice(0, 5)
      .map((issue) => (issue.path.length === 0 ? issue.message : `${showPath(issue.path)}: ${issue.message}`))
      .join("; "),
    issues
  })

/** A request that could not be read. */
export const malformed = (message: string): BadRequest => new BadRequest({ code: "BAD_REQUEST", message, issues: [] })

/** An id that nothing has. */
export const notFound = (kind: string, id: string): NotFound =>
  new NotFound({ code: "NOT_FOUND", message: `There is no ${kind} with the id ${JSON.stringify(id)}` })

/** A body that is too large. */
export const tooLarge = (limit: number): PayloadTooLarge =>
  new PayloadTooLarge({ code: "PAYLOAD_TOO_LARGE", message: `The body is larger than ${limit} bytes` })

import * as HttpApiSchema from "@effect/platform/HttpApiSchema"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

/** An error in a request, with its place. */
export const Issue = Schema.Struct({
  path: Schema.Array(Schema.Union(Schema.String, Schema.Number)),
  message: Schema.String
})

export type Issue = typeof Issue.Type

const fields = { code: Schema.String, message: Schema.String }

const answered = <A>(status: number, description: string) => HttpApiSchema.annotations<A>({ status, description })

export class BadRequest extends Schema.Class<BadRequest>("BadRequest")(
  { ...fields, issues: Schema.optionalWith(Schema.Array(Issue), { exact: true }) },
  answered(400, "The request is malformed, or its body or query is not valid")
) {}

export class Unauthorized extends Schema.Class<Unauthorized>("Unauthorized")(
  fields,
  answered(401, "The access token is missing or not valid")
) {}

export class NotFound extends Schema.Class<NotFound>("NotFound")(fields, answered(404, "The item does not exist")) {}

export class Conflict extends Schema.Class<Conflict>("Conflict")(
  fields,
  answered(409, "The request contradicts what is stored")
) {}

export class PayloadTooLarge extends Schema.Class<PayloadTooLarge>("PayloadTooLarge")(
  fields,
  answered(413, "The body is too large")
) {}

export class MisdirectedRequest extends Schema.Class<MisdirectedRequest>("MisdirectedRequest")(
  fields,
  answered(421, "The request is for another server")
) {}

export class TooManyRequests extends Schema.Class<TooManyRequests>("TooManyRequests")(
  fields,
  answered(429, "The client sent too many requests. `Retry-After` says when to try again")
) {}

export class ServerError extends Schema.Class<ServerError>("ServerError")(
  fields,
  answered(500, "The server failed unexpectedly")
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

const statuses = [
  [BadRequest, 400],
  [Unauthorized, 401],
  [NotFound, 404],
  [Conflict, 409],
  [PayloadTooLarge, 413],
  [MisdirectedRequest, 421],
  [TooManyRequests, 429],
  [ServerError, 500]
] as const

const statusOf = (input: unknown): number | undefined => statuses.find(([problem]) => input instanceof problem)?.[1]

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

/** Fails with the platform's 400 for one place of a request. */
export const refuse = (path: Issue["path"], message: string): Effect.Effect<never, BadRequest> =>
  Effect.fail(invalid([{ path, message }]))

/** Fails with the platform's 409. */
export const conflict = (message: string): Effect.Effect<never, Conflict> =>
  Effect.fail(new Conflict({ code: "CONFLICT", message }))

/** The request could not be read. */
export const malformed = (message: string): BadRequest => new BadRequest({ code: "BAD_REQUEST", message, issues: [] })

/** No item has this id. */
export const notFound = (kind: string, id: string): NotFound =>
  new NotFound({ code: "NOT_FOUND", message: `There is no ${kind} with the id ${JSON.stringify(id)}` })

/** The body is too large. */
export const tooLarge = (limit: number): PayloadTooLarge =>
  new PayloadTooLarge({ code: "PAYLOAD_TOO_LARGE", message: `The body is larger than ${limit} bytes` })

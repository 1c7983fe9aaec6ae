import * as FileSystem from "@effect/platform/FileSystem"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as Auth from "@effect-kaleidoscope/sdk/Auth"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Services from "../client/services.js"
import { failed } from "../failure.js"
import * as Input from "../input.js"
import * as Output from "../output/output.js"

const methods = ["GET", "POST", "PUT", "DELETE", "PATCH"] as const

const isMethod = (text: string): text is (typeof methods)[number] => methods.some((method) => method === text)

const bodyOf = (given: Option.Option<string>) =>
  Effect.gen(function* () {
    if (Option.isNone(given)) return undefined
    const fileSystem = yield* FileSystem.FileSystem
    const { value } = given
    const text =
      value === "-"
        ? yield* Input.text("The body")
        : value.startsWith("@")
          ? yield* Effect.catchAll(fileSystem.readFileString(value.slice(1)), (error) =>
              failed(`The body cannot be read: ${error.message}`)
            )
          : value
    const parsed = Either.try((): unknown => JSON.parse(text))
    return Either.isLeft(parsed) ? yield* failed("The body is not JSON") : text
  })

/** The response for people and programs: JSON with line breaks, and anything else as it is. */
const pretty = (text: string): string =>
  Either.match(
    Either.try((): unknown => JSON.parse(text)),
    {
      onLeft: () => text,
      onRight: (value) => JSON.stringify(value, null, 2)
    }
  )

export const api = (options: {
  readonly method: string
  readonly path: string
  readonly query: ReadonlyArray<string>
  readonly body: Option.Option<string>
}) =>
  Effect.gen(function* () {
    const output = yield* Output.Output
    const auth = yield* Auth.Auth
    const client = yield* HttpClient.HttpClient
    const method = options.method.toUpperCase()
    if (!isMethod(method)) {
      return yield* failed(
        `There is no method ${JSON.stringify(options.method)}`,
        `The methods are ${methods.join(", ")}`
      )
    }
    if (!options.path.startsWith("/")) {
      return yield* failed(`${JSON.stringify(options.path)} is not a path`, "A path begins with /, such as /programs")
    }
    const parameters = options.query.map((text) => {
      const [name = "", ...value] = text.split("=")
      return [name, value.join("=")] as const
    })
    // The server refuses a DELETE without a body.
    const body = (yield* bodyOf(options.body)) ?? (method === "DELETE" ? "{}" : undefined)
    const request = HttpClientRequest.make(method)(`${auth.url}${options.path}`).pipe(
      HttpClientRequest.appendUrlParams(parameters),
      HttpClientRequest.acceptJson,
      body === undefined ? (request) => request : HttpClientRequest.bodyText(body, "application/json")
    )
    const { request: authorized } = yield* auth.authorize(request, client)
    const [status, text] = yield* client.execute(authorized).pipe(
      Effect.flatMap((response) => Effect.map(response.text, (text) => [response.status, text] as const)),
      Effect.scoped,
      // The error holds the request with its credentials.
      Effect.catchAll(({ _tag, reason }) =>
        failed(
          _tag === "RequestError" ? `The request was not sent (${reason})` : `The response cannot be read (${reason})`,
          "`kaleidoscope doctor` finds out where it fails"
        )
      )
    )
    if (text !== "") yield* output.line(pretty(text))
    if (status < 200 || status > 299) return yield* failed(`${method} ${options.path} returned ${status}`)
  }).pipe(Services.provide(Layer.empty))

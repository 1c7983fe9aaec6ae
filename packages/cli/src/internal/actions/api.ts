import * as FileSystem from "@effect/platform/FileSystem"
import * as Requests from "@effect-kaleidoscope/sdk/Requests"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Services from "../client/services.js"
import { failed } from "../failure.js"
import * as Input from "../input.js"
import * as Output from "../output/output.js"
import * as SystemFailure from "../systemFailure.js"

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
              failed(`${value.slice(1)} cannot be read: ${SystemFailure.reason(error)}`)
            )
          : value
    const parsed = Either.try((): unknown => JSON.parse(text))
    return Either.isLeft(parsed) ? yield* failed("The body is not JSON") : parsed.right
  })

export const api = (options: {
  readonly method: string
  readonly path: string
  readonly query: ReadonlyArray<string>
  readonly body: Option.Option<string>
}) =>
  Effect.gen(function* () {
    const output = yield* Output.Output
    const requests = yield* Requests.Requests
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
    const query = Object.fromEntries(
      options.query.map((text) => {
        const [name = "", ...value] = text.split("=")
        return [name, value.join("=")] as const
      })
    )
    const response = yield* requests.send({
      method,
      path: options.path,
      query,
      // The server refuses a DELETE without a body.
      body: (yield* bodyOf(options.body)) ?? (method === "DELETE" ? {} : undefined),
      schema: Schema.Unknown
    })
    if (response !== undefined) yield* output.line(JSON.stringify(response, null, 2))
  }).pipe(Services.provide(Requests.layer))

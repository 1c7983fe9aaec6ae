import * as HttpApi from "@effect/platform/HttpApi"
import * as OpenApi from "@effect/platform/OpenApi"
import * as auth from "./api/auth.js"
import * as programs from "./api/programs.js"
import { BadRequest, PayloadTooLarge, ServerError } from "./problem.js"
import type { BodyTypes } from "./request.js"

const frameworkError = "HttpApiDecodeError"

/** The framework adds a 400 of its own to every call. No call answers it. */
const withoutFrameworkErrors = (spec: globalThis.Record<string, unknown>): globalThis.Record<string, unknown> =>
  JSON.parse(
    JSON.stringify(spec, (key, value) =>
      key === frameworkError || key === "HttpApiDecodeError" || key === "Issue"
        ? undefined
        : Array.isArray(value)
          ? value.filter((item) => item?.$ref !== `#/components/schemas/${frameworkError}`)
          : value
    )
  )

/** The platform's API, as the emulator serves it. */
export const Api = HttpApi.make("kaleidoscope")
  .add(auth.group)
  .add(programs.group)
  .addError(BadRequest)
  .addError(PayloadTooLarge)
  .addError(ServerError)
  .annotate(OpenApi.Title, "Kaleidoscope")
  .annotate(OpenApi.Version, "0.1.0")
  .annotate(OpenApi.Description, "The Kaleidoscope REST API, as far as it is known. Served by an emulator.")
  .annotate(OpenApi.Transform, withoutFrameworkErrors)

/** The content types of the bodies that the calls take. */
export const bodyTypes: BodyTypes = (() => {
  const types = new Map<string, string>()
  HttpApi.reflect(Api, {
    onGroup: () => undefined,
    onEndpoint: ({ endpoint, payloads }) => {
      for (const contentType of payloads.keys()) {
        types.set(`${endpoint.method} ${endpoint.path}`, contentType)
      }
    }
  })
  return types
})()

/**
 * Requests for calls of the API that the SDK does not have yet. They are sent as all others are: with the credentials, the
 * retries, the deadlines and the errors of the SDK.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Api from "./internal/request/api.js"
import type { Request } from "./internal/requests/model.js"
import { send } from "./internal/requests/send.js"
import type { NotFound, WriteError } from "./KaleidoscopeError.js"

export * from "./internal/requests/model.js"

/** The method of the service. @since 0.1.0 @category models */
export interface Service {
  /**
   * Sends a request, and decodes its response.
   *
   * A path, a query or a body that cannot be sent fails with `InvalidRequest` before anything is sent: an absolute URL, a
   * path with `..`, an id that is empty. A 404 in the platform's own form is `NotFound`; any other 404 is
   * `UnexpectedStatus`. A request that is not `repeatable` is tried again only if it was certainly not done.
   *
   * @example
   * ```ts
   * import { Requests } from "@effect-kaleidoscope/sdk"
   * import * as Effect from "effect/Effect"
   * import * as Schema from "effect/Schema"
   *
   * const notes = Effect.gen(function* () {
   *   const requests = yield* Requests.Requests
   *   return yield* requests.send({
   *     method: "GET",
   *     path: "/records/{id}/notes",
   *     params: { id: "1f5c1c6e-0a4c-4d8c-9d53-0f3a3b0f6f0e" },
   *     query: { limit: 10 },
   *     schema: Schema.Array(Schema.Struct({ id: Schema.String, text: Schema.String }))
   *   })
   * })
   * ```
   */
  readonly send: <A, I>(request: Request<A, I>) => Effect.Effect<A, WriteError | NotFound>
}

/** The tag of the {@link Service}. @since 0.1.0 @category tags */
export class Requests extends Context.Tag("@effect-kaleidoscope/sdk/Requests")<Requests, Service>() {}

/** Makes the service. It holds no state. @since 0.1.0 @category constructors */
export const make = Effect.map(Api.make, (api): Service => ({ send: send(api) }))

/** The service, on the `HttpClient` and the `Auth` that are provided. @since 0.1.0 @category layers */
export const layer = Layer.fresh(Layer.effect(Requests, make))

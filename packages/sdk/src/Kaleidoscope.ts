/** All services in one layer. @since 0.1.0 */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Activities from "./Activities.js"
import * as ActivityDefinitions from "./ActivityDefinitions.js"
import * as Dashboards from "./Dashboards.js"
import * as EntityFields from "./EntityFields.js"
import * as EntityTypes from "./EntityTypes.js"
import * as Exports from "./Exports.js"
import * as Files from "./Files.js"
import * as Imports from "./Imports.js"
import type { NotFound, WriteError } from "./KaleidoscopeError.js"
import * as Labels from "./Labels.js"
import * as Programs from "./Programs.js"
import * as Properties from "./Properties.js"
import * as PropertyFields from "./PropertyFields.js"
import * as Records from "./Records.js"
import * as RecordViews from "./RecordViews.js"
import * as Registration from "./Registration.js"
import * as Requests from "./Requests.js"
import * as ResultTableTemplates from "./ResultTableTemplates.js"
import * as Workspace from "./Workspace.js"

/**
 * All services of the SDK, on the `HttpClient` and the `Auth` that are provided.
 *
 * @example
 * ```ts
 * import { Activities, Auth, Kaleidoscope } from "@effect-kaleidoscope/sdk"
 * import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
 * import * as Effect from "effect/Effect"
 * import * as Layer from "effect/Layer"
 *
 * const Live = Kaleidoscope.layer.pipe(Layer.provide(Auth.layerConfig()), Layer.provide(FetchHttpClient.layer))
 *
 * const count = Activities.Activities.pipe(
 *   Effect.flatMap((activities) => activities.list),
 *   Effect.map((activities) => activities.length),
 *   Effect.provide(Live)
 * )
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layer = Layer.fresh(
  Layer.mergeAll(
    Activities.layer,
    ActivityDefinitions.layer,
    Dashboards.layer,
    EntityFields.layer,
    EntityTypes.layer,
    Exports.layer,
    Files.layer,
    Imports.layer,
    Labels.layer,
    Programs.layer,
    Properties.layer,
    PropertyFields.layer,
    RecordViews.layer,
    Records.layer,
    Registration.layer,
    Requests.layer,
    ResultTableTemplates.layer,
    Workspace.layer
  )
)

/** All services of the SDK. @since 0.1.0 @category models */
export type Kaleidoscope = Layer.Layer.Success<typeof layer>

/**
 * Sends a request for a call of the API that the SDK does not have yet, and decodes its response: `Requests.send`.
 *
 * @example
 * ```ts
 * import { Kaleidoscope } from "@effect-kaleidoscope/sdk"
 * import * as Schema from "effect/Schema"
 *
 * const notes = Kaleidoscope.request({
 *   method: "POST",
 *   path: "/records/{id}/notes",
 *   params: { id: "1f5c1c6e-0a4c-4d8c-9d53-0f3a3b0f6f0e" },
 *   body: { text: "Seen twice" },
 *   schema: Schema.Struct({ id: Schema.String })
 * })
 * ```
 *
 * @since 0.1.0
 * @category accessors
 */
export const request = <A, I>(
  request: Requests.Request<A, I>
): Effect.Effect<A, WriteError | NotFound, Requests.Requests> =>
  Effect.flatMap(Requests.Requests, (requests) => requests.send(request))

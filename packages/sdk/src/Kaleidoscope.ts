/** All services in one layer. @since 0.1.0 */
import * as Layer from "effect/Layer"
import * as Activities from "./Activities.js"
import * as ActivityDefinitions from "./ActivityDefinitions.js"
import * as Dashboards from "./Dashboards.js"
import * as EntityFields from "./EntityFields.js"
import * as EntityTypes from "./EntityTypes.js"
import * as Exports from "./Exports.js"
import * as Files from "./Files.js"
import * as Imports from "./Imports.js"
import * as Labels from "./Labels.js"
import * as Programs from "./Programs.js"
import * as Properties from "./Properties.js"
import * as PropertyFields from "./PropertyFields.js"
import * as Records from "./Records.js"
import * as RecordViews from "./RecordViews.js"
import * as Registration from "./Registration.js"
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
    ResultTableTemplates.layer,
    Workspace.layer
  )
)

/** All services of the SDK. @since 0.1.0 @category models */
export type Kaleidoscope = Layer.Layer.Success<typeof layer>

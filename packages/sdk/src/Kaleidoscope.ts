/** All services in one layer. @since 0.1.0 */
import type * as HttpClient from "@effect/platform/HttpClient"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Runtime from "effect/Runtime"
import * as Scope from "effect/Scope"
import * as Activities from "./Activities.js"
import * as ActivityDefinitions from "./ActivityDefinitions.js"
import * as Auth from "./Auth.js"
import * as Dashboards from "./Dashboards.js"
import * as EntityFields from "./EntityFields.js"
import * as EntityTypes from "./EntityTypes.js"
import * as Exports from "./Exports.js"
import * as Files from "./Files.js"
import * as Imports from "./Imports.js"
import * as Promised from "./internal/promises/promises.js"
import * as DefaultClient from "./internal/request/defaultClient.js"
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
  // A layer for each service would take two hundred steps of Effect each.
  Layer.effectContext(
    Effect.gen(function* () {
      return Context.make(Activities.Activities, yield* Activities.make).pipe(
        Context.add(ActivityDefinitions.ActivityDefinitions, yield* ActivityDefinitions.make),
        Context.add(Dashboards.Dashboards, yield* Dashboards.make),
        Context.add(EntityFields.EntityFields, yield* EntityFields.make),
        Context.add(EntityTypes.EntityTypes, yield* EntityTypes.make),
        Context.add(Exports.Exports, yield* Exports.make),
        Context.add(Files.Files, yield* Files.make),
        Context.add(Imports.Imports, yield* Imports.make),
        Context.add(Labels.Labels, yield* Labels.make),
        Context.add(Programs.Programs, yield* Programs.make),
        Context.add(Properties.Properties, yield* Properties.make),
        Context.add(PropertyFields.PropertyFields, yield* PropertyFields.make),
        Context.add(RecordViews.RecordViews, yield* RecordViews.make),
        Context.add(Records.Records, yield* Records.make),
        Context.add(Registration.Registration, yield* Registration.make),
        Context.add(Requests.Requests, yield* Requests.make),
        Context.add(ResultTableTemplates.ResultTableTemplates, yield* ResultTableTemplates.make),
        Context.add(Workspace.Workspace, yield* Workspace.make)
      )
    })
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

/** The services by the names of {@link promise}. */
const tags = {
  activities: Activities.Activities,
  activityDefinitions: ActivityDefinitions.ActivityDefinitions,
  dashboards: Dashboards.Dashboards,
  entityFields: EntityFields.EntityFields,
  entityTypes: EntityTypes.EntityTypes,
  exports: Exports.Exports,
  files: Files.Files,
  imports: Imports.Imports,
  labels: Labels.Labels,
  programs: Programs.Programs,
  properties: Properties.Properties,
  propertyFields: PropertyFields.PropertyFields,
  records: Records.Records,
  recordViews: RecordViews.RecordViews,
  registration: Registration.Registration,
  resultTableTemplates: ResultTableTemplates.ResultTableTemplates,
  workspace: Workspace.Workspace
}

export type { Promises } from "./internal/promises/promises.js"

/** All services with promises in the place of effects: see {@link promise}. @since 0.1.0 @category models */
export type PromiseServices = {
  readonly [Name in keyof typeof tags]: Promised.Promises<Context.Tag.Service<(typeof tags)[Name]>>
} & {
  /** {@link request} as a promise. */
  readonly request: <A, I>(request: Requests.Request<A, I>, signal?: AbortSignal) => Promise<A>
  /** Closes the connections of `httpClient`. */
  readonly close: () => Promise<void>
}

/** The options of {@link promise}. @since 0.1.0 @category models */
export interface PromiseOptions extends Omit<Auth.Options, "clientSecret"> {
  readonly clientSecret: string | Redacted.Redacted
  /** The client that sends the requests. @default `fetch` */
  readonly httpClient?: Layer.Layer<HttpClient.HttpClient, unknown> | undefined
}

/**
 * All services for a program that does not use Effect: promises in the place of effects, async iterables in the place of
 * streams. A promise rejects with the error of the SDK that the effect fails with; its `_tag` says which. Each method takes an
 * `AbortSignal` after its arguments, which stops it: the promise then rejects with the reason of the signal.
 *
 * Members that need a file system (`Exports.toFile`) are left out. Methods with type parameters, as `Records.rows`, have the
 * widest types here.
 *
 * @example
 * ```ts
 * import { Kaleidoscope } from "@effect-kaleidoscope/sdk"
 *
 * const kaleidoscope = await Kaleidoscope.promise({
 *   url: "http://127.0.0.1:4010",
 *   clientId: "demo",
 *   clientSecret: "demo"
 * })
 * for (const { title } of await kaleidoscope.programs.list()) console.log(title)
 * for await (const record of kaleidoscope.records.stream({ entity_slice_id: { slice_name: "Compound" } })) {
 *   console.log(record.record_identifier)
 * }
 * const program = await kaleidoscope.programs.get({ title: "Apollo" }, AbortSignal.timeout(5000))
 * await kaleidoscope.close()
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const promise = ({ clientSecret, httpClient, ...options }: PromiseOptions): Promise<PromiseServices> =>
  Promised.runAsync(
    Runtime.defaultRuntime,
    Effect.gen(function* () {
      const scope = yield* Scope.make()
      const auth = Auth.layer({
        ...options,
        clientSecret: Redacted.isRedacted(clientSecret) ? clientSecret : Redacted.make(clientSecret)
      })
      const live = Layer.provide(layer, Layer.merge(auth, httpClient ?? DefaultClient.layer))
      const context = yield* Effect.tapErrorCause(Scope.extend(Layer.build(live), scope), () =>
        Scope.close(scope, Exit.void)
      )
      const runtime = yield* Effect.runtime()
      const of = <Id extends Kaleidoscope, Service extends object>(tag: Context.Tag<Id, Service>) =>
        Promised.of(runtime, Context.get(context, tag))
      return {
        activities: of(tags.activities),
        activityDefinitions: of(tags.activityDefinitions),
        dashboards: of(tags.dashboards),
        entityFields: of(tags.entityFields),
        entityTypes: of(tags.entityTypes),
        exports: of(tags.exports),
        files: of(tags.files),
        imports: of(tags.imports),
        labels: of(tags.labels),
        programs: of(tags.programs),
        properties: of(tags.properties),
        propertyFields: of(tags.propertyFields),
        records: of(tags.records),
        recordViews: of(tags.recordViews),
        registration: of(tags.registration),
        resultTableTemplates: of(tags.resultTableTemplates),
        workspace: of(tags.workspace),
        request: (request, signal) =>
          Promised.runAsync(runtime, Context.get(context, Requests.Requests).send(request), signal),
        close: () => Runtime.runPromise(runtime)(Scope.close(scope, Exit.void))
      } satisfies PromiseServices
    }),
    undefined
  )

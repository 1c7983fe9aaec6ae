/** The SDK, with everything that it does by default. */
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import type * as NodeContext from "@effect/platform-node/NodeContext"
import * as Activities from "@effect-kaleidoscope/sdk/Activities"
import * as Auth from "@effect-kaleidoscope/sdk/Auth"
import * as Exports from "@effect-kaleidoscope/sdk/Exports"
import * as Ids from "@effect-kaleidoscope/sdk/Ids"
import * as Imports from "@effect-kaleidoscope/sdk/Imports"
import type * as Labels from "@effect-kaleidoscope/sdk/Labels"
import * as Records from "@effect-kaleidoscope/sdk/Records"
import * as Upload from "@effect-kaleidoscope/sdk/Upload"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as Data from "./data.js"
import type { ClientTask, Input, Proof } from "./jobs.js"
import { labels } from "./labels.js"

/** The services that the tasks call. */
export type Services =
  | Activities.Activities
  | Exports.Exports
  | Imports.Imports
  | Labels.Labels
  | Records.Records
  | NodeContext.NodeContext

const idsOf = (records: typeof Data.large, count: number) =>
  Data.idsOf(records, count).map((id) => Ids.RecordId.make(id))

const get =
  (concurrency: number | "unbounded") =>
  ({ size }: Input) => {
    const ids = idsOf(Data.small, size)
    return Effect.gen(function* () {
      const records = yield* Records.Records
      const found = yield* Effect.forEach(ids, records.get, { concurrency })
      return { count: found.length, last: found.at(-1)?.record_identifier ?? "" }
    })
  }

const proofOf = (found: ReadonlyArray<Records.Record>): Proof => {
  const last = found.at(-1)
  return { count: found.length, last: last === undefined ? "" : Data.lastOf(last) }
}

const tableOf = (blocks: number): Exports.Query => ({
  entity_slice_id: Ids.EntityTypeId.make("2d4b3f0e-8e0b-4c0f-9b7b-3f0d8a1f6c22"),
  filename: `${blocks}.csv`
})

const TypedRow = Schema.Struct({
  "Compound ID": Schema.String,
  SMILES: Schema.String,
  IC50: Schema.NumberFromString,
  "Molecular weight": Schema.NumberFromString,
  Purity: Schema.NumberFromString,
  "Registered on": Schema.Date,
  Notes: Schema.String
})

const lastOf = <E, R>(rows: Stream.Stream<{ readonly "Compound ID"?: string }, E, R>) =>
  Stream.runFold(rows, { count: 0, last: "" }, ({ count }, row) => ({
    count: count + 1,
    last: row["Compound ID"] ?? ""
  }))

const pushStream = (rows: Stream.Stream<ReturnType<typeof Data.row>>) =>
  Effect.gen(function* () {
    const imports = yield* Imports.Imports
    let count = 0
    let last = ""
    yield* Stream.runForEach(imports.pushStream(rows, { key_field_names: [Data.key] }), (pushed) =>
      Effect.map(pushed.result, (done) => {
        if (Option.isSome(done)) count += pushed.rows.length - pushed.invalid.length - pushed.rowErrors.length
        last = pushed.rows.at(-1)?.[Data.key] ?? ""
      })
    )
    return { count, last }
  })

/** A client that gives these bodies, one after the other. */
const clientOf = (bodies: ReadonlyArray<Uint8Array<ArrayBuffer>>) => {
  let next = 0
  return HttpClient.make((request) =>
    Effect.sync(() =>
      HttpClientResponse.fromWeb(
        request,
        new Response(bodies[next++ % bodies.length], { headers: { "content-type": "application/json" } })
      )
    )
  )
}

const notOfTheSdk = () => Effect.dieMessage("This is a job of the program")

const effects: { readonly [task in ClientTask]: (input: Input) => Effect.Effect<Proof, unknown, Services> } = {
  records: ({ size }) => {
    const ids = idsOf(Data.large, size)
    return Effect.map(
      Effect.flatMap(Records.Records, (records) => records.getMany(ids)),
      proofOf
    )
  },
  gets: get(8),
  getsAtOnce: get("unbounded"),
  labels,
  start: labels,
  cliRequest: notOfTheSdk,
  cliVersion: notOfTheSdk,
  activities: () =>
    Effect.map(
      Effect.flatMap(Activities.Activities, (activities) => activities.list),
      (found) => ({ count: found.length, last: found.at(-1)?.title ?? "" })
    ),
  push: ({ size }) => {
    const data = Data.rows(size)
    return Effect.map(
      Effect.flatMap(Imports.Imports, (imports) => imports.push({ key_field_names: [Data.key], data })),
      (id) => ({ count: 1, last: id.split("-")[0] ?? "" })
    )
  },
  export: ({ directory, size }) => {
    const path = `${directory}/sdk.csv`
    return Effect.flatMap(Exports.Exports, (exports) => exports.toFile(tableOf(Data.csv.blocksIn(size)), path)).pipe(
      Effect.zipRight(Effect.promise(() => Data.endOf(path)))
    )
  },
  decoding: ({ size }) => {
    const bodies = Data.batches(size)
    const activity = Ids.ActivityId.make(Data.activityId)
    const Live = Activities.layer.pipe(
      Layer.provide(Auth.layerToken({ token: Redacted.make("a-token"), url: "http://localhost" })),
      Layer.provide(Layer.succeed(HttpClient.HttpClient, clientOf(bodies)))
    )
    return Effect.gen(function* () {
      const activities = yield* Activities.Activities
      return proofOf((yield* Effect.forEach(bodies, () => activities.records(activity))).flat())
    }).pipe(Effect.provide(Live))
  },
  rows: ({ size }) => Effect.flatMap(Exports.Exports, (exports) => lastOf(exports.rows(tableOf(size)))),
  rowsTyped: ({ size }) =>
    Effect.flatMap(Exports.Exports, (exports) =>
      lastOf(Stream.mapEffect(exports.rows(tableOf(size)), Schema.decodeUnknown(TypedRow)))
    ),
  upload: ({ directory, size }) =>
    Effect.gen(function* () {
      const records = yield* Records.Records
      const added = yield* records.addFile(
        Ids.RecordId.make(Data.small.id(0)),
        { field: Ids.EntityFieldId.make("8c7d2a54-5c0e-4d0a-9b7b-3f0d8a1f6c22") },
        Upload.path(`${directory}/upload-${size}.bin`)
      )
      return { count: 1, last: String(Option.getOrUndefined(added)?.content) }
    }),
  import: ({ size }) => pushStream(Stream.fromIterable(Data.rows(size))),
  // They would not fit into a flat memory.
  pushStream: ({ size }) => pushStream(Stream.map(Stream.range(0, size - 1), Data.row))
}

/** The effect of a task. */
export const effectOf = (task: ClientTask, input: Input) => effects[task](input)

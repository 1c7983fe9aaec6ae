/**
 * Many calls through a server that fails a fifth of the time, with every failure that a call may be repeated after. At the
 * end every response was right, no item exists twice, and every resource is released.
 */
import { createServer } from "node:http"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import {
  Activities,
  Auth,
  EntityFields,
  Kaleidoscope,
  type KaleidoscopeError,
  Programs,
  Records,
  RequestPolicy
} from "@effect-kaleidoscope/sdk"
import { Emulator, Faults, Workspace } from "@effect-kaleidoscope/testing"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"

/** The number of calls, and the seed of the random numbers. */
export interface Options {
  readonly calls: number
  readonly concurrency: number
  readonly seed: number
}

/** The result. */
export interface Report {
  readonly calls: number
  readonly requests: number
  readonly faults: number
  /** Responses that differ from the stored data. */
  readonly wrong: ReadonlyArray<string>
  /** Items that exist more than once. */
  readonly duplicates: ReadonlyArray<string>
  /** Connections that are still open after the client was released. */
  readonly connections: number
}

/** A call that failed although it may be repeated. */
export class Failed extends Data.TaggedError("Failed")<{
  readonly message: string
  readonly call: string
  readonly error: KaleidoscopeError.KaleidoscopeError
}> {}

/** Two refusals of a token in a row fail the call, so these faults are far apart. */
const refusedTokens: ReadonlyArray<Faults.Rule> = ["/records", "/activities/:id", "/programs/:id"].flatMap((path) =>
  Array.from({ length: 100 }, (_, index) => Faults.on({ path, nth: 11 + 23 * index }, Faults.unauthorized))
)

const share = (seed: number): ReadonlyArray<Faults.Rule> => [
  ...refusedTokens,
  ...[
    Faults.resetBefore,
    Faults.resetAfter,
    Faults.resetBody(),
    Faults.truncateBody(),
    Faults.stallBody(),
    Faults.stall,
    Faults.status(500),
    Faults.status(502),
    Faults.problem(503, { code: "UNAVAILABLE", message: "The server restarts" }),
    Faults.rateLimited(0)
    // A fifth in total. A rule applies only if the rules before it let the request pass.
  ].map((fault, index, all) => Faults.on({ share: 0.22 / all.length, seed: seed + index }, fault))
]

const policy = RequestPolicy.layer({
  tries: 12,
  answer: "1 second",
  silence: "1 second",
  backoff: "5 millis",
  rateLimitBackoff: "5 millis"
})

/** The call with the number `index`. Gives the problems of its response. */
const makeCalls = Effect.gen(function* () {
  const activities = yield* Activities.Activities
  const fields = yield* EntityFields.EntityFields
  const programs = yield* Programs.Programs
  const records = yield* Records.Records
  const { demo } = Workspace
  const pick = <A>(list: ReadonlyArray<A>, index: number): ReadonlyArray<A> =>
    list.slice(index % list.length, (index % list.length) + 1)
  const own = yield* programs.list
  const experiments = Activities.ofType(yield* activities.list, "experiment")
  const [ic50] = demo.entity_fields.filter((field) => field.field_name === "IC50")

  const expectSame = (what: string, actual: unknown, expected: unknown): ReadonlyArray<string> =>
    actual === expected ? [] : [`${what}: ${String(actual)} is not ${String(expected)}`]

  const kinds: ReadonlyArray<
    (index: number) => Effect.Effect<ReadonlyArray<string>, KaleidoscopeError.KaleidoscopeError>
  > = [
    (index) =>
      Effect.map(
        Effect.forEach(pick(demo.records, index), ({ id }) => records.get(id as Records.Record["id"])), // ids of the sample
        (found) =>
          found.flatMap((record, at) =>
            expectSame("records.get", record.record_identifier, pick(demo.records, index)[at]?.record_identifier)
          )
      ),
    (index) => {
      const asked = [0, 7, 3].flatMap((step) => pick(demo.records, index + step))
      return Effect.map(
        records.getMany(asked.map(({ id }) => id as Records.Record["id"])),
        (
          found // as above
        ) => expectSame("records.getMany", found.map(({ id }) => id).join(), asked.map(({ id }) => id).join())
      )
    },
    () => Effect.map(fields.getDataField({ field_name: "IC50" }), ({ id }) => expectSame("getDataField", id, ic50?.id)),
    (index) =>
      Effect.map(
        Effect.forEach(pick(own, index), (program) => programs.update(program, { title: `${program.id} kept` })),
        (updated) => updated.flatMap(({ id, title }) => expectSame("programs.update", title, `${id} kept`))
      ),
    (index) =>
      Effect.map(
        Effect.forEach(pick(experiments, index), (activity) =>
          activities.update(activity, { duration: (index % 9) + 1 })
        ),
        (updated) => updated.flatMap(({ duration }) => expectSame("activities.update", duration, (index % 9) + 1))
      ),
    (index) => {
      // Some calls use the same keys at the same time.
      const key = `SOAK-${index % 200}`
      return Effect.map(records.getOrCreate({ key_values: { "Compound ID": key } }), (record) =>
        expectSame("records.getOrCreate", record.record_identifier, key)
      )
    },
    (index) =>
      Effect.forEach(pick(experiments, index), (activity) =>
        activities.addRecords(
          activity,
          pick(demo.records, index).map(({ id }) => id as Records.Record["id"]) // as above
        )
      ).pipe(Effect.as([]))
  ]
  const names = ["get", "getMany", "getDataField", "update program", "update activity", "getOrCreate", "addRecords"]
  return (index: number) => {
    const kind = index % kinds.length
    const call = kinds[kind]
    return call === undefined
      ? Effect.succeed([])
      : Effect.mapError(
          call(index),
          (error) => new Failed({ message: `${names[kind]}: ${JSON.stringify(error)}`, call: names[kind] ?? "", error })
        )
  }
})

const repeated = (values: ReadonlyArray<string>): ReadonlyArray<string> =>
  values.filter((value, index) => values.indexOf(value) !== index)

/** Runs the soak. Fails with the first call that failed. */
export const soak = (options: Options) =>
  Effect.gen(function* () {
    const server = createServer()
    const context = yield* Layer.build(
      Emulator.layerServer({ faults: share(options.seed), accessTokenLifetime: "30 seconds" }).pipe(
        Layer.provide(NodeHttpServer.layer(() => server, { port: 0, host: "127.0.0.1" }))
      )
    )
    const emulator = yield* Emulator.Emulator.pipe(Effect.provide(context))
    const client = Kaleidoscope.layer.pipe(
      Layer.provide(
        Auth.layer({
          clientId: "demo",
          clientSecret: Redacted.make("demo"),
          url: emulator.url,
          concurrency: options.concurrency,
          retryBudget: 500
        })
      ),
      Layer.provide(policy),
      Layer.provide(NodeHttpClient.layerUndici)
    )
    const wrong = yield* Effect.gen(function* () {
      const call = yield* makeCalls
      return yield* Effect.forEach(
        Array.from({ length: options.calls }, (_, index) => index),
        call,
        {
          concurrency: options.concurrency * 4
        }
      )
    }).pipe(Effect.provide(client))

    const state = yield* emulator.state
    const faults = yield* emulator.faults.played
    // The client's agent is closed. The server sees its sockets close in the same turn of the event loop, or soon after.
    const connections = yield* Effect.async<number>((resume) => {
      const look = (left: number) =>
        server.getConnections((_, count) => {
          if (count === 0 || left === 0) resume(Effect.succeed(count))
          else setTimeout(() => look(left - 1), 20)
        })
      look(3000)
    })
    return {
      calls: options.calls,
      requests: (yield* emulator.requests).length,
      faults: faults.length,
      wrong: wrong.flat(),
      duplicates: [
        ...repeated(state.records.map((record) => `record ${record.entity_slice_id} ${record.record_identifier}`)),
        ...state.activities.flatMap((activity) => repeated(activity.all_record_ids))
      ],
      connections
    } satisfies Report
  }).pipe(Effect.scoped)

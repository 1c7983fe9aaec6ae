import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as HttpClient from "@effect/platform/HttpClient"
import { Kaleidoscope, KaleidoscopeError } from "@effect-kaleidoscope/sdk"
import { Emulator } from "@effect-kaleidoscope/testing"
import * as ConfigError from "effect/ConfigError"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { expect, it } from "../../../test/vitest.js"

const promise = (clientSecret = "demo") =>
  Effect.flatMap(Layer.build(Emulator.layer()), (context) =>
    Effect.promise(() =>
      Kaleidoscope.promise({
        clientId: "demo",
        clientSecret,
        url: "http://kaleidoscope.test",
        httpClient: Layer.succeed(HttpClient.HttpClient, Context.get(context, HttpClient.HttpClient))
      })
    )
  )

it.live("an effect is a promise, with its arguments", () =>
  Effect.gen(function* () {
    const { close, programs, request } = yield* promise()
    yield* Effect.promise(async () => {
      const created = await programs.create({ title: "Apollo" })
      expect((await programs.get({ title: "Apollo" })).id).toBe(created.id)
      expect(await programs.list()).toContainEqual(created)
      const raw = await request({ method: "GET", path: "/programs", schema: Schema.Array(Schema.Unknown) })
      expect(raw.length).toBe((await programs.list()).length)
      await close()
    })
  })
)

it.live("a stream is an async iterable", () =>
  Effect.gen(function* () {
    const { records } = yield* promise()
    yield* Effect.promise(async () => {
      const names: Array<string | null> = []
      for await (const record of records.stream({ entity_slice_id: { slice_name: "Compound" }, limit: 3 })) {
        names.push(record.record_identifier)
      }
      expect(names).toHaveLength(3)
    })
  })
)

it.live("a promise rejects with the typed error", () =>
  Effect.gen(function* () {
    const { programs } = yield* promise()
    const refused = yield* promise("wrong")
    yield* Effect.promise(async () => {
      const missing: unknown = await programs.get({ title: "No such" }).catch((error) => error)
      expect(missing).toMatchObject({ _tag: "KaleidoscopeNotFound", call: "Programs.get" })
      const rejected: unknown = await refused.programs.list().catch((error) => error)
      expect(rejected).toMatchObject({ _tag: "KaleidoscopeAuthError", reason: "rejected" })
      expect(KaleidoscopeError.isKaleidoscopeError(rejected)).toBe(true)
    })
  })
)

it.live("a signal stops a call, and the promise rejects with its reason", () =>
  Effect.gen(function* () {
    const { programs, records } = yield* promise()
    const reason = new Error("enough")
    const signal = AbortSignal.abort(reason)
    yield* Effect.promise(async () => {
      await expect(programs.list(signal)).rejects.toBe(reason)
      await expect(programs.create({ title: "Never" }, signal)).rejects.toBe(reason)
      expect((await programs.list()).map(({ title }) => title)).not.toContain("Never")
      const iterator = records.stream({ entity_slice_id: { slice_name: "Compound" } }, signal)[Symbol.asyncIterator]()
      await expect(iterator.next()).rejects.toBe(reason)
    })
  })
)

it.live("a client that cannot be made rejects with its error, and what was acquired is released", () =>
  Effect.gen(function* () {
    let released = 0
    const acquired = Layer.scopedDiscard(Effect.addFinalizer(() => Effect.sync(() => released++)))
    const invalid = Layer.fail(ConfigError.InvalidData(["proxy"], "is not a URL"))
    const httpClient = Layer.provide(Layer.provideMerge(FetchHttpClient.layer, invalid), acquired)
    const rejected: unknown = yield* Effect.promise(() =>
      Kaleidoscope.promise({ clientId: "demo", clientSecret: "demo", httpClient }).catch((error) => error)
    )
    expect(rejected).toMatchObject({ _op: "InvalidData", message: "is not a URL" })
    expect(released).toBe(1)
  })
)

it.live("an iterable that is left early stops its stream, and fails with the typed error", () =>
  Effect.gen(function* () {
    const { records } = yield* promise()
    const refused = yield* promise("wrong")
    const compounds = { entity_slice_id: { slice_name: "Compound" } } as const
    yield* Effect.promise(async () => {
      for await (const record of records.stream(compounds)) {
        expect(record.id).not.toBe("")
        break
      }
      const failing = refused.records.stream(compounds)[Symbol.asyncIterator]()
      const rejected: unknown = await failing.next().catch((error) => error)
      expect(rejected).toBeInstanceOf(KaleidoscopeError.AuthError)
    })
  })
)

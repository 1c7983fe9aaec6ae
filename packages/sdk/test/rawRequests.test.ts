import { Kaleidoscope, Programs, RequestPolicy, Requests } from "@effect-kaleidoscope/sdk"
import { Emulator } from "@effect-kaleidoscope/testing"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { describe, expect, it } from "../../../test/vitest.js"
import * as Scripted from "./support/scripted.js"
import { onEmulator } from "./support/services.js"
import { AuthToken } from "./support/workspace.js"

const Program = Schema.Struct({ id: Schema.String, title: Schema.String })

const on = (script: Scripted.Script, policy: Partial<RequestPolicy.Policy> = {}) => {
  const server = Scripted.make(script)
  const layer = Requests.layer.pipe(
    Layer.provide(Layer.merge(AuthToken, server.layer)),
    Layer.provide(RequestPolicy.layer({ backoff: 0, ...policy }))
  )
  return { sent: server.sent, layer }
}

const send = <A, I>(request: Requests.Request<A, I>) =>
  Effect.flatMap(Requests.Requests, (requests) => requests.send(request))

it.effect("a request to the emulator has the credentials of the SDK", () =>
  Effect.gen(function* () {
    const created = yield* Kaleidoscope.request({
      method: "POST",
      path: "/programs",
      body: { title: "Apollo" },
      schema: Program
    })
    const programs = yield* Programs.Programs
    expect((yield* programs.get({ title: "Apollo" })).id).toBe(created.id)
    const all = yield* Kaleidoscope.request({ method: "GET", path: "/programs", schema: Schema.Array(Program) })
    expect(all).toContainEqual(created)
    const { requests } = yield* Emulator.Emulator
    expect((yield* requests).every(({ headers }) => headers["user-agent"]?.startsWith("effect-kaleidoscope/"))).toBe(
      true
    )
  }).pipe(Effect.provide(onEmulator(Layer.merge(Requests.layer, Programs.layer))))
)

it.effect("ids are percent-encoded, and the query and the body are sent as those of other calls", () => {
  const server = on(() => Scripted.json({ done: true }))
  return Effect.gen(function* () {
    const result = yield* send({
      method: "PATCH",
      path: "/records/{id}/notes/{note}",
      params: { id: "a/b?c", note: "1" },
      query: { limit: 10, tag: "a b", none: null },
      body: { text: "é" },
      schema: Schema.Struct({ done: Schema.Boolean })
    })
    expect(result).toEqual({ done: true })
    expect(server.sent).toMatchObject([
      {
        method: "PATCH",
        path: "/records/a%2Fb%3Fc/notes/1",
        query: [
          ["limit", "10"],
          ["tag", "a b"]
        ],
        body: '{"text":"é"}'
      }
    ])
  }).pipe(Effect.provide(server.layer))
})

it.effect("an empty response is accepted if the schema accepts undefined", () => {
  const server = on(() => Scripted.text(null, 204))
  return Effect.gen(function* () {
    const request = { method: "DELETE", path: "/notes/1" } as const
    expect(yield* send({ ...request, schema: Schema.Void })).toBe(undefined)
    expect(yield* send({ ...request, schema: Schema.Unknown })).toBe(undefined)
    expect(yield* Effect.flip(send({ ...request, schema: Program }))).toMatchObject({
      _tag: "KaleidoscopeDecodeError",
      outcome: "done"
    })
  }).pipe(Effect.provide(server.layer))
})

it.effect("only a request that may be repeated is sent again after an unknown outcome", () => {
  const server = on(() => Scripted.text("", 500), { tries: 3 })
  const tries = (request: Pick<Requests.Request<unknown, unknown>, "method" | "repeatable">) =>
    Effect.gen(function* () {
      const before = server.sent.length
      const error = yield* Effect.flip(send({ path: "/notes", schema: Schema.Unknown, ...request }))
      expect(error).toMatchObject({ _tag: "KaleidoscopeServerError", call: "Requests.send", pathTemplate: "/notes" })
      return server.sent.length - before
    })
  return Effect.gen(function* () {
    expect(yield* tries({ method: "GET" })).toBe(3)
    expect(yield* tries({ method: "GET", repeatable: false })).toBe(1)
    expect(yield* tries({ method: "POST" })).toBe(1)
    expect(yield* tries({ method: "DELETE" })).toBe(1)
    expect(yield* tries({ method: "POST", repeatable: true })).toBe(3)
  }).pipe(Effect.provide(server.layer))
})

it.effect("a status is the error that other calls have for it", () =>
  Effect.gen(function* () {
    for (const [status, tag] of [
      [400, "BadRequest"],
      [403, "Forbidden"],
      [404, "NotFound"],
      [409, "Conflict"],
      [418, "UnexpectedStatus"]
    ] as const) {
      const { layer } = on(() => Scripted.json({ error: "not_found", message: "no" }, status))
      const error = yield* Effect.flip(send({ method: "GET", path: "/notes/1", schema: Schema.Unknown })).pipe(
        Effect.provide(layer)
      )
      expect([status, error._tag]).toEqual([status, `Kaleidoscope${tag}`])
    }
  })
)

describe("nothing is sent if", () => {
  const wrongs: ReadonlyArray<readonly [path: string, message: RegExp]> = [
    ["https://elsewhere.test/programs", /must begin with a slash/],
    ["//elsewhere.test/programs", /two slashes in a row/],
    ["programs", /must begin with a slash/],
    ["", /must begin with a slash/],
    ["/records/../programs", /the steps/],
    ["/records/.", /the steps/],
    ["/records/%2e%2E/programs", /the steps/],
    ["/records/.%2e", /the steps/],
    ["/records?limit=1", /query/],
    ["/records#top", /fragment/],
    ["/records\\..\\programs", /a character that a path cannot have/],
    ["/records/a b", /a character that a path cannot have/],
    ["/records/é", /a character that a path cannot have/],
    ["/records/{id", /brace/],
    ["/records/{}", /brace/],
    ["/records/{id}", /id cannot be sent: it is not a string/]
  ]
  for (const [path, message] of wrongs) {
    it.effect(`the path is ${JSON.stringify(path)}`, () => {
      const server = on(() => Scripted.json({}))
      return Effect.gen(function* () {
        const error = yield* Effect.flip(send({ method: "GET", path, schema: Schema.Unknown }))
        expect(error).toMatchObject({ _tag: "KaleidoscopeInvalidRequest", message: expect.stringMatching(message) })
        expect(server.sent).toEqual([])
      }).pipe(Effect.provide(server.layer))
    })
  }

  for (const id of ["", ".", ".."]) {
    it.effect(`an id is ${JSON.stringify(id)}`, () => {
      const server = on(() => Scripted.json({}))
      return Effect.gen(function* () {
        const request = { method: "GET", path: "/records/{id}", params: { id }, schema: Schema.Unknown } as const
        expect(yield* Effect.flip(send(request))).toMatchObject({ _tag: "KaleidoscopeInvalidRequest", at: "id" })
        expect(server.sent).toEqual([])
      }).pipe(Effect.provide(server.layer))
    })
  }
})

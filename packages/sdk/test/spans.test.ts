import { Auth, Files, Ids, Labels, Programs } from "@effect-kaleidoscope/sdk"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import { describe, expect, it } from "../../../test/vitest.js"
import * as Scripted from "./support/scripted.js"
import { onScript } from "./support/services.js"
import * as Spans from "./support/spans.js"
import { AuthToken, key, program, services } from "./support/workspace.js"

const allowed = new Set([
  "http.request.method",
  "http.route",
  "http.response.status_code",
  "kaleidoscope.attempt",
  "kaleidoscope.request_id",
  "kaleidoscope.grant_type"
])

const traced = <A, E, R>(self: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const spans = Spans.make()
    yield* Effect.exit(Effect.withTracer(self, spans.tracer))
    for (const span of spans.all) {
      expect([...span.attributes.keys()].filter((name) => !allowed.has(name) && name !== "code.stacktrace")).toEqual([])
      expect([...span.attributes.values()].every((value) => value !== undefined)).toBe(true)
      expect([span.events, span.links]).toEqual([[], []])
    }
    return spans.all.map(({ attributes, name, parent }) => ({
      name,
      parent,
      attributes: Object.fromEntries(attributes)
    }))
  })

describe("spans", () => {
  it.effect("are one for the method and one for each attempt, with only the allowed attributes", () => {
    const server = Scripted.make((_, nth) =>
      nth === 1 ? Scripted.text(null, 503) : Scripted.json([], 200, { "x-request-id": "request-2" })
    )
    return Effect.gen(function* () {
      const list = Effect.flatMap(Labels.Labels, (labels) => labels.list)
      const spans = yield* traced(
        list.pipe(Effect.withSpan("mine"), Effect.provide(services(server.layer, AuthToken, { backoff: 0 })))
      )
      const attempt = (number: number, status: number) => ({
        name: "Kaleidoscope.attempt",
        parent: "Kaleidoscope.Labels.list",
        attributes: {
          "http.request.method": "GET",
          "http.route": "/activity_labels",
          "http.response.status_code": status,
          "kaleidoscope.attempt": number
        }
      })
      expect(spans.slice(1)).toEqual([
        { name: "Kaleidoscope.Labels.list", parent: "mine", attributes: {} },
        attempt(1, 503),
        { ...attempt(2, 200), attributes: { ...attempt(2, 200).attributes, "kaleidoscope.request_id": "request-2" } }
      ])
    })
  })

  it.effect("have the path template, never an id, also in composite methods", () => {
    const server = Scripted.make(({ method }) =>
      Scripted.json(method === "PUT" ? program : [{ id: "secret-id", title: "Apollo" }])
    )
    return Effect.gen(function* () {
      const update = Effect.flatMap(Programs.Programs, (programs) =>
        programs.update({ title: "Apollo" }, { title: "x" })
      )
      const spans = yield* traced(Effect.provide(update, services(server.layer)))
      expect(spans.map(({ attributes, name, parent }) => [name, parent, attributes["http.route"]])).toEqual([
        ["Kaleidoscope.Programs.update", undefined, undefined],
        ["Kaleidoscope.Programs.list", "Kaleidoscope.Programs.update", undefined],
        ["Kaleidoscope.attempt", "Kaleidoscope.Programs.list", "/programs"],
        ["Kaleidoscope.attempt", "Kaleidoscope.Programs.update", "/programs/{id}"]
      ])
      expect(JSON.stringify(spans)).not.toContain("secret-id")
    })
  })

  it.effect("are one for a method and the request that is its last step", () => {
    const { layer } = onScript(Layer.merge(Files.layer, Programs.layer), ({ path }) =>
      path === "/programs" ? Scripted.json([program]) : Scripted.text("a,b\n")
    )
    return Effect.gen(function* () {
      const download = Stream.unwrap(
        Effect.map(Files.Files, (files) => files.download(Ids.FileId.make("8bc96c35-22f2-4fbc-9941-3d15ff619f89")))
      )
      const find = Effect.flatMap(Programs.Programs, (programs) => programs.find({ title: program.title }))
      const spans = yield* traced(Effect.provide(Effect.zip(Stream.runDrain(download), find), layer))
      expect(spans.map(({ name, parent }) => [name, parent])).toEqual([
        ["Kaleidoscope.Files.download", undefined],
        ["Kaleidoscope.attempt", "Kaleidoscope.Files.download"],
        ["Kaleidoscope.Programs.find", undefined],
        ["Kaleidoscope.Programs.list", "Kaleidoscope.Programs.find"],
        ["Kaleidoscope.attempt", "Kaleidoscope.Programs.list"]
      ])
    })
  })

  it.effect("have the request for a token, and its grant type", () => {
    const server = Scripted.make(({ path }) =>
      path === "/auth/oauth/token" ? Scripted.json({ access_token: "t" }) : Scripted.json(program)
    )
    return Effect.gen(function* () {
      const update = Effect.flatMap(Programs.Programs, (programs) =>
        programs.update(Ids.ProgramId.make("p"), { title: "x" })
      )
      const spans = yield* traced(Effect.provide(update, services(server.layer, Auth.layer(key))))
      expect(
        spans.map(({ attributes, name }) => [name, attributes["kaleidoscope.grant_type"] ?? attributes["http.route"]])
      ).toEqual([
        ["Kaleidoscope.Programs.update", undefined],
        ["Kaleidoscope.Auth.token", "client_credentials"],
        ["Kaleidoscope.attempt", "/auth/oauth/token"],
        ["Kaleidoscope.attempt", "/programs/{id}"]
      ])
    })
  })

  it.effect("are not sent to a server: there is no trace header", () => {
    const server = Scripted.make(() => Scripted.json([]))
    return Effect.gen(function* () {
      const list = Effect.flatMap(Labels.Labels, (labels) => labels.list)
      yield* traced(list.pipe(Effect.withSpan("mine"), Effect.provide(services(server.layer))))
      expect(Object.keys(server.sent[0]?.headers ?? {}).sort()).toEqual(["accept", "user-agent", "x-kal-authorization"])
    })
  })
})

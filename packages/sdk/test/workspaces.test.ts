import type * as HttpClient from "@effect/platform/HttpClient"
import { Auth, Kaleidoscope, Labels, Programs, RequestPolicy } from "@effect-kaleidoscope/sdk"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { describe, expect, it } from "../../../test/vitest.js"
import * as Scripted from "./support/scripted.js"

/** Two workspaces behind one client, told apart by host. */
const twoWorkspaces = () =>
  Scripted.make((sent, nth) => {
    const host = sent.url.hostname
    if (sent.path === "/auth/oauth/token") {
      const id = new URLSearchParams(sent.body).get("client_id")
      return Scripted.json({ access_token: `${host}-${id}-${nth}`, refresh_token: `refresh-${nth}`, expires_in: 3600 })
    }
    if (sent.method === "PUT") return Scripted.json({ id: sent.path.split("/").at(-1), title: "changed" })
    return sent.path === "/programs"
      ? Scripted.json([{ id: `program-of-${host}`, title: "Apollo" }])
      : Scripted.json([{ id: `label-of-${host}`, label_name: "urgent" }])
  })

const authOf = (name: string) =>
  Auth.layer({ clientId: name, clientSecret: Redacted.make(`secret-of-${name}`), url: `http://${name}.test` })

class EastLabels extends Context.Tag("EastLabels")<EastLabels, Labels.Service>() {}
class WestLabels extends Context.Tag("WestLabels")<WestLabels, Labels.Service>() {}
class EastPrograms extends Context.Tag("EastPrograms")<EastPrograms, Programs.Service>() {}
class WestPrograms extends Context.Tag("WestPrograms")<WestPrograms, Programs.Service>() {}

type Services = Labels.Labels | Programs.Programs

for (const [name, layer] of [
  ["each service's own layer", () => Layer.merge(Labels.layer, Programs.layer)],
  ["Kaleidoscope.layer", () => Kaleidoscope.layer]
] as ReadonlyArray<readonly [string, () => Layer.Layer<Services, never, HttpClient.HttpClient | Auth.Auth>]>) {
  describe(`two workspaces in one program, through ${name}`, () => {
    const graph = (server: Layer.Layer<HttpClient.HttpClient>) => {
      const east = Layer.effectContext(
        Effect.map(Effect.all([Labels.Labels, Programs.Programs]), ([labels, programs]) =>
          Context.make(EastLabels, labels).pipe(Context.add(EastPrograms, programs))
        )
      ).pipe(Layer.provide(layer()), Layer.provide(authOf("east")), Layer.provide(RequestPolicy.layer({ tries: 1 })))
      const west = Layer.effectContext(
        Effect.map(Effect.all([Labels.Labels, Programs.Programs]), ([labels, programs]) =>
          Context.make(WestLabels, labels).pipe(Context.add(WestPrograms, programs))
        )
      ).pipe(
        Layer.provide(layer()),
        Layer.provide(authOf("west")),
        Layer.provide(RequestPolicy.layer({ tries: 2, backoff: 0 }))
      )
      return Layer.merge(east, west).pipe(Layer.provide(server))
    }

    it.effect("have their own URL, credentials, tokens and catalogs", () => {
      const server = twoWorkspaces()
      return Effect.gen(function* () {
        const east = { labels: yield* EastLabels, programs: yield* EastPrograms }
        const west = { labels: yield* WestLabels, programs: yield* WestPrograms }
        expect((yield* Effect.all([east.labels.list, west.labels.list], { concurrency: 2 })).flat()).toMatchObject([
          { id: "label-of-east.test" },
          { id: "label-of-west.test" }
        ])
        // By name: through each workspace's catalog.
        yield* east.programs.update({ title: "Apollo" }, { title: "changed" })
        yield* west.programs.update({ title: "Apollo" }, { title: "changed" })
        expect(server.sent.filter(({ method }) => method === "PUT").map(({ url }) => url.href)).toEqual([
          "http://east.test/programs/program-of-east.test",
          "http://west.test/programs/program-of-west.test"
        ])
        for (const { headers, path, url } of server.sent) {
          if (path === "/auth/oauth/token") continue
          expect(headers["x-kal-authorization"]).toMatch(
            new RegExp(`^Bearer ${url.hostname}-${url.hostname.slice(0, 4)}-`)
          )
        }
        expect(server.sent.filter(({ path }) => path === "/auth/oauth/token").map(({ body }) => body)).toEqual([
          expect.stringContaining("secret-of-east"),
          expect.stringContaining("secret-of-west")
        ])
      }).pipe(Effect.provide(graph(server.layer)))
    })

    it.effect("have their own policies", () => {
      const server = Scripted.make(({ path }) =>
        path === "/auth/oauth/token" ? Scripted.json({ access_token: "a" }) : Scripted.text(null, 503)
      )
      return Effect.gen(function* () {
        expect(yield* Effect.flip((yield* EastLabels).list)).toMatchObject({ attempts: 1 })
        expect(yield* Effect.flip((yield* WestLabels).list)).toMatchObject({ attempts: 2 })
      }).pipe(Effect.provide(graph(server.layer)))
    })
  })
}

describe("one credential", () => {
  it.effect("on two clients shares no tokens and no cache", () => {
    const auth = authOf("east")
    const first = twoWorkspaces()
    const second = twoWorkspaces()
    const east = Layer.effect(EastPrograms, Programs.Programs).pipe(
      Layer.provide(Programs.layer),
      Layer.provide(first.layer)
    )
    const west = Layer.effect(WestPrograms, Programs.Programs).pipe(
      Layer.provide(Programs.layer),
      Layer.provide(second.layer)
    )
    return Effect.gen(function* () {
      yield* (yield* EastPrograms).update({ title: "Apollo" }, { title: "changed" })
      yield* (yield* WestPrograms).update({ title: "Apollo" }, { title: "changed" })
      for (const server of [first, second]) {
        expect(server.sent.map(({ method, path }) => `${method} ${path}`)).toEqual([
          "POST /auth/oauth/token",
          "GET /programs",
          "PUT /programs/program-of-east.test"
        ])
      }
    }).pipe(Effect.provide(Layer.provide(Layer.merge(east, west), auth)))
  })

  it.effect("on one client shares its token, its permits and its caches among all services", () => {
    const server = twoWorkspaces()
    const layer = Layer.merge(
      Labels.layer,
      Layer.effect(EastPrograms, Programs.Programs).pipe(Layer.provide(Programs.layer))
    )
    return Effect.gen(function* () {
      yield* (yield* Labels.Labels).list
      yield* (yield* EastPrograms).list
      expect(server.sent.filter(({ path }) => path === "/auth/oauth/token").length).toBe(1)
    }).pipe(Effect.provide(layer.pipe(Layer.provide(authOf("east")), Layer.provide(server.layer))))
  })

  it.effect("under two policies uses each service's own, shared work included", () => {
    const server = Scripted.make(({ path }) =>
      path === "/auth/oauth/token" ? Scripted.json({ access_token: "a" }) : Scripted.text(null, 503)
    )
    const withTries = <I, S>(
      tag: Context.Tag<I, S>,
      service: Effect.Effect<S, never, Programs.Programs>,
      tries: number
    ) =>
      Layer.effect(tag, service).pipe(
        Layer.provide(Programs.layer),
        Layer.provide(RequestPolicy.layer({ tries, backoff: 0 }))
      )
    const layer = Layer.merge(
      withTries(EastPrograms, Programs.Programs, 1),
      withTries(WestPrograms, Programs.Programs, 4)
    )
    return Effect.gen(function* () {
      const [east, west] = [yield* EastPrograms, yield* WestPrograms]
      const [a, b] = yield* Effect.all([Effect.flip(east.list), Effect.flip(west.list)], { concurrency: 2 })
      expect([a.attempts, b.attempts]).toEqual([1, 4])
    }).pipe(Effect.provide(layer.pipe(Layer.provide(authOf("east")), Layer.provide(server.layer))))
  })
})

import { Emulator } from "@effect-kaleidoscope/testing"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/TestClock"
import { describe, expect, it } from "../../../test/vitest.js"
import { at, call, requestToken, send, stringAt, ways } from "./support/client.js"

const clientCredentials = { grant_type: "client_credentials", client_id: "demo", client_secret: "demo" }

const jwt = (audience: string): string =>
  ["{}", JSON.stringify({ aud: audience }), "signature"]
    .map((part) => Buffer.from(part).toString("base64url"))
    .join(".")

const listWith = (accessToken: string) =>
  send("GET", "/programs", { headers: { "x-kal-authorization": `Bearer ${accessToken}` } })

for (const way of ways) {
  describe(`signing in, ${way.name}`, () => {
    it.effect("responds to client credentials with a pair of valid tokens", () =>
      Effect.gen(function* () {
        const answer = yield* requestToken(clientCredentials)
        expect(answer.status).toBe(200)
        expect(at(answer.json, "expires_in")).toBe(3600)
        expect((yield* listWith(stringAt(answer.json, "access_token"))).status).toBe(200)
      }).pipe(Effect.provide(way.make()))
    )

    it.effect("refuses bad credentials", () =>
      Effect.gen(function* () {
        for (const form of [{ client_secret: "other" }, { client_id: "other" }]) {
          const answer = yield* requestToken({ ...clientCredentials, ...form })
          expect(answer.status).toBe(401)
          expect(answer.json).toEqual({ code: "invalid_client", message: expect.any(String) })
        }
        expect((yield* requestToken({ grant_type: "client_credentials" })).status).toBe(401)
      }).pipe(Effect.provide(way.make()))
    )

    it.effect("accepts only the given credentials", () =>
      Effect.gen(function* () {
        expect((yield* requestToken(clientCredentials)).status).toBe(401)
        const answer = yield* requestToken({ ...clientCredentials, client_id: "ci", client_secret: "s3cret" })
        expect(answer.status).toBe(200)
      }).pipe(Effect.provide(way.make({ clientId: "ci", clientSecret: Redacted.make("s3cret") })))
    )

    it.effect("rotates refresh tokens, and revokes the family when one is presented twice", () =>
      Effect.gen(function* () {
        const emulator = yield* Emulator.Emulator
        const first = yield* requestToken(clientCredentials)
        const refresh = {
          grant_type: "refresh_token",
          refresh_token: stringAt(first.json, "refresh_token")
        }
        const second = yield* requestToken(refresh)
        expect(second.status).toBe(200)
        expect(at(second.json, "refresh_token")).not.toBe(refresh.refresh_token)
        expect((yield* listWith(stringAt(second.json, "access_token"))).status).toBe(200)

        expect((yield* requestToken(refresh)).status).toBe(400)
        expect((yield* listWith(stringAt(first.json, "access_token"))).status).toBe(401)
        expect((yield* listWith(stringAt(second.json, "access_token"))).status).toBe(401)
        const third = yield* requestToken({ ...refresh, refresh_token: stringAt(second.json, "refresh_token") })
        expect(third.status).toBe(400)

        const other = yield* requestToken(clientCredentials)
        expect((yield* listWith(stringAt(other.json, "access_token"))).status).toBe(200)
        expect(yield* emulator.tokenCounts).toEqual({
          clientCredentials: 2,
          refreshToken: 1,
          rejected: 2,
          reused: 1,
          revokedFamilies: 1
        })
      }).pipe(Effect.provide(way.make()))
    )

    it.effect("refuses unknown grants, unknown refresh tokens, and bodies that are not forms", () =>
      Effect.gen(function* () {
        expect((yield* requestToken({ grant_type: "password" })).status).toBe(400)
        expect((yield* requestToken({ grant_type: "refresh_token" })).status).toBe(400)
        expect((yield* requestToken({ grant_type: "refresh_token", refresh_token: "x" })).status).toBe(400)
        expect((yield* requestToken({})).status).toBe(400)
        expect((yield* send("POST", "/auth/oauth/token", { json: clientCredentials })).status).toBe(400)
      }).pipe(Effect.provide(way.make()))
    )

    it.effect("responds with 401 without a valid token, for known and unknown routes", () =>
      Effect.gen(function* () {
        for (const path of ["/programs", "/nowhere"]) {
          for (const header of [undefined, "Bearer other", "Bearer ", "other"]) {
            const answer = yield* send("GET", path, {
              headers: header === undefined ? {} : { "x-kal-authorization": header }
            })
            expect([path, header, answer.status]).toEqual([path, header, 401])
            expect(answer.json).toEqual({ code: "UNAUTHORIZED", message: expect.any(String) })
          }
        }
      }).pipe(Effect.provide(way.make()))
    )

    it.effect("lets tests expire and revoke tokens", () =>
      Effect.gen(function* () {
        const emulator = yield* Emulator.Emulator
        const first = yield* requestToken(clientCredentials)
        yield* emulator.expireTokens
        expect((yield* listWith(stringAt(first.json, "access_token"))).status).toBe(401)
        const refresh = { grant_type: "refresh_token", refresh_token: stringAt(first.json, "refresh_token") }
        const second = yield* requestToken(refresh)
        expect(second.status).toBe(200)
        yield* emulator.revokeTokens
        expect((yield* listWith(stringAt(second.json, "access_token"))).status).toBe(401)
        const third = yield* requestToken({ ...refresh, refresh_token: stringAt(second.json, "refresh_token") })
        expect(third.status).toBe(400)
      }).pipe(Effect.provide(way.make()))
    )

    it.effect("asks for an identity token behind an Identity-Aware Proxy, for the token request too", () =>
      Effect.gen(function* () {
        const without = yield* requestToken(clientCredentials)
        expect(without.status).toBe(401)
        expect(without.json).toBeUndefined()
        const tokenRequest = (headers: { readonly [name: string]: string }) =>
          send("POST", "/auth/oauth/token", {
            text: new URLSearchParams(clientCredentials).toString(),
            headers: { "content-type": "application/x-www-form-urlencoded", ...headers }
          })
        expect((yield* tokenRequest({ authorization: `Bearer ${jwt("another")}` })).status).toBe(401)
        expect((yield* tokenRequest({ authorization: "Bearer a.b.c" })).status).toBe(401)
        const identity = { authorization: `Bearer ${jwt("iap.apps.googleusercontent.com")}` }
        const token = yield* tokenRequest(identity)
        expect(token.status).toBe(200)
        const accessToken = { "x-kal-authorization": `Bearer ${stringAt(token.json, "access_token")}` }
        expect((yield* send("GET", "/programs", { headers: accessToken })).status).toBe(401)
        expect((yield* send("GET", "/programs", { headers: { ...accessToken, ...identity } })).status).toBe(200)
      }).pipe(Effect.provide(way.make({ iapAudience: "iap.apps.googleusercontent.com" })))
    )
  })
}

describe("time", () => {
  it.effect("access tokens expire by the Clock", () =>
    Effect.gen(function* () {
      const answer = yield* requestToken(clientCredentials)
      expect(at(answer.json, "expires_in")).toBe(60)
      const accessToken = stringAt(answer.json, "access_token")
      yield* TestClock.adjust("59 seconds")
      expect((yield* listWith(accessToken)).status).toBe(200)
      yield* TestClock.adjust("1 second")
      expect((yield* listWith(accessToken)).status).toBe(401)
    }).pipe(Effect.provide(Emulator.layer({ accessTokenLifetime: "1 minute" })))
  )
})

describe("emulators", () => {
  it.effect("are independent of each other", () =>
    Effect.gen(function* () {
      const create = call("POST", "/programs", { json: { title: "one" } })
      const programs = Effect.flatMap(Emulator.Emulator, (emulator) =>
        Effect.map(emulator.state, (state) => state.programs.length)
      )
      const both = yield* Effect.all([
        Effect.zipRight(create, programs).pipe(Effect.provide(Emulator.layer({ seed: "empty" }))),
        programs.pipe(Effect.provide(Emulator.layer({ seed: "empty" })))
      ])
      expect(both).toEqual([1, 0])
    })
  )

  it.effect("are different for each call of `layer`, also in one graph of layers", () =>
    Effect.gen(function* () {
      const titles = Effect.flatMap(Emulator.Emulator, (emulator) =>
        Effect.map(emulator.state, (state) => state.programs.map((program) => program.title))
      )
      const create = (title: string) => Layer.effectDiscard(call("POST", "/programs", { json: { title } }))
      class Left extends Context.Tag("Left")<Left, ReadonlyArray<string>>() {}
      class Right extends Context.Tag("Right")<Right, ReadonlyArray<string>>() {}
      const left = Layer.effect(Left, titles).pipe(
        Layer.provide(create("left").pipe(Layer.provideMerge(Emulator.layer({ seed: "empty" }))))
      )
      const right = Layer.effect(Right, titles).pipe(
        Layer.provide(create("right").pipe(Layer.provideMerge(Emulator.layer({ seed: "empty" }))))
      )
      const context = yield* Layer.build(Layer.mergeAll(left, right))
      expect([Context.get(context, Left), Context.get(context, Right)]).toEqual([["left"], ["right"]])
    }).pipe(Effect.scoped)
  )

  it.effect("do not answer for other hosts", () =>
    Effect.gen(function* () {
      const emulator = yield* Emulator.Emulator
      expect(emulator.url).toBe("http://kaleidoscope.test")
      const failure = yield* Effect.flip(
        send("GET", "/programs").pipe(
          Effect.provideService(Emulator.Emulator, { ...emulator, url: "http://elsewhere.test" })
        )
      )
      expect(failure.message).toContain("http://kaleidoscope.test")
    }).pipe(Effect.provide(Emulator.layer()))
  )
})

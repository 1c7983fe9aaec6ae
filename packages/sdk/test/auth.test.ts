import { Auth, IdentityToken, Labels, RequestPolicy } from "@effect-kaleidoscope/sdk"
import { Emulator } from "@effect-kaleidoscope/testing"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/TestClock"
import { describe, expect, it } from "../../../test/vitest.js"
import { version } from "../src/internal/version.js"
import * as Scripted from "./support/scripted.js"
import { key, services } from "./support/workspace.js"

const list = Effect.flatMap(Labels.Labels, (labels) => labels.list)

const granting = (expectPath = "/auth/oauth/token") =>
  Scripted.make(({ path }) =>
    path === expectPath
      ? Scripted.json({ access_token: "access-1", refresh_token: "refresh-1", expires_in: 3600 })
      : Scripted.json([])
  )

const config = (variables: { readonly [name: string]: string }) =>
  Layer.setConfigProvider(ConfigProvider.fromMap(new Map(Object.entries(variables))))

describe("the request for a token", () => {
  it.effect("sends the API key as a form, and later calls send the token", () =>
    Effect.gen(function* () {
      const server = granting()
      yield* list.pipe(Effect.provide(services(server.layer, Auth.layer(key))))
      const [token, call] = server.sent
      expect([token?.method, token?.url.href, token?.body]).toEqual([
        "POST",
        "http://kaleidoscope.test/auth/oauth/token",
        "grant_type=client_credentials&client_id=demo&client_secret=demo"
      ])
      expect(token?.headers["content-type"]).toBe("application/x-www-form-urlencoded")
      expect(token?.headers["x-kal-authorization"]).toBeUndefined()
      expect(call?.headers["x-kal-authorization"]).toBe("Bearer access-1")
    })
  )

  it.effect("percent-encodes the API key", () =>
    Effect.gen(function* () {
      const server = granting()
      const secret = "a&b=c d+e%é"
      yield* list.pipe(
        Effect.provide(services(server.layer, Auth.layer({ ...key, clientSecret: Redacted.make(secret) })))
      )
      expect(new URLSearchParams(server.sent[0]?.body).get("client_secret")).toBe(secret)
    })
  )
})

describe("the URL", () => {
  for (const given of [
    "http://kaleidoscope.test/base/v1",
    "http://kaleidoscope.test/base/v1///",
    " http://kaleidoscope.test/base/v1/ "
  ]) {
    it.effect(`${JSON.stringify(given)} keeps its path and loses its slashes`, () =>
      Effect.gen(function* () {
        const server = granting("/base/v1/auth/oauth/token")
        yield* list.pipe(Effect.provide(services(server.layer, Auth.layer({ ...key, url: given }))))
        expect(server.sent.map(({ url }) => url.href)).toEqual([
          "http://kaleidoscope.test/base/v1/auth/oauth/token",
          "http://kaleidoscope.test/base/v1/activity_labels"
        ])
      })
    )
  }

  for (const [given, words] of [
    ["", "is empty"],
    ["kaleidoscope.test", "has to begin with https://"],
    ["//kaleidoscope.test", "has to begin with https://"],
    ["ftp://kaleidoscope.test", "has to begin with https://"],
    ["https:kaleidoscope.test", "has to begin with https://"],
    ["http://", "is not a valid URL"],
    ["http:///kaleidoscope.test", "is not a valid URL"],
    ["http://k.test:99999", "is not a valid URL"],
    ["http://a b", "is not a valid URL"],
    ["http://k.test\\api", "is not a valid URL"],
    ["http://k.test?a=hunter2", "must not have a query"],
    ["http://k.test/api/?", "must not have a query"],
    ["http://k.test/#hunter2", "must not have a fragment"],
    ["http://ada:hunter2@k.test", "must not have a user name or a password in it"],
    ["https://hunter2@k.test/api", "must not have a user name or a password in it"]
  ] as const) {
    it.effect(`${JSON.stringify(given)} fails each call with the reason before a request is sent`, () =>
      Effect.gen(function* () {
        const server = granting()
        const error = yield* Effect.flip(list).pipe(
          Effect.provide(services(server.layer, Auth.layer({ ...key, url: given })))
        )
        expect(error).toMatchObject({
          _tag: "KaleidoscopeAuthError",
          reason: "configuration",
          attempts: 0,
          message: expect.stringContaining(`The URL of Kaleidoscope ${words}`)
        })
        expect(error.message).not.toContain("hunter2")
        expect(server.sent).toEqual([])
      })
    )
  }

  it.effect("is that of production by default", () =>
    Effect.gen(function* () {
      const server = granting()
      yield* list.pipe(
        Effect.provide(services(server.layer, Auth.layer({ clientId: "a", clientSecret: Redacted.make("b") })))
      )
      expect(server.sent.map(({ url }) => url.origin)).toEqual([Auth.PROD_API_URL, Auth.PROD_API_URL])
    })
  )
})

describe("additional headers", () => {
  it.effect("are sent with every request, also for tokens, and override others", () =>
    Effect.gen(function* () {
      const server = granting()
      const additionalHeaders = {
        "X-Lab": "west",
        "X-Gate": Redacted.make("the gate's word"),
        "X-KAL-AUTHORIZATION": "Bearer another",
        Accept: "application/vnd.kaleidoscope+json"
      }
      yield* list.pipe(Effect.provide(services(server.layer, Auth.layer({ ...key, additionalHeaders }))))
      expect(server.sent.length).toBe(2)
      for (const { headers } of server.sent) {
        expect(headers).toMatchObject({
          "x-lab": "west",
          "x-gate": "the gate's word",
          "x-kal-authorization": "Bearer another",
          accept: "application/vnd.kaleidoscope+json"
        })
      }
    })
  )

  it.effect("can replace the User-Agent, which names the application, the SDK and its version", () =>
    Effect.gen(function* () {
      const server = granting()
      yield* list.pipe(Effect.provide(services(server.layer, Auth.layer({ ...key, application: "assay-sync/2.1" }))))
      yield* list.pipe(Effect.provide(services(server.layer, Auth.layer(key))))
      const additionalHeaders = { "User-Agent": "mine" }
      yield* list.pipe(Effect.provide(services(server.layer, Auth.layer({ ...key, additionalHeaders }))))
      expect(server.sent.map(({ headers }) => headers["user-agent"])).toEqual([
        `assay-sync/2.1 effect-kaleidoscope/${version}`,
        `assay-sync/2.1 effect-kaleidoscope/${version}`,
        `effect-kaleidoscope/${version}`,
        `effect-kaleidoscope/${version}`,
        "mine",
        "mine"
      ])
    })
  )

  for (const additionalHeaders of [
    { "X Lab": "west" },
    { "X-Lab:": "west" },
    { "": "west" },
    { "X-Lab": "we\nst" },
    { "X-Lab": Redacted.make("we\r\nst") },
    { "X-Lab": "\u{1f600}" }
  ]) {
    it.effect(`${JSON.stringify(additionalHeaders)} fail each call with the name and without the value`, () =>
      Effect.gen(function* () {
        const server = granting()
        const error = yield* Effect.flip(list).pipe(
          Effect.provide(services(server.layer, Auth.layer({ ...key, additionalHeaders })))
        )
        expect(error).toMatchObject({ _tag: "KaleidoscopeAuthError", reason: "configuration" })
        expect(error.message).toContain(JSON.stringify(Object.keys(additionalHeaders)[0]))
        expect(error.message).not.toContain("st")
        expect(server.sent).toEqual([])
      })
    )
  }
})

describe("an Identity-Aware Proxy", () => {
  const iap = { ...key, iapClientId: "123.apps.googleusercontent.com" }

  for (const [header, options] of [
    ["authorization", {}],
    ["authorization", { identityTokenHeader: "Authorization" }],
    ["proxy-authorization", { identityTokenHeader: "Proxy-Authorization" }]
  ] as const) {
    it.effect(`gets the identity token as ${header}, also with requests for tokens (${JSON.stringify(options)})`, () =>
      Effect.gen(function* () {
        const server = granting()
        const audiences: Array<string> = []
        let count = 0
        const identity = Layer.succeed(IdentityToken.IdentityToken, {
          get: (audience) =>
            Effect.sync(() => {
              audiences.push(audience)
              return Redacted.make(`identity-${++count}`)
            })
        })
        yield* list.pipe(
          Effect.provide(services(server.layer, Layer.provide(Auth.layerIap({ ...iap, ...options }), identity)))
        )
        expect(server.sent.map(({ headers }) => headers[header])).toEqual(["Bearer identity-1", "Bearer identity-2"])
        expect(new Set(audiences)).toEqual(new Set([iap.iapClientId]))
      })
    )
  }

  /** A source of identity tokens, and a proxy that lets the newest `valid` ones pass. */
  const behind = (refusal: () => Effect.Effect<Response>, isValid: (nth: number) => boolean) => {
    let minted = 1
    const forgotten: Array<string> = []
    const identity = Layer.succeed(IdentityToken.IdentityToken, {
      get: () => Effect.sync(() => Redacted.make(`identity-${minted}`)),
      forget: (token) =>
        Effect.sync(() => {
          forgotten.push(Redacted.value(token))
          minted++
        })
    })
    const server = Scripted.make(({ headers, path }) =>
      !isValid(Number(headers["authorization"]?.split("-")[1]))
        ? refusal()
        : path === "/auth/oauth/token"
          ? Scripted.json({ access_token: "access-1", expires_in: 3600 })
          : Scripted.json([])
    )
    return { forgotten, server, layer: services(server.layer, Layer.provide(Auth.layerIap(iap), identity)) }
  }

  const generated = { "x-goog-iap-generated-response": "true" }

  for (const [what, refusal] of [
    ["401 in a header", () => Scripted.text("Invalid", 401, generated)],
    ["401 in words", () => Scripted.text("Invalid IAP credentials: JWT is expired", 401)],
    ["403 in a header", () => Scripted.text("<html>no</html>", 403, generated)],
    ["302 in a header", () => Scripted.text(null, 302, { ...generated, location: "https://accounts.google.com/" })]
  ] as const) {
    it.effect(`that refuses an identity token with ${what} gets one new token for all calls`, () =>
      Effect.gen(function* () {
        let revoked = 0
        const { forgotten, layer, server } = behind(refusal, (nth) => nth > revoked)
        yield* Effect.gen(function* () {
          yield* list
          revoked = 1
          yield* Effect.all(
            Array.from({ length: 200 }, () => RequestPolicy.withoutRetry(list)),
            { concurrency: "unbounded", discard: true }
          )
          expect(forgotten).toEqual(["identity-1"])
          yield* TestClock.adjust("2 hours")
          revoked = 2
          // The request for a token is the first that is refused.
          yield* list
          expect(forgotten).toEqual(["identity-1", "identity-2"])
        }).pipe(Effect.provide(layer))
        expect(server.sent.filter(({ path }) => path === "/auth/oauth/token").length).toBe(3)
      })
    )

    it.effect(`that refuses every identity token with ${what} causes no endless renewals`, () =>
      Effect.gen(function* () {
        let open = true
        const { forgotten, layer } = behind(refusal, () => open)
        yield* Effect.gen(function* () {
          yield* list
          open = false
          yield* Effect.replicateEffect(Effect.flip(RequestPolicy.withoutRetry(list)), 100)
          expect(forgotten.length).toBe(1)
          yield* TestClock.adjust("1 second")
          yield* Effect.replicateEffect(Effect.flip(RequestPolicy.withoutRetry(list)), 100)
          expect(forgotten.length).toBe(2)
        }).pipe(Effect.provide(layer))
      })
    )
  }

  it.effect("keeps its identity token if the server itself refused the call", () =>
    Effect.gen(function* () {
      for (const refusal of [
        () => Scripted.json({ message: "no" }, 401),
        () => Scripted.json({ message: "Invalid IAP credentials" }, 403),
        () => Scripted.text("<html>", 403),
        () => Scripted.text(null, 302, { location: "https://elsewhere.test/" })
      ]) {
        let open = true
        const { forgotten, layer } = behind(refusal, () => open)
        yield* Effect.gen(function* () {
          yield* list
          open = false
          yield* Effect.flip(list)
        }).pipe(Effect.provide(layer))
        expect(forgotten).toEqual([])
      }
    })
  )

  it.effect("fails the call if the identity token is constant", () =>
    Effect.gen(function* () {
      let open = true
      const server = Scripted.make(({ path }) =>
        !open
          ? Scripted.text("Invalid IAP credentials", 401, generated)
          : path === "/auth/oauth/token"
            ? Scripted.json({ access_token: "access-1" })
            : Scripted.json([])
      )
      yield* Effect.gen(function* () {
        yield* list
        open = false
        const error = yield* Effect.flip(list)
        expect(error).toMatchObject({ _tag: "KaleidoscopeUnauthorized", attempts: 1 })
        // The access token was not what was refused.
        expect(server.sent.filter(({ path }) => path === "/auth/oauth/token").length).toBe(1)
      }).pipe(
        Effect.provide(
          services(server.layer, Layer.provide(Auth.layerIap(iap), IdentityToken.layer(Redacted.make("identity"))))
        )
      )
    })
  )

  it.effect("without an identity token fails each call", () =>
    Effect.gen(function* () {
      const server = granting()
      const identity = Layer.succeed(IdentityToken.IdentityToken, {
        get: () => Effect.fail(new IdentityToken.IdentityTokenError({ message: "no default credentials" }))
      })
      const error = yield* Effect.flip(list).pipe(
        Effect.provide(services(server.layer, Layer.provide(Auth.layerIap(iap), identity)))
      )
      expect(error).toMatchObject({
        _tag: "KaleidoscopeAuthError",
        reason: "identity",
        call: "Labels.list",
        message: expect.stringContaining("no default credentials")
      })
      expect(server.sent).toEqual([])
    })
  )

  it.effect("with an identity token that is not a valid header fails each call without showing it", () =>
    Effect.gen(function* () {
      const server = granting()
      const error = yield* Effect.flip(list).pipe(
        Effect.provide(
          services(server.layer, Layer.provide(Auth.layerIap(iap), IdentityToken.layer(Redacted.make("hunter2\n"))))
        )
      )
      expect(error).toMatchObject({ _tag: "KaleidoscopeAuthError", reason: "identity" })
      expect(JSON.stringify(error)).not.toContain("hunter2")
      expect(server.sent).toEqual([])
    })
  )

  const identityToken = ["{}", JSON.stringify({ aud: iap.iapClientId }), "signature"]
    .map((part) => Buffer.from(part).toString("base64url"))
    .join(".")

  it.effect("of the emulator accepts the calls", () =>
    Effect.gen(function* () {
      const emulator = yield* Emulator.Emulator
      yield* list
      const requests = yield* emulator.requests
      expect(requests.map(({ path }) => path)).toEqual(["/auth/oauth/token", "/activity_labels"])
    }).pipe(
      Effect.provide(
        Labels.layer.pipe(
          Layer.provide(Layer.provide(Auth.layerIap(iap), IdentityToken.layer(Redacted.make(identityToken)))),
          Layer.provideMerge(Emulator.layer({ iapAudience: iap.iapClientId }))
        )
      )
    )
  )
})

describe("the configuration", () => {
  const all = {
    KALEIDOSCOPE_API_CLIENT_ID: "demo",
    KALEIDOSCOPE_API_CLIENT_SECRET: "hunter2",
    KALEIDOSCOPE_API_URL: "http://kaleidoscope.test/",
    KALEIDOSCOPE_IAP_CLIENT_ID: "123.apps.googleusercontent.com"
  }

  const failure = (variables: { readonly [name: string]: string }, layer = Auth.layerConfig()) =>
    Effect.map(Effect.flip(Effect.scoped(Layer.build(Layer.provide(layer, config(variables))))), String)

  const iapFailure = (variables: { readonly [name: string]: string }) =>
    failure(variables, Layer.provide(Auth.layerIapConfig(), IdentityToken.layer(Redacted.make("identity"))))

  it.effect("is read from the environment", () =>
    Effect.gen(function* () {
      const server = granting()
      yield* list.pipe(
        Effect.provide(services(server.layer, Layer.orDie(Layer.provide(Auth.layerConfig(), config(all)))))
      )
      expect(server.sent[0]?.url.href).toBe("http://kaleidoscope.test/auth/oauth/token")
      expect(server.sent[0]?.body).toContain("client_secret=hunter2")
    })
  )

  it.effect("is overridden by options", () =>
    Effect.gen(function* () {
      const server = granting()
      const given = Auth.layerConfig({ clientId: "given", url: "http://other.test" })
      yield* list.pipe(Effect.provide(services(server.layer, Layer.orDie(Layer.provide(given, config(all))))))
      expect(server.sent[0]?.url.host).toBe("other.test")
      expect(server.sent[0]?.body).toContain("client_id=given")
    })
  )

  it.effect("that lacks variables names all of them", () =>
    Effect.gen(function* () {
      const text = yield* failure({})
      expect(text).toContain("KALEIDOSCOPE_API_CLIENT_ID")
      expect(text).toContain("KALEIDOSCOPE_API_CLIENT_SECRET")
      expect(yield* failure({ KALEIDOSCOPE_API_CLIENT_ID: "demo" })).not.toContain("CLIENT_ID")
      const iap = yield* iapFailure({})
      for (const name of ["API_CLIENT_ID", "API_CLIENT_SECRET", "IAP_CLIENT_ID"]) {
        expect(iap).toContain(`KALEIDOSCOPE_${name}`)
      }
    })
  )

  it.effect("that has empty variables names all of them", () =>
    Effect.gen(function* () {
      const empty = Object.fromEntries(Object.keys(all).map((name) => [name, ""]))
      const text = yield* iapFailure({ ...empty, KALEIDOSCOPE_API_URL: all.KALEIDOSCOPE_API_URL })
      for (const name of ["API_CLIENT_ID", "API_CLIENT_SECRET", "IAP_CLIENT_ID"]) {
        expect(text).toContain(`KALEIDOSCOPE_${name}`)
      }
    })
  )

  it.effect("with an invalid URL fails with all problems, and shows no secret", () =>
    Effect.gen(function* () {
      const text = yield* failure({ ...all, KALEIDOSCOPE_API_CLIENT_ID: "", KALEIDOSCOPE_API_URL: "hunter2.test" })
      expect(text).toContain("KALEIDOSCOPE_API_URL")
      expect(text).toContain("KALEIDOSCOPE_API_CLIENT_ID")
      expect(text).not.toContain("hunter2")
    })
  )
})

describe("the policy of the requests for tokens", () => {
  it.effect("is that of the credential's layer", () =>
    Effect.gen(function* () {
      const server = Scripted.make(() => Scripted.text(null, 503))
      const auth = Layer.provide(Auth.layer(key), RequestPolicy.layer({ tries: 5, backoff: 0 }))
      yield* Effect.flip(list).pipe(Effect.provide(services(server.layer, auth, { tries: 2 })))
      expect(server.sent.length).toBe(5)
    })
  )
})

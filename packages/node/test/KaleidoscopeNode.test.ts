import { createServer } from "node:https"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { KaleidoscopeNode } from "@effect-kaleidoscope/node"
import { Auth, Programs, RequestPolicy } from "@effect-kaleidoscope/sdk"
import { Emulator } from "@effect-kaleidoscope/testing"
import * as Cause from "effect/Cause"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Redacted from "effect/Redacted"
import { selfSigned } from "../../../test/tls.js"
import { expect, it } from "../../../test/vitest.js"
import { credentialsFile, fakeGoogle, serviceAccount, user } from "./support/google.js"

const audience = "123.apps.googleusercontent.com"

/** The emulator over HTTPS, and the variables that tell of it. */
const kaleidoscope = (options: Emulator.Options = {}) =>
  Effect.gen(function* () {
    const certificate = yield* selfSigned("localhost")
    const context = yield* Layer.build(
      Emulator.layerServer(options).pipe(
        Layer.provide(NodeHttpServer.layer(() => createServer(certificate), { port: 0, host: "127.0.0.1" })),
        Layer.orDie
      )
    )
    const emulator = Context.get(context, Emulator.Emulator)
    const { path } = yield* credentialsFile(certificate.cert, "ca.pem")
    const url = emulator.url.replace("http:", "https:")
    return {
      emulator,
      url,
      certificateAuthority: certificate.cert,
      variables: {
        KALEIDOSCOPE_API_CLIENT_ID: "demo",
        KALEIDOSCOPE_API_CLIENT_SECRET: "demo",
        KALEIDOSCOPE_API_URL: url,
        KALEIDOSCOPE_CA_FILE: path
      }
    }
  })

const withVariables = (variables: { readonly [name: string]: string }) =>
  Layer.setConfigProvider(ConfigProvider.fromMap(new Map(Object.entries(variables))))

const titles = Effect.gen(function* () {
  const programs = yield* Programs.Programs
  return (yield* programs.list).map(({ title }) => title)
})

it.effect("the layer needs only environment variables", () =>
  Effect.gen(function* () {
    const { emulator, variables } = yield* kaleidoscope()
    const live = Layer.provide(KaleidoscopeNode.layer, withVariables(variables))
    const state = yield* emulator.state
    expect(yield* Effect.provide(titles, live)).toEqual(state.programs.map(({ title }) => title))
  })
)

it.effect("compressed responses are decompressed", () =>
  Effect.gen(function* () {
    const { emulator, variables } = yield* kaleidoscope()
    const live = Layer.provide(KaleidoscopeNode.layerWithClient(), withVariables(variables))
    yield* Effect.gen(function* () {
      const auth = yield* Auth.Auth
      const client = yield* HttpClient.HttpClient
      expect(yield* titles).not.toEqual([])
      const [first] = yield* emulator.requests
      expect(first?.headers["accept-encoding"]).toBe("gzip, deflate, br")
      const { request } = yield* auth.authorize(HttpClientRequest.get(`${auth.url}/activities`), client)
      const response = yield* client.execute(request)
      expect(response.headers["vary"]).toBe("accept-encoding")
      expect(yield* response.json).toHaveLength((yield* emulator.state).activities.length)
    }).pipe(Effect.provide(live))
  })
)

it.effect("a server with an unknown certificate is refused", () =>
  Effect.gen(function* () {
    const { emulator, variables } = yield* kaleidoscope()
    const live = KaleidoscopeNode.layer.pipe(
      Layer.provide(withVariables({ ...variables, KALEIDOSCOPE_CA_FILE: "" })),
      Layer.provide(RequestPolicy.layer({ tries: 1 }))
    )
    const error = yield* Effect.flip(Effect.provide(titles, live))
    expect(error).toMatchObject({ _tag: "KaleidoscopeAuthError", reason: "unavailable" })
    expect(error.message).toContain("DEPTH_ZERO_SELF_SIGNED_CERT")
    expect(yield* emulator.requests).toEqual([])
  })
)

it.effect("with verification off any server is accepted, with one warning", () =>
  Effect.gen(function* () {
    const { variables } = yield* kaleidoscope()
    const messages: Array<unknown> = []
    const logger = Logger.replace(
      Logger.defaultLogger,
      Logger.make(({ message }) => messages.push(message))
    )
    const live = Layer.provide(
      KaleidoscopeNode.layer,
      withVariables({ ...variables, KALEIDOSCOPE_CA_FILE: "", KALEIDOSCOPE_VERIFY_TLS: "false" })
    )
    yield* titles.pipe(Effect.zipRight(titles), Effect.provide(live), Effect.provide(logger))
    expect(messages).toEqual([[expect.stringContaining("TLS certificates are not verified")]])
  })
)

it.effect("the Identity-Aware Proxy accepts the Google token", () =>
  Effect.gen(function* () {
    const google = yield* fakeGoogle
    const { emulator, variables } = yield* kaleidoscope({ iapAudience: audience })
    const { path } = yield* credentialsFile(serviceAccount)
    const iap = { ...variables, KALEIDOSCOPE_IAP_CLIENT_ID: audience, GOOGLE_APPLICATION_CREDENTIALS: path }
    const live = Layer.provide(KaleidoscopeNode.layer, withVariables(iap))
    expect(yield* Effect.provide(titles, live)).toHaveLength((yield* emulator.state).programs.length)
    expect(google.minted).toHaveLength(1)
    const requests = yield* emulator.requests
    expect(requests.map(({ path, status }) => [path, status])).toEqual([
      ["/auth/oauth/token", expect.objectContaining({ value: 200 })],
      ["/programs", expect.objectContaining({ value: 200 })]
    ])
    for (const { headers } of requests) expect(headers["authorization"]).toBe(`Bearer ${google.minted[0]}`)

    const without = Layer.provide(KaleidoscopeNode.layer, withVariables(variables))
    const error = yield* Effect.flip(Effect.provide(titles, without))
    expect(error).toMatchObject({ _tag: "KaleidoscopeAuthError", reason: "identity" })
  })
)

it.effect("the error gives the reason when there is no token for the proxy", () =>
  Effect.gen(function* () {
    yield* fakeGoogle
    const { emulator, variables } = yield* kaleidoscope({ iapAudience: audience })
    const { path } = yield* credentialsFile(user)
    const iap = { ...variables, KALEIDOSCOPE_IAP_CLIENT_ID: audience, GOOGLE_APPLICATION_CREDENTIALS: path }
    const error = yield* Effect.flip(Effect.provide(titles, Layer.provide(KaleidoscopeNode.layer, withVariables(iap))))
    expect(error).toMatchObject({ _tag: "KaleidoscopeAuthError", reason: "identity" })
    expect(error.message).toContain("a user's")
    expect(yield* emulator.requests).toEqual([])
  })
)

it.effect("options override environment variables", () =>
  Effect.gen(function* () {
    const { certificateAuthority, emulator, url, variables } = yield* kaleidoscope({
      clientId: "another",
      clientSecret: Redacted.make("secret")
    })
    const live = KaleidoscopeNode.layerOptions({
      clientId: "another",
      clientSecret: Redacted.make("secret"),
      url,
      certificateAuthority,
      additionalHeaders: { "x-team": "assays" }
    }).pipe(Layer.provide(withVariables({ ...variables, KALEIDOSCOPE_API_URL: "https://127.0.0.1:1" })))
    expect(yield* Effect.provide(titles, live)).not.toEqual([])
    for (const { headers } of yield* emulator.requests) expect(headers["x-team"]).toBe("assays")
  })
)

it.effect("the error names all missing variables", () =>
  Effect.gen(function* () {
    const exit = yield* Effect.flip(
      Effect.sandbox(
        Layer.build(Layer.provide(KaleidoscopeNode.layer, withVariables({ KALEIDOSCOPE_VERIFY_TLS: "?" })))
      )
    )
    const shown = Cause.pretty(exit)
    expect(shown).toContain("KALEIDOSCOPE_API_CLIENT_ID")
    expect(shown).toContain("KALEIDOSCOPE_API_CLIENT_SECRET")
  })
)

it.effect("two environments in one program have separate clients", () =>
  Effect.gen(function* () {
    const left = yield* kaleidoscope({ seed: "empty" })
    const right = yield* kaleidoscope()
    class Left extends Context.Tag("Left")<Left, number>() {}
    class Right extends Context.Tag("Right")<Right, number>() {}
    const count = Effect.map(titles, ({ length }) => length)
    const both = yield* Layer.build(
      Layer.merge(
        Layer.effect(Left, count).pipe(
          Layer.provide(KaleidoscopeNode.layer),
          Layer.provide(withVariables(left.variables))
        ),
        Layer.effect(Right, count).pipe(
          Layer.provide(KaleidoscopeNode.layer),
          Layer.provide(withVariables(right.variables))
        )
      )
    )
    expect(Context.get(both, Left)).toBe(0)
    expect(Context.get(both, Right)).toBeGreaterThan(0)
  })
)

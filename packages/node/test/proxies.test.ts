import { createServer } from "node:https"
import type * as HttpClient from "@effect/platform/HttpClient"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { KaleidoscopeNode, UndiciHttpClient } from "@effect-kaleidoscope/node"
import { Programs, RequestPolicy } from "@effect-kaleidoscope/sdk"
import { Emulator } from "@effect-kaleidoscope/testing"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { serve } from "../../../test/loopback.js"
import { serveProxy } from "../../../test/proxy.js"
import { selfSigned, serveTls } from "../../../test/tls.js"
import { describe, expect, it } from "../../../test/vitest.js"
import { services } from "./support/clients.js"
import { credentialsFile, fakeGoogle, serviceAccount } from "./support/google.js"

const list = Effect.flatMap(Programs.Programs, (programs) => programs.list)
const create = Effect.flatMap(Programs.Programs, (programs) => programs.create({ title: "Apollo" }))

const audience = "123.apps.googleusercontent.com"

/** A host name that only the proxy can connect to. */
const hidden = "kaleidoscope.internal"

const withVariables = (variables: { readonly [name: string]: string }) =>
  Layer.setConfigProvider(ConfigProvider.fromMap(new Map(Object.entries(variables))))

const fromVariables = (variables: { readonly [name: string]: string }, options?: UndiciHttpClient.Options) =>
  Layer.provide(UndiciHttpClient.layerConfig(options), withVariables(variables))

/** The emulator over HTTPS under a name that only the proxy knows, and the variables that name it. */
const kaleidoscope = (options: Emulator.Options = {}) =>
  Effect.gen(function* () {
    const certificate = yield* selfSigned(hidden)
    const context = yield* Layer.build(
      Emulator.layerServer({ ...options, hosts: [hidden] }).pipe(
        Layer.provide(NodeHttpServer.layer(() => createServer(certificate), { port: 0, host: "127.0.0.1" })),
        Layer.orDie
      )
    )
    const emulator = Context.get(context, Emulator.Emulator)
    const { port } = new URL(emulator.url)
    const { path } = yield* credentialsFile(certificate.cert, "ca.pem")
    return {
      emulator,
      target: `${hidden}:${port}`,
      variables: {
        KALEIDOSCOPE_API_CLIENT_ID: "demo",
        KALEIDOSCOPE_API_CLIENT_SECRET: "demo",
        KALEIDOSCOPE_API_URL: `https://${hidden}:${port}`,
        KALEIDOSCOPE_CA_FILE: path
      }
    }
  })

const titles = Effect.map(list, (programs) => programs.map(({ title }) => title))

describe("a proxy of the environment", () => {
  for (const name of ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"]) {
    it.effect(`is used for a server with a certificate of one's own: ${name}`, () =>
      Effect.gen(function* () {
        const proxy = yield* serveProxy({ credentials: "robot:pass-word" })
        const { emulator, target, variables } = yield* kaleidoscope()
        const live = Layer.provide(KaleidoscopeNode.layer, withVariables({ ...variables, [name]: proxy.url }))
        const state = yield* emulator.state
        expect(yield* Effect.provide(titles, live)).toEqual(state.programs.map(({ title }) => title))
        expect(new Set(proxy.tunnels.map(({ target }) => target))).toEqual(new Set([target]))
        for (const { headers } of yield* emulator.requests) expect(headers).not.toHaveProperty("proxy-authorization")
      })
    )
  }

  for (const identityTokenHeader of ["Authorization", "Proxy-Authorization"] as const) {
    it.effect(
      `does not get the token for the Identity-Aware Proxy, which the server gets in ${identityTokenHeader}`,
      () =>
        Effect.gen(function* () {
          const google = yield* fakeGoogle
          const proxy = yield* serveProxy()
          const { emulator, variables } = yield* kaleidoscope({ iapAudience: audience })
          const { path } = yield* credentialsFile(serviceAccount)
          const live = Layer.provide(
            KaleidoscopeNode.layerOptions({ identityTokenHeader }),
            withVariables({
              ...variables,
              HTTPS_PROXY: proxy.url,
              KALEIDOSCOPE_IAP_CLIENT_ID: audience,
              GOOGLE_APPLICATION_CREDENTIALS: path
            })
          )
          expect(yield* Effect.provide(titles, live)).toHaveLength((yield* emulator.state).programs.length)
          const requests = yield* emulator.requests
          expect(requests).toHaveLength(2)
          for (const { headers } of requests) {
            expect(headers[identityTokenHeader.toLowerCase()]).toBe(`Bearer ${google.minted[0]}`)
          }
          expect(proxy.tunnels.map(({ authorization }) => authorization)).toEqual(proxy.tunnels.map(() => undefined))
        })
    )
  }

  it.effect("over TLS has a certificate of the same authorities", () =>
    Effect.gen(function* () {
      const certificate = yield* selfSigned("localhost")
      const proxy = yield* serveProxy({ certificate, credentials: "robot:secret" })
      const port = yield* serveTls(certificate, (_, response) => response.end("[]"))
      const client = UndiciHttpClient.layer({ certificateAuthority: certificate.cert, proxy: Redacted.make(proxy.url) })
      expect(yield* Effect.provide(list, services(`https://localhost:${port}`, client))).toEqual([])
      expect(proxy.tunnels.map(({ target }) => target)).toEqual([`localhost:${port}`])
      const distrustful = UndiciHttpClient.layer({ proxy: proxy.url })
      const error = yield* Effect.flip(Effect.provide(list, services(`https://localhost:${port}`, distrustful)))
      expect(error).toMatchObject({
        reason: "PROXY_DEPTH_ZERO_SELF_SIGNED_CERT",
        message: expect.stringMatching(/the proxy 127\.0\.0\.1:\d+ could not be reached .*KALEIDOSCOPE_CA_FILE/)
      })
    })
  )

  it.effect("is not used for the hosts of NO_PROXY, nor if an option turns it off", () =>
    Effect.gen(function* () {
      const proxy = yield* serveProxy()
      const url = yield* serve((_, response) => response.end("[]"))
      const { host } = new URL(url)
      const ask = (client: Layer.Layer<HttpClient.HttpClient, unknown>) =>
        Effect.gen(function* () {
          const before = proxy.tunnels.length
          expect(yield* Effect.provide(list, services(url, client))).toEqual([])
          return proxy.tunnels.length > before
        })
      const variables = { HTTP_PROXY: proxy.url }
      expect(yield* ask(fromVariables(variables))).toBe(true)
      expect(yield* ask(fromVariables({ ...variables, NO_PROXY: "elsewhere, 127.0.0.1:1" }))).toBe(true)
      expect(yield* ask(fromVariables({ ...variables, NO_PROXY: "" }))).toBe(true)
      expect(yield* ask(fromVariables({ ...variables, NO_PROXY: `elsewhere, ${host}` }))).toBe(false)
      expect(yield* ask(fromVariables({ ...variables, no_proxy: "127.0.0.1" }))).toBe(false)
      expect(yield* ask(fromVariables({ ...variables, NO_PROXY: "*" }))).toBe(false)
      expect(yield* ask(fromVariables(variables, { proxy: false }))).toBe(false)
      expect(yield* ask(fromVariables(variables, { noProxy: "127.0.0.1" }))).toBe(false)
      expect(yield* ask(fromVariables({ HTTP_PROXY: "http://127.0.0.1:1" }, { proxy: proxy.url }))).toBe(true)
      expect(yield* ask(fromVariables({ ...variables, http_proxy: "http://127.0.0.1:1", no_proxy: "*" }))).toBe(false)
      expect(yield* ask(fromVariables({ HTTP_PROXY: "" }))).toBe(false)
      // An option of `layer` is all that there is.
      expect(yield* ask(UndiciHttpClient.layer({ proxy: proxy.url }))).toBe(true)
    })
  )
})

describe("a proxy that does not connect", () => {
  it.live("fails the call with the status, without its body and without its password", () =>
    Effect.gen(function* () {
      const proxy = yield* serveProxy({ credentials: "robot:right" })
      const url = proxy.url.replace("right", "wrong-password")
      const error = yield* Effect.flip(create).pipe(
        Effect.provide(services("https://kaleidoscope.test", UndiciHttpClient.layer({ proxy: url }), { tries: 3 }))
      )
      expect(error).toMatchObject({
        _tag: "KaleidoscopeTransportError",
        reason: "PROXY_407",
        attempts: 1,
        outcome: "none",
        message: expect.stringMatching(
          /the proxy 127\.0\.0\.1:\d+ refused .* responded with 407 to CONNECT; check the user name and the password/
        )
      })
      expect(JSON.stringify(error)).not.toMatch(/wrong-password|secret|robot/)
      expect(proxy.tunnels).toMatchObject([{ target: "kaleidoscope.test:443" }])
    })
  )

  it.live("is tried again if its status says that this may help", () =>
    Effect.gen(function* () {
      const proxy = yield* serveProxy({ status: 502 })
      const error = yield* Effect.flip(create).pipe(
        Effect.provide(
          services("https://kaleidoscope.test", UndiciHttpClient.layer({ proxy: proxy.url }), { tries: 3 })
        )
      )
      expect(error).toMatchObject({ reason: "PROXY_502", attempts: 3, outcome: "none" })
    })
  )

  it.live("is named if it cannot be reached", () =>
    Effect.gen(function* () {
      const client = UndiciHttpClient.layer({ proxy: Redacted.make("http://robot:password@127.0.0.1:1") })
      const error = yield* Effect.flip(Effect.provide(create, services("https://kaleidoscope.test", client)))
      expect(error).toMatchObject({
        reason: "PROXY_ECONNREFUSED",
        outcome: "none",
        message: expect.stringContaining(
          "the proxy 127.0.0.1:1 could not be reached (ECONNREFUSED); nothing listens there"
        )
      })
      expect(JSON.stringify(error)).not.toMatch(/robot|password/)
    })
  )
})

describe("a connection through a proxy that is not established", () => {
  it.live("fails at the policy's connect limit, and is closed", () =>
    Effect.gen(function* () {
      const proxy = yield* serveProxy({ mute: true })
      const client = UndiciHttpClient.layer({ proxy: proxy.url })
      yield* Effect.gen(function* () {
        const error = yield* Effect.flip(RequestPolicy.withPolicy({ connect: "100 millis" })(create))
        expect(error).toMatchObject({ _tag: "KaleidoscopeTimeoutError", deadline: "connect", outcome: "none" })
        // The limit can pass before the proxy is asked for a tunnel.
        const before = proxy.tunnels.length
        const fiber = yield* Effect.fork(list)
        yield* Effect.repeat(Effect.sleep("10 millis"), { until: () => proxy.tunnels.length > before })
        yield* Fiber.interrupt(fiber)
        yield* Effect.repeat(Effect.sleep("10 millis"), { until: () => proxy.open() === 0 })
      }).pipe(Effect.provide(services("https://kaleidoscope.test", client)), Effect.timeout("1 minute"))
    })
  )

  it.live("is closed during the TLS handshake with the server, too", () =>
    Effect.gen(function* () {
      // The tunnel leads to a proxy, which does not speak TLS and waits.
      const server = yield* serveProxy()
      const proxy = yield* serveProxy()
      const client = UndiciHttpClient.layer({ proxy: proxy.url })
      yield* Effect.gen(function* () {
        const error = yield* Effect.flip(RequestPolicy.withPolicy({ connect: "100 millis" })(list))
        expect(error).toMatchObject({ _tag: expect.stringMatching(/TimeoutError|TransportError/) })
        yield* Effect.repeat(Effect.sleep("10 millis"), { until: () => proxy.open() === 0 })
      }).pipe(
        Effect.provide(services(server.url.replace("http:", "https:"), client)),
        Effect.timeout(Duration.minutes(1))
      )
    })
  )
})

describe("the URL of a proxy that cannot be used", () => {
  const wrongs: ReadonlyArray<readonly [url: string, message: RegExp]> = [
    ["proxy.example.com", /is not a URL/],
    ["socks5://robot:hunter2@proxy.example.com", /has to begin with http:\/\/ or https:\/\//],
    ["http://hunter2@proxy.example.com", /must have both a user name and a password/],
    ["http://robot:%zzhunter2@proxy.example.com", /not percent-encoded/]
  ]
  for (const [url, message] of wrongs) {
    it.effect(`is refused by the name of its setting, and is not shown: ${message.source}`, () =>
      Effect.gen(function* () {
        for (const [layer, name] of [
          [UndiciHttpClient.layer({ proxy: url }), "proxy"],
          [fromVariables({ https_proxy: url }), "HTTPS_PROXY"],
          [fromVariables({ HTTP_PROXY: url }), "HTTP_PROXY"]
        ] as const) {
          const error = yield* Effect.flip(Layer.build(layer))
          expect(String(error)).toMatch(new RegExp(`${name}.*${message.source}`))
          expect(String(error)).not.toMatch(/hunter2|robot/)
        }
      })
    )
  }
})

import * as FileSystem from "@effect/platform/FileSystem"
import * as HttpClient from "@effect/platform/HttpClient"
import type * as HttpClientError from "@effect/platform/HttpClientError"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { KaleidoscopeNode, UndiciHttpClient } from "@effect-kaleidoscope/node"
import * as Cause from "effect/Cause"
import type * as ConfigError from "effect/ConfigError"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Redacted from "effect/Redacted"
import * as Scope from "effect/Scope"
import { serve } from "../../../test/loopback.js"
import { selfSigned, serveTls } from "../../../test/tls.js"
import { describe, expect, it } from "../../../test/vitest.js"

const server = Effect.gen(function* () {
  const certificate = yield* selfSigned("localhost")
  const port = yield* serveTls(certificate, (_, response) => response.end("ok"))
  return { certificate, url: `https://127.0.0.1:${port}/` }
})

const ask = (url: string) => Effect.flatMap(HttpClient.get(url), (response) => response.text)

const file = (content: string) =>
  Effect.gen(function* () {
    const fileSystem = yield* FileSystem.FileSystem
    const path = yield* fileSystem.makeTempFileScoped()
    yield* fileSystem.writeFileString(path, content)
    return path
  }).pipe(Effect.provide(NodeFileSystem.layer))

const withVariables = (variables: { readonly [name: string]: string }) =>
  Layer.setConfigProvider(ConfigProvider.fromMap(new Map(Object.entries(variables))))

const fromVariables = (variables: { readonly [name: string]: string }, options: UndiciHttpClient.Options = {}) =>
  Layer.provide(UndiciHttpClient.layerConfig(options), withVariables(variables))

/** What is logged at warning. */
const warnings = () => {
  const messages: Array<unknown> = []
  return {
    messages,
    layer: Logger.replace(
      Logger.defaultLogger,
      Logger.make(({ logLevel, message }) => {
        if (logLevel._tag === "Warning") messages.push(message)
      })
    )
  }
}

const codeOf = (error: HttpClientError.HttpClientError): unknown =>
  typeof error.cause === "object" && error.cause !== null && "code" in error.cause ? error.cause.code : undefined

describe("a self-signed certificate", () => {
  it.effect("is refused by default", () =>
    Effect.gen(function* () {
      const { url } = yield* server
      for (const layer of [UndiciHttpClient.layer(), fromVariables({})]) {
        const error = yield* Effect.flip(Effect.provide(ask(url), layer))
        expect("cause" in error && error._tag === "RequestError" && codeOf(error)).toBe("DEPTH_ZERO_SELF_SIGNED_CERT")
      }
    })
  )

  it.effect("is accepted if its authority is configured, as a value or as a file", () =>
    Effect.gen(function* () {
      const { certificate, url } = yield* server
      const other = yield* selfSigned("other.test")
      const { layer, messages } = warnings()
      const several = `# two\n${other.cert}\r\n${certificate.cert}\n`
      for (const client of [
        UndiciHttpClient.layer({ certificateAuthority: certificate.cert }),
        UndiciHttpClient.layer({ certificateAuthority: several }),
        fromVariables({ KALEIDOSCOPE_CA_FILE: yield* file(several) }),
        fromVariables({ KALEIDOSCOPE_CA_FILE: yield* file(several) }, { certificateAuthority: undefined }),
        fromVariables({ KALEIDOSCOPE_CA_FILE: "/nowhere" }, { certificateAuthority: certificate.cert })
      ]) {
        expect(yield* Effect.provide(ask(url), Layer.merge(client, layer))).toBe("ok")
      }
      expect(messages).toEqual([])
    })
  )

  it.effect("is refused if another authority is configured, or the host name differs", () =>
    Effect.gen(function* () {
      const { certificate, url } = yield* server
      const other = yield* selfSigned("localhost")
      const wrong = UndiciHttpClient.layer({ certificateAuthority: other.cert })
      expect(yield* Effect.exit(Effect.provide(ask(url), wrong))).toMatchObject({ _tag: "Failure" })
      const elsewhere = yield* selfSigned("elsewhere.test")
      const port = yield* serveTls(elsewhere, (_, response) => response.end("ok"))
      const right = UndiciHttpClient.layer({ certificateAuthority: `${certificate.cert}${elsewhere.cert}` })
      const error = yield* Effect.flip(Effect.provide(ask(`https://localhost:${port}/`), right))
      expect("cause" in error && error._tag === "RequestError" && codeOf(error)).toBe("ERR_TLS_CERT_ALTNAME_INVALID")
    })
  )

  it.effect("is accepted with verification off, with one warning", () =>
    Effect.gen(function* () {
      const { url } = yield* server
      for (const client of [
        UndiciHttpClient.layer({ verifyTls: false }),
        fromVariables({ KALEIDOSCOPE_VERIFY_TLS: "false" }),
        fromVariables({ KALEIDOSCOPE_VERIFY_TLS: "true" }, { verifyTls: false })
      ]) {
        const { layer, messages } = warnings()
        const both = Effect.zip(ask(url), ask(url))
        expect(yield* both.pipe(Effect.provide(client), Effect.provide(layer))).toEqual(["ok", "ok"])
        expect(messages).toEqual([[expect.stringContaining("TLS certificates are not verified")]])
      }
    })
  )
})

describe("an unusable configuration", () => {
  it.effect("fails the layer with an error that names the variable", () =>
    Effect.gen(function* () {
      const broken = "-----BEGIN CERTIFICATE-----\nbm90aGluZw==\n-----END CERTIFICATE-----"
      const wrongs: ReadonlyArray<readonly [layer: Layer.Layer<HttpClient.HttpClient, unknown>, message: RegExp]> = [
        [UndiciHttpClient.layer({ certificateAuthority: "nothing" }), /certificateAuthority.*no certificate/],
        [UndiciHttpClient.layer({ certificateAuthority: broken }), /certificateAuthority.*cannot be read/],
        // Looking for the end of each behind all the others would take minutes.
        [
          UndiciHttpClient.layer({ certificateAuthority: "-----BEGIN CERTIFICATE-----\n".repeat(100_000) }),
          /certificateAuthority.*cannot be read/
        ],
        [fromVariables({ KALEIDOSCOPE_CA_FILE: "/nowhere" }), /KALEIDOSCOPE_CA_FILE.*\/nowhere cannot be read/],
        [fromVariables({ KALEIDOSCOPE_CA_FILE: yield* file("") }), /KALEIDOSCOPE_CA_FILE.*no certificate/],
        [fromVariables({ KALEIDOSCOPE_VERIFY_TLS: "never" }), /KALEIDOSCOPE_VERIFY_TLS/]
      ]
      for (const [layer, message] of wrongs) {
        const exit = yield* Effect.exit(Layer.build(layer))
        expect(Exit.isFailure(exit) && Cause.pretty(exit.cause)).toMatch(message)
      }
    })
  )

  it.effect("does not include an empty variable: it counts as missing", () =>
    Layer.build(fromVariables({ KALEIDOSCOPE_CA_FILE: "" }))
  )
})

describe("an option that makes no sense", () => {
  const wrongs: ReadonlyArray<readonly [name: string, values: ReadonlyArray<unknown>]> = [
    ["keepAlive", [0, -1, Number.NaN, Number.POSITIVE_INFINITY, "soon", null, true]],
    ["largestBody", [0, -1, 1.5, Number.NaN, "1", null]],
    ["largestRatio", [0, 0.5, -1, Number.NaN, "250", null]],
    ["verifyTls", ["false", 0]],
    ["compression", ["false", 0, null]]
  ]
  for (const [name, values] of wrongs) {
    it.effect(`${name} is refused by name when the client is made`, () =>
      Effect.forEach(values, (value) =>
        Effect.forEach(
          [
            Layer.build(UndiciHttpClient.layer({ [name]: value })),
            Layer.build(UndiciHttpClient.layerConfig({ [name]: value })),
            Layer.build(
              KaleidoscopeNode.layerOptions({ clientId: "a", clientSecret: Redacted.make("b"), [name]: value })
            )
          ],
          (built) =>
            Effect.map(Effect.flip(Effect.scoped<unknown, ConfigError.ConfigError, Scope.Scope>(built)), (error) =>
              expect([value, String(error)]).toEqual([value, expect.stringMatching(`${name}.* is not `)])
            )
        )
      )
    )
  }

  it.effect("of the credential is refused too", () =>
    Effect.gen(function* () {
      const options = { clientId: "a", clientSecret: Redacted.make("b"), concurrency: 0 }
      const error = yield* Effect.flip(Effect.scoped(Layer.build(KaleidoscopeNode.layerOptions(options))))
      expect(String(error)).toMatch(/concurrency.*0 is not a whole number of 1 or more/)
    })
  )
})

describe("connections", () => {
  it.effect("are reused, and closed with the layer", () =>
    Effect.gen(function* () {
      const sockets = new Set<unknown>()
      const closed: Array<Promise<void>> = []
      const url = yield* serve(({ socket }, response) => {
        if (!sockets.has(socket)) {
          sockets.add(socket)
          closed.push(new Promise((resolve) => socket.on("close", () => resolve())))
        }
        response.end("ok")
      })
      const scope = yield* Scope.make()
      const client = yield* Scope.extend(UndiciHttpClient.make({ keepAlive: "1 minute" }), scope)
      for (let index = 0; index < 10; index++) {
        yield* Effect.flatMap(client.get(`${url}/`), (response) => response.text)
      }
      // A request that follows at once may not yet find the connection free.
      expect(sockets.size).toBeLessThan(4)
      yield* Scope.close(scope, Exit.void)
      yield* Effect.promise(() => Promise.all(closed))
    })
  )
})

import { createServer } from "node:http"
import { createRequire } from "node:module"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { GoogleIdentityToken, KaleidoscopeNode } from "@effect-kaleidoscope/node"
import { IdentityToken, Programs } from "@effect-kaleidoscope/sdk"
import { Emulator } from "@effect-kaleidoscope/testing"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { expect, it } from "../../../test/vitest.js"
import { fakeGoogle, unconfigured } from "./support/google.js"

const isGoogleLoaded = () =>
  Object.keys(createRequire(import.meta.url).cache).some((path) => path.includes("google-auth-library"))

// One test, in a file of its own: what a process has loaded stays.
it.effect("Google's library is loaded by the first request for a token", () =>
  Effect.gen(function* () {
    yield* fakeGoogle
    yield* Effect.gen(function* () {
      const { url } = yield* Emulator.Emulator
      const live = KaleidoscopeNode.layerOptions({ clientId: "demo", clientSecret: Redacted.make("demo"), url })
      yield* Effect.provide(
        Effect.flatMap(Programs.Programs, (programs) => programs.list),
        live
      )
    }).pipe(
      Effect.provide(
        Emulator.layerServer().pipe(
          Layer.provide(NodeHttpServer.layer(createServer, { port: 0, host: "127.0.0.1" })),
          Layer.orDie
        )
      )
    )
    yield* Effect.gen(function* () {
      const identity = yield* IdentityToken.IdentityToken
      expect(isGoogleLoaded()).toBe(false)
      yield* Effect.flip(identity.get("audience"))
      expect(isGoogleLoaded()).toBe(true)
    }).pipe(Effect.provide(GoogleIdentityToken.layer), Effect.withConfigProvider(unconfigured))
  })
)

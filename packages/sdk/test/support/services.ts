import { existsSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import type * as HttpClient from "@effect/platform/HttpClient"
import { Auth } from "@effect-kaleidoscope/sdk"
import { Emulator } from "@effect-kaleidoscope/testing"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Scripted from "./scripted.js"

const url = "http://kaleidoscope.test"

/** Services on an emulator of their own. */
export const onEmulator = <R>(
  services: Layer.Layer<R, never, HttpClient.HttpClient | Auth.Auth>,
  options: Emulator.Options = {}
): Layer.Layer<R | Emulator.Emulator> =>
  services.pipe(
    Layer.provide(Auth.layer({ clientId: "demo", clientSecret: Redacted.make("demo"), url })),
    Layer.provideMerge(Emulator.layer(options))
  )

/** Services on a server that answers from a script, and what was sent to it. */
export const onScript = <R>(
  services: Layer.Layer<R, never, HttpClient.HttpClient | Auth.Auth>,
  script: Scripted.Script
) => {
  const server = Scripted.make(script)
  return {
    sent: server.sent,
    layer: services.pipe(
      Layer.provide(Auth.layerToken({ token: Redacted.make("the-access-token"), url })),
      Layer.provide(server.layer)
    )
  }
}

const fixtures = fileURLToPath(new URL("../../../../../shared/fixtures/", import.meta.url))

/** A real answer of the API, where the folder with them is at hand. */
export const fixture = (name: string): unknown =>
  existsSync(`${fixtures}${name}`) ? JSON.parse(readFileSync(`${fixtures}${name}`, "utf8")) : undefined

/** All services on an emulated workspace in memory. The examples run on it. */
import { Auth, Kaleidoscope } from "@effect-kaleidoscope/sdk"
import { Emulator } from "@effect-kaleidoscope/testing"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"

export const Emulated = Kaleidoscope.layer.pipe(
  Layer.provide(Auth.layer({ clientId: "demo", clientSecret: Redacted.make("demo"), url: "http://kaleidoscope.test" })),
  Layer.provide(Emulator.layer())
)

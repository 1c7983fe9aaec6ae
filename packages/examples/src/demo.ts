/**
 * The first steps, against the workspace of `KALEIDOSCOPE_API_URL`, or against an emulator that this program starts.
 * In your own workspace it only reads, unless `--write` is given.
 */
import { createServer } from "node:http"
import { argv } from "node:process"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Auth, Kaleidoscope } from "@effect-kaleidoscope/sdk"
import { Emulator } from "@effect-kaleidoscope/testing"
import * as Config from "effect/Config"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import { firstSteps } from "./firstSteps.js"

const AuthEmulator = Layer.unwrapEffect(
  Effect.gen(function* () {
    const { url } = yield* Emulator.Emulator
    yield* Console.log(`An emulated workspace at ${url}, signed in as demo`)
    return Auth.layer({ clientId: "demo", clientSecret: Redacted.make("demo"), url })
  })
).pipe(
  Layer.provide(Emulator.layerServer()),
  Layer.provide(NodeHttpServer.layer(createServer, { port: 0, host: "127.0.0.1" }))
)

const program = Effect.gen(function* () {
  const url = yield* Config.option(Config.nonEmptyString("KALEIDOSCOPE_API_URL"))
  const live = <E>(auth: Layer.Layer<Auth.Auth, E>) =>
    Kaleidoscope.layer.pipe(Layer.provide(auth), Layer.provide(NodeHttpClient.layerUndici))
  yield* Option.isSome(url)
    ? firstSteps({ write: argv.includes("--write") }).pipe(Effect.provide(live(Auth.layerConfig())))
    : firstSteps({ write: true }).pipe(Effect.provide(live(AuthEmulator)))
})

NodeRuntime.runMain(program)

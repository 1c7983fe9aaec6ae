/**
 * Runs the registration of a table with everything it needs: an emulator on a socket, the registrar, and the scientist, each
 * of the last two in a process of its own. With `--kill-registrar` the registrar is killed in the middle of the registration,
 * and started again. At the end it proves that each compound is registered once.
 */
import { createServer } from "node:http"
import { argv, execPath } from "node:process"
import { fileURLToPath } from "node:url"
import * as Command from "@effect/platform/Command"
import * as FileSystem from "@effect/platform/FileSystem"
import * as HttpServer from "@effect/platform/HttpServer"
import * as NodeContext from "@effect/platform-node/NodeContext"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Emulator } from "@effect-kaleidoscope/testing"
import * as Array from "effect/Array"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import * as Compounds from "./compounds.js"
import { rows } from "./rows.js"

const Report = Schema.parseJson(
  Schema.Struct({
    rows: Schema.Number,
    accepted: Schema.Number,
    rejected: Schema.Array(Schema.Struct({ row: Schema.Number, reason: Schema.String }))
  })
)

const onLoopback = (port: number) => NodeHttpServer.layer(createServer, { port, host: "127.0.0.1" })

/** A port that nobody uses now. */
const freePort = HttpServer.HttpServer.pipe(
  Effect.map(({ address }) => (address._tag === "TcpAddress" ? address.port : 0)),
  Effect.provide(onLoopback(0))
)

const command = (program: string, environment: { readonly [name: string]: string }) =>
  Command.make(execPath, fileURLToPath(new URL(program, import.meta.url))).pipe(
    Command.env(environment),
    Command.stderr("inherit")
  )

const program = Effect.gen(function* () {
  const fileSystem = yield* FileSystem.FileSystem
  const port = yield* freePort
  const secret = "the secret of the webhooks"
  const file = `${yield* fileSystem.makeTempDirectoryScoped()}/compounds.jsonl`

  const emulator = yield* Layer.build(
    Emulator.layerServer({
      webhook: {
        url: `http://127.0.0.1:${port}/webhooks`,
        headers: { "x-webhook-secret": Redacted.make(secret) }
      }
    }).pipe(Layer.provide(onLoopback(0)))
  )
  const { state, url } = yield* Effect.provide(Emulator.Emulator, emulator)
  const credentials = {
    KALEIDOSCOPE_API_URL: url,
    KALEIDOSCOPE_API_CLIENT_ID: "demo",
    KALEIDOSCOPE_API_CLIENT_SECRET: "demo"
  }
  const startRegistrar = Command.start(
    command("registrar.js", {
      ...credentials,
      WEBHOOK_PORT: String(port),
      WEBHOOK_SECRET: secret,
      COMPOUNDS: file
    }).pipe(Command.stdout("inherit"))
  )

  const registrar = yield* startRegistrar
  if (argv.includes("--kill-registrar")) {
    yield* Effect.forkScoped(
      Effect.gen(function* () {
        const isInTheMiddle = Effect.map(Compounds.read(file), ({ compounds }) => compounds.length >= 100)
        yield* Effect.repeat(isInTheMiddle, { until: (reached) => reached, schedule: Schedule.spaced("5 millis") })
        yield* registrar.kill("SIGKILL")
        const { compounds } = yield* Compounds.read(file)
        yield* Console.log(`The registrar was killed after ${compounds.length} compounds. It starts again.`)
        yield* startRegistrar
      })
    )
  }

  const lines = yield* Command.lines(command("scientist.js", credentials))
  yield* Console.log(lines.join("\n"))
  const report = yield* Schema.decode(Report)(lines.at(-1) ?? "")

  const { compounds } = yield* Compounds.read(file)
  const { activities, records } = yield* state
  const numbers = compounds.map(({ number }) => number)
  const onActivity = activities.find(({ title }) => title === "Registration of April")?.all_record_ids ?? []
  const registered = records
    .filter(({ id }) => onActivity.includes(id))
    .map(({ record_identifier }) => record_identifier)
  const isProved =
    report.accepted + report.rejected.length === rows.length &&
    report.rejected.every(({ row }) => row % 100 === 0) &&
    compounds.length === report.accepted &&
    Array.dedupe(compounds.map(({ structure }) => structure)).length === report.accepted &&
    registered.length === report.accepted &&
    registered.every((number) => numbers.includes(number ?? ""))
  if (!isProved) {
    return yield* Effect.dieMessage(
      `${compounds.length} compounds and ${registered.length} records for ${report.accepted} accepted rows`
    )
  }
  yield* Console.log(`Each of ${registered.length} compounds is registered once.`)
})

NodeRuntime.runMain(program.pipe(Effect.scoped, Effect.provide(NodeContext.layer)))

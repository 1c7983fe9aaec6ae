/** A process with a registration worker on a SQLite file, and the endpoint for its webhooks. It prints the port. */
import { appendFileSync } from "node:fs"
import { createServer } from "node:http"
import * as HttpServer from "@effect/platform/HttpServer"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Auth, Kaleidoscope, Registrar } from "@effect-kaleidoscope/sdk"
import { Engine, RegistrationWorker } from "@effect-kaleidoscope/workflow"
import * as Config from "effect/Config"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

const live = Effect.gen(function* () {
  const filename = yield* Config.string("DATABASE")
  const output = yield* Config.string("OUTPUT")
  const secret = yield* Config.redacted("WEBHOOK_SECRET")
  const hangs = yield* Config.boolean("HANGS")
  const answers = yield* Config.boolean("ANSWERS")
  const RegistrarLive = Registrar.layer({
    key_field_names: ["Compound ID"],
    register: ({ idempotencyKey, record }) =>
      Effect.sync(() => appendFileSync(output, `${idempotencyKey}\n`)).pipe(
        Effect.zipRight(hangs ? Effect.never : Effect.succeed({ "Compound ID": `REG-${record.record_identifier}` }))
      )
  })
  const app = RegistrationWorker.app({ secret, secretIn: { header: "x-secret" } })
  const Endpoint = HttpServer.serve(answers ? app : Effect.zipRight(app, Effect.never))
  const Port = Layer.scopedDiscard(
    HttpServer.addressWith((address) => Console.log(address._tag === "TcpAddress" ? address.port : address.path))
  )
  return Layer.mergeAll(Endpoint, Port).pipe(
    Layer.provide(NodeHttpServer.layer(createServer, { port: 0, host: "127.0.0.1" })),
    Layer.merge(RegistrationWorker.layer().pipe(Layer.provide(RegistrarLive))),
    Layer.provide(Engine.layerSqlite({ filename })),
    Layer.provide(Kaleidoscope.layer),
    Layer.provide(Auth.layerConfig()),
    Layer.provide(NodeHttpClient.layerUndici)
  )
})

NodeRuntime.runMain(Layer.launch(Layer.unwrapEffect(live)), { disablePrettyLogger: true })

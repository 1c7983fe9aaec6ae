/**
 * The registrar: it validates structures with OpenChemLib, and gives each compound a number. It gets webhooks, and also
 * looks by itself for submissions that wait, so it goes on with its work after a crash.
 *
 * Environment: the variables of `Auth.layerConfig`, `WEBHOOK_PORT`, `WEBHOOK_SECRET`, and `COMPOUNDS`, the file of compounds.
 */
import { createServer } from "node:http"
import * as HttpRouter from "@effect/platform/HttpRouter"
import * as HttpServer from "@effect/platform/HttpServer"
import * as NodeContext from "@effect/platform-node/NodeContext"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Auth, EntityFields, Kaleidoscope, Records, Registrar } from "@effect-kaleidoscope/sdk"
import * as RegistrarEndpoint from "@effect-kaleidoscope/sdk/RegistrarEndpoint"
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import * as Compounds from "./compounds.js"
import { codeOf, Refused } from "./structure.js"

const RegistrarLive = Layer.unwrapEffect(
  Effect.gen(function* () {
    const fields = yield* EntityFields.EntityFields
    const compounds = yield* Compounds.Compounds
    const field = yield* fields.getDataField({ field_name: "SMILES" })
    const structureOf = (record: Records.Record) =>
      Option.match(Option.flatMap(Records.latestContent(record, { field }), Records.asText), {
        onNone: () => new Refused({ message: "there is no structure" }),
        onSome: codeOf
      })

    return Registrar.layer({
      key_field_names: ["Compound ID"],
      validate: ({ record }) => structureOf(record),
      register: ({ idempotencyKey, record }) =>
        Effect.gen(function* () {
          const structure = yield* structureOf(record)
          return { "Compound ID": yield* compounds.register(idempotencyKey, structure) }
        })
    })
  })
)

const Webhooks = Layer.unwrapEffect(
  Effect.map(Config.redacted("WEBHOOK_SECRET"), (secret) =>
    HttpRouter.empty.pipe(
      HttpRouter.post("/webhooks", RegistrarEndpoint.app({ secret, secretIn: { header: "x-webhook-secret" } })),
      HttpServer.serve()
    )
  )
).pipe(
  Layer.provide(
    Layer.unwrapEffect(
      Effect.map(Config.integer("WEBHOOK_PORT"), (port) =>
        NodeHttpServer.layer(createServer, { port, host: "127.0.0.1" })
      )
    )
  )
)

const Polling = Layer.scopedDiscard(
  Effect.flatMap(Registrar.Registrar, (registrar) =>
    Effect.forkScoped(registrar.poll({ schedule: Schedule.spaced("30 seconds") }))
  )
)

const CompoundsLive = Layer.unwrapEffect(Effect.map(Config.nonEmptyString("COMPOUNDS"), Compounds.layer)).pipe(
  Layer.provide(NodeContext.layer)
)

const Live = Layer.mergeAll(Webhooks, Polling).pipe(
  Layer.provide(RegistrarLive),
  Layer.provide(CompoundsLive),
  Layer.provide(Kaleidoscope.layer),
  Layer.provide(Auth.layerConfig()),
  Layer.provide(NodeHttpClient.layerUndici)
)

NodeRuntime.runMain(Layer.launch(Live))

/**
 * One side of a registration by table, on the SDK: `sdk.mjs SIDE URL PORT SECRET`. The other side is the official client.
 *
 * - `webhook`: a registrar with its endpoint on PORT, guarded by SECRET, until it is stopped. Prints `ready`.
 * - `polling`: a registrar that polls, until it is stopped. Prints `ready`.
 * - `table`: a scientist. Prints the result of each table as a line of JSON.
 */
import { createServer } from "node:http"
import * as HttpRouter from "@effect/platform/HttpRouter"
import * as HttpServer from "@effect/platform/HttpServer"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Auth, EntityFields, Kaleidoscope, Records, Registrar, Registration } from "@effect-kaleidoscope/sdk"
import * as RegistrarEndpoint from "@effect-kaleidoscope/sdk/RegistrarEndpoint"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"

const [side = "", url = "", port = "", secret = ""] = process.argv.slice(2)

const KaleidoscopeLive = Kaleidoscope.layer.pipe(
  Layer.provide(Auth.layer({ clientId: "demo", clientSecret: Redacted.make("demo"), url })),
  Layer.provide(NodeHttpClient.layerUndici)
)

/** The company's own system: a key gets one number, however often it is asked for. @type {Map<string, string>} */
const numbers = new Map()

/** @type {(key: string) => string} */
const numberOf = (key) => {
  const number = numbers.get(key) ?? `REG-${numbers.size + 1}`
  numbers.set(key, number)
  return number
}

const RegistrarLive = Layer.unwrapEffect(
  Effect.gen(function* () {
    const fields = yield* EntityFields.EntityFields
    const field = yield* fields.getDataField({ field_name: "SMILES" })
    /** @type {(record: Records.Record) => string} */
    const structureOf = (record) =>
      Option.getOrElse(Option.flatMap(Records.latestContent(record, { field }), Records.asText), () => "")
    return Registrar.layer({
      key_field_names: ["Compound ID"],
      validate: ({ record }) =>
        structureOf(record).startsWith("C") ? Effect.void : Effect.fail(`${structureOf(record)} has no carbon.`),
      register: ({ idempotencyKey }) => Effect.sync(() => ({ "Compound ID": numberOf(idempotencyKey) }))
    })
  })
).pipe(Layer.provide(KaleidoscopeLive))

const Webhooks = HttpRouter.empty.pipe(
  HttpRouter.post(
    "/webhooks",
    RegistrarEndpoint.app({ secret: Redacted.make(secret), secretIn: { header: "x-webhook-secret" } })
  ),
  HttpServer.serve(),
  Layer.provide(NodeHttpServer.layer(createServer, { port: Number(port), host: "127.0.0.1" }))
)

const Polling = Layer.scopedDiscard(
  Effect.flatMap(Registrar.Registrar, (registrar) =>
    Effect.forkScoped(registrar.poll({ schedule: Schedule.spaced("100 millis") }))
  )
)

/** @type {(way: typeof Webhooks | typeof Polling) => Effect.Effect<never, unknown>} */
const registrar = (way) =>
  Layer.build(Layer.provide(way, RegistrarLive)).pipe(
    Effect.zipRight(Console.log("ready")),
    Effect.zipRight(Effect.never),
    Effect.scoped
  )

const scientist = Effect.gen(function* () {
  const registration = yield* Registration.Registration
  /** @type {(structures: ReadonlyArray<string>) => Effect.Effect<void, unknown>} */
  const register = (structures) =>
    registration
      .registerTable(
        { title: "Registration of April" },
        structures.map((SMILES, index) => ({ "Compound ID": `EK-${9001 + index}`, SMILES })),
        {
          key_field_names: ["Compound ID"],
          replace: "all",
          schedule: Schedule.spaced("100 millis"),
          timeout: "1 minute"
        }
      )
      .pipe(
        Effect.map((result) => ({
          result: result._tag,
          rejected: result._tag === "Rejected" ? result.rejected.map(({ index, reason }) => [index, reason]) : [],
          registered: result.registered.map(({ index, record }) => [
            index,
            Option.match(record, { onNone: () => null, onSome: ({ record_identifier }) => record_identifier })
          ])
        })),
        Effect.flatMap((result) => Console.log(JSON.stringify(result)))
      )
  yield* register(["CCO", "OO", "CCN"])
  yield* register(["CCO", "CCC", "CCN"])
}).pipe(Effect.provide(KaleidoscopeLive))

const programs = new Map([
  ["webhook", registrar(Webhooks)],
  ["polling", registrar(Polling)],
  ["table", scientist]
])

NodeRuntime.runMain(
  (programs.get(side) ?? Effect.dieMessage(`there is no side ${side}`)).pipe(
    // What is printed is read by the other side.
    Logger.withMinimumLogLevel(LogLevel.None)
  )
)

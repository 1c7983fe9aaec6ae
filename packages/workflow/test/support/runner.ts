/**
 * A process that runs the imports of `JOBS` on `DATABASE`: the URL of a Postgres, or the path of a SQLite file. It prints the
 * report of each job in a line, and ends.
 */
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as NodeContext from "@effect/platform-node/NodeContext"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Auth, Kaleidoscope } from "@effect-kaleidoscope/sdk"
import { DurableImport, Engine, Jobs, Runner, TableSource } from "@effect-kaleidoscope/workflow"
import * as Postgres from "@effect-kaleidoscope/workflow/Postgres"
import * as Config from "effect/Config"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"

const environment = Config.all({
  database: Config.string("DATABASE"),
  jobs: Config.array(Config.string(), "JOBS"),
  source: Config.string("SOURCE"),
  rowsPerPart: Config.integer("ROWS_PER_PART"),
  /** The name of this process, which it sends with each request. */
  name: Config.withDefault(Config.string("NAME"), "runner"),
  /** The requests in a second of all processes together. */
  rate: Config.withDefault(Config.integer("RATE"), 1000),
  /** The requests in flight of all processes together. */
  concurrency: Config.option(Config.integer("CONCURRENCY")),
  /** When others take the jobs of a process that is not heard of. On a busy machine a short time interrupts work that is alive. */
  takeover: Config.withDefault(Config.duration("TAKEOVER"), "10 seconds"),
  /** The longest time without progress. */
  longest: Config.withDefault(Config.duration("LONGEST"), "4 minutes")
})

const program = Effect.gen(function* () {
  const { concurrency, database, jobs, longest, name, rate, rowsPerPart, source, takeover } = yield* environment
  const engine = database.startsWith("postgres:")
    ? Layer.orDie(Postgres.layer({ url: Redacted.make(database), takeover }))
    : Layer.orDie(Engine.layerSqlite({ filename: database }))
  const named = Layer.effect(
    HttpClient.HttpClient,
    Effect.map(
      HttpClient.HttpClient,
      HttpClient.mapRequest((request) => HttpClientRequest.setHeader(request, "x-runner", name))
    )
  )
  const live = DurableImport.layer.pipe(
    Layer.provide(TableSource.layerFile().pipe(Layer.provide(NodeContext.layer))),
    Layer.provide(Kaleidoscope.layer),
    Layer.provide(Auth.layerConfig()),
    Layer.provide(
      Runner.layerClient({ rate: { limit: rate, window: "1 second" }, concurrency: Option.getOrUndefined(concurrency) })
    ),
    Layer.provide(named),
    Layer.provide(NodeHttpClient.layerUndici),
    Layer.provideMerge(engine)
  )
  const work = Effect.forEach(
    jobs,
    (job) =>
      // Each job has a table of its own: the keys of its rows begin with its name.
      DurableImport.run({ job, source: source.replace("JOB", job), key_field_names: ["Compound ID"], rowsPerPart }),
    { concurrency: "unbounded" }
  )
  const reports = yield* Effect.raceFirst(work, Jobs.watch({ longest })).pipe(Effect.provide(live))
  yield* Effect.forEach(reports, (report) =>
    Effect.flatMap(Schema.encode(Schema.parseJson(DurableImport.Report))(report), Console.log)
  )
})

NodeRuntime.runMain(program)

import type * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as Array from "effect/Array"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import { entityTypes, executionIds } from "./executions.js"

const Ended = Schema.Array(Schema.Struct({ job: Schema.String, kind: Schema.String }))

/** The reply to a workflow, as the engine stores it. */
const Result = Schema.parseJson(
  Schema.Union(
    Schema.Struct({ _tag: Schema.Literal("Failure") }),
    Schema.Struct({ _tag: Schema.Literal("Success"), value: Schema.Struct({ _tag: Schema.String }) })
  )
)

const Runs = Schema.Array(Schema.Struct({ entity_id: Schema.String, payload: Schema.NullOr(Result) }))

const isComplete = ({ payload }: (typeof Runs.Type)[number]) =>
  payload !== null && (payload._tag === "Failure" || payload.value._tag !== "Suspended")

/** The id of a job in the engine, if it has one. */
const idOf = ({ job, kind }: (typeof Ended.Type)[number]): Effect.Effect<string | undefined> =>
  kind === "DurableImport" || kind === "Registration" ? executionIds[kind](job) : Effect.succeed(undefined)

/** The number of jobs that are removed in one transaction. */
const atOnce = 200

/**
 * Removes the jobs that ended before a moment, from the list and from the tables of the engine. A job that was told to end, and
 * whose workflow did not, stays.
 */
export const forget = (sql: SqlClient.SqlClient, before: number): Effect.Effect<void, SqlError> => {
  const jobs = sql("kaleidoscope_jobs")
  const messages = sql("cluster_messages")
  const replies = sql("cluster_replies")
  const hasEnded = sql`state IN ('complete', 'failed', 'cancelled') AND updated_at < ${before}`
  // The tables are those of this version of the engine: a row in another form is a defect.
  const read = <A, I>(schema: Schema.Schema<A, I>, rows: Effect.Effect<unknown, SqlError>) =>
    Effect.flatMap(rows, (rows) => Effect.orDie(Schema.decodeUnknown(schema)(rows)))

  const remove = (some: typeof Ended.Type) =>
    Effect.gen(function* () {
      const known = yield* Effect.forEach(some, (job) => Effect.map(idOf(job), (id) => ({ job: job.job, id })))
      const ofEngine = (ids: ReadonlyArray<string>) =>
        sql.and([sql.in("entity_type", entityTypes), sql.in("entity_id", ids)])
      const idsOf = (jobs: typeof known) => jobs.flatMap(({ id }) => (id === undefined ? [] : [id]))
      const runs = yield* read(
        Runs,
        sql`SELECT entity_id, (SELECT payload FROM ${replies} AS reply WHERE reply.request_id = message.request_id AND reply.kind = 0)
          AS payload FROM ${messages} AS message WHERE tag = 'run' AND ${ofEngine(idsOf(known))}`
      )
      const open = new Set(runs.flatMap((run) => (isComplete(run) ? [] : [run.entity_id])))
      const ended = known.filter(({ id }) => id === undefined || !open.has(id))
      const ids = idsOf(ended)
      if (ids.length > 0) {
        yield* sql`DELETE FROM ${replies} WHERE request_id IN (SELECT request_id FROM ${messages} WHERE ${ofEngine(ids)})`
        yield* sql`DELETE FROM ${messages} WHERE ${ofEngine(ids)}`
      }
      if (ended.length > 0) {
        yield* sql`DELETE FROM ${jobs} WHERE ${hasEnded} AND ${sql.in(
          "job",
          ended.map(({ job }) => job)
        )}`
      }
    })

  return Effect.gen(function* () {
    const all = yield* read(Ended, sql`SELECT job, kind FROM ${jobs} WHERE ${hasEnded} ORDER BY job`)
    yield* Effect.forEach(Array.chunksOf(all, atOnce), (some) => sql.withTransaction(remove(some)), { discard: true })
  })
}

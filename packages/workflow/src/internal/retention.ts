import * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import * as Jobs from "../Jobs.js"
import { varied } from "./patience.js"
import { sqlReasonOf } from "./reason.js"

/** Rows of runners that were killed long ago. One that lives writes to its row again and again. */
const forgetRunners = (sql: SqlClient.SqlClient, age: Duration.Duration): Effect.Effect<void, SqlError> =>
  sql.onDialectOrElse({
    pg: () => {
      const seconds = sql.literal(String(Duration.toSeconds(age)))
      return Effect.asVoid(
        sql`DELETE FROM cluster_runners WHERE last_heartbeat < NOW() - ${seconds} * interval '1 second'`
      )
    },
    orElse: () => Effect.void
  })

/** Forgets the jobs that ended long ago, at the start of the process and then about once in an hour. */
export const layer = (retention: Duration.DurationInput = "90 days") =>
  Layer.scopedDiscard(
    Effect.gen(function* () {
      const age = Duration.decode(retention)
      if (!Duration.isFinite(age)) return
      const jobs = yield* Jobs.Jobs
      const sql = yield* SqlClient.SqlClient
      yield* Effect.zipRight(jobs.forget(age), forgetRunners(sql, age)).pipe(
        Effect.catchAll((error) =>
          Effect.logWarning(`Jobs that ended long ago could not be removed: ${sqlReasonOf(error)}`)
        ),
        Effect.repeat(varied(Schedule.spaced("1 hour"))),
        Effect.forkScoped
      )
    })
  )

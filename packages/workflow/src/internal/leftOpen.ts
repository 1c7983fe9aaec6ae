import * as SqlClient from "@effect/sql/SqlClient"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"

/**
 * Ends the transactions of processes that stand still, when they are left open for longer than `takeover`: their locks would
 * stop the other processes, too. It needs a connection of its own, since all others may wait for these locks.
 */
export const layer = (takeover: Duration.DurationInput) =>
  Layer.scopedDiscard(
    Effect.gen(function* () {
      const sql = yield* SqlClient.SqlClient
      const seconds = sql.literal(String(Duration.toSeconds(takeover)))
      const end = sql`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE datname = current_database() AND usename = current_user
          AND application_name = current_setting('application_name')
          AND state LIKE 'idle in transaction%'
          AND state_change < clock_timestamp() - ${seconds} * interval '1 second'`
      yield* end.pipe(
        Effect.tap((ended) =>
          ended.length === 0
            ? Effect.void
            : Effect.logWarning(
                `Jobs in Postgres: ${ended.length} transactions of a process that stands still were ended`
              )
        ),
        // While the database is away there is nothing to end.
        Effect.ignore,
        Effect.repeat(Schedule.spaced(Duration.unsafeDivide(takeover, 3))),
        Effect.forkScoped
      )
    })
  )

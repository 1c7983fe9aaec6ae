/**
 * Where the engine keeps its workflows: in memory, in a SQLite file, or in any database of `@effect/sql`. The jobs are the same
 * on each.
 *
 * @since 0.1.0
 */
import * as SqlClient from "@effect/sql/SqlClient"
import * as LibsqlClient from "@effect/sql-libsql/LibsqlClient"
import * as WorkflowEngine from "@effect/workflow/WorkflowEngine"
import * as Data from "effect/Data"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Cursors from "./Cursors.js"
import * as Cluster from "./internal/cluster.js"
import * as Jobs from "./Jobs.js"
import * as Runner from "./Runner.js"

/** The file belongs to another process, which runs its jobs. @since 0.1.0 @category errors */
export class DatabaseInUse extends Data.TaggedError("KaleidoscopeDatabaseInUse")<{
  readonly message: string
  readonly filename: string
}> {}

/**
 * Workflows in memory, for tests: time is that of the `Clock`, and the jobs end with the process.
 *
 * @since 0.1.0
 * @category layers
 */
export const layerMemory = Layer.mergeAll(
  WorkflowEngine.layerMemory,
  Jobs.layerMemory,
  Cursors.layerMemory,
  Runner.layerAlone
)

const longestShutdown = Duration.seconds(3)

/**
 * Workflows in the database of a `SqlClient`, run by one process. A process that was told to end gives its work
 * `shutdown` to complete.
 *
 * @since 0.1.0
 * @category layers
 */
export const layerSql = (options: { readonly shutdown?: Duration.DurationInput | undefined } = {}) =>
  Layer.mergeAll(Cluster.alone(options.shutdown ?? longestShutdown), Jobs.layer, Cursors.layer)

/** Holds a lock of the database as long as the scope is open. The system releases it when the process ends in any way. */
const owner = (filename: string) =>
  Effect.gen(function* () {
    const sql = yield* SqlClient.SqlClient
    const isHeld = yield* Deferred.make<void, DatabaseInUse>()
    yield* sql.withTransaction(Effect.zipRight(Deferred.succeed(isHeld, undefined), Effect.never)).pipe(
      Effect.catchAll(() =>
        Deferred.fail(
          isHeld,
          new DatabaseInUse({
            message: `${filename}: another process runs the jobs of this file. Stop it, or use another file.`,
            filename
          })
        )
      ),
      Effect.forkScoped
    )
    yield* Deferred.await(isHeld)
  })

const client = (filename: string) => LibsqlClient.layer({ url: `file:${filename}`, intMode: "bigint" })

/**
 * Workflows in a SQLite file: the default for one process, with no server to start. The file is created if it does not exist.
 * Fails with `DatabaseInUse` if another process runs the jobs of the file.
 *
 * @since 0.1.0
 * @category layers
 */
export const layerSqlite = (options: {
  readonly filename: string
  readonly shutdown?: Duration.DurationInput | undefined
}) => {
  // A second file has the lock, so that other processes can still read and control the jobs.
  const lock = Layer.scopedDiscard(owner(options.filename)).pipe(
    Layer.provide(Layer.fresh(client(`${options.filename}.lock`)))
  )
  return layerSql(options).pipe(Layer.provide(Layer.fresh(client(options.filename))), Layer.provide(lock))
}

/**
 * The jobs in a SQLite file, for a process that sees and controls them, and does not run them.
 *
 * @since 0.1.0
 * @category layers
 */
export const layerJobs = (filename: string) => Jobs.layer.pipe(Layer.provide(Layer.fresh(client(filename))))

/**
 * Where the engine keeps its workflows: in memory, in a SQLite file, or in any database of `@effect/sql`. The jobs are the same
 * on each.
 *
 * @since 0.1.0
 */
import * as WorkflowEngine from "@effect/workflow/WorkflowEngine"
import * as Duration from "effect/Duration"
import * as Layer from "effect/Layer"
import * as Cursors from "./Cursors.js"
import * as Cluster from "./internal/cluster.js"
import * as Retention from "./internal/retention.js"
import * as Sqlite from "./internal/sqlite.js"
import * as Jobs from "./Jobs.js"
import * as Runner from "./Runner.js"

export { DatabaseInUse, DatabaseUnusable } from "./internal/sqlite.js"

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

/** How the work of a process is run, and what is kept of it. @since 0.1.0 @category models */
export interface Options {
  /** How long work may take to complete when the process is told to end. @default 3 seconds */
  readonly shutdown?: Duration.DurationInput | undefined
  /**
   * How long a job that has ended is kept, with its report: `Jobs.forget` with this age is done at the start, and then once in an
   * hour. `Duration.infinity` keeps all jobs for ever.
   *
   * @default 90 days
   */
  readonly retention?: Duration.DurationInput | undefined
}

/**
 * Workflows in the database of a `SqlClient`, run by one process.
 *
 * @since 0.1.0
 * @category layers
 */
export const layerSql = ({ retention, shutdown = longestShutdown }: Options = {}) =>
  Retention.layer(retention).pipe(
    Layer.provideMerge(Layer.mergeAll(Cluster.alone(shutdown), Jobs.layer, Cursors.layer))
  )

/**
 * Workflows in a SQLite file: the default for one process, with no server to start. The file is created if it does not exist.
 *
 * - `DatabaseInUse`: another process runs the jobs of the file.
 * - `DatabaseUnusable`: the file cannot be opened, is not a database, is damaged, or cannot be written.
 *
 * @since 0.1.0
 * @category layers
 */
export const layerSqlite = (options: Options & { readonly filename: string }) =>
  layerSql(options).pipe(
    Layer.provide(Sqlite.layer(options.filename)),
    Layer.provide(Layer.scopedDiscard(Sqlite.own(options.filename))),
    Layer.mapError(Sqlite.withoutSql(options.filename))
  )

/**
 * The jobs in a SQLite file, for a process that sees and controls them, and does not run them. Fails with `DatabaseUnusable`,
 * also if there is no such file.
 *
 * @since 0.1.0
 * @category layers
 */
export const layerJobs = (filename: string) =>
  Jobs.layer.pipe(Layer.provide(Sqlite.layerExisting(filename)), Layer.mapError(Sqlite.withoutSql(filename)))

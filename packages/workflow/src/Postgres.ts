/**
 * Workflows in a Postgres database, run by one process or by several. This module needs `@effect/sql-pg`, which the others
 * do not, so the index of the package does not have it: import it by its own path.
 *
 * @since 0.1.0
 */
import { randomUUID } from "node:crypto"
import { hostname } from "node:os"
import * as PgClient from "@effect/sql-pg/PgClient"
import * as Duration from "effect/Duration"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Cursors from "./Cursors.js"
import type * as Engine from "./Engine.js"
import * as Cluster from "./internal/cluster.js"
import * as LeftOpen from "./internal/leftOpen.js"
import * as Retention from "./internal/retention.js"
import * as Jobs from "./Jobs.js"

/** Where the database is, and how its work is run. @since 0.1.0 @category models */
export interface Options extends PgClient.PgClientConfig, Engine.Options {
  /**
   * After how long, in whole seconds, the jobs of a runner that is not heard of are given to others. Use the same for all
   * runners. A runner that cannot reach the database for a third of this time interrupts its work, and goes on later.
   *
   * @default 15 seconds
   */
  readonly takeover?: Duration.DurationInput | undefined
}

const client = ({ retention: _, shutdown: __, takeover: ___, ...config }: Options) =>
  Layer.fresh(
    PgClient.layer({ applicationName: "effect-kaleidoscope", connectTimeout: Duration.seconds(5), ...config })
  )

const engine = (name: Option.Option<string>, options: Options) => {
  const { shutdown = Duration.seconds(3), takeover = Duration.seconds(15) } = options
  return (Option.isSome(name) ? Retention.layer(options.retention) : Layer.empty).pipe(
    Layer.provideMerge(
      Cluster.oneAtATime(Layer.mergeAll(Cluster.shared(name, { shutdown, takeover }), Jobs.layer, Cursors.layer))
    ),
    Layer.provideMerge(LeftOpen.layer(takeover).pipe(Layer.provide(client({ ...options, maxConnections: 1 })))),
    Layer.provide(client(options))
  )
}

/**
 * Workflows in a Postgres database. Each process with this layer is a runner: the jobs are shared out among them, and each job
 * is run by one at a time. Start as many as you want, with the same layers; nothing else has to be configured.
 *
 * - Runners speak to each other through the database alone: they open no port, and what protects the database protects them.
 * - When a runner ends in any way, or stands still, the others take its jobs after `takeover`. A transaction that it left open
 *   is ended then, so all runners must be of one role and have one `applicationName`.
 * - The connection must be to Postgres itself, or to a pool of sessions: a pool of transactions, such as that of PgBouncer, loses
 *   the lock under which the tables are created.
 *
 * @since 0.1.0
 * @category layers
 */
export const layer = (options: Options) => engine(Option.some(`${hostname()}-${randomUUID()}`), options)

/**
 * For a process that starts jobs, and runs none: it waits for their reports, sees them and controls them.
 *
 * @since 0.1.0
 * @category layers
 */
export const layerStarter = (options: Options) => engine(Option.none(), options)

/**
 * The jobs in a Postgres database, for a process that only sees and controls them.
 *
 * @since 0.1.0
 * @category layers
 */
export const layerJobs = (options: Options) => Cluster.oneAtATime(Jobs.layer).pipe(Layer.provide(client(options)))

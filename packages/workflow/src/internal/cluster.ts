import * as ClusterWorkflowEngine from "@effect/cluster/ClusterWorkflowEngine"
import * as RunnerAddress from "@effect/cluster/RunnerAddress"
import * as RunnerHealth from "@effect/cluster/RunnerHealth"
import * as RunnerStorage from "@effect/cluster/RunnerStorage"
import * as Runners from "@effect/cluster/Runners"
import * as Sharding from "@effect/cluster/Sharding"
import * as ShardingConfig from "@effect/cluster/ShardingConfig"
import * as SqlClient from "@effect/sql/SqlClient"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Runner from "../Runner.js"
import * as Lease from "./lease.js"
import * as Storage from "./storage.js"

type Config = Partial<ShardingConfig.ShardingConfig["Type"]>

/** The engine of this process. It speaks to other processes through the database alone. */
const engine = <Runner, E, R>(
  config: Config,
  giveAgain: Duration.DurationInput,
  runners: Layer.Layer<RunnerStorage.RunnerStorage | Runner, E, R>
) =>
  ClusterWorkflowEngine.layer.pipe(
    Layer.provide(Sharding.layer.pipe(Layer.provide([Runners.layerNoop, RunnerHealth.layerNoop]))),
    Layer.provide(Storage.layer(giveAgain)),
    Layer.provideMerge(runners),
    Layer.provide(
      ShardingConfig.layer({
        // A workflow whose layer this process does not have would fail for good after a minute. It waits.
        entityRegistrationTimeout: Duration.infinity,
        ...config
      })
    )
  )

/** One process has the database. */
export const alone = (shutdown: Duration.DurationInput) =>
  engine(
    { entityTerminationTimeout: shutdown },
    Duration.infinity,
    Layer.merge(RunnerStorage.layerMemory, Runner.layerAlone)
  )

/** Lets one process at a time create the tables: `CREATE TABLE IF NOT EXISTS` fails in Postgres when two do it. */
export const oneAtATime = <A, E, R>(layer: Layer.Layer<A, E, R>) =>
  Layer.scopedContext(
    Effect.gen(function* () {
      const scope = yield* Effect.scope
      const sql = yield* SqlClient.SqlClient
      const building = Layer.buildWithScope(layer, scope)
      const locked = Effect.scoped(
        Effect.gen(function* () {
          const connection = yield* sql.reserve
          yield* Effect.acquireRelease(connection.executeRaw("SELECT pg_advisory_lock(5471109)", []), () =>
            Effect.ignore(connection.executeRaw("SELECT pg_advisory_unlock(5471109)", []))
          )
          return yield* building
        })
      )
      return yield* sql.onDialectOrElse({
        pg: () => locked,
        orElse: () => building
      })
    })
  )

/**
 * One of several processes on one database. Each has an address of its own in each life, so a process that was started again
 * is not taken for the one that ended.
 */
export const shared = (
  name: Option.Option<string>,
  { shutdown, takeover }: { readonly shutdown: Duration.DurationInput; readonly takeover: Duration.DurationInput }
) =>
  engine(
    {
      runnerAddress: Option.map(name, (host) => RunnerAddress.RunnerAddress.make({ host, port: 0 })),
      entityTerminationTimeout: shutdown,
      // The locks are rows that expire. A lock of the connection would stay with a process that was stopped.
      shardLockDisableAdvisory: true,
      shardLockExpiration: takeover,
      shardLockRefreshInterval: Duration.unsafeDivide(takeover, 3),
      refreshAssignmentsInterval: Duration.seconds(1),
      entityMessagePollInterval: Duration.seconds(1),
      // Each is a row that its process writes at each refresh. All processes must have the same number.
      shardsPerGroup: 60
    },
    takeover,
    Lease.layer(takeover)
  )

import { randomUUID } from "node:crypto"
import { PersistenceError } from "@effect/cluster/ClusterError"
import * as RunnerStorage from "@effect/cluster/RunnerStorage"
import * as SqlRunnerStorage from "@effect/cluster/SqlRunnerStorage"
import * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as Array from "effect/Array"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import * as Runner from "../Runner.js"
import { varied } from "./patience.js"
import { untilStored } from "./storage.js"
import { step } from "./turns.js"

/** When the locks of this process were last renewed, and how long they hold after it. */
class Lease extends Context.Tag("@effect-kaleidoscope/workflow/Lease")<
  Lease,
  { renewedAt: number; readonly length: number }
>() {}

const lease = (takeover: Duration.DurationInput) =>
  Layer.effect(
    Lease,
    Effect.map(Clock.currentTimeMillis, (renewedAt) => ({ renewedAt, length: Duration.toMillis(takeover) }))
  )

const isOver = (lease: Lease["Type"]) =>
  Effect.map(Clock.currentTimeMillis, (now) => now - lease.renewedAt >= lease.length)

/**
 * Ends after this time in a finalizer, too, where nothing can be interrupted: the storage waits for a connection, and a process
 * that ends while the database is away would live for ever.
 */
const atMost = <E>(effect: Effect.Effect<void, E>, time: Duration.DurationInput): Effect.Effect<void, E> =>
  Effect.flatMap(Effect.forkDaemon(Effect.interruptible(effect)), (fiber) =>
    Effect.raceFirst(Effect.interruptible(Fiber.join(fiber)), Effect.interruptible(Effect.sleep(time)))
  )

/**
 * The locks in the database. A process that stood still for longer than they hold may not renew them: others may have its
 * jobs. The engine is told that the database failed, and so interrupts all work at once; it would let it end otherwise.
 */
const storage = Layer.effect(
  RunnerStorage.RunnerStorage,
  Effect.map(Effect.all([RunnerStorage.RunnerStorage, Lease]), ([storage, lease]) => {
    const renewing = <A, E>(operation: Effect.Effect<A, E>) =>
      Effect.flatMap(Clock.currentTimeMillis, (now) =>
        Effect.tap(operation, () =>
          Effect.sync(() => {
            lease.renewedAt = now
          })
        )
      )
    return RunnerStorage.RunnerStorage.of({
      ...storage,
      releaseAll: (address) => atMost(storage.releaseAll(address), "3 seconds"),
      refresh: (address, shards) => {
        const all = Array.fromIterable(shards)
        return Effect.flatMap(isOver(lease), (isOver) =>
          isOver && all.length > 0
            ? Effect.fail(
                new PersistenceError({ cause: new Error("This process stood still: its jobs are begun anew") })
              )
            : renewing(storage.refresh(address, all))
        )
      }
    })
  })
).pipe(Layer.provide(Layer.orDie(SqlRunnerStorage.layer)))

const Turns = Schema.NonEmptyArray(Schema.Struct({ wait: Schema.Number }))

/** How often a request that waits asks for a permit. */
const pause = varied(Schedule.spaced("100 millis"))

/** The turns and the permits are in tables, by the clock of the database. */
const runner: Layer.Layer<Runner.Runner, SqlError, SqlClient.SqlClient | Lease> = Layer.scoped(
  Runner.Runner,
  Effect.gen(function* () {
    const sql = (yield* SqlClient.SqlClient).withoutTransforms()
    const lease = yield* Lease
    const turns = sql("kaleidoscope_turns")
    yield* sql`CREATE TABLE IF NOT EXISTS ${turns} (name VARCHAR(500) PRIMARY KEY, next_at DOUBLE PRECISION NOT NULL)`
    const permits = sql("kaleidoscope_permits")
    yield* sql`CREATE TABLE IF NOT EXISTS ${permits} (name VARCHAR(500), slot INTEGER, owner VARCHAR(36) NOT NULL,
      held_until DOUBLE PRECISION NOT NULL, PRIMARY KEY (name, slot))`
    const now = sql.literal("(EXTRACT(EPOCH FROM clock_timestamp()) * 1000)::double precision")

    /** The requests of this process that have a permit. */
    const held = new Set<string>()
    // Longer than the locks: a process that stood still is told that its jobs are gone before its permits are.
    const heldUntil = sql`${now} + ${sql.literal(String(2 * lease.length))}`
    // While the database is away there is nothing to renew.
    const renew = Effect.suspend(() =>
      Effect.ignore(sql`UPDATE ${permits} SET held_until = ${heldUntil} WHERE ${sql.in("owner", [...held])}`)
    ).pipe(Effect.when(() => held.size > 0))
    yield* Effect.forkScoped(Effect.repeat(renew, Schedule.spaced(lease.length / 3)))
    const take = (name: string, limit: number, owner: string) =>
      sql`INSERT INTO ${permits} AS permits (name, slot, owner, held_until)
        SELECT ${name}, slot, ${owner}, ${heldUntil} FROM generate_series(1, ${limit}::integer) AS slot
          WHERE slot NOT IN (SELECT taken.slot FROM ${permits} AS taken WHERE name = ${name} AND held_until > ${now})
          ORDER BY random() LIMIT 1
        ON CONFLICT (name, slot) DO UPDATE SET owner = excluded.owner, held_until = excluded.held_until
          WHERE permits.held_until <= ${now}
        RETURNING slot`.pipe(
        untilStored,
        Effect.tap((taken) => Effect.sync(() => taken.length > 0 && held.add(owner))),
        Effect.repeat({ schedule: pause, until: Array.isNonEmptyReadonlyArray })
      )
    /** A permit that is not given back in time is free when nobody renews it. */
    const giveBack = (owner: string) =>
      Effect.suspend(() => {
        held.delete(owner)
        return Effect.raceFirst(
          Effect.disconnect(Effect.interruptible(untilStored(sql`DELETE FROM ${permits} WHERE owner = ${owner}`))),
          Effect.interruptible(Effect.sleep("3 seconds"))
        )
      })

    return {
      turn: (name, rate) => {
        const length = sql.literal(String(step(rate)))
        return sql`INSERT INTO ${turns} AS turns (name, next_at) VALUES (${name}, ${now} + ${length})
          ON CONFLICT (name) DO UPDATE SET next_at = GREATEST(turns.next_at, ${now}) + ${length}
          RETURNING next_at - ${length} - ${now} AS wait`.pipe(
          untilStored,
          // The table is ours: a row in another form is a defect.
          Effect.flatMap((rows) => Effect.orDie(Schema.decodeUnknown(Turns)(rows))),
          Effect.flatMap(([{ wait }]) => Effect.sleep(wait))
        )
      },
      withPermit: (name, limit) => {
        // One request of this process asks at a time.
        const queue = Effect.unsafeMakeSemaphore(1)
        return (self) =>
          Effect.suspend(() => {
            const owner = randomUUID()
            return Effect.ensuring(
              Effect.zipRight(queue.withPermits(1)(take(name, limit, owner)), self),
              giveBack(owner)
            )
          })
      },
      isOwner: Effect.repeat(
        Effect.tap(isOver(lease), (isOver) => (isOver ? Effect.sleep("100 millis") : Effect.void)),
        { while: (isOver) => isOver }
      ).pipe(Effect.asVoid)
    }
  })
)

/** The locks of this process, and what it may send while it has them. */
export const layer = (takeover: Duration.DurationInput) =>
  Layer.merge(storage, runner).pipe(Layer.provide(lease(takeover)))

/**
 * The jobs of a database: how far each is, and whether a person paused or cancelled it. The engine itself has neither a list
 * nor a progress, so this is a table of its own beside those of the engine.
 *
 * @since 0.1.0
 */
import * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import type * as Statement from "@effect/sql/Statement"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Data from "effect/Data"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import { forget as forgetBefore } from "./internal/forget.js"
import { sqlReasonOf } from "./internal/reason.js"

/**
 * The name of a job: a text of 1 to 500 characters that a database can store, so without the character 0 and without halves of
 * characters.
 *
 * @since 0.1.0
 * @category models
 */
export const JobName = Schema.NonEmptyString.pipe(
  Schema.maxLength(500),
  Schema.filter((name) => !name.includes("\0") && !/\p{Surrogate}/u.test(name), {
    message: () => "a name of a job has no character 0 and no half of a character"
  })
)

/** What a job does, or was told to do. @since 0.1.0 @category models */
export const State = Schema.Literal("running", "paused", "cancelled", "complete", "failed")

export type State = typeof State.Type

/** A job, and how far it is. @since 0.1.0 @category models */
export const Job = Schema.Struct({
  /** The name that the job was started with. */
  job: Schema.String,
  /** The kind of job, such as `DurableImport`. */
  kind: Schema.String,
  state: State,
  rows_read: Schema.Number,
  sent: Schema.Number,
  skipped: Schema.Number,
  rejected_count: Schema.Number,
  /** How often a part of the job began, the same part again included. */
  parts_begun: Schema.Number,
  /** In milliseconds since 1970. */
  started_at: Schema.Number,
  /** When the job last made progress, or tried again, in milliseconds since 1970. */
  updated_at: Schema.Number
})

export interface Job extends Schema.Schema.Type<typeof Job> {}

/** How far a job is. @since 0.1.0 @category models */
export interface Progress extends Pick<Job, "rows_read" | "sent" | "skipped" | "rejected_count"> {}

/** There is no job of this name. @since 0.1.0 @category errors */
export class UnknownJob extends Data.TaggedError("KaleidoscopeUnknownJob")<{
  readonly message: string
  readonly job: string
}> {}

/** The methods of the service. A job is named as it was started. @since 0.1.0 @category models */
export interface Service {
  /** All jobs, the newest first. */
  readonly list: Effect.Effect<ReadonlyArray<Job>, SqlError>
  readonly find: (job: string) => Effect.Effect<Option.Option<Job>, SqlError>
  /** Stops a job before its next part. The part that runs is completed. Nothing happens to a job that has ended. */
  readonly pause: (job: string) => Effect.Effect<void, UnknownJob | SqlError>
  /** Lets a paused job go on. */
  readonly resume: (job: string) => Effect.Effect<void, UnknownJob | SqlError>
  /** Ends a job before its next part. Its report says what was done. It cannot be resumed. */
  readonly cancel: (job: string) => Effect.Effect<void, UnknownJob | SqlError>
  /**
   * Removes the jobs that ended longer ago than this, from the list and from the tables of the engine: their reports are gone,
   * and their names are new. A job whose work has not ended stays. The cursor of a mirror stays: see `Cursors.forget`.
   */
  readonly forget: (age: Duration.DurationInput) => Effect.Effect<void, SqlError>
  /** Registers a job, if it is new: the jobs of this package do it. */
  readonly begin: (job: string, kind: string) => Effect.Effect<void, SqlError>
  /** Counts one more begin of a part. */
  readonly beginPart: (job: string) => Effect.Effect<void, SqlError>
  readonly progress: (job: string, progress: Progress) => Effect.Effect<void, SqlError>
  /** Says that a job is at work, though it made no progress. */
  readonly touch: (job: string) => Effect.Effect<void, SqlError>
  /** Lets a job run again that failed or is complete. One that was cancelled stays so. */
  readonly restart: (job: string) => Effect.Effect<void, SqlError>
  readonly end: (job: string, state: "complete" | "failed" | "cancelled") => Effect.Effect<void, SqlError>
}

/** The tag of the {@link Service}. @since 0.1.0 @category tags */
export class Jobs extends Context.Tag("@effect-kaleidoscope/workflow/Jobs")<Jobs, Service>() {}

const unknown = (job: string) => new UnknownJob({ message: `there is no job ${JSON.stringify(job)}`, job })

const hasEnded = (state: State) => state === "complete" || state === "failed" || state === "cancelled"

/** Waits while a job is paused; gives whether it may go on. @since 0.1.0 @category control */
export const gate = (jobs: Service, job: string): Effect.Effect<boolean, SqlError> =>
  jobs.find(job).pipe(
    Effect.map(Option.match({ onNone: (): State => "running", onSome: ({ state }) => state })),
    Effect.repeat(
      Schedule.identity<State>().pipe(
        Schedule.addDelay(() => "1 second"),
        Schedule.whileOutput((state) => state === "paused")
      )
    ),
    Effect.map((state) => state !== "cancelled")
  )

/** Why {@link watch} ended: nothing can be expected of this process any more. @since 0.1.0 @category errors */
export class NoProgress extends Data.TaggedError("KaleidoscopeNoProgress")<{
  readonly message: string
  /** The job that makes no progress; none if the database cannot be read. */
  readonly job: Option.Option<string>
}> {}

/** How {@link watch} looks. @since 0.1.0 @category control */
export interface WatchOptions {
  /**
   * The longest time without progress of a running job. Choose one that is longer than the handler of a change, or the
   * registration of a submission, takes. The same time is given to a database that cannot be read.
   */
  readonly longest: Duration.DurationInput
  /** How often it looks. @default a tenth of `longest` */
  readonly every?: Duration.DurationInput | undefined
}

/**
 * Fails when a job that should run makes no progress, or when the database cannot be read: beside the program, it ends a process
 * that would live and do nothing, so that its supervisor starts it again. A job that waits for the platform is at work: each
 * try counts as progress. A job that is paused is not watched.
 *
 * @example
 * ```ts
 * import { DurableImport, Engine, Jobs } from "@effect-kaleidoscope/workflow"
 * import * as Effect from "effect/Effect"
 *
 * const program = DurableImport.run({ job: "screen of March", source: "screen.csv" })
 *
 * const watched = Effect.raceFirst(program, Jobs.watch({ longest: "10 minutes" }))
 * ```
 *
 * @since 0.1.0
 * @category control
 */
export const watch = ({ every, longest }: WatchOptions): Effect.Effect<never, NoProgress, Jobs> =>
  Effect.gen(function* () {
    const jobs = yield* Jobs
    const limit = Duration.toMillis(longest)
    const words = Duration.format(longest)
    // What stood still before this process began to look had no process that could work.
    let lastRead = yield* Clock.currentTimeMillis
    const began = lastRead
    const look = Effect.gen(function* () {
      const found = yield* Effect.option(Effect.timeout(jobs.list, longest))
      const now = yield* Clock.currentTimeMillis
      if (Option.isNone(found)) {
        if (now - lastRead < limit) return
        return yield* new NoProgress({
          message: `the database of the jobs could not be read for ${words}. Look after it, and start this process again.`,
          job: Option.none()
        })
      }
      lastRead = now
      const stuck = found.value.find(
        ({ state, updated_at }) => state === "running" && now - Math.max(updated_at, began) >= limit
      )
      if (stuck !== undefined) {
        // A job stands still, too, when nothing can be stored.
        const advice = yield* Effect.match(jobs.touch(stuck.job), {
          onFailure: (error) => `The database of the jobs cannot be written: ${sqlReasonOf(error)}`,
          onSuccess: () => `Start this process again, with the layer of ${stuck.kind}.`
        })
        return yield* new NoProgress({
          message: `the job ${JSON.stringify(stuck.job)} made no progress for ${words}. ${advice}`,
          job: Option.some(stuck.job)
        })
      }
    })
    return yield* Effect.forever(Effect.delay(look, every ?? limit / 10))
  })

const empty = {
  state: "running",
  rows_read: 0,
  sent: 0,
  skipped: 0,
  rejected_count: 0,
  parts_begun: 0
} as const

/** Jobs in memory: they end with the process. @since 0.1.0 @category layers */
export const layerMemory = Layer.sync(Jobs, (): Service => {
  const jobs = new Map<string, Job>()
  const change = (job: string, patch: (found: Job) => Partial<Job>) =>
    Effect.flatMap(Clock.currentTimeMillis, (now) => {
      const found = jobs.get(job)
      if (found === undefined) return Effect.succeed(false)
      jobs.set(job, { ...found, ...patch(found), updated_at: now })
      return Effect.succeed(true)
    })
  const tell = (job: string, state: State) =>
    Effect.flatMap(
      change(job, (found) => (hasEnded(found.state) ? {} : { state })),
      (isKnown) => (isKnown ? Effect.void : Effect.fail(unknown(job)))
    )
  return {
    list: Effect.sync(() => [...jobs.values()].sort((a, b) => b.started_at - a.started_at)),
    find: (job) => Effect.sync(() => Option.fromNullable(jobs.get(job))),
    pause: (job) => tell(job, "paused"),
    resume: (job) => tell(job, "running"),
    cancel: (job) => tell(job, "cancelled"),
    forget: (age) =>
      Effect.map(Clock.currentTimeMillis, (now) => {
        for (const { job, state, updated_at } of jobs.values()) {
          if (hasEnded(state) && updated_at < now - Duration.toMillis(age)) jobs.delete(job)
        }
      }),
    begin: (job, kind) =>
      Effect.map(Clock.currentTimeMillis, (now) => {
        if (!jobs.has(job)) jobs.set(job, { ...empty, job, kind, started_at: now, updated_at: now })
      }),
    beginPart: (job) => change(job, ({ parts_begun }) => ({ parts_begun: parts_begun + 1 })),
    progress: (job, progress) => change(job, () => progress),
    touch: (job) => change(job, () => ({})),
    restart: (job) =>
      change(job, ({ state }) => (state === "failed" || state === "complete" ? { state: "running" } : {})),
    end: (job, state) => change(job, () => ({ state }))
  }
})

// A database gives its 64-bit numbers as text (Postgres) or as bigint (SQLite).
const number = Schema.Union(
  Schema.Number,
  Schema.NumberFromString,
  Schema.transform(Schema.BigIntFromSelf, Schema.Number, { decode: Number, encode: BigInt })
)

const Rows = Schema.Array(
  Schema.Struct({
    ...Job.fields,
    rows_read: number,
    sent: number,
    skipped: number,
    rejected_count: number,
    parts_begun: number,
    started_at: number,
    updated_at: number
  })
)

/**
 * Jobs in a table `kaleidoscope_jobs` of the database of the engine: other processes that open the database see them and
 * control them. The table is created if it does not exist.
 *
 * @since 0.1.0
 * @category layers
 */
export const layer: Layer.Layer<Jobs, SqlError, SqlClient.SqlClient> = Layer.effect(
  Jobs,
  Effect.gen(function* () {
    const sql = (yield* SqlClient.SqlClient).withoutTransforms()
    const table = sql("kaleidoscope_jobs")
    yield* sql`CREATE TABLE IF NOT EXISTS ${table} (
      job VARCHAR(500) PRIMARY KEY, kind VARCHAR(100) NOT NULL, state VARCHAR(20) NOT NULL,
      rows_read BIGINT NOT NULL, sent BIGINT NOT NULL, skipped BIGINT NOT NULL, rejected_count BIGINT NOT NULL,
      parts_begun BIGINT NOT NULL, started_at BIGINT NOT NULL, updated_at BIGINT NOT NULL)`

    // The table is ours: a row in another form is a defect.
    const decode = (rows: unknown) => Effect.orDie(Schema.decodeUnknown(Rows)(rows))
    const find = (job: string) =>
      sql`SELECT * FROM ${table} WHERE job = ${job}`.pipe(
        Effect.flatMap(decode),
        Effect.map(([found]) => Option.fromNullable(found))
      )
    const change = (job: string, assignments: Statement.Fragment) =>
      Effect.flatMap(
        Clock.currentTimeMillis,
        (now) => sql`UPDATE ${table} SET ${assignments}, updated_at = ${now} WHERE job = ${job}`
      ).pipe(Effect.asVoid)
    const tell = (job: string, state: State) =>
      Effect.gen(function* () {
        if (Option.isNone(yield* find(job))) return yield* unknown(job)
        const now = yield* Clock.currentTimeMillis
        yield* sql`UPDATE ${table} SET state = ${state}, updated_at = ${now}
          WHERE job = ${job} AND state IN ('running', 'paused')`
      })
    return {
      list: Effect.flatMap(sql`SELECT * FROM ${table} ORDER BY started_at DESC`, decode),
      find,
      pause: (job) => tell(job, "paused"),
      resume: (job) => tell(job, "running"),
      cancel: (job) => tell(job, "cancelled"),
      forget: (age) =>
        Effect.flatMap(Clock.currentTimeMillis, (now) => forgetBefore(sql, now - Duration.toMillis(age))),
      begin: (job, kind) =>
        Effect.flatMap(Clock.currentTimeMillis, (now) => {
          const row = { ...empty, job, kind, started_at: now, updated_at: now }
          return sql`INSERT INTO ${table} ${sql.insert(row)} ON CONFLICT (job) DO NOTHING`
        }).pipe(Effect.asVoid),
      beginPart: (job) => change(job, sql`parts_begun = parts_begun + 1`),
      progress: (job, { rejected_count, rows_read, sent, skipped }) =>
        change(
          job,
          sql`rows_read = ${rows_read}, sent = ${sent}, skipped = ${skipped}, rejected_count = ${rejected_count}`
        ),
      touch: (job) => change(job, sql`state = state`),
      restart: (job) =>
        change(job, sql`state = CASE WHEN state IN ('failed', 'complete') THEN 'running' ELSE state END`),
      end: (job, state) => change(job, sql`state = ${state}`)
    }
  })
)

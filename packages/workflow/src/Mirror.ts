/**
 * A mirror that outlives its process: each change of the workspace is given to a function of your own, at least once. How far
 * it is, is stored. A process that was killed goes on with the changes that were not handled.
 *
 * @since 0.1.0
 */
import type { SqlError } from "@effect/sql/SqlError"
import * as KaleidoscopeError from "@effect-kaleidoscope/sdk/KaleidoscopeError"
import * as Workspace from "@effect-kaleidoscope/sdk/Workspace"
import * as Array from "effect/Array"
import type * as DateTime from "effect/DateTime"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { Cursors } from "./Cursors.js"
import * as Counted from "./internal/counted.js"
import { untilItPasses } from "./internal/patience.js"
import * as Jobs from "./Jobs.js"
import * as Metrics from "./Metrics.js"

/** A change for the handler. @since 0.1.0 @category models */
export interface Change {
  readonly event: Workspace.WorkspaceEvent
  /**
   * Whether this event was given to the handler before, by a process that ended before it stored that the handler was done.
   * The handler may have done all of its work then, a part, or nothing.
   */
  readonly again: boolean
}

/** What is mirrored, and how. @since 0.1.0 @category models */
export interface Options<E = never, R = never> extends Omit<Workspace.ChangesOptions, "since" | "every"> {
  /**
   * The name of the job, at most 500 characters. Its cursor is stored by this name: use the same filter each time, and run
   * one mirror of a name at the same time.
   */
  readonly job: string
  /** Handles one change. If it fails, the mirror fails; it goes on with this change when it is started again. */
  readonly handle: (change: Change) => Effect.Effect<unknown, E, R>
  /** Where a mirror begins that has no cursor yet. @default the first event of the workspace */
  readonly from?: DateTime.DateTime | undefined
  /** How long to wait before it looks for changes again. Without it the mirror ends when there are no more. */
  readonly every?: Duration.DurationInput | undefined
  /**
   * The number of changes that are handled at the same time. With 1 all changes are handled in their order; with more, those
   * with the same `key` are.
   *
   * @default 1
   */
  readonly concurrency?: number | undefined
  /** Changes with the same key are handled in their order. @default the thing that the event happened to: `resource_id` */
  readonly key?: ((event: Workspace.WorkspaceEvent) => string) | undefined
}

/** The errors of reading the changes. @since 0.1.0 @category errors */
export type ReadError = Stream.Stream.Error<ReturnType<Workspace.Service["changes"]>>

/** The cursor is stored after so many changes. */
const batchSize = 100

const counted = Effect.map(Jobs.Jobs, (jobs) => Counted.ofKind(jobs, "Mirror"))

const resource = ({ resource_id }: Workspace.WorkspaceEvent): string => resource_id ?? ""

/**
 * Gives each change since the stored cursor to the handler, the oldest first.
 *
 * - **At least once.** The begin and the end of each handler are stored, and the cursor after each batch. Only the changes whose
 *   handlers ran when the process ended come again: as many as `concurrency` says, with `again: true`.
 * - The platform's part is that of `Workspace.changes`: an event that appears later than `overlap` is missed.
 * - While the platform cannot be reached or fails, it logs that, and tries again for as long as it takes. Other errors end it,
 *   such as those of credentials.
 * - It is in the list of `Jobs`, where `rows_read` is the number of handled changes. `pause` and `cancel` take effect before the
 *   next batch; a mirror that was cancelled ends at once when it is started again.
 *
 * @example
 * ```ts
 * import { Engine, Mirror } from "@effect-kaleidoscope/workflow"
 * import * as Effect from "effect/Effect"
 *
 * const mirror = Mirror.run({
 *   job: "tracker",
 *   every: "30 seconds",
 *   resource_type: "operation",
 *   handle: ({ again, event }) =>
 *     Effect.logInfo(`${event.event_type} of ${event.resource_id}${again ? ", perhaps once more" : ""}`)
 * }).pipe(Effect.provide(Engine.layerSqlite({ filename: "jobs.sqlite" })))
 * ```
 *
 * @since 0.1.0
 * @category running
 */
export const run = <E = never, R = never>({
  concurrency = 1,
  every,
  from,
  handle,
  job,
  key = resource,
  ...filter
}: Options<E, R>): Effect.Effect<void, E | ReadError | SqlError, R | Workspace.Workspace | Jobs.Jobs | Cursors> =>
  Effect.gen(function* () {
    const workspace = yield* Workspace.Workspace
    const jobs = yield* Jobs.Jobs
    const cursors = yield* Cursors
    const mirrors = yield* counted
    yield* mirrors.begin(job)
    yield* jobs.restart(job)
    const place = yield* cursors.find(job)
    let since = Option.getOrElse(place.cursor, () => from && Workspace.cursorAt(from))
    let count = Option.match(yield* jobs.find(job), { onNone: () => 0, onSome: ({ rows_read }) => rows_read })

    const one = ({ event }: Workspace.Change) =>
      place.handled.has(event.id)
        ? Effect.void
        : cursors
            .begin(job, event.id)
            .pipe(
              Effect.zipRight(handle({ event, again: place.begun.has(event.id) })),
              Effect.zipRight(cursors.end(job, event.id)),
              Effect.zipLeft(Metric.increment(Metrics.changes))
            )

    const handleBatch = (batch: Array.NonEmptyReadonlyArray<Workspace.Change>) =>
      Effect.gen(function* () {
        // The prefix keeps a key such as `__proto__` an ordinary one.
        const lanes = concurrency === 1 ? [batch] : Object.values(Array.groupBy(batch, ({ event }) => `=${key(event)}`))
        yield* Effect.forEach(lanes, (lane) => Effect.forEach(lane, one, { discard: true }), {
          concurrency,
          discard: true
        })
        since = Array.lastNonEmpty(batch).cursor
        yield* cursors.move(job, since)
        count += batch.length
      })

    const progress = Effect.suspend(() =>
      jobs.progress(job, { rows_read: count, sent: 0, skipped: 0, rejected_count: 0 })
    )

    /** Handles what there is; gives whether the mirror may go on. */
    const round = Effect.gen(function* () {
      if (!(yield* Jobs.gate(jobs, job))) return false
      const changes = yield* Stream.runCollect(workspace.changes({ ...filter, since })).pipe(
        Effect.tapError((error) =>
          KaleidoscopeError.isRetryable(error)
            ? Effect.zipRight(
                Effect.ignore(progress),
                Effect.logWarning(`Mirror ${JSON.stringify(job)}: the changes are read again: ${error.message}`)
              )
            : Effect.void
        ),
        Effect.retry(untilItPasses)
      )
      for (const batch of Array.chunksOf(changes, batchSize)) {
        if (!(yield* Jobs.gate(jobs, job))) return false
        yield* handleBatch(batch)
        yield* progress
      }
      yield* progress
      return true
    })

    const mayGoOn =
      every === undefined
        ? yield* round
        : yield* Effect.iterate(true, {
            while: (mayGoOn) => mayGoOn,
            body: () => Effect.tap(round, (mayGoOn) => (mayGoOn ? Effect.sleep(every) : Effect.void))
          })
    if (mayGoOn) yield* mirrors.end(job, "complete")
  }).pipe(Effect.tapError(() => Effect.flatMap(counted, (mirrors) => Effect.ignore(mirrors.end(job, "failed")))))

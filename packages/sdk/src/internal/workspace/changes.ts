import * as Chunk from "effect/Chunk"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as Id from "../id.js"
import type { Change, ChangesCursor, ChangesOptions } from "./cursor.js"
import type { EventFilter, WorkspaceEvent } from "./model.js"

type Seen = ChangesCursor["seen"][number]

/** How far a stream has come. */
interface Progress {
  readonly after: number
  /** The time of the newest event that was given. */
  readonly newest: number
  readonly seen: ReadonlyArray<Seen>
}

const never = Number.NEGATIVE_INFINITY

const millis = ({ created_at }: Seen): number => DateTime.toEpochMillis(created_at)

const startOf = ({ after = null, seen = [] }: Partial<ChangesCursor>): Progress => {
  const from = after === null ? never : DateTime.toEpochMillis(after)
  return { after: from, newest: seen.reduce((newest, one) => Math.max(newest, millis(one)), from), seen }
}

const cursorOf = ({ after, seen }: Progress): ChangesCursor => ({
  version: 1,
  after: after === never ? null : DateTime.unsafeMake(after),
  seen
})

/** An event, and the time by which it is ordered. */
interface Timed {
  readonly event: WorkspaceEvent
  readonly at: number
}

const timeOf = ({ created_at }: WorkspaceEvent): number | undefined =>
  created_at === null ? undefined : DateTime.toEpochMillis(created_at)

/** The new ones of these events, the oldest first. Events of the same time come in the reverse order of the server. */
const news = (events: ReadonlyArray<WorkspaceEvent>, { after, newest, seen }: Progress): ReadonlyArray<Timed> => {
  const known = new Set(seen.map(({ id }) => Id.canonical(id)))
  // An event without a time counts as the newest.
  const last = events.reduce((last, event) => Math.max(last, timeOf(event) ?? last), Math.max(newest, 0))
  return (
    Id.distinct(events)
      .map((event) => ({ event, at: timeOf(event) ?? last }))
      // The platform may count the limit itself in or not, and is asked for more than is wanted.
      .filter(({ at, event }) => at >= after && !known.has(Id.canonical(event.id)))
      .reverse()
      .sort((a, b) => a.at - b.at)
  )
}

/** The progress after the first events of a list were given. */
const progressAfter = (before: Progress, given: ReadonlyArray<Timed>, overlap: number): Progress => {
  const newest = given.reduce((newest, { at }) => Math.max(newest, at), before.newest)
  const after = Math.max(before.after, Math.floor(newest) - overlap)
  const seen = [
    ...before.seen,
    ...given.map(({ at, event }) => ({ id: event.id, created_at: DateTime.unsafeMake(Math.floor(at)) }))
  ]
  return { after, newest, seen: seen.filter((one) => millis(one) >= after) }
}

/** The changes of one read. A cursor is made when it is asked for: it holds all events of the overlap. */
const changesOf = (before: Progress, events: ReadonlyArray<Timed>, overlap: number): ReadonlyArray<Change> =>
  events.map(({ event }, index) => ({
    event,
    get cursor() {
      return cursorOf(progressAfter(before, events.slice(0, index + 1), overlap))
    }
  }))

/** Makes the stream of changes. `read` gives all events of a filter. */
export const changes = <E>(
  read: (filter: EventFilter) => Stream.Stream<WorkspaceEvent, E>,
  { every, overlap = "5 minutes", since, ...filter }: ChangesOptions
): Stream.Stream<Change, E> => {
  const behind = Duration.toMillis(overlap)
  const look = (before: Progress) =>
    Effect.map(
      Stream.runCollect(
        // Events of the very millisecond are wanted, too.
        read(before.after === never ? filter : { ...filter, after_date: DateTime.unsafeMake(before.after - 1) })
      ),
      (events) => {
        const found = news(Chunk.toReadonlyArray(events), before)
        return { found: changesOf(before, found, behind), progress: progressAfter(before, found, behind) }
      }
    )
  const wait = every === undefined ? Effect.void : Effect.sleep(every)
  return Stream.paginateChunkEffect(
    { progress: startOf(since ?? {}), isFirst: true },
    ({ isFirst, progress: before }) =>
      Effect.map(Effect.zipRight(isFirst ? Effect.void : wait, look(before)), ({ found, progress }) => [
        Chunk.unsafeFromArray(found),
        every === undefined ? Option.none() : Option.some({ progress, isFirst: false })
      ])
  )
}

import * as KaleidoscopeError from "@effect-kaleidoscope/sdk/KaleidoscopeError"
import * as Workspace from "@effect-kaleidoscope/sdk/Workspace"
import * as Chunk from "effect/Chunk"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as Services from "../client/services.js"
import { failed } from "../failure.js"
import * as Input from "../input.js"
import * as Output from "../output/output.js"
import * as Table from "../output/table.js"
import * as References from "../references.js"

type Event = Workspace.WorkspaceEvent

const columns: ReadonlyArray<Table.Column<Event>> = [
  { name: "created_at", value: ({ created_at }) => created_at },
  { name: "type", value: ({ event_type }) => event_type },
  { name: "who", value: ({ full_name, preferred_name }) => preferred_name ?? full_name },
  { name: "resource", value: ({ resource_type }) => resource_type },
  { name: "resource_id", value: ({ resource_id }) => resource_id }
]

const newest = (events: Iterable<Event>, before: DateTime.Utc): DateTime.Utc => {
  let time = before
  for (const { created_at } of events) {
    if (created_at !== null && DateTime.greaterThan(created_at, time)) time = created_at
  }
  return time
}

const encode = Schema.encode(Schema.parseJson(Workspace.WorkspaceEvent))

const print = (event: Event) =>
  Effect.gen(function* () {
    const output = yield* Output.Output
    if (output.json) return yield* output.line(yield* Effect.orDie(encode(event)))
    const cells = columns.map(({ value }) => Table.textOf(value(event)))
    yield* output.line(
      output.isTerminal
        ? Table.cut(cells.map(Table.printable).join("  "), Output.width())
        : cells.map(Table.field).join("\t")
    )
  })

// Events of the same moment can come later than the newest one.
const overlap = 10_000

export const events = (options: {
  readonly follow: boolean
  readonly type: ReadonlyArray<string>
  readonly user: ReadonlyArray<string>
  readonly since: Option.Option<string>
  readonly every: number
  readonly limit: Option.Option<number>
}) =>
  Effect.gen(function* () {
    const workspace = yield* Workspace.Workspace
    const output = yield* Output.Output
    if (options.every < 1) return yield* failed("--every must be at least 1 second")
    const filter: Workspace.EventFilter = {
      event_types: options.type.length === 0 ? undefined : options.type,
      event_user_ids: options.user.length === 0 ? undefined : options.user.map(References.member)
    }
    const after_date = yield* Input.date("--since", options.since)
    const limit = Option.getOrElse(options.limit, () => 100)
    if (!options.follow) {
      const found = yield* workspace.streamEvents({ ...filter, after_date }).pipe(Stream.take(limit), Stream.runCollect)
      return yield* Output.list(Workspace.WorkspaceEvent, columns, Chunk.toReadonlyArray(found), "Nothing happened")
    }

    const seen = new Map<string, number>()
    const given = Option.flatMap(options.since, (text) => DateTime.make(text))
    let since = Option.isSome(given) ? DateTime.toUtc(given.value) : yield* DateTime.now
    if (Option.isNone(given)) {
      // The server's own time of the newest event: its clock and this one can differ.
      const [event] = yield* workspace.events({ ...filter, page_size: 1 })
      since = event?.created_at ?? since
      if (event !== undefined) seen.set(event.id, since.epochMillis)
    }
    const start = since
    yield* output.note("Waiting for events. Ctrl-C ends it")
    const look = Effect.gen(function* () {
      const after = DateTime.max(start, DateTime.subtract(since, { millis: overlap }))
      const found = Chunk.toReadonlyArray(
        yield* Stream.runCollect(workspace.streamEvents({ ...filter, after_date: after }))
      )
      const fresh = found.filter(({ id }) => !seen.has(id))
      fresh.sort((a, b) => (a.created_at?.epochMillis ?? 0) - (b.created_at?.epochMillis ?? 0))
      since = newest(fresh, since)
      for (const { created_at, id } of fresh) seen.set(id, created_at?.epochMillis ?? since.epochMillis)
      for (const [id, time] of seen) if (time < since.epochMillis - 6 * overlap) seen.delete(id)
      yield* Effect.forEach(fresh, print, { discard: true })
    }).pipe(
      // A broken network of a minute does not end it.
      Effect.catchIf(
        (error) => KaleidoscopeError.isRetryable(error),
        (error) => output.note(`${error.message}. Trying again`)
      )
    )
    return yield* Effect.forever(Effect.zipRight(look, Effect.sleep(`${options.every} seconds`)))
  }).pipe(Services.provide(Workspace.layer))

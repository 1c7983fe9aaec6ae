import { Activities, Ids, Workspace } from "@effect-kaleidoscope/sdk"
import * as Array from "effect/Array"
import * as Chunk from "effect/Chunk"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import * as FastCheck from "fast-check"
import { describe, expect, it } from "../../../test/vitest.js"
import { run } from "./support/sample.js"
import * as Scripted from "./support/scripted.js"
import { onEmulator, onScript } from "./support/services.js"

interface Event {
  readonly id: string
  readonly created_at: string | null
}

const start = Date.parse("2026-03-01T12:00:00.000Z")

/** An event so many seconds after noon. */
const event = (id: string, seconds: number): Event => ({
  id,
  created_at: new Date(start + seconds * 1000).toISOString()
})

interface Options {
  readonly pageSize?: number
  readonly ignoresAfterDate?: boolean
  readonly includesAfterDate?: boolean
}

/** A server that gives these events in pages, the newest first. The list may be changed. */
const platform = (events: Array<Event>, { ignoresAfterDate, includesAfterDate, pageSize = 3 }: Options = {}) =>
  onScript(Workspace.layer, ({ url }) => {
    const page = Math.max(1, Number(url.searchParams.get("page") ?? 1))
    const after = Date.parse(url.searchParams.get("after_date") ?? "1970-01-01T00:00:00Z")
    const isAfter = ({ created_at }: Event) => {
      const at = created_at === null ? start : Date.parse(created_at)
      return ignoresAfterDate === true || at > after || (includesAfterDate === true && at === after)
    }
    const sorted = events.filter(isAfter).toSorted((a, b) => String(b.created_at).localeCompare(String(a.created_at)))
    return Scripted.json(sorted.slice((page - 1) * pageSize, page * pageSize))
  })

const changes = (options: Workspace.ChangesOptions = {}) =>
  Effect.map(
    Effect.flatMap(Workspace.Workspace, (workspace) => Stream.runCollect(workspace.changes(options))),
    Chunk.toReadonlyArray
  )

const ids = (changes: ReadonlyArray<Workspace.Change>): ReadonlyArray<string> => changes.map(({ event }) => event.id)

const json = Schema.parseJson(Workspace.ChangesCursor)

/** A cursor after it was stored and read again. */
const stored = (cursor: Workspace.ChangesCursor) =>
  Effect.orDie(Effect.flatMap(Schema.encode(json)(cursor), Schema.decode(json)))

const lastOf = (changes: ReadonlyArray<Workspace.Change>) => Option.getOrThrow(Array.last(changes)).cursor

describe("the changes of a workspace", () => {
  it.effect("are its events, the oldest first, over all pages", () => {
    const { layer } = platform([event("c", 3), event("a", 1), event("e", 5), event("b", 2), event("d", 4)])
    return Effect.gen(function* () {
      expect(ids(yield* changes())).toEqual(["a", "b", "c", "d", "e"])
    }).pipe(Effect.provide(layer))
  })

  it.effect("go on behind the cursor of each event", () => {
    const events = [event("a", 1), event("b", 2), event("c", 2), event("d", 400), event("e", 900)]
    const { layer } = platform(events)
    return Effect.gen(function* () {
      const all = yield* changes()
      for (const [index, { cursor }] of all.entries()) {
        expect(ids(yield* changes({ since: yield* stored(cursor) }))).toEqual(ids(all).slice(index + 1))
      }
      expect(yield* changes({ since: lastOf(all) })).toEqual([])
    }).pipe(Effect.provide(layer))
  })

  for (const [name, options] of [
    ["takes after_date with the limit itself", { includesAfterDate: true }],
    ["does not use after_date", { ignoresAfterDate: true }]
  ] as const) {
    it.effect(`come once, too, from a server that ${name}`, () => {
      const events = [event("a", 1), event("b", 1), event("c", 1000)]
      const { layer } = platform(events, options)
      return Effect.gen(function* () {
        const first = yield* changes()
        events.push(event("d", 1001))
        expect(ids(yield* changes({ since: yield* stored(lastOf(first)) }))).toEqual(["d"])
      }).pipe(Effect.provide(layer))
    })
  }

  it.effect("have an event that appears late, within the overlap, once; beyond it is missed", () => {
    const events = [event("a", 0), event("b", 600)]
    const { layer } = platform(events)
    return Effect.gen(function* () {
      const first = yield* changes()
      events.push(event("late", 301), event("too late", 299))
      const second = yield* changes({ since: yield* stored(lastOf(first)) })
      expect(ids(second)).toEqual(["late"])
      expect(yield* changes({ since: yield* stored(lastOf(second)) })).toEqual([])
      expect(ids(yield* changes({ since: lastOf(first), overlap: "1 hour" }))).toEqual(["late"])
    }).pipe(Effect.provide(layer))
  })

  it.effect("begin at a time, if that is asked for, and with the filter", () => {
    const { layer, sent } = platform([event("a", 0), event("b", 1), event("c", 2)])
    return Effect.gen(function* () {
      const since = Workspace.cursorAt(DateTime.unsafeMake(start + 1000))
      expect(ids(yield* changes({ since, resource_type: "task" }))).toEqual(["b", "c"])
      expect(sent[0]?.query).toEqual([
        ["resource_type", "task"],
        ["after_date", "2026-03-01T12:00:00.999Z"]
      ])
    }).pipe(Effect.provide(layer))
  })

  it.effect("have a small cursor: only the events of the overlap are in it", () => {
    const { layer } = platform(
      Array.makeBy(1000, (index) => event(`event-${index}`, index)),
      { pageSize: 400 }
    )
    return Effect.gen(function* () {
      const cursor = lastOf(yield* changes({ overlap: "10 seconds" }))
      expect(cursor.seen.map(({ id }) => id)).toEqual(Array.makeBy(11, (index) => `event-${989 + index}`))
    }).pipe(Effect.provide(layer))
  })

  it.effect("have an event without a time once", () => {
    const events: Array<Event> = [event("a", 1), { id: "timeless", created_at: null }]
    const { layer } = platform(events, { ignoresAfterDate: true })
    return Effect.gen(function* () {
      const first = yield* changes()
      expect([...ids(first)].sort()).toEqual(["a", "timeless"])
      events.push(event("b", 2))
      expect(ids(yield* changes({ since: yield* stored(lastOf(first)) }))).toEqual(["b"])
    }).pipe(Effect.provide(layer))
  })

  it.effect("are looked for again and again with `every`, each once", () => {
    const events = [event("a", 1)]
    const { layer, sent } = platform(events)
    return Effect.gen(function* () {
      const workspace = yield* Workspace.Workspace
      const fiber = yield* workspace
        .changes({ every: "30 seconds" })
        .pipe(Stream.take(3), Stream.runCollect, Effect.fork)
      yield* TestClock.adjust("1 seconds")
      const looked = sent.length
      yield* TestClock.adjust("28 seconds")
      expect([looked > 0, sent.length]).toEqual([true, looked])
      events.push(event("b", 2))
      yield* TestClock.adjust("1 seconds")
      yield* TestClock.adjust("5 minutes")
      events.push(event("c", 3))
      yield* TestClock.adjust("30 seconds")
      expect(ids(Chunk.toReadonlyArray(yield* Fiber.join(fiber)))).toEqual(["a", "b", "c"])
    }).pipe(Effect.provide(layer))
  })

  it.effect.prop(
    "are complete over crashes at any place: an event comes again only if its cursor was not stored",
    {
      rounds: FastCheck.array(
        FastCheck.record({
          // Each read finds new events, up to four minutes late.
          added: FastCheck.array(FastCheck.integer({ min: 0, max: 240 }), { maxLength: 5 }),
          handled: FastCheck.nat({ max: 6 }),
          isStored: FastCheck.boolean()
        }),
        { minLength: 1, maxLength: 6 }
      )
    },
    ({ rounds }) => {
      const events: Array<Event> = []
      const { layer } = platform(events)
      return Effect.gen(function* () {
        const times = new Map<string, number>()
        const mayRepeat = new Map<string, number>()
        let since: Workspace.ChangesCursor | undefined
        const handle = (some: ReadonlyArray<Workspace.Change>, isStored: boolean) =>
          Effect.gen(function* () {
            for (const [index, { cursor, event }] of some.entries()) {
              times.set(event.id, (times.get(event.id) ?? 0) + 1)
              // The program dies before it stores the last cursor.
              if (isStored || index < some.length - 1) since = yield* stored(cursor)
              else mayRepeat.set(event.id, (mayRepeat.get(event.id) ?? 0) + 1)
            }
          })
        for (const [nth, { added, handled, isStored }] of rounds.entries()) {
          for (const late of added) events.push(event(`event-${events.length}`, nth * 300 + 300 - late))
          yield* handle((yield* changes({ since })).slice(0, handled), isStored)
        }
        yield* handle(yield* changes({ since, overlap: "1 hour" }), true)
        // Late by four minutes behind the end of its round, and a round is five minutes: nothing is missed.
        const expected = events.map(({ id }) => [id, 1 + (mayRepeat.get(id) ?? 0)])
        expect(events.map(({ id }) => [id, times.get(id)])).toEqual(expected)
      }).pipe(Effect.provide(layer))
    },
    { fastCheck: { numRuns: 25 } }
  )

  it.effect("show what was done on the emulator", () =>
    Effect.gen(function* () {
      const activities = yield* Activities.Activities
      const first = yield* changes()
      expect(first.length).toBeGreaterThan(10)
      yield* TestClock.adjust("1 minutes")
      const { id } = yield* activities.update(run(1), { status: "in review", comment: "look" })
      const since = yield* stored(lastOf(first))
      const second = yield* changes({ since })
      expect(second.map(({ event }) => [event.event_type, event.resource_id])).toEqual([
        ["activity_updated", id],
        ["comment_created", id]
      ])
      expect(yield* changes({ since: lastOf(second) })).toEqual([])
    }).pipe(Effect.provide(onEmulator(Layer.merge(Workspace.layer, Activities.layer))))
  )

  it("have a cursor that is refused if it is of another version", () => {
    const decode = Schema.decodeUnknownOption(Workspace.ChangesCursor)
    expect(decode({ version: 2, after: null, seen: [] })).toEqual(Option.none())
    expect(decode({ version: 1, after: null, seen: [{ id: Ids.EventId.make("a"), created_at: "soon" }] })).toEqual(
      Option.none()
    )
  })
})

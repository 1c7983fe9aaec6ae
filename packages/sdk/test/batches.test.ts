import { Ids, Records, RequestPolicy } from "@effect-kaleidoscope/sdk"
import * as Chunk from "effect/Chunk"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as Supervisor from "effect/Supervisor"
import { assert, describe, expect, it } from "../../../test/vitest.js"
import * as Scripted from "./support/scripted.js"
import { onScript } from "./support/services.js"

const idOf = (nth: number) => Ids.RecordId.make(`00000000-0000-4000-8000-${String(nth).padStart(12, "0")}`)

const idsTo = (last: number) => Array.from({ length: last }, (_, index) => idOf(index + 1))

/** The ids that a request asks for, and whether it asks for one by its path. */
const askedBy = ({ path, url }: Scripted.Sent) =>
  path === "/records"
    ? { alone: false, ids: (url.searchParams.get("record_ids") ?? "").split(",") }
    : { alone: true, ids: [decodeURIComponent(path.slice("/records/".length))] }

const notFound = Scripted.json({ code: "NOT_FOUND", message: "There is no such record" }, 404)

/** A server that has these records, which it gives in another order than asked. */
const has =
  (isThere: (id: string) => boolean): Scripted.Script =>
  (sent) => {
    const { alone, ids } = askedBy(sent)
    const found = ids.filter(isThere).map((id) => ({ id }))
    return alone ? (found[0] === undefined ? notFound : Scripted.json(found[0])) : Scripted.json(found.reverse())
  }

/** The same service, made another time. */
class Others extends Context.Tag("test/Others")<Others, Records.Service>() {}

const on = (script: Scripted.Script) => {
  const services = Layer.merge(Records.layer, Layer.effect(Others, Records.make))
  const { layer, sent } = onScript(services.pipe(Layer.provide(RequestPolicy.layer({ backoff: 0 }))), script)
  return { layer, sent, asked: () => sent.map((one) => askedBy(one).ids) }
}

const get = (id: Ids.RecordId) => Effect.flatMap(Records.Records, (records) => records.get(id))

const idsOf = (records: Iterable<Records.Record>) => Array.from(records, ({ id }) => id)

/** Lets forked fibers ask, and nothing leave. */
const settle = Effect.yieldNow().pipe(Effect.repeatN(5))

/** Counts the fibers that start. */
class Counting extends Supervisor.AbstractSupervisor<void> {
  override readonly value = Effect.void
  private readonly report: () => void
  constructor(report: () => void) {
    super()
    this.report = report
  }
  override onStart(): void {
    this.report()
  }
}

describe("records that are requested in the same moment", () => {
  it.effect("are one request from a forEach", () => {
    const { asked, layer, sent } = on(has(() => true))
    return Effect.gen(function* () {
      const ids = idsTo(40)
      expect(idsOf(yield* Effect.forEach(ids, get, { concurrency: "unbounded" }))).toEqual(ids)
      expect(asked()).toEqual([ids])
      expect(sent[0]?.path).toBe("/records")
    }).pipe(Effect.provide(layer))
  })

  it.effect("are batched as far as the concurrency of forEach allows", () => {
    const { asked, layer } = on(has(() => true))
    return Effect.gen(function* () {
      const [a, b, c, d, e] = [idOf(1), idOf(2), idOf(3), idOf(4), idOf(5)]
      expect(idsOf(yield* Effect.forEach([a, b, c, d, e], get, { concurrency: 2 }))).toEqual([a, b, c, d, e])
      expect(asked()).toEqual([[a, b], [c, d], [e]])
    }).pipe(Effect.provide(layer))
  })

  it.effect("are one request from a stream", () => {
    const { asked, layer } = on(has(() => true))
    return Effect.gen(function* () {
      const ids = idsTo(10)
      const found = yield* Stream.fromIterable(ids).pipe(Stream.mapEffect(get, { concurrency: 10 }), Stream.runCollect)
      expect(idsOf(Chunk.toReadonlyArray(found))).toEqual(ids)
      expect(asked()).toEqual([ids])
    }).pipe(Effect.provide(layer))
  })

  it.effect("are one request from independent fibers and services", () => {
    const { asked, layer } = on(has(() => true))
    return Effect.gen(function* () {
      const first = yield* Effect.fork(get(idOf(1)))
      const second = yield* Effect.fork(get(idOf(2)))
      const others = yield* Effect.fork(
        Effect.flatMap(Others, (records) => records.getMany([idOf(3), { id: idOf(1) }]))
      )
      expect((yield* Fiber.join(first)).id).toBe(idOf(1))
      expect((yield* Fiber.join(second)).id).toBe(idOf(2))
      expect(idsOf(yield* Fiber.join(others))).toEqual([idOf(3), idOf(1)])
      expect(asked()).toEqual([[idOf(1), idOf(2), idOf(3)]])
    }).pipe(Effect.provide(layer))
  })

  it.effect("are requested in batches of 250, without duplicates", () => {
    const { asked, layer } = on(has(() => true))
    return Effect.gen(function* () {
      const ids = idsTo(600)
      const records = yield* Records.Records
      expect(idsOf(yield* records.getMany([...ids, ...ids.slice(0, 100)]))).toEqual([...ids, ...ids.slice(0, 100)])
      expect(asked()).toEqual([ids.slice(0, 250), ids.slice(250, 500), ids.slice(500)])
    }).pipe(Effect.provide(layer))
  })

  it.effect("take a number of fibers that depends on the batches, not on the ids", () => {
    const { layer } = on(has(() => true))
    const fibersFor = (count: number) =>
      Effect.gen(function* () {
        const records = yield* Records.Records
        let fibers = 0
        const counting = new Counting(() => fibers++)
        yield* Effect.supervised(records.getMany(idsTo(count)), counting)
        return fibers
      })
    return Effect.gen(function* () {
      yield* fibersFor(2)
      const [few, many, twoBatches] = [yield* fibersFor(2), yield* fibersFor(250), yield* fibersFor(500)]
      expect(few).toBeGreaterThan(0)
      expect(many).toBe(few)
      expect(twoBatches).toBeLessThanOrEqual(2 * few)
    }).pipe(Effect.provide(layer))
  })

  it.effect("end a wait at the first failure, and nothing more is requested", () =>
    Effect.gen(function* () {
      const stopped = yield* Deferred.make<void>()
      const arrived = yield* Deferred.make<void>()
      const { layer } = on((sent) =>
        askedBy(sent).ids.includes(idOf(1))
          ? Effect.zipRight(Deferred.await(arrived), Scripted.json({ code: "NO", message: "no" }, 401))
          : Deferred.succeed(arrived, undefined).pipe(
              Effect.zipRight(Effect.never),
              Effect.onInterrupt(() => Deferred.succeed(stopped, undefined))
            )
      )
      yield* Effect.gen(function* () {
        const records = yield* Records.Records
        expect(yield* Effect.flip(records.getMany(idsTo(500)))).toMatchObject({ _tag: "KaleidoscopeUnauthorized" })
        expect(yield* Deferred.isDone(stopped)).toBe(true)
      }).pipe(Effect.provide(layer))
    })
  )

  it.effect("have separate results: a missing id fails only its own callers", () => {
    const { asked, layer } = on(has((id) => id !== idOf(2)))
    return Effect.gen(function* () {
      const exits = yield* Effect.forEach([idOf(1), idOf(2), idOf(3), idOf(2)], (id) => Effect.either(get(id)), {
        concurrency: "unbounded"
      })
      expect(exits).toMatchObject([
        { right: { id: idOf(1) } },
        { left: { _tag: "KaleidoscopeNotFound", call: "Records.get", missing: [idOf(2)] } },
        { right: { id: idOf(3) } },
        { left: { _tag: "KaleidoscopeNotFound", missing: [idOf(2)] } }
      ])
      expect(asked()).toEqual([[idOf(1), idOf(2), idOf(3)], [idOf(2)]])
    }).pipe(Effect.provide(layer))
  })

  it.effect("are matched in any letter case of the id", () => {
    const id = Ids.RecordId.make("ABCDEF00-0000-4000-8000-00000000000A")
    const { layer } = on(({ path }) =>
      path === "/records" ? Scripted.json([{ id: id.toLowerCase() }]) : Scripted.text(null, 500)
    )
    return Effect.gen(function* () {
      const [found] = yield* Effect.all([get(id), Effect.either(get(idOf(1)))], { concurrency: "unbounded" })
      expect(found.id).toBe(id.toLowerCase())
    }).pipe(Effect.provide(layer))
  })

  it.effect("are requested singly if there is one, or if an id is not a UUID", () => {
    const { layer, sent } = on(has(() => true))
    return Effect.gen(function* () {
      yield* get(idOf(1))
      yield* Effect.forEach([idOf(2), idOf(2)], get, { concurrency: "unbounded" })
      const [comma, word] = [Ids.RecordId.make(`${idOf(3)},${idOf(4)}`), Ids.RecordId.make("EK-0001")]
      const found = yield* Effect.forEach([comma, word, idOf(5), idOf(6)], get, { concurrency: "unbounded" })
      expect(idsOf(found)).toEqual([comma, word, idOf(5), idOf(6)])
      expect(sent.map(askedBy)).toEqual([
        { alone: true, ids: [idOf(1)] },
        { alone: true, ids: [idOf(2)] },
        { alone: true, ids: [comma] },
        { alone: true, ids: [word] },
        { alone: false, ids: [idOf(5), idOf(6)] }
      ])
    }).pipe(Effect.provide(layer))
  })

  it.effect("are requested singly if the server refuses the batch", () => {
    const forbidden = Scripted.json({ code: "FORBIDDEN", message: "not yours" }, 403)
    const { asked, layer } = on((sent, nth) =>
      askedBy(sent).ids.includes(idOf(2)) ? forbidden : has((id) => id !== idOf(3))(sent, nth)
    )
    return Effect.gen(function* () {
      const exits = yield* Effect.forEach(idsTo(4), (id) => Effect.either(get(id)), { concurrency: "unbounded" })
      expect(exits).toMatchObject([
        { right: { id: idOf(1) } },
        { left: { _tag: "KaleidoscopeForbidden", call: "Records.get", path: `/records/${idOf(2)}` } },
        { left: { _tag: "KaleidoscopeNotFound", missing: [idOf(3)] } },
        { right: { id: idOf(4) } }
      ])
      expect(asked()).toEqual([idsTo(4), [idOf(1)], [idOf(2)], [idOf(3)], [idOf(4)]])
    }).pipe(Effect.provide(layer))
  })

  for (const [status, tag, tries] of [
    [401, "KaleidoscopeUnauthorized", 1],
    [408, "KaleidoscopeUnexpectedStatus", 3],
    [500, "KaleidoscopeServerError", 3]
  ] as const) {
    it.effect(`all fail after a ${status} response, and are not requested singly`, () => {
      const { asked, layer } = on(() => Scripted.json({ code: "NO", message: "no" }, status))
      return Effect.gen(function* () {
        const exits = yield* Effect.forEach(idsTo(3), (id) => Effect.flip(get(id)), { concurrency: "unbounded" })
        expect(exits).toMatchObject([{ _tag: tag }, { _tag: tag }, { _tag: tag }])
        expect(asked()).toEqual(Array.from({ length: tries }, () => idsTo(3)))
      }).pipe(Effect.provide(layer))
    })
  }

  it.effect("are left out of the request if their caller was interrupted before", () => {
    const { asked, layer } = on(has(() => true))
    return Effect.gen(function* () {
      const first = yield* Effect.fork(get(idOf(1)))
      const twice = yield* Effect.fork(get(idOf(2)))
      const again = yield* Effect.fork(get(idOf(2)))
      const last = yield* Effect.fork(get(idOf(3)))
      yield* settle
      yield* Fiber.interrupt(first)
      yield* Fiber.interrupt(twice)
      expect(idsOf([yield* Fiber.join(again), yield* Fiber.join(last)])).toEqual([idOf(2), idOf(3)])
      expect(asked()).toEqual([[idOf(2), idOf(3)]])
    }).pipe(Effect.provide(layer))
  })

  it.effect("are not requested if all callers were interrupted", () => {
    const { asked, layer } = on(has(() => true))
    return Effect.gen(function* () {
      const fibers = yield* Effect.forEach(idsTo(3), (id) => Effect.fork(get(id)))
      yield* settle
      yield* Fiber.interruptAll(fibers)
      expect((yield* get(idOf(4))).id).toBe(idOf(4))
      expect(asked()).toEqual([[idOf(4)]])
    }).pipe(Effect.provide(layer))
  })

  it.effect("stay in flight until the last waiting caller is interrupted", () =>
    Effect.gen(function* () {
      const arrived = yield* Deferred.make<void>()
      const stopped = yield* Deferred.make<void>()
      const { layer } = on(() =>
        Deferred.succeed(arrived, undefined).pipe(
          Effect.zipRight(Effect.never),
          Effect.onInterrupt(() => Deferred.succeed(stopped, undefined))
        )
      )
      yield* Effect.gen(function* () {
        const first = yield* Effect.fork(get(idOf(1)))
        const second = yield* Effect.fork(get(idOf(2)))
        yield* Deferred.await(arrived)
        expect(Exit.isInterrupted(yield* Fiber.interrupt(first))).toBe(true)
        yield* settle
        expect(yield* Deferred.isDone(stopped)).toBe(false)
        expect(Exit.isInterrupted(yield* Fiber.interrupt(second))).toBe(true)
        expect(yield* Deferred.isDone(stopped)).toBe(true)
      }).pipe(Effect.provide(layer))
    })
  )

  it.effect("go on if one waiting caller is interrupted", () =>
    Effect.gen(function* () {
      const arrived = yield* Deferred.make<void>()
      const answer = yield* Deferred.make<void>()
      const { layer } = on((sent, nth) =>
        Deferred.succeed(arrived, undefined).pipe(
          Effect.zipRight(Deferred.await(answer)),
          Effect.zipRight(has(() => true)(sent, nth))
        )
      )
      yield* Effect.gen(function* () {
        const first = yield* Effect.fork(get(idOf(1)))
        const second = yield* Effect.fork(get(idOf(2)))
        yield* Deferred.await(arrived)
        yield* Fiber.interrupt(first)
        yield* Deferred.succeed(answer, undefined)
        expect((yield* Fiber.join(second)).id).toBe(idOf(2))
      }).pipe(Effect.provide(layer))
    })
  )

  it.effect("are batched only with calls under the same policy", () => {
    const { asked, layer } = on(has(() => true))
    return Effect.gen(function* () {
      const records = yield* Records.Records
      yield* Effect.all(
        [
          get(idOf(1)),
          get(idOf(2)).pipe(RequestPolicy.withTimeout("5 seconds")),
          records.getMany([idOf(3), idOf(4), idOf(3)]).pipe(RequestPolicy.withoutRetry),
          get(idOf(5))
        ],
        { concurrency: "unbounded" }
      )
      expect(asked().toSorted()).toEqual([[idOf(1), idOf(5)], [idOf(2)], [idOf(3), idOf(4)]])
    }).pipe(Effect.provide(layer))
  })

  it.effect("are requested under the policy of the call", () => {
    const { asked, layer } = on(() => Scripted.text(null, 500))
    return Effect.gen(function* () {
      const records = yield* Records.Records
      const failure = yield* Effect.flip(records.findMany(idsTo(2)).pipe(RequestPolicy.withoutRetry))
      expect(failure).toMatchObject({ _tag: "KaleidoscopeServerError", call: "Records.findMany", attempts: 1 })
      expect(asked()).toEqual([idsTo(2)])
    }).pipe(Effect.provide(layer))
  })

  it.effect("are requested once if their ids differ only in letter case", () => {
    const id = Ids.RecordId.make("abcdef00-0000-4000-8000-00000000000a")
    const { asked, layer } = on(has(() => true))
    return Effect.gen(function* () {
      const ids = [id, Ids.RecordId.make(id.toUpperCase()), idOf(1)]
      expect(idsOf(yield* Effect.forEach(ids, get, { concurrency: "unbounded" }))).toEqual([id, id, idOf(1)])
      expect(asked()).toEqual([[id, idOf(1)]])
    }).pipe(Effect.provide(layer))
  })

  /** A server that hands out no more records than this at once, or looks at no more of the ids that it is asked for. */
  const sparing =
    (most: number, way: "hands out" | "looks at", isThere: (id: string) => boolean = () => true): Scripted.Script =>
    (sent) => {
      const { alone, ids } = askedBy(sent)
      const found = (way === "looks at" ? ids.slice(0, most) : ids).filter(isThere).map((id) => ({ id }))
      return alone ? (found[0] === undefined ? notFound : Scripted.json(found[0])) : Scripted.json(found.slice(0, most))
    }

  for (const way of ["hands out", "looks at"] as const) {
    for (const most of [5, 100, 249]) {
      it.effect(`are all found if the server ${way} ${most} at once, by whatever method`, () => {
        const { layer } = on(sparing(most, way))
        return Effect.gen(function* () {
          const records = yield* Records.Records
          const ids = idsTo(300)
          expect(idsOf(yield* records.getMany(ids))).toEqual(ids)
          expect(idsOf(yield* records.findMany(ids))).toEqual(ids)
          const found = yield* Effect.forEach(ids, (id) => records.find(id), { concurrency: "unbounded" })
          expect(found.filter(Option.isSome).length).toBe(300)
        }).pipe(Effect.provide(layer))
      })
    }

    it.effect(`are found among many missing ones if the server ${way} 60 at once`, () => {
      const { layer } = on(sparing(60, way, (id) => id > idOf(200)))
      return Effect.gen(function* () {
        const records = yield* Records.Records
        expect(idsOf(yield* records.findMany(idsTo(250)))).toEqual(idsTo(250).slice(200))
      }).pipe(Effect.provide(layer))
    })
  }

  it.effect("are all found by a stream if the server returns few at once", () => {
    const { layer } = on((sent, nth) =>
      sent.path === "/records/search" ? Scripted.json(idsTo(600)) : sparing(99, "hands out")(sent, nth)
    )
    return Effect.gen(function* () {
      const records = yield* Records.Records
      expect(idsOf(yield* Stream.runCollect(records.stream({})))).toEqual(idsTo(600))
    }).pipe(Effect.provide(layer))
  })

  it.effect("count as missing after they were left out twice: 250 of them take six requests", () => {
    const { asked, layer } = on(has(() => false))
    return Effect.gen(function* () {
      const records = yield* Records.Records
      expect(yield* records.findMany(idsTo(250))).toEqual([])
      expect(asked().map((ids) => ids.length)).toEqual([250, 50, 50, 50, 50, 50])
    }).pipe(Effect.provide(layer))
  })

  it.effect("are returned although the repeated request for the others fails", () => {
    const { layer } = on((sent, nth) => (nth === 1 ? has((id) => id === idOf(1))(sent, nth) : Scripted.text(null, 500)))
    return Effect.gen(function* () {
      const exits = yield* Effect.forEach(idsTo(3), (id) => Effect.either(get(id)), { concurrency: "unbounded" })
      expect(exits).toMatchObject([
        { right: { id: idOf(1) } },
        { left: { _tag: "KaleidoscopeServerError" } },
        { left: { _tag: "KaleidoscopeServerError" } }
      ])
    }).pipe(Effect.provide(layer))
  })

  it.effect("are not cached, neither records nor failures", () => {
    const { asked, layer } = on((sent, nth) => (nth === 2 ? notFound : has(() => true)(sent, nth)))
    return Effect.gen(function* () {
      const records = yield* Records.Records
      expect(Option.isSome(yield* records.find(idOf(1)))).toBe(true)
      expect(yield* records.find(idOf(1))).toEqual(Option.none())
      expect(Option.isSome(yield* records.find(idOf(1)))).toBe(true)
      expect(asked()).toEqual([[idOf(1)], [idOf(1)], [idOf(1)]])
    }).pipe(Effect.provide(layer))
  })

  it.effect("all die if the client has a defect", () => {
    const { layer } = on(() => Effect.die(new Error("a defect")))
    return Effect.gen(function* () {
      const exits = yield* Effect.forEach(idsTo(2), (id) => Effect.exit(get(id)), { concurrency: "unbounded" })
      for (const exit of exits) {
        assert(Exit.isFailure(exit))
        expect(String(exit.cause)).toContain("a defect")
      }
    }).pipe(Effect.provide(layer))
  })
})

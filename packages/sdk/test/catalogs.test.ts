import type * as HttpClient from "@effect/platform/HttpClient"
import { Auth, Programs, RequestPolicy } from "@effect-kaleidoscope/sdk"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/TestClock"
import { describe, expect, it } from "../../../test/vitest.js"
import * as Catalog from "../src/internal/catalog/catalog.js"
import * as Nearest from "../src/internal/catalog/nearest.js"
import * as Api from "../src/internal/request/api.js"
import * as Call from "../src/internal/request/call.js"
import * as Errors from "../src/internal/request/errors.js"
import { processorTime } from "./support/processorTime.js"
import * as Scripted from "./support/scripted.js"
import { AuthToken, jumping, services, settle, url } from "./support/workspace.js"

/** A server with programs that can be changed, whose answers can be held back: what it lists is what there is when it is asked. */
const programsServer = (titles: ReadonlyArray<string>) => {
  const state = { titles: [...titles], down: false }
  let gate: Deferred.Deferred<void> | undefined
  let interrupted = 0
  const item = (title: string) => ({ id: `id-of-${title}`, title })
  const listed = () =>
    state.titles.map((title, index, all) =>
      all.indexOf(title) === index ? item(title) : { id: `id-of-${title}-at-${index}`, title }
    )
  const server = Scripted.make(({ body, method, path }) =>
    Effect.suspend(() => {
      if (state.down) return Scripted.text(null, 403)
      if (method === "POST") {
        const { title } = JSON.parse(body)
        state.titles.push(title)
        return Scripted.json(item(title), 201)
      }
      if (method === "PUT") return Scripted.json({ id: path.split("/").at(-1), title: JSON.parse(body).title })
      const held = gate
      const now = listed()
      return held === undefined
        ? Scripted.json(now)
        : Effect.zipRight(Deferred.await(held), Scripted.json(now)).pipe(
            Effect.onInterrupt(() => Effect.sync(() => interrupted++))
          )
    })
  )
  return {
    ...server,
    state,
    hold: Effect.map(Deferred.make<void>(), (deferred) => {
      gate = deferred
      return Effect.suspend(() => {
        gate = undefined
        return Deferred.succeed(deferred, undefined)
      })
    }),
    interrupted: () => interrupted,
    lists: () => server.sent.filter(({ method }) => method === "GET").length,
    updated: () => server.sent.filter(({ method }) => method === "PUT").map(({ path }) => path)
  }
}

const rename = (title: string) =>
  Effect.flatMap(Programs.Programs, (programs) => programs.update({ title }, { title: "changed" }))

/** A catalog of no service: to turn a title into an id without a write, which would drop what was read. */
const catalog = Effect.map(Api.make, (api) =>
  Catalog.make(api, {
    kind: "program",
    call: Call.read("Test.list", "GET /programs", {
      success: Schema.Array(Programs.Program),
      errors: Errors.common,
      known: "seen"
    }),
    names: ["title"]
  })
)

const resolveName = (title: string) => Effect.flatMap(catalog, ({ resolve }) => resolve({ title }))

const list = Effect.flatMap(Programs.Programs, (programs) => programs.list)

/** The services, and what they are made of: the catalogs belong to the credential and the client. */
const withClient = (client: Layer.Layer<HttpClient.HttpClient>, auth: Layer.Layer<Auth.Auth>) =>
  Layer.mergeAll(services(client, auth), client, auth)

describe("list", () => {
  it.effect("sends a request each time", () => {
    const server = programsServer(["A"])
    return Effect.gen(function* () {
      expect((yield* list).length).toBe(1)
      server.state.titles.push("B")
      expect((yield* list).length).toBe(2)
      expect(server.lists()).toBe(2)
    }).pipe(Effect.provide(services(server.layer)))
  })

  it.effect("get and find share one request in the same moment", () => {
    const server = programsServer(["A", "B"])
    return Effect.gen(function* () {
      const programs = yield* Programs.Programs
      const fibers = yield* Effect.forEach(Array.from({ length: 100 }), (_, index) =>
        Effect.fork(index % 2 === 0 ? Effect.asVoid(programs.list) : Effect.asVoid(programs.get({ title: "B" })))
      )
      yield* Effect.forEach(fibers, Fiber.join)
      expect(server.lists()).toBe(1)
    }).pipe(Effect.provide(services(server.layer)))
  })

  it.effect("does not join a request that was sent before", () => {
    const server = programsServer(["A"])
    return Effect.gen(function* () {
      const release = yield* server.hold
      const first = yield* Effect.fork(list)
      yield* settle
      server.state.titles.push("B")
      const second = yield* Effect.fork(list)
      yield* settle
      yield* release
      expect([(yield* Fiber.join(first)).length, (yield* Fiber.join(second)).length]).toEqual([1, 2])
    }).pipe(Effect.provide(services(server.layer)))
  })

  it.effect("continues if one waiting caller is interrupted, and stops with the last", () => {
    const server = programsServer(["A"])
    return Effect.gen(function* () {
      const release = yield* server.hold
      const fibers = yield* Effect.forEach(Array.from({ length: 3 }), () => Effect.fork(list))
      yield* settle
      const [first, second, third] = fibers
      if (first === undefined || second === undefined || third === undefined) return
      yield* Fiber.interrupt(first)
      yield* Fiber.interrupt(second)
      expect(server.interrupted()).toBe(0)
      yield* release
      expect((yield* Fiber.join(third)).length).toBe(1)

      yield* server.hold
      const others = yield* Effect.forEach(Array.from({ length: 3 }), () => Effect.fork(list))
      yield* settle
      yield* Fiber.interruptAll(others)
      expect([server.interrupted(), server.lists()]).toEqual([1, 2])
    }).pipe(Effect.provide(services(server.layer)))
  })

  it.effect("fails for all waiting callers, and the next call sends a new request", () => {
    const server = programsServer(["A"])
    return Effect.gen(function* () {
      server.state.down = true
      yield* Effect.all(
        Array.from({ length: 10 }, () => Effect.flip(list)),
        { concurrency: "unbounded" }
      )
      expect(server.lists()).toBe(1)
      server.state.down = false
      expect((yield* list).length).toBe(1)
    }).pipe(Effect.provide(services(server.layer)))
  })

  it.effect("is not shared by a call under a policy of its own", () => {
    const server = programsServer(["A"])
    return Effect.gen(function* () {
      yield* Effect.all([list, RequestPolicy.withoutRetry(list), list], { concurrency: "unbounded" })
      expect(server.lists()).toBe(2)
    }).pipe(Effect.provide(services(server.layer)))
  })
})

describe("a name in an argument", () => {
  for (const [what, settings, seconds] of [
    ["a minute", {}, 60],
    ["as long as the credential says", { catalogTimeToLive: "5 seconds" }, 5],
    ["no time, if the credential says so", { catalogTimeToLive: 0 }, 0]
  ] as const) {
    it.effect(`is looked up in the cache for ${what}`, () => {
      const server = programsServer(["A", "B"])
      const auth = Auth.layerToken({ token: Redacted.make("t"), url, ...settings })
      const resolve = resolveName("A")
      return Effect.gen(function* () {
        yield* (yield* catalog).list
        yield* TestClock.adjust(Math.max(0, seconds * 1000 - 1))
        yield* resolve
        expect(server.lists()).toBe(seconds === 0 ? 2 : 1)
        if (seconds === 0) return
        yield* TestClock.adjust(1)
        yield* resolve
        expect(server.lists()).toBe(2)
      }).pipe(Effect.provide(withClient(server.layer, auth)))
    })
  }

  for (const hours of [-1, 1]) {
    it.effect(`is looked up in the cache for a minute, although the time of day jumps by ${hours} h`, () => {
      const server = programsServer(["A", "B"])
      return Effect.gen(function* () {
        const { jump, on } = yield* jumping
        yield* on((yield* catalog).list)
        yield* jump(hours * 3_600_000)
        yield* TestClock.adjust(59_999)
        yield* on(resolveName("A"))
        expect(server.lists()).toBe(1)
        yield* TestClock.adjust(1)
        yield* on(resolveName("A"))
        expect(server.lists()).toBe(2)
      }).pipe(Effect.provide(withClient(server.layer, AuthToken)))
    })
  }

  it.effect("that is not in the cache causes one new request before it counts as unknown", () => {
    const server = programsServer(["A"])
    return Effect.gen(function* () {
      yield* list
      server.state.titles.push("B")
      yield* rename("B")
      expect(server.updated()).toEqual(["/programs/id-of-B"])
      expect(yield* Effect.flip(rename("C"))).toMatchObject({
        _tag: "KaleidoscopeUnknownReference",
        call: "Programs.update",
        reference: 'program {"title":"C"}',
        attempts: 0,
        outcome: "none"
      })
      expect(server.updated().length).toBe(1)
    }).pipe(Effect.provide(services(server.layer)))
  })

  it.effect("of several items is ambiguous, and the error has their ids", () => {
    const server = programsServer(["A", "A"])
    return Effect.gen(function* () {
      expect(yield* Effect.flip(rename("A"))).toMatchObject({
        _tag: "KaleidoscopeAmbiguousReference",
        ids: ["id-of-A", "id-of-A-at-1"]
      })
      expect(server.updated()).toEqual([])
    }).pipe(Effect.provide(services(server.layer)))
  })

  it.effect("is looked up again after a failure, which is not cached", () => {
    const server = programsServer(["A"])
    return Effect.gen(function* () {
      server.state.down = true
      expect(yield* Effect.flip(rename("A"))).toMatchObject({ _tag: "KaleidoscopeForbidden", call: "Programs.update" })
      server.state.down = false
      yield* rename("A")
      expect(server.updated()).toEqual(["/programs/id-of-A"])
    }).pipe(Effect.provide(services(server.layer)))
  })

  it.effect("is looked up again after the SDK's own write, successful or not", () => {
    const server = programsServer(["A"])
    return Effect.gen(function* () {
      yield* rename("A")
      yield* rename("A")
      expect(server.lists()).toBe(2)
      server.state.down = true
      yield* Effect.flip(Effect.flatMap(Programs.Programs, (programs) => programs.create({ title: "B" })))
      server.state.down = false
      yield* rename("A")
      expect(server.lists()).toBe(3)
    }).pipe(Effect.provide(services(server.layer)))
  })

  it.effect("is not looked up in a response that was requested before a write", () => {
    const server = programsServer(["A"])
    return Effect.gen(function* () {
      const programs = yield* Programs.Programs
      const release = yield* server.hold
      const before = yield* Effect.fork(Effect.flip(rename("B")))
      yield* settle
      yield* programs.create({ title: "B" })
      const after = yield* Effect.fork(rename("B"))
      yield* settle
      yield* release
      // It was asked before there was a B, and fails; it neither answers the one after the write nor stays.
      expect((yield* Fiber.join(before))._tag).toBe("KaleidoscopeUnknownReference")
      yield* Fiber.join(after)
      expect(server.updated()).toEqual(["/programs/id-of-B"])
    }).pipe(Effect.provide(services(server.layer)))
  })

  it.effect("shares one request with concurrent lookups", () => {
    const server = programsServer(["A"])
    return Effect.gen(function* () {
      const release = yield* server.hold
      const fibers = yield* Effect.forEach(Array.from({ length: 50 }), () => Effect.fork(resolveName("A")))
      yield* settle
      const [first] = fibers
      if (first !== undefined) yield* Fiber.interrupt(first)
      yield* release
      yield* Effect.forEach(fibers.slice(1), Fiber.join)
      expect(server.lists()).toBe(1)
    }).pipe(Effect.provide(withClient(server.layer, AuthToken)))
  })

  it.effect("is not needed if an id or a model is given", () => {
    const server = programsServer(["A"])
    return Effect.gen(function* () {
      const programs = yield* Programs.Programs
      const [program] = yield* programs.list
      if (program === undefined) return
      yield* programs.update(program, { title: "changed" })
      yield* programs.update(program.id, { title: "changed" })
      expect(server.lists()).toBe(1)
      expect(server.updated()).toEqual(["/programs/id-of-A", "/programs/id-of-A"])
    }).pipe(Effect.provide(services(server.layer)))
  })
})

describe("the error message of an unknown or ambiguous name", () => {
  const message = (titles: ReadonlyArray<string>, title: string) =>
    Effect.provide(
      Effect.map(Effect.flip(rename(title)), (error) => error.message),
      services(programsServer(titles).layer)
    )

  const many = Array.from({ length: 5000 }, (_, index) => `Programme ${index}`)

  for (const [what, known, asked, meant] of [
    ["a letter is left out", ["Apollo", "Gemini"], "Apolo", "Apollo"],
    ["two letters changed places", ["Apollo", "Gemini"], "Gemnii", "Gemini"],
    ["the case is another", ["Apollo", "Gemini"], "APOLLO", "Apollo"],
    ["a space is too much", ["Apollo", "Gemini"], " Apollo", "Apollo"],
    ["a character does not show", ["Apollo", "Gemini"], "Apol\u200blo", "Apollo"],
    ["a character has another form", ["Caf\u00e9", "Gemini"], "Cafe\u0301", "Caf\u00e9"],
    ["words are joined otherwise", ["Phase two", "Gemini"], "phase_two", "Phase two"],
    ["it is the beginning of one", ["IC50 (nM)", "Gemini"], "IC50", "IC50 (nM)"],
    ["it is the nearest of many", [...many, "Apollo"], "Apolllo", "Apollo"]
  ] as const) {
    it.effect(`suggests the nearest name: ${what}`, () =>
      Effect.gen(function* () {
        expect(yield* message(known, asked)).toContain(`: did you mean ${JSON.stringify(meant)}?`)
      })
    )
  }

  it.effect("mentions names that look alike", () =>
    Effect.gen(function* () {
      expect(yield* message(["Apollo"], "apollo ")).toContain("The two differ only in case, spaces, or characters")
      expect(yield* message(["Apollo"], "Apolo")).not.toContain("differ")
    })
  )

  it.effect("shows invisible characters of a known name", () =>
    Effect.gen(function* () {
      expect(yield* message(["Apol\u200blo\u00a0 11"], "Apollo 11")).toContain('"Apol\\u{200b}lo\\u{a0} 11"')
    })
  )

  it.effect("suggests no distant name", () =>
    Effect.gen(function* () {
      for (const asked of ["Saturn", " ", "A", "x".repeat(100_000), "toString", "__proto__"]) {
        expect(yield* message(["Apollo", "Gemini", "", "B"], asked)).not.toContain("did you mean")
      }
    })
  )

  it("takes little time for long names and long lists", () => {
    const known = Array.from({ length: 20_000 }, (_, index) => `${index} `.repeat(50))
    const time = processorTime()
    Nearest.suggestion("0 1 ".repeat(25_000), known)
    expect(time()).toBeLessThan(10_000)
  })

  it.effect("is also in NotFound, for each missing name", () =>
    Effect.gen(function* () {
      const programs = yield* Programs.Programs
      expect((yield* Effect.flip(programs.get({ title: "Apolo" }))).message).toBe(
        'there is no program {"title":"Apolo"}: did you mean "Apollo"?'
      )
      expect(
        (yield* Effect.flip(programs.getMany([{ title: "apollo" }, { title: "Saturn" }, { title: "Gemin" }]))).message
      ).toBe(
        'there is no program {"title":"apollo"}: did you mean "Apollo"? The two differ only in case, spaces, or characters that look alike or do not show, no program {"title":"Saturn"}, no program {"title":"Gemin"}: did you mean "Gemini"?'
      )
    }).pipe(Effect.provide(services(programsServer(["Apollo", "Gemini"]).layer)))
  )

  it.effect("has the ids of all items with an ambiguous name", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(rename("A")).pipe(
        Effect.provide(
          services(
            Scripted.make(() =>
              Scripted.json(Array.from({ length: 12 }, (_, index) => ({ id: `program-${index}`, title: "A" })))
            ).layer
          )
        )
      )
      expect(error.message).toBe(
        '12 things match program {"title":"A"}: use one of these ids instead, program-0, program-1, program-2, program-3, program-4, program-5, program-6, program-7, program-8, program-9 and 2 more'
      )
    })
  )
})

import { assert, describe, expect, it } from "@effect/vitest"
import { Activities, EntityFields, Ids, Imports, type KaleidoscopeError, Records } from "@effect-kaleidoscope/sdk"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import * as Scripted from "./scripted.js"
import { onEmulator, onScript } from "./services.js"

const id = Ids.ImportId.make("6f1c4b43-0f0c-4e0d-8f6e-51a0b7b6a1d2")

type Tag = KaleidoscopeError.KaleidoscopeError["_tag"]

describe("a push", () => {
  for (const [name, body] of [
    ["without an id", {}],
    ["with an id that is null", { import_id: null }]
  ] as const) {
    it.effect(`answered ${name} fails, and says that it is done`, () =>
      Effect.gen(function* () {
        const { layer, sent } = onScript(Imports.layer, () => Scripted.json(body))
        const failure = yield* Effect.flatMap(Imports.Imports, (imports) =>
          imports.push({ key_field_names: ["id"], data: [{ id: "C-1" }] })
        ).pipe(Effect.flip, Effect.provide(layer))
        expect(failure).toMatchObject({
          _tag: "KaleidoscopeDecodeError" satisfies Tag,
          call: "Imports.push",
          at: "import_id",
          outcome: "done"
        })
        expect(sent.length).toBe(1)
      })
    )
  }

  it.effect("of what JSON cannot express is refused with its place", () =>
    Effect.gen(function* () {
      const { layer, sent } = onScript(Imports.layer, () => Scripted.json({ import_id: id }))
      const failure = yield* Effect.flatMap(Imports.Imports, (imports) =>
        imports.push({ key_field_names: ["id"], data: [{ id: "C-1" }, { id: "C-2", IC50: Number.NaN }] })
      ).pipe(Effect.flip, Effect.provide(layer))
      expect(failure).toMatchObject({ _tag: "KaleidoscopeInvalidRequest" satisfies Tag, at: "body.data[1].IC50" })
      expect(sent).toEqual([])
    })
  )
})

describe("waiting", () => {
  /** A server whose import goes through these states; the last one stays. */
  const going = (...states: ReadonlyArray<object>) => {
    let looks = 0
    const script = onScript(Imports.layer, () => {
      const state = states[Math.min(looks++, states.length - 1)]
      return Scripted.json({ id, ...state })
    })
    return { ...script, looks: () => looks }
  }

  it.effect("looks ever more seldom, tells what it sees, and ends when the import does", () =>
    Effect.gen(function* () {
      const { layer, looks } = going(
        { import_status: "pending", is_complete: false },
        { import_status: "something new" },
        { import_status: "processing", is_complete: false },
        { import_status: "done", is_complete: true, import_result: { records_created: 2 } }
      )
      const seen: Array<string | null> = []
      const fiber = yield* Effect.flatMap(Imports.Imports, (imports) =>
        imports.await(id, {
          onProgress: ({ import_status }) => Effect.sync(() => seen.push(import_status))
        })
      ).pipe(Effect.provide(layer), Effect.fork)
      yield* TestClock.adjust("499 millis")
      expect(looks()).toBe(1)
      yield* TestClock.adjust("1 millis")
      expect(looks()).toBe(2)
      yield* TestClock.adjust("750 millis")
      expect(looks()).toBe(3)
      yield* TestClock.adjust("1125 millis")
      const found = yield* Fiber.join(fiber)
      expect(found.import_result?.records_created).toBe(2)
      expect(seen).toEqual(["pending", "something new", "processing", "done"])
    })
  )

  it.effect("looks every ten seconds in the end", () =>
    Effect.gen(function* () {
      const { layer, looks } = going({ is_complete: false })
      const fiber = yield* Effect.flatMap(Imports.Imports, (imports) => imports.await(id)).pipe(
        Effect.provide(layer),
        Effect.fork
      )
      yield* TestClock.adjust("1 hour")
      const before = looks()
      yield* TestClock.adjust("100 seconds")
      expect(looks() - before).toBe(10)
      yield* Fiber.interrupt(fiber)
      yield* TestClock.adjust("1 hour")
      expect(looks() - before).toBe(10)
    })
  )

  it.effect("fails with ImportFailed, in the platform's words", () =>
    Effect.gen(function* () {
      const { layer } = going({ import_status: "failed", is_complete: true, error_message: "no key fields" })
      const seen: Array<string | null> = []
      const failure = yield* Effect.flatMap(Imports.Imports, (imports) =>
        imports.await(id, { onProgress: ({ import_status }) => Effect.sync(() => seen.push(import_status)) })
      ).pipe(Effect.flip, Effect.provide(layer))
      expect(failure).toMatchObject({
        _tag: "KaleidoscopeImportFailed" satisfies Tag,
        call: "Imports.await",
        importId: id,
        reason: "no key fields",
        message: `import ${id} failed: no key fields`
      })
      expect(seen).toEqual(["failed"])
    })
  )

  it.effect("gives the rows that were skipped as data", () =>
    Effect.gen(function* () {
      const { layer } = going({
        is_complete: true,
        import_result: { validation_result: { failed: 1, errors: [{ field_name: "IC50", value: "much", new: 1 }] } }
      })
      const found = yield* Effect.flatMap(Imports.Imports, (imports) => imports.await(id)).pipe(Effect.provide(layer))
      expect(Imports.rowErrors(found)).toMatchObject([{ field_name: "IC50", value: "much", new: 1 }])
    })
  )

  it.effect("fails with TimeoutError where the schedule ends before the import", () =>
    Effect.gen(function* () {
      const { layer, looks } = going({ is_complete: false })
      const fiber = yield* Effect.flatMap(Imports.Imports, (imports) =>
        imports.await(id, { schedule: Schedule.intersect(Schedule.spaced("1 second"), Schedule.recurs(2)) })
      ).pipe(Effect.flip, Effect.provide(layer), Effect.fork)
      yield* TestClock.adjust("2 seconds")
      expect(yield* Fiber.join(fiber)).toMatchObject({
        _tag: "KaleidoscopeTimeoutError" satisfies Tag,
        call: "Imports.await"
      })
      expect(looks()).toBe(3)
    })
  )
})

describe("a stream of rows", () => {
  interface Body {
    readonly key_field_names: ReadonlyArray<string>
    readonly data: ReadonlyArray<{ readonly id: string }>
  }

  /** A server that takes pushes; each import is done at the first look, unless a row is called otherwise. */
  const taking = () => {
    const pushes: Array<Body> = []
    let running = 0
    let most = 0
    const script = onScript(Imports.layer, (sent) => {
      if (sent.method === "POST") {
        const body: Body = JSON.parse(sent.body)
        if (body.data.some((row) => row.id === "forbidden")) return Scripted.json({ message: "no" }, 403)
        most = Math.max(most, ++running)
        return Scripted.json({ import_id: `import-${pushes.push(body) - 1}` })
      }
      running--
      const nth = Number(sent.path.split("-")[1])
      return pushes[nth]?.data.some((row) => row.id === "broken")
        ? Scripted.json({ id: `import-${nth}`, import_status: "failed", error_message: "broken" })
        : Scripted.json({ id: `import-${nth}`, is_complete: true })
    })
    return { ...script, pushes, most: () => most }
  }

  const rows = (...ids: ReadonlyArray<string>) => Stream.fromIterable(ids.map((id) => ({ id })))

  const options = { key_field_names: ["id"], rowsPerImport: 2 } as const

  it.effect("becomes imports, with a result for each, in order", () =>
    Effect.gen(function* () {
      const { layer, pushes } = taking()
      const results = yield* Effect.flatMap(Imports.Imports, (imports) =>
        Stream.runCollect(imports.pushStream(rows("a", "b", "c", "d", "e"), { ...options, set_name: "s" }))
      ).pipe(Effect.provide(layer))
      expect(pushes).toEqual([
        { key_field_names: ["id"], data: [{ id: "a" }, { id: "b" }], set_name: "s" },
        { key_field_names: ["id"], data: [{ id: "c" }, { id: "d" }], set_name: "s" },
        { key_field_names: ["id"], data: [{ id: "e" }], set_name: "s" }
      ])
      expect(
        Chunk.toReadonlyArray(results).map(({ first, importId, invalid, result, rows }) => [
          first,
          rows.map(({ id }) => id),
          invalid,
          importId,
          Either.map(
            result,
            Option.map(({ id }) => id)
          )
        ])
      ).toEqual([
        [0, ["a", "b"], [], Option.some("import-0"), Either.right(Option.some("import-0"))],
        [2, ["c", "d"], [], Option.some("import-1"), Either.right(Option.some("import-1"))],
        [4, ["e"], [], Option.some("import-2"), Either.right(Option.some("import-2"))]
      ])
    })
  )

  it.effect("goes on where some of it fails, and says which rows that were", () =>
    Effect.gen(function* () {
      const { layer } = taking()
      const results = yield* Effect.flatMap(Imports.Imports, (imports) =>
        Stream.runCollect(imports.pushStream(rows("a", "forbidden", "broken", "d", "e"), options))
      ).pipe(Effect.provide(layer))
      expect(Chunk.toReadonlyArray(results)).toMatchObject([
        {
          first: 0,
          rows: [{ id: "a" }, { id: "forbidden" }],
          importId: { _tag: "None" },
          result: { _tag: "Left", left: { _tag: "KaleidoscopeForbidden" satisfies Tag, call: "Imports.pushStream" } }
        },
        {
          first: 2,
          importId: { _tag: "Some" },
          result: { _tag: "Left", left: { _tag: "KaleidoscopeImportFailed" satisfies Tag, reason: "broken" } }
        },
        { first: 4, result: { _tag: "Right" } }
      ])
    })
  )

  it.effect("has so many imports under way, and pulls no more rows meanwhile", () =>
    Effect.gen(function* () {
      const { layer, most, pushes } = taking()
      let pulled = 0
      const source = Stream.fromIterable(Array.from({ length: 40 }, (_, index) => ({ id: `${index}` }))).pipe(
        Stream.rechunk(1),
        Stream.tap(() => Effect.sync(() => pulled++))
      )
      const ahead: Array<number> = []
      yield* Effect.flatMap(Imports.Imports, (imports) =>
        imports
          .pushStream(source, { ...options, concurrency: 3 })
          .pipe(Stream.runForEach(() => Effect.sync(() => ahead.push(pulled - pushes.length * 2))))
      ).pipe(Effect.provide(layer))
      expect(pushes.length).toBe(20)
      expect(most()).toBe(3)
      expect(Math.max(...ahead)).toBeLessThanOrEqual(8)
    })
  )

  it.effect("waits no longer than it is told for rows that come slowly", () =>
    Effect.gen(function* () {
      const { layer, pushes } = taking()
      const fiber = yield* Effect.flatMap(Imports.Imports, (imports) =>
        imports
          .pushStream(Stream.concat(rows("a"), Stream.never), { ...options, within: "10 seconds" })
          .pipe(Stream.take(1), Stream.runDrain)
      ).pipe(Effect.provide(layer), Effect.fork)
      yield* TestClock.adjust("9 seconds")
      expect(pushes).toEqual([])
      yield* TestClock.adjust("1 seconds")
      yield* Fiber.join(fiber)
      expect(pushes.length).toBe(1)
    })
  )

  it.effect("encodes typed rows, and leaves out those that do not fit, one by one", () =>
    Effect.gen(function* () {
      const { layer, pushes } = taking()
      const schema = Schema.Struct({ id: Schema.String, IC50: Schema.Positive, measured: Schema.Date })
      const day = new Date("2025-10-17T00:00:00.000Z")
      const typed = [
        { id: "a", IC50: 1, measured: day },
        { id: "b", IC50: -1, measured: day },
        { id: "c", IC50: Number.POSITIVE_INFINITY, measured: day },
        { id: "d", IC50: -2, measured: day }
      ]
      const results = yield* Effect.flatMap(Imports.Imports, (imports) =>
        Stream.runCollect(imports.pushStream(Stream.fromIterable(typed), { ...options, schema }))
      ).pipe(Effect.provide(layer))
      expect(pushes.map(({ data }) => data)).toEqual([[{ id: "a", IC50: 1, measured: "2025-10-17T00:00:00.000Z" }]])
      const [first, second] = Chunk.toReadonlyArray(results)
      assert(first !== undefined && second !== undefined)
      expect(first.rows).toEqual(typed.slice(0, 2))
      expect(first.invalid).toEqual([
        { index: 1, row: typed[1], reason: expect.stringContaining("a positive number, actual -1") }
      ])
      expect(second.invalid.map(({ index, reason }) => [index, reason.split("\n")[0]])).toEqual([
        [2, "IC50 cannot be sent: Infinity has no form in JSON"],
        [3, expect.any(String)]
      ])
      expect(second.result).toEqual(Either.right(Option.none()))
    })
  )

  it.effect("fails with what its source fails with", () =>
    Effect.gen(function* () {
      const { layer } = taking()
      const failure = yield* Effect.flatMap(Imports.Imports, (imports) =>
        Stream.runDrain(imports.pushStream(Stream.concat(rows("a", "b"), Stream.fail("unplugged" as const)), options))
      ).pipe(Effect.flip, Effect.provide(layer))
      expect(failure).toBe("unplugged")
    })
  )
})

describe("on the emulator", () => {
  const services = Layer.mergeAll(Imports.layer, Records.layer, Activities.layer, EntityFields.layer)

  it.effect("what is pushed is there when the import is done", () =>
    Effect.gen(function* () {
      const imports = yield* Imports.Imports
      const records = yield* Records.Records
      const fields = yield* EntityFields.EntityFields
      const keyField = (yield* fields.listKeyFields)[0]
      assert(keyField !== undefined && keyField.field_name !== null)
      const key = keyField.field_name
      const importId = yield* imports.push({
        key_field_names: [key],
        data: [{ [key]: "SDK-0001", "Measured by the SDK": 42 }]
      })
      const fiber = yield* Effect.fork(imports.await(importId))
      yield* TestClock.adjust("1 minute")
      const done = yield* Fiber.join(fiber)
      expect(Imports.rowErrors(done)).toEqual([])
      expect(done.import_result).toMatchObject({ records_created: 1 })
      const record = yield* records.get({ key_values: { [key]: "SDK-0001" } })
      const field = yield* fields.getDataField({ field_name: "Measured by the SDK" })
      expect(Option.flatMap(Records.latestContent(record, { field }), Records.asNumber)).toEqual(Option.some(42))
      expect((yield* imports.list({ is_complete: true })).map(({ id }) => id)).toContain(importId)
    }).pipe(Effect.provide(onEmulator(services)))
  )
})

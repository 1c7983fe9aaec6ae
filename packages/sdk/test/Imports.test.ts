import {
  Activities,
  EntityFields,
  Ids,
  Imports,
  type KaleidoscopeError,
  Records,
  RequestPolicy
} from "@effect-kaleidoscope/sdk"
import * as Chunk from "effect/Chunk"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import { assert, describe, expect, it } from "../../../test/vitest.js"
import { fields } from "./support/fields.js"
import { processorTime } from "./support/processorTime.js"
import * as Scripted from "./support/scripted.js"
import { onEmulator, onScript } from "./support/services.js"
import { passing } from "./support/workspace.js"

const id = Ids.ImportId.make("6f1c4b43-0f0c-4e0d-8f6e-51a0b7b6a1d2")

type Tag = KaleidoscopeError.KaleidoscopeError["_tag"]

/** A workspace whose records have an id, and some values. */
const withId = fields(["id"], ["IC50", "measured"])

describe("a push", () => {
  for (const [name, body] of [
    ["without an id", {}],
    ["with an id that is null", { import_id: null }],
    ["with an id that is empty", { import_id: "" }]
  ] as const) {
    it.effect(`with the response ${name} fails with the outcome done`, () =>
      Effect.gen(function* () {
        const { layer, sent } = onScript(
          Imports.layer,
          withId(() => Scripted.json(body))
        )
        const failure = yield* Effect.flatMap(Imports.Imports, (imports) =>
          imports.push({ key_field_names: ["id"], data: [{ id: "C-1" }] })
        ).pipe(Effect.flip, Effect.provide(layer))
        expect(failure).toMatchObject({
          _tag: "KaleidoscopeDecodeError" satisfies Tag,
          call: "Imports.push",
          at: "import_id",
          outcome: "done"
        })
        expect(sent.filter(({ method }) => method === "POST").length).toBe(1)
      })
    )
  }

  it.effect("of a value that JSON cannot express is refused with its path", () =>
    Effect.gen(function* () {
      const { layer, sent } = onScript(
        Imports.layer,
        withId(() => Scripted.json({ import_id: id }))
      )
      const failure = yield* Effect.flatMap(Imports.Imports, (imports) =>
        imports.push({ key_field_names: ["id"], data: [{ id: "C-1" }, { id: "C-2", IC50: Number.NaN }] })
      ).pipe(Effect.flip, Effect.provide(layer))
      expect(failure).toMatchObject({ _tag: "KaleidoscopeInvalidRequest" satisfies Tag, at: "body.data[1].IC50" })
      expect(sent.filter(({ method }) => method === "POST")).toEqual([])
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

  it.effect("polls less and less often, reports progress, and ends with the import", () =>
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
      yield* TestClock.adjust("49 millis")
      expect(looks()).toBe(1)
      yield* TestClock.adjust("1 millis")
      expect(looks()).toBe(2)
      yield* TestClock.adjust("100 millis")
      expect(looks()).toBe(3)
      yield* TestClock.adjust("200 millis")
      const found = yield* Fiber.join(fiber)
      expect(found.import_result?.records_created).toBe(2)
      expect(seen).toEqual(["pending", "something new", "processing", "done"])
    })
  )

  it.effect("polls every ten seconds at last, without an end if the option says so", () =>
    Effect.gen(function* () {
      const { layer, looks } = going({ is_complete: false })
      const fiber = yield* Effect.flatMap(Imports.Imports, (imports) =>
        imports.await(id, { timeout: Duration.infinity })
      ).pipe(Effect.provide(layer), Effect.fork)
      yield* TestClock.adjust("1 hour")
      const before = looks()
      yield* TestClock.adjust("100 seconds")
      expect(looks() - before).toBe(10)
      yield* Fiber.interrupt(fiber)
      yield* TestClock.adjust("1 hour")
      expect(looks() - before).toBe(10)
    })
  )

  it.effect("fails with ImportFailed and the message of the platform", () =>
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

  it.effect("returns the skipped rows as data", () =>
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

  const waitFor = (state: object, options: Imports.AwaitOptions = {}) => {
    const { layer, looks } = going(state)
    return {
      looks,
      wait: Effect.flatMap(Imports.Imports, (imports) => imports.await(id, options)).pipe(
        Effect.provide(layer),
        Effect.either
      )
    }
  }

  for (const state of [
    { import_status: "cancelled" },
    { import_status: "cancelled", is_complete: false },
    { import_status: "pending", is_complete: false },
    { import_status: "abc\u200b", is_complete: null },
    { import_status: "complete", is_complete: false },
    { is_complete: false, import_result: { records_created: 1 } }
  ]) {
    const named = state.import_status === undefined ? "a state that is missing or cannot be read" : 'the state "'
    for (const [what, within, minutes] of [
      ["ten minutes", (wait) => wait, 10],
      ["the time of the call", RequestPolicy.withTimeout("3 minutes"), 3],
      ["the policy of the call", RequestPolicy.withPolicy({ overall: "4 minutes" }), 4]
    ] as ReadonlyArray<readonly [string, <A, E, R>(wait: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>, number]>) {
      it.effect(`ends after ${what} in ${JSON.stringify(state)}, and the error names the state`, () =>
        Effect.gen(function* () {
          const { looks, wait } = waitFor(state, { schedule: Schedule.spaced("45 seconds") })
          const { exit, took } = yield* passing(within(wait))
          assert(Exit.isSuccess(exit))
          expect(took).toBe(minutes * 60_000)
          expect(exit.value).toMatchObject({
            left: {
              _tag: "KaleidoscopeTimeoutError" satisfies Tag,
              call: "Imports.await",
              deadline: "overall",
              attempts: looks(),
              message: expect.stringContaining(named)
            }
          })
        })
      )
    }
  }

  it.effect("fails with the last state in the error", () =>
    Effect.gen(function* () {
      const { layer } = going({ import_status: "pending" }, { import_status: "cancelled" })
      const { exit } = yield* passing(
        Effect.flatMap(Imports.Imports, (imports) => imports.await(id)).pipe(Effect.flip, Effect.provide(layer))
      )
      assert(Exit.isSuccess(exit))
      expect(exit.value.message).toBe(
        `import ${id} is not done within 10m. It was last seen in the state "cancelled". It continues on the server, and you can wait for it again`
      )
    })
  )

  it.effect("ends with the policy of the application", () =>
    Effect.gen(function* () {
      const { layer } = onScript(Imports.layer.pipe(Layer.provide(RequestPolicy.layer({ overall: "2 minutes" }))), () =>
        Scripted.json({ id, import_status: "cancelled" })
      )
      const { took } = yield* passing(
        Effect.flatMap(Imports.Imports, (imports) =>
          imports.await(id, { schedule: Schedule.spaced("45 seconds") })
        ).pipe(Effect.exit, Effect.provide(layer))
      )
      expect(took).toBe(120_000)
    })
  )

  it.effect("obeys its own timeout instead of the policy of the call", () =>
    Effect.gen(function* () {
      const { wait } = waitFor({ is_complete: false }, { schedule: Schedule.spaced("20 minutes"), timeout: "3 hours" })
      expect((yield* passing(RequestPolicy.withTimeout("1 minute")(wait))).took).toBe(3 * 3_600_000)
    })
  )

  it.effect("ends at its timeout during a slow request or a long pause", () =>
    Effect.gen(function* () {
      const slow = waitFor({ is_complete: false }, { schedule: Schedule.spaced("1 hour"), timeout: "5 minutes" })
      expect((yield* passing(slow.wait)).took).toBe(300_000)
      const { layer } = onScript(Imports.layer, () => Effect.never)
      const { exit, took } = yield* passing(
        Effect.flatMap(Imports.Imports, (imports) => imports.await(id, { timeout: "5 seconds" })).pipe(
          Effect.flip,
          Effect.provide(layer)
        )
      )
      assert(Exit.isSuccess(exit))
      expect([took, exit.value.message]).toEqual([5000, expect.stringContaining("It was not seen")])
    })
  )

  for (const [what, state] of [
    ["a result, in an unknown state", { import_status: "cancelled", is_complete: true, import_result: {} }],
    ["a result, and no state", { completed_at: "2025-10-17T18:11:41Z", import_result: {} }],
    [
      "a state that is a success, though it says something about errors",
      { import_status: "complete", is_complete: true, error_message: "1 row was skipped", import_result: {} }
    ],
    ["a state that is a success", { import_status: "Completed", is_complete: true }],
    ["a state that is a success, and nothing else", { import_status: "SUCCEEDED" }],
    ["nothing that says otherwise", { is_complete: true }]
  ] as const) {
    it.effect(`succeeds for an import that ended with ${what}`, () =>
      Effect.gen(function* () {
        const { looks, wait } = waitFor(state)
        expect([Either.isRight(yield* wait), looks()]).toEqual([true, 1])
      })
    )
  }

  for (const [what, state, message] of [
    [
      "in an unknown state",
      { import_status: "cancelled", is_complete: true },
      'ended without a result, in the state "cancelled": the platform does not say why'
    ],
    [
      "in an unknown state, and says why",
      { import_status: "aborted", completed_at: "2025-10-17T18:11:41Z", error_message: "by Ada" },
      'ended without a result, in the state "aborted": by Ada'
    ],
    [
      "in no state, and says why",
      { is_complete: true, error_message: "no key" },
      "a state that is missing or cannot be read: no key"
    ],
    [
      "in an unknown state with a result, and says why",
      { import_status: "cancelled", is_complete: true, error_message: "by Ada", import_result: { records_created: 1 } },
      'ended in the state "cancelled": by Ada'
    ],
    ["in capitals", { import_status: "FAILED" }, "failed: the platform does not say why"],
    ["in other words", { import_status: "import_failed", error_message: "no key" }, "failed: no key"],
    ["with an error", { import_status: "Error", is_complete: false, error_message: "no key" }, "failed: no key"]
  ] as const) {
    it.effect(`fails for an import that ended ${what}`, () =>
      Effect.gen(function* () {
        const { looks, wait } = waitFor(state)
        expect(yield* wait).toMatchObject({
          left: { _tag: "KaleidoscopeImportFailed" satisfies Tag, message: expect.stringContaining(message) }
        })
        expect(looks()).toBe(1)
      })
    )
  }
})

describe("the row errors of an import", () => {
  const imported = (...errors: ReadonlyArray<object>): Imports.Import =>
    Schema.decodeUnknownSync(Imports.Import)({ id, import_result: { validation_result: { errors } } })

  const indices = (
    pushed: Parameters<typeof Imports.locateRowErrors>[1],
    ...errors: ReadonlyArray<object>
  ): ReadonlyArray<ReadonlyArray<number>> =>
    Imports.locateRowErrors(imported(...errors), pushed).map(({ indices }) => indices)

  it("have the row with the same key", () => {
    const pushed = {
      key_field_names: ["ID"],
      data: [
        { ID: "C-1", n: 1 },
        { ID: 2, n: "x" },
        { ID: "C-3", n: "x" }
      ]
    }
    expect(
      indices(
        pushed,
        { incoming_record_identifier: "C-3", field_name: "n", value: "x" },
        { incoming_record_identifier: "2" },
        { incoming_record_identifier: "c-1", field_name: "n", value: 1 },
        { incoming_record_identifier: "C-4" }
      )
    ).toEqual([[2], [1], [0], []])
  })

  it("have the row with the same keys in any order", () => {
    const data = [
      { ID: "C-1", Batch: 1 },
      { ID: "C-1", Batch: 2 },
      { ID: "C-2", Batch: 1 }
    ]
    expect(
      ["C-1 2", "2 / C-1", "C-1-2", "C-2, 1"].flatMap((incoming_record_identifier) =>
        indices({ key_field_names: ["ID", "Batch"], data }, { incoming_record_identifier })
      )
    ).toEqual([[1], [1], [1], [2]])
  })

  it("have the row with the value among rows with the same keys, or all of those rows", () => {
    const data = [
      { ID: "C-1", n: "much" },
      { ID: "C-1", n: "more" },
      { ID: "C-2", n: "much" }
    ]
    const key_field_names = ["ID"]
    expect(
      indices(
        { key_field_names, data },
        { incoming_record_identifier: "C-1", field_name: "n", value: "more" },
        { incoming_record_identifier: "C-1", field_name: "n", value: "other" },
        { incoming_record_identifier: "C-1" }
      )
    ).toEqual([[1], [0, 1], [0, 1]])
  })

  it("have the row with the value among rows without a key, or all of those rows", () => {
    const data = [{ n: 1 }, { ID: null, n: 2 }, { ID: "C-1", n: 3 }, { ID: "", n: 4 }]
    const key_field_names = ["ID"]
    expect(
      indices(
        { key_field_names, data },
        { field_name: "ID", value: null },
        { field_name: "n", value: 4 },
        { field_name: "n", value: 3 }
      )
    ).toEqual([[0, 1, 3], [3], [0, 1, 3]])
    expect(indices({ key_field_names, data: [{ ID: "C-1", n: 3 }] }, { field_name: "n", value: 3 })).toEqual([[0]])
  })

  it("are matched by field ids in any letter case", () => {
    const key = Ids.EntityFieldId.make("f0a3c1de-7d0d-4c42-8a06-4c8d1f4a8b10")
    const data = [{ [key]: "C-1" }, { [key]: "C-2" }]
    expect(indices({ key_field_ids: [key], data }, { incoming_record_identifier: "C-2" })).toEqual([[1]])
    expect(indices({ key_field_ids: [{ id: key }], data }, { incoming_record_identifier: "C-2" })).toEqual([[1]])
    const field = "f0a3c1de-7d0d-4c42-8a06-4c8d1f4a8b11"
    const rows = [
      { [key]: "C-1", [field]: "much" },
      { [key]: "C-1", [field]: "more" }
    ]
    expect(
      indices(
        { key_field_ids: [Ids.EntityFieldId.make(key.toUpperCase())], data: rows },
        { incoming_record_identifier: "C-1", field_id: field.toUpperCase(), value: "more" }
      )
    ).toEqual([[1]])
  })

  it("include one without details if the platform counts errors but lists no error", () => {
    const done = (validation_result: object) =>
      Schema.decodeUnknownSync(Imports.Import)({ id, import_result: { validation_result } })
    const pushed = { key_field_names: ["ID"], data: [{ n: 1 }, { ID: "C-1", n: 2 }] }
    for (const errors of [{}, { errors: null }, { errors: [] }]) {
      const found = Imports.rowErrors(done({ total_processed: 2, successful: 1, failed: 1, ...errors }))
      expect(found.map(({ conflict_type, field_name, value }) => [conflict_type, field_name, value])).toEqual([
        [null, null, null]
      ])
      expect(Imports.locateRowErrors(done({ failed: 1, ...errors }), pushed)).toEqual([
        { error: found[0], indices: [] }
      ])
      for (const failed of [0, null, undefined]) expect(Imports.rowErrors(done({ failed, ...errors }))).toEqual([])
    }
  })

  it("are matched in linear time", () => {
    const data = Array.from({ length: 20_000 }, (_, index) => ({ ID: "same", n: index % 2 }))
    const errors = data.map(({ n }) => ({ incoming_record_identifier: "same", field_name: "n", value: n }))
    const done = imported(...errors)
    const time = processorTime()
    const found = Imports.locateRowErrors(done, { key_field_names: ["ID"], data })
    expect(time()).toBeLessThan(10_000)
    expect(found[0]?.indices.length).toBe(10_000)
  })
})

describe("a stream of rows", () => {
  interface Body {
    readonly key_field_names: ReadonlyArray<string>
    readonly data: ReadonlyArray<{ readonly id: string }>
  }

  /** A server that takes pushes; each import is done at the first look, unless a row is called otherwise. */
  /** A server whose imports are done when they are read for the nth time. */
  const taking = (reads = 1) => {
    const pushes: Array<Body> = []
    const readings = new Map<number, number>()
    let running = 0
    let most = 0
    const script = onScript(
      Imports.layer,
      withId((sent) => {
        if (sent.method === "POST") {
          const body: Body = JSON.parse(sent.body)
          if (body.data.some((row) => row.id === "refused")) return Scripted.json({ message: "no" }, 400)
          most = Math.max(most, ++running)
          return Scripted.json({ import_id: `import-${pushes.push(body) - 1}` })
        }
        const nth = Number(sent.path.split("-")[1])
        const reading = (readings.get(nth) ?? 0) + 1
        readings.set(nth, reading)
        if (reading < reads) return Scripted.json({ id: `import-${nth}`, is_complete: false })
        running--
        return pushes[nth]?.data.some((row) => row.id === "broken")
          ? Scripted.json({ id: `import-${nth}`, import_status: "failed", error_message: "broken" })
          : Scripted.json({ id: `import-${nth}`, is_complete: true, import_result: { records_updated: 1 } })
      })
    )
    return { ...script, pushes, most: () => most }
  }

  const rows = (...ids: ReadonlyArray<string>) => Stream.fromIterable(ids.map((id) => ({ id })))

  const options = { key_field_names: ["id"], rowsPerImport: 2 } as const

  it.effect("becomes imports with results in order", () =>
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

  it.effect("continues after a failed import, and the result has its rows", () =>
    Effect.gen(function* () {
      const { layer } = taking()
      const results = yield* Effect.flatMap(Imports.Imports, (imports) =>
        Stream.runCollect(imports.pushStream(rows("a", "refused", "broken", "d", "e"), options))
      ).pipe(Effect.provide(layer))
      expect(Chunk.toReadonlyArray(results)).toMatchObject([
        {
          first: 0,
          rows: [{ id: "a" }, { id: "refused" }],
          importId: { _tag: "None" },
          result: { _tag: "Left", left: { _tag: "KaleidoscopeBadRequest" satisfies Tag, call: "Imports.pushStream" } }
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

  it.effect("obeys the limit of imports in flight, and pulls no rows meanwhile", () =>
    Effect.gen(function* () {
      const { layer, most, pushes } = taking(2)
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
      ).pipe(Effect.provide(layer), Effect.raceFirst(Effect.forever(TestClock.adjust("1 second"))))
      expect(pushes.length).toBe(20)
      expect(most()).toBe(3)
      expect(Math.max(...ahead)).toBeLessThanOrEqual(8)
    })
  )

  it.effect("sends slow rows after the configured time", () =>
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

  it.effect("encodes typed rows, and skips each invalid row", () =>
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
        {
          index: 1,
          row: typed[1],
          issues: [{ path: "IC50", message: expect.stringContaining("a positive number, actual -1") }]
        }
      ])
      expect(second.invalid.map(({ index, issues }) => [index, issues])).toEqual([
        [2, [{ path: "IC50", message: "cannot be sent: Infinity has no form in JSON" }]],
        [3, [{ path: "IC50", message: expect.any(String) }]]
      ])
      expect(second.result).toEqual(Either.right(Option.none()))
    })
  )

  it.effect("fails with the error of its source", () =>
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

  it.effect("pushed rows are readable after the import has ended", () =>
    Effect.gen(function* () {
      const imports = yield* Imports.Imports
      const records = yield* Records.Records
      const fields = yield* EntityFields.EntityFields
      const keyField = (yield* fields.listKeyFields)[0]
      assert(keyField !== undefined && keyField.field_name !== null)
      const key = keyField.field_name
      const importId = yield* imports.push({
        key_field_names: [key],
        data: [{ [key]: "SDK-0001", "Measured by the SDK": 42 }],
        unknown_fields: "add"
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

  it.effect("row errors of a stream have the index of the row in the stream", () =>
    Effect.gen(function* () {
      const imports = yield* Imports.Imports
      const fields = yield* EntityFields.EntityFields
      const keyField = (yield* fields.listKeyFields)[0]
      assert(keyField !== undefined && keyField.field_name !== null)
      const key = keyField.field_name
      const { field_name } = yield* fields.getOrCreateDataField({ field_name: "Weighed", field_type: "number" })
      assert(field_name !== null)
      const rows = Array.from({ length: 9 }, (_, index) => ({
        [key]: `S-${index}`,
        [index === 2 ? "Unknown" : field_name]: index % 4 === 3 ? "much" : index
      }))
      const fiber = yield* Effect.fork(
        Stream.runCollect(imports.pushStream(Stream.fromIterable(rows), { key_field_names: [key], rowsPerImport: 5 }))
      )
      yield* TestClock.adjust("1 minute")
      const told = Chunk.toReadonlyArray(yield* Fiber.join(fiber))
      expect(told.map(({ invalid }) => invalid.map(({ index }) => index))).toEqual([[2], []])
      expect(told.map(({ rowErrors }) => rowErrors.map(({ error, indices }) => [error.value, indices]))).toEqual([
        [["much", [3]]],
        [["much", [7]]]
      ])
    }).pipe(Effect.provide(onEmulator(services)))
  )
})

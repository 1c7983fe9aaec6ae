import { EntityFields, Ids, Imports, type KaleidoscopeError, RequestPolicy } from "@effect-kaleidoscope/sdk"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as TestClock from "effect/TestClock"
import { describe, expect, it, vi } from "../../../test/vitest.js"
import { fields } from "./support/fields.js"
import * as Scripted from "./support/scripted.js"
import { onScript } from "./support/services.js"

type Tag = KaleidoscopeError.KaleidoscopeError["_tag"]

const uuid = (nth: number) => `00000000-0000-4000-8000-00000000000${nth}`

const keyId = uuid(1)
const dataId = uuid(2)

const keys: Parameters<typeof fields>[0] = [{ id: keyId, field_name: "Compound ID" }, "Batch"]
const data: Parameters<typeof fields>[1] = [
  { id: dataId, field_name: "IC50" },
  "Caf\u00e9",
  "Batch",
  { id: uuid(3), field_name: "Old", is_archived: true },
  { id: uuid(4), field_name: "Twice" },
  { id: uuid(5), field_name: "Twice" }
]

/** A workspace with these fields, whose imports are done at once. */
const workspace = (keyFields: Parameters<typeof fields>[0] = keys, dataFields: Parameters<typeof fields>[1] = data) => {
  const script = onScript(
    Layer.merge(Imports.layer, EntityFields.layer),
    fields(
      keyFields,
      dataFields
    )(({ method }) =>
      method === "POST"
        ? Scripted.json({ import_id: "i" })
        : Scripted.json({ id: "i", is_complete: true, import_result: { records_updated: 1 } })
    )
  )
  return {
    ...script,
    posts: () => script.sent.filter(({ method }) => method === "POST").map(({ body }) => JSON.parse(body)),
    lists: () => script.sent.filter(({ path }) => path === "/key_fields" || path === "/data_fields").length
  }
}

const push = (rows: Imports.Push) => Effect.flatMap(Imports.Imports, (imports) => imports.push(rows))

const pushByFieldId = (rows: Omit<Imports.PushByFieldId, "record_view_ids">) =>
  Effect.flatMap(Imports.Imports, (imports) => imports.pushByFieldId({ ...rows, record_view_ids: [] }))

const key = { key_field_names: ["Compound ID"] }

/** A row that is written as another one. */
class Measured implements Imports.Row {
  readonly [field: string]: unknown
  readonly IC50 = 1
  toJSON() {
    return { Other: this.IC50 }
  }
}

describe("a push", () => {
  for (const [what, rows, message] of [
    [
      "a key that is misspelled",
      { key_field_names: ["Compund ID"], data: [{ "Compund ID": "C-1" }] },
      'there is no key field {"field_name":"Compund ID"}: did you mean "Compound ID"?'
    ],
    [
      "a field with a space after it",
      { ...key, data: [{ "Compound ID": "C-1" }, { "Compound ID": "C-1", "IC50 ": 1 }] },
      'there is no data field {"field_name":"IC50 "}: did you mean "IC50"? The two differ only in case, spaces, or characters that look alike or do not show (in data[1])'
    ],
    ["a field in another case", { ...key, data: [{ ic50: 1 }] }, 'did you mean "IC50"?'],
    [
      "a field with a zero-width space",
      { ...key, data: [{ "IC\u200b50": 1 }] },
      '"IC\\u{200b}50"}: did you mean "IC50"?'
    ],
    ["a field in another form of its characters", { ...key, data: [{ "Cafe\u0301": 1 }] }, "look alike"],
    ["a field that is null in its row", { ...key, data: [{ "IC 50": null }] }, 'did you mean "IC50"?'],
    [
      "a key that is only a data field",
      { key_field_names: ["IC50"], data: [{ IC50: 1 }] },
      '"IC50" is a data field, not a key field'
    ],
    [
      "a field that is only a key field",
      { key_field_names: ["Batch"], data: [{ Batch: 1, "Compound ID": "C-1" }] },
      '"Compound ID" is a key field, but it is not among the keys of this push'
    ],
    ["a field that is archived", { ...key, data: [{ Old: 1 }] }, 'data field {"field_name":"Old"} is archived'],
    ["a field called constructor", { ...key, data: [{ constructor: 1 }] }, '"constructor"'],
    ["a field called __proto__", { ...key, data: [JSON.parse('{"__proto__":1}')] }, '"__proto__"'],
    ["a field without a name", { ...key, data: [{ "": 1 }] }, '{"field_name":""}'],
    ["what a toJSON names", { ...key, data: [new Measured()] }, '"Other"']
  ] as ReadonlyArray<readonly [string, Imports.Push, string]>) {
    it.effect(`of ${what} is refused before anything is sent`, () =>
      Effect.gen(function* () {
        const { layer, posts } = workspace()
        const failure = yield* Effect.flip(push(rows)).pipe(Effect.provide(layer))
        expect(failure).toMatchObject({
          _tag: "KaleidoscopeUnknownReference" satisfies Tag,
          call: "Imports.push",
          outcome: "none",
          message: expect.stringContaining(message)
        })
        expect(failure.message).toContain(
          'Nothing was sent: correct the names, or set unknown_fields: "add" to create missing fields'
        )
        expect(posts()).toEqual([])
      })
    )
  }

  it.effect("of an ambiguous field name is refused with the ids", () =>
    Effect.gen(function* () {
      const { layer, posts } = workspace()
      const failure = yield* Effect.flip(push({ ...key, data: [{ Twice: 1 }] })).pipe(Effect.provide(layer))
      expect(failure).toMatchObject({
        _tag: "KaleidoscopeAmbiguousReference" satisfies Tag,
        ids: [uuid(4), uuid(5)],
        message: expect.stringContaining(`${uuid(4)}, ${uuid(5)}`)
      })
      expect(posts()).toEqual([])
    })
  )

  for (const [what, rows, at] of [
    ["no keys", { key_field_names: [], data: [{ IC50: 1 }] }, "key_field_names"],
    ["a key without a name", { key_field_names: ["Compound ID", " "], data: [] }, "key_field_names[1]"],
    [
      "a key that is there twice",
      { key_field_names: ["Batch", "Compound ID", "Batch"], data: [] },
      "key_field_names[2]"
    ],
    ["a row that is a list", { ...key, data: [{ IC50: 1 }, JSON.parse("[1]")] }, "data[1]"],
    [
      "a row whose getter throws, after other rows",
      {
        ...key,
        data: [
          { IC50: 1 },
          {
            get IC50() {
              throw new Error("no")
            }
          }
        ]
      },
      "body"
    ],
    ["a row that is null", { ...key, data: [JSON.parse("null")] }, "data[0]"],
    [
      "two keys that look alike, though they may be added",
      { key_field_names: ["Lot", "Lot "], data: [], unknown_fields: "add" },
      "key_field_names[1]"
    ],
    [
      "two fields that look alike in a row, though they may be added",
      { ...key, data: [{ Lot: 1, "Lot\u00a0": 2 }], unknown_fields: "add" },
      "data[0].Lot\u00a0"
    ],
    [
      "two fields that look alike in different rows, though they may be added",
      { ...key, data: [{ "Caf\u00e9": 1 }, { "Cafe\u0301": 2 }], unknown_fields: "add" },
      "data[1].Cafe\u0301"
    ],
    [
      "a field that looks like a key, though it may be added",
      { ...key, data: [{ "Compound\u200b ID": 1 }], unknown_fields: "add" },
      "data[0].Compound\u200b ID"
    ],
    [
      "a field without a name, though it may be added",
      { ...key, data: [{ " ": 1 }], unknown_fields: "add" },
      "data[0]. "
    ]
  ] as ReadonlyArray<readonly [string, Imports.Push, string]>) {
    it.effect(`with ${what} is refused with its path`, () =>
      Effect.gen(function* () {
        const { layer, posts } = workspace()
        const failure = yield* Effect.flip(push(rows)).pipe(Effect.provide(layer))
        expect(failure).toMatchObject({ _tag: "KaleidoscopeInvalidRequest" satisfies Tag, at })
        expect(posts()).toEqual([])
      })
    )
  }

  it.effect("fails with everything that is wrong, at most ten in full", () =>
    Effect.gen(function* () {
      const { layer } = workspace()
      const row = Object.fromEntries(Array.from({ length: 12 }, (_, index) => [`no ${index}`, index]))
      const failure = yield* Effect.flip(push({ key_field_names: ["Lot"], data: [row] })).pipe(Effect.provide(layer))
      expect(failure.message).toContain('"Lot"')
      expect(failure.message).toContain('"no 8"')
      expect(failure.message).toContain("and 3 more")
      expect(failure.message).not.toContain('"no 9"')
    })
  )

  it.effect("of known names is sent, also if a key and a field share a name", () =>
    Effect.gen(function* () {
      const { layer, posts } = workspace()
      const row = { "Compound ID": "C-1", IC50: 1, Batch: 2, Absent: undefined }
      yield* push({ ...key, data: [row] }).pipe(Effect.provide(layer))
      yield* push({ key_field_names: ["Compound ID", "Batch"], data: [row] }).pipe(Effect.provide(layer))
      expect(posts().length).toBe(2)
    })
  )

  it.effect("lists the columns of one row if all rows have the same", () =>
    Effect.gen(function* () {
      const { layer, posts } = workspace()
      const lists = vi.spyOn(Object, "keys")
      yield* Effect.addFinalizer(() => Effect.sync(() => lists.mockRestore()))
      const data = Array.from({ length: 500 }, (_, IC50) => ({ "Compound ID": `C-${IC50}`, IC50 }))
      yield* push({ ...key, data }).pipe(Effect.provide(layer))
      const rows = new Set<unknown>(data)
      expect(lists.mock.calls.filter(([value]) => rows.has(value)).length).toBe(1)
      expect(posts()[0].data.length).toBe(500)
    })
  )

  it.effect("that may add fields is sent without a check", () =>
    Effect.gen(function* () {
      const { layer, lists, posts } = workspace()
      const added = { key_field_names: ["Lot"], data: [{ Lot: 1, "IC50 ": 2 }] }
      yield* push({ ...added, unknown_fields: "add" }).pipe(Effect.provide(layer))
      expect(posts()).toEqual([added])
      expect(lists()).toBe(0)
    })
  )

  it.effect("caches the fields, and reads them again before it refuses a name", () =>
    Effect.gen(function* () {
      const known: Array<string> = ["IC50"]
      const { layer, lists, posts } = workspace(keys, known)
      yield* Effect.gen(function* () {
        yield* push({ ...key, data: [{ IC50: 1 }] })
        yield* push({ ...key, data: [{ IC50: 1 }] }).pipe(RequestPolicy.withTimeout("1 minute"))
        expect(lists()).toBe(2)
        known.push("Solubility")
        yield* push({ ...key, data: [{ Solubility: 1 }] })
        expect(lists()).toBe(3)
        yield* TestClock.adjust("1 minute")
        yield* push({ ...key, data: [{ Solubility: 1 }] })
        expect(lists()).toBe(5)
      }).pipe(Effect.provide(layer))
      expect(posts().length).toBe(4)
    })
  )

  it.effect("caches the fields under a policy of its own too", () =>
    Effect.gen(function* () {
      const { layer, lists } = workspace()
      yield* Effect.gen(function* () {
        yield* push({ ...key, data: [{ IC50: 1 }] })
        yield* push({ ...key, data: [{ IC50: 1 }] })
      }).pipe(RequestPolicy.withTimeout("1 minute"), Effect.provide(layer))
      expect(lists()).toBe(2)
    })
  )

  it.effect("that added a field drops the cached fields", () =>
    Effect.gen(function* () {
      const { layer, lists } = workspace()
      yield* Effect.gen(function* () {
        yield* push({ ...key, data: [{ IC50: 1 }] })
        yield* push({ ...key, data: [{ IC50: 1 }], unknown_fields: "add" })
        expect(lists()).toBe(2)
        yield* push({ ...key, data: [{ IC50: 1 }] })
        expect(lists()).toBe(4)
      }).pipe(Effect.provide(layer))
    })
  )

  it.effect("fails with the error of reading the fields, and is not sent", () =>
    Effect.gen(function* () {
      const { layer, sent } = onScript(Imports.layer, ({ method }) =>
        method === "POST" ? Scripted.json({ import_id: "i" }) : Scripted.json({ message: "no" }, 403)
      )
      const failure = yield* Effect.flip(push({ ...key, data: [{ IC50: 1 }] })).pipe(Effect.provide(layer))
      expect(failure).toMatchObject({
        _tag: "KaleidoscopeForbidden" satisfies Tag,
        call: "Imports.push",
        outcome: "none"
      })
      expect(sent.filter(({ method }) => method === "POST")).toEqual([])
    })
  )

  it.effect("reports no name as unknown if the name of a field cannot be decoded", () =>
    Effect.gen(function* () {
      const { layer, sent } = onScript(Imports.layer, ({ path }) =>
        path === "/key_fields"
          ? Scripted.json([{ id: keyId, field_name: "Compound ID" }])
          : path === "/data_fields"
            ? Scripted.json([{ id: dataId, field_name: 7 }])
            : Scripted.json({ import_id: "i" })
      )
      const failure = yield* Effect.flip(push({ ...key, data: [{ IC50: 1 }] })).pipe(Effect.provide(layer))
      expect(failure).toMatchObject({
        _tag: "KaleidoscopeDecodeError" satisfies Tag,
        at: "field_name",
        outcome: "none"
      })
      expect(sent.filter(({ method }) => method === "POST")).toEqual([])
    })
  )
})

describe("a push by ids", () => {
  const byKey = { key_field_ids: [Ids.EntityFieldId.make(keyId)] }

  for (const [what, rows, tag, message] of [
    ["a field that is not there", { ...byKey, data: [{ [uuid(9)]: 1 }] }, "KaleidoscopeUnknownReference", uuid(9)],
    [
      "a field by its name",
      { ...byKey, data: [{ IC50: 1 }] },
      "KaleidoscopeUnknownReference",
      `A field with this name exists: use its id, ${dataId}`
    ],
    [
      "a key that is not there",
      { key_field_ids: [Ids.EntityFieldId.make(uuid(9))], data: [{ [uuid(9)]: 1 }] },
      "KaleidoscopeUnknownReference",
      "key field"
    ],
    [
      "a data field as key",
      { key_field_ids: [Ids.EntityFieldId.make(dataId)], data: [{ [dataId]: 1 }] },
      "KaleidoscopeUnknownReference",
      "is a data field, not a key field"
    ],
    [
      "an unknown name of a key",
      { key_field_ids: [{ field_name: "Compund ID" }], data: [] },
      "KaleidoscopeUnknownReference",
      'did you mean "Compound ID"?'
    ],
    ["no keys", { key_field_ids: [], data: [] }, "KaleidoscopeInvalidRequest", "key_field_ids"],
    [
      "a key by its id and by its name",
      { key_field_ids: [...byKey.key_field_ids, { field_name: "Compound ID" }], data: [] },
      "KaleidoscopeInvalidRequest",
      "key_field_ids[1]"
    ]
  ] as ReadonlyArray<readonly [string, Omit<Imports.PushByFieldId, "record_view_ids">, Tag, string]>) {
    it.effect(`with ${what} is refused before anything is sent`, () =>
      Effect.gen(function* () {
        const { layer, posts } = workspace()
        const failure = yield* Effect.flip(pushByFieldId(rows)).pipe(Effect.provide(layer))
        expect(failure).toMatchObject({ _tag: tag, outcome: "none", message: expect.stringContaining(message) })
        expect(posts()).toEqual([])
      })
    )
  }

  it.effect("with the same id twice in a row, in another letter case, is refused", () =>
    Effect.gen(function* () {
      const id = "abcdef00-0000-4000-8000-000000000000"
      const { layer, posts } = workspace(keys, [{ id, field_name: "IC50" }])
      const failure = yield* Effect.flip(
        pushByFieldId({ ...byKey, data: [{ [keyId]: 1, [id]: 1, [id.toUpperCase()]: 2 }] })
      ).pipe(Effect.provide(layer))
      expect(failure).toMatchObject({
        _tag: "KaleidoscopeInvalidRequest" satisfies Tag,
        at: `data[0].${id.toUpperCase()}`
      })
      yield* pushByFieldId({ ...byKey, data: [{ [keyId]: 1, [id.toUpperCase()]: 2 }] }).pipe(Effect.provide(layer))
      expect(posts().length).toBe(1)
    })
  )

  it.effect("is sent without a check if unknown fields may be added", () =>
    Effect.gen(function* () {
      const { layer, lists, posts } = workspace()
      yield* pushByFieldId({ ...byKey, data: [{ [uuid(9)]: 1 }], unknown_fields: "add" }).pipe(Effect.provide(layer))
      expect([posts().length, lists()]).toEqual([1, 0])
    })
  )
})

describe("a stream of rows", () => {
  const stream = <A extends Imports.Row>(rows: ReadonlyArray<A>, options: Partial<Imports.StreamOptions> = {}) =>
    Effect.flatMap(Imports.Imports, (imports) =>
      Stream.runCollect(imports.pushStream(Stream.fromIterable(rows), { ...key, ...options }))
    )

  for (const [what, options] of [
    ["an unknown key", { key_field_names: ["Compund ID"] }],
    ["an unknown column of its schema", { schema: Schema.Struct({ "IC50 ": Schema.Number }) }],
    [
      "an unknown column that is optional",
      { schema: Schema.Struct({ IC50: Schema.Number, "Comound ID": Schema.optional(Schema.String) }) }
    ],
    [
      "an unknown column that has another name in its rows",
      {
        schema: Schema.Struct({ IC50: Schema.propertySignature(Schema.Number).pipe(Schema.fromKey("IC 50")) })
      }
    ]
  ] as const) {
    it.effect(`with ${what} fails before a row is pulled`, () =>
      Effect.gen(function* () {
        const { layer, posts } = workspace()
        let pulled = 0
        const source = Stream.sync(() => ({ IC50: ++pulled, "IC50 ": 1 }))
        const failure = yield* Effect.flatMap(Imports.Imports, (imports) =>
          Stream.runDrain(imports.pushStream(source, { ...key, ...options }))
        ).pipe(Effect.flip, Effect.provide(layer))
        expect(failure).toMatchObject({
          _tag: "KaleidoscopeUnknownReference" satisfies Tag,
          call: "Imports.pushStream",
          message: expect.stringContaining("did you mean")
        })
        expect([pulled, posts()]).toEqual([0, []])
      })
    )
  }

  it.effect("sends no row with an unknown field, and reports the field", () =>
    Effect.gen(function* () {
      const { layer, posts } = workspace()
      const rows = [{ IC50: 1 }, { IC50: 2, "IC50 ": 3 }, { IC50: 4, Old: 5, Twice: 6 }, { IC50: 7 }]
      const [pushed] = Chunk.toReadonlyArray(yield* stream(rows).pipe(Effect.provide(layer)))
      expect(posts().map(({ data }) => data)).toEqual([[{ IC50: 1 }, { IC50: 7 }]])
      expect(pushed?.invalid).toMatchObject([
        {
          index: 1,
          row: rows[1],
          issues: [{ path: "IC50 ", message: expect.stringContaining('did you mean "IC50"?') }]
        },
        {
          index: 2,
          row: rows[2],
          issues: [
            { path: "Old", message: expect.stringContaining("is archived") },
            { path: "Twice", message: expect.stringContaining(uuid(4)) }
          ]
        }
      ])
    })
  )

  it.effect("checks the columns of a schema with an index signature", () =>
    Effect.gen(function* () {
      const { layer } = workspace()
      const schema = Schema.Struct({ IC50: Schema.Number }, { key: Schema.String, value: Schema.Unknown })
      const [pushed] = Chunk.toReadonlyArray(
        yield* Effect.flatMap(Imports.Imports, (imports) =>
          Stream.runCollect(imports.pushStream(Stream.make({ IC50: 1 }, { IC50: 1, "IC 50": 2 }), { ...key, schema }))
        ).pipe(Effect.provide(layer))
      )
      expect(pushed?.invalid.map(({ index, issues }) => [index, issues[0]?.path])).toEqual([[1, "IC 50"]])
    })
  )

  it.effect("reads the fields again once for a new name, not for each row", () =>
    Effect.gen(function* () {
      const known: Array<string> = ["IC50"]
      const { layer, lists, posts } = workspace(keys, known)
      yield* stream(
        Array.from({ length: 20 }, (_, index) => (index % 2 === 0 ? { IC50: 1 } : { IC50: 1, [`no ${index % 4}`]: 1 })),
        { rowsPerImport: 1, concurrency: 1 }
      ).pipe(Effect.provide(layer))
      expect(posts().length).toBe(10)
      expect(lists()).toBe(4)
    })
  )

  it.effect("finds a field that was added meanwhile", () =>
    Effect.gen(function* () {
      const known: Array<string> = ["IC50"]
      const { layer, posts } = workspace(keys, known)
      yield* Effect.flatMap(Imports.Imports, (imports) =>
        Stream.make({ IC50: 1 }, { Solubility: 2 }).pipe(
          Stream.rechunk(1),
          Stream.tap((row) => Effect.sync(() => ("Solubility" in row ? known.push("Solubility") : 0))),
          (rows) => imports.pushStream<Imports.Row, never, never>(rows, { ...key, rowsPerImport: 1, concurrency: 1 }),
          Stream.runDrain
        )
      ).pipe(Effect.provide(layer))
      expect(posts().length).toBe(2)
    })
  )

  it.effect("that adds unknown fields refuses rows with field names that differ only in spelling", () =>
    Effect.gen(function* () {
      const { layer, lists, posts } = workspace()
      const results = yield* stream([{ Lot: 1 }, { "Lot ": 2 }, { New: 3 }, { "": 4 }], {
        rowsPerImport: 1,
        unknown_fields: "add"
      }).pipe(Effect.provide(layer))
      expect(posts().map(({ data }) => data)).toEqual([[{ Lot: 1 }], [{ New: 3 }]])
      expect(Chunk.toReadonlyArray(results).flatMap(({ invalid }) => invalid.map(({ index }) => index))).toEqual([1, 3])
      expect(lists()).toBe(0)
    })
  )
})

import { Cell, Exports, type KaleidoscopeError, Records } from "@effect-kaleidoscope/sdk"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { describe, expect, expectTypeOf, it, layer } from "../../../test/vitest.js"
import { fields } from "./support/fields.js"
import { fieldId } from "./support/sample.js"
import * as Scripted from "./support/scripted.js"
import { onEmulator, onScript } from "./support/services.js"

type Tag = KaleidoscopeError.KaleidoscopeError["_tag"]

const query = { entity_slice_id: { slice_name: "Compound" } }

const script = (body: string) =>
  fields(
    ["Compound ID"],
    ["IC50", "SMILES", "Date", { id: "3f6c0a5e-0000-4000-8000-00000000ab01", field_name: "Potency" }]
  )(({ path }) =>
    path === "/entity_slices"
      ? Scripted.json([{ id: "type", slice_name: "Compound" }])
      : Scripted.text(body, 200, { "content-type": "text/csv" })
  )

/** The rows of a table, and the failure behind them. */
const read = <A, I>(schema: Schema.Schema<A, I>, body: string) => {
  const server = onScript(Exports.layer, script(body))
  return Effect.gen(function* () {
    const exports = yield* Exports.Exports
    const rows: Array<Either.Either<A, Exports.RowError>> = []
    const end = yield* exports.rows(query, { schema }).pipe(
      Stream.runForEach((row) => Effect.sync(() => rows.push(row))),
      Effect.either
    )
    const failure = Option.getOrUndefined(Either.getLeft(end))
    return { rows, failure, sent: server.sent.map(({ path }) => path) }
  }).pipe(Effect.provide(server.layer))
}

const Compound = Schema.Struct({ "Compound ID": Schema.String, IC50: Schema.NullOr(Schema.Number) })

describe("the rows of an export with a schema", () => {
  layer(onEmulator(Layer.merge(Exports.layer, Records.layer)))("on the emulator", (it) => {
    it.effect("are those that Records.rows gives", () =>
      Effect.gen(function* () {
        const exports = yield* Exports.Exports
        const records = yield* Records.Records
        const schema = Schema.Struct({
          "Compound ID": Schema.String,
          SMILES: Schema.NullOr(Schema.String),
          IC50: Schema.optional(Schema.Number)
        })
        const where = [Records.where("Compound ID", "starts_with", "EK-000")]
        const rows = yield* Stream.runCollect(exports.rows({ ...query, where }, { schema }))
        const found = yield* Stream.runCollect(records.stream({ ...query, where }))
        expect(Chunk.toReadonlyArray(rows)).toEqual(yield* records.rows(schema, found))
        expect(rows.length).toBeGreaterThan(5)
        expect(Chunk.some(rows, (row) => Either.isRight(row) && typeof row.right.IC50 === "number")).toBe(true)
      })
    )

    it.effect("have their columns by the id of the field, too", () =>
      Effect.gen(function* () {
        const exports = yield* Exports.Exports
        const schema = Schema.Struct({
          compound: Schema.propertySignature(Schema.String).pipe(Schema.fromKey("Compound ID")),
          ic50: Schema.propertySignature(Schema.NullOr(Schema.Number)).pipe(Schema.fromKey(fieldId("IC50")))
        })
        const where = [Records.where("Compound ID", "is_equal", "EK-0001")]
        const byName = yield* Stream.runHead(exports.rows({ ...query, where }, { schema: Compound }))
        const byId = yield* Stream.runHead(exports.rows({ ...query, where }, { schema }))
        const renamed = Option.map(
          byName,
          Either.map((row) => ({ compound: row["Compound ID"], ic50: row.IC50 }))
        )
        expect(byId).toEqual(renamed)
        expect(Option.exists(byId, Either.isRight)).toBe(true)
      })
    )

    it.effect("fail for a column that no field and no header has, before the first row", () =>
      Effect.gen(function* () {
        const exports = yield* Exports.Exports
        for (const column of [Schema.NullOr(Schema.Number), Schema.optional(Schema.Number)]) {
          const schema = Schema.Struct({ IC5O: column })
          expect(yield* Effect.flip(Stream.runDrain(exports.rows(query, { schema })))).toMatchObject({
            _tag: "KaleidoscopeUnknownReference" satisfies Tag,
            call: "Exports.rows",
            message: 'there is no column "IC5O" in the export: did you mean "IC50"?'
          })
        }
      })
    )
  })

  it.effect("read numbers, booleans, dates, lists and qualified numbers that are text in the table", () =>
    Effect.gen(function* () {
      const schema = Schema.Struct({
        n: Schema.Number,
        text: Schema.String,
        b: Schema.Boolean,
        day: Cell.CalendarDate,
        list: Schema.Array(Schema.String),
        one: Schema.Array(Schema.String),
        qualified: Cell.QualifiedNumber,
        decimal: Schema.BigDecimal
      })
      const body =
        'n,text,b,day,list,one,qualified,decimal\n139,007,true,2026-03-01,"[""a"",""b""]",a,<0.5,9007199254740993\n'
      const { failure, rows, sent } = yield* read(schema, body)
      expect(failure).toBeUndefined()
      expect(rows.map(Either.flatMap(Schema.encodeEither(schema)))).toEqual([
        Either.right({
          n: 139,
          text: "007",
          b: true,
          day: "2026-03-01",
          list: ["a", "b"],
          one: ["a"],
          qualified: "<0.5",
          decimal: "9007199254740993"
        })
      ])
      // All columns are in the header: the lists of fields are not needed.
      expect(sent).toEqual(["/entity_slices", "/records/export/csv"])
    })
  )

  it.effect("that do not fit are errors with their number, their values and all issues, among the others", () =>
    Effect.gen(function* () {
      const { failure, rows } = yield* read(
        Schema.Struct({
          "Compound ID": Schema.NonEmptyString,
          IC50: Schema.Number,
          SMILES: Schema.optional(Schema.String)
        }),
        "Compound ID,IC50,SMILES\nEK-1,5,C\n,<10,\nEK-3,,CC\nEK-4,9007199254740993,\nEK-5,7,\n"
      )
      expect(failure).toBeUndefined()
      expect(
        rows.map(Either.mapLeft(({ issues, row, values }) => [row, values, issues.map(({ path }) => path)]))
      ).toEqual([
        Either.right({ "Compound ID": "EK-1", IC50: 5, SMILES: "C" }),
        Either.left([2, { "Compound ID": "", IC50: "<10", SMILES: "" }, ["Compound ID", "IC50"]]),
        Either.left([3, { "Compound ID": "EK-3", IC50: "", SMILES: "CC" }, ["IC50"]]),
        Either.left([4, { "Compound ID": "EK-4", IC50: "9007199254740993", SMILES: "" }, ["IC50"]]),
        Either.right({ "Compound ID": "EK-5", IC50: 7 })
      ])
      expect(Option.getOrThrow(Either.getLeft(rows[3] ?? Either.right(undefined)))).toMatchObject({
        issues: [{ path: "IC50", message: expect.stringContaining("let the column take a BigDecimal") }]
      })
    })
  )

  it.effect("keep all digits, or have an error, if the schema itself converts text", () =>
    Effect.gen(function* () {
      const { rows } = yield* read(Schema.Struct({ IC50: Schema.NumberFromString }), "IC50\n5\n9007199254740993\n")
      expect(rows.map(Either.isRight)).toEqual([true, false])
    })
  )

  it.effect("have null, or no key, for an empty cell", () =>
    Effect.gen(function* () {
      const schema = Schema.Struct({
        "Compound ID": Schema.String,
        IC50: Schema.NullOr(Schema.Number),
        SMILES: Schema.optional(Schema.String)
      })
      const { rows } = yield* read(schema, "Compound ID,IC50,SMILES\nEK-1,,\n")
      expect(rows).toStrictEqual([Either.right({ "Compound ID": "EK-1", IC50: null })])
    })
  )

  it.effect("leave out an optional column of a field that the export does not have", () =>
    Effect.gen(function* () {
      const { failure, rows } = yield* read(
        Schema.Struct({ "Compound ID": Schema.String, IC50: Schema.optional(Schema.Number) }),
        "Compound ID,SMILES\nEK-1,C\n"
      )
      expect([rows, failure]).toStrictEqual([[Either.right({ "Compound ID": "EK-1" })], undefined])
    })
  )

  it.effect("fail if the export does not have a column that is not optional, though it is a field", () =>
    Effect.gen(function* () {
      for (const body of ["Compound ID,SMILES\nEK-1,C\n", "Compound ID\n"]) {
        const { failure, rows } = yield* read(Compound, body)
        expect(rows).toEqual([])
        expect(failure).toMatchObject({
          _tag: "KaleidoscopeUnknownReference" satisfies Tag,
          call: "Exports.rows",
          message: expect.stringContaining('there is no column "IC50" in the export, though there is such a field')
        })
      }
    })
  )

  it.effect("find a field by its name where the header has its id, in any case of letters", () =>
    Effect.gen(function* () {
      const { rows } = yield* read(
        Schema.Struct({ Potency: Schema.Number }),
        "Compound ID,3F6C0A5E-0000-4000-8000-00000000AB01\nEK-1,5\n"
      )
      expect(rows).toEqual([Either.right({ Potency: 5 })])
    })
  )

  it.effect("fail if several columns have the header, unless the schema names the second one, too", () =>
    Effect.gen(function* () {
      const body = "Compound ID,IC50,IC50\nEK-1,5,7\n"
      expect((yield* read(Compound, body)).failure).toMatchObject({
        _tag: "KaleidoscopeAmbiguousReference" satisfies Tag,
        reference: 'column "IC50" in the export',
        ids: ["IC50", "IC50 (2)"]
      })
      const both = Schema.Struct({ IC50: Schema.Number, "IC50 (2)": Schema.Number })
      expect((yield* read(both, body)).rows).toEqual([Either.right({ IC50: 5, "IC50 (2)": 7 })])
      const other = Schema.Struct({ "Compound ID": Schema.String })
      expect((yield* read(other, body)).rows).toEqual([Either.right({ "Compound ID": "EK-1" })])
    })
  )

  it.effect("come before the error of a broken table", () =>
    Effect.gen(function* () {
      const { failure, rows } = yield* read(Compound, 'Compound ID,IC50\nEK-1,5\n"EK-2,7\n')
      expect(rows).toEqual([Either.right({ "Compound ID": "EK-1", IC50: 5 })])
      expect(failure).toMatchObject({ _tag: "KaleidoscopeDecodeError" satisfies Tag, at: "[1]" })
    })
  )

  it.effect("are counted anew in each run of the stream", () => {
    const server = onScript(Exports.layer, script("IC50\nx\n"))
    return Effect.gen(function* () {
      const exports = yield* Exports.Exports
      const rows = exports.rows(query, { schema: Schema.Struct({ IC50: Schema.Number }) })
      for (let run = 0; run < 2; run++) {
        expect(yield* Stream.runHead(rows)).toMatchObject(Option.some(Either.left({ row: 1 })))
      }
    }).pipe(Effect.provide(server.layer))
  })

  it.effect("need a schema with columns, and send nothing without", () =>
    Effect.gen(function* () {
      const { failure, sent } = yield* read(Schema.Struct({}), "a\n1\n")
      expect(failure).toMatchObject({ _tag: "KaleidoscopeInvalidRequest" satisfies Tag, at: "schema" })
      expect(sent).toEqual([])
    })
  )

  it("have the type of the schema, and without one they are text", () => {
    type Rows = Exports.Service["rows"]
    const typed = (rows: Rows) => rows(query, { schema: Compound })
    const untyped = (rows: Rows) => rows(query, { accept: ["application/zip"] })
    expectTypeOf(typed).returns.toEqualTypeOf<
      Stream.Stream<Either.Either<typeof Compound.Type, Exports.RowError>, Exports.ExportError>
    >()
    expectTypeOf(untyped).returns.toEqualTypeOf<Stream.Stream<Exports.Row, Exports.ExportError>>()
  })
})

import { EntityFields, Ids, Records } from "@effect-kaleidoscope/sdk"
import * as Schema from "effect/Schema"
import { expect, it } from "../../../test/vitest.js"
import * as Matching from "../src/internal/registration/matching.js"

const fieldOf = Schema.decodeUnknownSync(EntityFields.EntityField)
const recordOf = Schema.decodeUnknownSync(Records.Record)

const key = fieldOf({ id: "key", field_name: "Compound ID", field_type: "text", is_key: true })

/** A record with these contents, by the ids of their fields. */
const record = (id: string, contents: { readonly [fieldId: string]: string }) =>
  recordOf({
    id,
    record_values: Object.fromEntries(
      Object.entries(contents).map(([field, content]) => [field, [{ id: `${id} ${field}`, content }]])
    )
  })

it("a column with the name of an inherited property is empty in a row that does not have it", () => {
  const columns = ["constructor", "toString"]
  for (const column of columns) {
    const table = {
      keys: new Map([["Compound ID", key]]),
      data: new Map([[column, fieldOf({ id: column, field_name: column, field_type: "text" })]])
    }
    const rows = [
      { index: 0, values: { "Compound ID": "A" } },
      { index: 1, values: { "Compound ID": "A", [column]: "x" } }
    ]
    const records = [record("second", { key: "A", [column]: "x" }), record("first", { key: "A" })]
    expect(
      Matching.match(table, rows, records, Ids.ActivityId.make("activity")).map(({ index, record }) => [
        index,
        record.id
      ])
    ).toEqual([
      [0, "first"],
      [1, "second"]
    ])
  }
})

it("a key column with the name of an inherited property is empty in a row that does not have it", () => {
  const table = { keys: new Map([["valueOf", key]]), data: new Map<string, never>() }
  const matches = Matching.match(
    table,
    [{ index: 0, values: {} }],
    [record("a", { key: "A" })],
    Ids.ActivityId.make("x")
  )
  expect(matches.map(({ record }) => record.id)).toEqual(["a"])
})

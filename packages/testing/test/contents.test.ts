import { Workspace } from "@effect-kaleidoscope/testing"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/TestClock"
import { describe, expect, it } from "../../../test/vitest.js"
import {
  at,
  listAt,
  type Method,
  multipart,
  type RequestOptions,
  send,
  signIn,
  stringAt,
  ways
} from "./support/client.js"
import {
  activityId,
  definitionId,
  fieldId,
  fileId,
  memberId,
  nobody,
  recordId,
  typeId,
  viewId
} from "./support/sample.js"

const { demo } = Workspace

const file = fileId("protocol.txt")
const record = recordId("EK-0001")

type FieldType = Workspace.Workspace["entity_fields"][number]["field_type"]

/** For each type of field what it takes, and what it refuses. */
const cases: ReadonlyArray<readonly [type: FieldType, taken: ReadonlyArray<unknown>, refused: ReadonlyArray<unknown>]> =
  [
    ["text", ["n.d.", 7, true, ["a"], { a: 1 }], []],
    [
      "number",
      [7, -0.5, "7", " 1e-3 ", "+.5", "007"],
      ["n.d.", "<0.5", "1,5", "0x10", "Infinity", "1e999", true, [7], {}]
    ],
    [
      "qualified-number",
      [7, "7", "<0.5", ">= 10", "~3", { value: "<1", unit: "nM" }],
      ["n.d.", "<", "a 7", true, { unit: "nM" }]
    ],
    ["boolean", [true, false, "true", "false"], ["yes", "TRUE", 1, 0, [true]]],
    [
      "date",
      ["2026-03-01", "2026-03-01T10:00:00Z", "2025-10-17T18:12:53.852115+00:00"],
      ["yesterday", "2026-02-30", "2026-13-01", "01.03.2026", "2026-03-01T25:00:00Z", 5, true]
    ],
    ["select", ["red", "blue"], ["Red", "green", 1, ["red"]]],
    ["status", ["red"], ["green", {}]],
    ["multiselect", [["red", "blue"], "red"], [["red", "green"], "green", [["red"]]]],
    ["record-reference", [record, [record]], [nobody, "EK-0001", recordId("P-0001"), 1, [record, nobody]]],
    ["people", [memberId("Ada"), [memberId("Ada")]], ["Ada", nobody, 1, [nobody]]],
    [
      "URL",
      ["https://kaleidoscope.bio/a?b=c#d", "s3://bucket/key"],
      ["kaleidoscope", "www.kaleidoscope.bio", "https://", "http://a b", 1]
    ],
    ["email", ["ada@northlight.example"], ["ada", "ada@", "@b", "a@b@c", "a b@c.d", 1]],
    ["phone", ["+49 (0)89 123-456", "555-0100"], ["n.d.", "12", "call me", 5550100]],
    ["file", [[file], file], ["protocol.txt", nobody, [file, nobody], 1]],
    ["image", [[file]], ["a.png", [nobody]]],
    ["molfile", ["methanol\n\nM  END", [file]], [7, [nobody], {}]],
    ["smiles-string", ["CCO"], [7, ["CCO"], true]],
    ["peptide", ["ACDEFG"], [7, {}]],
    [
      "xy-array",
      [
        [
          [1, 2],
          ["3", 4]
        ],
        [{ x: 1, y: 2 }],
        { x: [1, 2], y: [3, 4] }
      ],
      ["1,2", [1, 2], [["a", 1]], { x: [1], y: [] }, 5]
    ],
    ["mixture", [[{ component: "a" }], { a: 1 }], ["a", 7]],
    ["formula", [], [7, "=1+1", true]]
  ]

const clears = [null, "", []]

const nameOf = (type: FieldType): string => `A field of the type ${type}`

const attrsOf = (type: FieldType) =>
  ["select", "status", "multiselect"].includes(type) ? { options: ["red", { id: "blue", label: "Blue" }] } : {}

const template = demo.entity_fields.find((field) => !field.is_key)
const property = demo.activities.flatMap(({ properties }) => properties)[0]
const activity = demo.activities.find(({ properties }) => properties.length > 0)

/** The sample, with one field of each type and one property of each type. */
const seed: Workspace.Workspace =
  template === undefined || property === undefined || activity === undefined
    ? demo
    : {
        ...demo,
        entity_fields: [
          ...demo.entity_fields,
          ...cases.map(([type]) => ({
            ...template,
            id: `field ${type}`,
            field_name: nameOf(type),
            field_type: type,
            attrs: attrsOf(type),
            ref_slice_id: type === "record-reference" ? typeId("Compound") : null
          }))
        ],
        property_fields: [
          ...demo.property_fields,
          ...demo.property_fields.slice(0, 1).flatMap((field) =>
            cases.map(([type]) => ({
              ...field,
              id: `property field ${type}`,
              field_type: type,
              attrs: attrsOf(type)
            }))
          )
        ],
        activities: demo.activities.map((one) =>
          one.id === activity.id
            ? {
                ...one,
                properties: [
                  ...one.properties,
                  ...cases.map(([type]) => ({
                    ...property,
                    id: `property ${type}`,
                    property_field_id: `property field ${type}`,
                    field_type: type
                  }))
                ]
              }
            : one
        )
      }

const all = cases
  .filter(([type]) => type !== "record-reference")
  .flatMap(([type, taken, refused]) => [
    ...taken.map((content) => [type, content, true] as const),
    ...refused.map((content) => [type, content, false] as const)
  ])

const withReferences = cases.flatMap(([type, taken, refused]) => [
  ...taken.map((content) => [type, content, true] as const),
  ...refused.map((content) => [type, content, false] as const)
])

for (const way of ways) {
  describe(`the contents of fields, ${way.name}`, () => {
    // One token for all: there are many calls.
    let headers: { readonly [name: string]: string } = {}
    const authorize = Effect.map(signIn, (token) => {
      headers = { "x-kal-authorization": `Bearer ${token}` }
    })
    const call = (method: Method, path: string, options: RequestOptions = {}) =>
      send(method, path, { ...options, headers: { ...headers, ...options.headers } })

    const valuesOf = (type: FieldType, of = record) =>
      Effect.map(call("GET", `/records/${of}`), (answer) =>
        listAt(answer.json, "record_values", `field ${type}`).map((value) => at(value, "content"))
      )

    it.effect("go by the type of the field where one value is added", () =>
      Effect.gen(function* () {
        yield* authorize
        for (const [type, content, isTaken] of withReferences) {
          const before = yield* valuesOf(type)
          const answer = yield* call("POST", `/records/${record}/values`, {
            json: { field_id: `field ${type}`, content }
          })
          expect([type, content, answer.status]).toEqual([type, content, isTaken ? 201 : 400])
          if (!isTaken) {
            expect(at(answer.json, "code")).toBe("VALIDATION_FAILED")
            expect(at(answer.json, "issues")).toEqual([
              { path: ["content"], message: expect.stringContaining(`A field of the type ${type} takes`) }
            ])
          }
          expect(yield* valuesOf(type)).toEqual(isTaken ? [content, ...before] : before)
        }
        for (const [type] of cases) {
          for (const content of clears) {
            const json = { field_id: `field ${type}`, content }
            expect([type, (yield* call("POST", `/records/${record}/values`, { json })).status]).toEqual([type, 201])
          }
        }
      }).pipe(Effect.provide(way.make({ seed })))
    )

    it.effect("go by the type of the field in imports, by name and by id", () =>
      Effect.gen(function* () {
        yield* authorize
        const key = fieldId("Compound ID")
        for (const [path, json] of [
          [
            "/push/imports",
            {
              key_field_names: ["Compound ID"],
              data: withReferences.map(([type, content], index) => ({
                "Compound ID": `EK-${5000 + index}`,
                [nameOf(type)]: content
              }))
            }
          ],
          [
            "/push/imports/by-field-id",
            {
              key_field_ids: [key],
              data: withReferences.map(([type, content], index) => ({
                [key]: `EK-${5000 + index}`,
                [`field ${type}`]: content
              }))
            }
          ]
        ] as const) {
          const submitted = yield* call("POST", path, { json })
          yield* TestClock.adjust("5 seconds")
          const done = yield* call("GET", `/imports/${stringAt(submitted.json, "import_id")}`)
          expect(at(done.json, "import_status")).toBe("complete")
          const errors = listAt(done.json, "import_result", "validation_result", "errors")
          expect(errors.map((error) => [at(error, "field_name"), at(error, "value")])).toEqual(
            withReferences.filter(([, , isTaken]) => !isTaken).map(([type, content]) => [nameOf(type), content])
          )
          expect(new Set(errors.map((error) => at(error, "conflict_type")))).toEqual(new Set(["invalid_value"]))
        }
      }).pipe(Effect.provide(way.make({ seed })))
    )

    it.effect("go by the type of the property where a property is updated", () =>
      Effect.gen(function* () {
        yield* authorize
        for (const [type, content, isTaken] of all) {
          const answer = yield* call("PUT", `/properties/${encodeURIComponent(`property ${type}`)}`, {
            json: { content }
          })
          expect([type, content, answer.status]).toEqual([type, content, isTaken ? 200 : 400])
          if (!isTaken) {
            expect(at(answer.json, "issues", 0, "path")).toEqual(["content"])
          }
        }
      }).pipe(Effect.provide(way.make({ seed })))
    )

    it.effect("must fit the types of the fields in the results of a registration, or no result is stored", () =>
      Effect.gen(function* () {
        yield* authorize
        const path = `/operations/${activityId("Registration of March")}/register/${fileId("structures.sdf")}/results`
        const submit = (type: FieldType, content: unknown) =>
          call("POST", path, {
            json: {
              status: "success",
              key_field_names: ["Compound ID"],
              records: [
                {
                  record_id: recordId("EK-0037"),
                  status: "success",
                  data: { "Compound ID": "EK-7001", Notes: "first" }
                },
                { record_id: recordId("EK-0038"), status: "success", data: { [nameOf(type)]: content } }
              ]
            }
          })
        for (const [type, content] of all.filter(([, , isTaken]) => !isTaken)) {
          const answer = yield* submit(type, content)
          expect([type, content, answer.status]).toEqual([type, content, 400])
          expect(at(answer.json, "issues", 0, "path")).toEqual(["records", 1, "data", nameOf(type)])
        }
        const keys = JSON.stringify([{ [fieldId("Compound ID")]: "EK-7001" }])
        const find = call("GET", "/records/identifiers", { query: { records_key_field_to_value: keys } })
        expect((yield* find).json).toEqual([])
        expect((yield* submit("number", "7.5")).status).toBe(204)
        expect(yield* valuesOf("number", recordId("EK-0038"))).toEqual(["7.5"])
        expect(listAt((yield* find).json).length).toBe(1)
      }).pipe(Effect.provide(way.make({ seed })))
    )

    it.effect("go by the type of the field that holds what became of a registration", () =>
      Effect.gen(function* () {
        yield* authorize
        const path = `/operations/${activityId("Registration of March")}/register/${fileId("structures.sdf")}/results`
        const record_id = recordId("EK-0038")
        const submit = (status: unknown) =>
          call("POST", path, {
            json: { status: "success", records: [{ record_id, status, data: { Notes: "written" } }] }
          })
        const hold = (type: FieldType) =>
          call("PUT", `/activity_definitions/${definitionId("Compound registration")}`, {
            json: { registration_status_field_id: `field ${type}` }
          })
        // A status is a text: of contents of another kind there are none.
        for (const [type, content, isTaken] of all.filter(([, content]) => typeof content === "string")) {
          yield* hold(type)
          const before = yield* valuesOf(type, record_id)
          const answer = yield* submit(content)
          expect([type, content, answer.status]).toEqual([type, content, isTaken ? 204 : 400])
          if (!isTaken) {
            expect(at(answer.json, "issues", 0, "path")).toEqual(["records", 0, "status"])
            expect(yield* valuesOf(type, record_id)).toEqual(before)
          }
        }
      }).pipe(Effect.provide(way.make({ seed })))
    )

    it.effect("are files in fields and properties of files alone", () =>
      Effect.gen(function* () {
        yield* authorize
        const holders = ["file", "image", "molfile", "rxn", "plasmid", "protein-structure"]
        const part = { name: "file", fileName: "a.csv", bytes: "a,b\n" }
        const emulatorFiles = Effect.map(
          call("GET", `/records/${record}/values`),
          (answer) => listAt(answer.json).length
        )
        for (const [type] of cases) {
          const isTaken = holders.includes(type)
          const before = yield* emulatorFiles
          const body = { name: "body", bytes: JSON.stringify({ field_id: `field ${type}` }) }
          const value = yield* call("POST", `/records/${record}/values/file`, multipart([part, body]))
          expect([type, value.status]).toEqual([type, isTaken ? 201 : 400])
          expect(yield* emulatorFiles).toBe(isTaken ? before + 1 : before)
          const path = `/properties/${encodeURIComponent(`property ${type}`)}/file`
          const uploaded = yield* call("POST", path, multipart([part]))
          expect([type, uploaded.status]).toEqual([type, isTaken ? 200 : 400])
          if (!isTaken) {
            for (const answer of [value, uploaded]) {
              expect(at(answer.json, "issues")).toEqual([
                { path: ["file"], message: `A field of the type ${type} does not accept files` }
              ])
            }
          }
        }
      }).pipe(Effect.provide(way.make({ seed })))
    )

    it.effect("have the format that a key field enforces, wherever a key comes in", () =>
      Effect.gen(function* () {
        yield* authorize
        const key = fieldId("Compound ID")
        const create = (value: unknown) => call("POST", "/records", { json: { key_field_to_value: { [key]: value } } })
        expect((yield* create("free")).status).toBe(200)
        yield* call("PUT", `/key_fields/${key}`, { json: { format_enforcement: "enforce_only" } })
        const refused = yield* create("XX-1")
        expect([refused.status, at(refused.json, "issues", 0, "path")]).toEqual([400, ["key_field_to_value", key]])
        expect((yield* create("EK-8001")).status).toBe(200)

        const transfer = yield* call("PUT", `/record_views/${viewId("Batches")}/replace_key_fields`, {
          json: {
            add_key_field_names: [],
            remove_key_field_ids: [fieldId("Batch")],
            records_to_transfer: [
              { record_id: recordId("EK-0001 B-001"), key_field_name_to_value: { "Compound ID": "XX-1" } }
            ]
          }
        })
        expect([transfer.status, at(transfer.json, "issues", 0, "path")]).toEqual([
          400,
          ["records_to_transfer", 0, "key_field_name_to_value", "Compound ID"]
        ])

        const operation = `/operations/${activityId("Registration of March")}`
        const results = yield* call("POST", `${operation}/register/${fileId("structures.sdf")}/results`, {
          json: {
            status: "success",
            key_field_names: ["Compound ID"],
            records: [{ record_id: record, status: "success", data: { "Compound ID": "XX-1" } }]
          }
        })
        expect([results.status, at(results.json, "issues", 0, "path")]).toEqual([
          400,
          ["records", 0, "data", "Compound ID"]
        ])
      }).pipe(Effect.provide(way.make({ seed })))
    )
  })
}

import { Workspace } from "@effect-kaleidoscope/testing"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/TestClock"
import * as FastCheck from "fast-check"
import { describe, expect, it } from "../../../test/vitest.js"
import { at, listAt, type Method, type RequestOptions, send, signIn, stringAt, ways } from "./support/client.js"

const dashboard = "8a1f6c0e-2b5d-4e7f-9a3b-1c2d3e4f5a6b"

const seed: Workspace.Workspace = {
  ...Workspace.empty,
  dashboards: [
    {
      id: dashboard,
      dashboard_name: "All",
      dashboard_description: "",
      dashboard_type: "data",
      record_ids: [],
      record_set_ids: []
    }
  ]
}

const fieldNames = ["Color", "Note"] as const

type Field = (typeof fieldNames)[number]

type Command =
  | { readonly _tag: "create"; readonly key: string }
  | {
      readonly _tag: "write"
      readonly key: string
      readonly field: Field
      readonly content: unknown
      readonly activity: number | null
    }
  | {
      readonly _tag: "import"
      readonly rows: ReadonlyArray<{ readonly key: string; readonly Color?: string; readonly Note?: string }>
      readonly activity: number | null
    }
  | { readonly _tag: "attach"; readonly keys: ReadonlyArray<string>; readonly activity: number }
  | { readonly _tag: "rename"; readonly activity: number; readonly title: string }
  | { readonly _tag: "pin"; readonly key: string }
  | { readonly _tag: "unpin"; readonly key: string }

const key = FastCheck.constantFrom("a", "b", "c", "d")
const text = FastCheck.oneof(FastCheck.constantFrom("red", "green"), FastCheck.fullUnicodeString({ minLength: 1 }))
const activity = FastCheck.constantFrom(0, 1)

const command: FastCheck.Arbitrary<Command> = FastCheck.oneof(
  FastCheck.record({ _tag: FastCheck.constant("create" as const), key }),
  FastCheck.record({
    _tag: FastCheck.constant("write" as const),
    key,
    field: FastCheck.constantFrom(...fieldNames),
    content: FastCheck.oneof(text, FastCheck.jsonValue()),
    activity: FastCheck.option(activity)
  }),
  FastCheck.record({
    _tag: FastCheck.constant("import" as const),
    rows: FastCheck.array(FastCheck.record({ key, Color: text, Note: text }, { requiredKeys: ["key"] }), {
      maxLength: 4
    }),
    activity: FastCheck.option(activity)
  }),
  FastCheck.record({
    _tag: FastCheck.constant("attach" as const),
    keys: FastCheck.array(key, { maxLength: 3 }),
    activity
  }),
  FastCheck.record({ _tag: FastCheck.constant("rename" as const), activity, title: text }),
  FastCheck.record({ _tag: FastCheck.constant("pin" as const), key }),
  FastCheck.record({ _tag: FastCheck.constant("unpin" as const), key })
)

interface Value {
  readonly content: unknown
  readonly activity: number | null
}

/** The values of a record by field, the newest first. */
type Fields = { readonly [Name in Field]: Array<Value> }

/** The expected state of the emulator. */
class Model {
  readonly records = new Map<string, Fields>()
  readonly attached: ReadonlyArray<Array<string>> = [[], []]
  readonly titles = ["first", "second"]
  pinned: Array<string> = []

  record(key: string): Fields {
    const existing = this.records.get(key)
    const record = existing ?? { Color: [], Note: [] }
    this.records.set(key, record)
    return record
  }

  attach(activity: number, keys: ReadonlyArray<string>): void {
    for (const key of keys) {
      if (this.attached[activity]?.includes(key) === false) {
        this.attached[activity]?.push(key)
      }
    }
  }

  /** Whether the command is one that can be carried out. */
  run(command: Command): boolean {
    switch (command._tag) {
      case "create":
        this.record(command.key)
        return true
      case "write":
        this.records.get(command.key)?.[command.field].unshift(command)
        return this.records.has(command.key)
      case "import": {
        for (const row of command.rows) {
          const record = this.record(row.key)
          for (const name of fieldNames) {
            const content = row[name]
            const newest =
              command.activity === null
                ? record[name][0]
                : record[name].find((value) => value.activity === command.activity)
            const isThere = newest?.activity === command.activity && newest.content === content
            if (content !== undefined && !isThere) {
              record[name].unshift({ content, activity: command.activity })
            }
          }
        }
        if (command.activity !== null) {
          this.attach(
            command.activity,
            command.rows.map((row) => row.key)
          )
        }
        return true
      }
      case "attach": {
        const isKnown = command.keys.every((key) => this.records.has(key))
        if (isKnown) {
          this.attach(command.activity, command.keys)
        }
        return isKnown
      }
      case "rename":
        this.titles[command.activity] = command.title
        return true
      case "pin":
        if (this.records.has(command.key) && !this.pinned.includes(command.key)) {
          this.pinned.push(command.key)
        }
        return this.records.has(command.key)
      case "unpin": {
        const isPinned = this.pinned.includes(command.key)
        this.pinned = this.pinned.filter((key) => key !== command.key)
        return isPinned
      }
    }
  }
}

const program = (commands: ReadonlyArray<Command>) =>
  Effect.gen(function* () {
    const token = yield* signIn
    const call = (method: Method, path: string, options: RequestOptions = {}) =>
      send(method, path, { ...options, headers: { "x-kal-authorization": `Bearer ${token}` } })
    const idOf = (answer: { readonly json: unknown }, ...path: ReadonlyArray<string | number>) =>
      stringAt(answer.json, ...path, "id")

    const keyField = idOf(yield* call("POST", "/key_fields/", { json: { field_name: "Key" } }))
    const fields = new Map<string, string>()
    for (const field_name of fieldNames) {
      const answer = yield* call("POST", "/data_fields/", { json: { field_name, field_type: "text", attrs: {} } })
      fields.set(field_name, idOf(answer))
    }
    const activities: Array<string> = []
    for (const title of ["first", "second"]) {
      activities.push(idOf(yield* call("POST", "/activities", { json: { title, activity_type: "task" } }), 0))
    }
    const idsByKey = new Map<string, string>()
    const recordId = (key: string) => idsByKey.get(key) ?? "00000000-0000-4000-8000-000000000000"
    const activityId = (index: number | null) => (index === null ? null : activities[index])

    const run = (command: Command) => {
      switch (command._tag) {
        case "create":
          return call("POST", "/records", { json: { key_field_to_value: { [keyField]: command.key } } })
        case "write":
          return call("POST", `/records/${recordId(command.key)}/values`, {
            json: {
              field_id: fields.get(command.field),
              content: command.content,
              operation_id: activityId(command.activity)
            }
          })
        case "import":
          return Effect.tap(
            call("POST", "/push/imports", {
              json: {
                key_field_names: ["Key"],
                data: command.rows.map(({ key, ...row }) => ({ Key: key, ...row })),
                operation_id: activityId(command.activity)
              }
            }),
            TestClock.adjust("1 second")
          )
        case "attach":
          return call("PUT", `/operations/${activityId(command.activity)}/records`, {
            json: { record_ids: command.keys.map(recordId) }
          })
        case "rename":
          return call("PUT", `/activities/${activityId(command.activity)}`, { json: { title: command.title } })
        case "pin":
          return call("POST", `/dashboards/${dashboard}/records`, { json: { record_id: recordId(command.key) } })
        case "unpin":
          return call("DELETE", `/dashboards/${dashboard}/records/${recordId(command.key)}`, { json: {} })
      }
    }

    const find = (key: string) =>
      Effect.map(
        call("GET", "/records/identifiers", {
          query: { records_key_field_to_value: JSON.stringify([{ [keyField]: key }]) }
        }),
        (answer) => at(answer.json, 0, "record")
      )

    const model = new Model()
    for (const command of commands) {
      const isPossible = model.run(command)
      const { status } = yield* run(command)
      expect([command, status]).toEqual([command, isPossible ? expect.toSatisfy((code: number) => code < 300) : 404])
      for (const key of model.records.keys()) {
        const id = at(yield* find(key), "id")
        expect([key, id]).toEqual([key, idsByKey.get(key) ?? expect.any(String)])
        idsByKey.set(key, String(id))
      }
    }

    for (const key of ["a", "b", "c", "d"]) {
      const record = yield* find(key)
      const values = model.records.get(key)
      if (values === undefined) {
        expect([key, record]).toEqual([key, undefined])
        continue
      }
      expect(at(record, "record_identifier")).toBe(key)
      for (const name of fieldNames) {
        const stored = listAt(record, "record_values", fields.get(name) ?? "")
        const shown = stored.map((value) => [at(value, "content"), at(value, "operation_id")])
        expect(shown).toEqual(values[name].map(({ activity, content }) => [content, activityId(activity)]))
        const dates = stored.map((value) => stringAt(value, "created_at"))
        expect(new Set(dates).size).toBe(dates.length)
      }
    }
    const keysOf = (ids: ReadonlyArray<unknown>) =>
      ids.map((id) => [...idsByKey].find(([, other]) => other === id)?.[0]).sort()
    const everything = yield* call("GET", "/records/search")
    expect(keysOf(listAt(everything.json))).toEqual([...model.records.keys()].sort())
    const isRed = { field_id: fields.get("Color"), filter_type: "is_equal", filter_prop: "red" }
    const red = yield* call("GET", "/records/search", { query: { entity_field_filters: JSON.stringify([isRed]) } })
    expect(keysOf(listAt(red.json))).toEqual(
      [...model.records].flatMap(([key, values]) => (values.Color[0]?.content === "red" ? [key] : [])).sort()
    )
    const listed = yield* call("GET", "/activities")
    for (const [index, id] of activities.entries()) {
      expect(at(listed.json, index, "title")).toBe(model.titles[index])
      const held = yield* call("GET", `/operations/${id}/records`)
      expect(keysOf(listAt(held.json).map((record) => at(record, "id")))).toEqual(
        [...(model.attached[index] ?? [])].sort()
      )
    }
    const dashboards = yield* call("GET", "/dashboards")
    const pinned = listAt(dashboards.json, 0, "record_ids")
    expect(pinned).toEqual(model.pinned.map(recordId))
  })

for (const way of ways) {
  describe(`random writes, ${way.name}`, () => {
    it.effect.prop(
      "are read back as a simple model has them",
      { commands: FastCheck.array(command, { maxLength: 20 }) },
      ({ commands }) => Effect.provide(program(commands), way.make({ seed })),
      { fastCheck: { numRuns: way.name === "in memory" ? 30 : 8 } }
    )
  })
}

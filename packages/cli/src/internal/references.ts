/** What people write for a thing: its id, or its name. */
import * as Activities from "@effect-kaleidoscope/sdk/Activities"
import * as Ids from "@effect-kaleidoscope/sdk/Ids"
import type * as Programs from "@effect-kaleidoscope/sdk/Programs"
import * as Records from "@effect-kaleidoscope/sdk/Records"
import type * as Workspace from "@effect-kaleidoscope/sdk/Workspace"
import * as Effect from "effect/Effect"
import { failed } from "./failure.js"
import { suggestion } from "./nearest.js"

const uuid = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/i

export const isId = (text: string): boolean => uuid.test(text)

export const program = (text: string): Programs.Reference => (isId(text) ? Ids.ProgramId.make(text) : { title: text })

export const label = (text: string) => (isId(text) ? Ids.LabelId.make(text) : { label_name: text })

export const entityType = (text: string) => (isId(text) ? Ids.EntityTypeId.make(text) : { slice_name: text })

export const field = (text: string) => (isId(text) ? Ids.EntityFieldId.make(text) : { field_name: text })

export const definition = (text: string) => (isId(text) ? Ids.ActivityDefinitionId.make(text) : { title: text })

/** A member: the id, the email address, or the full name. */
export const member = (text: string): Workspace.MemberReference =>
  isId(text) ? Ids.UserId.make(text) : text.includes("@") ? { email: text } : { full_name: text }

const listed = (ids: ReadonlyArray<string>): string =>
  `${ids.slice(0, 5).join(", ")}${ids.length > 5 ? ` and ${ids.length - 5} more` : ""}`

/** An activity by its id, its title, or its id in another system. */
export const activity = (text: string) =>
  Effect.gen(function* () {
    const activities = yield* Activities.Activities
    if (isId(text)) return yield* activities.get(Ids.ActivityId.make(text))
    const all = yield* activities.list
    const found = all.filter(({ external_id, title }) => title === text || external_id === text)
    const [only, ...others] = found
    if (only === undefined) {
      const titles = all.flatMap(({ title }) => (title === null ? [] : [title]))
      return yield* failed(
        `There is no activity ${JSON.stringify(text)}${suggestion(text, titles)}`,
        "`kaleidoscope activities list` shows the titles and the ids"
      )
    }
    if (others.length > 0) {
      return yield* failed(
        `${found.length} activities are called ${JSON.stringify(text)}`,
        `Use one of the ids: ${listed(found.map(({ id }) => id))}`
      )
    }
    return only
  })

/** The keys in `Compound ID=EK-0001;Batch=2`. */
const keysIn = (text: string): Records.KeyValues =>
  Object.fromEntries(
    text.split(";").map((part) => {
      const [name = "", ...value] = part.split("=")
      return [name.trim(), value.join("=").trim()]
    })
  )

/** A record by its id, by its keys (`Compound ID=EK-0001`), or by the name that people read. */
export const record = (text: string) =>
  Effect.gen(function* () {
    const records = yield* Records.Records
    if (isId(text)) return yield* records.get(Ids.RecordId.make(text))
    if (text.includes("=")) return yield* records.get({ key_values: keysIn(text) })
    const near = yield* records.findMany(yield* records.search({ search_text: text, limit: 100 }))
    const found = near.filter(({ record_identifier }) => record_identifier === text)
    const [only, ...others] = found
    if (only === undefined) {
      const names = near.flatMap(({ record_identifier }) => (record_identifier === null ? [] : [record_identifier]))
      return yield* failed(
        `There is no record ${JSON.stringify(text)}${suggestion(text, names)}`,
        "A record is named by its id, by its name, or by its keys: 'Compound ID=EK-0001'"
      )
    }
    if (others.length > 0) {
      return yield* failed(
        `${found.length} records are called ${JSON.stringify(text)}`,
        `Use one of the ids: ${listed(found.map(({ id }) => id))}`
      )
    }
    return only
  })

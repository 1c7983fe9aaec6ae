import { Ids } from "@effect-kaleidoscope/sdk"
import { Emulator, Workspace } from "@effect-kaleidoscope/testing"
import * as Effect from "effect/Effect"
import { assert } from "../../../../test/vitest.js"

const { activities, entity_fields, members, records } = Workspace.demo

const one = <A>(things: ReadonlyArray<A>, isIt: (thing: A) => boolean): A => {
  const thing = things.find(isIt)
  assert(thing !== undefined)
  return thing
}

/** A record of the sample workspace, by what people read for it. */
export const recordCalled = (name: string) => {
  const record = one(records, ({ record_identifier }) => record_identifier === name)
  return { ...record, id: Ids.RecordId.make(record.id) }
}

/** An activity of the sample workspace. */
export const activityCalled = (title: string) => {
  const activity = one(activities, (activity) => activity.title === title)
  return { ...activity, id: Ids.ActivityId.make(activity.id) }
}

export const fieldId = (name: string) =>
  Ids.EntityFieldId.make(one(entity_fields, ({ field_name }) => field_name === name).id)

export const userId = (name: string) => Ids.UserId.make(one(members, ({ full_name }) => full_name === name).id)

/** The assay that compounds were measured in, as it is named in calls. */
export const run = (nth: number) => ({ title: `EGFR IC50, run ${nth}` })

/** A compound, as it is named in calls. */
export const compound = (name: string) => ({ key_values: { "Compound ID": name } })

export const idsOf = (things: Iterable<{ readonly id: string }>): Array<string> => Array.from(things, ({ id }) => id)

const requests = Effect.flatMap(Emulator.Emulator, (emulator) => emulator.requests)

/** How often a call was made, by the emulator's own log: `POST /records`. */
export const countOf = (call: string) =>
  Effect.map(requests, (all) => all.filter(({ method, path }) => `${method} ${path}` === call).length)

/** The bodies that were sent with a call. */
export const bodiesOf = (call: string) =>
  Effect.map(requests, (all) =>
    all.filter(({ method, path }) => `${method} ${path}` === call).map(({ body }): unknown => JSON.parse(body))
  )

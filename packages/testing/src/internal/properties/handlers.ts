import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import * as Effect from "effect/Effect"
import { addFile } from "../files/files.js"
import { checkContent, checkHoldsFiles, type Holder } from "../records/contents.js"
import { Api } from "../server/api.js"
import { type BadRequest, type NotFound, notFound } from "../server/problem.js"
import { addEvent, type Moment, type State, Store } from "../server/store.js"
import type { Property } from "./model.js"

const replaced = (properties: ReadonlyArray<Property>, property: Property): ReadonlyArray<Property> =>
  properties.map((other) => (other.id === property.id ? property : other))

const ownerOf = (state: State, id: string) => {
  for (const collection of [state.activities, state.activity_definitions]) {
    for (const owner of collection.values()) {
      const property = owner.properties.find((property) => property.id === id)
      if (property !== undefined) {
        return { owner, property }
      }
    }
  }
  return undefined
}

/** The field of a property, with the options of the property field. */
const holderOf = (state: State, property: Property): Holder => ({
  field_type: property.field_type,
  attrs: state.property_fields.get(property.property_field_id)?.attrs
})

/** Changes the content of a property. The content may depend on the activity that has the property. */
const update = (
  state: State,
  at: Moment,
  id: string,
  check: (holder: Holder) => Effect.Effect<void, BadRequest>,
  contentFor: (activityId: string | null) => unknown
): Effect.Effect<Property, NotFound | BadRequest> =>
  Effect.gen(function* () {
    const found = ownerOf(state, id)
    if (found === undefined) {
      return yield* Effect.fail(notFound("property", id))
    }
    const { owner, property } = found
    yield* check(holderOf(state, property))
    const activity = state.activities.get(owner.id)
    const definition = state.activity_definitions.get(owner.id)
    const updated: Property = {
      ...property,
      content: contentFor(activity?.id ?? null),
      last_updated_by: state.api_user_id
    }
    if (activity !== undefined) {
      state.activities.set(activity.id, {
        ...activity,
        properties: replaced(activity.properties, updated),
        last_activity_at: at.iso
      })
    } else if (definition !== undefined) {
      state.activity_definitions.set(definition.id, {
        ...definition,
        properties: replaced(definition.properties, updated)
      })
    }
    addEvent(state, at, "property_updated", activity === undefined ? "task_definition" : "task", owner.id, {
      property_id: id,
      property_name: property.property_name,
      content: { from: property.content, to: updated.content }
    })
    return updated
  })

export const layer = HttpApiBuilder.group(Api, "properties", (handlers) =>
  Effect.map(Store, (store) =>
    handlers
      .handle("updateProperty", ({ path, payload }) =>
        store.change((state, at) =>
          update(
            state,
            at,
            path.id,
            (holder) => checkContent(state, holder, payload.content, ["content"]),
            () => payload.content
          )
        )
      )
      .handle("uploadPropertyFile", ({ path, payload }) =>
        store.change((state, at) =>
          update(
            state,
            at,
            path.id,
            (holder) => checkHoldsFiles(holder, ["file"]),
            (activityId) => [addFile(state, payload.file, activityId).id]
          )
        )
      )
  )
)

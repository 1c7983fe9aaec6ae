import * as EntityFields from "@effect-kaleidoscope/sdk/EntityFields"
import * as EntityTypes from "@effect-kaleidoscope/sdk/EntityTypes"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Services from "../../client/services.js"
import * as Output from "../../output/output.js"

export const types = () =>
  Effect.gen(function* () {
    const entityTypes = yield* EntityTypes.EntityTypes
    const fields = yield* EntityFields.EntityFields
    const [all, keyFields] = yield* Effect.all([entityTypes.list, fields.listKeyFields], { concurrency: 2 })
    const names = new Map(keyFields.map(({ field_name, id }) => [id, field_name ?? id]))
    yield* Output.list(
      EntityTypes.EntityType,
      [
        { name: "name", value: ({ slice_name }) => slice_name },
        { name: "id", value: ({ id }) => id },
        { name: "key_fields", value: ({ key_field_ids }) => key_field_ids.map((id) => names.get(id) ?? id) }
      ],
      all,
      "The workspace has no entity types"
    )
  }).pipe(Services.provide(Layer.merge(EntityTypes.layer, EntityFields.layer)))

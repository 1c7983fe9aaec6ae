import * as EntityFields from "@effect-kaleidoscope/sdk/EntityFields"
import * as Effect from "effect/Effect"
import * as Services from "../../client/services.js"
import * as Output from "../../output/output.js"

export const fields = (options: { readonly key: boolean; readonly data: boolean; readonly archived: boolean }) =>
  Effect.gen(function* () {
    const service = yield* EntityFields.EntityFields
    const both = options.key === options.data
    const [keyFields, dataFields] = yield* Effect.all(
      [
        both || options.key ? service.listKeyFields : Effect.succeed([]),
        both || options.data ? service.listDataFields : Effect.succeed([])
      ],
      { concurrency: 2 }
    )
    yield* Output.list(
      EntityFields.EntityField,
      [
        { name: "name", value: ({ field_name }) => field_name },
        { name: "kind", value: ({ is_key }) => (is_key === null ? null : is_key ? "key" : "data") },
        { name: "type", value: ({ field_type }) => field_type },
        { name: "id", value: ({ id }) => id },
        { name: "description", value: ({ field_description }) => field_description }
      ],
      [...keyFields, ...dataFields].filter(({ is_archived }) => options.archived || is_archived !== true),
      "The workspace has no fields"
    )
  }).pipe(Services.provide(EntityFields.layer))

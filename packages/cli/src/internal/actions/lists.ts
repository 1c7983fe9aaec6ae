import * as EntityFields from "@effect-kaleidoscope/sdk/EntityFields"
import * as EntityTypes from "@effect-kaleidoscope/sdk/EntityTypes"
import * as Labels from "@effect-kaleidoscope/sdk/Labels"
import * as Programs from "@effect-kaleidoscope/sdk/Programs"
import * as Workspace from "@effect-kaleidoscope/sdk/Workspace"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Services from "../client/services.js"
import * as Output from "../output/output.js"

export const programs = () =>
  Effect.gen(function* () {
    const programs = yield* Programs.Programs
    yield* Output.list(
      Programs.Program,
      [
        { name: "title", value: ({ title }) => title },
        { name: "id", value: ({ id }) => id },
        { name: "created_at", value: ({ created_at }) => created_at }
      ],
      yield* programs.list,
      "The workspace has no programs"
    )
  }).pipe(Services.provide(Programs.layer))

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

export const members = (options: { readonly deactivated: boolean }) =>
  Effect.gen(function* () {
    const workspace = yield* Workspace.Workspace
    yield* Output.list(
      Workspace.Member,
      [
        { name: "name", value: ({ full_name, preferred_name }) => full_name ?? preferred_name },
        { name: "email", value: ({ email }) => email },
        { name: "access_level", value: ({ access_level }) => access_level },
        { name: "id", value: ({ id }) => id }
      ],
      (yield* workspace.members).filter(({ access_level }) => options.deactivated || access_level !== "deactivated"),
      "The workspace has no members"
    )
  }).pipe(Services.provide(Workspace.layer))

export const labels = () =>
  Effect.gen(function* () {
    const labels = yield* Labels.Labels
    yield* Output.list(
      Labels.Label,
      [
        { name: "name", value: ({ label_name }) => label_name },
        { name: "id", value: ({ id }) => id }
      ],
      yield* labels.list,
      "The workspace has no labels"
    )
  }).pipe(Services.provide(Labels.layer))

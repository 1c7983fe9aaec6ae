import { EntityTypes, Ids } from "@effect-kaleidoscope/sdk"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { Row } from "./row.js"

const compoundId = Ids.EntityFieldId.make("5a0fd4cf-3b2f-4c57-9d0c-0d54cf1ad1a1")
const batch = Ids.EntityFieldId.make("5a0fd4cf-3b2f-4c57-9d0c-0d54cf1ad1a2")
const record = Ids.RecordId.make("b6b0d0f1-7d52-4a9a-8f3f-0e6d0c1b2a31")

const wire = {
  id: "1f0b6ad1-1d7c-4a5a-9d6f-3f0f5e1f7c01",
  slice_name: "Compound",
  key_field_ids: [compoundId],
  is_primary: true,
  is_archived: false,
  created_at: "2025-10-17T18:11:17.330Z",
  created_by: null,
  workspace_id: "3c1f4f5a-6f0e-4b9c-8d53-2f8c8b1c9e10",
  is_new_to_the_sdk: { yes: true }
}

const compound = { ...wire, created_at: DateTime.unsafeMake("2025-10-17T18:11:17.330Z") }

const ofBatches = { ...wire, id: "1f0b6ad1-1d7c-4a5a-9d6f-3f0f5e1f7c02", key_field_ids: [compoundId, batch] }

const keyFields = [
  { id: compoundId, field_name: "Compound ID", is_key: true },
  { id: batch, field_name: "Batch", is_key: true }
]

export const rows: ReadonlyArray<Row<EntityTypes.EntityTypes>> = [
  {
    name: "EntityTypes.list",
    repeatable: true,
    call: Effect.flatMap(EntityTypes.EntityTypes, (entityTypes) => entityTypes.list),
    request: { method: "GET", path: "/entity_slices", headers: { accept: "application/json" } },
    answer: { status: 200, body: [wire] },
    result: [compound]
  },
  {
    name: "EntityTypes.withKeyFields",
    repeatable: true,
    call: Effect.flatMap(EntityTypes.EntityTypes, (entityTypes) =>
      entityTypes.withKeyFields([{ field_name: "Compound ID" }])
    ).pipe(Effect.map((found) => found.map(({ id }) => id))),
    request: { method: "GET", path: "/entity_slices" },
    answer: { status: 200, body: [ofBatches, wire] },
    others: { "GET /key_fields": { status: 200, body: keyFields } },
    result: [ofBatches.id, wire.id]
  },
  {
    name: "EntityTypes.findByKeyFields",
    repeatable: true,
    call: Effect.flatMap(EntityTypes.EntityTypes, (entityTypes) => entityTypes.findByKeyFields([compoundId])),
    request: { method: "GET", path: "/entity_slices" },
    answer: { status: 200, body: [ofBatches, wire] },
    result: Option.some(compound)
  },
  {
    name: "EntityTypes.recordIds",
    repeatable: true,
    call: Effect.flatMap(EntityTypes.EntityTypes, (entityTypes) => entityTypes.recordIds({ slice_name: "Compound" })),
    request: { method: "GET", path: "/records/search", query: [["entity_slice_id", wire.id]] },
    answer: { status: 200, body: [record] },
    others: { "GET /entity_slices": { status: 200, body: [wire] } },
    result: [record]
  }
]

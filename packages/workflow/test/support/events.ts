/** A workspace with events, for mirrors. */
import { Workspace } from "@effect-kaleidoscope/testing"
import * as Schema from "effect/Schema"

const id = (number: number) => `00000000-0000-4000-8000-${String(number).padStart(12, "0")}`

const start = Date.parse("2026-03-01T12:00:00.000Z")

/** The ids of the events, the oldest first. */
export const ids = (count: number): ReadonlyArray<string> => Array.from({ length: count }, (_, index) => id(index + 1))

/** A workspace in which something happened to `things` things, to one after the other, each second. */
export const workspace = (count: number, things = 4): Workspace.Workspace =>
  Schema.decodeUnknownSync(Workspace.Workspace)({
    ...Schema.encodeSync(Workspace.Workspace)(Workspace.empty),
    now: new Date(start + count * 1000).toISOString(),
    events: ids(count).map((id, index) => ({
      id,
      event_type: "operation_updated",
      event_type_version: 1,
      event_attrs: {},
      event_user_id: null,
      created_at: new Date(start + index * 1000).toISOString(),
      resource_id: `activity ${index % things}`,
      resource_type: "operation",
      parent_bulk_event_id: null,
      is_bulk: false,
      workspace_id: Workspace.empty.workspace.id,
      request_id: null,
      session_id: null
    }))
  })

import { Ids, Workspace } from "@effect-kaleidoscope/sdk"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import type { Row } from "./row.js"

const ada = {
  id: Ids.UserId.make("0a0f1f3e-3c1d-4b55-8a52-0d7a1d0f6a01"),
  full_name: "Ada Okafor",
  preferred_name: "Ada",
  email: "ada@northlight.example",
  access_level: "admin"
}

const chemistry = {
  id: "1b6a2d1c-9c55-4a0f-b0a0-6f2f5a9c1d02",
  group_name: "Chemistry",
  user_ids: [ada.id],
  program_ids: ["8bc96c35-22f2-4fbc-9941-3d15ff619f89"],
  email: "chemistry@northlight.example"
}

const event = {
  id: "2c7b3e2d-8d44-4b1e-a1b1-7e3e6b8d2e03",
  event_type: "activity_updated",
  event_type_version: 1,
  event_attrs: { status: { from: "to do", to: "in progress" } },
  event_user_id: ada.id,
  full_name: "Ada Okafor",
  preferred_name: "Ada",
  is_bot: false,
  created_at: "2025-10-17T18:12:53.852115+00:00",
  resource_id: "3d8c4f3e-7e33-4c2d-92c2-8d4d7c7e3f04",
  resource_type: "task",
  parent_bulk_event_id: null,
  is_bulk: false
}

const eventRead = {
  ...event,
  created_at: DateTime.mapEpochMillis(DateTime.unsafeMake(0), () => 1_760_724_773_852.115)
}

const workspace = { id: "60171855-b8ee-4079-a809-2aaf1947829b", workspace_name: "Northlight" }

export const rows: ReadonlyArray<Row<Workspace.Workspace>> = [
  {
    name: "Workspace.get",
    repeatable: true,
    call: Effect.flatMap(Workspace.Workspace, (service) => service.get),
    request: { method: "GET", path: "/workspaces/active" },
    answer: { status: 200, body: workspace },
    result: workspace
  },
  {
    name: "Workspace.members",
    repeatable: true,
    call: Effect.flatMap(Workspace.Workspace, (service) => service.members),
    request: { method: "GET", path: "/workspaces/members" },
    answer: { status: 200, body: [ada] },
    result: [ada]
  },
  {
    name: "Workspace.groups",
    repeatable: true,
    call: Effect.flatMap(Workspace.Workspace, (service) => service.groups),
    request: { method: "GET", path: "/workspaces/groups" },
    answer: { status: 200, body: [chemistry] },
    result: [chemistry]
  },
  {
    name: "Workspace.events",
    repeatable: true,
    call: Effect.flatMap(Workspace.Workspace, (service) =>
      service.events({
        page: 2,
        page_size: 25,
        event_types: ["activity_updated"],
        resource_type: "task",
        event_user_ids: [ada.id],
        after_date: "2025-10-01",
        before_date: new Date("2025-11-01T00:00:00.000Z")
      })
    ),
    request: {
      method: "GET",
      path: "/workspaces/events",
      query: [
        ["page", "2"],
        ["page_size", "25"],
        ["event_types", '["activity_updated"]'],
        ["resource_type", "task"],
        ["event_user_ids", `["${ada.id}"]`],
        ["after_date", "2025-10-01"],
        ["before_date", "2025-11-01T00:00:00.000Z"]
      ]
    },
    answer: { status: 200, body: [event] },
    result: [eventRead]
  }
]

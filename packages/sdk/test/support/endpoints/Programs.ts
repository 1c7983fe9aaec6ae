import { Ids, Programs } from "@effect-kaleidoscope/sdk"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import type { Row } from "./row.js"

const id = Ids.ProgramId.make("8bc96c35-22f2-4fbc-9941-3d15ff619f89")

const wire = {
  id,
  title: "Apollo",
  created_at: "2025-10-17T18:11:41.180Z",
  created_by: null,
  workspace_id: "3c1f4f5a-6f0e-4b9c-8d53-2f8c8b1c9e10"
}

const program = { ...wire, created_at: DateTime.unsafeMake("2025-10-17T18:11:41.180Z") }

export const rows: ReadonlyArray<Row<Programs.Programs>> = [
  {
    name: "Programs.list",
    repeatable: true,
    call: Effect.flatMap(Programs.Programs, (programs) => programs.list),
    request: { method: "GET", path: "/programs", headers: { accept: "application/json" } },
    answer: { status: 200, body: [wire] },
    result: [program]
  },
  {
    name: "Programs.create",
    repeatable: false,
    call: Effect.flatMap(Programs.Programs, (programs) => programs.create({ title: "Apollo" })),
    request: { method: "POST", path: "/programs", body: { title: "Apollo" } },
    answer: { status: 201, body: wire },
    result: program
  },
  {
    name: "Programs.update",
    repeatable: true,
    call: Effect.flatMap(Programs.Programs, (programs) => programs.update(id, { title: "Apollo" })),
    request: { method: "PUT", path: `/programs/${id}`, body: { title: "Apollo" } },
    answer: { status: 200, body: wire },
    result: program
  }
]

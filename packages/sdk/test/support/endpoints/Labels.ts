import { Labels } from "@effect-kaleidoscope/sdk"
import * as Effect from "effect/Effect"
import type { Row } from "./row.js"

const label = { id: "0c7d2f2e-5b6b-4f5c-9f7f-0d5a0c9f3a11", label_name: "urgent" }

export const rows: ReadonlyArray<Row<Labels.Labels>> = [
  {
    name: "Labels.list",
    repeatable: true,
    call: Effect.flatMap(Labels.Labels, (labels) => labels.list),
    request: { method: "GET", path: "/activity_labels", headers: { accept: "application/json" } },
    answer: { status: 200, body: [label] },
    result: [label]
  }
]

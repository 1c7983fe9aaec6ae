/** The scientist's side of a registration by table. */
import { Ids, Registration } from "@effect-kaleidoscope/sdk"
import { Emulator } from "@effect-kaleidoscope/testing"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"

const table = { title: "Registration of April" }

/** Stages a draft and submits it. */
export const submit = Effect.gen(function* () {
  const registration = yield* Registration.Registration
  const rows = [{ "Compound ID": "DRAFT-OF-ANNA", SMILES: "CCO" }]
  const schedule = Schedule.spaced("20 millis")
  const { drafts } = yield* registration.stage(table, rows, { key_field_names: ["Compound ID"], schedule })
  return yield* registration.submit(table, { drafts })
})

export const activityId = Effect.map(
  Effect.flatMap(Emulator.Emulator, ({ state }) => state),
  ({ activities }) => Ids.ActivityId.make(activities.find(({ title }) => title === table.title)?.id ?? "")
)

/** How often results were sent. */
export const resultsSent = Effect.map(
  Effect.flatMap(Emulator.Emulator, ({ requests }) => requests),
  (requests) => requests.filter(({ method, path }) => method === "POST" && path.endsWith("/results")).length
)

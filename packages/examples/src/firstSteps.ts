/** A tour of a workspace. It writes only with `write: true`, and its layer decides on the workspace. */
import { Activities, EntityFields, EntityTypes, Ids, Programs, Records } from "@effect-kaleidoscope/sdk"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"

export const firstSteps = (options: { readonly write: boolean }) =>
  Effect.gen(function* () {
    const activities = yield* Activities.Activities
    const entityFields = yield* EntityFields.EntityFields
    const entityTypes = yield* EntityTypes.EntityTypes
    const programs = yield* Programs.Programs
    const records = yield* Records.Records

    yield* Console.log("Programs:", (yield* programs.list).map((program) => program.title).join(", "))

    const open = yield* activities.search({ statuses: ["to do", "in progress"], limit: 50 })
    for (const activity of open) yield* Console.log(`- ${activity.title}: ${activity.status}`)

    const compound = yield* entityTypes.get({ slice_name: "Compound" })
    const ic50 = yield* entityFields.getDataField({ field_name: "IC50" })
    const rows = yield* records.stream({ entity_slice_id: compound, limit: 10 }).pipe(
      Stream.map((record) => ({
        Compound: record.record_identifier,
        "latest IC50": Option.getOrNull(
          Option.flatMap(Records.latestContent(record, { field: ic50 }), Records.asNumber)
        )
      })),
      Stream.runCollect
    )
    yield* Console.table(Array.from(rows))

    if (options.write) {
      const created = yield* programs.create({ title: "Made by the first steps" })
      const readBack = yield* programs.get(created.id)
      yield* Console.log(`Added the program ${JSON.stringify(readBack.title)}`)
    }

    yield* records.get(Ids.RecordId.make("00000000-0000-4000-8000-000000000000")).pipe(
      Effect.flatMap((record) => Console.log(`Found ${record.record_identifier}`)),
      Effect.catchTag("KaleidoscopeNotFound", (error) => Console.log(`As expected: ${error.message}`))
    )
  })

/** What happened to activities since the last run: `npm run example -- mirror-activities cursor.json`. */
import * as FileSystem from "@effect/platform/FileSystem"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { Activities, Workspace as Events } from "@effect-kaleidoscope/sdk"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { Workspace } from "./workspace.js"

const CursorText = Schema.parseJson(Events.ChangesCursor)

/** Runs the program, and gives its exit code. The argument is the file of the cursor. */
export const mirrorActivities = ([file = "cursor.json"]: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const files = yield* FileSystem.FileSystem
    const workspace = yield* Events.Workspace
    const activities = yield* Activities.Activities
    const since = (yield* files.exists(file))
      ? yield* Effect.flatMap(files.readFileString(file), Schema.decode(CursorText))
      : undefined
    const titles = new Map((yield* activities.list).map(({ id, title }): [string, string | null] => [id, title]))
    yield* workspace.changes({ since }).pipe(
      Stream.runForEach(({ cursor, event }) =>
        Effect.gen(function* () {
          const title = titles.get(event.resource_id ?? "")
          if (title !== undefined) yield* Console.log(`${title}: ${event.event_type}`)
          // After a crash, only events whose cursor was not stored come again.
          yield* files.writeFileString(file, yield* Schema.encode(CursorText)(cursor))
        })
      )
    )
    return 0
  }).pipe(
    Effect.provide(Layer.merge(Workspace, NodeFileSystem.layer)),
    Effect.catchAll((error) =>
      Effect.as(Console.error(`mirror-activities: ${"message" in error ? error.message : String(error)}`), 1)
    )
  )

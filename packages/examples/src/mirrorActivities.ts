/** What happened to activities since the last run: `npm run example -- mirror-activities cursor.json`. */
import * as FileSystem from "@effect/platform/FileSystem"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { Activities, Workspace as Events } from "@effect-kaleidoscope/sdk"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { Refused } from "./arguments.js"
import { Workspace } from "./workspace.js"

const help = `Print what happened to activities since the last run.

npm run example -- mirror-activities [FILE]

FILE has the place to go on from; default: cursor.json. It is written after each
event. Without it, the program begins with the first event of the workspace.
`

const CursorText = Schema.parseJson(Events.ChangesCursor)

/** Runs the program, and gives its exit code. The argument is the file of the cursor. */
export const mirrorActivities = (args: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const [file = "cursor.json"] = args
    if (args.includes("--help")) return yield* Effect.as(Console.log(help), 0)
    if (args.length > 1 || file.startsWith("-")) return yield* new Refused({ message: "give one file. See --help" })
    const files = yield* FileSystem.FileSystem
    const workspace = yield* Events.Workspace
    const activities = yield* Activities.Activities
    const since = (yield* files.exists(file))
      ? yield* Effect.flatMap(files.readFileString(file), Schema.decode(CursorText)).pipe(
          Effect.catchTag("ParseError", () => {
            const message = `${file} has no cursor that this program wrote. Without the file, it begins with the first event`
            return new Refused({ message })
          })
        )
      : undefined
    const titles = new Map((yield* activities.list).map(({ id, title }): [string, string | null] => [id, title]))
    yield* workspace.changes({ since }).pipe(
      Stream.runForEach(({ cursor, event }) =>
        Effect.gen(function* () {
          const title = titles.get(event.resource_id ?? "")
          if (title !== undefined) yield* Console.log(`${title}: ${event.event_type}`)
          // After a crash, only events whose cursor was not stored come again.
          // A process that is killed while it writes must not leave half a cursor.
          yield* files.writeFileString(`${file}.new`, yield* Schema.encode(CursorText)(cursor))
          yield* files.rename(`${file}.new`, file)
        })
      )
    )
    return 0
  }).pipe(
    Effect.provide(Layer.merge(Workspace, NodeFileSystem.layer)),
    Effect.catchTag("SystemError", ({ description, pathOrDescriptor, reason }) =>
      Effect.as(Console.error(`mirror-activities: ${pathOrDescriptor}: ${description ?? reason}`), 1)
    ),
    Effect.catchAll((error) =>
      Effect.as(Console.error(`mirror-activities: ${"message" in error ? error.message : String(error)}`), 1)
    )
  )

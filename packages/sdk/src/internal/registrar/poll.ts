import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import type * as Ids from "../../Ids.js"
import type * as Activities from "../activities/lookup.js"
import * as File from "./file.js"
import type { PollOptions } from "./model.js"
import type { Running } from "./running.js"
import * as Submission from "./submission.js"
import type { Platform, Registrar, Work, WorkError } from "./work.js"

const activitiesAtOnce = 4

const everyMinute = Schedule.spaced("1 minute")

/** Looks again and again for submissions and files that wait for a registrar, and begins the work on them. */
export const make =
  (platform: Platform, registrar: Registrar, running: Running) =>
  ({ activities: given, schedule = everyMinute }: PollOptions = {}): Effect.Effect<void> => {
    const { activities, registration } = platform
    const chosen = given === undefined ? undefined : Array.from(given)

    const withDrafts = Effect.map(activities.list, (all) =>
      all.filter(({ registration_staging_record_view_id }) => registration_staging_record_view_id !== null)
    )

    const beginAll = (works: ReadonlyArray<Work>) => Effect.forEach(works, running.beginUnlessFailed, { discard: true })

    const idOf = (activity: Activities.Reference): Effect.Effect<Ids.ActivityId, WorkError> =>
      typeof activity === "string"
        ? Effect.succeed(activity)
        : "id" in activity
          ? Effect.succeed(activity.id)
          : Effect.map(activities.get(activity), ({ id }) => id)

    const submissionsOf = (id: Ids.ActivityId) =>
      Effect.gen(function* () {
        if (registrar.validate === undefined && registrar.register === undefined) return
        const all = yield* registration.submissions(id)
        // The oldest first: they wait the longest.
        const open = all.filter((submission) => Submission.isWaitingFor(registrar, submission)).reverse()
        yield* beginAll(open.map((submission) => Submission.make(platform, registrar, id, submission.id)))
      })

    const filesOf = (id: Ids.ActivityId) =>
      Effect.gen(function* () {
        if (registrar.registerFile === undefined) return
        const all = yield* registration.list(id)
        yield* beginAll(
          all.flatMap((found) =>
            found.file_id !== null && File.stageOf(found) === "open"
              ? [File.make(platform, registrar, id, found.file_id, [])]
              : []
          )
        )
      })

    /** What fails for one activity does not stop the others. */
    const look = (self: Effect.Effect<void, { readonly message: string }>) =>
      Effect.catchAll(self, (error) => Effect.logWarning(`Registrar: polling failed: ${error.message}`))

    const round =
      chosen === undefined
        ? look(
            Effect.flatMap(withDrafts, (found) =>
              Effect.forEach(found, ({ id }) => look(submissionsOf(id)), {
                concurrency: activitiesAtOnce,
                discard: true
              })
            )
          )
        : Effect.forEach(
            chosen,
            (activity) =>
              look(Effect.flatMap(idOf(activity), (id) => Effect.zipRight(look(submissionsOf(id)), look(filesOf(id))))),
            { concurrency: activitiesAtOnce, discard: true }
          )

    return Effect.asVoid(Effect.repeat(round, schedule))
  }

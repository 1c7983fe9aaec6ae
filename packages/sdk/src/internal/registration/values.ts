import * as Option from "effect/Option"
import * as Ids from "../../Ids.js"
import type { DraftStatus, RegistrationFile, RegistrationSubmission, RegistrationSubmitted } from "./model.js"

/**
 * The message of a registration for people: its `message`, or the `error_message` of older servers.
 *
 * @since 0.1.0
 * @category getters
 */
export const messageOf = (self: RegistrationFile): Option.Option<string> =>
  Option.fromNullable(self.message ?? self.error_message)

const fileRoute = /\/(?:activities\/([^/]+)\/file|files)\/([^/]+)\/?$/

const decodeSegment = Option.liftThrowable(decodeURIComponent)

/**
 * The file of a webhook, and its activity, as the path of `file_url` names them. Only the ids are read: whatever the host
 * of the URL is, the file is downloaded from your workspace.
 *
 * @example
 * ```ts
 * import { Registration } from "@effect-kaleidoscope/sdk"
 *
 * const file = Registration.fileOf({
 *   file_url: "https://api.kaleidoscope.bio/activities/5d9c8a4e/file/0f4a0f24",
 *   record_ids: []
 * })
 * ```
 *
 * @since 0.1.0
 * @category getters
 */
export const fileOf = (
  self: RegistrationSubmitted
): Option.Option<{ readonly file: Ids.FileId; readonly activity: Option.Option<Ids.ActivityId> }> =>
  Option.gen(function* () {
    const [path = ""] = (self.file_url ?? "").split(/[?#]/, 1)
    const [, activity, file] = yield* Option.fromNullable(fileRoute.exec(path))
    return {
      file: Ids.FileId.make(yield* Option.flatMap(Option.fromNullable(file), decodeSegment)),
      activity: Option.map(Option.flatMap(Option.fromNullable(activity), decodeSegment), (id) =>
        Ids.ActivityId.make(id)
      )
    }
  })

const refusals = new Set([
  "validationfailed",
  "failed",
  "failure",
  "error",
  "errored",
  "invalid",
  "rejected",
  "cancelled",
  "canceled",
  "aborted",
  "expired"
])

const successes = new Set(["completed", "complete", "done", "finished", "success", "succeeded", "registered"])

const validations = new Set(["validated", "valid"])

/** What a state means: for a registration, `validated` is only a step. */
export const verdictIn = (status: string | null, isRegistration: boolean): "accepted" | "rejected" | "waiting" => {
  const word = (status ?? "").toLowerCase().replace(/[^a-z]/g, "")
  if (refusals.has(word)) return "rejected"
  return successes.has(word) || (validations.has(word) && !isRegistration) ? "accepted" : "waiting"
}

/**
 * Reads the state of a submission or of a draft: the registrar accepts or rejects it, or there is no verdict yet. A submission
 * for registration that is only `validated` still waits. Other words than those of `RegistrationStatus` are guessed; a
 * word that is not known means that there is no verdict yet.
 *
 * @since 0.1.0
 * @category getters
 */
export const verdictOf = (self: RegistrationSubmission | DraftStatus): "accepted" | "rejected" | "waiting" =>
  verdictIn(self.status, "submission_type" in self && self.submission_type === "registration")

import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type * as Ids from "../../Ids.js"
import * as References from "../catalog/references.js"
import * as Id from "../id.js"
import type { RegistrationFile, Results } from "../registration/model.js"
import type { Outcome } from "./model.js"
import * as Seen from "./seen.js"
import * as Verdict from "./verdict.js"
import * as Work from "./work.js"

/** How far the registration of a file is. */
export const stageOf = ({ status }: RegistrationFile): Work.Stage => Work.stageIn(status, true)

/** The work on a file. The results are kept from one attempt to the next. */
export const make = (
  { files, registration }: Work.Platform,
  { registerFile }: Work.Registrar,
  activity: Ids.ActivityId,
  file: Ids.FileId,
  record_ids: ReadonlyArray<Ids.RecordId>
): Work.Work => {
  let results: Results | undefined
  let isSubmitted = false

  const find = Effect.flatMap(registration.list(activity), (all) =>
    References.existing(
      all.find(({ file_id }) => Id.same(file_id, file)),
      Work.method,
      `activity ${activity} has no registration of the file ${file}`,
      file
    )
  )

  const stageNow = Effect.map(find, stageOf)

  const conclude = (results: Results) =>
    Work.conclude(results, stageNow, () =>
      registration.pushStatus(activity, file, {
        status: results.status === "success" ? "completed" : "failed",
        message: results.message
      })
    )

  const attempt: Effect.Effect<Outcome, Work.WorkError> = Effect.gen(function* () {
    if (registerFile === undefined) return Work.ignored("this registrar has no function for a file")
    if (isSubmitted && results !== undefined) return yield* conclude(results)
    const found = yield* Seen.soon(find)
    const stage = stageOf(found)
    if (stage === "finished") return Work.alreadyFinished(found.status)
    if (stage === "unknown") {
      return Work.ignored(`file ${file} is in the state ${JSON.stringify(found.status)}, which is not known`)
    }
    results ??= Either.getOrElse(
      yield* Verdict.run(() =>
        registerFile({
          file,
          activity,
          record_ids,
          registration: found,
          bytes: files.download(file, { activity }),
          idempotencyKey: found.id,
          pushStatus: (update) => registration.pushStatus(activity, file, update)
        })
      ),
      (message): Results => ({ status: "error", message })
    )
    yield* Seen.submitted(registration.submitResults(activity, file, results), stageNow)
    isSubmitted = true
    return yield* conclude(results)
  })

  return { key: `file ${Id.canonical(activity)} ${Id.canonical(file)}`, attempt }
}

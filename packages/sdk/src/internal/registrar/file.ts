import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type * as Ids from "../../Ids.js"
import { NotFound } from "../../KaleidoscopeError.js"
import * as Id from "../id.js"
import type { RegistrationFile, Results } from "../registration/model.js"
import * as Method from "../request/method.js"
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

  const find = Effect.flatMap(registration.list(activity), (all) => {
    const found = all.find(({ file_id }) => Id.same(file_id, file))
    return found === undefined
      ? Effect.fail(
          new NotFound({
            ...Method.localFacts("Registrar.handle", `activity ${activity} has no registration of the file ${file}`),
            missing: [file]
          })
        )
      : Effect.succeed(found)
  })

  /** Whether results end a registration is not known: the state is set only if they did not. */
  const conclude = (results: Results) =>
    Effect.gen(function* () {
      if (stageOf(yield* find) === "open") {
        const status = results.status === "success" ? "completed" : "failed"
        yield* registration.pushStatus(activity, file, { status, message: results.message })
      }
      return Work.reported(results)
    })

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
    const isFinished = Effect.map(find, (registration) => stageOf(registration) === "finished")
    yield* Seen.submitted(registration.submitResults(activity, file, results), isFinished)
    isSubmitted = true
    return yield* conclude(results)
  })

  return { key: `file ${Id.canonical(activity)} ${Id.canonical(file)}`, attempt }
}

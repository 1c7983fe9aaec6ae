import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import type * as Ids from "../../Ids.js"
import { ImportFailed, TimeoutError } from "../../KaleidoscopeError.js"
import * as Nearest from "../catalog/nearest.js"
import type * as Api from "../request/api.js"
import * as Method from "../request/method.js"
import * as Policy from "../request/policy.js"
import * as Calls from "./calls.js"
import type { AwaitError, AwaitOptions, Import } from "./model.js"

// The platform's words for states are not documented, so that other spellings are accepted.
const failures = new Set(["fail", "failed", "failure", "error", "errored", "importfailed"])
const successes = new Set([
  "complete",
  "completed",
  "done",
  "finished",
  "success",
  "successful",
  "succeeded",
  "imported"
])

const wordOf = (status: string | null): string => (status ?? "").toLowerCase().replace(/[^a-z]/g, "")

const stateOf = (found: Import): "running" | "done" | "failed" => {
  const word = wordOf(found.import_status)
  if (failures.has(word)) return "failed"
  const isComplete =
    found.is_complete === true || found.completed_at !== null || (found.is_complete === null && successes.has(word))
  if (!isComplete) return "running"
  if (successes.has(word)) return "done"
  if (found.import_result !== null) return found.error_message === null ? "done" : "failed"
  // Without a result it is a success only if nothing says otherwise.
  return found.import_status === null && found.error_message === null ? "done" : "failed"
}

/** Whether an import says that it added fields, as a number or as a list. */
const hasAddedFields = ({ import_result }: Import): boolean => {
  const added = import_result?.fields_added ?? 0
  return added !== 0 && !(Array.isArray(added) && added.length === 0)
}

const untilDone = Schedule.exponential("500 millis", 1.5).pipe(Schedule.union(Schedule.spaced("10 seconds")))

/** Waits for imports. `dropFields` drops the cached fields, for an import that added some. */
export const make = (api: Api.Api, dropFields: Effect.Effect<void>) => {
  const name = "Imports.await"

  const inWords = (found: Import): string =>
    found.import_status === null
      ? "a state that is missing or cannot be read"
      : `the state ${Nearest.quote(api.state.secrets.hide(found.import_status))}`

  const failureOf = (found: Import): ImportFailed => {
    const reason = found.error_message === null ? null : api.state.secrets.hide(found.error_message)
    const why = reason ?? "the platform does not say why"
    const message = failures.has(wordOf(found.import_status))
      ? `import ${found.id} failed: ${why}`
      : `import ${found.id} ended ${found.import_result === null ? "without a result, " : ""}in ${inWords(found)}: ${why}`
    return new ImportFailed({ ...Method.localFacts(name, message), importId: found.id, reason })
  }

  return <R = never>(id: Ids.ImportId, options: AwaitOptions<R> = {}): Effect.Effect<Import, AwaitError, R> =>
    Effect.gen(function* () {
      const { overall } = { ...api.policy, ...(yield* Policy.Patch) }
      const timeout = Duration.decode(options.timeout ?? overall)
      const driver = yield* Schedule.driver<unknown, Import, R>(options.schedule ?? untilDone)
      const clock = yield* Effect.clock
      const start = clock.unsafeCurrentTimeNanos()
      let last: Import | undefined
      let reads = 0
      const tooLate = (when: string) => {
        const seen = last === undefined ? "It was not seen" : `It was last seen in ${inWords(last)}`
        const message = `import ${id} is not done ${when}. ${seen}. It continues on the server, and you can wait for it again`
        return new TimeoutError({
          ...Method.localFacts(name, message),
          attempts: reads,
          elapsed: Duration.nanos(clock.unsafeCurrentTimeNanos() - start),
          deadline: "overall"
        })
      }
      const look: Effect.Effect<Import, AwaitError, R> = Effect.gen(function* () {
        reads++
        const found = yield* api.get(Calls.get, { id })
        last = found
        if (options.onProgress !== undefined) yield* options.onProgress(found)
        const state = stateOf(found)
        if (state === "failed") return yield* failureOf(found)
        if (state === "done") return found
        yield* Effect.mapError(driver.next(found), () => tooLate("when the schedule ends"))
        return yield* look
      })
      return yield* Effect.timeoutFail(look, {
        duration: timeout,
        onTimeout: () => tooLate(`within ${Duration.format(timeout)}`)
      })
    }).pipe(
      Effect.tap((done) => (hasAddedFields(done) ? dropFields : Effect.void)),
      Method.withSpan(name)
    )
}

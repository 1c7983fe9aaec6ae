import * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import type * as Ids from "../../Ids.js"
import { ImportFailed } from "../../KaleidoscopeError.js"
import * as Nearest from "../catalog/nearest.js"
import type * as Api from "../request/api.js"
import * as Method from "../request/method.js"
import * as Poll from "../request/poll.js"
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

/** Whether an import runs, or how it ended. */
export const stateOf = (found: Import): "running" | "done" | "failed" => {
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

  const result = (found: Import): Effect.Effect<Option.Option<Import>, ImportFailed> => {
    const state = stateOf(found)
    if (state === "failed") return Effect.fail(failureOf(found))
    return state === "done" ? Effect.succeedSome(found) : Effect.succeedNone
  }

  return <R = never>(
    id: Ids.ImportId,
    options: AwaitOptions<R> = {},
    firstLook = 0
  ): Effect.Effect<Import, AwaitError, R> =>
    Poll.until<Import, Import, AwaitError, R>(
      api,
      { name, thing: `import ${id}`, read: api.get(Calls.get, { id }), result, inWords, firstLook },
      options
    ).pipe(
      Effect.tap((done) => (hasAddedFields(done) ? dropFields : Effect.void)),
      Method.withSpan(name)
    )
}

import * as Effect from "effect/Effect"
import type * as Activities from "../../Activities.js"
import type * as Files from "../../Files.js"
import {
  isRetryable,
  type KaleidoscopeError,
  type NotFound,
  type ReferenceError,
  type WriteError
} from "../../KaleidoscopeError.js"
import type * as Records from "../../Records.js"
import type * as Registration from "../../Registration.js"
import type { RegistrationStatus } from "../registration/model.js"
import { verdictIn } from "../registration/values.js"
import type { Draft, Outcome, Problem, RegisteredValues, SubmittedFile } from "./model.js"

/** The method in the errors that a registrar makes itself. */
export const method = "Registrar.handle"

/** The errors of the calls that a registrar makes. */
export type WorkError = WriteError | NotFound | ReferenceError

/** The services that a registrar uses. */
export interface Platform {
  readonly activities: Activities.Service
  readonly files: Files.Service
  readonly records: Records.Service
  readonly registration: Registration.Service
}

/** The functions of the user, with all that they need, and the limits. */
export interface Registrar {
  readonly validate: ((draft: Draft) => Effect.Effect<unknown, Problem>) | undefined
  readonly register: ((draft: Draft) => Effect.Effect<RegisteredValues, Problem>) | undefined
  readonly registerFile: ((file: SubmittedFile) => Effect.Effect<Registration.Results, Problem>) | undefined
  readonly keyFieldNames: ReadonlyArray<string> | undefined
  readonly batchSize: number
  readonly concurrency: number
}

/** A submission or a file: `attempt` handles it, and may be run again after it failed. */
export interface Work {
  /** The same for each delivery of the same submission or file. */
  readonly key: string
  /** Work with the same turn is done one after another, its repeats included. */
  readonly turn?: string
  readonly attempt: Effect.Effect<Outcome, WorkError>
}

/** How far a submission or a file is. */
export type Stage = "open" | "finished" | "unknown"

const openStates = new Set<string>(["pending", "submitted", "validated"])

/** How far a state is. A registration that is `validated` is open. */
export const stageIn = (status: RegistrationStatus | null, isRegistration: boolean): Stage =>
  verdictIn(status, isRegistration) !== "waiting"
    ? "finished"
    : status !== null && openStates.has(status)
      ? "open"
      : "unknown"

/** Whether a failure of a call may pass, so that the work is worth another attempt. */
export const mayPass = (error: KaleidoscopeError): boolean => isRetryable(error) || error.outcome === "unknown"

export const ignored = (reason: string): Outcome => ({ _tag: "Ignored", reason })

export const alreadyFinished = (status: RegistrationStatus | null): Outcome =>
  status === null ? ignored("its state cannot be read") : { _tag: "AlreadyFinished", status }

/** What the results say of the drafts, or of the records of a file. */
const reported = ({ records = [] }: Registration.Results): Outcome => {
  const accepted = records.filter(({ status }) => status === "success").length
  return { _tag: "Reported", accepted, refused: records.length - accepted }
}

/**
 * Ends the work whose results were submitted. It is not known whether results end it: the final state is set only if they
 * did not.
 */
export const conclude = <E>(
  results: Registration.Results,
  stageNow: Effect.Effect<Stage, E>,
  setFinalState: () => Effect.Effect<void, E>
): Effect.Effect<Outcome, E> =>
  Effect.flatMap(stageNow, (stage) => Effect.as(stage === "open" ? setFinalState() : Effect.void, reported(results)))

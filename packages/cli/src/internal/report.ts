/** Says why a command failed, in a sentence, and what its user can do. It is loaded when something fails. */
import * as KaleidoscopeError from "@effect-kaleidoscope/sdk/KaleidoscopeError"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { Failure } from "./commandLine/define.js"
import * as Globals from "./commandLine/globals.js"
import { ExitCode } from "./failure.js"
import * as Output from "./output/output.js"
import * as Table from "./output/table.js"
import { spoken } from "./spoken.js"

const certificates =
  "If the server has a certificate of your own authority, set KALEIDOSCOPE_CA_FILE to a file with the authority's certificate"

const doctor = "`kaleidoscope doctor` finds out where it fails"

export const googleCredentials =
  "The server is behind Google's Identity-Aware Proxy. Set GOOGLE_APPLICATION_CREDENTIALS to a key file, or use `gcloud auth application-default login --impersonate-service-account`"

/** The way out of a failed connection, by the code of the failure; `otherwise` if the code does not tell. */
export const ofTransport = (reason: string, otherwise = doctor): string =>
  reason.startsWith("PROXY_")
    ? "Check the proxy that HTTPS_PROXY or HTTP_PROXY names, or unset it"
    : /CERT|SIGNATURE|VERIFY|TLS|SSL/.test(reason)
      ? certificates
      : otherwise

const afterWrite = (error: KaleidoscopeError.KaleidoscopeError): string | undefined =>
  error.outcome === "unknown"
    ? "It may have been written: look before you repeat the command"
    : error.outcome === "done"
      ? "It was written. Do not repeat the command"
      : undefined

/** What the user can do about an error of the SDK. */
export const wayOut = (error: KaleidoscopeError.KaleidoscopeError): string | undefined => {
  const about = afterWrite(error)
  if (about !== undefined) return about
  switch (error._tag) {
    case "KaleidoscopeAuthError":
      switch (error.reason) {
        case "rejected":
          return "Check the client id and the secret, or run `kaleidoscope login` with a new key"
        case "identity":
          return googleCredentials
        case "unavailable":
          // Only the message has the code of the failure.
          return ofTransport(/\(([A-Z_]+)\)/.exec(error.message)?.[1] ?? "")
        default:
          return doctor
      }
    case "KaleidoscopeUnauthorized":
      return "Run `kaleidoscope login` with a key of this workspace"
    case "KaleidoscopeForbidden":
      return "Ask an administrator of the workspace for the permission, or use another key"
    case "KaleidoscopeTransportError":
      return ofTransport(error.reason)
    case "KaleidoscopeTimeoutError":
    case "KaleidoscopeUnexpectedStatus":
    case "KaleidoscopeUnexpectedContentType":
      return doctor
    case "KaleidoscopeServerError":
    case "KaleidoscopeRateLimited":
      return "Try again later"
    case "KaleidoscopeDecodeError":
      return "The server may be newer than this program: look for a new version of it"
    case "KaleidoscopeAmbiguousReference":
      return "Use the id"
    default:
      return undefined
  }
}

interface Described {
  readonly type: string
  readonly message: string
  readonly wayOut: string | undefined
  /** The whole error, for `--verbose`. */
  readonly whole: unknown
}

const ofFailure = (error: Exclude<Failure, { _tag: "SomeRejected" | "QuitException" }>): Described =>
  error._tag === "CommandFailed"
    ? { type: error._tag, message: error.message, wayOut: error.wayOut, whole: error.details }
    : {
        type: error._tag,
        message: spoken(error.message),
        wayOut: wayOut(error),
        whole: Option.getOrUndefined(Schema.encodeOption(KaleidoscopeError.KaleidoscopeError)(error))
      }

const describe = (cause: Cause.Cause<Failure>, verbose: boolean): Described => {
  const failure = Option.getOrUndefined(Cause.failureOption(cause))
  if (failure?._tag === "QuitException") {
    return { type: "Interrupted", message: "Nothing was done", wayOut: undefined, whole: undefined }
  }
  return failure === undefined || failure._tag === "SomeRejected"
    ? {
        type: "ProgramMistake",
        message: "The program has a mistake",
        wayOut: verbose ? undefined : "The same command with --verbose prints what happened",
        whole: Cause.pretty(cause)
      }
    : ofFailure(failure)
}

/** Prints the cause on stderr, and gives the exit code. */
export const report = (cause: Cause.Cause<Failure>): Effect.Effect<number, never, Output.Output> =>
  Effect.gen(function* () {
    const output = yield* Output.Output
    const { verbose } = yield* Globals.GlobalOptions
    const failure = Option.getOrUndefined(Cause.failureOption(cause))
    if (failure?._tag === "SomeRejected") return ExitCode.rejected
    const exitCode = failure?._tag === "QuitException" ? ExitCode.interrupted : ExitCode.failed
    const { message, type, wayOut, whole } = describe(cause, verbose)
    if (output.json) {
      yield* output.note(Output.error({ type, message, wayOut, exitCode, ...(verbose ? { whole } : {}) }))
      return exitCode
    }
    if (exitCode === ExitCode.interrupted) {
      yield* output.note(message)
      return exitCode
    }
    const { dim, red } = output.errorStyle
    yield* output.note(`${red("error:")} ${message.split("\n").map(Table.printable).join("\n  ")}`)
    if (wayOut !== undefined) yield* output.note(`  ${wayOut}`)
    if (verbose && whole !== undefined) {
      yield* output.note(dim(typeof whole === "string" ? whole : JSON.stringify(whole, null, 2)))
    }
    return exitCode
  })

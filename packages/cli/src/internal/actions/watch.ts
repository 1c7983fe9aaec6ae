/** A registrar that runs a command of its user for each draft and each file. */
import { spawn } from "node:child_process"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Path from "@effect/platform/Path"
import * as Activities from "@effect-kaleidoscope/sdk/Activities"
import * as Files from "@effect-kaleidoscope/sdk/Files"
import * as Ids from "@effect-kaleidoscope/sdk/Ids"
import * as Records from "@effect-kaleidoscope/sdk/Records"
import * as Registrar from "@effect-kaleidoscope/sdk/Registrar"
import * as Registration from "@effect-kaleidoscope/sdk/Registration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import * as Services from "../client/services.js"
import { failed } from "../failure.js"
import * as Output from "../output/output.js"
import * as WholeFile from "../output/wholeFile.js"
import * as References from "../references.js"

const longestOutput = 10_000_000

interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs a command of the shell. It inherits the environment, and is ended with the fiber. */
const runCommand = (command: string, input: string, variables: { readonly [name: string]: string }) =>
  Effect.async<Ended, string>((resume) => {
    const set = Object.entries(variables).map(([name, value]) => `${name}=${value}`)
    // `env` adds the variables to those that the command inherits.
    const child = spawn("env", [...set, "sh", "-c", command], { stdio: ["pipe", "pipe", "pipe"] })
    let stdout = ""
    let stderr = ""
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      if (stdout.length < longestOutput) stdout += text
    })
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      if (stderr.length < longestOutput) stderr += text
    })
    child.once("error", (error) => resume(Effect.fail(`The command cannot be run: ${error.message}`)))
    child.once("close", (code) => resume(Effect.succeed({ code, stdout, stderr })))
    // A command need not read its input.
    child.stdin.on("error", () => undefined)
    child.stdin.end(input)
    return Effect.sync(() => child.kill())
  })

/** What the command printed, or a problem for the scientist. */
const verdict = ({ code, stderr, stdout }: Ended): Effect.Effect<string, string> =>
  code === 0
    ? Effect.succeed(stdout.trim())
    : Effect.fail(stderr.trim() === "" ? `The command ended with ${code ?? "a signal"}` : stderr.trim())

const Values = Schema.parseJson(Schema.Record({ key: Schema.String, value: Schema.Unknown }))

const Results = Schema.parseJson(
  Schema.Struct({
    status: Schema.Literal("success", "error"),
    message: Schema.optional(Schema.String),
    key_field_names: Schema.optional(Schema.Array(Schema.String)),
    records: Schema.optional(
      Schema.Array(
        Schema.Struct({
          record_id: Schema.String,
          status: Schema.String,
          data: Schema.optional(Schema.Record({ key: Schema.String, value: Schema.Unknown })),
          error_message: Schema.optional(Schema.String)
        })
      )
    )
  })
)

/** The values of a registered record. A command that prints nothing gives none. */
const valuesOf = (output: string) =>
  output === ""
    ? Effect.succeed({})
    : Effect.mapError(Schema.decode(Values)(output), () => "The command did not print a JSON object of values")

export const watch = (options: {
  readonly run: string
  readonly activity: ReadonlyArray<string>
  readonly key: ReadonlyArray<string>
  readonly every: number
  readonly listen: Option.Option<string>
  readonly secretHeader: Option.Option<string>
}) =>
  Effect.gen(function* () {
    const output = yield* Output.Output
    if (options.every < 1) return yield* failed("--every must be at least 1 second")
    const activities = yield* Effect.forEach(options.activity, References.activity)

    const ofDraft = (event: "validate" | "register", draft: Registrar.Draft) =>
      Effect.gen(function* () {
        const input = yield* Effect.orDie(Schema.encode(Schema.parseJson(Records.Record))(draft.record))
        const ended = yield* runCommand(options.run, input, {
          KALEIDOSCOPE_EVENT: event,
          KALEIDOSCOPE_RECORD_ID: draft.record.id,
          KALEIDOSCOPE_ACTIVITY_ID: draft.activity,
          KALEIDOSCOPE_IDEMPOTENCY_KEY: draft.idempotencyKey
        })
        return yield* verdict(ended)
      }).pipe(
        Effect.tapBoth({
          onSuccess: () => output.note(`${event} ${draft.record.record_identifier ?? draft.record.id}: accepted`),
          onFailure: (problem) =>
            output.note(`${event} ${draft.record.record_identifier ?? draft.record.id}: ${problem}`)
        })
      )

    const ofFile = (file: Registrar.SubmittedFile) =>
      Effect.gen(function* () {
        const fileSystem = yield* FileSystem.FileSystem
        const paths = yield* Path.Path
        const directory = yield* fileSystem.makeTempDirectoryScoped({ prefix: "kaleidoscope-" })
        const path = paths.join(directory, "submitted")
        yield* WholeFile.write(path, file.bytes)
        const ended = yield* runCommand(options.run, "", {
          KALEIDOSCOPE_EVENT: "file",
          KALEIDOSCOPE_FILE: path,
          KALEIDOSCOPE_ACTIVITY_ID: file.activity,
          KALEIDOSCOPE_IDEMPOTENCY_KEY: file.idempotencyKey
        })
        const printed = yield* verdict(ended)
        const results = yield* Effect.mapError(
          Schema.decode(Results)(printed),
          () => "The command did not print the results of the file"
        )
        return {
          ...results,
          records: results.records?.map((each) => ({ ...each, record_id: Ids.RecordId.make(each.record_id) }))
        }
      }).pipe(
        Effect.scoped,
        Effect.tapBoth({
          onSuccess: ({ status }) => output.note(`file ${file.file}: ${status}`),
          onFailure: (problem) =>
            output.note(`file ${file.file}: ${typeof problem === "string" ? problem : problem.message}`)
        })
      )

    const registrar = yield* Registrar.make({
      key_field_names: options.key,
      validate: (draft) => ofDraft("validate", draft),
      register: (draft) => Effect.flatMap(ofDraft("register", draft), valuesOf),
      registerFile: ofFile
    })
    if (Option.isSome(options.listen)) {
      const { listen } = options
      const { receive } = yield* Effect.promise(() => import("./webhooks.js"))
      const url = yield* receive(registrar, { listen: listen.value, secretHeader: options.secretHeader })
      yield* output.note(`Listening for webhooks on ${url}`)
    }
    yield* output.note("Waiting for submissions. Ctrl-C ends it")
    yield* registrar.poll({
      activities: activities.length === 0 ? undefined : activities,
      schedule: Schedule.spaced(`${options.every} seconds`)
    })
  }).pipe(
    Effect.scoped,
    Services.provide(Layer.mergeAll(Activities.layer, Files.layer, Records.layer, Registration.layer), "many")
  )

/**
 * The emulator as a command of `@effect/cli`: what `kaleidoscope-emulator` runs. This module alone needs Node and
 * `@effect/cli`; it is not part of the package's index.
 *
 * @since 0.1.0
 */
import { createServer } from "node:http"
import process from "node:process"
import * as Command from "@effect/cli/Command"
import * as HelpDoc from "@effect/cli/HelpDoc"
import * as Options from "@effect/cli/Options"
import * as ValidationError from "@effect/cli/ValidationError"
import * as FileSystem from "@effect/platform/FileSystem"
import type * as HttpServerError from "@effect/platform/HttpServerError"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as Cause from "effect/Cause"
import * as Console from "effect/Console"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Ref from "effect/Ref"
import * as Schema from "effect/Schema"
import * as Emulator from "./Emulator.js"
import * as Faults from "./Faults.js"
import { originOf } from "./internal/server/browsers.js"
import { showIssues } from "./internal/server/issues.js"
import * as StateFile from "./internal/server/stateFile.js"
import * as Workspace from "./Workspace.js"

const invalid = (message: string) => ValidationError.invalidValue(HelpDoc.p(message))

const duration = (name: string) =>
  Options.text(name).pipe(
    Options.withPseudoName("duration"),
    Options.mapEffect((text) =>
      Effect.mapError(Duration.decodeUnknown(/^\d+(\.\d+)?$/.test(text) ? Number(text) : text), () =>
        invalid(`--${name} takes milliseconds, or text such as "2 seconds"; not ${JSON.stringify(text)}`)
      )
    )
  )

const seed = Options.text("seed").pipe(
  Options.withPseudoName("demo|empty|file"),
  Options.withDescription(
    "What is in the workspace at the start: a small drug-discovery programme, nothing, or the workspace in a JSON file. Default: demo"
  ),
  Options.withDefault("demo"),
  Options.mapEffect((text) =>
    text === "demo" || text === "empty"
      ? Effect.succeed(text === "demo" ? Workspace.demo : Workspace.empty)
      : Effect.mapError(StateFile.read(text), (error) => invalid(`--seed: ${error.message}`))
  )
)

const stateFile = Options.file("state").pipe(
  Options.withDescription(
    "Keeps the state in this file between runs. It need not exist; if it does, the seed does not count. One emulator at a time can have it"
  ),
  Options.optional
)

const parseScript = Schema.decode(Schema.parseJson(Faults.Script))

const readScript = (input: string) =>
  Effect.gen(function* () {
    const isInline = /^\s*[[{]/.test(input)
    const fileSystem = yield* FileSystem.FileSystem
    const text = isInline
      ? input
      : yield* Effect.mapError(fileSystem.readFileString(input), (error) => invalid(`--fault: ${error.message}`))
    return yield* Effect.mapError(parseScript(text), (error) =>
      invalid(`--fault: ${isInline ? "this" : input} is no script of faults: ${showIssues(error)}`)
    )
  })

const cors = Options.text("cors").pipe(
  Options.withPseudoName("origins"),
  Options.withDescription(
    "Lets pages of these origins read the answers in a browser: https://app.example, several with commas or repeated; * is any. Default: none"
  ),
  Options.repeated,
  Options.mapEffect((inputs) => {
    const origins = inputs.flatMap((input) => input.split(",")).map((origin) => origin.trim())
    const wrong = origins.find((origin) => origin !== "*" && Option.isNone(originOf(origin)))
    return wrong !== undefined
      ? Effect.fail(invalid(`--cors takes origins such as https://app.example, or *; not ${JSON.stringify(wrong)}`))
      : Effect.succeed(origins.includes("*") ? ("*" as const) : origins)
  })
)

const example = '[{"on": {"path": "/programs", "nth": 1}, "fault": {"type": "respond", "status": 503}}]'

const options = {
  port: Options.integer("port").pipe(
    Options.withDescription("Where to listen; 0 is any port that is free. Default: 4010"),
    Options.withDefault(4010),
    Options.withSchema(
      Schema.Int.pipe(Schema.between(0, 65_535, { message: () => "--port takes a number from 0 to 65535" }))
    )
  ),
  host: Options.text("host").pipe(
    Options.withDescription("The address to listen on; 0.0.0.0 is all of them. Default: 127.0.0.1"),
    Options.withDefault("127.0.0.1")
  ),
  hosts: Options.text("allow-host").pipe(
    Options.withPseudoName("name"),
    Options.withDescription(
      "On a loopback address, also answer requests for this host, which would else be refused; repeatable. Default: localhost and the address"
    ),
    Options.repeated
  ),
  cors,
  seed,
  state: stateFile,
  latency: duration("latency").pipe(
    Options.withDescription('How long each answer takes: milliseconds, or text such as "2 seconds". Default: no time'),
    Options.withDefault(Duration.zero)
  ),
  rateLimit: Options.integer("rate-limit").pipe(
    Options.withDescription("How many requests are answered in a minute; the others get 429. Default: all are"),
    Options.withSchema(Schema.Int.pipe(Schema.positive({ message: () => "--rate-limit takes a number from 1 on" }))),
    Options.optional
  ),
  faults: Options.text("fault").pipe(
    Options.withPseudoName("script"),
    Options.withDescription(`Which requests go wrong, and how: a JSON file, or JSON such as ${example}`),
    Options.repeated,
    Options.mapEffect((inputs) => Effect.map(Effect.forEach(inputs, readScript), (scripts) => scripts.flat()))
  ),
  clientId: Options.text("client-id").pipe(
    Options.withDescription("The client id that it knows. Default: demo"),
    Options.withDefault("demo")
  ),
  clientSecret: Options.redacted("client-secret").pipe(
    Options.withDescription("The secret of that client. Default: demo"),
    Options.optional
  ),
  iapAudience: Options.text("iap-audience").pipe(
    Options.withDescription(
      "Stand behind an Identity-Aware Proxy: every request needs an identity token for this audience. Default: it does not"
    ),
    Options.optional
  ),
  tokenLifetime: duration("token-lifetime").pipe(
    Options.withDescription("How long an access token lives. Default: 1 hour"),
    Options.withDefault(Duration.hours(1))
  )
}

/**
 * The emulator cannot listen. The message says why.
 *
 * @since 0.1.0
 * @category errors
 * @example
 * ```ts
 * import { CannotListen } from "@effect-kaleidoscope/testing/EmulatorCommand"
 *
 * export const explain = (error: unknown) => (error instanceof CannotListen ? error.message : "something else")
 * ```
 */
export class CannotListen extends Schema.TaggedError<CannotListen>()("CannotListen", { message: Schema.String }) {}

/** Node reads 16 kB. A URL may hold some hundred ids. */
const maxHeaderSize = 256 * 1024

const cannotListen = (host: string, port: number, { cause }: HttpServerError.ServeError): CannotListen => {
  const code = Predicate.hasProperty(cause, "code") ? cause.code : undefined
  const reason =
    code === "EADDRINUSE" ? "the port is in use" : code === "EACCES" ? "that is not allowed" : String(cause)
  return new CannotListen({ message: `Cannot listen on ${host}, port ${port}: ${reason}` })
}

/**
 * The state cannot be kept in its file: another emulator has it, it holds something else, or it could not be written at the
 * end. The message says which.
 *
 * @since 0.1.0
 * @category errors
 * @example
 * ```ts
 * import { CannotKeepState } from "@effect-kaleidoscope/testing/EmulatorCommand"
 *
 * export const explain = (error: unknown) => (error instanceof CannotKeepState ? error.message : "something else")
 * ```
 */
export class CannotKeepState extends Schema.TaggedError<CannotKeepState>()("CannotKeepState", {
  message: Schema.String
}) {}

/**
 * The state in a file. If it was not saved in the end, the finalizer of the scope says so and dies with `CannotKeepState`: a
 * program that was interrupted has no other way to fail.
 */
const keptIn = (path: string) =>
  Effect.gen(function* () {
    const state = yield* Effect.mapError(
      Emulator.stateFile(path),
      (error) =>
        new CannotKeepState({
          message:
            error._tag === "StateInUse" || error._tag === "InvalidWorkspace"
              ? `--state: ${error.message}`
              : `--state ${path}: ${error.message}`
        })
    )
    const failure = yield* Ref.make(Option.none<string>())
    yield* Effect.addFinalizer(() =>
      Effect.flatMap(Ref.get(failure), (reason) =>
        Option.isNone(reason)
          ? Effect.void
          : Effect.die(
              new CannotKeepState({ message: `The last changes were not saved to ${path}: ${reason.value}` })
            ).pipe(Effect.tapErrorCause((cause) => Console.error(Cause.pretty(cause))))
      )
    )
    const kept: Emulator.KeptState = {
      initial: state.initial,
      save: (workspace) =>
        Effect.onExit(state.save(workspace), (exit) =>
          Ref.set(
            failure,
            Exit.isSuccess(exit) ? Option.none() : Option.some(Cause.prettyErrors(exit.cause)[0]?.message ?? "unknown")
          )
        )
    }
    return kept
  })

/** Done when the terminal is closed. */
const hangUp = Effect.async<void>((resume) => {
  const listener = () => resume(Effect.void)
  process.once("SIGHUP", listener)
  return Effect.sync(() => process.removeListener("SIGHUP", listener))
})

/**
 * The command: serves the emulator until it is interrupted, or until its terminal is closed (SIGHUP). In both cases the state is
 * saved. Under another name it can be a part of another command.
 *
 * Fails with `CannotListen` if the port is in use, and with `CannotKeepState` if the file for the state is not to be had. If
 * the state cannot be saved at the end, it dies with `CannotKeepState`.
 *
 * @since 0.1.0
 * @category commands
 * @example
 * ```ts
 * import * as EmulatorCommand from "@effect-kaleidoscope/testing/EmulatorCommand"
 * import * as Command from "@effect/cli/Command"
 *
 * export const command = Command.make("lab").pipe(Command.withSubcommands([EmulatorCommand.make("emulator")]))
 * ```
 */
export const make = <const Name extends string>(name: Name) =>
  Command.make(
    name,
    options,
    ({ clientSecret, host, hosts, iapAudience, port, rateLimit, state, tokenLifetime, ...others }) =>
      Effect.gen(function* () {
        const kept = Option.isNone(state) ? undefined : yield* keptIn(state.value)
        const context = yield* Emulator.layerServer({
          ...others,
          hosts: [host, ...hosts],
          clientSecret: Option.getOrUndefined(clientSecret),
          iapAudience: Option.getOrUndefined(iapAudience),
          accessTokenLifetime: tokenLifetime,
          state: kept,
          rateLimit: Option.getOrUndefined(Option.map(rateLimit, (limit) => ({ limit, window: "1 minute" })))
        }).pipe(
          Layer.provide(NodeHttpServer.layerServer(() => createServer({ maxHeaderSize }), { port, host })),
          Layer.build,
          Effect.mapError((error) => cannotListen(host, port, error))
        )
        const { url } = Context.get(context, Emulator.Emulator)
        // A secret that somebody chose is nothing to print.
        const secret = Option.isNone(clientSecret) ? "demo" : "as given"
        yield* Console.log(
          [
            `Kaleidoscope emulator listens on ${url}`,
            `  client id:      ${others.clientId}`,
            `  client secret:  ${secret}`,
            `  reference:      ${url}/docs`
          ].join("\n")
        )
        yield* hangUp
      }).pipe(Effect.scoped)
  ).pipe(Command.withDescription("A Kaleidoscope that runs on this machine, for clients of any language"))

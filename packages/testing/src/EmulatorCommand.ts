/**
 * The emulator as a command of `@effect/cli`. The program `kaleidoscope-emulator` runs it. Only this module needs Node and
 * `@effect/cli`, so the package's index does not export it.
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
import * as Redacted from "effect/Redacted"
import * as Ref from "effect/Ref"
import * as Schema from "effect/Schema"
import * as Emulator from "./Emulator.js"
import * as Faults from "./Faults.js"
import { isHost, originOf } from "./internal/server/browsers.js"
import { showIssues } from "./internal/server/issues.js"
import * as StateFile from "./internal/server/stateFile.js"
import { isHeader, urlOf as webhookUrl } from "./internal/server/webhooks.js"
import * as Workspace from "./Workspace.js"

const invalid = (message: string) => ValidationError.invalidValue(HelpDoc.p(message))

const duration = (name: string) =>
  Options.text(name).pipe(
    Options.withPseudoName("duration"),
    Options.mapEffect((text) =>
      Option.match(Duration.decodeUnknown(/^\d+(\.\d+)?$/.test(text) ? Number(text) : text), {
        onNone: () =>
          Effect.fail(
            invalid(
              `--${name} must be a number of milliseconds, or text such as "2 seconds". It is ${JSON.stringify(text)}`
            )
          ),
        onSome: Effect.succeed
      })
    )
  )

const seed = Options.text("seed").pipe(
  Options.withPseudoName("demo|empty|file"),
  Options.withDescription(
    "The data at the start: a small drug-discovery programme, an empty workspace, or the workspace in a JSON file. Default: demo"
  ),
  Options.withDefault("demo"),
  Options.mapEffect((text) =>
    text === "demo" || text === "empty"
      ? Effect.succeed(text === "demo" ? Workspace.demo : Workspace.empty)
      : Effect.mapError(StateFile.read(text), (error) => invalid(`--seed: ${error.message}`))
  )
)

// Not `Options.file`, which breaks on a path that it cannot read. The error of opening the file is clearer.
const stateFile = Options.text("state").pipe(
  Options.withPseudoName("file"),
  Options.withDescription(
    "Keeps the state in this file between runs. If the file exists, the seed is ignored. Only one emulator at a time can use the file"
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
      invalid(`--fault: ${isInline ? "the JSON" : input} is not a valid script of faults: ${showIssues(error)}`)
    )
  })

const cors = Options.text("cors").pipe(
  Options.withPseudoName("origins"),
  Options.withDescription(
    "Lets pages of these origins read the responses in a browser: https://app.example. Separate several with commas, or repeat the option. * means all origins. Default: none"
  ),
  Options.repeated,
  Options.mapEffect((inputs) => {
    const origins = inputs.flatMap((input) => input.split(",")).map((origin) => origin.trim())
    const wrong = origins.find((origin) => origin !== "*" && Option.isNone(originOf(origin)))
    return wrong !== undefined
      ? Effect.fail(
          invalid(
            `--cors must be a list of origins such as https://app.example, or *. ${JSON.stringify(wrong)} is not an origin`
          )
        )
      : Effect.succeed(origins.includes("*") ? ("*" as const) : origins)
  })
)

/** The name and the value of a header. The error does not show them, since the value can be a secret. */
const readHeader = (text: string) => {
  const [, name = "", value = ""] = /^([^:]*):\s*(.*)$/s.exec(text) ?? []
  return isHeader(name, value)
    ? Effect.succeed([name, Redacted.make(value)] as const)
    : Effect.fail(invalid('--webhook-header must be a header such as "x-secret: 1234"'))
}

const webhook = Options.all({
  url: Options.text("webhook").pipe(
    Options.withPseudoName("URL"),
    Options.withDescription("Sends the webhooks of registration to this URL of a registrar. Default: none are sent"),
    Options.optional
  ),
  headers: Options.text("webhook-header").pipe(
    Options.withPseudoName("name: value"),
    Options.withDescription(
      "A header of the webhooks, for example with a secret by which the registrar recognizes the emulator. Repeat it for several headers"
    ),
    Options.repeated,
    Options.mapEffect((texts) => Effect.forEach(texts, readHeader))
  )
}).pipe(
  Options.mapEffect(({ headers, url }) => {
    if (Option.isNone(url)) {
      return headers.length === 0
        ? Effect.succeed(undefined)
        : Effect.fail(invalid("--webhook-header needs --webhook, the URL that the header is sent to"))
    }
    return Option.isNone(webhookUrl(url.value))
      ? Effect.fail(invalid("--webhook must be a URL such as http://127.0.0.1:3000/webhooks"))
      : Effect.succeed({ url: url.value, headers: Object.fromEntries(headers) })
  })
)

const example = '[{"on": {"path": "/programs", "nth": 1}, "fault": {"type": "respond", "status": 503}}]'

const options = {
  port: Options.integer("port").pipe(
    Options.withDescription("The port to listen on. 0 means any free port. Default: 4010"),
    Options.withDefault(4010),
    Options.withSchema(
      Schema.Int.pipe(Schema.between(0, 65_535, { message: () => "--port must be a whole number from 0 to 65535" }))
    )
  ),
  host: Options.text("host").pipe(
    Options.withDescription("The address to listen on. 0.0.0.0 means all addresses. Default: 127.0.0.1"),
    Options.withDefault("127.0.0.1")
  ),
  hosts: Options.text("allow-host").pipe(
    Options.withPseudoName("name"),
    Options.withDescription(
      "Also accepts requests for this host on a loopback address. Repeat it for several hosts. Default: localhost and the address"
    ),
    Options.repeated,
    Options.mapEffect((names) => {
      const wrong = names.find((name) => !isHost(name))
      return wrong === undefined
        ? Effect.succeed(names)
        : Effect.fail(
            invalid(`--allow-host must be the name of a host such as lab.example. It is ${JSON.stringify(wrong)}`)
          )
    })
  ),
  cors,
  seed,
  state: stateFile,
  latency: duration("latency").pipe(
    Options.withDescription('The delay of each response: milliseconds, or text such as "2 seconds". Default: no delay'),
    Options.withDefault(Duration.zero)
  ),
  rateLimit: Options.integer("rate-limit").pipe(
    Options.withDescription(
      "The number of requests that are answered in a minute. Further requests get 429. Default: no limit"
    ),
    Options.withSchema(
      Schema.Int.pipe(Schema.positive({ message: () => "--rate-limit must be a whole number of at least 1" }))
    ),
    Options.optional
  ),
  faults: Options.text("fault").pipe(
    Options.withPseudoName("script"),
    Options.withDescription(`A script of faults: a JSON file, or JSON such as ${example}`),
    Options.repeated,
    Options.mapEffect((inputs) => Effect.map(Effect.forEach(inputs, readScript), (scripts) => scripts.flat()))
  ),
  clientId: Options.text("client-id").pipe(
    Options.withDescription("The client id. Default: demo"),
    Options.withDefault("demo")
  ),
  clientSecret: Options.redacted("client-secret").pipe(
    Options.withDescription("The client secret. Default: demo"),
    Options.optional
  ),
  iapAudience: Options.text("iap-audience").pipe(
    Options.withDescription(
      "Emulates an Identity-Aware Proxy: every request needs an identity token for this audience. Default: no proxy"
    ),
    Options.optional
  ),
  webhook,
  tokenLifetime: duration("token-lifetime").pipe(
    Options.withDescription("The lifetime of an access token. Default: 1 hour"),
    Options.withDefault(Duration.hours(1))
  )
}

/**
 * The emulator cannot listen. The message says why.
 *
 * @since 0.1.0
 * @category errors
 */
export class CannotListen extends Schema.TaggedError<CannotListen>()("CannotListen", { message: Schema.String }) {}

/** Node's default is 16 kB. A URL may contain some hundred ids. In bytes. */
const maxHeaderSize = 256 * 1024

// After Node's 5 seconds, an emulator that was busy with a large import would close a connection that a request is on.
const keepAliveTimeout = 60_000

const cannotListen = (host: string, port: number, { cause }: HttpServerError.ServeError): CannotListen => {
  const code = Predicate.hasProperty(cause, "code") ? cause.code : undefined
  const reason =
    code === "EADDRINUSE"
      ? "another program uses the port"
      : code === "EACCES"
        ? "this user is not allowed to use the port"
        : String(cause)
  return new CannotListen({ message: `Cannot listen on ${host}, port ${port}: ${reason}` })
}

/**
 * The emulator cannot keep its state in the file: another emulator uses the file, the file does not contain a workspace, or
 * the last changes could not be written. The message says which.
 *
 * @since 0.1.0
 * @category errors
 */
export class CannotKeepState extends Schema.TaggedError<CannotKeepState>()("CannotKeepState", {
  message: Schema.String
}) {}

/**
 * Keeps the state in a file. If the last save failed, the finalizer of the scope prints that and dies with `CannotKeepState`,
 * since an interrupted program cannot fail in another way.
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

/** Completes when the terminal is closed. */
const hangUp = Effect.async<void>((resume) => {
  const listener = () => resume(Effect.void)
  process.once("SIGHUP", listener)
  return Effect.sync(() => process.removeListener("SIGHUP", listener))
})

/**
 * The command serves the emulator until it is interrupted, or until its terminal is closed (SIGHUP). In both cases it saves the
 * state. Another command can have it as a subcommand.
 *
 * Fails with `CannotListen` if it cannot listen on the port, and with `CannotKeepState` if it cannot use the file for the state.
 * If it cannot save the state at the end, it dies with `CannotKeepState`.
 *
 * @example
 * ```ts
 * import * as EmulatorCommand from "@effect-kaleidoscope/testing/EmulatorCommand"
 * import * as Command from "@effect/cli/Command"
 *
 * export const command = Command.make("lab").pipe(Command.withSubcommands([EmulatorCommand.make("emulator")]))
 * ```
 *
 * @since 0.1.0
 * @category commands
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
          Layer.provide(
            NodeHttpServer.layerServer(() => createServer({ keepAliveTimeout, maxHeaderSize }), { port, host })
          ),
          Layer.build,
          Effect.mapError((error) => cannotListen(host, port, error))
        )
        const { url } = Context.get(context, Emulator.Emulator)
        // Only the default secret is printed.
        const secret = Option.isNone(clientSecret) ? "demo" : "the given one"
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

import process from "node:process"
import * as Prompt from "@effect/cli/Prompt"
import * as NodeTerminal from "@effect/platform-node/NodeTerminal"
import * as Workspace from "@effect-kaleidoscope/sdk/Workspace"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import * as Services from "../client/services.js"
import * as Globals from "../commandLine/globals.js"
import { failed } from "../failure.js"
import * as NodeStream from "../nodeStream.js"
import * as Output from "../output/output.js"
import * as Connection from "../settings/connection.js"
import * as Profiles from "../settings/profiles.js"

const largestSecret = 10_000

/** The first line of the input. */
const fromInput = NodeStream.bytes(process.stdin, (cause) => cause).pipe(
  Stream.decodeText(),
  Stream.splitLines,
  Stream.map((line) => line.slice(0, largestSecret)),
  Stream.runHead,
  Effect.orElseSucceed(Option.none<string>),
  Effect.flatMap((line) => {
    const secret = Option.getOrElse(line, () => "").trim()
    return secret === ""
      ? failed("The input has no secret", "Send the client secret as the first line, or run the command on a terminal")
      : Effect.succeed(Redacted.make(secret))
  })
)

const isHttps = (url: string): boolean => {
  const { hostname, protocol } = new URL(url)
  return protocol === "https:" || ["localhost", "127.0.0.1", "[::1]"].includes(hostname)
}

export const login = (options: {
  readonly url: Option.Option<string>
  readonly clientId: Option.Option<string>
  readonly iapClientId: Option.Option<string>
}) =>
  Effect.gen(function* () {
    const { profile = "default" } = yield* Globals.GlobalOptions
    const output = yield* Output.Output
    const environment = yield* Connection.environment
    // A file that cannot be kept is told before anything is asked.
    yield* Profiles.read
    // Prompts without a terminal would wait for ever.
    const asks = process.stdin.isTTY === true && process.stdout.isTTY === true
    const url = Option.getOrElse(options.url, () => Option.getOrElse(environment.url, () => Connection.productionUrl))
    if (!URL.canParse(url)) return yield* failed(`${JSON.stringify(url)} is not a URL`, "A URL begins with https://")
    if (!isHttps(url)) yield* output.note(`The connection to ${url} is not encrypted: others can read the key`)

    if (!asks && Option.isNone(options.clientId)) {
      return yield* failed(
        "There is no terminal to ask for the key",
        "Give --client-id, and the secret as the first line of the input"
      )
    }
    const clientId = Option.isSome(options.clientId)
      ? options.clientId.value.trim()
      : (yield* Prompt.text({
          message: `Client id for ${url}:`,
          validate: (text) =>
            text.trim() === "" ? Effect.fail("The client id must not be empty") : Effect.succeed(text)
        })).trim()
    const clientSecret = asks ? yield* Prompt.hidden({ message: "Client secret (it is not shown):" }) : yield* fromInput

    const connection: Connection.Connection = {
      url: url.replace(/\/+$/, ""),
      clientId,
      clientSecret,
      iapClientId: Option.getOrUndefined(options.iapClientId),
      source: "what you entered",
      profile
    }
    const workspace = yield* Effect.flatMap(Workspace.Workspace, (workspace) => workspace.get).pipe(
      Effect.provide(
        Layer.provide(Workspace.layer, Layer.merge(Services.authFor(connection), Services.clientFor("few")))
      )
    )

    const iap = connection.iapClientId === undefined ? {} : { iap_client_id: connection.iapClientId }
    const path = yield* Profiles.change((stored) => ({
      default: stored.default ?? profile,
      profiles: {
        ...stored.profiles,
        [profile]: { url: connection.url, client_id: clientId, client_secret: clientSecret, ...iap }
      }
    }))
    const result = { profile, workspace: workspace.workspace_name, url: connection.url, file: path }
    yield* Output.either(
      result,
      Effect.all(
        [
          output.line(`The key works. It is for the workspace ${workspace.workspace_name ?? workspace.id}`),
          output.note(`It is stored as the profile ${profile} in ${path}, which only you can read`)
        ],
        { discard: true }
      )
    )
  }).pipe(Effect.provide(NodeTerminal.layer))

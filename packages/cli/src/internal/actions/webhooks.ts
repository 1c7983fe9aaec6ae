/** The server that receives the webhooks of `registration watch`. It is loaded if the command listens. */
import { createServer } from "node:http"
import * as HttpRouter from "@effect/platform/HttpRouter"
import * as HttpServer from "@effect/platform/HttpServer"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import * as Registrar from "@effect-kaleidoscope/sdk/Registrar"
import * as RegistrarEndpoint from "@effect-kaleidoscope/sdk/RegistrarEndpoint"
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { failed } from "../failure.js"
import * as Connection from "../settings/connection.js"
import * as SystemFailure from "../systemFailure.js"

const secretName = "KALEIDOSCOPE_WEBHOOK_SECRET"

/** The host and the port in `0.0.0.0:4020` or `4020`. */
const addressIn = (text: string) => {
  const [, host, port] = /^(?:(.+):)?(\d{1,5})$/.exec(text) ?? []
  return port === undefined || Number(port) > 65_535
    ? failed(`--listen ${JSON.stringify(text)} is not a port`, "Write it as 4020, or with a host as 0.0.0.0:4020")
    : Effect.succeed({ host: host ?? "127.0.0.1", port: Number(port) })
}

/** Receives webhooks until the scope is closed, and gives the URL of the server. */
export const receive = (
  registrar: Registrar.Service,
  options: { readonly listen: string; readonly secretHeader: Option.Option<string> }
) =>
  Effect.gen(function* () {
    const address = yield* addressIn(options.listen)
    const secret = yield* Config.option(Config.redacted(Config.nonEmptyString(secretName))).pipe(
      Effect.mapError(Connection.configFailed)
    )
    if (Option.isNone(secret)) {
      return yield* failed(
        `--listen needs a secret, and ${secretName} is not set`,
        `Set ${secretName} in the environment`
      )
    }
    const header = Option.getOrUndefined(options.secretHeader)
    const endpoint = RegistrarEndpoint.app({
      secret: secret.value,
      secretIn: header === undefined ? "path" : { header }
    })
    const router = HttpRouter.empty.pipe(HttpRouter.all("*", endpoint))
    const server = yield* Layer.build(NodeHttpServer.layerServer(() => createServer(), address)).pipe(
      Effect.catchAll(({ cause }) => failed(`--listen ${options.listen} cannot be used: ${SystemFailure.of(cause)}`))
    )
    yield* HttpServer.serveEffect(router).pipe(
      Effect.provide(server),
      Effect.provideService(Registrar.Registrar, registrar)
    )
    return yield* Effect.provide(HttpServer.addressFormattedWith(Effect.succeed), server)
  })

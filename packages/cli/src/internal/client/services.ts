/** The services of the SDK for a command: the key, and the cheapest client that can reach the server. */

import type * as HttpClient from "@effect/platform/HttpClient"
import * as Auth from "@effect-kaleidoscope/sdk/Auth"
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type { CommandFailed } from "../failure.js"
import * as Connection from "../settings/connection.js"

const isSet = (name: string) => Effect.map(Config.option(Config.nonEmptyString(name)), Option.isSome)

const beyondNode = [
  "KALEIDOSCOPE_CA_FILE",
  "KALEIDOSCOPE_VERIFY_TLS",
  "HTTPS_PROXY",
  "https_proxy",
  "HTTP_PROXY",
  "http_proxy"
]

/** Whether the server needs what only the client of the Node package has: other authorities, or a proxy. */
const needsUndici = Effect.map(Effect.forEach(beyondNode, isSet), (all) => all.some((set) => set))

/** How many requests a command sends, or how large its bodies are. */
export type Traffic = "few" | "many"

const nodeHttp = Layer.unwrapEffect(
  Effect.map(
    Effect.promise(() => import("./nodeHttp.js")),
    ({ layer }) => layer
  )
)

const undici = Layer.unwrapEffect(
  Effect.map(
    Effect.promise(() => import("@effect-kaleidoscope/node/UndiciHttpClient")),
    ({ layerConfig }) => layerConfig()
  )
)

export const clientFor = (traffic: Traffic): Layer.Layer<HttpClient.HttpClient, CommandFailed> =>
  Layer.unwrapEffect(Effect.map(needsUndici, (needed) => (needed || traffic === "many" ? undici : nodeHttp))).pipe(
    Layer.mapError(Connection.configFailed)
  )

export const authFor = ({ clientId, clientSecret, iapClientId, url }: Connection.Connection) => {
  const key = { clientId, clientSecret, url }
  return iapClientId === undefined
    ? Auth.layer(key)
    : Layer.unwrapEffect(
        Effect.map(
          Effect.promise(() => import("@effect-kaleidoscope/node/GoogleIdentityToken")),
          (identity) => Layer.provide(Auth.layerIap({ ...key, iapClientId }), identity.layer)
        )
      )
}

/** Provides services of the SDK, on the workspace of the command line. */
export const provide =
  <Services, E2>(services: Layer.Layer<Services, E2, Auth.Auth | HttpClient.HttpClient>, traffic: Traffic = "few") =>
  <A, E, R>(self: Effect.Effect<A, E, R>) =>
    Effect.flatMap(Connection.current, (connection) =>
      Effect.provide(self, Layer.provideMerge(services, Layer.provideMerge(authFor(connection), clientFor(traffic))))
    )

/** The workspace of the credentials in the environment. Without credentials: an emulated workspace in memory. */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { Auth, Kaleidoscope } from "@effect-kaleidoscope/sdk"
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { Emulated } from "./emulated.js"

export const Workspace = Layer.unwrapEffect(
  Effect.map(
    Effect.all(
      ["KALEIDOSCOPE_API_CLIENT_ID", "KALEIDOSCOPE_API_CLIENT_SECRET"].map((name) => Config.option(Config.string(name)))
    ),
    (credentials) =>
      credentials.every(Option.isNone)
        ? Emulated
        : Kaleidoscope.layer.pipe(Layer.provide(Auth.layerConfig()), Layer.provide(NodeHttpClient.layerUndici))
  )
)

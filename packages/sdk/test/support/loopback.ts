import type * as HttpClient from "@effect/platform/HttpClient"
import { Auth } from "@effect-kaleidoscope/sdk"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"

export * from "../../../../test/loopback.js"

/** The requirements of a service's layer, for a server on loopback. */
export const live = (url: string, client: Layer.Layer<HttpClient.HttpClient>) =>
  Layer.merge(Auth.layerToken({ token: Redacted.make("the-access-token"), url }), client)

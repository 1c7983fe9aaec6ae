import type * as HttpClient from "@effect/platform/HttpClient"
import { UndiciHttpClient } from "@effect-kaleidoscope/node"
import { Auth, Exports, Files, Labels, Programs, Properties, RequestPolicy } from "@effect-kaleidoscope/sdk"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { clients as others } from "../../../../test/loopback.js"

/** The clients that people use on Node, this package's own first. */
export const clients = { own: UndiciHttpClient.layer(), ...others } as const

/** Services that speak to a server of one's own, each request once unless the policy says more. */
export const services = <E>(
  url: string,
  client: Layer.Layer<HttpClient.HttpClient, E>,
  policy: Partial<RequestPolicy.Policy> = {}
) =>
  Layer.mergeAll(Exports.layer, Files.layer, Labels.layer, Programs.layer, Properties.layer).pipe(
    Layer.provide(RequestPolicy.layer({ tries: 1, backoff: 0, ...policy })),
    Layer.provide(Layer.merge(Auth.layerToken({ token: Redacted.make("the-access-token"), url }), client))
  )

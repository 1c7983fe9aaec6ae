import type * as HttpClient from "@effect/platform/HttpClient"
import { Auth, Ids, Labels, Programs, RequestPolicy } from "@effect-kaleidoscope/sdk"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"

export const url = "http://kaleidoscope.test"

/** The API key that the emulator knows. */
export const key = { clientId: "demo", clientSecret: Redacted.make("demo"), url }

/** A credential that needs no request for a token. */
export const AuthToken = Auth.layerToken({ token: Redacted.make("the-access-token"), url })

/** Two services over a client, a credential and a policy. */
export const services = (
  client: Layer.Layer<HttpClient.HttpClient>,
  auth: Layer.Layer<Auth.Auth> = AuthToken,
  policy: Partial<RequestPolicy.Policy> = {}
) =>
  Layer.merge(Labels.layer, Programs.layer).pipe(
    Layer.provide(auth),
    Layer.provide(Layer.merge(client, RequestPolicy.layer(policy)))
  )

/** Makes each call go alone: calls under a policy of their own share no work. */
export const alone = RequestPolicy.withRetry({ tries: 3 })

export const programId = Ids.ProgramId.make("8bc96c35-22f2-4fbc-9941-3d15ff619f89")

export const program = { id: programId, title: "Apollo" }

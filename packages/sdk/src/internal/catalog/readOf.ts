import * as Effect from "effect/Effect"
import type * as Api from "../request/api.js"
import type * as Call from "../request/call.js"
import * as Method from "../request/method.js"

/** Makes a method that reads something about one thing: it looks up the id of its argument, and sends a call with it. */
export const readOf =
  <Reference, LookupError>(api: Api.Api, resolve: (reference: Reference) => Effect.Effect<string, LookupError>) =>
  <Of extends `GET /${string}/{id}${string}`, A, I, E>(call: Call.Read<Of, never, A, I, E>) =>
  (reference: Reference) =>
    Effect.flatMap(resolve(reference), (id) => {
      const params = { id }
      return api.get<Call.Route<"GET">, never, A, I, E>(call, params)
    }).pipe(Method.withSpan(call))

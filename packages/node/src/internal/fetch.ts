import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as HttpClient from "@effect/platform/HttpClient"
import * as Undici from "@effect/platform-node/Undici"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Predicate from "effect/Predicate"
import type * as Scope from "effect/Scope"

/** Whether this runtime has only the names of undici, as Bun has: then `fetch` sends the requests. */
export const isNeeded: boolean = !Predicate.hasProperty(Undici.Agent.prototype, "dispatch")

/** What Bun's `fetch` takes beside the usual options. */
export interface Options {
  readonly tls: { readonly rejectUnauthorized: boolean; readonly ca?: Array<string> }
  /** Without it, Bun reads the variables of the environment itself. */
  readonly proxy?: string
}

/** A client on `fetch` with options of Bun. */
export const make = (options: Options): Effect.Effect<HttpClient.HttpClient, never, Scope.Scope> =>
  Effect.map(Layer.build(FetchHttpClient.layer), (context) => {
    const fetch = Object.assign(
      (input: RequestInfo | URL, init?: RequestInit) => globalThis.fetch(input, { ...init, ...options }),
      globalThis.fetch
    )
    return HttpClient.transformResponse(
      Context.get(context, HttpClient.HttpClient),
      Effect.provideService(FetchHttpClient.Fetch, fetch)
    )
  })

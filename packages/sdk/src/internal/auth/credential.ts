import type * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Equal from "effect/Equal"
import * as Record from "effect/Record"
import * as Redacted from "effect/Redacted"
import type * as IdentityToken from "../../IdentityToken.js"
import { AuthError } from "../../KaleidoscopeError.js"
import { RequestPolicy } from "../../RequestPolicy.js"
import * as Monotonic from "../monotonic.js"
import * as Method from "../request/method.js"
import * as Policy from "../request/policy.js"
import * as AccessTokens from "./accessTokens.js"
import * as Backoff from "./backoff.js"
import { type IapOptions, type Options, PROD_API_URL, type RequestOptions, type Service } from "./model.js"
import * as Secrets from "./secrets.js"
import { normalize } from "./url.js"

/** What a proxy in front of the server demands of every request, and what to do if the proxy refuses a request. */
type Proxy = Pick<AccessTokens.Options, "decorate" | "invalidateIdentity">

const noProxy: Proxy = {
  decorate: (request) => Effect.succeed({ request }),
  invalidateIdentity: () => Effect.void
}

export const authError = (reason: AuthError["reason"], message: string): AuthError =>
  new AuthError({ ...Method.localFacts("Auth.authorize", message), reason })

const invalidHeader = (headers: { readonly [name: string]: string }): string | undefined =>
  Object.entries(headers).find(
    ([name, value]) => !/^[!#$%&'*+.^_`|~0-9a-z-]+$/i.test(name) || /[^\t\x20-\x7e\x80-\xff]/.test(value)
  )?.[0]

/** Sets a header with a token. A token with other characters would make the client fail with an error that quotes it. */
const setBearer = (
  request: HttpClientRequest.HttpClientRequest,
  header: string,
  token: Redacted.Redacted,
  reason: "malformed" | "identity"
): Effect.Effect<HttpClientRequest.HttpClientRequest, AuthError> => {
  const kind = reason === "identity" ? "identity" : "access"
  return AccessTokens.isToken(Redacted.value(token))
    ? Effect.succeed(HttpClientRequest.setHeader(request, header, `Bearer ${Redacted.value(token)}`))
    : Effect.fail(authError(reason, `The ${kind} token is empty or has characters that a token cannot have`))
}

interface TokenSource {
  readonly get: (client: HttpClient.HttpClient) => Effect.Effect<AccessTokens.Token, AuthError>
  readonly invalidate: Service["invalidate"]
}

/** A credential with tokens from this source. */
export const fromSource = (
  options: RequestOptions,
  source: (shared: Pick<AccessTokens.Options, "url" | "secrets" | keyof Proxy>) => TokenSource,
  proxy: Proxy = noProxy
): Service => {
  const url = normalize(options.url ?? PROD_API_URL)
  const headers = Record.map(options.additionalHeaders ?? {}, (value) =>
    Redacted.isRedacted(value) ? Redacted.value(value) : value
  )
  const secrets = Secrets.make()
  for (const value of Object.values(headers)) secrets.add(value)
  const header = invalidHeader(headers)
  const { application, catalogTimeToLive, concurrency, retryBudget } = options
  const settings = { settings: { application, catalogTimeToLive, concurrency, retryBudget } }
  if (Either.isLeft(url) || header !== undefined) {
    const message = Either.isLeft(url)
      ? url.left
      : `The additional header ${JSON.stringify(header)} has a name or a value with characters that HTTP does not allow`
    return {
      url: options.url ?? PROD_API_URL,
      authorize: () => Effect.fail(authError("configuration", message)),
      invalidate: () => Effect.void,
      ...settings
    }
  }
  const { invalidateIdentity } = proxy
  const decorate: Proxy["decorate"] = (request) =>
    Effect.map(proxy.decorate(request), (decorated) => ({
      ...decorated,
      request: HttpClientRequest.setHeaders(decorated.request, headers)
    }))
  const { get, invalidate } = source({ url: url.right, decorate, invalidateIdentity, secrets })
  return {
    url: url.right,
    authorize: (request, client) =>
      Effect.flatMap(get(client), ({ kept = false, token }) =>
        setBearer(request, "X-Kal-Authorization", token, "malformed").pipe(
          Effect.flatMap(decorate),
          Effect.map((decorated) => ({ ...decorated, token, kept }))
        )
      ),
    invalidate,
    invalidateIdentity,
    secrets,
    ...settings
  }
}

/** A credential with the tokens that the server gives for an API key. */
export const fromKey = (options: Options, proxy?: Proxy): Effect.Effect<Service> =>
  Effect.map(Effect.flatMap(RequestPolicy, Policy.valid), (policy) =>
    fromSource(
      options,
      (shared) => {
        const clients = new WeakMap<HttpClient.HttpClient, AccessTokens.AccessTokens>()
        const tokensOf = (client: HttpClient.HttpClient): AccessTokens.AccessTokens => {
          const existing = clients.get(client)
          if (existing !== undefined) return existing
          const tokens = AccessTokens.make(client, {
            ...shared,
            application: options.application,
            clientId: options.clientId,
            clientSecret: options.clientSecret,
            refreshTokens: options.refreshTokens ?? true,
            limits: Policy.limits(policy)
          })
          clients.set(client, tokens)
          return tokens
        }
        return {
          get: (client) => tokensOf(client).get,
          invalidate: (token, client) => tokensOf(client).invalidate(token)
        }
      },
      proxy
    )
  )

/** An Identity-Aware Proxy, and the identity tokens that it demands. */
export const identify = (options: IapOptions, identity: IdentityToken.Service): Proxy => {
  const header = options.identityTokenHeader ?? "Authorization"
  const afterRefusal = Backoff.make()
  let last: Redacted.Redacted | undefined
  return {
    decorate: (request) =>
      identity.get(options.iapClientId).pipe(
        Effect.mapError((error) => authError("identity", error.message)),
        Effect.flatMap((token) => {
          last = token
          return Effect.map(setBearer(request, header, token, "identity"), (request) => ({
            request,
            identityToken: token
          }))
        })
      ),
    // Refusals that come later are of the same token, or of one that was refused as well.
    invalidateIdentity: (token) =>
      Effect.flatMap(Effect.clock, (clock) => {
        const now = Monotonic.now(clock)
        if (!afterRefusal.isOver(now) || last === undefined || !Equal.equals(last, token)) return Effect.void
        afterRefusal.failed(now)
        return identity.forget?.(token) ?? Effect.void
      })
  }
}

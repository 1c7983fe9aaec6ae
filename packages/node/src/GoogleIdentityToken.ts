/**
 * Google identity tokens for Identity-Aware Proxy, by Google's own library, from its application default credentials:
 * the key file of a service account, the metadata server on Google Cloud, or impersonation.
 *
 * @since 0.1.0
 */
import * as FileSystem from "@effect/platform/FileSystem"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as IdentityToken from "@effect-kaleidoscope/sdk/IdentityToken"
import * as Clock from "effect/Clock"
import * as Config from "effect/Config"
import type * as ConfigProvider from "effect/ConfigProvider"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Encoding from "effect/Encoding"
import * as Equal from "effect/Equal"
import * as FiberId from "effect/FiberId"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import type { JWTInput } from "google-auth-library"

const variable = "GOOGLE_APPLICATION_CREDENTIALS"

const remedy = `set ${variable} to the key file of a service account, run on Google Cloud, or impersonate a service account`

const failure = (message: string): IdentityToken.IdentityTokenError =>
  new IdentityToken.IdentityTokenError({ message: `There is no Google identity token: ${message}` })

const userCredentials = failure(
  `the credentials are a user's, and Google makes no identity tokens for users; ${remedy}`
)

const Credentials = Schema.parseJson(
  Schema.Struct({ type: Schema.NonEmptyString }, { key: Schema.String, value: Schema.Unknown })
)

/** The credentials of the file that the configuration names, if it names one. */
const configured: Effect.Effect<Option.Option<JWTInput>, IdentityToken.IdentityTokenError> = Effect.gen(function* () {
  const path = yield* Config.option(Config.nonEmptyString(variable))
  if (Option.isNone(path)) return Option.none()
  const fileSystem = yield* FileSystem.FileSystem
  const content = yield* Effect.mapError(fileSystem.readFileString(path.value), (error) =>
    failure(
      `the file ${path.value} of ${variable} cannot be read (${error._tag === "SystemError" ? error.reason : error._tag})`
    )
  )
  // The parser's errors quote the file.
  const credentials = yield* Effect.mapError(Schema.decodeUnknown(Credentials)(content), () =>
    failure(`the file ${path.value} of ${variable} has no credentials`)
  )
  return Option.some(credentials as JWTInput) // the library itself checks the fields
}).pipe(
  Effect.catchTag("ConfigError", () => Effect.fail(failure(`${variable} cannot be read`))),
  Effect.provide(NodeFileSystem.layer)
)

const textAt = (value: unknown, ...path: ReadonlyArray<string>): string | undefined => {
  const found = path.reduce<unknown>(
    (value, key) => (Predicate.hasProperty(value, key) ? value[key] : undefined),
    value
  )
  return typeof found === "string" || typeof found === "number" ? String(found) : undefined
}

/** The safe part of an error of the library: its message may quote a key, its fields have the request. */
const describe = (error: unknown): string => {
  if (textAt(error, "message")?.startsWith("Could not load the default credentials")) {
    return `there are no default credentials; ${remedy}`
  }
  if (textAt(error, "message")?.startsWith("Cannot fetch ID token in this environment")) {
    return `Google makes no identity tokens for credentials of this type; ${remedy}`
  }
  const status = textAt(error, "response", "status") ?? textAt(error, "status")
  const code = [
    textAt(error, "response", "data", "error", "status"),
    textAt(error, "response", "data", "error"),
    textAt(error, "cause", "code"),
    textAt(error, "code")
  ].find((code) => code !== undefined && code !== status && /^[A-Za-z_]{2,40}$/.test(code))
  const detail = code === undefined ? "" : ` (${code})`
  if (code !== undefined && /CERT|SIGNATURE/.test(code)) {
    return `Google's certificate is not trusted here${detail}: if a proxy opens TLS, name its authority in NODE_EXTRA_CA_CERTS`
  }
  return status !== undefined && /^\d{3}$/.test(status)
    ? `Google responded with ${status}${detail}`
    : code !== undefined && /^(E[A-Z]+|UND_ERR.*)$/.test(code)
      ? `Google cannot be reached${detail}`
      : `the credentials cannot be used${detail}`
}

/** Long enough for the library's own retries. */
const timeout = "30 seconds"

const mint = (audience: string): Effect.Effect<string, IdentityToken.IdentityTokenError> =>
  Effect.gen(function* () {
    const credentials = yield* configured
    if (Option.exists(credentials, ({ type }) => type === "authorized_user")) return yield* userCredentials
    // Programs without a proxy do not load the library.
    const google = yield* Effect.tryPromise({
      try: () => import("google-auth-library"),
      catch: () => failure("google-auth-library cannot be loaded")
    })
    return yield* Effect.tryPromise({
      // One `GoogleAuth` for each token: it caches the key, and the failure to find one.
      try: async () => {
        const auth = new google.GoogleAuth({
          ...(Option.isSome(credentials) ? { credentials: credentials.value } : {}),
          // No project is needed. Without this setting the library starts `gcloud` to find one.
          projectId: "none"
        })
        const { idTokenProvider } = await auth.getIdTokenClient(audience)
        return idTokenProvider instanceof google.UserRefreshClient
          ? Effect.fail(userCredentials)
          : Effect.succeed(await idTokenProvider.fetchIdToken(audience))
      },
      catch: (error) => failure(describe(error))
    }).pipe(
      Effect.flatten,
      // The library caches for the life of the process that there is no metadata server.
      Effect.tapError(() => Effect.sync(() => google.gcpMetadata.resetIsAvailableCache()))
    )
  }).pipe(
    Effect.timeoutFail({ duration: timeout, onTimeout: () => failure(`Google did not respond within ${timeout}`) })
  )

const Claims = Schema.parseJson(
  Schema.Struct({ aud: Schema.String, exp: Schema.Number, iat: Schema.optional(Schema.Number) })
)

/** The payload of a JSON Web Token. Its signature is checked by the proxy. */
const claimsOf = (token: unknown): Option.Option<typeof Claims.Type> =>
  Option.liftPredicate(token, Predicate.isString).pipe(
    Option.flatMap((token) => Option.getRight(Encoding.decodeBase64UrlString(token.split(".")[1] ?? ""))),
    Option.flatMap(Schema.decodeUnknownOption(Claims))
  )

interface Held {
  readonly token: Redacted.Redacted
  readonly expiresAt: number
  renewAt: number
}

/** Ten minutes, as in the official Python client, or a fifth of a shorter lifetime. */
const margin = (lifetime: number): number => Math.min(10 * 60_000, lifetime / 5)

/** The wait after a failed renewal, while the old token is still valid. */
const renewalPause = 15_000

/** The wait after the first failure. It doubles with each further failure. */
const shortestPause = 1000

/** Milliseconds of a monotonic clock: the time of day may jump. */
const monotonic = Effect.map(Clock.currentTimeNanos, (nanoseconds) => Number(nanoseconds) / 1_000_000)

const check = (audience: string, token: string): Effect.Effect<Held, IdentityToken.IdentityTokenError> =>
  Effect.gen(function* () {
    const now = yield* monotonic
    const claims = claimsOf(token)
    if (Option.isNone(claims)) return yield* failure("Google's response is not an identity token")
    const { aud, exp, iat } = claims.value
    if (aud !== audience) return yield* failure("Google's response is a token for another audience")
    // The lifetime follows Google's clock, because the local time of day may be wrong.
    const lifetime = Math.max(0, exp * 1000 - (iat === undefined ? yield* Clock.currentTimeMillis : iat * 1000))
    return { token: Redacted.make(token), expiresAt: now + lifetime, renewAt: now + lifetime - margin(lifetime) }
  })

/** The tokens for one audience. */
interface Source {
  readonly get: Effect.Effect<Redacted.Redacted, IdentityToken.IdentityTokenError>
  readonly forget: (token: Redacted.Redacted) => Effect.Effect<void>
}

interface Failed {
  readonly error: IdentityToken.IdentityTokenError
  readonly pause: number
  readonly until: number
}

/** At most one renewal is in flight. A token is cached for its lifetime, a failure for a moment. */
const source = (audience: string, provider: ConfigProvider.ConfigProvider): Source => {
  let held: Held | undefined
  let failed: Failed | undefined
  let flight: Deferred.Deferred<Held, IdentityToken.IdentityTokenError> | undefined

  const keep = (error: IdentityToken.IdentityTokenError) =>
    Effect.map(monotonic, (now) => {
      const isAgain = failed !== undefined && now < failed.until + renewalPause
      const pause = failed !== undefined && isAgain ? Math.min(renewalPause, failed.pause * 2) : shortestPause
      failed = { error, pause, until: now + pause }
    })

  // A fiber of its own: an interrupted caller does not stop the renewal for the others.
  const renew = Effect.flatMap(monotonic, (now) => {
    if (flight !== undefined) return Effect.succeed(flight)
    if (failed !== undefined && now < failed.until) return Effect.fail(failed.error)
    const started = Deferred.unsafeMake<Held, IdentityToken.IdentityTokenError>(FiberId.none)
    flight = started
    return mint(audience).pipe(
      Effect.withConfigProvider(provider),
      Effect.flatMap((token) => check(audience, token)),
      Effect.tap((renewed) =>
        Effect.sync(() => {
          held = renewed
          failed = undefined
        })
      ),
      Effect.tapError(keep),
      Effect.interruptible,
      Effect.onExit((exit) =>
        Effect.sync(() => {
          flight = undefined
          Deferred.unsafeDone(started, exit)
        })
      ),
      Effect.forkDaemon,
      Effect.as(started)
    )
  }).pipe(Effect.uninterruptible, Effect.flatMap(Deferred.await))

  return {
    get: Effect.flatMap(monotonic, (now) => {
      const current = held
      if (current === undefined || now >= current.expiresAt) return Effect.map(renew, ({ token }) => token)
      if (now < current.renewAt) return Effect.succeed(current.token)
      return renew.pipe(
        Effect.map(({ token }) => token),
        Effect.catchAll((error) =>
          Effect.flatMap(monotonic, (now) => {
            if (now >= current.expiresAt) return Effect.fail(error)
            current.renewAt = now + renewalPause
            return Effect.succeed(current.token)
          })
        )
      )
    }),
    forget: (token) =>
      Effect.sync(() => {
        if (held !== undefined && Equal.equals(held.token, token)) held = undefined
      })
  }
}

/**
 * Identity tokens by `google-auth-library`, which is loaded with the first token. They come from Google's application
 * default credentials: the file that `GOOGLE_APPLICATION_CREDENTIALS` names in the configuration (the key of a service
 * account, or credentials that impersonate one), else the file that `gcloud` wrote, else the metadata server. The file is
 * read again for each token, so a key can be replaced while the program runs.
 *
 * A token is renewed by the first call within ten minutes of its expiry; if that fails, it is used until it expires. All
 * callers share one renewal for each audience. After a failure no request is sent to Google for one second, and for twice
 * as long after each further failure, up to 15 seconds. A token that the proxy refuses is dropped, and the next call gets a
 * new one.
 *
 * The layer cannot fail. `get` fails with `IdentityTokenError`, which the SDK reports as `AuthError`
 * (`reason: "identity"`): if there are no credentials or they cannot be used, for the credentials of a user (Google makes
 * no identity tokens for users), and if Google refuses, cannot be reached or does not respond within 30 seconds. No error
 * shows a key or a token.
 *
 * @example
 * ```ts
 * import { GoogleIdentityToken, UndiciHttpClient } from "@effect-kaleidoscope/node"
 * import { Auth, Labels } from "@effect-kaleidoscope/sdk"
 * import * as Layer from "effect/Layer"
 *
 * const AuthLive = Auth.layerIapConfig().pipe(Layer.provide(GoogleIdentityToken.layer))
 *
 * const LabelsLive = Labels.layer.pipe(Layer.provide(AuthLive), Layer.provide(UndiciHttpClient.layerConfig()))
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layer: Layer.Layer<IdentityToken.IdentityToken> = Layer.fresh(
  Layer.effect(
    IdentityToken.IdentityToken,
    Effect.configProviderWith((provider) =>
      Effect.sync(() => {
        const sources = new Map<string, Source>()
        const sourceOf = (audience: string): Source => {
          const existing = sources.get(audience)
          if (existing !== undefined) return existing
          const created = source(audience, provider)
          sources.set(audience, created)
          return created
        }
        return {
          get: (audience) => Effect.suspend(() => sourceOf(audience).get),
          forget: (token) => Effect.forEach(sources.values(), ({ forget }) => forget(token), { discard: true })
        }
      })
    )
  )
)

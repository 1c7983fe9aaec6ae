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
import * as Either from "effect/Either"
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

const users = failure(`the credentials are a user's, for which Google mints none; ${remedy}`)

const Credentials = Schema.parseJson(
  Schema.Struct({ type: Schema.NonEmptyString }, { key: Schema.String, value: Schema.Unknown })
)

/** The credentials that the configuration names, if it names any. */
const configured: Effect.Effect<Option.Option<JWTInput>, IdentityToken.IdentityTokenError> = Effect.gen(function* () {
  const path = yield* Config.option(Config.nonEmptyString(variable))
  if (Option.isNone(path)) return Option.none()
  const fileSystem = yield* FileSystem.FileSystem
  const content = yield* Effect.mapError(fileSystem.readFileString(path.value), (error) =>
    failure(
      `the file ${path.value} of ${variable} cannot be read (${error._tag === "SystemError" ? error.reason : error._tag})`
    )
  )
  // The parser's errors quote what they read.
  const credentials = yield* Effect.mapError(Schema.decodeUnknown(Credentials)(content), () =>
    failure(`the file ${path.value} of ${variable} holds no credentials`)
  )
  return Option.some(credentials as JWTInput) // the library looks itself whether all is there
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

/** What of the library's errors may be shown: their messages quote keys, their fields hold whole requests. */
const describe = (error: unknown): string => {
  if (textAt(error, "message")?.startsWith("Could not load the default credentials")) {
    return `there are no default credentials; ${remedy}`
  }
  if (textAt(error, "message")?.startsWith("Cannot fetch ID token in this environment")) {
    return `the credentials are of a kind that cannot mint one; ${remedy}`
  }
  const status = textAt(error, "response", "status") ?? textAt(error, "status")
  const code = [
    textAt(error, "response", "data", "error", "status"),
    textAt(error, "response", "data", "error"),
    textAt(error, "cause", "code"),
    textAt(error, "code")
  ].find((code) => code !== undefined && code !== status && /^[A-Za-z_]{2,40}$/.test(code))
  const detail = code === undefined ? "" : ` (${code})`
  return status !== undefined && /^\d{3}$/.test(status)
    ? `Google answered ${status}${detail}`
    : code !== undefined && /^(E[A-Z]+|UND_ERR.*)$/.test(code)
      ? `Google cannot be reached${detail}`
      : `the credentials cannot be used${detail}`
}

/** Long enough for the library's own retries. */
const longest = "30 seconds"

const mint = (audience: string): Effect.Effect<string, IdentityToken.IdentityTokenError> =>
  Effect.gen(function* () {
    const credentials = yield* configured
    if (Option.exists(credentials, ({ type }) => type === "authorized_user")) return yield* users
    // Programs that have no proxy to pass do not pay for the library.
    const google = yield* Effect.tryPromise({
      try: () => import("google-auth-library"),
      catch: () => failure("google-auth-library cannot be loaded")
    })
    return yield* Effect.tryPromise({
      // A library object for each token: it would keep a key that was replaced, and a failure to find any.
      try: async () => {
        const auth = new google.GoogleAuth({
          ...(Option.isSome(credentials) ? { credentials: credentials.value } : {}),
          // No project is needed, and to look for one starts `gcloud`.
          projectId: "none"
        })
        const { idTokenProvider } = await auth.getIdTokenClient(audience)
        return idTokenProvider instanceof google.UserRefreshClient
          ? Either.left(users)
          : Either.right(await idTokenProvider.fetchIdToken(audience))
      },
      catch: (error) => failure(describe(error))
    }).pipe(
      Effect.flatten,
      // It remembers for the life of the process that there was no metadata server.
      Effect.tapError(() => Effect.sync(() => google.gcpMetadata.resetIsAvailableCache()))
    )
  }).pipe(
    Effect.timeoutFail({ duration: longest, onTimeout: () => failure(`Google did not answer within ${longest}`) })
  )

const Claims = Schema.parseJson(
  Schema.Struct({ aud: Schema.String, exp: Schema.Number, iat: Schema.optional(Schema.Number) })
)

/** What the payload of a JSON Web Token says. Whether it is true is the proxy's to check. */
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

/** As the Python client does, which uses a token of one hour for fifty minutes; of a shorter life a fifth. */
const margin = (lifetime: number): number => Math.min(10 * 60_000, lifetime / 5)

/** How long a token that is still valid is used when its renewal failed, before the next renewal is tried. */
const renewalPause = 15_000

/** How long Google is not asked again after there was no token: this, and twice that each time it fails again. */
const shortestPause = 1000

/** Milliseconds of a clock that nobody sets: the time of day may jump. */
const monotonic = Effect.map(Clock.currentTimeNanos, (nanoseconds) => Number(nanoseconds) / 1_000_000)

const check = (audience: string, token: string): Effect.Effect<Held, IdentityToken.IdentityTokenError> =>
  Effect.gen(function* () {
    const now = yield* monotonic
    const claims = claimsOf(token)
    if (Option.isNone(claims)) return yield* failure("Google's answer is not an identity token")
    const { aud, exp, iat } = claims.value
    if (aud !== audience) return yield* failure("Google's answer is a token for another audience")
    // Google says when it made the token, so that a wrong time of day here does not matter.
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

/** One renewal is in flight, however many wait for it. Its success is kept, and its failure for a moment. */
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

  // In a fiber of its own: whoever waits and is interrupted does not end it for the others.
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
 * Identity tokens by `google-auth-library`, which is loaded when the first one is asked for. They come from Google's
 * application default credentials: the file that `GOOGLE_APPLICATION_CREDENTIALS` names in the configuration (the key
 * of a service account, or credentials that impersonate one), else the file that `gcloud` left, else the metadata
 * server. The file is read again for each token, so a key can be replaced while the program runs.
 *
 * A token is renewed when it is asked for within ten minutes of its expiry; if that fails, it is used until it expires.
 * One renewal for an audience is in flight, however many wait for it. A failure is kept for a
 * second, and longer each time Google fails again, up to fifteen: whoever asks within that time is not Google's burden.
 * A token that the proxy refuses is forgotten, and whoever asks next gets a new one.
 *
 * Building the layer cannot fail. Asking for a token fails with `IdentityTokenError`, which the SDK reports as
 * `AuthError` (`reason: "identity"`): if there are no credentials or they cannot be used, for the credentials of a user
 * (Google mints them no identity tokens for a proxy), and if Google refuses, cannot be reached or does not answer within
 * 30 seconds. No error shows anything of a key or a token.
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

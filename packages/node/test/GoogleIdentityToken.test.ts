import { writeFile } from "node:fs/promises"
import { inspect } from "node:util"
import { GoogleIdentityToken } from "@effect-kaleidoscope/node"
import { IdentityToken } from "@effect-kaleidoscope/sdk"
import * as Cause from "effect/Cause"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/TestClock"
import { expect, it, vi } from "../../../test/vitest.js"
import {
  configured,
  credentialsFile,
  fakeGoogle,
  idToken,
  impersonation,
  serviceAccount,
  unconfigured,
  user
} from "./support/google.js"

const audience = "123.apps.googleusercontent.com"

const service = (provider: ConfigProvider.ConfigProvider) =>
  Effect.map(
    Layer.build(Layer.provide(GoogleIdentityToken.layer, Layer.setConfigProvider(provider))),
    (context) => context.unsafeMap.get(IdentityToken.IdentityToken.key) as IdentityToken.Service // the layer gives it
  )

const get = (identity: IdentityToken.Service) => Effect.map(identity.get(audience), Redacted.value)

const tokens = (content: unknown) => Effect.flatMap(configured(content), service)

it.effect("a service account's key gives an identity token", () =>
  Effect.gen(function* () {
    const google = yield* fakeGoogle
    const identity = yield* tokens(serviceAccount)
    const token = yield* identity.get(audience)
    expect(google.minted).toEqual([Redacted.value(token)])
    expect(google.calls.map(({ target }) => target)).toEqual(["oauth2.googleapis.com/token"])
    expect(String(token)).toBe("<redacted>")
    yield* identity.get("another")
    expect(google.minted).toHaveLength(2)
  })
)

it.effect("concurrent callers share one request for a token", () =>
  Effect.gen(function* () {
    const google = yield* fakeGoogle
    const identity = yield* tokens(serviceAccount)
    const all = yield* Effect.all(
      Array.from({ length: 50 }, () => get(identity)),
      { concurrency: "unbounded" }
    )
    expect(google.calls).toHaveLength(1)
    expect(new Set(all).size).toBe(1)
    expect(yield* get(identity)).toBe(all[0])
    expect(google.calls).toHaveLength(1)
  })
)

it.effect("a token is renewed ten minutes before it expires", () =>
  Effect.gen(function* () {
    const google = yield* fakeGoogle
    const identity = yield* tokens(serviceAccount)
    const first = yield* get(identity)
    yield* TestClock.adjust("49 minutes")
    expect(yield* get(identity)).toBe(first)
    expect(google.minted).toHaveLength(1)
    yield* TestClock.adjust("1 minutes")
    expect(yield* get(identity)).toBe(google.minted[1])
    expect(google.minted).toHaveLength(2)
  })
)

it.effect("a short-lived token is used for most of its life", () =>
  Effect.gen(function* () {
    const google = yield* fakeGoogle
    google.lifetime = 100
    const identity = yield* tokens(serviceAccount)
    yield* get(identity)
    yield* TestClock.adjust("79 seconds")
    yield* get(identity)
    expect(google.minted).toHaveLength(1)
    yield* TestClock.adjust("1 seconds")
    yield* get(identity)
    expect(google.minted).toHaveLength(2)
  })
)

it.effect("a failure is shared for a moment, then the next call sends a new request", () =>
  Effect.gen(function* () {
    const google = yield* fakeGoogle
    google.instead = () => ({ status: 400, body: { error: "invalid_grant", error_description: "a quoted token" } })
    const identity = yield* tokens(serviceAccount)
    const error = yield* Effect.flip(get(identity))
    expect(error.message).toBe("There is no Google identity token: Google responded with 400 (invalid_grant)")
    const calls = google.calls.length
    const ask = Effect.all(
      Array.from({ length: 200 }, () => Effect.flip(get(identity))),
      { concurrency: "unbounded" }
    )
    for (const pause of [1, 2, 4, 8, 15]) {
      const before = google.calls.length
      for (const again of yield* ask) expect(again.message).toBe(error.message)
      yield* TestClock.adjust(pause * 1000 - 1)
      yield* ask
      expect(google.calls.length).toBe(before)
      yield* TestClock.adjust(1)
      yield* ask
      expect(google.calls.length).toBe(before + calls)
    }
    google.instead = undefined
    yield* TestClock.adjust("15 seconds")
    expect(yield* get(identity)).toBe(google.minted[0])
  })
)

it.effect("invalidate drops the refused token, and no other token", () =>
  Effect.gen(function* () {
    const google = yield* fakeGoogle
    const identity = yield* tokens(serviceAccount)
    const forget = (token: string) => identity.forget?.(Redacted.make(token)) ?? Effect.void
    const first = yield* get(identity)
    const other = Redacted.value(yield* identity.get("another"))
    yield* forget("another token")
    expect(yield* get(identity)).toBe(first)
    yield* forget(first)
    const second = yield* Effect.all(
      Array.from({ length: 50 }, () => get(identity)),
      { concurrency: "unbounded" }
    )
    expect(new Set(second)).toEqual(new Set([google.minted[2]]))
    yield* forget(first)
    expect(yield* get(identity)).toBe(google.minted[2])
    expect(Redacted.value(yield* identity.get("another"))).toBe(other)
    expect(google.minted).toHaveLength(3)
  })
)

it.effect("the lifetime of a token follows Google's time, not the local clock", () =>
  Effect.gen(function* () {
    const google = yield* fakeGoogle
    google.instead = () => ({
      status: 200,
      // Made an hour ago, or in an hour, by the clock of this machine.
      body: { id_token: idToken({ aud: audience, exp: 3600 + 7200, iat: 7200 }) }
    })
    const identity = yield* tokens(serviceAccount)
    const first = yield* get(identity)
    yield* TestClock.adjust("49 minutes")
    expect(yield* get(identity)).toBe(first)
    yield* TestClock.adjust("1 minute")
    expect(yield* get(identity)).not.toBe(first)
  })
)

it.effect("a token is used until it expires if renewal fails, and renewal is tried again later", () =>
  Effect.gen(function* () {
    const google = yield* fakeGoogle
    const identity = yield* tokens(serviceAccount)
    const first = yield* get(identity)
    yield* TestClock.adjust("50 minutes")
    google.instead = () => ({ status: 403, body: {} })
    expect(yield* get(identity)).toBe(first)
    const calls = google.calls.length
    yield* TestClock.adjust("14 seconds")
    expect(yield* get(identity)).toBe(first)
    expect(google.calls).toHaveLength(calls)
    yield* TestClock.adjust("1 seconds")
    expect(yield* get(identity)).toBe(first)
    expect(google.calls.length).toBeGreaterThan(calls)
    yield* TestClock.adjust("10 minutes")
    expect((yield* Effect.flip(get(identity))).message).toContain("403")
    google.instead = undefined
    yield* TestClock.adjust("15 seconds")
    expect(yield* get(identity)).not.toBe(first)
  })
)

it.effect("interrupting one waiting caller does not stop the others", () =>
  Effect.gen(function* () {
    const google = yield* fakeGoogle
    let answer: (() => void) | undefined
    const asked = new Promise<void>((resolve) => {
      google.instead = () => {
        resolve()
        return new Promise((resolve) => {
          answer = () => resolve({ status: 200, body: { id_token: idToken({ aud: audience, exp: 3600 }) } })
        })
      }
    })
    const identity = yield* tokens(serviceAccount)
    const first = yield* Effect.fork(get(identity))
    const second = yield* Effect.fork(get(identity))
    yield* Effect.promise(() => asked)
    yield* Fiber.interrupt(first)
    answer?.()
    expect(yield* Fiber.join(second)).toContain("the-signature")
    expect(google.calls).toHaveLength(1)
  })
)

it.effect("a request that hangs ends with a timeout for every waiting caller", () =>
  Effect.gen(function* () {
    const google = yield* fakeGoogle
    const asked = new Promise<void>((resolve) => {
      google.instead = () => {
        resolve()
        return google.never
      }
    })
    const identity = yield* tokens(serviceAccount)
    const waiting = yield* Effect.fork(Effect.flip(get(identity)))
    yield* Effect.promise(() => asked)
    yield* TestClock.adjust("30 seconds")
    expect((yield* Fiber.join(waiting)).message).toContain("did not respond within 30 seconds")
    google.instead = undefined
    yield* TestClock.adjust("1 second")
    yield* get(identity)
    expect(google.minted).toHaveLength(1)
  })
)

it.effect("impersonation credentials give an identity token", () =>
  Effect.gen(function* () {
    const google = yield* fakeGoogle
    const identity = yield* tokens(impersonation)
    expect(yield* get(identity)).toBe(google.minted[0])
    expect(google.calls.map(({ target }) => target)).toEqual([
      "oauth2.googleapis.com/token",
      "iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/robot@demo.iam.gserviceaccount.com:generateIdToken"
    ])
  })
)

it.effect("without credentials the metadata server is used, and tried again after it was missing", () =>
  Effect.gen(function* () {
    const google = yield* fakeGoogle
    const identity = yield* service(unconfigured)
    const error = yield* Effect.flip(get(identity))
    expect(error.message).toMatch(/there are no default credentials; set GOOGLE_APPLICATION_CREDENTIALS/)
    google.metadata = true
    yield* TestClock.adjust("1 second")
    expect(yield* get(identity)).toBe(google.minted[0])
  })
)

it.effect("the key file is read again for each token", () =>
  Effect.gen(function* () {
    const google = yield* fakeGoogle
    const { path } = yield* credentialsFile({ ...serviceAccount, private_key: "not yet" })
    const identity = yield* service(ConfigProvider.fromMap(new Map([["GOOGLE_APPLICATION_CREDENTIALS", path]])))
    expect((yield* Effect.flip(get(identity))).message).toContain("the credentials cannot be used")
    yield* Effect.promise(() => writeFile(path, JSON.stringify(serviceAccount)))
    yield* TestClock.adjust("1 second")
    expect(yield* get(identity)).toBe(google.minted[0])
  })
)

it.effect("credentials of a user are refused before a request is sent", () =>
  Effect.gen(function* () {
    const google = yield* fakeGoogle
    const message =
      /the credentials are a user's, and Google makes no identity tokens for users; set GOOGLE_APPLICATION_CREDENTIALS/
    const named = yield* tokens(user)
    expect((yield* Effect.flip(get(named))).message).toMatch(message)
    const { folder } = yield* credentialsFile(user, "application_default_credentials.json")
    vi.stubEnv("CLOUDSDK_CONFIG", folder)
    const wellKnown = yield* service(unconfigured)
    expect((yield* Effect.flip(get(wellKnown))).message).toMatch(message)
    expect(google.calls).toEqual([])
  })
)

it.effect("credentials of an unsupported type are refused", () =>
  Effect.gen(function* () {
    yield* fakeGoogle
    const identity = yield* tokens({
      type: "external_account",
      audience: "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/pool/providers/provider",
      subject_token_type: "urn:ietf:params:oauth:token-type:jwt",
      token_url: "https://sts.googleapis.com/v1/token",
      credential_source: { file: "/nowhere/token" }
    })
    expect((yield* Effect.flip(get(identity))).message).toContain("for credentials of this type")
  })
)

it.effect("a malformed token and a token for another audience are refused", () =>
  Effect.gen(function* () {
    const google = yield* fakeGoogle
    const identity = yield* tokens(serviceAccount)
    for (const [id_token, message] of [
      ["opaque", "Google's response is not an identity token"],
      ["a.b.c", "Google's response is not an identity token"],
      [idToken({ aud: "another", exp: 3600 }), "Google's response is a token for another audience"]
    ] as const) {
      google.instead = () => ({ status: 200, body: { id_token } })
      expect((yield* Effect.flip(get(identity))).message).toBe(`There is no Google identity token: ${message}`)
      yield* TestClock.adjust("15 seconds")
    }
  })
)

it.effect("the error names the credentials file that cannot be used", () =>
  Effect.gen(function* () {
    yield* fakeGoogle
    const { path } = yield* credentialsFile("")
    const identity = yield* service(unconfigured)
    vi.stubEnv("GOOGLE_APPLICATION_CREDENTIALS", path)
    expect((yield* Effect.flip(get(identity))).message).toContain("the credentials cannot be used")
    const error = yield* Effect.flip(get(yield* tokens("{")))
    expect(error.message).toMatch(/the file \S+ of GOOGLE_APPLICATION_CREDENTIALS has no credentials/)
  })
)

it.effect("the error says that a certificate is not trusted, and not that the credentials are wrong", () =>
  Effect.gen(function* () {
    const google = yield* fakeGoogle
    google.trusted = false
    const error = yield* Effect.flip(get(yield* tokens(serviceAccount)))
    expect(error.message).toMatch(/Google's certificate is not trusted here \(\w+\): .* NODE_EXTRA_CA_CERTS/)
  })
)

it.effect("no error shows a key or a token", () =>
  Effect.gen(function* () {
    const google = yield* fakeGoogle
    const canary = "canary"
    const wrongs: ReadonlyArray<readonly [content: unknown, instead?: typeof google.instead]> = [
      [`{"private_key": "${canary} `],
      [`${canary}`],
      [{ type: "service_account", private_key: canary }],
      [{ ...serviceAccount, private_key: `-----BEGIN PRIVATE KEY-----\n${canary}\n-----END PRIVATE KEY-----\n` }],
      [{ ...impersonation, source_credentials: { ...user, refresh_token: canary } }],
      [{ ...impersonation, service_account_impersonation_url: canary.repeat(100) }],
      [{ ...user, refresh_token: canary }],
      [serviceAccount, () => ({ status: 400, body: { error: canary.repeat(9), error_description: canary } })],
      [serviceAccount, () => ({ status: 404, body: `<html>${canary}</html>` })],
      [serviceAccount, () => ({ status: 200, body: { id_token: canary } })],
      [serviceAccount, () => ({ status: 200, body: { id_token: idToken({ aud: canary, exp: 3600 }) } })]
    ]
    for (const [content, instead] of wrongs) {
      google.instead = instead
      const identity = yield* tokens(content)
      const cause = yield* Effect.flip(Effect.sandbox(get(identity)))
      expect(Cause.isFailure(cause)).toBe(true)
      const error = Cause.squash(cause)
      const shown = [
        JSON.stringify(error),
        String(error),
        inspect(error, { depth: null, showHidden: true }),
        Cause.pretty(cause, { renderErrorCause: true }),
        JSON.stringify(cause)
      ].join("\n")
      expect(shown).toContain("There is no Google identity token")
      for (const secret of [canary, "assertion", serviceAccount.private_key.slice(40, 80), user.client_secret]) {
        expect(shown).not.toContain(secret)
      }
    }
  })
)

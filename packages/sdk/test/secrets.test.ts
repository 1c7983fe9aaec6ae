import { inspect } from "node:util"
import {
  Auth,
  Exports,
  IdentityToken,
  Ids,
  Imports,
  KaleidoscopeError,
  Labels,
  Programs,
  RequestPolicy
} from "@effect-kaleidoscope/sdk"
import * as Cause from "effect/Cause"
import type * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as FiberRef from "effect/FiberRef"
import * as HashSet from "effect/HashSet"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import * as Metric from "effect/Metric"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as FastCheck from "fast-check"
import { assert, describe, expect, it } from "../../../test/vitest.js"
import * as Api from "../src/internal/request/api.js"
import * as Call from "../src/internal/request/call.js"
import * as Errors from "../src/internal/request/errors.js"
import * as Scripted from "./support/scripted.js"
import * as Spans from "./support/spans.js"
import * as Spellings from "./support/spellings.js"
import { passing, url } from "./support/workspace.js"

const canaries = {
  clientSecret: "canary-client-secret",
  accessToken: "canary-access-token",
  refreshToken: "canary-refresh-token",
  identityToken: "canary-identity-token",
  header: "canary-additional-header",
  body: "canary-request-body"
}

const hits = (text: string): ReadonlyArray<string> => Object.values(canaries).filter((canary) => text.includes(canary))

const auth = Layer.provide(
  Auth.layerIap({
    clientId: "the-client",
    clientSecret: Redacted.make(canaries.clientSecret),
    url,
    iapClientId: "the-audience",
    additionalHeaders: { "X-Gate": Redacted.make(canaries.header), Cookie: canaries.header }
  }),
  IdentityToken.layer(Redacted.make(canaries.identityToken))
)

const granted = Scripted.json({
  access_token: canaries.accessToken,
  refresh_token: canaries.refreshToken,
  expires_in: 3600
})

/** What a server answers that shows in its error what it was sent. */
const echo = (sent: Scripted.Sent): string => `you sent ${JSON.stringify(sent.headers)} and ${sent.body}`

const withoutBody = (sent: Scripted.Sent): Scripted.Sent => ({ ...sent, body: "" })

type Answering = (sent: Scripted.Sent) => Effect.Effect<Response, Scripted.Broken>

/** Everything that can go wrong with a call, and with the request for its token. */
const faults: ReadonlyArray<readonly [name: string, api: Answering]> = [
  ["a reset connection", () => Scripted.broken("ECONNRESET")],
  ["a refused connection", () => Scripted.broken("ECONNREFUSED")],
  ["silence", () => Effect.never],
  ...[400, 401, 403, 404, 408, 409, 418, 422, 425, 429, 500, 503].flatMap(
    (status): ReadonlyArray<readonly [string, Answering]> => [
      [`${status} in JSON`, (sent) => Scripted.json({ code: "NO", message: echo(withoutBody(sent)) }, status)],
      [
        `${status} with issues`,
        (sent) =>
          Scripted.json({ issues: [{ path: [echo(withoutBody(sent))], message: echo(withoutBody(sent)) }] }, status)
      ],
      [`${status} in HTML`, (sent) => Scripted.text(`<html>${echo(withoutBody(sent))}</html>`, status)],
      [`${status} with nothing`, () => Scripted.text(null, status, { "x-request-id": "request-1" })]
    ]
  ),
  ["a redirect", () => Scripted.text(null, 302, { location: "https://elsewhere.test/" })],
  ["a page", (sent) => Scripted.text(`<html>${echo(withoutBody(sent))}</html>`, 200)],
  ["another shape", (sent) => Scripted.json({ id: 5, title: echo(withoutBody(sent)) })],
  ["an unknown charset", () => Scripted.text("[]", 200, { "content-type": "text/plain; charset=klingon" })]
]

const tokenFaults: typeof faults = [
  ...faults,
  ["an echo of the form", (sent) => Scripted.json({ message: echo(sent) }, 400)],
  ["an echo of the form, decoded", (sent) => Scripted.text(decodeURIComponent(sent.body), 500)],
  ["a token of another type", () => Scripted.json({ access_token: [canaries.accessToken] })],
  ["a token with a line break", () => Scripted.json({ access_token: `${canaries.accessToken}\n` })],
  ["a lifetime that is none", () => Scripted.json({ access_token: canaries.accessToken, expires_in: "soon" })],
  ["half a response", () => Scripted.text(`{"access_token":"${canaries.accessToken}"`, 200)]
]

const calls: ReadonlyArray<
  readonly [string, Effect.Effect<unknown, KaleidoscopeError.KaleidoscopeError, Labels.Labels | Programs.Programs>]
> = [
  ["list", Effect.flatMap(Labels.Labels, (labels) => labels.list)],
  ["create", Effect.flatMap(Programs.Programs, (programs) => programs.create({ title: canaries.body }))],
  [
    "update",
    Effect.flatMap(Programs.Programs, (programs) => programs.update(Ids.ProgramId.make("p"), { title: canaries.body }))
  ]
]

/** Logs through every logger of Effect's own, and gives what they wrote. */
const logged = (cause: Cause.Cause<unknown>) =>
  Effect.gen(function* () {
    const lines: Array<string> = []
    const write = (...args: ReadonlyArray<unknown>) => {
      lines.push(args.map((arg) => (typeof arg === "string" ? arg : inspect(arg, { depth: null }))).join(" "))
    }
    const keep = <A>(logger: Logger.Logger<unknown, A>) =>
      Logger.make((options) => write(logger.log(options), JSON.stringify(logger.log(options))))
    const unsafe = new Proxy(globalThis.console, { get: () => write })
    const console = { ...consoleOf(unsafe) }
    const loggers = [
      keep(Logger.stringLogger),
      keep(Logger.logfmtLogger),
      keep(Logger.jsonLogger),
      keep(Logger.structuredLogger),
      Logger.prettyLogger({ colors: false, mode: "tty" }),
      Logger.prettyLogger({ colors: false, mode: "browser" })
    ]
    yield* Effect.gen(function* () {
      yield* Effect.logError("it failed", cause)
      yield* Effect.logError(cause)
      yield* Effect.logError(Cause.squash(cause))
      yield* Effect.logError("it failed").pipe(Effect.annotateLogs({ error: Cause.squash(cause) }))
    }).pipe(
      Effect.locally(FiberRef.currentLoggers, HashSet.fromIterable<Logger.Logger<unknown, unknown>>(loggers)),
      Effect.withConsole(console)
    )
    expect(lines.length).toBeGreaterThan(20)
    return lines.join("\n")
  })

const consoleOf = (unsafe: Console.UnsafeConsole): Console.Console => {
  const nothing = () => Effect.void
  return {
    [Symbol.for("effect/Console") as Console.TypeId]: Symbol.for("effect/Console") as Console.TypeId,
    assert: nothing,
    clear: Effect.void,
    count: nothing,
    countReset: nothing,
    debug: nothing,
    dir: nothing,
    dirxml: nothing,
    error: nothing,
    group: nothing,
    groupEnd: Effect.void,
    info: nothing,
    log: nothing,
    table: nothing,
    time: nothing,
    timeEnd: nothing,
    timeLog: nothing,
    trace: nothing,
    warn: nothing,
    unsafe
  }
}

/** An error by every way there is to show it. */
const rendered = (exit: Exit.Exit<unknown, KaleidoscopeError.KaleidoscopeError>) =>
  Effect.gen(function* () {
    expect(Exit.isFailure(exit)).toBe(true)
    const cause = Exit.isFailure(exit) ? exit.cause : Cause.empty
    const error = Cause.squash(cause)
    if (!KaleidoscopeError.isKaleidoscopeError(error)) return yield* Effect.die(error)
    const json: unknown = JSON.parse(JSON.stringify(error))
    expect(json).toMatchObject({ _tag: error._tag, message: error.message })
    expect(error.message.length).toBeGreaterThan(10)
    const encoded = yield* Schema.encode(KaleidoscopeError.KaleidoscopeError)(error)
    const decoded = yield* Schema.decode(Schema.parseJson(KaleidoscopeError.KaleidoscopeError))(JSON.stringify(encoded))
    expect(decoded).toEqual(error)
    return [
      JSON.stringify(error),
      JSON.stringify(exit),
      JSON.stringify(encoded),
      inspect(error, { showHidden: true, depth: null, getters: true }),
      inspect(exit, { showHidden: true, depth: null }),
      String(error),
      error.stack,
      Cause.pretty(cause, { renderErrorCause: true }),
      yield* logged(cause)
    ].join("\n")
  })

describe("no secret is shown in errors, spans and logs", () => {
  const provoke = (script: Scripted.Script, call: (typeof calls)[number][1]) =>
    Effect.gen(function* () {
      const server = Scripted.make(script)
      const spans = Spans.make()
      const debug: Array<string> = []
      const { exit } = yield* passing(
        call.pipe(
          Effect.provide(
            Layer.merge(Labels.layer, Programs.layer).pipe(
              Layer.provide(auth),
              Layer.provide(server.layer),
              Layer.provide(RequestPolicy.layer({ tries: 2 }))
            )
          )
        )
      ).pipe(
        Effect.withTracer(spans.tracer),
        Effect.locally(
          FiberRef.currentLoggers,
          HashSet.make(
            Logger.make((options) => debug.push(inspect(Logger.structuredLogger.log(options), { depth: null })))
          )
        ),
        Logger.withMinimumLogLevel(LogLevel.All)
      )
      // The canaries were there to be shown.
      expect(server.sent.some((sent) => hits(JSON.stringify(sent)).length >= 2)).toBe(true)
      const text = yield* rendered(exit)
      expect(hits(text)).toEqual([])
      expect(hits(inspect(spans.all, { showHidden: true, depth: null }))).toEqual([])
      expect(hits(debug.join("\n"))).toEqual([])
    })

  for (const [callName, call] of calls) {
    it.effect(`of ${callName}, after any failure`, () =>
      Effect.forEach(
        faults,
        ([, fault]) => provoke((sent) => (sent.path === "/auth/oauth/token" ? granted : fault(sent)), call),
        { discard: true }
      )
    )
  }

  it.effect("of the request for a token, after any failure", () =>
    Effect.forEach(
      tokenFaults,
      ([, fault]) =>
        provoke(
          (sent) => (sent.path === "/auth/oauth/token" ? fault(sent) : Scripted.text(null, 401)),
          Effect.flatMap(Labels.Labels, (labels) => labels.list)
        ),
      { discard: true }
    )
  )

  it.effect("of a renewal, after any failure", () =>
    Effect.forEach(
      tokenFaults,
      ([, fault]) =>
        provoke(
          (sent, nth) =>
            sent.path === "/auth/oauth/token" ? (nth === 1 ? granted : fault(sent)) : Scripted.text(null, 401),
          Effect.flatMap(Labels.Labels, (labels) => labels.list)
        ),
      { discard: true }
    )
  )

  it.effect("of a request that cannot be sent", () =>
    Effect.gen(function* () {
      const server = Scripted.make(() => granted)
      for (const body of [
        { a: canaries.body, n: Number.NaN },
        { a: [canaries.body, Redacted.make(canaries.body)] },
        {
          a: {
            toJSON: () => {
              throw new Error(canaries.body)
            }
          }
        }
      ]) {
        const exit = yield* Effect.exit(
          Effect.flatMap(Api.make, (api) =>
            api.send(
              Call.write("Test.write", "PUT /test", {
                body: ["*"],
                success: Call.nothing,
                errors: Errors.write,
                repeat: "always",
                because: "it is a test",
                known: "guessed"
              }),
              {},
              body
            )
          ).pipe(Effect.provide(auth), Effect.provide(server.layer))
        )
        expect(hits(yield* rendered(exit))).toEqual([])
      }
    })
  )

  it.effect("by the metrics", () =>
    Effect.gen(function* () {
      const server = Scripted.make((sent) => (sent.path === "/auth/oauth/token" ? granted : Scripted.json([])))
      yield* Effect.flatMap(Labels.Labels, (labels) => labels.list).pipe(
        Effect.provide(Layer.provide(Labels.layer, Layer.merge(auth, server.layer)))
      )
      const snapshot = inspect(yield* Metric.snapshot, { showHidden: true, depth: null })
      expect(snapshot).toContain("kaleidoscope")
      expect(hits(snapshot)).toEqual([])
    })
  )

  it.effect("by the credential itself", () =>
    Effect.gen(function* () {
      const service = yield* Auth.Auth
      expect(hits(inspect(service, { showHidden: true, depth: null }) + JSON.stringify(service))).toEqual([])
    }).pipe(Effect.provide(auth))
  )
})

describe("no secret is shown that the response to another call repeats", () => {
  const secrets = {
    clientSecret: 'Qz7vK2"mX9\\pLr4/WtY&<é> 50%+',
    accessToken: "Hd8nB3fT6%41+jSx/uC5==",
    refreshToken: 'Rw4gM7"yE2\\nVk9~aZ',
    identityToken: "Pb6tG1'sJ8.oF3hLc5-iX",
    header: "Nq2kU9_eD4 Tm7&rBv0",
    cookie: "Yx3jA8wS5gKp"
  }

  const credential = Layer.provide(
    Auth.layerIap({
      clientId: "the-client",
      clientSecret: Redacted.make(secrets.clientSecret),
      url,
      iapClientId: "the-audience",
      additionalHeaders: { "X-Gate": Redacted.make(secrets.header), Cookie: `lang=de; session=${secrets.cookie}` }
    }),
    IdentityToken.layer(Redacted.make(secrets.identityToken))
  )

  const tokens = Scripted.json({
    access_token: secrets.accessToken,
    refresh_token: secrets.refreshToken,
    expires_in: 3600
  })

  const basic = (encoding: "base64" | "base64url") => (secret: string) =>
    `Basic ${Buffer.from(`the-client:${secret}`).toString(encoding)}`

  const spellings: ReadonlyArray<Spellings.Spelling> = [
    ...Spellings.every,
    ["as Basic", basic("base64")],
    ["as Basic for URLs", basic("base64url")],
    ["percent-encoded as Basic", (secret) => encodeURIComponent(basic("base64")(secret))]
  ]

  // What a header can carry: bytes, which are read as ISO 8859-1.
  const inHeader = (text: string) =>
    Buffer.from(text)
      .toString("latin1")
      .replace(/[^\x20-\x7e\xa0-\xff]/g, "?")

  const places: ReadonlyArray<readonly [place: string, answer: (text: string) => Effect.Effect<Response>]> = [
    ["the message", (text) => Scripted.json({ message: text }, 400)],
    ["a message within", (text) => Scripted.json({ error: { details: { title: text } } }, 500)],
    ["the code", (text) => Scripted.json({ code: text, message: "no" }, 422)],
    ["the message of an issue", (text) => Scripted.json({ issues: [{ path: "a", message: text }] }, 400)],
    ["the path of an issue", (text) => Scripted.json({ issues: [{ path: [text, 0], message: "no" }] }, 400)],
    ["a path of an issue", (text) => Scripted.json({ details: [{ instancePath: `/${text}`, message: "no" }] }, 400)],
    ["a text", (text) => Scripted.text(text, 403)],
    ["a page", (text) => Scripted.text(`<html><body>${text}</body></html>`, 502)],
    ["a title", (text) => Scripted.text(`<html><title>${text}</title></html>`, 404)],
    ["the request id", (text) => Scripted.json({ message: "no" }, 400, { "x-request-id": inHeader(text) })],
    ["the other request id", (text) => Scripted.json([{ id: 1 }], 200, { "request-id": inHeader(text) })],
    ["the location", (text) => Scripted.text(null, 302, { location: `https://${inHeader(text)}.test/` })],
    ["the character set", (text) => Scripted.text("[]", 200, { "content-type": `a/b; charset=${inHeader(text)}` })],
    ["what is no JSON", (text) => Scripted.text(text, 200)],
    ["a value of another type", (text) => Scripted.json({ [text]: text }, 200)],
    ["a value within", (text) => Scripted.json([{ id: { it: text }, title: text, color: 1 }], 200)],
    ["a field that nobody knows", (text) => Scripted.json([{ id: "1", title: "a", color: "b", [text]: text }], 200)]
  ]

  /** Every text that is read when escapes are read, however often. */
  const readings = (text: string): ReadonlyArray<string> => {
    const all = [text]
    for (let round = 0; round < 8; round++) {
      const read = (all.at(-1) ?? "")
        .replace(/\\u\{([0-9a-f]+)\}/gi, (_, hex) => String.fromCodePoint(Number.parseInt(hex, 16)))
        .replace(/(?:%|\\u00|\\x)([0-7][0-9a-f])/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)))
        .replace(/&#x0?([0-9a-f]{2});/gi, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)))
        .replace(/&#([0-9]{2,3});/g, (_, code) => String.fromCharCode(Number(code)))
        .replace(/\\(.)/g, "$1")
      all.push(read)
    }
    return all
  }

  /** The longest parts of the secrets that nobody finds by chance. */
  const parts = Object.values(secrets).flatMap((secret) => {
    const words = secret.match(/[0-9a-z]{6,}/gi) ?? []
    const encoded = [0, 1, 2].map((before) =>
      Buffer.from(`${"\0".repeat(before)}${secret}`)
        .toString("base64")
        .slice(4, 16)
    )
    return [...words, ...encoded, ...encoded.map((text) => text.replaceAll("+", "-").replaceAll("/", "_"))]
  })

  const shownIn = (text: string): ReadonlyArray<string> => {
    const all = readings(text)
    return parts.filter((part) => all.some((read) => read.includes(part)))
  }

  const shown = (text: string, [, answer]: (typeof places)[number]) =>
    Effect.gen(function* () {
      let first = true
      const server = Scripted.make((sent) => {
        if (sent.path === "/auth/oauth/token") return tokens
        if (!first) return answer(text)
        first = false
        return Scripted.json([])
      })
      const spans = Spans.make()
      const debug: Array<string> = []
      const list = Effect.flatMap(Labels.Labels, (labels) => labels.list).pipe(
        RequestPolicy.withPolicy({ strict: true, tries: 2, backoff: 0 })
      )
      // The call that is refused sends neither the client secret nor the refresh token.
      const exit = yield* Effect.zipRight(list, Effect.exit(list)).pipe(
        Effect.provide(Layer.provide(Labels.layer, Layer.merge(credential, server.layer))),
        Effect.withTracer(spans.tracer),
        Effect.locally(
          FiberRef.currentLoggers,
          HashSet.make(
            Logger.make((options) => debug.push(inspect(Logger.structuredLogger.log(options), { depth: null })))
          )
        ),
        Logger.withMinimumLogLevel(LogLevel.All)
      )
      assert(Exit.isFailure(exit))
      const error = Cause.squash(exit.cause)
      return [
        JSON.stringify(error),
        inspect(error, { showHidden: true, depth: null }),
        Cause.pretty(exit.cause, { renderErrorCause: true }),
        inspect(spans.all, { showHidden: true, depth: null }),
        ...debug
      ].join("\n")
    })

  for (const [nth, place] of places.entries()) {
    it.effect(`in ${place[0]}, in every spelling`, () =>
      Effect.forEach(
        spellings,
        ([spelling, spell], index) => {
          // Each secret in some spellings here, and in the others in the other places; as it is all of them.
          const some = Object.values(secrets).filter(
            (_, other, all) => index === 0 || (index + nth) % all.length === other
          )
          return Effect.map(
            Effect.forEach(some, (secret) => shown(spell(secret), place)),
            (texts) => expect([spelling, shownIn(texts.join("\n"))]).toEqual([spelling, []])
          )
        },
        { discard: true }
      )
    )
  }

  it.effect("in the content type of an export", () =>
    Effect.gen(function* () {
      const server = Scripted.make((sent) =>
        sent.path === "/auth/oauth/token"
          ? tokens
          : Scripted.text("a", 200, { "content-type": `text/${inHeader(secrets.clientSecret)}` })
      )
      const error = yield* Effect.flatMap(Exports.Exports, (exports) =>
        Effect.flip(
          Stream.runDrain(
            exports.csv({ entity_slice_id: Ids.EntityTypeId.make("8bc96c35-22f2-4fbc-9941-3d15ff619f89") })
          )
        )
      ).pipe(Effect.provide(Layer.provide(Exports.layer, Layer.merge(credential, server.layer))))
      expect(error).toMatchObject({ _tag: "KaleidoscopeUnexpectedContentType" })
      expect(shownIn(inspect(error))).toEqual([])
    })
  )

  it.effect("in the reason of an import that failed", () =>
    Effect.gen(function* () {
      const server = Scripted.make((sent) =>
        sent.path === "/auth/oauth/token"
          ? tokens
          : Scripted.json({ id: "1", import_status: "failed", is_complete: true, error_message: secrets.clientSecret })
      )
      const error = yield* Effect.flatMap(Imports.Imports, (imports) =>
        Effect.flip(imports.await(Ids.ImportId.make("1")))
      ).pipe(Effect.provide(Layer.provide(Imports.layer, Layer.merge(credential, server.layer))))
      expect(error).toMatchObject({ _tag: "KaleidoscopeImportFailed" })
      expect(shownIn(inspect(error))).toEqual([])
    })
  )

  it.effect.prop(
    "within other text, wherever that is truncated",
    [
      FastCheck.constantFrom(...Object.values(secrets)),
      FastCheck.constantFrom(...spellings),
      FastCheck.constantFrom(...Spellings.every),
      FastCheck.constantFrom(...places),
      FastCheck.oneof(
        FastCheck.nat(40),
        ...[200, 255, 1000].map((cut) => FastCheck.integer({ min: cut - 80, max: cut }))
      ),
      FastCheck.constantFrom("", " and more", "…")
    ],
    ([secret, [, spell], [, spellOuter], place, before, after]) =>
      Effect.map(
        shown(spellOuter(spell(`${". ".repeat(before / 2)}${secret}${after}`)), place),
        (text) => shownIn(text).length === 0
      ),
    { fastCheck: { numRuns: 100 } }
  )

  it.effect("at the place where the reading of a large body ends", () =>
    Effect.forEach(
      [10_000, 1_000_000].flatMap((limit) => [0, 1, 2, 5, 8, 11, 14, 17, 20].map((nth) => limit - nth)),
      (start) =>
        Effect.gen(function* () {
          const secret = secrets.accessToken
          const text = yield* shown(`<p>${"<br>".repeat((start - 3) / 4)}${secret}`, [
            "a page",
            (text) => Scripted.text(text, 500)
          ])
          expect(shownIn(text)).toEqual([])
          for (let length = 4; length < secret.length; length++) {
            expect(text).not.toContain(secret.slice(0, length))
          }
        }),
      { discard: true }
    )
  )
})

import { inspect } from "node:util"
import { describe, expect, it } from "@effect/vitest"
import { Auth, IdentityToken, Ids, KaleidoscopeError, Labels, Programs, RequestPolicy } from "@effect-kaleidoscope/sdk"
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
import * as Api from "../src/internal/api.js"
import * as Refusal from "../src/internal/refusal.js"
import * as Scripted from "./scripted.js"
import * as Spans from "./spans.js"
import { passing, url } from "./workspace.js"

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
  ["half an answer", () => Scripted.text(`{"access_token":"${canaries.accessToken}"`, 200)]
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

describe("no secret is shown", () => {
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
    it.effect(
      `of ${callName}, whatever goes wrong with it`,
      () =>
        Effect.forEach(
          faults,
          ([, fault]) => provoke((sent) => (sent.path === "/auth/oauth/token" ? granted : fault(sent)), call),
          { discard: true }
        ),
      60_000
    )
  }

  it.effect(
    "of the request for a token, whatever goes wrong with it",
    () =>
      Effect.forEach(
        tokenFaults,
        ([, fault]) =>
          provoke(
            (sent) => (sent.path === "/auth/oauth/token" ? fault(sent) : Scripted.text(null, 401)),
            Effect.flatMap(Labels.Labels, (labels) => labels.list)
          ),
        { discard: true }
      ),
    60_000
  )

  it.effect(
    "of a renewal, whatever goes wrong with it",
    () =>
      Effect.forEach(
        tokenFaults,
        ([, fault]) =>
          provoke(
            (sent, nth) =>
              sent.path === "/auth/oauth/token" ? (nth === 1 ? granted : fault(sent)) : Scripted.text(null, 401),
            Effect.flatMap(Labels.Labels, (labels) => labels.list)
          ),
        { discard: true }
      ),
    60_000
  )

  it.effect("of what cannot be sent", () =>
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
            api.write("Test.write", {
              method: "PUT",
              path: "/test",
              params: {},
              body,
              success: Api.nothing,
              refusals: Refusal.write,
              repeatable: true
            })
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

import { createServer } from "node:http"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as HttpServer from "@effect/platform/HttpServer"
import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { Emulator, Workspace } from "@effect-kaleidoscope/testing"
import * as Cause from "effect/Cause"
import * as Chunk from "effect/Chunk"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as Queue from "effect/Queue"
import * as Redacted from "effect/Redacted"
import * as TestClock from "effect/TestClock"
import { describe, expect, it } from "../../../test/vitest.js"
import { at, call, onSocket, stringAt } from "./support/client.js"
import { activityId, fileId, recordId } from "./support/sample.js"

const [march, april] = [activityId("Registration of March"), activityId("Registration of April")]
const sdf = fileId("structures.sdf")

/** The sample with a draft. */
const seed: Workspace.Workspace = {
  ...Workspace.demo,
  activities: Workspace.demo.activities.map((activity) =>
    activity.id === april ? { ...activity, data_table_draft_record_ids: [recordId("EK-0001")] } : activity
  ),
  registration_drafts: Workspace.demo.records
    .slice(0, 1)
    .map((record) => ({ id: record.id, operation_id: april, state: "staged", record }))
}

const submit = call("POST", `/operations/${april}/submit_drafts_for_registration`, { json: {} })

/** A registrar on a loopback socket. It responds with these statuses, and then with 200. */
const registrar = (...statuses: ReadonlyArray<number>) =>
  Effect.gen(function* () {
    const received = yield* Queue.unbounded<{
      readonly method: string
      readonly path: string
      readonly headers: { readonly [name: string]: string | undefined }
      readonly body: unknown
    }>()
    const rest = [...statuses]
    const app = Effect.gen(function* () {
      const { headers, json, method, url } = yield* HttpServerRequest.HttpServerRequest
      yield* Queue.offer(received, { method, path: url, headers, body: yield* json })
      return HttpServerResponse.empty({ status: rest.shift() ?? 200, headers: { location: "/elsewhere" } })
    })
    const context = yield* Layer.build(
      NodeHttpServer.layer(() => createServer({ keepAliveTimeout: 1 }), { port: 0, host: "127.0.0.1" })
    )
    yield* Effect.provide(HttpServer.serveEffect(app), context)
    const { address } = Context.get(context, HttpServer.HttpServer)
    const port = address._tag === "TcpAddress" ? address.port : 0
    return { received, url: `http://127.0.0.1:${port}/webhooks?secret=in-the-url` }
  })

/** Completes when a fiber sleeps until this time from now, so that the time can be adjusted. */
const untilAsleep = (millis: number): Effect.Effect<void> =>
  Effect.gen(function* () {
    const until = (yield* Clock.currentTimeMillis) + millis
    while (!Chunk.contains(yield* TestClock.sleeps(), until)) {
      yield* Effect.promise(() => new Promise((resolve) => setImmediate(resolve)))
    }
  })

const clientOf = (respond: Effect.Effect<Response>): HttpClient.HttpClient =>
  HttpClient.make((request) => Effect.map(respond, (response) => HttpClientResponse.fromWeb(request, response)))

describe("webhooks", () => {
  it.effect("tell the registrar of drafts and files, with the headers of the options", () =>
    Effect.gen(function* () {
      const { received, url } = yield* registrar()
      yield* Effect.gen(function* () {
        const emulator = yield* Emulator.Emulator
        for (const [path, event] of [
          ["validate_drafts", "registration_drafts_validation_requested"],
          ["submit_drafts_for_registration", "registration_drafts_submitted"]
        ] as const) {
          const submission = yield* call("POST", `/operations/${april}/${path}`, { json: {} })
          const webhook = yield* Queue.take(received)
          expect(webhook).toMatchObject({ method: "POST", path: "/webhooks?secret=in-the-url" })
          expect(webhook.headers).toMatchObject({ "content-type": "application/json", "x-secret": "in-the-header" })
          expect(webhook.headers).not.toHaveProperty("traceparent")
          expect(webhook.body).toEqual({
            id: expect.any(String),
            event_type: event,
            created_at: at(submission.json, "created_at"),
            operation_id: april,
            submission_id: at(submission.json, "id")
          })
        }
        yield* call("POST", `/operations/${march}/register/${sdf}`, { json: {} })
        const { body } = yield* Queue.take(received)
        expect(body).toEqual({
          id: expect.any(String),
          event_type: "registration_submitted",
          created_at: expect.any(String),
          operation_id: march,
          file_id: sdf,
          file_name: "structures.sdf",
          file_url: `${emulator.url}/files/${sdf}`,
          record_ids: ["EK-0037", "EK-0038", "EK-0039", "EK-0040"].map(recordId)
        })
        const file = yield* call("GET", stringAt(body, "file_url").slice(emulator.url.length))
        expect(file.text).toContain("V2000")
      }).pipe(
        Effect.provide(
          onSocket.make({ seed, webhook: { url, headers: { "X-Secret": Redacted.make("in-the-header") } } })
        )
      )
    })
  )

  it.effect("are sent again until the registrar has received them", () =>
    Effect.gen(function* () {
      const { received, url } = yield* registrar(503, 302, 404)
      yield* Effect.gen(function* () {
        yield* submit
        const bodies: Array<unknown> = []
        for (const wait of [1000, 2000, 4000]) {
          bodies.push((yield* Queue.take(received)).body)
          yield* untilAsleep(wait)
          yield* TestClock.adjust(wait - 1)
          expect(yield* Queue.size(received)).toBe(0)
          yield* TestClock.adjust(1)
        }
        bodies.push((yield* Queue.take(received)).body)
        expect(bodies.slice(1)).toEqual([bodies[0], bodies[0], bodies[0]])
        expect(at(bodies[0], "event_type")).toBe("registration_drafts_submitted")
      }).pipe(Effect.provide(Emulator.layer({ seed, webhook: { url } })))
    })
  )

  it.effect("are not sent again after they were received", () =>
    Effect.gen(function* () {
      let tries = 0
      const client = clientOf(
        Effect.sync(() => {
          tries += 1
          return new Response(null, { status: tries === 1 ? 429 : 202 })
        })
      )
      yield* Effect.gen(function* () {
        yield* submit
        yield* TestClock.adjust("1 day")
        expect(tries).toBe(2)
      }).pipe(Effect.provide(Emulator.layer({ seed, webhook: { url: "http://registrar.test", client } })))
    })
  )

  it.effect("are given up after seven tries, and the log shows no secret", () =>
    Effect.gen(function* () {
      let tries = 0
      const lines: Array<string> = []
      const client = clientOf(
        Effect.sync(() => {
          tries += 1
          return new Response(null, { status: 500 })
        })
      )
      const webhook = {
        url: "http://registrar.test/a?secret=in-the-url",
        headers: { "x-secret": Redacted.make("in-the-header") },
        client
      }
      yield* Effect.gen(function* () {
        yield* submit
        yield* TestClock.adjust("62 seconds")
        expect([tries, lines]).toEqual([6, []])
        yield* TestClock.adjust("1 second")
        expect(tries).toBe(7)
        yield* TestClock.adjust("1 day")
        expect(tries).toBe(7)
        expect(lines).toEqual(["The webhook registration_drafts_submitted was not received, and is not sent again"])
      }).pipe(
        Effect.provide(Emulator.layer({ seed, webhook })),
        Effect.provide(
          Logger.replace(
            Logger.defaultLogger,
            Logger.make(({ cause, message }) => {
              lines.push(`${message}${Cause.isEmpty(cause) ? "" : Cause.pretty(cause)}`)
            })
          )
        )
      )
    })
  )

  it.effect("never keep a call waiting, and take a registrar that is silent for ten seconds as gone", () =>
    Effect.gen(function* () {
      let tries = 0
      const client = clientOf(
        Effect.zipRight(
          Effect.sync(() => (tries += 1)),
          Effect.never
        )
      )
      yield* Effect.gen(function* () {
        expect((yield* submit).status).toBe(201)
        yield* TestClock.adjust("10999 millis")
        expect(tries).toBe(1)
        yield* TestClock.adjust(1)
        expect(tries).toBe(2)
      }).pipe(Effect.provide(Emulator.layer({ seed, webhook: { url: "http://registrar.test", client } })))
    })
  )

  it.effect("end with the emulator, and with a reset", () =>
    Effect.gen(function* () {
      const states: Array<string> = []
      const client = clientOf(
        Effect.sync(() => states.push("sent")).pipe(
          Effect.zipRight(Effect.never),
          Effect.onInterrupt(() => Effect.sync(() => states.push("stopped")))
        )
      )
      yield* Effect.gen(function* () {
        yield* submit
        yield* TestClock.adjust(0)
        expect(states).toEqual(["sent"])
        yield* Effect.flatMap(Emulator.Emulator, (emulator) => emulator.reset)
        expect(states).toEqual(["sent", "stopped"])
        yield* submit
        yield* TestClock.adjust(0)
      }).pipe(Effect.provide(Emulator.layer({ seed, webhook: { url: "http://registrar.test", client } })))
      expect(states).toEqual(["sent", "stopped", "sent", "stopped"])
    })
  )

  it.effect("need a URL, and headers that can be sent: the message shows no value", () =>
    Effect.gen(function* () {
      for (const [webhook, name] of [
        [{ url: "registrar.test/secret" }, "webhook.url"],
        [{ url: "ftp://registrar.test/secret" }, "webhook.url"],
        [{ url: "http://registrar.test", headers: { "a b": Redacted.make("secret") } }, "webhook.headers"],
        [{ url: "http://registrar.test", headers: { a: Redacted.make("secret\nb: c") } }, "webhook.headers"]
      ] as const) {
        const exit = yield* Effect.exit(Effect.scoped(Layer.build(Emulator.layer({ webhook }))))
        const message = Exit.isFailure(exit) ? Cause.pretty(exit.cause) : ""
        expect(message).toContain(name)
        expect(message.split("\n")[0]).not.toContain("secret")
      }
    })
  )
})

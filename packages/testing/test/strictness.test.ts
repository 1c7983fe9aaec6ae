import { Emulator } from "@effect-kaleidoscope/testing"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { describe, expect, it } from "../../../test/vitest.js"
import { at, call, listAt, send, signIn, stringAt, ways } from "./support/client.js"

const nobody = "00000000-0000-4000-8000-000000000000"

for (const way of ways) {
  describe(`strictness, ${way.name}`, () => {
    it.effect("names the paths of all errors of a body", () =>
      Effect.gen(function* () {
        const answer = yield* call("POST", "/programs", { json: { title: 1, color: "red" } })
        expect(answer.status).toBe(400)
        expect(answer.json).toEqual({
          code: "VALIDATION_FAILED",
          message: expect.stringContaining("title"),
          issues: [
            { path: ["color"], message: expect.any(String) },
            { path: ["title"], message: expect.any(String) }
          ]
        })
        for (const json of [[], null, "title", 1]) {
          expect((yield* call("POST", "/programs", { json })).status).toBe(400)
        }
        const missing = yield* call("POST", "/programs", { json: {} })
        expect(listAt(missing.json, "issues")).toEqual([{ path: ["title"], message: expect.any(String) }])
      }).pipe(Effect.provide(way.make()))
    )

    it.effect("names the paths of the errors of a query", () =>
      Effect.gen(function* () {
        const answer = yield* call("GET", "/records/search", {
          query: {
            limit: "many",
            entity_field_filters: JSON.stringify([{ field_id: "a", filter_type: "is_fine" }])
          }
        })
        expect(answer.status).toBe(400)
        expect(listAt(answer.json, "issues")).toEqual(
          expect.arrayContaining([
            { path: ["limit"], message: expect.any(String) },
            { path: ["entity_field_filters", 0, "filter_type"], message: expect.any(String) }
          ])
        )
        expect((yield* call("GET", "/records")).status).toBe(400)
        expect((yield* call("GET", "/activities/search", { query: { limit: "501" } })).status).toBe(400)
        expect((yield* call("GET", "/activities/search", { query: { statuses: '["to do"]' } })).status).toBe(400)
      }).pipe(Effect.provide(way.make()))
    )

    it.effect("states the expected value once, and cuts a long value", () =>
      Effect.gen(function* () {
        const json = { title: "a", activity_type: "x".repeat(10_000) }
        const answer = yield* call("POST", "/activities", { json })
        const message = `Expected "task" | "experiment" | "project" | "stage" | "milestone" | "cycle", actual "${"x".repeat(199)}…`
        expect(at(answer.json, "issues")).toEqual([{ path: ["activity_type"], message }])
        expect(at(answer.json, "message")).toBe(`activity_type: ${message}`)
      }).pipe(Effect.provide(way.make()))
    )

    it.effect("refuses a JSON body that is empty or is not JSON, and one of another type", () =>
      Effect.gen(function* () {
        for (const text of ["", "{", "nothing", '{"title":"a"}}']) {
          const answer = yield* call("POST", "/programs", { text })
          expect([text, answer.status]).toEqual([text, 400])
          expect(answer.json).toMatchObject({ code: "BAD_REQUEST", message: expect.any(String) })
        }
        const bytes = new Uint8Array([0x7b, 0x22, 0xff, 0x22, 0x7d])
        expect((yield* call("POST", "/programs", { bytes })).status).toBe(400)
        for (const type of ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"]) {
          const answer = yield* call("POST", "/programs", { text: '{"title":"a"}', headers: { "content-type": type } })
          expect([type, answer.status]).toEqual([type, 400])
        }
        const charset = { "content-type": "application/json; charset=utf-8" }
        expect((yield* call("POST", "/programs", { text: '{"title":"a"}', headers: charset })).status).toBe(201)
      }).pipe(Effect.provide(way.make()))
    )

    it.effect("accepts nested JSON, and refuses extreme nesting", () =>
      Effect.gen(function* () {
        const [activity] = listAt((yield* call("GET", "/activities")).json)
        const path = `/operations/${stringAt(activity, "id")}/callback`
        for (const [depth, status] of [
          [500, 200],
          [100_000, 400]
        ] as const) {
          for (const text of ["[".repeat(depth) + "]".repeat(depth), `${'{"a":'.repeat(depth)}1${"}".repeat(depth)}`]) {
            expect([depth, (yield* call("POST", path, { text })).status]).toEqual([depth, status])
          }
        }
        expect((yield* call("GET", "/workspaces/events")).status).toBe(200)
      }).pipe(Effect.provide(way.make()))
    )

    it.effect("refuses a key __proto__, which it could not keep", () =>
      Effect.gen(function* () {
        for (const [path, text] of [
          ["/programs", '{"title":"a","__proto__":{"polluted":true}}'],
          ["/programs", '{"title":"a","\\u005f_proto__":null}'],
          ["/push/imports", '{"key_field_names":["Compound ID"],"data":[{"Compound ID":"EK-0001","__proto__":"x"}]}']
        ] as const) {
          const answer = yield* call("POST", path, { text })
          expect([text, answer.status]).toEqual([text, 400])
          expect(answer.json).toMatchObject({ message: expect.stringContaining("__proto__") })
        }
        expect(at({}, "polluted")).toBeUndefined()
        const value = yield* call("POST", "/programs", { json: { title: "__proto__" } })
        expect(value.status).toBe(201)
      }).pipe(Effect.provide(way.make()))
    )

    it.effect("responds with 404 in the platform's form for unknown ids, routes and methods", () =>
      Effect.gen(function* () {
        for (const [method, path] of [
          ["GET", `/records/${nobody}`],
          ["GET", "/records/not-a-uuid"],
          ["GET", `/records/${encodeURIComponent("a/b?c=d#e")}`],
          ["GET", `/records/${nobody}/values`],
          ["GET", `/records/${nobody}/operations`],
          ["GET", `/activities/${nobody}/activities`],
          ["GET", "/nowhere"],
          ["GET", "/"],
          ["DELETE", "/programs"],
          ["PATCH", "/programs"]
        ] as const) {
          const answer = yield* call(method, path)
          expect([path, answer.status]).toEqual([path, 404])
          expect(answer.json).toEqual({ code: expect.stringContaining("NOT_FOUND"), message: expect.any(String) })
        }
        const renamed = yield* call("PUT", `/programs/${nobody}`, { json: { title: "a" } })
        expect(renamed.status).toBe(404)
      }).pipe(Effect.provide(way.make()))
    )

    it.effect("takes paths with and without a slash at the end", () =>
      Effect.gen(function* () {
        for (const path of ["/key_fields", "/key_fields/", "/programs/", "/workspaces/active/"]) {
          expect([path, (yield* call("GET", path)).status]).toEqual([path, 200])
        }
        for (const path of ["/key_fields", "/key_fields/"]) {
          expect((yield* call("POST", path, { json: { field_name: path } })).status).toBe(200)
        }
      }).pipe(Effect.provide(way.make()))
    )

    it.effect("logs requests, and forgets them and what was written on reset", () =>
      Effect.gen(function* () {
        const emulator = yield* Emulator.Emulator
        const token = yield* signIn
        yield* send("POST", "/programs", {
          json: { title: "Ärzte" },
          headers: { "x-kal-authorization": `Bearer ${token}`, "X-Custom": "1" }
        })
        const logged = (yield* emulator.requests).at(-1)
        expect(logged).toMatchObject({
          method: "POST",
          path: "/programs",
          body: '{"title":"Ärzte"}',
          status: Option.some(201)
        })
        expect(logged?.headers["x-custom"]).toBe("1")
        yield* send("GET", "/records/search", {
          query: { search_text: "b c" },
          headers: { "x-kal-authorization": `Bearer ${token}` }
        })
        expect((yield* emulator.requests).at(-1)).toMatchObject({ method: "GET", query: "search_text=b+c" })
        expect((yield* emulator.state).programs.map(({ title }) => title)).toContain("Ärzte")

        yield* emulator.reset
        expect(yield* emulator.requests).toEqual([])
        expect((yield* emulator.state).programs.map(({ title }) => title)).not.toContain("Ärzte")
        const headers = { "x-kal-authorization": `Bearer ${token}` }
        expect((yield* send("GET", "/programs", { headers })).status).toBe(200)
      }).pipe(Effect.provide(way.make()))
    )

    it.effect("responds to HEAD as to GET, without the body", () =>
      Effect.gen(function* () {
        const answer = yield* call("HEAD", "/programs")
        expect([answer.status, answer.text]).toEqual([200, ""])
      }).pipe(Effect.provide(way.make()))
    )

    it.effect("describes itself, without a token and without the framework's errors", () =>
      Effect.gen(function* () {
        const answer = yield* send("GET", "/openapi.json")
        expect(answer.status).toBe(200)
        expect(at(answer.json, "openapi")).toBe("3.1.0")
        expect(answer.text).not.toContain("HttpApiDecodeError")
        expect(stringAt(answer.json, "components", "securitySchemes", "accessToken", "name")).toBe(
          "X-Kal-Authorization"
        )
        const page = yield* send("GET", "/docs")
        expect(page.status).toBe(200)
        expect(page.headers["content-type"]).toContain("text/html")
      }).pipe(Effect.provide(way.make()))
    )
  })
}

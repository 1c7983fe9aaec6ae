import { Emulator } from "@effect-kaleidoscope/testing"
import * as Effect from "effect/Effect"
import { describe, expect, it } from "../../../test/vitest.js"
import { at, partsOf, send } from "./support/client.js"
import { calls } from "./support/shapes.js"

describe("the calls", () => {
  it.effect("are all described, and no others", () =>
    Effect.gen(function* () {
      const { json } = yield* send("GET", "/openapi.json")
      const described = Object.entries(Object(at(json, "paths"))).flatMap(([path, operations]) =>
        Object.keys(Object(operations)).map((method) => `${method.toUpperCase()} ${path}`)
      )
      expect(described.sort()).toEqual([...calls].sort())
    }).pipe(Effect.provide(Emulator.layer()))
  )

  it.effect("all need a token, but the one that asks for it", () =>
    Effect.gen(function* () {
      for (const name of calls) {
        const [method, path] = partsOf(name)
        const answer = yield* send(method, path.replaceAll(/\{\w+\}/g, "a"), method === "GET" ? {} : { json: {} })
        expect([name, answer.status]).toEqual([name, path === "/auth/oauth/token" ? 400 : 401])
        expect(answer.json).toMatchObject({ code: expect.any(String), message: expect.any(String) })
      }
    }).pipe(Effect.provide(Emulator.layer()))
  )
})

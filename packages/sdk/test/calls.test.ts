import { existsSync, readdirSync } from "node:fs"
import { fileURLToPath } from "node:url"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import { describe, expect, it } from "../../../test/vitest.js"
import { callOf } from "./support/endpoints/document.js"

const folder = fileURLToPath(new URL("../src/internal/", import.meta.url))

interface AnyCall {
  readonly name: string
  readonly route: string
  readonly content: ReadonlyArray<string>
  readonly because?: string
}

const isCall = (value: unknown): value is AnyCall =>
  Predicate.hasProperty(value, "route") && Predicate.hasProperty(value, "known")

const calls = Effect.map(
  Effect.forEach(
    readdirSync(folder).filter((name) => existsSync(`${folder}${name}/calls.ts`)),
    (name) => Effect.promise((): Promise<unknown> => import(`${folder}${name}/calls.ts`))
  ),
  (modules) => modules.flatMap((module) => Object.values(Object(module))).filter(isCall)
)

describe("the values of calls", () => {
  it.effect("exist in the API's document", () =>
    Effect.map(calls, (calls) => {
      expect(calls.length).toBeGreaterThan(3)
      for (const { name, route } of calls) {
        const [method = "", path = ""] = route.split(" ")
        expect([name, callOf(method, path.replaceAll(/\{\w+\}/g, "an-id"))]).not.toEqual([name, undefined])
      }
    })
  )

  it.effect("are defined once", () =>
    Effect.map(calls, (calls) => {
      const keys = calls.map(({ content, name, route }) => [name, route, ...content].join(" "))
      expect(new Set(keys).size).toBe(keys.length)
    })
  )

  it.effect("have unique names, and a reason why a write may be repeated or not", () =>
    Effect.map(calls, (calls) => {
      for (const { because, content, name } of calls) {
        expect([name, new Set(content).size]).toEqual([name, content.length])
        expect([name, because]).not.toEqual([name, ""])
      }
    })
  )
})

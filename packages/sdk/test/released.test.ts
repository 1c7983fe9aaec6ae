import { setFlagsFromString } from "node:v8"
import { runInNewContext } from "node:vm"
import * as HttpClient from "@effect/platform/HttpClient"
import { Activities, Auth } from "@effect-kaleidoscope/sdk"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"
import { describe, expect, it } from "../../../test/vitest.js"
import * as Loopback from "./support/loopback.js"

setFlagsFromString("--expose-gc")
const collectGarbage: unknown = runInNewContext("gc")

const text = JSON.stringify(
  Array.from({ length: 5000 }, (_, nth) => ({ id: `activity ${nth}`, title: "x".repeat(1000) }))
)

/** Adds each part that a body hands to a listener. */
const watch = (body: object, parts: Array<WeakRef<ArrayBufferLike>>): void => {
  const on: unknown = Reflect.get(body, "on")
  if (!Predicate.isFunction(on)) return
  Reflect.set(body, "on", (event: string, listener: (content: unknown) => void) =>
    Reflect.apply(on, body, [
      event,
      event !== "data"
        ? listener
        : (part: Uint8Array) => {
            parts.push(new WeakRef(part.buffer))
            listener(part)
          }
    ])
  )
}

for (const [name, client] of Object.entries({ undici: Loopback.clients.undici, node: Loopback.clients.node })) {
  describe(`on ${name}`, () => {
    it.live("a body that was read does not keep its parts, though its response is still there", () =>
      Effect.gen(function* () {
        const url = yield* Loopback.serve((_, response) => {
          response.writeHead(200, { "content-type": "application/json" }).end(text)
        })
        const parts: Array<WeakRef<ArrayBufferLike>> = []
        const responses: Array<object> = []
        const Watched = Layer.effect(
          HttpClient.HttpClient,
          Effect.map(
            HttpClient.HttpClient,
            HttpClient.tap((response) =>
              Effect.sync(() => {
                responses.push(response)
                const original: unknown = Reflect.get(response, "original")
                const source: unknown = Predicate.isObject(original) ? Reflect.get(original, "source") : undefined
                const body: unknown = Predicate.hasProperty(source, "body") ? source.body : source
                if (Predicate.isObject(body)) watch(body, parts)
              })
            )
          )
        )
        const services = Activities.layer.pipe(
          Layer.provide(Auth.layerToken({ token: Redacted.make("the-access-token"), url })),
          Layer.provide(Watched),
          Layer.provide(client)
        )
        const found = yield* Effect.flatMap(Activities.Activities, ({ list }) => list).pipe(Effect.provide(services))
        expect(found).toHaveLength(5000)
        // A weak reference holds its target until the end of the turn that made it.
        yield* Effect.promise(() => new Promise(setImmediate))
        if (Predicate.isFunction(collectGarbage)) collectGarbage()
        expect(responses).toHaveLength(1)
        expect(parts.length).toBeGreaterThan(20)
        expect(parts.filter((part) => part.deref() !== undefined).length).toBeLessThan(3)
      })
    )
  })
}

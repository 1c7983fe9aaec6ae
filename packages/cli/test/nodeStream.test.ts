import { Readable } from "node:stream"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Stream from "effect/Stream"
import { describe, expect, it } from "../../../test/vitest.js"
import * as NodeStream from "../src/internal/nodeStream.js"

describe("the bytes of a Node stream", () => {
  it.effect("end at once when they are interrupted while they wait", () =>
    Effect.gen(function* () {
      const source = new Readable({ read: () => undefined })
      const begun = yield* Deferred.make<void>()
      const fiber = yield* NodeStream.bytes(source, (cause) => cause).pipe(
        Stream.runForEach(() => Deferred.succeed(begun, undefined)),
        Effect.fork
      )
      source.push("some")
      yield* Deferred.await(begun)
      // The next read is under way.
      yield* Effect.yieldNow()
      yield* Fiber.interrupt(fiber)
      expect(source.destroyed).toBe(true)
    })
  )

  it.effect("fail with what ended the source too early", () =>
    Effect.gen(function* () {
      const source = new Readable({ read: () => undefined })
      const broken = new Error("broken")
      source.destroy(broken)
      const failure = yield* Effect.flip(Stream.runDrain(NodeStream.bytes(source, (cause) => cause)))
      expect(failure).toBe(broken)
    })
  )
})

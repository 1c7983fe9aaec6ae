import type * as Headers from "@effect/platform/Headers"
import type * as HttpClientError from "@effect/platform/HttpClientError"
import type * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Chunk from "effect/Chunk"
import type * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as Bytes from "../bytes.js"
import * as Monotonic from "../monotonic.js"
import type { Deadlines } from "./deadlines.js"
import * as NodeBody from "./nodeBody.js"
import * as Response from "./response.js"
import * as ResponseFailure from "./responseFailure.js"

/** The length of the body in the headers, if they have one and the body is not compressed. */
const declaredLength = (headers: Headers.Headers): number | undefined => {
  const length = headers["content-length"]
  return length !== undefined && /^\d+$/.test(length) && headers["content-encoding"] === undefined
    ? Number(length)
    : undefined
}

/** The number of bytes that the body must have, or `undefined` if it is not known. */
const expectedLength = (status: number, headers: Headers.Headers): number | undefined =>
  Response.hasNoBody({ status }) ? undefined : declaredLength(headers)

const truncated: ResponseFailure.ResponseFailure = {
  _tag: "Broken",
  reason: "TRUNCATED",
  unsent: false,
  responded: true
}

const ofStream = (error: HttpClientError.ResponseError): Effect.Effect<void, ResponseFailure.ResponseFailure> =>
  error.reason === "EmptyBody" ? Effect.void : Effect.fail(ResponseFailure.fromClient(error))

const tooLarge = "TooLarge"

// A body up to this size is read in one piece, as it is sent in one: the streams of Effect take hundreds of steps for it.
const smallBody = 64 * 1024

/**
 * Reads a body to its end. The body of a 2xx response must be complete and not larger than `largest`. The
 * body of an error response may be incomplete, because its status is enough.
 */
export const read = (
  response: HttpClientResponse.HttpClientResponse,
  largest: number,
  deadlines: Deadlines
): Effect.Effect<Response.Whole, ResponseFailure.ResponseFailure> =>
  Effect.suspend(() => {
    const { status, headers } = response
    const success = status >= 200 && status < 300
    const expected = success ? expectedLength(status, headers) : undefined
    const chunks: Array<Uint8Array> = []
    let length = 0
    const take = (chunk: Uint8Array): typeof tooLarge | undefined => {
      deadlines.received()
      length += chunk.length
      chunks.push(chunk)
      return length > largest ? tooLarge : undefined
    }
    const nodeBody = NodeBody.of(response)
    if (nodeBody === undefined && expected !== undefined && expected <= Math.min(smallBody, largest)) {
      return Effect.matchEffect(response.arrayBuffer, {
        onFailure: (error) => Effect.fail(ResponseFailure.fromClient(error)),
        onSuccess: (buffer) =>
          buffer.byteLength === expected
            ? Effect.succeed({ status, headers, body: new Uint8Array(buffer) })
            : Effect.fail(truncated)
      })
    }
    const all =
      nodeBody === undefined
        ? Stream.runForEachChunk(response.stream, (parts) =>
            Effect.suspend(() => {
              let failure: typeof tooLarge | undefined
              for (const part of parts) failure = take(part)
              return failure === undefined ? Effect.void : Effect.fail(failure)
            })
          )
        : NodeBody.readAll(nodeBody, take)
    return all.pipe(
      Effect.catchAll((failure): Effect.Effect<void, ResponseFailure.ResponseFailure> => {
        if (!success) return Effect.void
        return typeof failure === "string"
          ? Effect.fail({ _tag: "TooLarge", status, headers, limit: "policy" })
          : ofStream(failure)
      }),
      Effect.flatMap(() => {
        // If a connection breaks before the first byte of the body, undici and node report a normal end.
        if (expected !== undefined && expected !== length) return Effect.fail(truncated)
        const body = Bytes.concat(chunks, length)
        // What is old and not collected yet, as the listeners of a body, would keep the parts until the whole heap is marked.
        chunks.length = 0
        return Effect.succeed({ status, headers, body })
      })
    )
  })

/** The next parts of a body; or its end, or its failure, as `Stream.fromPull` expects them. */
type Next = Exit.Exit<Chunk.Chunk<Uint8Array>, Option.Option<ResponseFailure.ResponseFailure>>

// Clients give parts of up to this size, so the last part of those that are gathered has a place, too.
const largestUsualPart = 64 * 1024

/**
 * Hands the parts of a body from the fiber that receives them to the one that reads them, when they have at least so many
 * bytes together, or at the end. If the reader does not take them then, the receiver waits, and so does the connection.
 */
const makeHandover = (clock: Clock.Clock, least: number) => {
  // Garbage that was held for long is collected late. So parts are copied into two buffers: one is filled, the reader has the other.
  const size = least === 0 ? 0 : least + largestUsualPart
  let filling = new Uint8Array(size)
  let read = new Uint8Array(size)
  let held: Array<Uint8Array> = []
  let heldBytes = 0
  let taken: (() => void) | undefined
  let end: Next | undefined
  let wake: ((next: Next) => void) | undefined
  let waitingSince = 0
  const wakeWith = (next: Next): void => {
    const waiting = wake
    wake = undefined
    waiting?.(next)
  }
  const takeHeld = (): Next => {
    const parts = Chunk.unsafeFromArray(held)
    held = []
    heldBytes = 0
    const next = read
    read = filling
    filling = next
    return Exit.succeed(parts)
  }
  const hold = (part: Uint8Array): void => {
    const start = heldBytes
    heldBytes += part.length
    if (heldBytes > filling.length) {
      held.push(part)
    } else {
      filling.set(part, start)
      held[0] = filling.subarray(0, heldBytes)
    }
  }
  return {
    /** Since when the reader waits and nothing arrives, or `undefined` while it does something else. */
    waitingSince: () => (wake === undefined ? undefined : waitingSince),
    /** Returns whether the receiver may offer more parts. If not, `mayOffer` is called when it may. */
    offer: (parts: Iterable<Uint8Array>, mayOffer: () => void): boolean => {
      for (const part of parts) hold(part)
      if (heldBytes < least) {
        waitingSince = Monotonic.now(clock)
        return true
      }
      if (wake === undefined) {
        taken = mayOffer
        return false
      }
      wakeWith(takeHeld())
      return true
    },
    finish: (exit: Next): void => {
      end ??= exit
      if (wake !== undefined) wakeWith(held.length > 0 ? takeHeld() : end)
    },
    take: Effect.async<Chunk.Chunk<Uint8Array>, Option.Option<ResponseFailure.ResponseFailure>>((resume) => {
      if (held.length > 0 && (heldBytes >= least || end !== undefined)) {
        const next = takeHeld()
        taken?.()
        taken = undefined
        return resume(next)
      }
      if (end !== undefined) return resume(end)
      waitingSince = Monotonic.now(clock)
      wake = resume
      return Effect.sync(() => {
        wake = undefined
      })
    })
  }
}

/**
 * A body as a stream, while the scope is open. The first bytes are requested at once: if a connection breaks before that,
 * undici and node report a normal end. The wait for the next bytes has a limit, the work of the reader between them has
 * none. A body that is shorter than its declared length fails.
 *
 * A limit for each part would cost two fibers and a timer for each part. Here one timer serves the whole body, as in
 * `Deadlines`. A fiber of its own receives the parts, so that the reader can stop to wait.
 *
 * The stream gives the parts as they come, or `gathered` bytes together: a reader that needs them so takes a fraction of
 * the steps, and the next bytes arrive while it works. Gathered bytes are only there until the reader takes the next ones.
 */
export const open = (
  response: HttpClientResponse.HttpClientResponse,
  silence: number,
  gathered = 0
): Effect.Effect<Stream.Stream<Uint8Array, ResponseFailure.ResponseFailure>, never, Scope.Scope> =>
  Effect.gen(function* () {
    const clock = yield* Effect.clock
    const expected = expectedLength(response.status, response.headers)
    const handover = makeHandover(clock, gathered)
    let length = 0
    const atEnd = () =>
      Exit.fail(expected !== undefined && expected !== length ? Option.some(truncated) : Option.none())
    const nodeBody = NodeBody.of(response)
    if (nodeBody === undefined) {
      yield* response.stream.pipe(
        Stream.runForEachChunk((chunks) => {
          for (const chunk of chunks) length += chunk.length
          return Effect.async<void>((resume) => {
            const mayOffer = () => resume(Effect.void)
            if (handover.offer(chunks, mayOffer)) mayOffer()
          })
        }),
        Effect.catchAll(ofStream),
        Effect.mapError(Option.some),
        Effect.flatMap(atEnd),
        Effect.onExit((exit) => Effect.sync(() => handover.finish(exit))),
        Effect.interruptible,
        Effect.forkScoped
      )
    } else {
      const { readable } = nodeBody
      const listenOn = () => readable.resume()
      NodeBody.listen(
        nodeBody,
        (part) => {
          length += part.length
          if (!handover.offer([part], listenOn)) readable.pause()
        },
        (error) =>
          handover.finish(error === undefined ? atEnd() : Exit.fail(Option.some(ResponseFailure.fromClient(error))))
      )
      yield* Effect.addFinalizer(() => Effect.sync(() => readable.destroy()))
    }
    const watch: Effect.Effect<void> = Effect.suspend(() => {
      const now = Monotonic.now(clock)
      const end = (handover.waitingSince() ?? now) + silence
      if (end > now) return Effect.zipRight(Effect.sleep(Math.ceil(end - now)), watch)
      handover.finish(Exit.fail(Option.some({ _tag: "TimedOut", deadline: "silence" })))
      return Effect.void
    })
    if (Number.isFinite(silence)) yield* Effect.forkScoped(Effect.interruptible(watch))
    return Stream.fromPull(Effect.succeed(handover.take))
  })

import * as HttpClientError from "@effect/platform/HttpClientError"
import type * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"

/** What is used of a `Readable` of Node. */
interface Readable {
  readonly on: (event: string, listener: (content: unknown) => void) => unknown
  readonly destroy: () => unknown
}

/** A body that is not read yet, as the clients of `@effect/platform-node` hold it. */
export interface NodeBody {
  readonly response: HttpClientResponse.HttpClientResponse
  readonly readable: Readable
}

const isReadable = (value: unknown): value is Readable =>
  Predicate.isRecord(value) &&
  value["readable"] === true &&
  typeof value["on"] === "function" &&
  typeof value["destroy"] === "function"

const isA = (value: unknown, name: string): value is { readonly [key: string]: unknown } =>
  Predicate.isRecord(value) && value.constructor?.name === name

/**
 * The body of a response of the platform's clients on Node, or `undefined` for every other response, and for one whose body
 * has ended. Other responses may change their bodies, so only the platform's own classes are looked into, which no
 * interface shows. A program that shortens the names of classes reads its bodies as streams: slower, with the same result.
 */
export const of = (response: HttpClientResponse.HttpClientResponse): NodeBody | undefined => {
  if (!isA(response, "InterruptibleResponse") || !isA(response["original"], "ClientResponseImpl")) return undefined
  const { source } = response["original"]
  if (!Predicate.isRecord(source)) return undefined
  // The response of `node:http` is its body, that of undici has one.
  const readable = isReadable(source) ? source : source["body"]
  return isReadable(readable) ? { response, readable } : undefined
}

/**
 * Reads a body to its end, or until `take` does not want another part. As a stream of Effect, each part takes more than a
 * hundred steps, and the first response of a process loads the code of streams.
 */
export const readAll = <E>(
  { readable, response }: NodeBody,
  take: (part: Uint8Array) => E | undefined
): Effect.Effect<void, E | HttpClientError.ResponseError> =>
  Effect.async((resume) => {
    let isOver = false
    const end = (exit: () => Effect.Effect<void, E | HttpClientError.ResponseError>) => {
      if (isOver) return
      isOver = true
      resume(exit())
    }
    const fail = (cause: unknown) =>
      end(() =>
        Effect.fail(new HttpClientError.ResponseError({ request: response.request, response, reason: "Decode", cause }))
      )
    readable.on("data", (part) => {
      const failure = part instanceof Uint8Array ? take(part) : undefined
      if (failure === undefined) return
      end(() => Effect.fail(failure))
      readable.destroy()
    })
    readable.on("error", fail)
    readable.on("end", () => end(() => Effect.void))
    // It comes last. Without an end or an error before it, the body is not whole.
    readable.on("close", () => fail({ code: "TRUNCATED" }))
    return Effect.sync(() => readable.destroy())
  })

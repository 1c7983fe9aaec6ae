import * as HttpClientError from "@effect/platform/HttpClientError"
import type * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"

/** What is used of a `Readable` of Node. */
interface Readable {
  readonly on: (event: string, listener: (content: unknown) => void) => unknown
  readonly pause: () => unknown
  readonly resume: () => unknown
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
  ["on", "pause", "resume", "destroy"].every((method) => typeof value[method] === "function")

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
 * Calls `take` with each part of a body, and `end` once: with the error of the client, or without one at the end of the
 * body. As a stream of Effect, each part takes twice the steps, and the first response of a process loads the code of
 * streams.
 */
export const listen = (
  { readable, response }: NodeBody,
  take: (part: Uint8Array) => void,
  end: (error?: HttpClientError.ResponseError) => void
): void => {
  let isOver = false
  const fail = (cause: unknown) => {
    if (isOver) return
    isOver = true
    end(new HttpClientError.ResponseError({ request: response.request, response, reason: "Decode", cause }))
  }
  readable.on("error", fail)
  readable.on("end", () => {
    if (isOver) return
    isOver = true
    end()
  })
  // It comes last. Without an end or an error before it, the body is not whole.
  readable.on("close", () => fail({ code: "TRUNCATED" }))
  readable.on("data", (part) => {
    if (part instanceof Uint8Array && !isOver) take(part)
  })
}

/** Reads a body to its end, or until `take` gives the reason why it wants no other part. */
export const readAll = <E>(
  body: NodeBody,
  take: (part: Uint8Array) => E | undefined
): Effect.Effect<void, E | HttpClientError.ResponseError> =>
  Effect.async((resume) => {
    listen(
      body,
      (part) => {
        const failure = take(part)
        if (failure === undefined) return
        resume(Effect.fail(failure))
        body.readable.destroy()
      },
      (error) => resume(error === undefined ? Effect.void : Effect.fail(error))
    )
    return Effect.sync(() => body.readable.destroy())
  })

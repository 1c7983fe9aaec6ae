import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as Headers from "@effect/platform/Headers"
import * as HttpBody from "@effect/platform/HttpBody"
import * as HttpClient from "@effect/platform/HttpClient"
import type * as HttpClientError from "@effect/platform/HttpClientError"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import type * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Chunk from "effect/Chunk"
import type * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { Limits } from "../RequestPolicy.js"
import * as RequestPolicy from "../RequestPolicy.js"
import * as Monotonic from "./monotonic.js"
import * as Runtime from "./runtime.js"

/** An answer, whatever its status, with its whole body. */
export interface Answer {
  readonly status: number
  readonly headers: Headers.Headers
  readonly body: Uint8Array
}

/** Why there is no answer. */
export type Failure =
  | {
      readonly _tag: "Broken"
      /** A code, never a message: those quote headers. */
      readonly reason: string
      /** Whether the request surely never reached the server. */
      readonly unsent: boolean
      /** Whether an answer had begun. */
      readonly answered: boolean
    }
  | {
      readonly _tag: "TimedOut"
      readonly deadline: "answer" | "silence" | "attempt" | "overall"
    }
  | {
      readonly _tag: "NotConnected"
      /** Whose limit it was: the policy's, or one that the client or the operating system has. */
      readonly limit: "policy" | "client"
    }
  | {
      readonly _tag: "TooLarge"
      readonly status: number
      readonly headers: Headers.Headers
      /** Whose limit it was: the policy's, or that of a client which decompresses. */
      readonly limit: "policy" | "client"
    }

/**
 * The caller's client without what a third party must not see: no trace headers, and none of the platform's own spans,
 * which hold the full URL and all headers.
 */
export const prepare = (client: HttpClient.HttpClient): HttpClient.HttpClient =>
  client.pipe(
    HttpClient.withTracerPropagation(false),
    HttpClient.withTracerDisabledWhen(() => true),
    HttpClient.transformResponse((send) =>
      send.pipe(
        // `fetch` follows redirects, and forwards our headers to wherever they lead. It asks for compressed answers, and
        // takes one that was cut for a whole one. The other clients do neither.
        Effect.mapInputContext((context: Context.Context<never>) => {
          const init: RequestInit | undefined = context.unsafeMap.get(FetchHttpClient.RequestInit.key)
          return Context.add(context, FetchHttpClient.RequestInit, {
            ...init,
            headers: Headers.set(
              Headers.fromInput(init?.headers && [...new globalThis.Headers(init.headers)]),
              "accept-encoding",
              "identity"
            ),
            redirect: "manual"
          })
        })
      )
    )
  )

// The codes under which no byte of a request has left: it may be sent again whatever it does.
const unsentCodes = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "CERT_HAS_EXPIRED",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "ERR_TLS_CERT_ALTNAME_INVALID"
])

interface Coded {
  readonly code: string
  /** What the operating system was asked for when it failed, as `connect`. */
  readonly call: unknown
}

/** The code of the innermost error that has one: `fetch` wraps the cause, and trying several addresses wraps it again. */
const coded = (cause: unknown, depth = 0): Coded | undefined => {
  if (!Predicate.isRecord(cause) || depth > 10) return undefined
  const inner =
    coded(cause["cause"], depth + 1) ??
    (Array.isArray(cause["errors"]) ? coded(cause["errors"][0], depth + 1) : undefined)
  const { code, syscall } = cause
  return inner ?? (typeof code === "string" && /^[A-Z][A-Z0-9_]*$/.test(code) ? { code, call: syscall } : undefined)
}

const broken = (error: HttpClientError.HttpClientError): Failure => {
  const found = coded(error.cause)
  const code = found?.code
  if (code === "CONNECT_TIMEOUT") return { _tag: "NotConnected", limit: "policy" }
  // An established connection can time out in the operating system, too: that says nothing about what arrived.
  if (code === "UND_ERR_CONNECT_TIMEOUT" || (code === "ETIMEDOUT" && found?.call === "connect")) {
    return { _tag: "NotConnected", limit: "client" }
  }
  // A client that decompresses gives up a body that was made to be large. The next one would be no smaller.
  if (error._tag === "ResponseError" && code?.endsWith("_TOO_LARGE") === true) {
    const { headers, status } = error.response
    return { _tag: "TooLarge", status, headers, limit: "client" }
  }
  return {
    _tag: "Broken",
    reason: code ?? error.reason,
    answered: error._tag === "ResponseError",
    unsent:
      error._tag === "RequestError" && (error.reason !== "Transport" || (code !== undefined && unsentCodes.has(code)))
  }
}

const concat = (chunks: ReadonlyArray<Uint8Array>, length: number): Uint8Array => {
  const [first] = chunks
  if (first !== undefined && chunks.length === 1) return first
  const all = new Uint8Array(length)
  let offset = 0
  for (const chunk of chunks) {
    all.set(chunk, offset)
    offset += chunk.length
  }
  return all
}

/** The length that the body must have, where the headers say so and it is not that of a compressed form. */
export const declaredLength = (headers: Headers.Headers): number | undefined => {
  const length = headers["content-length"]
  return length !== undefined && /^\d+$/.test(length) && headers["content-encoding"] === undefined
    ? Number(length)
    : undefined
}

const bodyless = (status: number): boolean => status === 204 || status === 205 || status === 304

/** The bytes that the body must have, and `undefined` where that cannot be said. */
const expectedLength = (status: number, headers: Headers.Headers): number | undefined =>
  bodyless(status) ? undefined : declaredLength(headers)

const truncated: Failure = { _tag: "Broken", reason: "TRUNCATED", unsent: false, answered: true }

const ofStream = (error: HttpClientError.ResponseError): Effect.Effect<void, Failure> =>
  error.reason === "EmptyBody" ? Effect.void : Effect.fail(broken(error))

const tooLarge = "TooLarge"

/**
 * Reads a body to its end. A success must be whole and not larger than `largest`; of a refusal whatever arrives is
 * enough, its status says the most.
 */
export const readBody = (
  response: HttpClientResponse.HttpClientResponse,
  largest: number,
  watch: Watch
): Effect.Effect<Answer, Failure> =>
  Effect.suspend(() => {
    const { status, headers } = response
    const success = status >= 200 && status < 300
    const chunks: Array<Uint8Array> = []
    let length = 0
    return response.stream.pipe(
      Stream.runForEachChunk((bytes) =>
        Effect.suspend(() => {
          watch.moved()
          for (const chunk of Chunk.toReadonlyArray(bytes)) {
            length += chunk.length
            chunks.push(chunk)
          }
          return length > largest ? Effect.fail(tooLarge) : Effect.void
        })
      ),
      Effect.catchAll((failure): Effect.Effect<void, Failure> => {
        if (!success) return Effect.void
        return typeof failure === "string"
          ? Effect.fail({ _tag: "TooLarge", status, headers, limit: "policy" })
          : ofStream(failure)
      }),
      Effect.flatMap(() => {
        const expected = expectedLength(status, headers)
        // undici and node end the body of a connection that broke before its first byte as if it were whole.
        return success && expected !== undefined && expected !== length
          ? Effect.fail(truncated)
          : Effect.succeed({ status, headers, body: concat(chunks, length) })
      })
    )
  })

/**
 * A body as it arrives, while the scope is open. It is asked for at once: undici and node end a body whose connection
 * broke before anybody listened as if it were whole. Waiting for its next bytes is bounded, what its reader does between
 * them is not; one that ends before its declared length fails.
 */
export const openBody = (
  response: HttpClientResponse.HttpClientResponse,
  silence: number
): Effect.Effect<Stream.Stream<Uint8Array, Failure>, never, Scope.Scope> =>
  Effect.gen(function* () {
    const expected = expectedLength(response.status, response.headers)
    const pull = yield* Stream.toPull(
      Stream.catchAll(response.stream, (error) => Stream.drain(Stream.fromEffect(ofStream(error))))
    )
    const first = yield* Effect.forkScoped(Effect.interruptible(pull))
    let begun = false
    let length = 0
    const next = Effect.suspend(() => {
      if (begun) return pull
      begun = true
      return Fiber.join(first)
    })
    const bounded = Number.isFinite(silence)
      ? Effect.timeoutFail(next, {
          duration: silence,
          onTimeout: () => Option.some<Failure>({ _tag: "TimedOut", deadline: "silence" })
        })
      : next
    return Stream.fromPull(Effect.succeed(bounded)).pipe(
      Stream.mapChunks((chunks) => {
        for (const chunk of chunks) length += chunk.length
        return chunks
      }),
      Stream.concat(
        Stream.suspend(() => (expected !== undefined && expected !== length ? Stream.fail(truncated) : Stream.empty))
      )
    )
  })

/** What the deadlines of a request look at. */
export interface Watch {
  /** The request is handed to the client now: its own deadlines begin, with that for the beginning of its answer. */
  readonly begin: () => void
  /** A part of the request's body is taken to be sent. */
  readonly sending: () => void
  /** All of the request is sent: the answer may begin. */
  readonly sent: () => void
  /** Something else is waited for: the request's own deadlines are off until it begins again. */
  readonly pause: () => void
  /** A part of the answer has arrived. */
  readonly moved: () => void
  /** Interrupts an effect at the first deadline that passes. */
  readonly guard: <A, E, R>(self: Effect.Effect<A, E, R>) => Effect.Effect<A, E | Failure, R>
}

/**
 * The deadlines of one attempt: the call's, which counts from the call's beginning, and those that begin when the
 * attempt is sent (waiting for a permit or a token is not the server's silence): one for the whole attempt, and one for
 * what happens next, which is the answer's beginning or, within a body, its next bytes. One timer for all of them,
 * however many chunks arrive: when it fires it looks what has happened since, and sleeps for the rest.
 */
export const makeWatch = (
  clock: Clock.Clock,
  limits: Pick<Limits, "answer" | "silence" | "attempt">,
  overallEnd: number
): Watch => {
  const shortest = Math.min(limits.answer, limits.silence, limits.attempt)
  let end = Number.POSITIVE_INFINITY
  let nextEnd = Number.POSITIVE_INFINITY
  let next: "answer" | "silence" = "answer"
  let answered = false
  let parts = 0
  const loop: Effect.Effect<never, Failure> = Effect.suspend(() => {
    const now = Monotonic.now(clock)
    if (now >= overallEnd) return Effect.fail({ _tag: "TimedOut", deadline: "overall" })
    if (now >= end) return Effect.fail({ _tag: "TimedOut", deadline: "attempt" })
    if (now >= nextEnd) return Effect.fail({ _tag: "TimedOut", deadline: next })
    // What is waited for may change at any time, to something with a shorter limit.
    const wake = Math.min(overallEnd, end, nextEnd, now + shortest)
    return Number.isFinite(wake) ? Effect.zipRight(Effect.sleep(Math.ceil(wake - now)), loop) : Effect.never
  })
  const expect = (what: "answer" | "silence") => {
    next = what
    nextEnd = Monotonic.now(clock) + limits[what]
  }
  return {
    begin: () => {
      answered = false
      parts = 0
      expect("answer")
      end = Monotonic.now(clock) + limits.attempt
    },
    sending: () => {
      // Clients take the first part before they have a connection. That the next is wanted shows that it went.
      if (++parts > 1) expect("silence")
    },
    sent: () => {
      if (!answered) expect("answer")
    },
    pause: () => {
      nextEnd = Number.POSITIVE_INFINITY
      end = Number.POSITIVE_INFINITY
    },
    moved: () => {
      answered = true
      expect("silence")
    },
    guard: (self) => Effect.raceFirst(self, loop)
  }
}

// What is not larger goes as a whole: a connection takes it at once.
const smallBody = 64 * 1024

const pieceSize = 64 * 1024

// Small enough for any connection, so that the second part is asked for when there is one.
const firstPieceSize = 16 * 1024

const cut = (bytes: Uint8Array, size: number): ReadonlyArray<Uint8Array> =>
  bytes.length <= size
    ? [bytes]
    : Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
        bytes.subarray(index * size, (index + 1) * size)
      )

/**
 * The parts in which bytes are sent. They come in pairs: the platform's sink waits for a connection that is full between
 * two elements of a chunk, and never between two chunks.
 */
const partsOf = (bytes: Uint8Array): ReadonlyArray<Chunk.Chunk<Uint8Array>> => {
  if (bytes.length <= firstPieceSize) return [Chunk.of(bytes)]
  const pieces = cut(bytes, Math.min(pieceSize, Math.ceil(bytes.length / 2)))
  return Array.from({ length: Math.ceil(pieces.length / 2) }, (_, index) =>
    Chunk.unsafeFromArray(pieces.slice(index * 2, index * 2 + 2))
  )
}

const streamed = (body: HttpBody.HttpBody): Stream.Stream<Uint8Array, unknown> | undefined => {
  if (body._tag === "Stream") {
    return Stream.flatMap(body.stream, (bytes) => Stream.fromChunks(...partsOf(bytes)))
  }
  if (body._tag !== "Uint8Array" || body.body.length <= smallBody || !Runtime.sendsStreams()) return undefined
  return Stream.fromChunks(
    Chunk.of(body.body.subarray(0, firstPieceSize)),
    ...partsOf(body.body.subarray(firstPieceSize))
  )
}

/** A body is sent in parts, whatever it is made of, so that the watch sees how it goes. */
const watched = (request: HttpClientRequest.HttpClientRequest, watch: Watch): HttpClientRequest.HttpClientRequest => {
  const stream = streamed(request.body)
  return stream === undefined
    ? request
    : HttpClientRequest.setBody(
        request,
        HttpBody.stream(
          stream.pipe(
            Stream.mapChunks((chunk) => {
              watch.sending()
              return chunk
            }),
            Stream.onEnd(Effect.sync(watch.sent))
          ),
          request.headers["content-type"] ?? request.body.contentType,
          request.body.contentLength
        )
      )
}

/**
 * Closes the connection of an answer that nobody will read. `node:http` hands on a 101 as an answer, with a connection
 * that nothing else closes: not the end of its body, and not the interruption of its request.
 */
const abandon = (answer: unknown, depth = 0): void => {
  if (!Predicate.isRecord(answer) || depth > 3) return
  if (typeof answer["destroy"] === "function") answer["destroy"]()
  // What the platform wraps around Node's own answer.
  else for (const inner of ["original", "source"]) abandon(answer[inner], depth + 1)
}

const switched: Failure = { _tag: "Broken", reason: "SWITCHING_PROTOCOLS", unsent: false, answered: true }

/** Sends one request once, and waits for its answer to begin. */
export const open = (
  client: HttpClient.HttpClient,
  request: HttpClientRequest.HttpClientRequest,
  watch: Watch,
  limits: Pick<Limits, "connect">
): Effect.Effect<HttpClientResponse.HttpClientResponse, Failure> =>
  Effect.suspend(() => {
    watch.begin()
    return client.execute(watched(request, watch)).pipe(
      Effect.provideService(RequestPolicy.ConnectLimit, Duration.millis(limits.connect)),
      Effect.mapError(broken),
      Effect.flatMap((response) => {
        watch.moved()
        if (response.status !== 101) return Effect.succeed(response)
        abandon(response)
        return Effect.fail(switched)
      })
    )
  })

import type * as Effect from "effect/Effect"

/** An answer of the server. Its body is JSON, or absent. */
export interface Answer {
  readonly status: number
  readonly body?: unknown
  readonly headers?: { readonly [name: string]: string }
}

/** One call of the API, by hand from the API's document: what has to be sent for it, and what comes of its answer. */
export interface Row<R> {
  /** As `Programs.update`. */
  readonly name: string
  /** Whether it is sent again after a 500, or looked up: then it is sent once, and succeeds. */
  readonly repeatable: boolean | "looked up"
  /** Whether the write changes nothing before another one, so that it may be repeated after a response of another shape. */
  readonly isNothingAlone?: boolean
  readonly call: Effect.Effect<unknown, unknown, R>
  readonly request: {
    readonly method: "GET" | "POST" | "PUT" | "DELETE"
    /** Without its query, percent-encoded where that matters. */
    readonly path: string
    /** The query, decoded, in its order. */
    readonly query?: ReadonlyArray<readonly [name: string, value: string]>
    /** The JSON of the body; absent if there is no body. */
    readonly body?: unknown
    /** For a body that is no JSON: asserts on its text and its content type. */
    readonly content?: (body: string, contentType: string) => void
    /** Headers that matter beside `X-Kal-Authorization` and `Content-Type`, with lower-case names. */
    readonly headers?: { readonly [name: string]: string }
  }
  readonly answer: Answer
  /** What the call gives, or what is asserted of it: a function is called with the value. */
  readonly result: unknown
  /** Other requests that the same method sends, before or after, as `GET /record_views`: what they are answered. */
  readonly others?: { readonly [methodAndPath: string]: Answer }
}

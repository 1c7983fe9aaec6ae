import type * as Schema from "effect/Schema"

/** A request for a call of the API that the SDK does not have. @since 0.1.0 @category models */
export interface Request<A, I> {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE"
  /**
   * The path after the base URL, from its first slash: `/records/{id}/notes`. Put ids into `params`: they are then
   * percent-encoded, and spans and metrics show only the template.
   */
  readonly path: string
  /** The values for the names in braces in `path`. */
  readonly params?: { readonly [name: string]: string } | undefined
  /** Text is sent unchanged, a date as ISO 8601, another value as JSON. `null` and `undefined` are left out. */
  readonly query?: { readonly [name: string]: unknown } | undefined
  /** Any JSON, or an `HttpBody` of `@effect/platform`. Without it there is no body. */
  readonly body?: unknown
  /**
   * The content of a response. If it accepts `undefined`, a response may be empty: `Schema.Unknown` takes any JSON, and no
   * content.
   */
  readonly schema: Schema.Schema<A, I>
  /**
   * Whether the request may be sent again if its outcome is unknown.
   *
   * @default `true` for GET, else `false`
   */
  readonly repeatable?: boolean | undefined
}

import * as HttpBody from "@effect/platform/HttpBody"
import * as Either from "effect/Either"
import * as Json from "../json/json.js"

/** The part of a request that cannot be sent, and the reason. */
export interface Unsendable {
  readonly at: string
  readonly reason: string
}

/**
 * The values of a query, by parameter. Text is sent unchanged, a date as ISO 8601, another value as JSON. `null` and
 * `undefined` are left out.
 */
export type Query = { readonly [name: string]: unknown }

const notWellFormed = "it is not well-formed Unicode text"

const segment = (value: string): Either.Either<string, string> =>
  value === ""
    ? Either.left("it is empty")
    : value === "." || value === ".."
      ? Either.left(
          `${JSON.stringify(value)} is not allowed as an id: a URL treats it as a path step, even when it is percent-encoded`
        )
      : Either.try({ try: () => encodeURIComponent(value), catch: () => notWellFormed })

/** A path with its ids in it, percent-encoded. */
export const path = (
  template: string,
  params: { readonly [name: string]: string }
): Either.Either<string, Unsendable> => {
  let filled = ""
  let rest = template
  for (let open = rest.indexOf("{"); open >= 0; open = rest.indexOf("{")) {
    const close = rest.indexOf("}", open)
    const name = rest.slice(open + 1, close)
    // A caller in JavaScript may give anything.
    const value: unknown = params[name]
    const encoded = typeof value === "string" ? segment(value) : Either.left("it is not a string")
    if (Either.isLeft(encoded)) return Either.left({ at: name, reason: encoded.left })
    filled += rest.slice(0, open) + encoded.right
    rest = rest.slice(close + 1)
  }
  return Either.right(filled + rest)
}

/** The id of the thing that a path names, if the response is that thing. */
export const idAsked = (template: string, params: { readonly [name: string]: string }): string | undefined =>
  template.endsWith("/{id}") ? params["id"] : undefined

/** A query as the pairs of its parameters. */
export const query = (parameters: Query): Either.Either<Array<[string, string]>, Unsendable> => {
  const out: Array<[string, string]> = []
  for (const [name, value] of Object.entries(parameters)) {
    if (value === undefined || value === null) continue
    if (typeof value === "string") {
      if (/\p{Surrogate}/u.test(value)) return Either.left({ at: name, reason: notWellFormed })
      out.push([name, value])
      continue
    }
    const json = Json.stringify(value)
    if (Either.isLeft(json)) {
      return Either.left({ at: Json.formatPath([name, ...json.left.path]), reason: json.left.reason })
    }
    out.push([name, json.right.startsWith('"') ? json.right.slice(1, -1) : json.right])
  }
  return Either.right(out)
}

/** A body as JSON. An encoded body stays unchanged. */
export const body = (content: unknown): Either.Either<HttpBody.HttpBody, Unsendable> =>
  HttpBody.isHttpBody(content)
    ? Either.right(content)
    : Either.mapBoth(Json.stringify(content), {
        onLeft: ({ path, reason }) => ({ at: Json.formatPath(["body", ...path]), reason }),
        onRight: (text) => HttpBody.text(text, "application/json")
      })

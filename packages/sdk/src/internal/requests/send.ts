import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { InvalidRequest, NotFound, WriteError } from "../../KaleidoscopeError.js"
import type * as Api from "../request/api.js"
import * as Errors from "../request/errors.js"
import * as Method from "../request/method.js"
import type { Request } from "./model.js"

const name = "Requests.send"

const methods: ReadonlyArray<string> = ["GET", "POST", "PUT", "PATCH", "DELETE"]

// A client resolves these steps, also if they are percent-encoded, so that the request would go to another path.
const isStep = (segment: string): boolean => /^(?:\.|%2e){1,2}$/i.test(segment)

const wrongWith = (path: string): string | undefined =>
  !path.startsWith("/")
    ? "it must begin with a slash: the base URL is added before it"
    : path.includes("//")
      ? "it must not have two slashes in a row"
      : path.split("/").some(isStep)
        ? 'it must not have the steps "." and ".."'
        : /[?#]/.test(path)
          ? "it must not have a query or a fragment: use `query`"
          : /[^\w\-.~!$&'()*+,;=:@%/{}]/.test(path)
            ? "it has a character that a path cannot have: put values into `params`, which are percent-encoded"
            : /[{}]/.test(path.replaceAll(/\{[^{}]+\}/g, ""))
              ? "it has a brace without its pair"
              : undefined

const validated = ({
  method,
  path
}: Pick<Request<never, never>, "method" | "path">): Either.Either<void, InvalidRequest> => {
  if (!methods.includes(method))
    return Either.left(Method.invalid(name, "method", `it is not one of ${methods.join(", ")}`))
  const wrong = wrongWith(path)
  return wrong === undefined ? Either.void : Either.left(Method.invalid(name, "path", wrong))
}

/** Sends a request that is no call of the SDK. */
export const send =
  (api: Api.Api) =>
  <A, I>(request: Request<A, I>): Effect.Effect<A, WriteError | NotFound> =>
    Effect.zipRight(
      validated(request),
      Effect.suspend(() => {
        const { body, method, params = {}, path, query = {}, repeatable = method === "GET", schema } = request
        const empty = Option.map(Schema.decodeUnknownOption(schema)(undefined), (value) => () => value)
        return api.request(
          {
            kind: method === "GET" ? "read" : "write",
            name,
            route: `${method} /${path.slice(1)}`,
            errors: Errors.writeItem,
            success: schema,
            empty: Option.getOrUndefined(empty),
            repeat: repeatable ? "always" : "never"
          },
          params,
          { query, body }
        )
      })
    )

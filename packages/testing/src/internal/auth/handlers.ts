import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import * as HttpRouter from "@effect/platform/HttpRouter"
import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { Api, callsWithQuery } from "../server/api.js"
import { Authorization } from "../server/authorization.js"
import { BadRequest, invalid, refuse } from "../server/problem.js"
import { Tokens } from "../server/tokens.js"

export const layer = HttpApiBuilder.group(Api, "auth", (handlers) =>
  Effect.map(Tokens, (tokens) =>
    handlers.handle("requestToken", ({ payload }) => {
      switch (payload.grant_type) {
        case "client_credentials":
          return tokens.issue(payload.client_id, payload.client_secret)
        case "refresh_token":
          return payload.refresh_token === undefined
            ? refuse(["refresh_token"], "is missing")
            : tokens.refresh(payload.refresh_token)
        default:
          return Effect.zipRight(
            tokens.reject,
            Effect.fail(
              new BadRequest({
                code: "unsupported_grant_type",
                message: `The grant type ${JSON.stringify(payload.grant_type)} is not supported`,
                issues: [{ path: ["grant_type"], message: "Expected client_credentials or refresh_token" }]
              })
            )
          )
      }
    })
  )
)

/** The framework looks at the query of those calls alone that take one. */
const refuseUnexpectedQuery = Effect.gen(function* () {
  const { route } = yield* HttpRouter.RouteContext
  const { url } = yield* HttpServerRequest.HttpServerRequest
  const names = [...new Set(new URLSearchParams(url.split("?").slice(1).join("?")).keys())]
  if (names.length > 0 && !callsWithQuery.has(`${route.method} ${route.path}`)) {
    yield* Effect.fail(
      invalid(names.map((name) => ({ path: [name], message: "is unexpected: this call takes no query" })))
    )
  }
})

export const authorization = Layer.effect(
  Authorization,
  Effect.map(Tokens, (tokens) =>
    Authorization.of({
      accessToken: (header) => Effect.zipRight(tokens.verify(Redacted.value(header)), refuseUnexpectedQuery)
    })
  )
)

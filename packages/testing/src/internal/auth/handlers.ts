import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { Api } from "../server/api.js"
import { Authorization } from "../server/authorization.js"
import { BadRequest, refuse } from "../server/problem.js"
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

export const authorization = Layer.effect(
  Authorization,
  Effect.map(Tokens, (tokens) => Authorization.of({ accessToken: (header) => tokens.verify(Redacted.value(header)) }))
)

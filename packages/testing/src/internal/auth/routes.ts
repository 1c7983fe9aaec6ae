import * as HttpApiEndpoint from "@effect/platform/HttpApiEndpoint"
import * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import * as HttpApiSchema from "@effect/platform/HttpApiSchema"
import * as OpenApi from "@effect/platform/OpenApi"
import * as Schema from "effect/Schema"
import { Unauthorized } from "../server/problem.js"

const TokenRequest = Schema.Struct({
  grant_type: Schema.String,
  client_id: Schema.optionalWith(Schema.String, { exact: true }),
  client_secret: Schema.optionalWith(Schema.Redacted(Schema.String), { exact: true }),
  refresh_token: Schema.optionalWith(Schema.Redacted(Schema.String), { exact: true })
}).pipe(HttpApiSchema.withEncoding({ kind: "UrlParams" }))

export const TokenResponse = Schema.Struct({
  access_token: Schema.String,
  refresh_token: Schema.String,
  expires_in: Schema.Number,
  token_type: Schema.Literal("Bearer")
}).annotations({ identifier: "TokenResponse" })

export type TokenResponse = typeof TokenResponse.Type

export const group = HttpApiGroup.make("auth")
  .add(
    HttpApiEndpoint.post("requestToken", "/auth/oauth/token")
      .setPayload(TokenRequest)
      .addSuccess(TokenResponse)
      .addError(Unauthorized)
  )
  .annotate(
    OpenApi.Description,
    "Access tokens, for client credentials or for a refresh token. A refresh token works once"
  )

import * as HttpApiMiddleware from "@effect/platform/HttpApiMiddleware"
import * as HttpApiSecurity from "@effect/platform/HttpApiSecurity"
import * as OpenApi from "@effect/platform/OpenApi"
import * as Schema from "effect/Schema"
import { BadRequest, Unauthorized } from "./problem.js"

/**
 * Every call except the token request needs the header `X-Kal-Authorization: Bearer <access_token>`. A query of a call that
 * takes none is refused after that.
 */
export class Authorization extends HttpApiMiddleware.Tag<Authorization>()(
  "@effect-kaleidoscope/testing/internal/Authorization",
  {
    failure: Schema.Union(Unauthorized, BadRequest),
    security: {
      accessToken: HttpApiSecurity.apiKey({ in: "header", key: "X-Kal-Authorization" }).pipe(
        HttpApiSecurity.annotate(
          OpenApi.Description,
          "`Bearer <access_token>`, with a token of `POST /auth/oauth/token`"
        )
      )
    }
  }
) {}

import * as HttpApi from "@effect/platform/HttpApi"
import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import * as HttpRouter from "@effect/platform/HttpRouter"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as OpenApi from "@effect/platform/OpenApi"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import { Api } from "./api.js"

const openApi = Effect.sync(() => HttpServerResponse.unsafeJson(OpenApi.fromApi(Api)))

/** The page must work without a network: no fonts, no telemetry, no links to its maker's tools. */
const scalarConfig = {
  withDefaultFonts: false,
  telemetry: false,
  hideClientButton: true,
  showToolbar: "never",
  authentication: { preferredSecurityScheme: "accessToken" }
}

/** The page is three megabytes of script, so it is loaded with the first request for it. */
const makePage = Effect.gen(function* () {
  const { api } = yield* HttpApi.Api
  const scalar = yield* Effect.promise(() => import("@effect/platform/HttpApiScalar"))
  const context = yield* Layer.build(
    scalar
      .layer({ path: "/docs", scalar: scalarConfig })
      .pipe(
        Layer.provideMerge(HttpApiBuilder.Router.Live),
        Layer.provide(Layer.succeed(HttpApi.Api, { api, context: yield* Effect.context<never>() }))
      )
  )
  return yield* HttpRouter.toHttpApp(yield* Effect.provide(HttpApiBuilder.Router.router, context))
})

/** `/openapi.json`, and a reference page made from it at `/docs`. */
export const layer = Layer.unwrapScoped(
  Effect.gen(function* () {
    const context = yield* Effect.context<HttpApi.Api | Scope.Scope>()
    // Uninterruptible: `Effect.cached` would keep the interruption of its first caller for all later ones.
    const page = yield* makePage.pipe(Effect.provide(context), Effect.uninterruptible, Effect.cached)
    return HttpApiBuilder.Router.use((router) =>
      Effect.all([
        router.get("/openapi.json", openApi),
        router.get("/docs", Effect.flatten(page)),
        router.get("/favicon.ico", HttpServerResponse.empty({ status: 204 }))
      ])
    )
  })
)

import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import * as HttpApiError from "@effect/platform/HttpApiError"
import type * as HttpApp from "@effect/platform/HttpApp"
import * as HttpRouter from "@effect/platform/HttpRouter"
import * as HttpServer from "@effect/platform/HttpServer"
import * as HttpServerError from "@effect/platform/HttpServerError"
import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import type * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import * as activities from "../activities/handlers.js"
import * as activityDefinitions from "../activityDefinitions/handlers.js"
import * as auth from "../auth/handlers.js"
import * as dashboards from "../dashboards/handlers.js"
import * as entities from "../entities/handlers.js"
import * as files from "../files/handlers.js"
import * as imports from "../imports/handlers.js"
import { advanceImportsFor } from "../imports/processing.js"
import * as programs from "../programs/handlers.js"
import * as properties from "../properties/handlers.js"
import * as records from "../records/handlers.js"
import * as recordViews from "../recordViews/handlers.js"
import * as registration from "../registration/handlers.js"
import * as workspaces from "../workspace/handlers.js"
import { Api } from "./api.js"
import * as iap from "./identityAwareProxy.js"
import { invalid, isProblem, joined, malformed, NotFound, type Problem, ServerError, toResponse } from "./problem.js"
import { withoutAbsent } from "./query.js"
import * as reference from "./reference.js"
import type { EmulatedRequest } from "./request.js"
import { Store } from "./store.js"
import { Tokens } from "./tokens.js"
import { Webhooks } from "./webhooks.js"

const routeNotFound = (request: HttpServerRequest.HttpServerRequest): NotFound =>
  new NotFound({
    code: "ROUTE_NOT_FOUND",
    message: `There is no route ${request.method} ${request.url.split("?")[0] ?? ""}`
  })

const defect = new ServerError({
  code: "INTERNAL_ERROR",
  message: "The emulator failed unexpectedly. This is a bug of the emulator"
})

/** Turns a failure of the framework or of a handler into the platform's form. */
const toProblem = (cause: Cause.Cause<unknown>, tokens: typeof Tokens.Service): Effect.Effect<Problem> => {
  const error = Cause.squash(cause)
  if (isProblem(error)) {
    return Effect.succeed(error)
  }
  if (error instanceof HttpApiError.HttpApiDecodeError) {
    return Effect.succeed(
      invalid(
        joined(
          error.issues.map((issue) => ({
            path: issue.path.map((key) => (typeof key === "number" ? key : String(key))),
            message: issue.message
          }))
        )
      )
    )
  }
  if (error instanceof HttpServerError.RequestError && isProblem(error.cause)) {
    return Effect.succeed(error.cause)
  }
  if (error instanceof HttpServerError.RouteNotFound) {
    const { request } = error
    return Effect.match(tokens.verify(request.headers["x-kal-authorization"]), {
      onFailure: (unauthorized) => unauthorized,
      onSuccess: () => routeNotFound(request)
    })
  }
  return Effect.as(Effect.logError("The emulator failed unexpectedly", cause), defect)
}

const problems = HttpApiBuilder.middleware(
  Api,
  Effect.map(
    Tokens,
    (tokens) => (app: HttpApp.Default) =>
      Effect.catchAllCause(app, (cause) =>
        Cause.isInterruptedOnly(cause) ? Effect.failCause(cause) : Effect.map(toProblem(cause, tokens), toResponse)
      )
  )
)

const groups = Layer.mergeAll(
  auth.layer,
  workspaces.workspaces,
  programs.layer,
  workspaces.labels,
  workspaces.propertyFields,
  properties.layer,
  entities.entityTypes,
  entities.keyFields,
  entities.dataFields,
  records.layer,
  recordViews.recordViews,
  recordViews.templates,
  activities.layer,
  activityDefinitions.layer,
  dashboards.layer,
  imports.layer,
  files.exports,
  files.files,
  registration.layer
)

const live = Layer.mergeAll(reference.layer, problems).pipe(
  Layer.provideMerge(HttpApiBuilder.api(Api)),
  Layer.provide(groups),
  Layer.provide(auth.authorization),
  Layer.provideMerge(
    Layer.mergeAll(HttpApiBuilder.Router.Live, HttpApiBuilder.Middleware.layer, HttpServer.layerContext)
  )
)

const isValid = (url: string): boolean => {
  try {
    decodeURIComponent(url)
    return true
  } catch {
    return false
  }
}

/** Answers a request after its body was read. */
export type Answer = (request: EmulatedRequest) => Effect.Effect<HttpServerResponse.HttpServerResponse>

/** The whole server, without the socket or the client that requests come through. */
export const make = (options: {
  readonly store: typeof Store.Service
  readonly tokens: typeof Tokens.Service
  readonly webhooks: typeof Webhooks.Service
  readonly iapAudience: string | undefined
}): Effect.Effect<Answer, never, Scope.Scope> =>
  Effect.gen(function* () {
    // `Layer.build` uses a new memo map, so that two emulators never share a router.
    const context = yield* Layer.build(
      live.pipe(
        Layer.provide(Layer.succeed(Store, options.store)),
        Layer.provide(Layer.succeed(Tokens, options.tokens)),
        Layer.provide(Layer.succeed(Webhooks, options.webhooks))
      )
    )
    const app = yield* HttpApiBuilder.httpApp.pipe(
      HttpRouter.withRouterConfig({ ignoreTrailingSlash: true, maxParamLength: 256 * 1024 }),
      Effect.provide(context)
    )
    return (request) => {
      if (options.iapAudience !== undefined) {
        const refusal = iap.refuse(request.sentHeaders, options.iapAudience)
        if (refusal !== undefined) {
          return Effect.succeed(refusal)
        }
      }
      if (!isValid(request.url)) {
        return Effect.succeed(toResponse(malformed("The URL contains an invalid percent-encoding")))
      }
      return Effect.zipRight(advanceImportsFor(options.store, request), app).pipe(
        Effect.provideService(HttpServerRequest.HttpServerRequest, request.modify({ url: withoutAbsent(request.url) })),
        Effect.provide(context),
        Effect.scoped,
        Effect.orDie
      )
    }
  })

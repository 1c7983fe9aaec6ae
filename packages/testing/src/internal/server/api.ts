import * as HttpApi from "@effect/platform/HttpApi"
import * as OpenApi from "@effect/platform/OpenApi"
import * as Option from "effect/Option"
import * as SchemaAST from "effect/SchemaAST"
import * as activities from "../activities/routes.js"
import * as activityDefinitions from "../activityDefinitions/routes.js"
import * as auth from "../auth/routes.js"
import * as dashboards from "../dashboards/routes.js"
import * as entities from "../entities/routes.js"
import * as files from "../files/routes.js"
import * as imports from "../imports/routes.js"
import * as programs from "../programs/routes.js"
import * as properties from "../properties/routes.js"
import * as records from "../records/routes.js"
import * as recordViews from "../recordViews/routes.js"
import * as registration from "../registration/routes.js"
import { version } from "../version.js"
import * as workspaces from "../workspace/routes.js"
import { BadRequest, PayloadTooLarge, ServerError, TooManyRequests } from "./problem.js"
import type { BodyTypes } from "./request.js"

const badRequest: OpenApi.OpenApiSpecResponse = {
  description: "The request is malformed, or its body or query is not valid",
  content: { "application/json": { schema: { $ref: "#/components/schemas/BadRequest" } } }
}

/** The framework describes a 400 of its own for every call. No call responds with it, so it is replaced. */
const withoutFrameworkErrors = (spec: OpenApi.OpenAPISpec): OpenApi.OpenAPISpec => {
  const { HttpApiDecodeError: _error, Issue: _issue, PropertyKey: _key, ...schemas } = spec.components.schemas
  for (const operations of Object.values(spec.paths)) {
    for (const operation of Object.values(operations)) {
      operation.responses[400] = badRequest
    }
  }
  return { ...spec, components: { ...spec.components, schemas } }
}

/** The platform's API, as the emulator serves it. */
export const Api = HttpApi.make("kaleidoscope")
  .add(auth.group)
  .add(workspaces.workspaces)
  .add(programs.routes)
  .add(workspaces.labels)
  .add(workspaces.propertyFields)
  .add(properties.routes)
  .add(entities.entityTypes)
  .add(entities.keyFields)
  .add(entities.dataFields)
  .add(records.routes)
  .add(recordViews.recordViews)
  .add(recordViews.templates)
  .add(activities.routes)
  .add(activityDefinitions.routes)
  .add(dashboards.routes)
  .add(imports.routes)
  .add(files.exports)
  .add(files.files)
  .add(registration.routes)
  .addError(BadRequest)
  .addError(PayloadTooLarge)
  .addError(TooManyRequests)
  .addError(ServerError)
  .annotate(OpenApi.Title, "Kaleidoscope")
  .annotate(OpenApi.Version, version)
  .annotate(OpenApi.Description, "The Kaleidoscope REST API, as far as it is known. Served by an emulator.")
  .annotate(OpenApi.Transform, (spec) => withoutFrameworkErrors(spec as OpenApi.OpenAPISpec)) // `fromApi` passes a specification

/** The content type of the request body, for each call that takes one. */
export const bodyTypes: BodyTypes = (() => {
  const types = new Map<string, string>()
  HttpApi.reflect(Api, {
    onGroup: () => undefined,
    onEndpoint: ({ endpoint, payloads }) => {
      for (const contentType of payloads.keys()) {
        types.set(`${endpoint.method} ${endpoint.path}`, contentType)
      }
    }
  })
  return types
})()

/** The optional query parameters, by the path of the call. No path with query parameters has an `:id`. */
export const optionalParameters: ReadonlyMap<string, ReadonlySet<string>> = (() => {
  const names = new Map<string, ReadonlySet<string>>()
  HttpApi.reflect(Api, {
    onGroup: () => undefined,
    onEndpoint: ({ endpoint }) => {
      if (Option.isSome(endpoint.urlParamsSchema)) {
        const properties = SchemaAST.getPropertySignatures(SchemaAST.encodedAST(endpoint.urlParamsSchema.value.ast))
        names.set(
          endpoint.path,
          new Set(properties.filter(({ isOptional }) => isOptional).map(({ name }) => String(name)))
        )
      }
    }
  })
  return names
})()

/** The calls that take a query, as `METHOD path`. */
export const callsWithQuery: ReadonlySet<string> = (() => {
  const calls = new Set<string>()
  HttpApi.reflect(Api, {
    onGroup: () => undefined,
    onEndpoint: ({ endpoint }) => {
      if (Option.isSome(endpoint.urlParamsSchema)) {
        calls.add(`${endpoint.method} ${endpoint.path}`)
      }
    }
  })
  return calls
})()

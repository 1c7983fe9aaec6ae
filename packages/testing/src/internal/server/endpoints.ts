import * as HttpApiEndpoint from "@effect/platform/HttpApiEndpoint"
import * as HttpApiGroup from "@effect/platform/HttpApiGroup"
import * as HttpApiSchema from "@effect/platform/HttpApiSchema"
import * as OpenApi from "@effect/platform/OpenApi"
import * as Context from "effect/Context"
import * as Schema from "effect/Schema"
import { Authorization } from "./authorization.js"
import { NotFound } from "./problem.js"
import { done, noBody } from "./schema.js"

type Path = HttpApiEndpoint.PathSegment

/** The path parameter of a call on one item. A call with more parameters replaces it with `setPath`. */
const withId = Schema.Struct({ id: Schema.String })

const described = (description: string | undefined): Context.Context<never> =>
  description === undefined ? Context.empty() : Context.make(OpenApi.Description, description)

/** The response has the status 201. */
export const created = <A, I>(schema: Schema.Schema<A, I>): Schema.Schema<A, I> =>
  schema.annotations(HttpApiSchema.annotations({ status: 201 }))

/** Reads a list. A search adds the schema of its query. */
export const get = <const Name extends string, A, I>(
  name: Name,
  path: Path,
  success: Schema.Schema<A, I>,
  description?: string
) => HttpApiEndpoint.get(name, path).annotateContext(described(description)).addSuccess(success)

/** Creates an item. */
export const post = <const Name extends string, P, PI, A, I>(
  name: Name,
  path: Path,
  payload: Schema.Schema<P, PI>,
  success: Schema.Schema<A, I>,
  description?: string
) => HttpApiEndpoint.post(name, path).annotateContext(described(description)).setPayload(payload).addSuccess(success)

/** Reads an item, or something of it. Responds with 404 if the item does not exist, like all calls on an item. */
export const getItem = <const Name extends string, A, I>(
  name: Name,
  path: Path,
  success: Schema.Schema<A, I>,
  description?: string
) => get(name, path, success, description).setPath(withId).addError(NotFound)

/** Adds something to an item. */
export const postItem = <const Name extends string, P, PI, A, I>(
  name: Name,
  path: Path,
  payload: Schema.Schema<P, PI>,
  success: Schema.Schema<A, I>,
  description?: string
) => post(name, path, payload, success, description).setPath(withId).addError(NotFound)

/** Changes an item. */
export const putItem = <const Name extends string, P, PI, A, I>(
  name: Name,
  path: Path,
  payload: Schema.Schema<P, PI>,
  success: Schema.Schema<A, I>,
  description?: string
) =>
  HttpApiEndpoint.put(name, path)
    .annotateContext(described(description))
    .setPath(withId)
    .setPayload(payload)
    .addSuccess(success)
    .addError(NotFound)

/** Removes an item. */
export const deleteItem = <const Name extends string>(name: Name, path: Path, description?: string) =>
  HttpApiEndpoint.del(name, path)
    .annotateContext(described(description))
    .setPath(withId)
    .setPayload(noBody)
    .addSuccess(done)
    .addError(NotFound)

/** The calls of one kind of item. They need an access token. */
export const group = <const Name extends string, Endpoints extends ReadonlyArray<HttpApiEndpoint.HttpApiEndpoint.Any>>(
  name: Name,
  description: string,
  ...endpoints: Endpoints
) =>
  endpoints
    .reduce<HttpApiGroup.HttpApiGroup<Name, Endpoints[number], never>>(
      (all, one) => all.add(one as Endpoints[number]), // `reduce` knows only that it is an endpoint
      HttpApiGroup.make(name)
    )
    .middleware(Authorization)
    .annotate(OpenApi.Description, description)

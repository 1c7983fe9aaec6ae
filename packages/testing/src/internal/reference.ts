import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import * as HttpApiScalar from "@effect/platform/HttpApiScalar"
import * as Layer from "effect/Layer"

/** `/openapi.json`, and a reference page of it at `/docs`. */
export const layer = Layer.mergeAll(HttpApiBuilder.middlewareOpenApi(), HttpApiScalar.layer())

import * as Effect from "effect/Effect"
import * as Catalog from "../catalog/catalog.js"
import * as MissingField from "../catalog/missingField.js"
import * as Id from "../id.js"
import type * as Api from "../request/api.js"
import * as Method from "../request/method.js"
import * as Calls from "./calls.js"
import type { RecordView } from "./model.js"

export type { RecordView, Reference } from "./model.js"

/** All record views, by id and by name. The list of the API has the templates, too; they are left out. */
export const catalog = (api: Api.Api) =>
  Catalog.make(api, {
    kind: "record view",
    call: Calls.list,
    only: (view: RecordView) => view.is_template !== true,
    names: ["view_name"]
  })

/**
 * Makes the method `name`: it reads views, and gives those that list the id of its argument in a field. It fails if the
 * response does not have that field for one of the views.
 */
export const shownBy =
  <Reference, Id extends string, E, E2>(
    name: string,
    field: "operation_ids" | "operation_definition_ids",
    resolve: (reference: Reference) => Effect.Effect<Id, E>,
    list: Effect.Effect<ReadonlyArray<RecordView>, E2>
  ) =>
  (reference: Reference) =>
    Effect.gen(function* () {
      const id = yield* resolve(reference)
      return yield* Effect.filter(yield* list, (view) =>
        Effect.map(MissingField.required(name, "record view", view, field), (ids) => Id.isIn(id, ids ?? []))
      )
    }).pipe(Method.withSpan(name))

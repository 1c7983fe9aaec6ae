import * as Effect from "effect/Effect"
import type * as Ids from "../../Ids.js"
import type { ReferenceError } from "../../KaleidoscopeError.js"
import * as Nearest from "../catalog/nearest.js"
import * as References from "../catalog/references.js"
import * as Id from "../id.js"
import type { EntityField } from "./model.js"

/** The ways to name a key field or a data field: a text is an id or a name. */
export type Named = string | { readonly id: Ids.EntityFieldId } | { readonly field_name: string }

const isNamed = (field: EntityField, named: Named): boolean =>
  typeof named === "string"
    ? Id.same(field.id, named) || field.field_name === named
    : "id" in named
      ? Id.same(field.id, named.id)
      : field.field_name === named.field_name

/** The key field or data field that an argument names. `call` is the method for the error. */
export const fieldNamed = (
  call: string,
  named: Named,
  fields: ReadonlyArray<EntityField>
): Effect.Effect<EntityField, ReferenceError> => {
  const [only, ...others] = Id.distinct(fields.filter((field) => isNamed(field, named)))
  const name = typeof named === "string" ? named : "id" in named ? named.id : named.field_name
  const reference = `field ${JSON.stringify(name)}`
  if (only === undefined) {
    const names = fields.flatMap(({ field_name }) => field_name ?? [])
    return Effect.fail(References.unknown(call, reference, Nearest.suggestion(name, names)))
  }
  return others.length > 0
    ? Effect.fail(
        References.ambiguous(
          call,
          reference,
          [only, ...others].map(({ id }) => id)
        )
      )
    : Effect.succeed(only)
}

/**
 * What can be asked of every model: the fields that the SDK does not know, and those that it could not read.
 *
 * Of a model only `id` has to be there. A field that an answer left out, or that is not what was expected, counts as
 * missing: it is `null`, an empty list or an empty object. The answer is still given, and a field that could not be read
 * is told (a warning once for each call and field, `Metrics.unreadable`), unless the policy is `RequestPolicy.strict`:
 * then it is an error.
 *
 * @since 0.1.0
 */
import { dual } from "effect/Function"
import * as Option from "effect/Option"
import * as Unread from "./internal/json/unread.js"

/**
 * What a field holds that the model does not name, or held that could not be read, as it came; none if there is no such
 * field. Of a field that was read it is what the model has. It is asked of the model that a call gave: a copy of it has
 * what could not be read no longer.
 *
 * @example
 * ```ts
 * import { type Activities, Model } from "@effect-kaleidoscope/sdk"
 * import * as Option from "effect/Option"
 *
 * const lastActivityAt = (activity: Activities.Activity) =>
 *   Option.filter(Model.unknownField(activity, "last_activity_at"), (value) => typeof value === "string")
 * ```
 *
 * @since 0.1.0
 * @category getters
 */
export const unknownField: {
  (name: string): (model: object) => Option.Option<unknown>
  (model: object, name: string): Option.Option<unknown>
} = dual(2, (model: object, name: string): Option.Option<unknown> => {
  const found = Unread.unreadable(model, name)
  if (found !== undefined) return Option.some(found.raw)
  return Object.hasOwn(model, name) ? Option.some(Reflect.get(model, name)) : Option.none()
})

/**
 * Whether an answer had this field in a form that could not be read, so that it counts as missing.
 *
 * @since 0.1.0
 * @category getters
 */
export const isUnreadable: {
  (name: string): (model: object) => boolean
  (model: object, name: string): boolean
} = dual(2, (model: object, name: string): boolean => Unread.unreadable(model, name) !== undefined)

/**
 * Whether an answer said nothing of a field: it was missing, `null`, or could not be read. An empty list that was sent
 * is not absent, one that was not sent is: only this tells them apart.
 *
 * @example
 * ```ts
 * import { type Activities, Model } from "@effect-kaleidoscope/sdk"
 *
 * // An activity without records, and not one of which it is not known which records it has.
 * const isEmpty = (activity: Activities.Activity) =>
 *   activity.all_record_ids.length === 0 && !Model.isAbsent(activity, "all_record_ids")
 * ```
 *
 * @since 0.1.0
 * @category getters
 */
export const isAbsent: {
  <M extends object>(name: keyof M & string): (model: M) => boolean
  <M extends object>(model: M, name: keyof M & string): boolean
} = dual(2, (model: object, name: string): boolean => {
  const value: unknown = Reflect.get(model, name)
  return value === undefined || value === null || !Unread.isPresent(model, name)
})

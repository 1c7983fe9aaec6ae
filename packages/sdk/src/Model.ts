/**
 * Functions for every model: they give fields that the SDK does not know, and those that it could not read.
 *
 * Only the `id` of a model has to be there. A field that is missing, or has another form than expected, is `null`, an empty
 * list or an empty object. The SDK logs a warning, once for each call and field, and counts it in `Metrics.unreadable`. With
 * `RequestPolicy.strict` it is an error.
 *
 * @since 0.1.0
 */
import { dual } from "effect/Function"
import * as Option from "effect/Option"
import * as Unread from "./internal/json/unread.js"

/**
 * The raw value of a field that the model does not name, or that could not be read; of any other field, the value in the
 * model. The result is none if there is no such field. Give it the model that came from the call: a copy has lost the values
 * that could not be read.
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

/** Whether a field counts as missing because the response had it in an unknown form. @since 0.1.0 @category getters */
export const isUnreadable: {
  (name: string): (model: object) => boolean
  (model: object, name: string): boolean
} = dual(2, (model: object, name: string): boolean => Unread.unreadable(model, name) !== undefined)

/**
 * Whether the response had no value for a field: it was missing, `null`, or could not be read. A list that was sent empty
 * is not absent, one that was not sent is: only this function shows the difference.
 *
 * @example
 * ```ts
 * import { type Activities, Model } from "@effect-kaleidoscope/sdk"
 *
 * // An activity without records, and not one with unknown records.
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

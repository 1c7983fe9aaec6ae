import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { dual } from "effect/Function"
import * as Option from "effect/Option"
import * as Ids from "../../Ids.js"
import type { DecodeError } from "../../KaleidoscopeError.js"
import * as MissingField from "../catalog/missingField.js"
import type { Record } from "../records/model.js"
import { pickLatest } from "../records/values.js"
import type { Activity, ActivityType } from "./model.js"

/** Filters activities for those of a type. @since 0.1.0 @category getters */
export const ofType: {
  (type: ActivityType): (activities: Iterable<Activity>) => Array<Activity>
  (activities: Iterable<Activity>, type: ActivityType): Array<Activity>
} = dual(
  2,
  (activities: Iterable<Activity>, type: ActivityType): Array<Activity> =>
    Array.from(activities).filter((activity) => activity.activity_type === type)
)

/** The latest value of each field of a record in one activity, for the method `call`. */
export const latestValues = (
  call: string,
  record: Record,
  activity: Ids.ActivityId
): Effect.Effect<ReadonlyMap<Ids.EntityFieldId, unknown>, DecodeError> =>
  Effect.gen(function* () {
    const values = new Map<Ids.EntityFieldId, unknown>()
    for (const fieldId of Object.keys(yield* MissingField.required(call, "record", record, "record_values"))) {
      const field = Ids.EntityFieldId.make(fieldId)
      const latest = pickLatest(record, { field, activity })
      if (Either.isLeft(latest)) return yield* MissingField.error(call, `record ${record.id}`, latest.left)
      if (Option.isSome(latest.right)) values.set(field, latest.right.value.content)
    }
    return values
  })

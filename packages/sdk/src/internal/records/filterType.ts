import * as Wire from "../json/wire.js"

/**
 * How a filter compares values: one of the known types, or a new one. The type decides the form of the `filter_prop` beside
 * it:
 *
 * | `filter_type` | `filter_prop` |
 * | --- | --- |
 * | `is_set`, `is_empty` | none: `null` |
 * | `is_equal`, `is_not_equal` | a value: `"red"`, `5`, `true` |
 * | `is_any_of_text`, `is_not_any_of_text` | texts: `["red", "blue"]` |
 * | `includes`, `does_not_include`, `starts_with`, `ends_with` | a text: `"EK-"` |
 * | `is_in`, `is_not_in` | values: `[5, 10]` |
 * | `value_is_subset_of_props`, `value_is_superset_of_props`, `value_has_overlap_with_props`, `value_has_no_overlap_with_props`, `value_has_same_elements_as_props` | values: `["EGFR", "HER2"]` |
 * | `is_less_than`, `is_less_than_equal`, `is_greater_than`, `is_greater_than_equal` | a number or a date: `100` |
 * | `is_before`, `is_after`, `is_last_updated_after` | a date in ISO 8601: `"2026-03-01"` |
 * | `is_between` | two numbers or two dates: `[6, 20]` |
 * | `is_before_relative_day`, `is_after_relative_day`, and the same with `_week` and `_month` | a number of days, weeks or months from now, negative in the past: `-2` |
 * | `is_between_relative_day`, `is_between_relative_week`, `is_between_relative_month` | two such numbers: `[-2, 0]` |
 * | `is_last_week`, `is_this_week`, `is_next_week`, `is_this_month`, `is_next_month` | none: `null` |
 * | `subfield_rule` | a filter of a part of the value: `{ subfield: "unit", filter_type: "is_equal", filter_prop: "nM" }` |
 *
 * The types are those of the official client. It shows a `filter_prop` for `is_equal` (`"S"`) and `is_set` (`null`) alone,
 * and says only that others may be a range or a list of options: all other forms here are guesses. Try a filter on records
 * that you know before you rely on it.
 *
 * @example
 * ```ts
 * import { type Ids, Records } from "@effect-kaleidoscope/sdk"
 * import * as Effect from "effect/Effect"
 *
 * const potent = (ic50: Ids.EntityFieldId) =>
 *   Effect.gen(function* () {
 *     const records = yield* Records.Records
 *     return yield* records.search({
 *       entity_field_filters: [{ field_id: ic50, filter_type: "is_less_than", filter_prop: 100 }],
 *       entity_field_sorts: [{ field_id: ic50 }]
 *     })
 *   })
 * ```
 *
 * @since 0.1.0
 * @category models
 */
export const FilterType = Wire.oneOf(
  "is_set",
  "is_empty",
  "is_equal",
  "is_not_equal",
  "is_any_of_text",
  "is_not_any_of_text",
  "includes",
  "does_not_include",
  "starts_with",
  "ends_with",
  "is_in",
  "is_not_in",
  "value_is_subset_of_props",
  "value_is_superset_of_props",
  "value_has_overlap_with_props",
  "value_has_no_overlap_with_props",
  "value_has_same_elements_as_props",
  "is_less_than",
  "is_less_than_equal",
  "is_greater_than",
  "is_greater_than_equal",
  "is_before",
  "is_after",
  "is_between",
  "is_before_relative_day",
  "is_after_relative_day",
  "is_between_relative_day",
  "is_before_relative_week",
  "is_after_relative_week",
  "is_between_relative_week",
  "is_before_relative_month",
  "is_after_relative_month",
  "is_between_relative_month",
  "is_last_week",
  "is_this_week",
  "is_next_week",
  "is_this_month",
  "is_next_month",
  "is_last_updated_after",
  "subfield_rule"
)

export type FilterType = typeof FilterType.Type

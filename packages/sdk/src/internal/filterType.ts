import * as Wire from "./wire.js"

/**
 * How values are compared in a filter: one of the ways that are known, or one that is new.
 *
 * @example
 * ```ts
 * import { Records } from "@effect-kaleidoscope/sdk"
 *
 * const filterTypes: ReadonlyArray<Records.FilterType> = ["is_set", "is_greater_than", "is_between_relative_day"]
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

/**
 * How values are compared in a filter.
 *
 * @since 0.1.0
 * @category models
 */
export type FilterType = typeof FilterType.Type

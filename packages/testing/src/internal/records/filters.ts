import { dateOf, indexOf, microsOf, type Unit } from "../server/dates.js"
import { ownProperty } from "../server/ownProperty.js"
import type { State } from "../server/store.js"
import type { FilterType, Record, RecordValue } from "./model.js"

/** A filter on a field. */
export interface FieldFilter {
  readonly field_id: string
  readonly filter_type: FilterType
  readonly filter_prop?: unknown
}

/** A sort by a field. */
export interface FieldSort {
  readonly field_id: string
  readonly descending: boolean
}

const noDate = Number.NEGATIVE_INFINITY

/**
 * The newest value of a field, among the record's own values, or among those of one activity. Key values have no date and
 * count as the oldest.
 */
export const currentValue = (
  record: Record,
  fieldId: string,
  operationId: string | undefined
): RecordValue | undefined => {
  let newest: RecordValue | undefined
  let newestAt = noDate
  for (const value of ownProperty(record.record_values, fieldId) ?? []) {
    if (operationId !== undefined && value.record_id !== undefined && value.operation_id !== operationId) {
      continue
    }
    const at = value.created_at === undefined ? noDate : microsOf(value.created_at)
    if (newest === undefined || at > newestAt) {
      newest = value
      newestAt = at
    }
  }
  return newest
}

const isEmpty = (content: unknown): boolean =>
  content === undefined || content === null || content === "" || (Array.isArray(content) && content.length === 0)

const isObject = (input: unknown): input is { readonly [key: string]: unknown } =>
  typeof input === "object" && input !== null && !Array.isArray(input)

/** Contents as text, so that a number equals the same number that is stored as text. */
const textOf = (content: unknown): string => (typeof content === "string" ? content : JSON.stringify(content ?? null))

/** A content as a number: `139`, `"139"`, and the `"<139"` of a qualified number. */
const numberOf = (content: unknown): number | undefined => {
  if (typeof content === "number") {
    return content
  }
  if (typeof content === "string" && content.trim() !== "") {
    const number = Number(content.trim().replace(/^(<=|>=|<|>|=|~|≤|≥)\s*/, ""))
    return Number.isNaN(number) ? undefined : number
  }
  return isObject(content) ? numberOf(content["value"]) : undefined
}

const listOf = (input: unknown): ReadonlyArray<unknown> =>
  isEmpty(input) ? [] : Array.isArray(input) ? input : [input]

/** Whether two contents are equal: as numbers if both are numbers, otherwise as text. */
const isSame = (a: unknown, b: unknown): boolean => {
  if (isEmpty(a) || isEmpty(b)) {
    return isEmpty(a) && isEmpty(b)
  }
  const [left, right] = [plainNumberOf(a), plainNumberOf(b)]
  return left !== undefined && right !== undefined ? left === right : textOf(a) === textOf(b)
}

const plainNumberOf = (content: unknown): number | undefined =>
  typeof content === "number" || (typeof content === "string" && /^-?\d+(\.\d+)?([eE][+-]?\d+)?$/.test(content))
    ? Number(content)
    : undefined

const has = (list: ReadonlyArray<unknown>, item: unknown): boolean => list.some((other) => isSame(other, item))

/** Negative, zero or positive. `undefined` if the two cannot be compared. */
const compareTo = (content: unknown, prop: unknown): number | undefined => {
  if (isEmpty(content) || isEmpty(prop)) {
    return undefined
  }
  const [left, right] = [numberOf(content), numberOf(prop)]
  if (left !== undefined && right !== undefined) {
    return left - right
  }
  const [from, to] = [dateOf(content), dateOf(prop)]
  return from === undefined || to === undefined ? undefined : from - to
}

/** The two ends of a range: `[from, to]`, or an object with the two. */
const rangeOf = (prop: unknown): readonly [unknown, unknown] =>
  Array.isArray(prop)
    ? [prop[0], prop[1]]
    : isObject(prop)
      ? [
          prop["from"] ?? prop["start"] ?? prop["min"] ?? prop["after"],
          prop["to"] ?? prop["end"] ?? prop["max"] ?? prop["before"]
        ]
      : [undefined, undefined]

const offsetOf = (prop: unknown): number | undefined =>
  isObject(prop) ? numberOf(prop["offset"] ?? prop["value"]) : numberOf(prop)

/** The distance of a date from now, in days, weeks or months. */
const distance = (content: unknown, now: number, unit: Unit): number | undefined => {
  const date = dateOf(content)
  return date === undefined ? undefined : indexOf(date, unit) - indexOf(now, unit)
}

const isOffset = (content: unknown, now: number, unit: Unit, test: (distance: number) => boolean): boolean => {
  const found = distance(content, now, unit)
  return found !== undefined && test(found)
}

const isRelative = (
  content: unknown,
  prop: unknown,
  now: number,
  unit: Unit,
  test: (distance: number, offset: number) => boolean
): boolean => {
  const offset = offsetOf(prop)
  return offset !== undefined && isOffset(content, now, unit, (found) => test(found, offset))
}

const isBetweenRelative = (content: unknown, prop: unknown, now: number, unit: Unit): boolean => {
  const [from, to] = rangeOf(prop).map(offsetOf)
  return from !== undefined && to !== undefined && isOffset(content, now, unit, (found) => from <= found && found <= to)
}

const compares = (content: unknown, prop: unknown, test: (order: number) => boolean): boolean => {
  const order = compareTo(content, prop)
  return order !== undefined && test(order)
}

const isBeforeDate = (content: unknown, prop: unknown, test: (difference: number) => boolean): boolean => {
  const [date, limit] = [dateOf(content), dateOf(prop)]
  return date !== undefined && limit !== undefined && test(date - limit)
}

const includes = (content: unknown, prop: unknown): boolean =>
  listOf(prop).some((wanted) =>
    Array.isArray(content) ? has(content, wanted) : !isEmpty(content) && textOf(content).includes(textOf(wanted))
  )

const someText = (content: unknown, prop: unknown, test: (text: string, wanted: string) => boolean): boolean =>
  listOf(content).some((item) => listOf(prop).some((wanted) => test(textOf(item), textOf(wanted))))

/** Whether a part of a content (an object, or a list of objects) passes a filter. */
const subfieldRule = (content: unknown, prop: unknown, updatedAt: string | undefined, now: number): boolean => {
  if (!isObject(prop)) {
    return false
  }
  const name = prop["subfield"] ?? prop["subfield_id"] ?? prop["subfield_name"]
  const type = prop["filter_type"]
  return (
    typeof name === "string" &&
    typeof type === "string" &&
    isFilterType(type) &&
    listOf(content).some(
      (item) =>
        isObject(item) &&
        matches({ filter_type: type, filter_prop: prop["filter_prop"] }, ownProperty(item, name), updatedAt, now)
    )
  )
}

type Test = (content: unknown, prop: unknown, now: number, updatedAt: string | undefined) => boolean

const tests: { readonly [Type in FilterType]: Test } = {
  is_set: (content) => !isEmpty(content),
  is_empty: (content) => isEmpty(content),
  is_equal: isSame,
  is_not_equal: (content, prop) => !isSame(content, prop),
  is_any_of_text: (content, prop) => someText(content, prop, (text, wanted) => text === wanted),
  is_not_any_of_text: (content, prop) => !someText(content, prop, (text, wanted) => text === wanted),
  includes,
  does_not_include: (content, prop) => !includes(content, prop),
  starts_with: (content, prop) => someText(content, prop, (text, wanted) => text.startsWith(wanted)),
  ends_with: (content, prop) => someText(content, prop, (text, wanted) => text.endsWith(wanted)),
  is_in: (content, prop) => listOf(content).some((item) => has(listOf(prop), item)),
  is_not_in: (content, prop) => !listOf(content).some((item) => has(listOf(prop), item)),
  value_is_subset_of_props: (content, prop) => listOf(content).every((item) => has(listOf(prop), item)),
  value_is_superset_of_props: (content, prop) => listOf(prop).every((item) => has(listOf(content), item)),
  value_has_overlap_with_props: (content, prop) => listOf(content).some((item) => has(listOf(prop), item)),
  value_has_no_overlap_with_props: (content, prop) => !listOf(content).some((item) => has(listOf(prop), item)),
  value_has_same_elements_as_props: (content, prop) =>
    listOf(content).every((item) => has(listOf(prop), item)) &&
    listOf(prop).every((item) => has(listOf(content), item)),
  is_less_than: (content, prop) => compares(content, prop, (order) => order < 0),
  is_less_than_equal: (content, prop) => compares(content, prop, (order) => order <= 0),
  is_greater_than: (content, prop) => compares(content, prop, (order) => order > 0),
  is_greater_than_equal: (content, prop) => compares(content, prop, (order) => order >= 0),
  is_before: (content, prop) => isBeforeDate(content, prop, (difference) => difference < 0),
  is_after: (content, prop) => isBeforeDate(content, prop, (difference) => difference > 0),
  is_between: (content, prop) => {
    const [from, to] = rangeOf(prop)
    return compares(content, from, (order) => order >= 0) && compares(content, to, (order) => order <= 0)
  },
  is_before_relative_day: (content, prop, now) => isRelative(content, prop, now, "day", (found, n) => found < n),
  is_after_relative_day: (content, prop, now) => isRelative(content, prop, now, "day", (found, n) => found > n),
  is_between_relative_day: (content, prop, now) => isBetweenRelative(content, prop, now, "day"),
  is_before_relative_week: (content, prop, now) => isRelative(content, prop, now, "week", (found, n) => found < n),
  is_after_relative_week: (content, prop, now) => isRelative(content, prop, now, "week", (found, n) => found > n),
  is_between_relative_week: (content, prop, now) => isBetweenRelative(content, prop, now, "week"),
  is_before_relative_month: (content, prop, now) => isRelative(content, prop, now, "month", (found, n) => found < n),
  is_after_relative_month: (content, prop, now) => isRelative(content, prop, now, "month", (found, n) => found > n),
  is_between_relative_month: (content, prop, now) => isBetweenRelative(content, prop, now, "month"),
  is_last_week: (content, _, now) => isOffset(content, now, "week", (found) => found === -1),
  is_this_week: (content, _, now) => isOffset(content, now, "week", (found) => found === 0),
  is_next_week: (content, _, now) => isOffset(content, now, "week", (found) => found === 1),
  is_this_month: (content, _, now) => isOffset(content, now, "month", (found) => found === 0),
  is_next_month: (content, _, now) => isOffset(content, now, "month", (found) => found === 1),
  is_last_updated_after: (_content, prop, _now, updatedAt) =>
    isBeforeDate(updatedAt, prop, (difference) => difference > 0),
  subfield_rule: (content, prop, now, updatedAt) => subfieldRule(content, prop, updatedAt, now)
}

const isSomething = (prop: unknown): boolean => !(prop === undefined || prop === null)

const isComparable = (prop: unknown): boolean => !isEmpty(prop) && (numberOf(prop) ?? dateOf(prop)) !== undefined

const isOffsetText = (prop: unknown): boolean => offsetOf(prop) !== undefined

/** The `filter_prop` that a type of filter needs. `undefined` for types that need none, or accept anything. */
const needs = (filterType: FilterType): readonly [test: (prop: unknown) => boolean, expected: string] | undefined => {
  switch (filterType) {
    case "is_less_than":
    case "is_less_than_equal":
    case "is_greater_than":
    case "is_greater_than_equal":
      return [isComparable, "a number or a date"]
    case "is_before":
    case "is_after":
    case "is_last_updated_after":
      return [(prop) => dateOf(prop) !== undefined, "an ISO 8601 date"]
    case "is_between":
      return [(prop) => rangeOf(prop).every(isComparable), "two numbers, or two dates"]
    case "is_before_relative_day":
    case "is_after_relative_day":
    case "is_before_relative_week":
    case "is_after_relative_week":
    case "is_before_relative_month":
    case "is_after_relative_month":
      return [isOffsetText, "a number of days, weeks or months"]
    case "is_between_relative_day":
    case "is_between_relative_week":
    case "is_between_relative_month":
      return [(prop) => rangeOf(prop).every(isOffsetText), "two numbers of days, weeks or months"]
    case "is_any_of_text":
    case "is_not_any_of_text":
    case "includes":
    case "does_not_include":
    case "starts_with":
    case "ends_with":
    case "is_in":
    case "is_not_in":
    case "value_is_subset_of_props":
    case "value_is_superset_of_props":
    case "value_has_overlap_with_props":
    case "value_has_no_overlap_with_props":
    case "value_has_same_elements_as_props":
      return [isSomething, "a value, or a list of them"]
    case "subfield_rule":
      return [
        (prop) =>
          isObject(prop) &&
          typeof (prop["subfield"] ?? prop["subfield_id"] ?? prop["subfield_name"]) === "string" &&
          typeof prop["filter_type"] === "string" &&
          isFilterType(prop["filter_type"]) &&
          problemWithFilter({ filter_type: prop["filter_type"], filter_prop: prop["filter_prop"] }) === undefined,
        "an object with a subfield, a filter_type and a filter_prop"
      ]
    default:
      return undefined
  }
}

/** Checks the `filter_prop` of a filter, since no record would pass a wrong one. `undefined` if it is valid. */
export const problemWithFilter = (filter: {
  readonly filter_type: FilterType
  readonly filter_prop?: unknown
}): string | undefined => {
  const [test, expected] = needs(filter.filter_type) ?? []
  return test === undefined || test(filter.filter_prop)
    ? undefined
    : `The filter ${filter.filter_type} needs ${expected} as its filter_prop. The filter_prop is ${JSON.stringify(filter.filter_prop) ?? "missing"}`
}

const isFilterType = (input: string): input is FilterType => Object.hasOwn(tests, input)

/** Whether a content passes a filter. Relative dates are relative to `now`. */
export const matches = (
  filter: { readonly filter_type: FilterType; readonly filter_prop?: unknown },
  content: unknown,
  updatedAt: string | undefined,
  now: number
): boolean => tests[filter.filter_type](content, filter.filter_prop, now, updatedAt)

/** Compares contents in ascending order: numbers by size, others as text. */
const compareContents = (a: unknown, b: unknown): number => {
  const [left, right] = [numberOf(a), numberOf(b)]
  if (left !== undefined && right !== undefined) {
    return left - right
  }
  const [from, to] = [textOf(a), textOf(b)]
  return from < to ? -1 : from > to ? 1 : 0
}

/** The conditions and the order of a search. */
export interface Query {
  readonly entityTypeId: string | undefined
  readonly recordIds: ReadonlyArray<string> | undefined
  readonly recordSetIds: ReadonlyArray<string> | undefined
  readonly identifierIds: ReadonlyArray<string> | undefined
  readonly programId: string | undefined
  readonly operationId: string | undefined
  readonly searchText: string | undefined
  readonly filters: ReadonlyArray<FieldFilter>
  readonly sorts: ReadonlyArray<FieldSort>
  readonly limit: number | undefined
}

const isFound = (record: Record, searchText: string): boolean =>
  record.record_identifier.toLowerCase().includes(searchText) ||
  Object.values(record.record_values).some((values) =>
    values.some((value) => !isEmpty(value.content) && textOf(value.content).toLowerCase().includes(searchText))
  )

const inProgram = (state: State, programId: string): ReadonlySet<string> => {
  const ids = new Set<string>()
  for (const [recordId, programIds] of state.record_program_ids) {
    if (programIds.includes(programId)) {
      ids.add(recordId)
    }
  }
  for (const activity of state.activities.values()) {
    if (activity.program_ids.includes(programId)) {
      for (const id of activity.all_record_ids) {
        ids.add(id)
      }
    }
  }
  return ids
}

/** The sorted records that pass all filters. Records without a value to sort by come last. */
export const search = (state: State, query: Query, now: number): ReadonlyArray<Record> => {
  const restrictions: Array<ReadonlySet<string>> = []
  if (query.recordIds !== undefined) {
    restrictions.push(new Set(query.recordIds))
  }
  if (query.recordSetIds !== undefined && query.recordSetIds.length > 0) {
    restrictions.push(new Set(query.recordSetIds.flatMap((id) => state.record_sets.get(id)?.record_ids ?? [])))
  }
  if (query.programId !== undefined) {
    restrictions.push(inProgram(state, query.programId))
  }
  if (query.operationId !== undefined) {
    restrictions.push(new Set(state.activities.get(query.operationId)?.all_record_ids ?? []))
  }
  const identifierIds =
    query.identifierIds === undefined || query.identifierIds.length === 0 ? undefined : new Set(query.identifierIds)
  const searchText = query.searchText?.toLowerCase()

  const found: Array<Record> = []
  for (const record of state.records.values()) {
    if (
      (query.entityTypeId === undefined || record.entity_slice_id === query.entityTypeId) &&
      restrictions.every((ids) => ids.has(record.id)) &&
      (identifierIds === undefined || record.identifier_ids.some((id) => identifierIds.has(id))) &&
      (searchText === undefined || isFound(record, searchText)) &&
      query.filters.every((filter) => {
        const value = currentValue(record, filter.field_id, query.operationId)
        return matches(filter, value?.content, value?.created_at, now)
      })
    ) {
      found.push(record)
    }
  }
  if (query.sorts.length > 0) {
    const contents = new Map(
      found.map((record) => [
        record.id,
        query.sorts.map((sort) => currentValue(record, sort.field_id, query.operationId)?.content)
      ])
    )
    found.sort((a, b) => {
      for (const [index, sort] of query.sorts.entries()) {
        const [left, right] = [contents.get(a.id)?.[index], contents.get(b.id)?.[index]]
        if (isEmpty(left) || isEmpty(right)) {
          if (isEmpty(left) !== isEmpty(right)) {
            return isEmpty(left) ? 1 : -1
          }
          continue
        }
        const order = compareContents(left, right)
        if (order !== 0) {
          return sort.descending ? -order : order
        }
      }
      return 0
    })
  }
  return query.limit === undefined ? found : found.slice(0, query.limit)
}

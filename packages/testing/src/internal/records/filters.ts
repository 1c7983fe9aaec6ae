import { dateOf, indexOf, microsOf, type Unit } from "../server/dates.js"
import { ownProperty } from "../server/ownProperty.js"
import type { State } from "../server/store.js"
import type { FilterType, Record, RecordValue } from "./model.js"

const noDate = Number.NEGATIVE_INFINITY

/** The newest of the values of a field, or of those of one activity. Key values have no date and count as the oldest. */
export const newestOf = (
  values: ReadonlyArray<RecordValue> | undefined,
  operationId: string | undefined
): RecordValue | undefined => {
  let newest: RecordValue | undefined
  let newestAt = noDate
  for (const value of values ?? []) {
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

/** The newest value of a field of a record, among all its values, or among those of one activity. */
export const currentValue = (
  record: Record,
  fieldId: string,
  operationId: string | undefined
): RecordValue | undefined => newestOf(ownProperty(record.record_values, fieldId), operationId)

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

type Test = (content: unknown, prop: unknown, now: number, updatedAt: string | undefined) => boolean

/** The `filter_prop` that a filter needs: a test of it, and its description. */
type Need = readonly [test: (prop: unknown) => boolean, expected: string]

/** The rule of a type of filter. Without `needs` the `filter_prop` can be anything, or be left out. */
interface Kind {
  readonly passes: Test
  readonly needs?: Need
}

const isComparable = (prop: unknown): boolean => !isEmpty(prop) && (numberOf(prop) ?? dateOf(prop)) !== undefined

const isOffset = (prop: unknown): boolean => offsetOf(prop) !== undefined

const values: Need = [(prop) => prop !== undefined && prop !== null, "a value, or a list of them"]
const limit: Need = [isComparable, "a number or a date"]
const date: Need = [(prop) => dateOf(prop) !== undefined, "an ISO 8601 date"]
const limits: Need = [(prop) => rangeOf(prop).every(isComparable), "two numbers, or two dates"]
const offset: Need = [isOffset, "a number of days, weeks or months"]
const offsets: Need = [(prop) => rangeOf(prop).every(isOffset), "two numbers of days, weeks or months"]

const not = ({ passes, ...kind }: Kind): Kind => ({ ...kind, passes: (...sent) => !passes(...sent) })

const compares = (content: unknown, prop: unknown, test: (order: number) => boolean): boolean => {
  const order = compareTo(content, prop)
  return order !== undefined && test(order)
}

/** Compares numbers or dates. */
const ordered = (test: (order: number) => boolean): Kind => ({
  needs: limit,
  passes: (content, prop) => compares(content, prop, test)
})

const isBetween: Test = (content, prop) => {
  const [from, to] = rangeOf(prop)
  return compares(content, from, (order) => order >= 0) && compares(content, to, (order) => order <= 0)
}

const differs = (content: unknown, prop: unknown, test: (difference: number) => boolean): boolean => {
  const [date, limit] = [dateOf(content), dateOf(prop)]
  return date !== undefined && limit !== undefined && test(date - limit)
}

/** Compares dates. */
const dated = (test: (difference: number) => boolean): Kind => ({
  needs: date,
  passes: (content, prop) => differs(content, prop, test)
})

/** Compares the distance of a date from now with an offset. */
const relative = (unit: Unit, test: (distance: number, offset: number) => boolean): Kind => ({
  needs: offset,
  passes: (content, prop, now) => {
    const [found, wanted] = [distance(content, now, unit), offsetOf(prop)]
    return found !== undefined && wanted !== undefined && test(found, wanted)
  }
})

const betweenRelative = (unit: Unit): Kind => ({
  needs: offsets,
  passes: (content, prop, now) => {
    const found = distance(content, now, unit)
    const [from, to] = rangeOf(prop).map(offsetOf)
    return found !== undefined && from !== undefined && to !== undefined && from <= found && found <= to
  }
})

/** A date in the day, week or month at this distance from now. */
const inUnit = (unit: Unit, wanted: number): Kind => ({
  passes: (content, _, now) => distance(content, now, unit) === wanted
})

/** Compares the texts of a content with wanted texts. One pair is enough. */
const someText = (test: (text: string, wanted: string) => boolean): Kind => ({
  needs: values,
  passes: (content, prop) =>
    listOf(content).some((item) => listOf(prop).some((wanted) => test(textOf(item), textOf(wanted))))
})

const includes: Kind = {
  needs: values,
  passes: (content, prop) =>
    listOf(prop).some((wanted) =>
      Array.isArray(content) ? has(content, wanted) : !isEmpty(content) && textOf(content).includes(textOf(wanted))
    )
}

/** Compares the items of a content with the wanted items. */
const items = (test: (items: ReadonlyArray<unknown>, wanted: ReadonlyArray<unknown>) => boolean): Kind => ({
  needs: values,
  passes: (content, prop) => test(listOf(content), listOf(prop))
})

const overlap = items((some, wanted) => some.some((item) => has(wanted, item)))

const isSubset = (some: ReadonlyArray<unknown>, others: ReadonlyArray<unknown>): boolean =>
  some.every((item) => has(others, item))

/** The filter on a part of a content. `undefined` if a `filter_prop` does not have one. */
const subfieldOf = (prop: unknown) => {
  const name = isObject(prop) ? (prop["subfield"] ?? prop["subfield_id"] ?? prop["subfield_name"]) : undefined
  const type = isObject(prop) ? prop["filter_type"] : undefined
  return isObject(prop) && typeof name === "string" && typeof type === "string" && isFilterType(type)
    ? { name, filter: { filter_type: type, filter_prop: prop["filter_prop"] } }
    : undefined
}

const hasSubfield = (prop: unknown): boolean => {
  const subfield = subfieldOf(prop)
  return subfield !== undefined && problemWithFilter(subfield.filter) === undefined
}

/** Whether a part of a content (an object, or a list of objects) passes a filter. */
const subfieldPasses: Test = (content, prop, now, updatedAt) => {
  const subfield = subfieldOf(prop)
  return (
    subfield !== undefined &&
    listOf(content).some(
      (item) => isObject(item) && matches(subfield.filter, ownProperty(item, subfield.name), updatedAt, now)
    )
  )
}

const kinds: { readonly [Type in FilterType]: Kind } = {
  is_set: { passes: (content) => !isEmpty(content) },
  is_empty: { passes: isEmpty },
  is_equal: { passes: isSame },
  is_not_equal: not({ passes: isSame }),
  is_any_of_text: someText((text, wanted) => text === wanted),
  is_not_any_of_text: not(someText((text, wanted) => text === wanted)),
  includes,
  does_not_include: not(includes),
  starts_with: someText((text, wanted) => text.startsWith(wanted)),
  ends_with: someText((text, wanted) => text.endsWith(wanted)),
  is_in: overlap,
  is_not_in: not(overlap),
  value_is_subset_of_props: items(isSubset),
  value_is_superset_of_props: items((some, wanted) => isSubset(wanted, some)),
  value_has_overlap_with_props: overlap,
  value_has_no_overlap_with_props: not(overlap),
  value_has_same_elements_as_props: items((some, wanted) => isSubset(some, wanted) && isSubset(wanted, some)),
  is_less_than: ordered((order) => order < 0),
  is_less_than_equal: ordered((order) => order <= 0),
  is_greater_than: ordered((order) => order > 0),
  is_greater_than_equal: ordered((order) => order >= 0),
  is_before: dated((difference) => difference < 0),
  is_after: dated((difference) => difference > 0),
  is_between: { passes: isBetween, needs: limits },
  is_before_relative_day: relative("day", (found, wanted) => found < wanted),
  is_after_relative_day: relative("day", (found, wanted) => found > wanted),
  is_between_relative_day: betweenRelative("day"),
  is_before_relative_week: relative("week", (found, wanted) => found < wanted),
  is_after_relative_week: relative("week", (found, wanted) => found > wanted),
  is_between_relative_week: betweenRelative("week"),
  is_before_relative_month: relative("month", (found, wanted) => found < wanted),
  is_after_relative_month: relative("month", (found, wanted) => found > wanted),
  is_between_relative_month: betweenRelative("month"),
  is_last_week: inUnit("week", -1),
  is_this_week: inUnit("week", 0),
  is_next_week: inUnit("week", 1),
  is_this_month: inUnit("month", 0),
  is_next_month: inUnit("month", 1),
  is_last_updated_after: {
    needs: date,
    passes: (_content, prop, _now, updatedAt) => differs(updatedAt, prop, (difference) => difference > 0)
  },
  subfield_rule: {
    needs: [hasSubfield, "an object with a subfield, a filter_type and a filter_prop"],
    passes: subfieldPasses
  }
}

const isFilterType = (input: string): input is FilterType => Object.hasOwn(kinds, input)

interface Filter {
  readonly filter_type: FilterType
  readonly filter_prop?: unknown
}

/** Checks the `filter_prop` of a filter, since no record would pass a wrong one. `undefined` if it is valid. */
export const problemWithFilter = (filter: Filter): string | undefined => {
  const [test, expected] = kinds[filter.filter_type].needs ?? []
  return test === undefined || test(filter.filter_prop)
    ? undefined
    : `The filter ${filter.filter_type} needs ${expected} as its filter_prop. The filter_prop is ${JSON.stringify(filter.filter_prop) ?? "missing"}`
}

/** Whether a content passes a filter. Relative dates are relative to `now`. */
const matches = (filter: Filter, content: unknown, updatedAt: string | undefined, now: number): boolean =>
  kinds[filter.filter_type].passes(content, filter.filter_prop, now, updatedAt)

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
  readonly entity_slice_id?: string | undefined
  readonly record_set_ids?: ReadonlyArray<string> | undefined
  readonly identifier_ids?: ReadonlyArray<string> | undefined
  readonly program_id?: string | undefined
  readonly operation_id?: string | undefined
  readonly search_text?: string | undefined
  readonly filters: ReadonlyArray<Filter & { readonly field_id: string }>
  readonly sorts: ReadonlyArray<{ readonly field_id: string; readonly descending?: boolean | null | undefined }>
  readonly limit?: number | undefined
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
  if (query.record_set_ids !== undefined && query.record_set_ids.length > 0) {
    restrictions.push(new Set(query.record_set_ids.flatMap((id) => state.record_sets.get(id)?.record_ids ?? [])))
  }
  if (query.program_id !== undefined) {
    restrictions.push(inProgram(state, query.program_id))
  }
  if (query.operation_id !== undefined) {
    restrictions.push(new Set(state.activities.get(query.operation_id)?.all_record_ids ?? []))
  }
  const identifierIds = new Set(query.identifier_ids)
  const searchText = query.search_text?.toLowerCase() ?? ""

  const found: Array<Record> = []
  for (const record of state.records.values()) {
    if (
      (query.entity_slice_id === undefined || record.entity_slice_id === query.entity_slice_id) &&
      restrictions.every((ids) => ids.has(record.id)) &&
      (identifierIds.size === 0 || record.identifier_ids.some((id) => identifierIds.has(id))) &&
      (searchText === "" || isFound(record, searchText)) &&
      query.filters.every((filter) => {
        const value = currentValue(record, filter.field_id, query.operation_id)
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
        query.sorts.map((sort) => currentValue(record, sort.field_id, query.operation_id)?.content)
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
          return sort.descending === true ? -order : order
        }
      }
      return 0
    })
  }
  return query.limit === undefined ? found : found.slice(0, query.limit)
}

import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as QualifiedNumber from "../../QualifiedNumber.js"
import type { EntityField } from "../entityFields/model.js"
import * as Id from "../id.js"
import * as Unread from "../json/unread.js"
import * as Content from "../records/content.js"
import type { Record, RecordValue } from "../records/model.js"
import { isUnreadable, keyValues, pickLatest } from "../records/values.js"
import type { Column, Issue, LongRow, Measurements, Options, Reduction, Row, Table, Value } from "./model.js"
import { isNumeric, type Outcome, type Reduced, reduce } from "./reduce.js"

/** The unit in the settings of a field. */
export const unitOf = ({ attrs }: Pick<EntityField, "attrs">): Option.Option<string> => {
  const texts = ["unit", "units"].flatMap((key) => {
    const unit = Predicate.hasProperty(attrs, key) ? attrs[key] : undefined
    const named = ["symbol", "name"].flatMap((part) => (Predicate.hasProperty(unit, part) ? [unit[part]] : []))
    return [unit, ...named].filter((text) => typeof text === "string" && text !== "")
  })
  return Option.flatMap(Option.fromNullable(texts[0]), Content.asText)
}

const labelOf = (field: EntityField): string =>
  field.field_name === null || field.field_name === "" ? field.id : field.field_name

const recordLabel = ({ id, record_identifier }: Record): string => record_identifier ?? id

const isDifferent = (one: EntityField, other: EntityField): boolean => !Id.same(one.id, other.id)

/** The values of one field of a record in one activity, or in several together. */
interface Group {
  readonly record: Record
  readonly activityId: string | null
  readonly values: ReadonlyMap<string, ReadonlyArray<RecordValue>>
}

const issueOf = (record: Record, activity_id: string | null, field: EntityField | null, message: string): Issue => ({
  record_id: record.id,
  record: recordLabel(record),
  activity_id,
  field: field === null ? null : labelOf(field),
  message
})

/** The values of a record by their activity. */
const groupsOf = (
  record: Record,
  fields: ReadonlyArray<EntityField>,
  activities: ReadonlyArray<string> | undefined,
  { acrossActivities = false, subRecords = false }: Options,
  issues: Array<Issue>
): ReadonlyArray<Group> => {
  if (!Unread.isPresent(record, "record_values")) {
    issues.push(issueOf(record, null, null, "its values are not known: the response has no readable record_values"))
    return []
  }
  const groups = new Map<string | null, Map<string, Array<RecordValue>>>()
  // The order of the activities is that of the argument.
  for (const id of activities ?? []) if (!acrossActivities) groups.set(Id.canonical(id), new Map())
  if (acrossActivities) groups.set(null, new Map())
  const wanted = new Set(activities?.map(Id.canonical))
  for (const field of fields) {
    for (const value of Id.entryOf(record.record_values, field.id) ?? []) {
      const unreadable = (["record_id", "operation_id", "created_at"] as const).find((name) =>
        isUnreadable(value, name)
      )
      if (unreadable !== undefined) {
        const message = `the value ${value.id} is left out: the response has no readable ${unreadable} of it`
        issues.push(issueOf(record, value.operation_id, field, message))
        continue
      }
      if (!subRecords && value.record_id !== null && !Id.same(value.record_id, record.id)) continue
      const activityId = value.operation_id === null ? null : Id.canonical(value.operation_id)
      if (activities !== undefined && (activityId === null || !wanted.has(activityId))) continue
      const key = acrossActivities ? null : activityId
      const group = groups.get(key) ?? new Map<string, Array<RecordValue>>()
      groups.set(key, group)
      const values = group.get(field.id)
      if (values === undefined) group.set(field.id, [value])
      else values.push(value)
    }
  }
  return Array.from(groups, ([activityId, values]) => ({ record, activityId, values })).filter(
    ({ values }) => acrossActivities || values.size > 0
  )
}

interface Prepared {
  readonly fields: ReadonlyArray<EntityField>
  readonly recordFields: ReadonlyArray<EntityField>
  readonly groups: ReadonlyArray<Group>
  readonly issues: Array<Issue>
  readonly titleOf: (activityId: string | null) => string | null
  readonly reductionOf: (field: EntityField) => Reduction
}

const prepare = (measurements: Measurements, options: Options): Prepared => {
  const all = Id.distinct(measurements.fields)
  const recordFields = Id.distinct([
    ...(measurements.recordFields ?? []),
    ...all.filter(({ is_key }) => is_key === true)
  ])
  const fields = all.filter((field) => recordFields.every((other) => isDifferent(field, other)))
  const issues: Array<Issue> = []
  const titles = new Map(measurements.activities?.map(({ id, title }) => [Id.canonical(id), title]))
  const { reduction = "latest", reductions = {} } = options
  return {
    fields,
    recordFields,
    issues,
    groups: Id.distinct(measurements.records).flatMap((record) =>
      groupsOf(
        record,
        fields,
        measurements.activities?.map(({ id }) => id),
        options,
        issues
      )
    ),
    titleOf: (activityId) => (activityId === null ? null : (titles.get(activityId) ?? null)),
    reductionOf: (field) => {
      const name = field.field_name ?? ""
      const own = Object.hasOwn(reductions, name) ? reductions[name] : undefined
      return own ?? Id.entryOf(reductions, field.id) ?? reduction
    }
  }
}

const textIn = ({ operator, value }: Reduced): string =>
  operator !== null && typeof value === "number"
    ? QualifiedNumber.format(QualifiedNumber.make(value, operator))
    : String(value)

/** What a cell of a wide table shows. */
const cellOf = ({ results }: Outcome, reduction: Reduction): Value => {
  const [first] = results
  if (first === undefined) return null
  if (reduction === "all") return results.map(textIn).join("; ")
  return first.operator === null ? first.value : textIn(first)
}

const types = ["number", "qualified-number", "boolean", "date"] as const

/** The type of the latest value of a field. */
const plainType = ({ field_type }: EntityField): Column["type"] => types.find((type) => type === field_type) ?? "text"

const typeOf = (field: EntityField, reduction: Reduction): Column["type"] => {
  switch (reduction) {
    case "all":
      return "text"
    case "count":
      return "integer"
    case "standard deviation":
      return isNumeric(field) ? "number" : plainType(field)
    default:
      return plainType(field)
  }
}

const column = (name: string, type: Column["type"]): Column => ({ name, type, unit: null, field_id: null })

const fieldColumn = (field: EntityField, type: Column["type"]): Column => ({
  name: labelOf(field),
  type,
  unit: type === "integer" ? null : Option.getOrNull(unitOf(field)),
  field_id: field.id
})

/** Columns with names that occur once: a field whose name another column has gets its id as its name. */
const distinct = (columns: ReadonlyArray<Column>): ReadonlyArray<Column> => {
  const counts = new Map<string, number>()
  for (const { name } of columns) counts.set(name, (counts.get(name) ?? 0) + 1)
  return columns.map((one) =>
    one.field_id !== null && (counts.get(one.name) ?? 0) > 1 ? { ...one, name: one.field_id } : one
  )
}

const asRow = (columns: ReadonlyArray<Column>, values: ReadonlyArray<Value>): Row =>
  Object.fromEntries(columns.map(({ name }, index) => [name, values[index] ?? null]))

/** The values of the fields that describe a record: computed once for each record. */
const describing = ({ issues, recordFields }: Prepared, { subRecords }: Options) => {
  const known = new Map<string, ReadonlyArray<Value>>()
  return (record: Record): ReadonlyArray<Value> => {
    const before = known.get(record.id)
    if (before !== undefined) return before
    const keys = keyValues(record)
    const values = recordFields.map((field): Value => {
      const key = field.is_key === true ? Id.entryOf(keys, field.id) : undefined
      if (key !== undefined) return key
      const latest = pickLatest(record, { field: field.id, sub_records: subRecords })
      if (Either.isLeft(latest)) {
        issues.push(issueOf(record, null, field, `is not known: the response has no readable ${latest.left}`))
        return null
      }
      const outcome = reduce(field, Option.toArray(latest.right), "latest")
      for (const message of outcome.messages) issues.push(issueOf(record, null, field, message))
      return cellOf(outcome, "latest")
    })
    known.set(record.id, values)
    return values
  }
}

const recordColumns = ({ recordFields }: Prepared): ReadonlyArray<Column> => [
  column("record", "text"),
  column("record_id", "text"),
  ...recordFields.map((field) => fieldColumn(field, field.is_key === true ? "text" : plainType(field)))
]

const activityColumns = [column("activity", "text"), column("activity_id", "text")]

/** The results of each field in a group. The issues are added to those of the table. */
const outcomesOf = ({ issues, reductionOf }: Prepared, { activityId, record, values }: Group, field: EntityField) => {
  const found = values.get(field.id)
  const outcome: Outcome =
    found === undefined ? { results: [], messages: [] } : reduce(field, found, reductionOf(field))
  for (const message of outcome.messages) issues.push(issueOf(record, activityId, field, message))
  return outcome
}

/** One row for each record, or for each record and activity. */
export const wide = (measurements: Measurements, options: Options): Table => {
  const prepared = prepare(measurements, options)
  const { fields, groups, issues, reductionOf, titleOf } = prepared
  const isAcross = options.acrossActivities === true
  const columns = distinct([
    ...recordColumns(prepared),
    ...(isAcross ? [] : activityColumns),
    ...fields.map((field) => fieldColumn(field, typeOf(field, reductionOf(field))))
  ])
  const described = describing(prepared, options)
  const rows = groups.map((group) =>
    asRow(columns, [
      recordLabel(group.record),
      group.record.id,
      ...described(group.record),
      ...(isAcross ? [] : [titleOf(group.activityId), group.activityId]),
      ...fields.map((field) => cellOf(outcomesOf(prepared, group, field), reductionOf(field)))
    ])
  )
  return { columns, rows, issues }
}

/** One row for each value, or for what became of several. */
export const long = (measurements: Measurements, options: Options): Table<LongRow> => {
  const prepared = prepare(measurements, options)
  const { fields, groups, issues, titleOf } = prepared
  const columns = distinct([
    ...recordColumns(prepared),
    ...activityColumns,
    column("field", "text"),
    column("field_id", "text"),
    column("unit", "text"),
    column("operator", "text"),
    column("value", "any"),
    column("count", "integer"),
    column("created_at", "text")
  ])
  const described = describing(prepared, options)
  const descriptions = columns.slice(2, 2 + prepared.recordFields.length)
  const rows = groups.flatMap((group) =>
    fields.flatMap((field) =>
      outcomesOf(prepared, group, field).results.map(
        ({ count, created_at, operator, value }): LongRow => ({
          record: recordLabel(group.record),
          record_id: group.record.id,
          ...asRow(descriptions, described(group.record)),
          activity: titleOf(group.activityId),
          activity_id: group.activityId,
          field: labelOf(field),
          field_id: field.id,
          unit: Option.getOrNull(unitOf(field)),
          operator,
          value,
          count,
          created_at
        })
      )
    )
  )
  return { columns, rows, issues }
}

/** The fields that a record has a value of in one of the activities. */
export const measuredFields = (measurements: Measurements): ReadonlyArray<EntityField> => {
  const { fields, groups } = prepare(measurements, { subRecords: true })
  const ids = new Set(groups.flatMap(({ values }) => [...values.keys()]))
  return fields.filter(({ id }) => ids.has(id))
}

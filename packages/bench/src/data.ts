const hex = (value: number, length: number): string => value.toString(16).padStart(length, "0")

/** The id of the nth thing of a kind: a UUID, always the same. */
export const id = (kind: number, nth: number): string =>
  `${hex(kind, 8)}-${hex(nth >>> 16, 4)}-4000-8000-${hex((nth * 2_654_435_761) % 2 ** 48, 12)}`

const kinds = { record: 1, value: 2, field: 3, entityType: 4, workspace: 5, label: 6, activity: 7 }

/** The id of the nth record. */
export const recordId = (nth: number): string => id(kinds.record, nth)

/** An activity that holds all records. */
export const activityId = id(kinds.activity, 0)

const fieldsOfRecord = 12

const dateOf = (nth: number): string =>
  new Date(Date.UTC(2025, 0, 1) + nth * 61_001)
    .toISOString()
    .replace("Z", `${String(nth % 1000).padStart(3, "0")}+00:00`)

const contentOf = (record: number, field: number): unknown => {
  switch (field % 4) {
    case 0:
      return String((record * 37 + field) % 1000)
    case 1:
      return `a note on field ${field} of compound ${record}`
    case 2:
      return record % 2 === 0
    default:
      return ["EGFR", "HER2"]
  }
}

/** The nth record as the API writes it: a key and eleven measured values, and fields that no model names. */
export const record = (nth: number): unknown => ({
  id: recordId(nth),
  created_at: dateOf(nth),
  entity_slice_id: id(kinds.entityType, 0),
  identifier_ids: [id(kinds.value, nth * fieldsOfRecord)],
  record_identifier: `C-${nth}`,
  initial_operation_id: null,
  workspace_id: id(kinds.workspace, 0),
  record_values: Object.fromEntries(
    Array.from({ length: fieldsOfRecord }, (_, field) => [
      id(kinds.field, field),
      [
        field === 0
          ? { id: id(kinds.value, nth * fieldsOfRecord), content: `C-${nth}` }
          : {
              id: id(kinds.value, nth * fieldsOfRecord + field),
              content: contentOf(nth, field),
              created_at: dateOf(nth * fieldsOfRecord + field),
              operation_id: activityId,
              record_id: recordId(nth)
            }
      ]
    ])
  ),
  sub_record_ids: [],
  excluded_operation_ids: [],
  operation_records_created_at: { [activityId]: dateOf(nth + 1) }
})

/** The nth label as the API writes it. */
export const label = (nth: number): unknown => ({
  id: id(kinds.label, nth),
  label_name: `label ${nth}`,
  created_at: dateOf(nth)
})

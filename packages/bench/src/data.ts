import { open } from "node:fs/promises"

const hex = (value: number, length: number): string => value.toString(16).padStart(length, "0")

/** The id of the nth item of a kind: a UUID, always the same. {@link nthOf} reads it. */
export const id = (kind: number, nth: number): string =>
  `${hex(kind, 8)}-${hex(nth >>> 16, 4)}-4000-8000-${hex((nth * 2_654_435_761) % 2 ** 32, 8)}${hex(nth % 2 ** 16, 4)}`

/** The kind of the item with this id, and its number. */
export const nthOf = (id: string): { readonly kind: number; readonly nth: number } => ({
  kind: Number.parseInt(id.slice(0, 8), 16),
  nth: Number.parseInt(id.slice(9, 13), 16) * 2 ** 16 + Number.parseInt(id.slice(32), 16)
})

const kinds = { large: 1, value: 2, field: 3, entityType: 4, workspace: 5, label: 6, activity: 7, small: 8, user: 9 }

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

/** The id of an activity that has records. */
export const activityId = id(kinds.activity, 0)

/** Records as the API writes them: a key, some measured values, and fields that no model names. */
const records = (kind: number, measured: number) => ({
  id: (nth: number): string => id(kind, nth),
  text: (nth: number): string =>
    JSON.stringify({
      id: id(kind, nth),
      created_at: dateOf(nth),
      entity_slice_id: id(kinds.entityType, 0),
      identifier_ids: [id(kinds.value, nth)],
      record_identifier: `C-${nth}`,
      initial_operation_id: null,
      workspace_id: id(kinds.workspace, 0),
      record_values: Object.fromEntries(
        Array.from({ length: measured + 1 }, (_, field) => [
          id(kinds.field, field),
          [
            field === 0
              ? { id: id(kinds.value, nth), content: `C-${nth}` }
              : {
                  id: id(kinds.value, nth * 32 + field),
                  content: contentOf(nth, field),
                  created_at: dateOf(nth * 32 + field),
                  operation_id: activityId,
                  record_id: id(kind, nth)
                }
          ]
        ])
      ),
      sub_record_ids: [],
      excluded_operation_ids: []
    })
})

/** Records of 6 KB with 24 timestamps. */
export const large = records(kinds.large, 23)

/** Records of 1 KB with 4 timestamps. */
export const small = records(kinds.small, 3)

/** The ids of the first records. */
export const idsOf = (records: typeof large, count: number): ReadonlyArray<string> =>
  Array.from({ length: count }, (_, nth) => records.id(nth))

/** As many ids in one request as the SDK puts there. */
export const batchSize = 250

/** The paths of the requests for records by their ids. */
export const batchPaths = (ids: ReadonlyArray<string>): ReadonlyArray<string> =>
  Array.from(
    { length: Math.ceil(ids.length / batchSize) },
    (_, nth) => `/records?record_ids=${ids.slice(nth * batchSize, (nth + 1) * batchSize).join("%2C")}`
  )

/** The text of the record that has this id. */
export const recordText = (id: string): string | undefined => {
  const { kind, nth } = nthOf(id)
  return kind === kinds.large ? large.text(nth) : kind === kinds.small ? small.text(nth) : undefined
}

/** The proof that a contestant read the last large record: its key, and the time of its last value. */
export const lastLarge = (count: number): string => lastOf(JSON.parse(large.text(count - 1)))

/** The key of a large record, and the time of its last value. */
export const lastOf = (record: {
  readonly record_identifier: string | null
  readonly record_values: { readonly [field: string]: ReadonlyArray<{ readonly created_at?: unknown }> }
}): string => {
  const at = record.record_values[id(kinds.field, 23)]?.[0]?.created_at
  const milliseconds =
    typeof at === "object" && at !== null && "epochMillis" in at
      ? Math.floor(Number(at.epochMillis))
      : Date.parse(String(at))
  return `${record.record_identifier} ${milliseconds}`
}

/** The nth label as the API writes it. */
export const label = (nth: number): unknown => ({
  id: id(kinds.label, nth),
  label_name: `label ${nth}`,
  created_at: dateOf(nth)
})

/** The nth activity as the API writes it. */
export const activity = (nth: number): unknown => ({
  id: id(kinds.activity, nth),
  title: `IC50, run ${nth}`,
  activity_type: "experiment",
  status: "in progress",
  description: { type: "doc", content: [{ type: "paragraph", content: [{ type: "text", text: `Plate ${nth}` }] }] },
  parent_id: null,
  child_ids: [],
  definition_id: null,
  program_ids: [],
  assigned_user_ids: [id(kinds.user, nth % 7)],
  assigned_group_ids: [],
  subscriber_ids: [id(kinds.user, 0), id(kinds.user, 1)],
  reviewer_ids: [],
  due_date: dateOf(nth + 9),
  start_date: dateOf(nth),
  duration: 5,
  completed_at_date: null,
  dependencies: [],
  label_ids: [id(kinds.label, nth % 10)],
  is_draft: false,
  properties: [],
  all_record_ids: [large.id(nth), large.id(nth + 1), large.id(nth + 2)],
  data_table_record_mapping: {},
  created_at: dateOf(nth),
  created_by: id(kinds.user, nth % 7),
  workspace_id: id(kinds.workspace, 0)
})

/** The name of the key field of {@link row}. */
export const key = "Compound ID"

/** The nth row of ten columns, which are fields of the emulator's sample workspace. */
export const row = (nth: number) => ({
  [key]: `EK-${nth}`,
  "Molecular weight": 300 + (nth % 2000) / 10,
  IC50: (nth % 10_000) / 10,
  Purity: 90 + (nth % 10),
  Amount: nth % 50,
  Wells: 384,
  Notes: `row ${nth} of the table`,
  "Registered on": "2026-03-01",
  Selective: nth % 2 === 0,
  Solubility: "<0.5"
})

/** Some rows. */
export const rows = (count: number) => Array.from({ length: count }, (_, nth) => row(nth))

/** The fields of the rows as the API writes them. */
export const fields = (areKeys: boolean): ReadonlyArray<unknown> =>
  Object.keys(row(0)).flatMap((name, nth) =>
    (name === key) === areKeys
      ? [{ id: id(kinds.field, nth), is_key: areKeys, field_name: name, field_type: "text", is_archived: false }]
      : []
  )

const csvColumns = ["Compound ID", "SMILES", "IC50", "Molecular weight", "Purity", "Registered on", "Notes"]

const csvLine = (name: string, nth: number): string =>
  `${name},C#Cc1cccc(Nc2ncnc3cc(OCCOC)c(OCCOC)cc23)c1,${139 + nth / 10},393.4,${90 + (nth % 10)},2026-03-01,"a note, with a comma"\n`

/** A table as it is exported: a header, the given number of blocks of 1,000 rows, and one more row. */
export const csv = {
  header: `${csvColumns.join(",")}\n`,
  block: Array.from({ length: 1000 }, (_, nth) => csvLine(`C-${nth}`, nth)).join(""),
  last: csvLine("the-last", 0),
  /** The number of blocks in so many megabytes. */
  blocksIn: (megabytes: number): number => Math.round((megabytes * 1e6) / csv.block.length),
  bytes: (blocks: number): number => csv.header.length + blocks * csv.block.length + csv.last.length
}

/** The end of an uploaded file. */
export const endOfFile = "the end of the file"

/** The bodies of responses that have 250 of the large records each. */
export const batches = (count: number): ReadonlyArray<Buffer<ArrayBuffer>> =>
  Array.from({ length: Math.ceil(count / 250) }, (_, batch) =>
    Buffer.from(
      `[${Array.from({ length: Math.min(250, count - batch * 250) }, (_, nth) => large.text(batch * 250 + nth)).join(",")}]`
    )
  )

/** The size of a file of {@link csv}, and its last line. */
export const endOf = async (path: string): Promise<{ readonly count: number; readonly last: string }> => {
  const file = await open(path)
  const { size } = await file.stat()
  const { buffer, bytesRead } = await file.read(Buffer.alloc(csv.last.length), 0, null, size - csv.last.length)
  await file.close()
  return { count: size, last: buffer.toString("latin1", 0, bytesRead) }
}

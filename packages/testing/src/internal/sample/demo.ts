import type { Workspace } from "../../Workspace.js"
import { Activity, Comment } from "../activities/model.js"
import { ActivityDefinition, type ContentLayoutItem } from "../activityDefinitions/model.js"
import type { Dashboard, DashboardCategory } from "../dashboards/model.js"
import { draftIdFieldId } from "../entities/fields.js"
import { EntityField, EntityType, type FieldType, kindOf } from "../entities/model.js"
import type { StoredFile } from "../files/model.js"
import { Import, RowError } from "../imports/model.js"
import type { Program } from "../programs/model.js"
import { type Property, PropertyField } from "../properties/model.js"
import { Record, type RecordSet, type RecordValue } from "../records/model.js"
import { RecordView } from "../recordViews/model.js"
import type { RegistrationFile } from "../registration/model.js"
import { Event, type Group, type Label, type Member } from "../workspace/model.js"
import { compounds } from "./compounds.js"
import { daysAgo, fractionOf, idOf, now, preciseDaysAgo } from "./determinism.js"

type Items<Item> = ReadonlyArray<Item>

/** The items of a table, if the condition is true. */
const when = <Item>(condition: boolean, ...items: Items<Item>): Items<Item> => (condition ? items : [])

const idsOf = (items: Items<{ readonly id: string }>): Items<string> => items.map(({ id }) => id)

const workspace_id = idOf("workspace", "Northlight Therapeutics")

const member = (full_name: string, access_level: Member["access_level"]): Member => {
  const preferred_name = full_name.split(" ")[0] ?? full_name
  const email = `${preferred_name.toLowerCase()}@northlight.example`
  return { id: idOf("member", full_name), full_name, preferred_name, email, access_level }
}

const ada = member("Ada Okafor", "admin")
const bruno = member("Bruno Lindqvist", "team-member")
const chiyo = member("Chiyo Tanaka", "team-member")
const dario = member("Dario Conti", "guest")
const esme = member("Esme Hartley", "viewer")
const felix = member("Felix Moreau", "deactivated")
const apiUser = member("Integration", "team-member")

const program = (title: string, days: number): Program => ({
  id: idOf("program", title),
  title,
  created_at: daysAgo(days, title),
  created_by: ada.id,
  workspace_id
})

const egfr = program("EGFR inhibitors", 420)
const backup = program("Backup series", 180)
const platform = program("Assay platform", 400)

const group = (group_name: string, users: Items<Member>, programs: Items<Program>): Group => ({
  id: idOf("group", group_name),
  group_name,
  user_ids: idsOf(users),
  program_ids: idsOf(programs),
  email: `${group_name.toLowerCase()}@northlight.example`
})

const groups = [group("Chemistry", [ada, bruno], [egfr, backup]), group("Biology", [chiyo, dario], [egfr, platform])]

const label = (label_name: string): Label => ({ id: idOf("label", label_name), label_name })

const urgent = label("urgent")
const outsourced = label("outsourced")
const inVitro = label("in vitro")

const field = (name: string, type: FieldType, options: Partial<EntityField> = {}): EntityField => {
  const isKey = options.is_key === true
  return EntityField.make({
    ...kindOf(isKey),
    id: idOf(isKey ? "key field" : "data field", name),
    field_name: name,
    field_type: type,
    created_at: daysAgo(410, name),
    created_by: ada.id,
    identifier_type_id: isKey ? idOf("identifier type", name) : null,
    serial_key: String(1_000_000 + Math.floor(fractionOf(`serial/${name}`) * 9_999)),
    updated_at: daysAgo(300, name),
    workspace_id,
    ...options
  })
}

const compoundId = field("Compound ID", "text", {
  is_key: true,
  field_description: "The registered name of a compound",
  field_examples: "EK-0001, EK-0002",
  regex_format: "^EK-\\d{4}$",
  serial_format_prefix: "EK-",
  serial_format_padding: 4,
  format_enforcement: "suggest",
  initial_counter_value: 1,
  role: "registered_entity"
})
const batchKey = field("Batch", "text", { is_key: true, field_examples: "B-001" })
const plateId = field("Plate ID", "text", { is_key: true, field_examples: "P-0001" })
const draftId = field("Draft ID", "text", { id: draftIdFieldId, is_key: true })

const smiles = field("SMILES", "smiles-string")
const molecularWeight = field("Molecular weight", "number", { field_description: "g/mol" })
const ic50 = field("IC50", "number", {
  field_description: "Half-maximal inhibition of EGFR, in nM",
  display_aggregation_type: "latest"
})
const solubility = field("Solubility", "qualified-number", { field_description: "Kinetic solubility, in µM" })
const series = field("Series", "select", {
  attrs: { options: ["Dimethoxy", "Ethoxy", "Methoxyethoxy", "Morpholine"] }
})
const tags = field("Tags", "multiselect", { attrs: { options: ["hit", "lead", "tool", "parked"] } })
const registeredOn = field("Registered on", "date")
const isSelective = field("Selective", "boolean")
const notes = field("Notes", "text")
const purity = field("Purity", "number", { field_description: "%" })
const amount = field("Amount", "number", { field_description: "mg" })
const wells = field("Wells", "number")
const certificate = field("Certificate of analysis", "file")
const supplier = field("Supplier", "text")

const entityType = (name: string, keys: Items<EntityField>): EntityType =>
  EntityType.make({
    id: idOf("entity type", name),
    created_by: ada.id,
    last_updated_by: ada.id,
    key_field_ids: idsOf(keys),
    slice_name: name,
    workspace_id,
    created_at: daysAgo(410, name),
    updated_at: daysAgo(410, name),
    is_primary: keys.length === 1
  })

const compoundType = entityType("Compound", [compoundId])
const batchType = entityType("Batch", [compoundId, batchKey])
const plateType = entityType("Plate", [plateId])
const draftType = entityType("Compound draft", [compoundId, draftId])

const propertyField = (name: string, description: string, type: string, is_required = false): PropertyField =>
  PropertyField.make({
    id: idOf("property field", name),
    workspace_id,
    created_by: ada.id,
    property_name: name,
    property_description: description,
    field_type: type,
    is_required,
    last_updated_by: ada.id
  })

const cellLine = propertyField("Cell line", "Which cells the assay was run in", "text", true)
const protocol = propertyField("Protocol", "Where the protocol is described", "URL")
const instrument = propertyField("Instrument", "", "select")
const uploadedFile = propertyField("Uploaded file", "Structures to register", "file")

const property = (of: PropertyField, resource_type: string, resource_id: string, content: unknown): Property => ({
  id: idOf("property", `${of.property_name}/${resource_id}`),
  property_field_id: of.id,
  content,
  created_at: daysAgo(60, `${of.property_name}/${resource_id}`),
  last_updated_by: bruno.id,
  created_by: bruno.id,
  property_name: of.property_name,
  field_type: of.field_type,
  resource_type,
  resource_id
})

const richText = (text: string) => ({
  type: "doc",
  content: [{ type: "paragraph", content: [{ type: "text", text }] }]
})

const recordId = (name: string): string => idOf("record", name)
const compoundIds = (first: number, last: number): Items<string> =>
  compounds.slice(first, last).map(({ name }) => recordId(name))

/** One batch of each of the first twelve compounds. Each third of them has two. */
const batches = compounds
  .slice(0, 12)
  .flatMap(({ name }, index) =>
    ["B-001", ...when(index % 3 === 0, "B-002")].map((batch) => ({ name: `${name} ${batch}`, compound: name, batch }))
  )
const plates = ["P-0001", "P-0002", "P-0003", "P-0004"]

const definitionId = (title: string): string => idOf("definition", title)
const activityId = (title: string): string => idOf("activity", title)

const runs = [
  { title: "EGFR IC50, run 1", days: 60, status: "complete", first: 0, last: 16 },
  { title: "EGFR IC50, run 2", days: 32, status: "complete", first: 8, last: 28 },
  { title: "EGFR IC50, run 3", days: 11, status: "in progress", first: 0, last: 12 },
  { title: "EGFR IC50, run 4", days: 3, status: "to do", first: 28, last: 40 }
] as const

const view = (
  name: string,
  type: EntityType,
  columns: Items<EntityField>,
  options: Partial<RecordView> = {}
): RecordView =>
  RecordView.make({
    id: idOf("record view", name),
    view_name: name,
    entity_slice_id: type.id,
    program_ids: options.is_template === true ? [] : [egfr.id],
    view_fields: columns.map((column) => ({
      id: idOf("view field", `${name}/${column.field_name}`),
      data_field_id: column.id,
      lookup_field_id: null,
      plot_field_id: null
    })),
    sort_order: "alphabetical",
    view_mode: "table",
    workspace_id,
    created_by: bruno.id,
    last_updated_by: bruno.id,
    created_at: daysAgo(200, name),
    updated_at: daysAgo(30, name),
    ...options
  })

const compoundsView = view("Compounds", compoundType, [smiles, molecularWeight, series, ic50, tags])
const resultsView = view("IC50 results", compoundType, [ic50, notes], {
  operation_ids: runs.map(({ title }) => activityId(title)),
  color_filters: [
    {
      key_field_id: null,
      view_field_id: idOf("view field", "IC50 results/IC50"),
      plot_field_config: null,
      filter_type: "is_less_than",
      filter_prop: 100,
      color: "green"
    }
  ]
})
const batchesView = view("Batches", batchType, [purity, amount, certificate])
const registrationView = view("To register", compoundType, [smiles, notes], {
  operation_ids: [activityId("Registration of March")],
  operation_definition_ids: [definitionId("Compound registration")]
})
const resultsTemplate = view("IC50 results of a run", compoundType, [ic50, notes], {
  is_template: true,
  template_name: "IC50 results",
  operation_definition_ids: [definitionId("IC50 assay")]
})
const platesTemplate = view("Plates of a run", plateType, [wells, notes], {
  is_template: true,
  template_name: "Plates",
  operation_definition_ids: [definitionId("Plate preparation")]
})
const stagingTemplate = view("Compounds to stage", compoundType, [smiles, supplier, notes], {
  is_template: true,
  template_name: "Compounds to stage"
})
const stagingView = view("Staged in April", draftType, [smiles, supplier, notes], {
  view_name: stagingTemplate.view_name,
  operation_ids: [activityId("Registration of April")],
  parent_record_view_id: stagingTemplate.id
})

const shortlist: RecordSet = {
  id: idOf("record set", "Shortlist"),
  set_name: "Shortlist",
  record_ids: ["EK-0002", "EK-0003", "EK-0012", "EK-0032"].map(recordId)
}

/** An activity that was started some days ago. `key` distinguishes two with the same title. */
const activity = (
  title: string,
  type: Activity["activity_type"],
  status: Activity["status"],
  days: number,
  { key: name = title, ...options }: Partial<Activity> & { readonly key?: string } = {}
): Activity =>
  Activity.make({
    id: activityId(name),
    created_by: bruno.id,
    program_ids: [egfr.id],
    activity_type: type,
    title,
    status,
    priority: "none",
    start_date: daysAgo(days, name).slice(0, 10),
    completed_at_date: status === "complete" || status === "done" ? daysAgo(days - 2, name) : null,
    created_at: daysAgo(days + 5, name),
    workspace_id,
    last_activity_at: daysAgo(Math.max(0, days - 2), name),
    ...options
  })

const project = activityId("EGFR lead optimisation")

const assays = runs.map(({ days, first, last, status, title }, index) =>
  activity(title, "experiment", status, days, {
    definition_id: definitionId("IC50 assay"),
    parent_id: activityId("Lead optimisation"),
    description: richText("Dose response of EGFR inhibition, ten concentrations in duplicate."),
    assigned_user_ids: [chiyo.id],
    subscriber_ids: [ada.id, chiyo.id],
    label_ids: [inVitro.id, ...when(index === 2, urgent.id)],
    duration: 2,
    priority: index === 2 ? "high" : "medium",
    external_id: `ELN-${1040 + index}`,
    dependencies: runs.slice(Math.max(0, index - 1), index).map((before) => activityId(before.title)),
    properties: [
      property(cellLine, "task", activityId(title), "A431"),
      property(protocol, "task", activityId(title), ["https://northlight.example/protocols/egfr-ic50"])
    ],
    all_record_ids: compoundIds(first, last),
    data_table_record_mapping: { [resultsView.id]: compoundIds(first, last) }
  })
)

const withChildren = (activities: Items<Activity>): Items<Activity> =>
  activities.map((parent) => ({
    ...parent,
    child_ids: idsOf(activities.filter((child) => child.parent_id === parent.id))
  }))

const activities = withChildren([
  activity("EGFR lead optimisation", "project", "in progress", 400, {
    assigned_user_ids: [ada.id],
    assigned_group_ids: idsOf(groups),
    due_date: "2026-09-30T17:00:00.000Z",
    priority: "high"
  }),
  activity("Hit to lead", "stage", "complete", 390, { parent_id: project }),
  activity("Lead optimisation", "stage", "in progress", 120, {
    parent_id: project,
    dependencies: [activityId("Hit to lead")]
  }),
  activity("Candidate nomination", "milestone", "to do", 1, {
    parent_id: project,
    due_date: "2026-08-31T17:00:00.000Z"
  }),
  ...assays,
  activity("Kinetic solubility, plate 1", "experiment", "in progress", 20, {
    definition_id: definitionId("Solubility assay"),
    parent_id: activityId("Lead optimisation"),
    assigned_user_ids: [dario.id],
    label_ids: [inVitro.id, outsourced.id],
    external_id: "ELN-1051",
    properties: [property(instrument, "task", activityId("Kinetic solubility, plate 1"), "Nephelometer 2")],
    all_record_ids: [...compoundIds(0, 10), recordId("P-0001")]
  }),
  activity("Repeat of outliers", "experiment", "to do", 2, {
    key: "Repeat of outliers (chemistry)",
    created_by: ada.id,
    assigned_user_ids: [bruno.id]
  }),
  activity("Repeat of outliers", "experiment", "blocked", 2, {
    key: "Repeat of outliers (biology)",
    created_by: chiyo.id,
    assigned_user_ids: [chiyo.id]
  }),
  activity("Design cycle 7", "cycle", "in synthesis", 45, {
    definition_id: definitionId("Design cycle"),
    assigned_user_ids: [bruno.id],
    all_record_ids: compoundIds(28, 36)
  }),
  activity("Design cycle 8", "cycle", "in design", 6, {
    definition_id: definitionId("Design cycle"),
    assigned_user_ids: [ada.id, bruno.id]
  }),
  activity("Order reagents", "task", "done", 70, { program_ids: [platform.id], assigned_user_ids: [dario.id] }),
  activity("Review dose-response curves", "task", "needs review", 9, {
    parent_id: activityId("EGFR IC50, run 3"),
    assigned_user_ids: [ada.id],
    reviewer_ids: [ada.id],
    label_ids: [urgent.id],
    review_requested_at: daysAgo(1, "review")
  }),
  activity("Registration of March", "task", "in progress", 4, {
    definition_id: definitionId("Compound registration"),
    program_ids: [egfr.id, backup.id],
    assigned_user_ids: [bruno.id],
    properties: [property(uploadedFile, "task", activityId("Registration of March"), [idOf("file", "structures.sdf")])],
    all_record_ids: compoundIds(36, 40),
    data_table_record_mapping: { [registrationView.id]: compoundIds(36, 40) }
  }),
  activity("Registration of April", "task", "in progress", 2, {
    definition_id: definitionId("Compound registration by table"),
    assigned_user_ids: [bruno.id],
    data_table_record_mapping: { [stagingView.id]: [] },
    registration_staging_record_view_id: stagingView.id
  })
])

const definition = (
  title: string,
  type: ActivityDefinition["activity_type"],
  options: Partial<ActivityDefinition> = {}
): ActivityDefinition =>
  ActivityDefinition.make({
    id: definitionId(title),
    title,
    workspace_id,
    status: "to do",
    priority: "none",
    program_ids: [egfr.id],
    naming_convention: { separator: " ", identifier: "incrementing_number", propagate_to_children: false },
    activity_type: type,
    ...options
  })

const placementId = (name: string): string => idOf("content layout", name)

/** A place in the layout of a definition, by the name of the definition and of the place. */
const placement = (
  name: string,
  position_index: number,
  item: Omit<ContentLayoutItem, "id" | "position_index">
): ContentLayoutItem => ({ id: placementId(name), position_index, ...item })

const definitions = [
  definition("IC50 assay", "experiment", {
    label_ids: [inVitro.id],
    assigned_user_ids: [chiyo.id],
    duration: 2,
    external_id: "ASSAY-1",
    properties: [property(cellLine, "task_definition", definitionId("IC50 assay"), "A431")],
    content_layout: [
      placement("IC50 assay/notes", 0, {
        component_type: "note_section",
        note_section_id: idOf("note section", "IC50 assay")
      }),
      placement("IC50 assay/results", 1, { component_type: "result_table", record_view_id: resultsTemplate.id })
    ]
  }),
  definition("Solubility assay", "experiment", { label_ids: [inVitro.id], external_id: "ASSAY-2" }),
  definition("Design cycle", "cycle", { status: "in design" }),
  definition("Plate preparation", "task", {
    content_layout: [
      placement("Plate preparation/map", 0, {
        component_type: "platemap",
        platemap_id: idOf("platemap", "Plate preparation")
      }),
      placement("Plate preparation/plates", 1, { component_type: "result_table", record_view_id: platesTemplate.id })
    ]
  }),
  definition("Compound registration", "task", {
    properties: [property(uploadedFile, "task_definition", definitionId("Compound registration"), null)],
    registration_property_field_id: uploadedFile.id,
    registration_record_view_id: registrationView.id,
    registration_content_layout_id: placementId("Compound registration/to register"),
    content_layout: [
      placement("Compound registration/to register", 0, {
        component_type: "result_table",
        record_view_id: registrationView.id
      })
    ]
  }),
  definition("Compound registration by table", "task", {
    registration_result_record_view_id: compoundsView.id,
    registration_staging_template_view_id: stagingTemplate.id
  })
]

/** One value of a record. Values of key fields have no date. */
type Row = readonly [of: EntityField, content: unknown, createdAt?: string, operationId?: string]

const valueOf = (name: string, [of, content, created_at, operation_id]: Row): RecordValue =>
  created_at === undefined
    ? { id: idOf("key value", `${name}/${of.field_name}`), content }
    : {
        id: idOf("value", `${name}/${of.field_name}/${operation_id ?? ""}`),
        content,
        created_at,
        operation_id: operation_id ?? null,
        record_id: recordId(name),
        record_view_id: operation_id !== undefined && of === ic50 ? resultsView.id : null,
        created_by: operation_id === undefined ? bruno.id : chiyo.id
      }

const record = (
  name: string,
  type: EntityType,
  days: number,
  rows: Items<Row>,
  sub_record_ids: Items<string> = []
): Record => {
  const record_values: { [fieldId: string]: Items<RecordValue> } = {}
  for (const row of rows) {
    record_values[row[0].id] = [...(record_values[row[0].id] ?? []), valueOf(name, row)]
  }
  return Record.make({
    id: recordId(name),
    created_at: daysAgo(days, name),
    entity_slice_id: type.id,
    identifier_ids: rows.filter(([of]) => of.is_key).map((row) => valueOf(name, row).id),
    record_identifier: name,
    workspace_id,
    record_values,
    sub_record_ids,
    operation_records_created_at: Object.fromEntries(
      activities
        .filter((one) => one.all_record_ids.includes(recordId(name)))
        .map((one) => [one.id, preciseDaysAgo(40, `${name}/${one.title}`)])
    )
  })
}

const assayResult = (compound: string, run: number): number => {
  const potency = fractionOf(`potency/${compound}`)
  const noise = 0.8 + 0.4 * fractionOf(`noise/${compound}/${run}`)
  return Math.round(10 ** (0.6 + 3 * potency) * noise * 10) / 10
}

/** Two results of EK-0001 within the same millisecond: only the microseconds show which one is newer. */
const measuredAt = (compound: string, run: number, days: number): string =>
  compound === "EK-0001" && run !== 1
    ? `2026-02-19T14:03:11.852${run === 0 ? "115" : "999"}+00:00`
    : preciseDaysAgo(days, `${compound}/${run}`)

/** The results of a compound. The third run stores numbers, and the last one has not been done yet. */
const resultsOf = (compound: string, index: number): Items<Row> =>
  runs.slice(0, 3).flatMap(({ days, first, last, title }, run) => {
    const result = assayResult(compound, run)
    return when<Row>(index >= first && index < last, [
      ic50,
      run === 2 ? result : String(result),
      measuredAt(compound, run, days),
      activityId(title)
    ])
  })

const compoundRecords = compounds.map((compound, index) => {
  const { name } = compound
  const days = 300 - index * 5
  const at = (daysBefore: number) => preciseDaysAgo(daysBefore, name)
  const dissolved = index % 4 === 3 ? "<1" : index % 4 === 0 ? ">200" : String(Math.round(fractionOf(name) * 180))
  return record(
    name,
    compoundType,
    days,
    [
      [smiles, compound.smiles, at(days)],
      [compoundId, name],
      [molecularWeight, compound.molecularWeight, at(days - 1)],
      [series, compound.series, at(days - 1)],
      [registeredOn, daysAgo(days, name).slice(0, 10), at(days - 1)],
      ...when<Row>(index % 2 === 0, [tags, index % 4 === 0 ? ["hit", "lead"] : ["hit"], at(100)]),
      ...when<Row>(index % 5 === 0, [isSelective, index % 10 === 0, at(90)]),
      ...resultsOf(name, index),
      ...when<Row>(index < 10, [solubility, dissolved, at(18), activityId("Kinetic solubility, plate 1")])
    ],
    batches.filter((batch) => batch.compound === name).map((batch) => recordId(batch.name))
  )
})

const certificateOf = (batch: string): string => `certificate of ${batch}.txt`

const batchRecords = batches.map(({ batch, compound, name }, index) =>
  record(name, batchType, 120 - index, [
    [compoundId, compound],
    [batchKey, batch],
    [purity, (95 + 5 * fractionOf(`purity/${name}`)).toFixed(1), preciseDaysAgo(119 - index, name)],
    [amount, String(Math.round(5 + 45 * fractionOf(`amount/${name}`))), preciseDaysAgo(118 - index, name)],
    ...when<Row>(index < 3, [certificate, [idOf("file", certificateOf(name))], preciseDaysAgo(117, name)])
  ])
)

const plateRecords = plates.map((name, index) =>
  record(name, plateType, 80 - index, [
    [plateId, name],
    [wells, 384, preciseDaysAgo(79, name)]
  ])
)

const decisions: Dashboard = {
  id: idOf("dashboard", "Candidate selection"),
  dashboard_name: "Candidate selection",
  dashboard_type: "decision",
  dashboard_description: "What is needed to nominate a candidate",
  record_ids: shortlist.record_ids.slice(0, 2),
  record_set_ids: [shortlist.id]
}
const overview: Dashboard = {
  id: idOf("dashboard", "Assay overview"),
  dashboard_name: "Assay overview",
  dashboard_type: "data",
  dashboard_description: "",
  record_ids: [],
  record_set_ids: []
}

const category = (
  of: Dashboard,
  category_name: string,
  definitionTitle: string,
  label_ids: Items<Items<string>>,
  fields: Items<EntityField>
): DashboardCategory => ({
  id: idOf("dashboard category", `${of.dashboard_name}/${category_name}`),
  dashboard_id: of.id,
  category_name,
  operation_definition_ids: [definitionId(definitionTitle)],
  label_ids,
  field_ids: idsOf(fields)
})

const event = (
  type: string,
  resource_type: string,
  resource_id: string,
  user: Member,
  days: number,
  event_attrs: Event["event_attrs"]
): Event =>
  Event.make({
    id: idOf("event", `${type}/${resource_id}`),
    event_type: type,
    event_type_version: 1,
    event_attrs,
    event_user_id: user.id,
    created_at: preciseDaysAgo(days, `${type}/${resource_id}`),
    resource_id,
    resource_type,
    workspace_id,
    request_id: idOf("request", `${type}/${resource_id}`),
    session_id: idOf("session", user.email)
  })

const events = [
  event("program_created", "program", egfr.id, ada, 420, { title: egfr.title }),
  event("program_created", "program", backup.id, ada, 180, { title: backup.title }),
  event("program_created", "program", platform.id, ada, 400, { title: platform.title }),
  ...activities.map(({ id, title }) =>
    event("activity_created", "task", id, bruno, Math.max(5, 90 - title.length), { title })
  ),
  ...runs.slice(0, 3).map(({ days, status, title }) =>
    event("activity_updated", "task", activityId(title), chiyo, Math.max(1, days - 2), {
      status: { from: "to do", to: status }
    })
  )
]

const comment = (text: string, title: string, user: Member, days: number): Comment =>
  Comment.make({
    id: idOf("comment", text),
    workspace_id,
    created_by: user.id,
    content: richText(text),
    resource_type: "task",
    resource_id: activityId(title),
    created_at: preciseDaysAgo(days, text),
    updated_at: preciseDaysAgo(days, text)
  })

const completedImport = (name: string, days: number, options: Partial<Import>): Import =>
  Import.make({
    id: idOf("import", name),
    import_status: "complete",
    is_complete: true,
    created_at: daysAgo(days, `import ${name}`),
    started_at: daysAgo(days, `import ${name}`),
    completed_at: daysAgo(days, `import ${name}`),
    ...options
  })

const imports = [
  completedImport("compounds", 300, {
    entity_slice_id: compoundType.id,
    import_result: {
      records_created: 40,
      records_skipped: 0,
      records_updated: 0,
      fields_added: 2,
      validation_result: { total_processed: 40, successful: 40, failed: 0, errors: [] }
    }
  }),
  completedImport("results", 60, {
    operation_id: activityId("EGFR IC50, run 1"),
    entity_slice_id: compoundType.id,
    import_result: {
      records_created: 0,
      records_skipped: 1,
      records_updated: 16,
      fields_added: 0,
      validation_result: {
        total_processed: 17,
        successful: 16,
        failed: 1,
        errors: [
          RowError.make({
            field_id: ic50.id,
            field_name: ic50.field_name,
            value: "n.d.",
            conflict_type: "invalid_value",
            incoming_record_identifier: "EK-0017"
          })
        ]
      }
    }
  }),
  completedImport("broken", 250, {
    import_status: "failed",
    error_message: "The key fields of the import could not be found"
  })
]

const file = (file_name: string, content_type: string, activity_id: string | null, text: string): StoredFile => ({
  id: idOf("file", file_name),
  file_name,
  content_type,
  activity_id,
  bytes: new TextEncoder().encode(text)
})

const files = [
  file(
    "structures.sdf",
    "chemical/x-mdl-sdfile",
    activityId("Registration of March"),
    "methanol\n  sample\n\n  2  1  0  0  0  0            999 V2000\n    0.0000    0.0000    0.0000 C   0  0\n    1.4000    0.0000    0.0000 O   0  0\n  1  2  1  0\nM  END\n$$$$\n"
  ),
  file("plate map.csv", "text/csv", activityId("EGFR IC50, run 3"), "well,compound\nA1,EK-0001\nA2,EK-0002\n"),
  file("protocol.txt", "text/plain", null, "Incubate for 60 minutes at room temperature.\n"),
  ...batches
    .slice(0, 3)
    .map(({ name }) =>
      file(certificateOf(name), "text/plain", null, `Certificate of analysis\n${name}\nIdentity: conforms\n`)
    )
]

const registration: RegistrationFile = {
  id: idOf("registration file", "structures.sdf"),
  workspace_id,
  operation_id: activityId("Registration of March"),
  file_id: idOf("file", "structures.sdf"),
  status: "pending",
  message: null,
  created_by: bruno.id,
  last_updated_by: bruno.id,
  created_at: daysAgo(1, "registration"),
  updated_at: daysAgo(1, "registration"),
  record_errors: []
}

/** A small drug-discovery programme. */
export const demo: Workspace = {
  now,
  workspace: { id: workspace_id, workspace_name: "Northlight Therapeutics" },
  api_user_id: apiUser.id,
  members: [ada, bruno, chiyo, dario, esme, felix, apiUser],
  groups,
  programs: [egfr, backup, platform],
  activity_labels: [urgent, outsourced, inVitro],
  property_fields: [cellLine, protocol, instrument, uploadedFile],
  entity_types: [compoundType, batchType, plateType, draftType],
  entity_fields: [
    ...[compoundId, batchKey, plateId, smiles, molecularWeight, ic50, solubility, series, tags, registeredOn],
    ...[isSelective, notes, purity, amount, wells, certificate, draftId, supplier]
  ],
  records: [...compoundRecords, ...batchRecords, ...plateRecords],
  record_sets: [shortlist],
  record_program_ids: {},
  record_views: [
    ...[compoundsView, resultsView, batchesView, registrationView],
    ...[resultsTemplate, platesTemplate, stagingTemplate, stagingView]
  ],
  activities,
  activity_definitions: definitions,
  comments: [
    comment("The curve of EK-0004 does not reach a plateau.", "EGFR IC50, run 3", chiyo, 8),
    comment("Agreed, please repeat it with a higher top concentration.", "EGFR IC50, run 3", ada, 7)
  ],
  events,
  dashboards: [decisions, overview],
  dashboard_categories: [
    category(decisions, "Potency", "IC50 assay", [[inVitro.id]], [ic50]),
    category(decisions, "Developability", "Solubility assay", [], [solubility, molecularWeight]),
    category(overview, "Runs", "IC50 assay", [[inVitro.id], [urgent.id, outsourced.id]], [ic50])
  ],
  imports,
  pending_imports: [],
  files,
  registration_files: [registration],
  draft_imports: [],
  registration_drafts: [],
  registration_submissions: []
}

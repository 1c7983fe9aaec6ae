import type { Workspace } from "../../Workspace.js"
import type { Activity, Comment } from "../activities/model.js"
import type { ActivityDefinition } from "../activityDefinitions/model.js"
import type { Dashboard, DashboardCategory } from "../dashboards/model.js"
import { type EntityField, type EntityType, type FieldType, newField } from "../entities/model.js"
import type { StoredFile } from "../files/model.js"
import type { Import } from "../imports/model.js"
import type { Program } from "../programs/model.js"
import type { Property, PropertyField } from "../properties/model.js"
import type { Record, RecordSet, RecordValue } from "../records/model.js"
import { newView, type RecordView } from "../recordViews/model.js"
import type { RegistrationFile } from "../registration/model.js"
import type { Event, Group, Label, Member } from "../workspace/model.js"
import { compounds } from "./compounds.js"
import { daysAgo, fractionOf, idOf, now, preciseDaysAgo } from "./determinism.js"

const workspaceId = idOf("workspace", "Northlight Therapeutics")

const member = (name: string, preferred: string, access: Member["access_level"]): Member => ({
  id: idOf("member", name),
  full_name: name,
  preferred_name: preferred,
  email: `${preferred.toLowerCase().replaceAll(" ", ".")}@northlight.example`,
  access_level: access
})

const ada = member("Ada Okafor", "Ada", "admin")
const bruno = member("Bruno Lindqvist", "Bruno", "team-member")
const chiyo = member("Chiyo Tanaka", "Chiyo", "team-member")
const dario = member("Dario Conti", "Dario", "guest")
const esme = member("Esme Hartley", "Esme", "viewer")
const felix = member("Felix Moreau", "Felix", "deactivated")
const apiUser = member("Integration", "Integration", "team-member")
const members = [ada, bruno, chiyo, dario, esme, felix, apiUser]

const program = (title: string, days: number): Program => ({
  id: idOf("program", title),
  title,
  created_at: daysAgo(days, title),
  created_by: ada.id,
  workspace_id: workspaceId
})

const egfr = program("EGFR inhibitors", 420)
const backup = program("Backup series", 180)
const platform = program("Assay platform", 400)

const group = (name: string, users: ReadonlyArray<Member>, programs: ReadonlyArray<Program>): Group => ({
  id: idOf("group", name),
  group_name: name,
  user_ids: users.map(({ id }) => id),
  program_ids: programs.map(({ id }) => id),
  email: `${name.toLowerCase()}@northlight.example`
})

const groups = [group("Chemistry", [ada, bruno], [egfr, backup]), group("Biology", [chiyo, dario], [egfr, platform])]

const label = (name: string): Label => ({ id: idOf("label", name), label_name: name })

const urgent = label("urgent")
const outsourced = label("outsourced")
const inVitro = label("in vitro")

const field = (name: string, type: FieldType, options: Partial<EntityField> = {}): EntityField => {
  const isKey = options.is_key === true
  return {
    ...newField(idOf(isKey ? "key field" : "data field", name), isKey),
    field_name: name,
    field_type: type,
    created_at: daysAgo(410, name),
    created_by: ada.id,
    identifier_type_id: isKey ? idOf("identifier type", name) : null,
    serial_key: String(1_000_000 + Math.floor(fractionOf(`serial/${name}`) * 9_999)),
    updated_at: daysAgo(300, name),
    workspace_id: workspaceId,
    ...options
  }
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
const fields = [
  compoundId,
  batchKey,
  plateId,
  smiles,
  molecularWeight,
  ic50,
  solubility,
  series,
  tags,
  registeredOn,
  isSelective,
  notes,
  purity,
  amount,
  wells,
  certificate
]

const entityType = (name: string, keys: ReadonlyArray<EntityField>): EntityType => ({
  id: idOf("entity type", name),
  created_by: ada.id,
  last_updated_by: ada.id,
  import_id: null,
  key_field_ids: keys.map(({ id }) => id),
  slice_name: name,
  workspace_id: workspaceId,
  created_at: daysAgo(410, name),
  updated_at: daysAgo(410, name),
  is_primary: keys.length === 1,
  is_archived: false,
  source_id: null,
  is_deleted: false
})

const compoundType = entityType("Compound", [compoundId])
const batchType = entityType("Batch", [compoundId, batchKey])
const plateType = entityType("Plate", [plateId])

const propertyField = (name: string, description: string, type: string, required = false): PropertyField => ({
  id: idOf("property field", name),
  workspace_id: workspaceId,
  created_by: ada.id,
  property_name: name,
  property_description: description,
  field_type: type,
  is_required: required,
  connection_id: null,
  attrs: {},
  is_archived: false,
  last_updated_by: ada.id
})

const cellLine = propertyField("Cell line", "Which cells the assay was run in", "text", true)
const protocol = propertyField("Protocol", "Where the protocol is described", "URL")
const instrument = propertyField("Instrument", "", "select")
const uploadedFile = propertyField("Uploaded file", "Structures to register", "file")

const property = (of: PropertyField, resourceType: string, resourceId: string, content: unknown): Property => ({
  id: idOf("property", `${of.property_name}/${resourceId}`),
  property_field_id: of.id,
  content,
  created_at: daysAgo(60, `${of.property_name}/${resourceId}`),
  last_updated_by: bruno.id,
  created_by: bruno.id,
  property_name: of.property_name,
  field_type: of.field_type,
  resource_type: resourceType,
  resource_id: resourceId
})

const richText = (text: string) => ({
  type: "doc",
  content: [{ type: "paragraph", content: [{ type: "text", text }] }]
})

const compoundRecordId = (name: string): string => idOf("record", name)
const batchName = (compound: string, batch: number): string => `${compound} B-${String(batch).padStart(3, "0")}`
const batches = compounds
  .slice(0, 12)
  .flatMap(({ name }, index) =>
    Array.from({ length: index % 3 === 0 ? 2 : 1 }, (_, batch) => ({ compound: name, batch: batch + 1 }))
  )
const plates = ["P-0001", "P-0002", "P-0003", "P-0004"]

const view = (
  name: string,
  type: EntityType,
  columns: ReadonlyArray<EntityField>,
  options: Partial<RecordView> = {}
): RecordView => ({
  ...newView(type.id, workspaceId),
  id: idOf("record view", name),
  view_name: name,
  program_ids: [egfr.id],
  view_fields: columns.map((column) => ({
    id: idOf("view field", `${name}/${column.field_name}`),
    data_field_id: column.id,
    lookup_field_id: null,
    plot_field_id: null
  })),
  sort_order: "alphabetical",
  view_mode: "table",
  created_by: bruno.id,
  last_updated_by: bruno.id,
  created_at: daysAgo(200, name),
  updated_at: daysAgo(30, name),
  ...options
})

const runs = [
  { title: "EGFR IC50, run 1", days: 60, status: "complete", first: 0, last: 16 },
  { title: "EGFR IC50, run 2", days: 32, status: "complete", first: 8, last: 28 },
  { title: "EGFR IC50, run 3", days: 11, status: "in progress", first: 0, last: 12 },
  { title: "EGFR IC50, run 4", days: 3, status: "to do", first: 28, last: 40 }
] as const

const activityId = (title: string): string => idOf("activity", title)
const assayDefinitionId = idOf("definition", "IC50 assay")
const registrationDefinitionId = idOf("definition", "Compound registration")

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
  operation_definition_ids: [registrationDefinitionId]
})
const resultsTemplate = view("IC50 results of a run", compoundType, [ic50, notes], {
  is_template: true,
  template_name: "IC50 results",
  operation_definition_ids: [assayDefinitionId],
  program_ids: []
})
const platesTemplate = view("Plates of a run", plateType, [wells, notes], {
  is_template: true,
  template_name: "Plates",
  operation_definition_ids: [idOf("definition", "Plate preparation")],
  program_ids: []
})
const recordViews = [compoundsView, resultsView, batchesView, registrationView, resultsTemplate, platesTemplate]

const shortlist: RecordSet = {
  id: idOf("record set", "Shortlist"),
  set_name: "Shortlist",
  record_ids: ["EK-0002", "EK-0003", "EK-0012", "EK-0032"].map(compoundRecordId)
}

const compoundNames = (first: number, last: number): ReadonlyArray<string> =>
  compounds.slice(first, last).map(({ name }) => name)

const activity = (
  title: string,
  type: Activity["activity_type"],
  status: Activity["status"],
  days: number,
  options: Partial<Activity> & { readonly key?: string } = {}
): Activity => {
  const { key, ...rest } = options
  const name = key ?? title
  return {
    id: activityId(name),
    definition_id: null,
    parent_id: null,
    child_ids: [],
    created_by: bruno.id,
    program_ids: [egfr.id],
    document_ids: [],
    activity_type: type,
    title,
    description: null,
    status,
    priority: "none",
    assigned_user_ids: [],
    assigned_group_ids: [],
    due_date: null,
    start_date: daysAgo(days, name).slice(0, 10),
    duration: null,
    aggregate_scheduling: false,
    completed_at_date: status === "complete" || status === "done" ? daysAgo(days - 2, name) : null,
    dependencies: [],
    label_ids: [],
    reviewer_ids: [],
    subscriber_ids: [],
    review_requested_at: null,
    created_at: daysAgo(days + 5, name),
    workspace_id: workspaceId,
    is_draft: false,
    properties: [],
    external_id: null,
    last_activity_at: daysAgo(Math.max(0, days - 2), name),
    bulk_sync_id: null,
    all_record_ids: [],
    data_table_record_mapping: {},
    data_table_draft_record_ids: [],
    registration_staging_record_view_id: null,
    source_container_ids: [],
    note_section_ids: [],
    ...rest
  }
}

const projectTitle = "EGFR lead optimisation"

const assays = runs.map((run, index) =>
  activity(run.title, "experiment", run.status, run.days, {
    definition_id: assayDefinitionId,
    parent_id: activityId("Lead optimisation"),
    description: richText("Dose response of EGFR inhibition, ten concentrations in duplicate."),
    assigned_user_ids: [chiyo.id],
    subscriber_ids: [ada.id, chiyo.id],
    label_ids: index === 2 ? [inVitro.id, urgent.id] : [inVitro.id],
    duration: 2,
    priority: index === 2 ? "high" : "medium",
    external_id: `ELN-${1040 + index}`,
    dependencies: runs.slice(Math.max(0, index - 1), index).map(({ title }) => activityId(title)),
    properties: [
      property(cellLine, "task", activityId(run.title), "A431"),
      property(protocol, "task", activityId(run.title), ["https://northlight.example/protocols/egfr-ic50"])
    ],
    all_record_ids: compoundNames(run.first, run.last).map(compoundRecordId),
    data_table_record_mapping: { [resultsView.id]: compoundNames(run.first, run.last).map(compoundRecordId) }
  })
)

const withChildren = (activities: ReadonlyArray<Activity>): ReadonlyArray<Activity> =>
  activities.map((parent) => ({
    ...parent,
    child_ids: activities.filter((child) => child.parent_id === parent.id).map((child) => child.id)
  }))

const activities = withChildren([
  activity(projectTitle, "project", "in progress", 400, {
    assigned_user_ids: [ada.id],
    assigned_group_ids: groups.map(({ id }) => id),
    due_date: "2026-09-30T17:00:00.000Z",
    priority: "high"
  }),
  activity("Hit to lead", "stage", "complete", 390, { parent_id: activityId(projectTitle) }),
  activity("Lead optimisation", "stage", "in progress", 120, {
    parent_id: activityId(projectTitle),
    dependencies: [activityId("Hit to lead")]
  }),
  activity("Candidate nomination", "milestone", "to do", 1, {
    parent_id: activityId(projectTitle),
    due_date: "2026-08-31T17:00:00.000Z"
  }),
  ...assays,
  activity("Kinetic solubility, plate 1", "experiment", "in progress", 20, {
    definition_id: idOf("definition", "Solubility assay"),
    parent_id: activityId("Lead optimisation"),
    assigned_user_ids: [dario.id],
    label_ids: [inVitro.id, outsourced.id],
    external_id: "ELN-1051",
    properties: [property(instrument, "task", activityId("Kinetic solubility, plate 1"), "Nephelometer 2")],
    all_record_ids: [...compoundNames(0, 10).map(compoundRecordId), compoundRecordId("P-0001")]
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
    definition_id: idOf("definition", "Design cycle"),
    assigned_user_ids: [bruno.id],
    all_record_ids: compoundNames(28, 36).map(compoundRecordId)
  }),
  activity("Design cycle 8", "cycle", "in design", 6, {
    definition_id: idOf("definition", "Design cycle"),
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
    definition_id: registrationDefinitionId,
    program_ids: [egfr.id, backup.id],
    assigned_user_ids: [bruno.id],
    properties: [property(uploadedFile, "task", activityId("Registration of March"), [idOf("file", "structures.sdf")])],
    all_record_ids: compoundNames(36, 40).map(compoundRecordId),
    data_table_record_mapping: { [registrationView.id]: compoundNames(36, 40).map(compoundRecordId) }
  })
])

const definition = (
  title: string,
  type: ActivityDefinition["activity_type"],
  options: Partial<ActivityDefinition> = {}
): ActivityDefinition => ({
  id: idOf("definition", title),
  title,
  description: null,
  is_archived: false,
  workspace_id: workspaceId,
  status: "to do",
  priority: "none",
  program_ids: [egfr.id],
  assigned_user_ids: [],
  assigned_group_ids: [],
  label_ids: [],
  duration: null,
  aggregate_scheduling: false,
  naming_convention: { separator: " ", identifier: "incrementing_number", propagate_to_children: false },
  activity_type: type,
  sub_definitions: [],
  dependent_on_definition_id: null,
  is_draft: false,
  properties: [],
  fixed_cost: null,
  variable_cost: null,
  note_section_ids: [],
  data_schema: null,
  enforce_slice_id: null,
  incrementing_field_ids: [],
  external_id: null,
  registration_property_field_id: null,
  registration_record_view_id: null,
  registration_content_layout_id: null,
  registration_status_field_id: null,
  registration_result_record_view_id: null,
  registration_result_content_layout_id: null,
  registration_staging_template_view_id: null,
  view_ids_to_add_to_when_record_attached: [],
  queue_content_layout_ids: [],
  content_layout: [],
  ...options
})

const definitions = [
  definition("IC50 assay", "experiment", {
    label_ids: [inVitro.id],
    assigned_user_ids: [chiyo.id],
    duration: 2,
    external_id: "ASSAY-1",
    properties: [property(cellLine, "task_definition", assayDefinitionId, "A431")],
    content_layout: [
      {
        id: idOf("content layout", "IC50 assay/notes"),
        component_type: "note_section",
        position_index: 0,
        note_section_id: idOf("note section", "IC50 assay")
      },
      {
        id: idOf("content layout", "IC50 assay/results"),
        component_type: "result_table",
        position_index: 1,
        record_view_id: resultsTemplate.id
      }
    ]
  }),
  definition("Solubility assay", "experiment", { label_ids: [inVitro.id], external_id: "ASSAY-2" }),
  definition("Design cycle", "cycle", { status: "in design" }),
  definition("Plate preparation", "task", {
    content_layout: [
      {
        id: idOf("content layout", "Plate preparation/map"),
        component_type: "platemap",
        position_index: 0,
        platemap_id: idOf("platemap", "Plate preparation")
      },
      {
        id: idOf("content layout", "Plate preparation/plates"),
        component_type: "result_table",
        position_index: 1,
        record_view_id: platesTemplate.id
      }
    ]
  }),
  definition("Compound registration", "task", {
    properties: [property(uploadedFile, "task_definition", registrationDefinitionId, null)],
    registration_property_field_id: uploadedFile.id,
    registration_record_view_id: registrationView.id,
    registration_content_layout_id: idOf("content layout", "Compound registration/to register"),
    content_layout: [
      {
        id: idOf("content layout", "Compound registration/to register"),
        component_type: "result_table",
        position_index: 0,
        record_view_id: registrationView.id
      }
    ]
  })
]

const key = (of: EntityField, record: string, content: string): readonly [EntityField, RecordValue] => [
  of,
  { id: idOf("key value", `${record}/${of.field_name}`), content }
]

const value = (
  of: EntityField,
  record: string,
  content: unknown,
  createdAt: string,
  operationId: string | null = null
): readonly [EntityField, RecordValue] => [
  of,
  {
    id: idOf("value", `${record}/${of.field_name}/${operationId ?? ""}`),
    content,
    created_at: createdAt,
    operation_id: operationId,
    record_id: compoundRecordId(record),
    record_view_id: operationId === null ? null : of === ic50 ? resultsView.id : null,
    created_by: operationId === null ? bruno.id : chiyo.id
  }
]

const record = (
  name: string,
  type: EntityType,
  days: number,
  values: ReadonlyArray<readonly [EntityField, RecordValue]>,
  options: Partial<Record> = {}
): Record => {
  const recordValues: { [fieldId: string]: ReadonlyArray<RecordValue> } = {}
  for (const [of, item] of values) {
    recordValues[of.id] = [...(recordValues[of.id] ?? []), item]
  }
  return {
    id: compoundRecordId(name),
    created_at: daysAgo(days, name),
    entity_slice_id: type.id,
    identifier_ids: values.filter(([of]) => of.is_key).map(([, item]) => item.id),
    record_identifier: name,
    initial_operation_id: null,
    workspace_id: workspaceId,
    record_values: recordValues,
    sub_record_ids: [],
    excluded_operation_ids: [],
    operation_records_created_at: Object.fromEntries(
      activities
        .filter((one) => one.all_record_ids.includes(compoundRecordId(name)))
        .map((one) => [one.id, preciseDaysAgo(40, `${name}/${one.title}`)])
    ),
    ...options
  }
}

const assayResult = (compound: string, run: number): number => {
  const potency = fractionOf(`potency/${compound}`)
  const noise = 0.8 + 0.4 * fractionOf(`noise/${compound}/${run}`)
  return Math.round(10 ** (0.6 + 3 * potency) * noise * 10) / 10
}

/** The runs with results. The last run has not been done yet. */
const measured = runs.slice(0, 3)

/** Two results of EK-0001 within the same millisecond: only the microseconds show which one is newer. */
const measuredAt = (compound: string, run: number): string =>
  compound === "EK-0001" && run !== 1
    ? `2026-02-19T14:03:11.852${run === 0 ? "115" : "999"}+00:00`
    : preciseDaysAgo(measured[run]?.days ?? 0, `${compound}/${run}`)

const compoundRecords = compounds.map((compound, index) =>
  record(
    compound.name,
    compoundType,
    300 - index * 5,
    [
      value(smiles, compound.name, compound.smiles, preciseDaysAgo(300 - index * 5, compound.name)),
      key(compoundId, compound.name, compound.name),
      value(molecularWeight, compound.name, compound.molecularWeight, preciseDaysAgo(299 - index * 5, compound.name)),
      value(series, compound.name, compound.series, preciseDaysAgo(299 - index * 5, compound.name)),
      value(
        registeredOn,
        compound.name,
        daysAgo(300 - index * 5, compound.name).slice(0, 10),
        preciseDaysAgo(299 - index * 5, compound.name)
      ),
      ...(index % 2 === 0
        ? [value(tags, compound.name, index % 4 === 0 ? ["hit", "lead"] : ["hit"], preciseDaysAgo(100, compound.name))]
        : []),
      ...(index % 5 === 0
        ? [value(isSelective, compound.name, index % 10 === 0, preciseDaysAgo(90, compound.name))]
        : []),
      ...measured.flatMap((run, number) =>
        index >= run.first && index < run.last
          ? [
              value(
                ic50,
                compound.name,
                number === 2 ? assayResult(compound.name, number) : String(assayResult(compound.name, number)),
                measuredAt(compound.name, number),
                activityId(run.title)
              )
            ]
          : []
      ),
      ...(index < 10
        ? [
            value(
              solubility,
              compound.name,
              index % 4 === 3 ? "<1" : index % 4 === 0 ? ">200" : String(Math.round(fractionOf(compound.name) * 180)),
              preciseDaysAgo(18, compound.name),
              activityId("Kinetic solubility, plate 1")
            )
          ]
        : [])
    ],
    {
      sub_record_ids: batches
        .filter((batch) => batch.compound === compound.name)
        .map((batch) => compoundRecordId(batchName(batch.compound, batch.batch)))
    }
  )
)

const certificateOf = (batch: string): string => `certificate of ${batch}.txt`

const batchRecords = batches.map(({ batch, compound }, index) => {
  const name = batchName(compound, batch)
  return record(name, batchType, 120 - index, [
    key(compoundId, name, compound),
    key(batchKey, name, name.slice(compound.length + 1)),
    value(purity, name, (95 + 5 * fractionOf(`purity/${name}`)).toFixed(1), preciseDaysAgo(119 - index, name)),
    value(amount, name, String(Math.round(5 + 45 * fractionOf(`amount/${name}`))), preciseDaysAgo(118 - index, name)),
    ...(index < 3 ? [value(certificate, name, [idOf("file", certificateOf(name))], preciseDaysAgo(117, name))] : [])
  ])
})

const plateRecords = plates.map((name, index) =>
  record(name, plateType, 80 - index, [key(plateId, name, name), value(wells, name, 384, preciseDaysAgo(79, name))])
)

const dashboard = (
  name: string,
  type: Dashboard["dashboard_type"],
  options: Pick<Dashboard, "dashboard_description" | "record_ids" | "record_set_ids">
): Dashboard => ({ id: idOf("dashboard", name), dashboard_name: name, dashboard_type: type, ...options })

const decisions = dashboard("Candidate selection", "decision", {
  dashboard_description: "What is needed to nominate a candidate",
  record_ids: shortlist.record_ids.slice(0, 2),
  record_set_ids: [shortlist.id]
})
const overview = dashboard("Assay overview", "data", {
  dashboard_description: "",
  record_ids: [],
  record_set_ids: []
})

const category = (
  of: Dashboard,
  name: string,
  options: Pick<DashboardCategory, "operation_definition_ids" | "label_ids" | "field_ids">
): DashboardCategory => ({
  id: idOf("dashboard category", `${of.dashboard_name}/${name}`),
  dashboard_id: of.id,
  category_name: name,
  ...options
})

const categories = [
  category(decisions, "Potency", {
    operation_definition_ids: [assayDefinitionId],
    label_ids: [[inVitro.id]],
    field_ids: [ic50.id]
  }),
  category(decisions, "Developability", {
    operation_definition_ids: [idOf("definition", "Solubility assay")],
    label_ids: [],
    field_ids: [solubility.id, molecularWeight.id]
  }),
  category(overview, "Runs", {
    operation_definition_ids: [assayDefinitionId],
    label_ids: [[inVitro.id], [urgent.id, outsourced.id]],
    field_ids: [ic50.id]
  })
]

const event = (
  type: string,
  resourceType: string,
  resourceId: string,
  user: Member,
  days: number,
  attrs: { readonly [key: string]: unknown } = {}
): Event => ({
  id: idOf("event", `${type}/${resourceId}`),
  event_type: type,
  event_type_version: 1,
  event_attrs: attrs,
  event_user_id: user.id,
  created_at: preciseDaysAgo(days, `${type}/${resourceId}`),
  resource_id: resourceId,
  resource_type: resourceType,
  parent_bulk_event_id: null,
  is_bulk: false,
  workspace_id: workspaceId,
  request_id: idOf("request", `${type}/${resourceId}`),
  session_id: idOf("session", user.email)
})

const events = [
  ...[egfr, backup, platform].map(({ id, title }, index) =>
    event("program_created", "program", id, ada, [420, 180, 400][index] ?? 0, { title })
  ),
  ...activities.map((one) =>
    event("activity_created", "task", one.id, bruno, Math.max(5, 90 - one.title.length), { title: one.title })
  ),
  ...runs.slice(0, 3).map(({ days, status, title }) =>
    event("activity_updated", "task", activityId(title), chiyo, Math.max(1, days - 2), {
      status: { from: "to do", to: status }
    })
  )
]

const comment = (text: string, title: string, user: Member, days: number): Comment => ({
  id: idOf("comment", text),
  workspace_id: workspaceId,
  created_by: user.id,
  content: richText(text),
  parent_comment_id: null,
  mentioned_user_ids: [],
  resource_type: "task",
  resource_id: activityId(title),
  created_at: preciseDaysAgo(days, text),
  updated_at: preciseDaysAgo(days, text)
})

const comments = [
  comment("The curve of EK-0004 does not reach a plateau.", "EGFR IC50, run 3", chiyo, 8),
  comment("Agreed, please repeat it with a higher top concentration.", "EGFR IC50, run 3", ada, 7)
]

const imports: ReadonlyArray<Import> = [
  {
    id: idOf("import", "compounds"),
    import_status: "complete",
    is_complete: true,
    created_at: daysAgo(300, "import compounds"),
    started_at: daysAgo(300, "import compounds"),
    completed_at: daysAgo(300, "import compounds"),
    error_message: null,
    operation_id: null,
    entity_slice_id: compoundType.id,
    source_id: null,
    import_result: {
      records_created: 40,
      records_skipped: 0,
      records_updated: 0,
      fields_added: 2,
      validation_result: { total_processed: 40, successful: 40, failed: 0, errors: [] }
    }
  },
  {
    id: idOf("import", "results"),
    import_status: "complete",
    is_complete: true,
    created_at: daysAgo(60, "import results"),
    started_at: daysAgo(60, "import results"),
    completed_at: daysAgo(60, "import results"),
    error_message: null,
    operation_id: activityId("EGFR IC50, run 1"),
    entity_slice_id: compoundType.id,
    source_id: null,
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
          {
            field_id: ic50.id,
            field_name: ic50.field_name,
            value: "n.d.",
            conflict_type: "invalid_value",
            incoming_record_identifier: "EK-0017",
            conflicting_record_id: null,
            conflicting_record_identifier: null,
            conflicting_value: null,
            constraint_fields: []
          }
        ]
      }
    }
  },
  {
    id: idOf("import", "broken"),
    import_status: "failed",
    is_complete: true,
    created_at: daysAgo(250, "import broken"),
    started_at: daysAgo(250, "import broken"),
    completed_at: daysAgo(250, "import broken"),
    error_message: "The key fields of the import could not be found",
    operation_id: null,
    entity_slice_id: null,
    source_id: null,
    import_result: null
  }
]

const encoder = new TextEncoder()

const file = (name: string, contentType: string, activity: string | null, text: string): StoredFile => ({
  id: idOf("file", name),
  file_name: name,
  content_type: contentType,
  activity_id: activity === null ? null : activityId(activity),
  bytes: encoder.encode(text)
})

const files = [
  file(
    "structures.sdf",
    "chemical/x-mdl-sdfile",
    "Registration of March",
    "methanol\n  sample\n\n  2  1  0  0  0  0            999 V2000\n    0.0000    0.0000    0.0000 C   0  0\n    1.4000    0.0000    0.0000 O   0  0\n  1  2  1  0\nM  END\n$$$$\n"
  ),
  file("plate map.csv", "text/csv", "EGFR IC50, run 3", "well,compound\nA1,EK-0001\nA2,EK-0002\n"),
  file("protocol.txt", "text/plain", null, "Incubate for 60 minutes at room temperature.\n"),
  ...batches.slice(0, 3).map(({ batch, compound }) => {
    const name = batchName(compound, batch)
    return file(certificateOf(name), "text/plain", null, `Certificate of analysis\n${name}\nIdentity: conforms\n`)
  })
]

const registrationFiles: ReadonlyArray<RegistrationFile> = [
  {
    id: idOf("registration file", "structures.sdf"),
    workspace_id: workspaceId,
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
]

/** A small drug-discovery programme. */
export const demo: Workspace = {
  now,
  workspace: { id: workspaceId, workspace_name: "Northlight Therapeutics" },
  api_user_id: apiUser.id,
  members,
  groups,
  programs: [egfr, backup, platform],
  activity_labels: [urgent, outsourced, inVitro],
  property_fields: [cellLine, protocol, instrument, uploadedFile],
  entity_types: [compoundType, batchType, plateType],
  entity_fields: fields,
  records: [...compoundRecords, ...batchRecords, ...plateRecords],
  record_sets: [shortlist],
  record_program_ids: {},
  record_views: recordViews,
  activities,
  activity_definitions: definitions,
  comments,
  events,
  dashboards: [decisions, overview],
  dashboard_categories: categories,
  imports,
  pending_imports: [],
  files,
  registration_files: registrationFiles
}

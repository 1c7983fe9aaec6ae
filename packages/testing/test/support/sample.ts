import { Workspace } from "@effect-kaleidoscope/testing"

const { demo } = Workspace

const idOf =
  <Item extends { readonly id: string }>(items: ReadonlyArray<Item>, nameOf: (item: Item) => string) =>
  (name: string): string =>
    items.find((item) => nameOf(item) === name)?.id ?? ""

/** Ids of the sample workspace, by the names of the items. */
export const fieldId = idOf(demo.entity_fields, (field) => field.field_name)
export const typeId = idOf(demo.entity_types, (type) => type.slice_name)
export const recordId = idOf(demo.records, (record) => record.record_identifier)
export const activityId = idOf(demo.activities, (activity) => activity.title)
export const definitionId = idOf(demo.activity_definitions, (definition) => definition.title)
export const viewId = idOf(demo.record_views, (view) => view.view_name)
export const labelId = idOf(demo.activity_labels, (label) => label.label_name)
export const memberId = idOf(demo.members, (member) => member.preferred_name ?? "")
export const groupId = idOf(demo.groups, (group) => group.group_name)
export const programId = idOf(demo.programs, (program) => program.title)
export const dashboardId = idOf(demo.dashboards, (dashboard) => dashboard.dashboard_name)
export const fileId = idOf(demo.files, (file) => file.file_name)
export const setId = idOf(demo.record_sets, (set) => set.set_name)

export const recordName = (id: unknown): string =>
  demo.records.find((record) => record.id === id)?.record_identifier ?? String(id)

/** An id that no item has. */
export const nobody = "00000000-0000-4000-8000-000000000000"

import { Activities, Ids } from "@effect-kaleidoscope/sdk"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { Row } from "./row.js"

const id = Ids.ActivityId.make("5d9c8a4e-0b3f-4a0c-9d3e-7f6f0c7f4b11")
const parentId = Ids.ActivityId.make("5d9c8a4e-0b3f-4a0c-9d3e-7f6f0c7f4b12")
const definitionId = Ids.ActivityDefinitionId.make("9f8d2c31-0a4b-4f3e-8c1f-6a1d0f2b3c01")
const programId = Ids.ProgramId.make("8bc96c35-22f2-4fbc-9941-3d15ff619f89")
const labelId = Ids.LabelId.make("0c7d2f2e-5b6b-4f5c-9f7f-0d5a0c9f3a11")
const otherLabelId = Ids.LabelId.make("0c7d2f2e-5b6b-4f5c-9f7f-0d5a0c9f3a12")
const userId = Ids.UserId.make("9d95f7a6-79ec-4cf3-9b99-eec59149a0f5")
const otherUserId = Ids.UserId.make("9d95f7a6-79ec-4cf3-9b99-eec59149a0f6")
const groupId = Ids.GroupId.make("2b0e6c5d-1f4a-4d3b-9c8e-7a6f5e4d3c21")
const recordId = Ids.RecordId.make("b6b0d0f1-7d52-4a9a-8f3f-0e6d0c1b2a31")
const otherRecordId = Ids.RecordId.make("b6b0d0f1-7d52-4a9a-8f3f-0e6d0c1b2a32")
const viewId = Ids.RecordViewId.make("7a3a3b80-4f7a-4a8f-9a40-3c8ee9c0f001")
const draftId = Ids.RecordId.make("b6b0d0f1-7d52-4a9a-8f3f-0e6d0c1b2a33")
const stagingViewId = Ids.RecordViewId.make("7a3a3b80-4f7a-4a8f-9a40-3c8ee9c0f002")
const ic50 = Ids.EntityFieldId.make("5a0fd4cf-3b2f-4c57-9d0c-0d54cf1ad1b1")
const workspaceId = "3c1f4f5a-6f0e-4b9c-8d53-2f8c8b1c9e10"
const text = { type: "doc", content: [{ type: "paragraph", content: [{ type: "text", text: "Repeat it." }] }] }

const property = {
  id: "0abc8f56-7821-4e88-b6a4-ad0e7f8088dd",
  property_field_id: "216d526a-6698-40b0-b48a-3d15c1a4bcf9",
  content: ["kaleidoscope.bio"],
  property_name: "online resource",
  field_type: "URL",
  created_at: "2025-10-21T18:09:19.695Z",
  created_by: userId,
  last_updated_by: userId,
  resource_type: "task"
}

const wire = {
  id,
  title: "PK study",
  activity_type: "experiment",
  status: "a status that is new",
  priority: "high",
  description: text,
  parent_id: parentId,
  child_ids: [],
  definition_id: definitionId,
  program_ids: [programId],
  assigned_user_ids: [userId],
  assigned_group_ids: [groupId],
  subscriber_ids: [],
  reviewer_ids: [],
  due_date: null,
  start_date: "2025-10-21",
  duration: 2.5,
  completed_at_date: null,
  dependencies: [],
  label_ids: [labelId],
  is_draft: false,
  properties: [property],
  external_id: "ELN-7",
  all_record_ids: [recordId, otherRecordId],
  data_table_record_mapping: { [viewId]: [otherRecordId, recordId] },
  data_table_draft_record_ids: [draftId],
  registration_staging_record_view_id: stagingViewId,
  created_at: "2025-10-21T18:10:15.122168+00:00",
  created_by: userId,
  workspace_id: workspaceId,
  bulk_sync_id: null
}

const activity = {
  ...wire,
  start_date: DateTime.unsafeMake("2025-10-21"),
  created_at: DateTime.mapEpochMillis(DateTime.unsafeMake("2025-10-21T18:10:15.122Z"), (millis) => millis + 0.168),
  properties: [{ ...property, created_at: DateTime.unsafeMake("2025-10-21T18:09:19.695Z") }]
}

const model = Schema.decodeUnknownSync(Activities.Activity)(wire)

const event = {
  id: "e0000000-0000-4000-8000-000000000001",
  event_type: "activity_updated",
  event_type_version: 1,
  event_attrs: { status: { from: "to do", to: "done" } },
  event_user_id: userId,
  created_at: null,
  resource_id: id,
  resource_type: "task",
  workspace_id: workspaceId,
  parent_bulk_event_id: null,
  is_bulk: false,
  request_id: "r",
  session_id: null,
  log: ["anything"]
}

const comment = {
  id: "c0000000-0000-4000-8000-000000000001",
  workspace_id: workspaceId,
  created_by: userId,
  content: text,
  parent_comment_id: null,
  mentioned_user_ids: [otherUserId],
  resource_type: "task",
  resource_id: id,
  created_at: null,
  updated_at: null
}

const list = { "GET /activities": { status: 200, body: [wire, { id: parentId, title: "Lead optimisation" }] } }

const labels = {
  "GET /activity_labels": {
    status: 200,
    body: [
      { id: labelId, label_name: "urgent" },
      { id: otherLabelId, label_name: "in vitro" }
    ]
  }
}

const programs = { "GET /programs": { status: 200, body: [{ id: programId, title: "Apollo" }] } }

const definitions = {
  "GET /activity_definitions": {
    status: 200,
    body: [{ id: definitionId, title: "PK assay", external_id: "ASSAY-1" }]
  }
}

const members = {
  "GET /workspaces/members": {
    status: 200,
    body: [
      { id: userId, full_name: "Ada Okafor", email: "ada@northlight.example" },
      { id: otherUserId, full_name: "Bruno Lindqvist", email: "bruno@northlight.example" }
    ]
  }
}

const groups = { "GET /workspaces/groups": { status: 200, body: [{ id: groupId, group_name: "Chemistry" }] } }

const activities = <A, E>(call: (activities: Activities.Service) => Effect.Effect<A, E>) =>
  Effect.flatMap(Activities.Activities, call)

export const rows: ReadonlyArray<Row<Activities.Activities>> = [
  {
    name: "Activities.list",
    repeatable: true,
    call: activities(({ list }) => list),
    request: { method: "GET", path: "/activities", headers: { accept: "application/json" } },
    answer: { status: 200, body: [wire] },
    result: [activity]
  },
  {
    // The API has no call for one activity.
    name: "Activities.get",
    repeatable: true,
    call: activities(({ get }) => get({ external_id: "ELN-7" })),
    request: { method: "GET", path: "/activities" },
    answer: { status: 200, body: [{ id: parentId }, wire] },
    result: activity
  },
  {
    // Statuses, labels and users are lists of lists: all of them, any of their members.
    name: "Activities.search",
    repeatable: true,
    call: activities(({ search }) =>
      search({
        search_text: "PK",
        activity_types: ["experiment", "task"],
        definition_ids: [definitionId],
        record_ids: [recordId, { id: otherRecordId }],
        statuses: ["to do", "in progress"],
        label_ids: [[{ label_name: "urgent" }], [otherLabelId, labelId]],
        assigned_user_ids: [userId, otherUserId],
        created_by: { id: userId },
        parent_id: { title: "Lead optimisation" },
        limit: 500,
        completed_behavior: "hide-completed-trees"
      })
    ),
    request: {
      method: "GET",
      path: "/activities/search",
      query: [
        ["search_text", "PK"],
        ["activity_types", '["experiment","task"]'],
        ["limit", "500"],
        ["completed_behavior", "hide-completed-trees"],
        ["definition_ids", `["${definitionId}"]`],
        ["record_ids", `["${recordId}","${otherRecordId}"]`],
        ["statuses", '[["to do","in progress"]]'],
        ["label_ids", `[["${labelId}"],["${otherLabelId}","${labelId}"]]`],
        ["assigned_user_ids", `[["${userId}","${otherUserId}"]]`],
        ["created_by", userId],
        ["parent_id", parentId]
      ]
    },
    answer: { status: 200, body: [wire] },
    others: { ...list, ...labels },
    result: [activity]
  },
  {
    name: "Activities.search",
    repeatable: true,
    call: activities(({ search }) =>
      search({
        definition_ids: [{ title: "PK assay" }, { external_id: "ASSAY-1" }],
        record_ids: [{ key_values: { [ic50]: "EK-0001" } }],
        assigned_user_ids: [[{ full_name: "Ada Okafor" }], [{ email: "bruno@northlight.example" }]],
        created_by: { full_name: "Bruno Lindqvist" },
        parent_id: { external_id: "ELN-7" }
      })
    ),
    request: {
      method: "GET",
      path: "/activities/search",
      query: [
        ["definition_ids", `["${definitionId}","${definitionId}"]`],
        ["record_ids", `["${recordId}"]`],
        ["assigned_user_ids", `[["${userId}"],["${otherUserId}"]]`],
        ["created_by", otherUserId],
        ["parent_id", id]
      ]
    },
    answer: { status: 200, body: [] },
    others: {
      ...list,
      ...definitions,
      ...members,
      "GET /records/identifiers": { status: 200, body: [{ record: { id: recordId } }] }
    },
    result: []
  },
  {
    // The word null, and not its absence: those that have no parent.
    name: "Activities.search",
    repeatable: true,
    call: activities(({ search }) => search({ parent_id: null })),
    request: { method: "GET", path: "/activities/search", query: [["parent_id", "null"]] },
    answer: { status: 200, body: [] },
    result: []
  },
  {
    name: "Activities.search",
    repeatable: true,
    call: activities(({ search }) => search({})),
    request: { method: "GET", path: "/activities/search" },
    answer: { status: 200, body: [] },
    result: []
  },
  {
    // An activity that is created twice is there twice. The answer is a list with the new one.
    name: "Activities.create",
    repeatable: false,
    call: activities(({ create }) =>
      create({
        title: "PK study",
        activity_type: "experiment",
        definition_id: { title: "PK assay" },
        program_ids: [{ title: "Apollo" }],
        assigned_user_ids: [{ email: "ada@northlight.example" }],
        subscriber_ids: [{ id: otherUserId }],
        start_date: new Date("2025-10-21T00:00:00Z"),
        duration: 2.5
      })
    ),
    request: {
      method: "POST",
      path: "/activities",
      body: {
        title: "PK study",
        activity_type: "experiment",
        definition_id: definitionId,
        program_ids: [programId],
        assigned_user_ids: [userId],
        subscriber_ids: [otherUserId],
        start_date: "2025-10-21T00:00:00.000Z",
        duration: 2.5
      }
    },
    answer: { status: 201, body: [wire] },
    others: { ...programs, ...definitions, ...members },
    result: activity
  },
  {
    name: "Activities.create",
    repeatable: false,
    call: activities(({ create }) => create({ title: "Order reagents", activity_type: "task" })),
    request: {
      method: "POST",
      path: "/activities",
      body: {
        title: "Order reagents",
        activity_type: "task",
        program_ids: [],
        assigned_user_ids: [],
        subscriber_ids: []
      }
    },
    answer: { status: 200, body: [wire] },
    result: activity
  },
  {
    name: "Activities.update",
    repeatable: true,
    call: activities(({ update }) =>
      update(
        { title: "PK study" },
        {
          parent_id: { title: "Lead optimisation" },
          title: "PK study 2",
          description: text,
          status: "in progress",
          priority: "urgent",
          definition_id: { external_id: "ASSAY-1" },
          add_dependencies: [parentId],
          remove_dependencies: [{ external_id: "ELN-7" }],
          due_date: "2026-01-31",
          start_date: DateTime.mapEpochMillis(DateTime.unsafeMake("2026-01-01T08:00:00.250Z"), (at) => at + 0.125),
          duration: 3,
          aggregate_scheduling: true,
          add_label_ids: [{ label_name: "in vitro" }],
          remove_label_ids: [labelId],
          add_program_ids: [{ title: "Apollo" }],
          remove_program_ids: [],
          add_assigned_user_ids: [userId],
          remove_assigned_user_ids: [{ id: otherUserId }],
          add_assigned_group_ids: [{ group_name: "Chemistry" }],
          remove_assigned_group_ids: [{ id: groupId }],
          add_reviewer_ids: [{ full_name: "Ada Okafor" }],
          remove_reviewer_ids: [otherUserId],
          add_subscriber_ids: [userId],
          remove_subscriber_ids: [otherUserId],
          external_id: "ELN-8",
          shift_dependency_mode: "forward",
          avoid_weekends: true,
          extend_in_progress_items: false
        }
      )
    ),
    request: {
      method: "PUT",
      path: `/activities/${id}`,
      body: {
        parent_id: parentId,
        title: "PK study 2",
        description: text,
        status: "in progress",
        priority: "urgent",
        definition_id: definitionId,
        add_dependencies: [parentId],
        remove_dependencies: [id],
        due_date: "2026-01-31",
        start_date: "2026-01-01T08:00:00.250125Z",
        duration: 3,
        aggregate_scheduling: true,
        add_label_ids: [otherLabelId],
        remove_label_ids: [labelId],
        add_program_ids: [programId],
        remove_program_ids: [],
        add_assigned_user_ids: [userId],
        remove_assigned_user_ids: [otherUserId],
        add_assigned_group_ids: [groupId],
        remove_assigned_group_ids: [groupId],
        add_reviewer_ids: [userId],
        remove_reviewer_ids: [otherUserId],
        add_subscriber_ids: [userId],
        remove_subscriber_ids: [otherUserId],
        external_id: "ELN-8",
        shift_dependency_mode: "forward",
        avoid_weekends: true,
        extend_in_progress_items: false
      }
    },
    answer: { status: 200, body: wire },
    others: { ...list, ...labels, ...programs, ...definitions, ...members, ...groups },
    result: activity
  },
  {
    // What is left out stays, null clears.
    name: "Activities.update",
    repeatable: true,
    call: activities(({ update }) =>
      update(id, {
        parent_id: null,
        definition_id: null,
        due_date: null,
        start_date: null,
        duration: null,
        priority: null,
        description: null,
        external_id: null
      })
    ),
    request: {
      method: "PUT",
      path: `/activities/${id}`,
      body: {
        parent_id: null,
        definition_id: null,
        due_date: null,
        start_date: null,
        duration: null,
        priority: null,
        description: null,
        external_id: null
      }
    },
    answer: { status: 201, body: wire },
    result: activity
  },
  {
    // A comment would be there twice.
    name: "Activities.update",
    repeatable: false,
    call: activities(({ update }) => update(id, { status: "done", comment: "Repeat it." })),
    request: { method: "PUT", path: `/activities/${id}`, body: { status: "done", comment: text } },
    answer: { status: 200, body: wire },
    result: activity
  },
  {
    name: "Activities.children",
    repeatable: true,
    call: activities(({ children }) => children({ title: "Lead optimisation" })),
    request: { method: "GET", path: `/activities/${parentId}/activities` },
    answer: { status: 200, body: [wire] },
    others: list,
    result: [activity]
  },
  {
    name: "Activities.withRecord",
    repeatable: true,
    call: activities(({ withRecord }) => withRecord(recordId)),
    request: { method: "GET", path: `/records/${recordId}/operations` },
    answer: { status: 200, body: [wire] },
    result: [activity]
  },
  {
    name: "Activities.events",
    repeatable: true,
    call: activities(({ events }) => events(id)),
    request: { method: "GET", path: `/activities/${id}/events` },
    answer: { status: 200, body: [event] },
    result: [event]
  },
  {
    name: "Activities.comments",
    repeatable: true,
    call: activities(({ comments }) => comments(id)),
    request: { method: "GET", path: `/activities/${id}/comments` },
    answer: { status: 200, body: [comment] },
    result: [comment]
  },
  {
    name: "Activities.records",
    repeatable: true,
    call: activities(({ records }) => records(id)).pipe(Effect.map((found) => found.map((one) => one.id))),
    request: { method: "GET", path: `/operations/${id}/records` },
    answer: { status: 200, body: [{ id: otherRecordId }, { id: recordId }] },
    result: [otherRecordId, recordId]
  },
  {
    name: "Activities.recordData",
    repeatable: true,
    call: activities(({ recordData }) => recordData(id)).pipe(
      Effect.map((data) => data.map(({ record, values }) => [record.id, [...values]]))
    ),
    request: { method: "GET", path: `/operations/${id}/records` },
    answer: {
      status: 200,
      body: [
        {
          id: recordId,
          record_values: {
            [ic50]: [
              {
                id: "v1",
                content: "12",
                record_id: recordId,
                operation_id: id,
                created_at: "2025-10-21T18:10:15.122Z"
              },
              { id: "v2", content: "13", record_id: recordId, operation_id: parentId, created_at: "2026-01-01" }
            ]
          }
        }
      ]
    },
    result: [[recordId, [[ic50, "12"]]]]
  },
  {
    name: "Activities.recordsOnView",
    repeatable: true,
    call: activities(({ recordsOnView }) => recordsOnView(id, { view_name: "IC50 results" })).pipe(
      Effect.map((found) => found.map((one) => one.id))
    ),
    request: { method: "GET", path: "/records", query: [["record_ids", `${otherRecordId},${recordId}`]] },
    answer: { status: 200, body: [{ id: recordId }, { id: otherRecordId }] },
    others: { ...list, "GET /record_views": { status: 200, body: [{ id: viewId, view_name: "IC50 results" }] } },
    result: [otherRecordId, recordId]
  },
  {
    name: "Activities.recordViews",
    repeatable: true,
    call: activities(({ recordViews }) => recordViews({ title: "PK study" })).pipe(
      Effect.map((found) => found.map((view) => view.id))
    ),
    request: { method: "GET", path: "/record_views" },
    answer: {
      status: 200,
      body: [
        { id: "another", operation_ids: [parentId] },
        { id: viewId, operation_ids: [parentId, id] },
        { id: "everywhere", operation_ids: null },
        { id: "template", operation_ids: [id], is_template: true }
      ]
    },
    others: list,
    result: [viewId]
  },
  {
    name: "Activities.definition",
    repeatable: true,
    call: activities(({ definition }) => definition(model)).pipe(
      Effect.map((found) => Option.map(found, ({ title }) => title))
    ),
    request: { method: "GET", path: "/activity_definitions" },
    answer: { status: 200, body: [{ id: "another" }, { id: definitionId, title: "PK assay" }] },
    result: Option.some("PK assay")
  },
  {
    name: "Activities.assignedUsers",
    repeatable: true,
    call: activities(({ assignedUsers }) => assignedUsers(model)).pipe(
      Effect.map((found) => found.map(({ full_name }) => full_name))
    ),
    request: { method: "GET", path: "/workspaces/members" },
    answer: members["GET /workspaces/members"],
    result: ["Ada Okafor"]
  },
  {
    name: "Activities.assignedGroups",
    repeatable: true,
    call: activities(({ assignedGroups }) => assignedGroups(model)).pipe(
      Effect.map((found) => found.map(({ group_name }) => group_name))
    ),
    request: { method: "GET", path: "/workspaces/groups" },
    answer: groups["GET /workspaces/groups"],
    result: ["Chemistry"]
  },
  {
    name: "Activities.hasRecord",
    repeatable: true,
    call: activities(({ hasRecord }) => hasRecord(id, otherRecordId)),
    request: { method: "GET", path: "/activities" },
    answer: { status: 200, body: [wire] },
    result: true
  },
  {
    // Those that are there stay.
    name: "Activities.addRecords",
    repeatable: true,
    call: activities(({ addRecords }) => addRecords(id, [recordId, { id: otherRecordId }])),
    request: { method: "PUT", path: `/operations/${id}/records`, body: { record_ids: [recordId, otherRecordId] } },
    answer: { status: 200 },
    result: undefined
  },
  {
    name: "Activities.addRecords",
    repeatable: true,
    call: activities(({ addRecords }) => addRecords(id, [recordId])),
    request: { method: "PUT", path: `/operations/${id}/records`, body: { record_ids: [recordId] } },
    answer: { status: 201, body: { added: 1 } },
    result: undefined
  },
  {
    // It deletes values.
    name: "Activities.removeRecords",
    repeatable: false,
    call: activities(({ removeRecords }) => removeRecords({ title: "PK study" }, [recordId, { id: otherRecordId }])),
    request: {
      method: "POST",
      path: `/operations/${id}/records/remove`,
      body: { record_ids: [recordId, otherRecordId] }
    },
    answer: { status: 200, body: wire },
    others: list,
    result: activity
  },
  {
    name: "Activities.removeRecords",
    repeatable: false,
    call: activities(({ removeRecords }) =>
      removeRecords(id, [recordId], { record_view_id: { view_name: "Potency" } })
    ),
    request: {
      method: "POST",
      path: `/operations/${id}/records/remove`,
      body: { record_ids: [recordId], record_view_id: viewId }
    },
    answer: { status: 200 },
    others: { ...list, "GET /record_views": { status: 200, body: [{ id: viewId, view_name: "Potency" }] } },
    result: activity
  },
  {
    // What the platform does with it is not known.
    name: "Activities.callback",
    repeatable: false,
    call: activities(({ callback }) => callback(id, { done: true, rows: [1, null, "a"] })),
    request: {
      method: "POST",
      path: `/operations/${id}/callback`,
      body: { done: true, rows: [1, null, "a"] }
    },
    answer: { status: 204 },
    result: undefined
  }
]

import * as Schema from "effect/Schema"
import { Record } from "../records/model.js"
import * as Call from "../request/call.js"
import * as Errors from "../request/errors.js"
import { Activity, ActivityEvent, Comment } from "./model.js"

export const list = Call.list("Activities.list", "GET /activities", Activity, "seen")

export const search = Call.read("Activities.search", "GET /activities/search", {
  query: Call.fields(
    "search_text activity_types definition_ids record_ids statuses label_ids assigned_user_ids created_by",
    "parent_id limit completed_behavior"
  ),
  success: Schema.Array(Activity),
  errors: Errors.naming([]),
  known: "sent"
})

export const children = Call.read("Activities.children", "GET /activities/{id}/activities", {
  success: Schema.Array(Activity),
  errors: Errors.item,
  known: "sent"
})

export const withRecord = Call.read("Activities.withRecord", "GET /records/{id}/operations", {
  success: Schema.Array(Activity),
  errors: Errors.item,
  known: "sent"
})

export const records = Call.read("Activities.records", "GET /operations/{id}/records", {
  success: Schema.Array(Record),
  errors: Errors.item,
  known: "sent"
})

export const events = Call.read("Activities.events", "GET /activities/{id}/events", {
  success: Schema.Array(ActivityEvent),
  errors: Errors.item,
  known: "sent"
})

export const comments = Call.read("Activities.comments", "GET /activities/{id}/comments", {
  success: Schema.Array(Comment),
  errors: Errors.item,
  known: "sent"
})

export const create = Call.write("Activities.create", "POST /activities", {
  body: Call.fields(
    "title activity_type definition_id program_ids assigned_user_ids subscriber_ids start_date duration"
  ),
  success: Schema.NonEmptyArray(Activity),
  errors: Errors.write,
  repeat: "never",
  because: "there would be two activities",
  known: "sent"
})

export const update = Call.write("Activities.update", "PUT /activities/{id}", {
  body: Call.fields(
    "parent_id title description status priority definition_id add_dependencies remove_dependencies due_date",
    "start_date duration aggregate_scheduling add_label_ids remove_label_ids add_program_ids",
    "remove_program_ids add_assigned_user_ids remove_assigned_user_ids add_assigned_group_ids",
    "remove_assigned_group_ids add_reviewer_ids remove_reviewer_ids add_subscriber_ids remove_subscriber_ids",
    "external_id comment shift_dependency_mode avoid_weekends extend_in_progress_items"
  ),
  success: Activity,
  errors: Errors.writeItem,
  repeat: "always",
  because: "the activity is the same in the end; with a comment never, because the comment would be there twice",
  known: "sent"
})

export const addRecords = Call.write("Activities.addRecords", "PUT /operations/{id}/records", {
  body: ["record_ids"],
  ...Call.noResult,
  errors: Errors.writeItem,
  repeat: "always",
  because: "the activity has the same records in the end",
  known: "sent"
})

export const removeRecords = Call.write("Activities.removeRecords", "POST /operations/{id}/records/remove", {
  body: ["record_ids", "record_view_id"],
  success: Activity,
  errors: Errors.writeItem,
  repeat: "never",
  because:
    "the platform refuses records that are removed already, and values that were added since would be deleted, too",
  known: "sent"
})

export const callback = Call.write("Activities.callback", "POST /operations/{id}/callback", {
  body: ["*"],
  ...Call.noResult,
  errors: Errors.writeItem,
  repeat: "never",
  because: "nobody knows what the platform does with a second callback",
  known: "guessed"
})

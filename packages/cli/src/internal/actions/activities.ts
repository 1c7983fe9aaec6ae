import * as Activities from "@effect-kaleidoscope/sdk/Activities"
import * as Programs from "@effect-kaleidoscope/sdk/Programs"
import * as RichText from "@effect-kaleidoscope/sdk/RichText"
import * as Workspace from "@effect-kaleidoscope/sdk/Workspace"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Services from "../client/services.js"
import { failed } from "../failure.js"
import * as Input from "../input.js"
import * as Output from "../output/output.js"
import type * as Table from "../output/table.js"
import * as References from "../references.js"

type Text = Option.Option<string>
type Texts = ReadonlyArray<string>

const optional = Option.getOrUndefined

/** The texts as references, or `undefined` if there are none. */
const some = <A>(texts: Texts, reference: (text: string) => A): ReadonlyArray<A> | undefined =>
  texts.length === 0 ? undefined : texts.map(reference)

const columns: ReadonlyArray<Table.Column<Activities.Activity>> = [
  { name: "title", value: ({ title }) => title },
  { name: "type", value: ({ activity_type }) => activity_type },
  { name: "status", value: ({ status }) => status },
  { name: "due_date", value: ({ due_date }) => due_date },
  { name: "id", value: ({ id }) => id }
]

const properties: ReadonlyArray<Table.Column<Activities.Activity>> = [
  ...columns,
  { name: "priority", value: ({ priority }) => priority },
  { name: "external_id", value: ({ external_id }) => external_id },
  { name: "parent_id", value: ({ parent_id }) => parent_id },
  { name: "start_date", value: ({ start_date }) => start_date },
  { name: "duration", value: ({ duration }) => duration },
  { name: "completed_at_date", value: ({ completed_at_date }) => completed_at_date },
  { name: "records", value: ({ all_record_ids }) => all_record_ids.length },
  { name: "created_at", value: ({ created_at }) => created_at },
  { name: "description", value: ({ description }) => RichText.toPlainText(description) }
]

export const list = (options: {
  readonly search: Text
  readonly type: Texts
  readonly status: Texts
  readonly label: Texts
  readonly assigned: Texts
  readonly program: Text
  readonly parent: Text
  readonly limit: Option.Option<number>
}) =>
  Effect.gen(function* () {
    const activities = yield* Activities.Activities
    const { assigned, label, limit, parent, program, search, status, type } = options
    const ofProgram = Option.isNone(program)
      ? undefined
      : (yield* Effect.flatMap(Programs.Programs, (programs) => programs.get(References.program(program.value)))).id
    const below = Option.isNone(parent) ? undefined : yield* References.activity(parent.value)
    const isSearch =
      Option.isSome(search) || below !== undefined || [type, status, label, assigned].some((texts) => texts.length > 0)
    const found = isSearch
      ? yield* activities.search({
          search_text: optional(search),
          activity_types: some(type, (text) => text),
          statuses: some(status, (text) => text),
          label_ids: some(label, References.label),
          assigned_user_ids: some(assigned, References.member),
          parent_id: below
        })
      : yield* activities.list
    const all = ofProgram === undefined ? found : found.filter(({ program_ids }) => program_ids.includes(ofProgram))
    yield* Output.list(Activities.Activity, columns, all.slice(0, optional(limit) ?? all.length), "No activity matches")
  }).pipe(Services.provide(Layer.merge(Activities.layer, Programs.layer)))

/** The names of what an activity refers to. */
const named = (activity: Activities.Activity) =>
  Effect.gen(function* () {
    const activities = yield* Activities.Activities
    const [programs, labels, members] = yield* Effect.all(
      [activities.programs(activity), activities.labels(activity), activities.assignedUsers(activity)],
      { concurrency: 3 }
    )
    const columns: ReadonlyArray<Table.Column<Activities.Activity>> = [
      { name: "programs", value: () => programs.map(({ title }) => title) },
      { name: "labels", value: () => labels.map(({ label_name }) => label_name) },
      { name: "assigned", value: () => members.map(({ full_name }) => full_name) }
    ]
    return columns
  })

const comments = (activity: Activities.Activity) =>
  Effect.gen(function* () {
    const activities = yield* Activities.Activities
    const workspace = yield* Workspace.Workspace
    const [all, members] = yield* Effect.all([activities.comments(activity), workspace.members], { concurrency: 2 })
    const names = new Map(members.map(({ full_name, id }) => [id, full_name ?? id]))
    yield* Output.list(
      Activities.Comment,
      [
        { name: "created_at", value: ({ created_at }) => created_at },
        { name: "author", value: ({ created_by }) => created_by && (names.get(created_by) ?? created_by) },
        { name: "text", value: ({ content }) => RichText.toPlainText(content) }
      ],
      all,
      "There are no comments"
    )
  })

export const show = (options: { readonly activity: string; readonly comments: boolean }) =>
  Effect.gen(function* () {
    const output = yield* Output.Output
    const activity = yield* References.activity(options.activity)
    if (options.comments) return yield* comments(activity)
    yield* Output.one(Activities.Activity, output.json ? [] : [...properties, ...(yield* named(activity))], activity)
  }).pipe(Services.provide(Layer.mergeAll(Activities.layer, Workspace.layer)))

export const create = (options: {
  readonly title: string
  readonly type: string
  readonly definition: Text
  readonly program: Texts
  readonly assign: Texts
  readonly subscribe: Texts
  readonly start: Text
  readonly duration: Option.Option<number>
}) =>
  Effect.gen(function* () {
    const activities = yield* Activities.Activities
    const created = yield* activities.create({
      title: options.title,
      activity_type: options.type,
      definition_id: optional(Option.map(options.definition, References.definition)),
      program_ids: options.program.map(References.program),
      assigned_user_ids: options.assign.map(References.member),
      subscriber_ids: options.subscribe.map(References.member),
      start_date: yield* Input.date("--start", options.start),
      duration: optional(options.duration)
    })
    yield* Output.one(Activities.Activity, columns, created)
  }).pipe(Services.provide(Activities.layer))

export const update = (options: {
  readonly activity: string
  readonly title: Text
  readonly status: Text
  readonly priority: Text
  readonly description: Text
  readonly externalId: Text
  readonly parent: Text
  readonly due: Text
  readonly start: Text
  readonly duration: Option.Option<number>
  readonly addLabel: Texts
  readonly removeLabel: Texts
  readonly addProgram: Texts
  readonly removeProgram: Texts
  readonly assign: Texts
  readonly unassign: Texts
  readonly clear: ReadonlyArray<"parent_id" | "priority" | "due_date" | "start_date" | "duration" | "external_id">
}) =>
  Effect.gen(function* () {
    const activities = yield* Activities.Activities
    const given: Activities.Patch = {
      title: optional(options.title),
      status: optional(options.status),
      priority: optional(options.priority),
      description: optional(options.description),
      external_id: optional(options.externalId),
      parent_id: Option.isNone(options.parent) ? undefined : yield* References.activity(options.parent.value),
      due_date: yield* Input.date("--due", options.due),
      start_date: yield* Input.date("--start", options.start),
      duration: optional(options.duration),
      add_label_ids: some(options.addLabel, References.label),
      remove_label_ids: some(options.removeLabel, References.label),
      add_program_ids: some(options.addProgram, References.program),
      remove_program_ids: some(options.removeProgram, References.program),
      add_assigned_user_ids: some(options.assign, References.member),
      remove_assigned_user_ids: some(options.unassign, References.member)
    }
    const both = options.clear.find((name) => given[name] !== undefined)
    if (both !== undefined) return yield* failed(`${both} is given, and --clear ${both} empties it`, "Give one of them")
    const patch = { ...given, ...Object.fromEntries(options.clear.map((name) => [name, null])) }
    if (Object.values(patch).every((value) => value === undefined)) {
      return yield* failed(
        "There is nothing to change",
        "`kaleidoscope activities update --help` shows what can change"
      )
    }
    const activity = yield* References.activity(options.activity)
    yield* Output.one(Activities.Activity, columns, yield* activities.update(activity, patch))
  }).pipe(Services.provide(Activities.layer))

export const comment = (options: { readonly activity: string; readonly text: Text }) =>
  Effect.gen(function* () {
    const activities = yield* Activities.Activities
    const output = yield* Output.Output
    const text = Option.isSome(options.text) ? options.text.value : yield* Input.text("The comment")
    if (text.trim() === "") return yield* failed("The comment is empty")
    const activity = yield* References.activity(options.activity)
    const updated = yield* activities.update(activity, { comment: text.trimEnd() })
    yield* output.json
      ? Output.one(Activities.Activity, columns, updated)
      : output.note(`The comment is added to ${updated.title ?? updated.id}`)
  }).pipe(Services.provide(Activities.layer))

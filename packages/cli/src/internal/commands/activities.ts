import * as Args from "@effect/cli/Args"
import * as Options from "@effect/cli/Options"
import { group, leaf } from "../commandLine/define.js"
import { argument, count, flag, one, several, text } from "./parameters.js"

const activity = argument("activity", "The activity: its title, its id, or its id in another system")

const days = Options.integer("duration").pipe(
  Options.withPseudoName("days"),
  Options.withDescription("How many days it takes"),
  Options.optional
)

const list = leaf("list", {
  description: "Lists activities: all, or those that match every option",
  examples: [
    { command: "kaleidoscope activities list --status 'in progress'", does: "what is being done" },
    {
      command: "kaleidoscope activities list --type experiment --assigned ana@lab.example --label urgent",
      does: "urgent experiments of one person"
    },
    { command: "kaleidoscope activities list --json | jq -r '.[].title'", does: "the titles of all" }
  ],
  config: () => ({
    search: one("search", "text", "Only those with this text"),
    type: several("type", "type", "task, experiment, project, stage, milestone or cycle. Repeat it for any of several"),
    status: several("status", "status", "A status, such as 'in progress'. Repeat it for any of several"),
    label: several("label", "name", "A label. Repeat it for any of several"),
    assigned: several("assigned", "member", "A member: an email address or a name. Repeat it for any of several"),
    program: one("program", "title", "Only those of this program"),
    parent: one("parent", "activity", "Only those below this activity"),
    limit: count("limit", "At most this many")
  }),
  load: () => import("../actions/activities.js").then(({ list }) => list)
})

const show = leaf("show", {
  description: "Shows an activity, or its comments",
  examples: [
    { command: "kaleidoscope activities show 'PK study 7'", does: "its properties" },
    { command: "kaleidoscope activities show 'PK study 7' --comments", does: "its comments" }
  ],
  config: () => ({
    activity,
    comments: flag("comments", "Shows its comments")
  }),
  load: () => import("../actions/activities.js").then(({ show }) => show)
})

const create = leaf("create", {
  description: "Adds an activity",
  examples: [
    { command: "kaleidoscope activities create 'PK study 8' --type experiment", does: "a new experiment" },
    {
      command:
        "kaleidoscope activities create 'Cycle 4' --type cycle --definition 'Design cycle' --assign ana@lab.example",
      does: "made from a definition, for a member"
    }
  ],
  config: () => ({
    title: argument("title", "The title of the new activity"),
    type: text("type", "type", "task, experiment, project, stage, milestone or cycle"),
    definition: one("definition", "title", "The definition that it is made from"),
    program: several("program", "title", "A program that it belongs to. Repeat it for several"),
    assign: several("assign", "member", "A member who does it. Repeat it for several"),
    subscribe: several("subscribe", "member", "A member who is told of changes. Repeat it for several"),
    start: one("start", "date", "The day on which it begins, such as 2026-12-01"),
    duration: days
  }),
  load: () => import("../actions/activities.js").then(({ create }) => create)
})

const update = leaf("update", {
  description: "Changes an activity. What is not given stays as it is",
  examples: [
    { command: "kaleidoscope activities update 'PK study 8' --status complete", does: "a new status" },
    {
      command: "kaleidoscope activities update 'PK study 8' --add-label urgent --clear due_date",
      does: "one label more, and no due date"
    }
  ],
  config: () => ({
    activity,
    title: one("title", "text", "The title"),
    status: one("status", "status", "The status, such as 'in progress'"),
    priority: one("priority", "priority", "urgent, high, medium, low or none"),
    description: one("description", "text", "The description"),
    externalId: one("external-id", "id", "Its id in another system"),
    parent: one("parent", "activity", "The activity above it"),
    due: one("due", "date", "The day until which it is done"),
    start: one("start", "date", "The day on which it begins"),
    duration: days,
    addLabel: several("add-label", "name", "A label to add"),
    removeLabel: several("remove-label", "name", "A label to remove"),
    addProgram: several("add-program", "title", "A program to add"),
    removeProgram: several("remove-program", "title", "A program to remove"),
    assign: several("assign", "member", "A member to assign it to"),
    unassign: several("unassign", "member", "A member to take it from"),
    clear: Options.choice("clear", [
      "parent_id",
      "priority",
      "due_date",
      "start_date",
      "duration",
      "external_id"
    ] as const).pipe(Options.withDescription("A field to empty. Repeat it for several"), Options.repeated)
  }),
  load: () => import("../actions/activities.js").then(({ update }) => update)
})

const comment = leaf("comment", {
  description: "Adds a comment to an activity",
  examples: [
    { command: "kaleidoscope activities comment 'PK study 8' 'The plates have arrived'", does: "a comment" },
    { command: "kaleidoscope activities comment 'PK study 8' < report.txt", does: "the input as a comment" }
  ],
  config: () => ({
    activity,
    text: Args.text({ name: "text" }).pipe(
      Args.withDescription("The comment. Without it, the comment is read from the input"),
      Args.optional
    )
  }),
  load: () => import("../actions/activities.js").then(({ comment }) => comment)
})

export const activities = group("activities", {
  description: "Activities: experiments, tasks, projects, stages, milestones and design cycles",
  commands: [list, show, create, update, comment]
})

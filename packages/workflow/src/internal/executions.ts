import * as Workflow from "@effect/workflow/Workflow"
import type * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"

/** The names of the workflows, by the kinds of their jobs. A mirror is not a workflow. */
export const workflowNames = {
  DurableImport: "KaleidoscopeDurableImport",
  Registration: "KaleidoscopeRegistration"
} as const

/** The entities under which the engine keeps their messages. */
export const entityTypes = Object.values(workflowNames).map((name) => `Workflow/${name}`)

const idsOf = (name: string) => {
  const { executionId } = Workflow.make({
    name,
    payload: { job: Schema.String },
    idempotencyKey: ({ job }) => job
  })
  return (job: string): Effect.Effect<string> => executionId({ job })
}

/** The id that the engine gives to a job: the name of the job is the key of its workflow. */
export const executionIds = {
  DurableImport: idsOf(workflowNames.DurableImport),
  Registration: idsOf(workflowNames.Registration)
}

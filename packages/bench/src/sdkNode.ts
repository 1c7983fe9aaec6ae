/** The services from `KaleidoscopeNode`. */
import * as NodeContext from "@effect/platform-node/NodeContext"
import * as KaleidoscopeNode from "@effect-kaleidoscope/node/KaleidoscopeNode"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import type { ClientTask, Input } from "./jobs.js"
import { apiKey } from "./labels.js"
import { ready } from "./ready.js"
import { effectOf } from "./sdk.js"

/** How a task is prepared. What the returned function does is measured. */
export const prepare = (task: ClientTask, input: Input) => {
  const runtime = ManagedRuntime.make(
    Layer.merge(KaleidoscopeNode.layerOptions({ ...apiKey, url: input.url }), NodeContext.layer)
  )
  return ready(runtime, effectOf(task, input))
}

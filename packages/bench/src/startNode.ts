/** All services from `KaleidoscopeNode`, and one call. */
import * as KaleidoscopeNode from "@effect-kaleidoscope/node/KaleidoscopeNode"
import * as ManagedRuntime from "effect/ManagedRuntime"
import type { ClientTask, Input } from "./jobs.js"
import { apiKey, labels } from "./labels.js"

/** How the task is prepared. The returned effect is measured. */
export const prepare = (_: ClientTask, input: Input) => {
  const runtime = ManagedRuntime.make(KaleidoscopeNode.layerOptions({ ...apiKey, url: input.url }))
  return () => runtime.runPromise(labels(input))
}

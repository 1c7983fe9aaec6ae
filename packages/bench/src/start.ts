/** One service and what it needs: what a small program loads. */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as Auth from "@effect-kaleidoscope/sdk/Auth"
import * as Labels from "@effect-kaleidoscope/sdk/Labels"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import type { ClientTask, Input } from "./jobs.js"
import { apiKey, labels } from "./labels.js"

/** How the task is prepared. The returned effect is measured. */
export const prepare = (_: ClientTask, input: Input) => {
  const Live = Labels.layer.pipe(
    Layer.provide(Auth.layer({ ...apiKey, url: input.url })),
    Layer.provide(NodeHttpClient.layerUndici)
  )
  // As the other contestants, it leaves its connections open.
  const runtime = ManagedRuntime.make(Live)
  return () => runtime.runPromise(labels(input))
}

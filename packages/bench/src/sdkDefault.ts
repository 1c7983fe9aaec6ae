/** The services on the platform's undici client. */
import * as NodeContext from "@effect/platform-node/NodeContext"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as Activities from "@effect-kaleidoscope/sdk/Activities"
import * as Auth from "@effect-kaleidoscope/sdk/Auth"
import * as Exports from "@effect-kaleidoscope/sdk/Exports"
import * as Imports from "@effect-kaleidoscope/sdk/Imports"
import * as Labels from "@effect-kaleidoscope/sdk/Labels"
import * as Records from "@effect-kaleidoscope/sdk/Records"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import type { ClientTask, Input } from "./jobs.js"
import { apiKey } from "./labels.js"
import { ready } from "./ready.js"
import { effectOf } from "./sdk.js"

const Services = Layer.mergeAll(Activities.layer, Exports.layer, Imports.layer, Labels.layer, Records.layer)

/** How a task is prepared. What the returned function does is measured. */
export const prepare = (task: ClientTask, input: Input) => {
  const runtime = ManagedRuntime.make(
    Services.pipe(
      Layer.provide(Auth.layer({ ...apiKey, url: input.url })),
      Layer.provide(NodeHttpClient.layerUndici),
      Layer.merge(NodeContext.layer)
    )
  )
  return ready(runtime, effectOf(task, input))
}

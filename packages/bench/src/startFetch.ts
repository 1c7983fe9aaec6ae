/** One service on `fetch`, which the runtime has: for a program that is bundled. */
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
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
    Layer.provide(FetchHttpClient.layer)
  )
  const runtime = ManagedRuntime.make(Live)
  return () => runtime.runPromise(labels(input))
}

/** A small task, and the credential of all tasks. */
import type * as HttpClient from "@effect/platform/HttpClient"
import * as Auth from "@effect-kaleidoscope/sdk/Auth"
import * as Labels from "@effect-kaleidoscope/sdk/Labels"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Redacted from "effect/Redacted"
import type { ClientTask, Input } from "./jobs.js"

/** Lists the labels, one time after the other. */
export const labels = ({ size }: Pick<Input, "size">) =>
  Effect.gen(function* () {
    const labels = yield* Labels.Labels
    let count = 0
    let last = ""
    for (let nth = 0; nth < size; nth++) {
      const found = yield* labels.list
      count += found.length
      last = found.at(-1)?.label_name ?? ""
    }
    return { count, last }
  })

/** The API key, as the server of the measurements and the emulator take it. */
export const apiKey = { clientId: "demo", clientSecret: Redacted.make("demo") }

/** How the task is prepared with one service on this client. What the returned function does is measured. */
export const prepareOn = (client: Layer.Layer<HttpClient.HttpClient>) => (_: ClientTask, input: Input) => {
  const Live = Labels.layer.pipe(Layer.provide(Auth.layer({ ...apiKey, url: input.url })), Layer.provide(client))
  // As the other contestants, it leaves its connections open.
  const runtime = ManagedRuntime.make(Live)
  return () => runtime.runPromise(labels(input))
}

/** A small task, and the credential of all tasks. */
import * as Labels from "@effect-kaleidoscope/sdk/Labels"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import type { Input } from "./jobs.js"

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

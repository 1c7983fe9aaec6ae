import * as Labels from "@effect-kaleidoscope/sdk/Labels"
import * as Effect from "effect/Effect"
import * as Services from "../../client/services.js"
import * as Output from "../../output/output.js"

export const labels = () =>
  Effect.gen(function* () {
    const labels = yield* Labels.Labels
    yield* Output.list(
      Labels.Label,
      [
        { name: "name", value: ({ label_name }) => label_name },
        { name: "id", value: ({ id }) => id }
      ],
      yield* labels.list,
      "The workspace has no labels"
    )
  }).pipe(Services.provide(Labels.layer))

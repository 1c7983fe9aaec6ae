import * as Programs from "@effect-kaleidoscope/sdk/Programs"
import * as Effect from "effect/Effect"
import * as Services from "../../client/services.js"
import * as Output from "../../output/output.js"

export const programs = () =>
  Effect.gen(function* () {
    const programs = yield* Programs.Programs
    yield* Output.list(
      Programs.Program,
      [
        { name: "title", value: ({ title }) => title },
        { name: "id", value: ({ id }) => id },
        { name: "created_at", value: ({ created_at }) => created_at }
      ],
      yield* programs.list,
      "The workspace has no programs"
    )
  }).pipe(Services.provide(Programs.layer))

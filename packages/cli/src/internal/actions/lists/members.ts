import * as Workspace from "@effect-kaleidoscope/sdk/Workspace"
import * as Effect from "effect/Effect"
import * as Services from "../../client/services.js"
import * as Output from "../../output/output.js"

export const members = (options: { readonly deactivated: boolean }) =>
  Effect.gen(function* () {
    const workspace = yield* Workspace.Workspace
    yield* Output.list(
      Workspace.Member,
      [
        { name: "name", value: ({ full_name, preferred_name }) => full_name ?? preferred_name },
        { name: "email", value: ({ email }) => email },
        { name: "access_level", value: ({ access_level }) => access_level },
        { name: "id", value: ({ id }) => id }
      ],
      (yield* workspace.members).filter(({ access_level }) => options.deactivated || access_level !== "deactivated"),
      "The workspace has no members"
    )
  }).pipe(Services.provide(Workspace.layer))

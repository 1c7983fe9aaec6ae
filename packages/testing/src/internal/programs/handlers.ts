import * as HttpApiBuilder from "@effect/platform/HttpApiBuilder"
import * as Effect from "effect/Effect"
import { Api } from "../server/api.js"
import { addEvent, find, newId, Store } from "../server/store.js"
import type { Program } from "./model.js"

export const layer = HttpApiBuilder.group(Api, "programs", (handlers) =>
  Effect.map(Store, (store) =>
    handlers
      .handle("listPrograms", () => Effect.sync(() => [...store.state.programs.values()]))
      .handle("createProgram", ({ payload }) =>
        Effect.map(store.now, (at) => {
          const program: Program = {
            id: newId(),
            title: payload.title,
            created_at: at.iso,
            created_by: store.state.api_user_id,
            workspace_id: store.state.workspace.id
          }
          store.state.programs.set(program.id, program)
          addEvent(store.state, at, "program_created", "program", program.id, { title: program.title })
          return program
        })
      )
      .handle("updateProgram", ({ path, payload }) =>
        Effect.gen(function* () {
          const at = yield* store.now
          const program: Program = { ...(yield* find(store.state.programs, "program", path.id)), title: payload.title }
          store.state.programs.set(program.id, program)
          addEvent(store.state, at, "program_updated", "program", program.id, { title: program.title })
          return program
        })
      )
  )
)

/** All services from `KaleidoscopeNode`, and one call. */
import * as KaleidoscopeNode from "@effect-kaleidoscope/node/KaleidoscopeNode"
import * as Effect from "effect/Effect"
import type { ClientTask, Input } from "./jobs.js"
import { apiKey, labels } from "./start.js"

/** How the task is prepared. The returned effect is measured. */
export const prepare = (_: ClientTask, input: Input) => () =>
  Effect.runPromise(Effect.provide(labels(input), KaleidoscopeNode.layerOptions({ ...apiKey, url: input.url })))

/** A process that mirrors all changes into a file of lines, one for the begin and one for the end of each handler. */
import { appendFileSync } from "node:fs"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Auth, Kaleidoscope } from "@effect-kaleidoscope/sdk"
import { Engine, Mirror } from "@effect-kaleidoscope/workflow"
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

const program = Effect.gen(function* () {
  const filename = yield* Config.string("DATABASE")
  const output = yield* Config.string("OUTPUT")
  const concurrency = yield* Config.integer("CONCURRENCY")
  /** After so many lines handlers wait for ever: a process that is to be killed does not end before. */
  const most = yield* Config.withDefault(Config.integer("MOST_LINES"), Number.POSITIVE_INFINITY)
  const written = { lines: 0 }
  const write = (line: string) =>
    Effect.sync(() => {
      appendFileSync(output, `${line}\n`)
      written.lines++
    })
  const live = Engine.layerSqlite({ filename }).pipe(
    Layer.merge(Kaleidoscope.layer),
    Layer.provide(Auth.layerConfig()),
    Layer.provide(NodeHttpClient.layerUndici)
  )
  yield* Mirror.run({
    job: "mirror",
    concurrency,
    handle: ({ again, event }) =>
      Effect.suspend(() => (written.lines < most ? Effect.void : Effect.never)).pipe(
        Effect.zipRight(write(`begin ${event.id} ${again}`)),
        Effect.zipRight(Effect.sleep("2 millis")),
        Effect.zipRight(write(`end ${event.id} ${again}`))
      )
  }).pipe(Effect.provide(live))
})

NodeRuntime.runMain(program)

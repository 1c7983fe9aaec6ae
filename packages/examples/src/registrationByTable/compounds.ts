/** The registrar's own register of compounds: a file with one line for each compound. */
import * as FileSystem from "@effect/platform/FileSystem"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import { Refused } from "./structure.js"

/** A compound that has a number. `key` says which draft it came from. */
export const Compound = Schema.parseJson(
  Schema.Struct({ key: Schema.String, structure: Schema.String, number: Schema.String })
)

export class Compounds extends Context.Tag("Compounds")<
  Compounds,
  {
    /** Registers a structure, and gives its number. With the same key it gives the same number, and adds nothing. */
    readonly register: (key: string, structure: string) => Effect.Effect<string, Refused>
  }
>() {}

/** Reads the compounds of a file. A last line without an end was cut off by a crash: it does not count. */
export const read = (file: string) =>
  Effect.gen(function* () {
    const fileSystem = yield* FileSystem.FileSystem
    const text = (yield* fileSystem.exists(file)) ? yield* fileSystem.readFileString(file) : ""
    const whole = text.slice(0, text.lastIndexOf("\n") + 1)
    const lines = whole.split("\n").filter((line) => line !== "")
    return {
      cutOff: text !== whole,
      whole,
      compounds: yield* Effect.forEach(lines, (line) => Schema.decode(Compound)(line))
    }
  })

export const layer = (file: string) =>
  Layer.effect(
    Compounds,
    Effect.gen(function* () {
      const fileSystem = yield* FileSystem.FileSystem
      const { compounds, cutOff, whole } = yield* read(file)
      if (cutOff) yield* fileSystem.truncate(file, new TextEncoder().encode(whole).length)
      const byKey = new Map(compounds.map((compound) => [compound.key, compound]))
      const byStructure = new Map(compounds.map((compound) => [compound.structure, compound]))
      const oneAtATime = yield* Effect.makeSemaphore(1)
      return {
        register: (key, structure) =>
          Effect.gen(function* () {
            const before = byKey.get(key)
            if (before !== undefined) return before.number
            const same = byStructure.get(structure)
            if (same !== undefined) return yield* new Refused({ message: `it is registered as ${same.number}` })
            const compound = { key, structure, number: `ACME-${String(byKey.size + 1).padStart(5, "0")}` }
            const line = yield* Schema.encode(Compound)(compound)
            yield* fileSystem.writeFileString(file, `${line}\n`, { flag: "a" })
            byKey.set(key, compound)
            byStructure.set(structure, compound)
            return compound.number
          }).pipe(
            Effect.catchTags({ ParseError: Effect.die, SystemError: Effect.die, BadArgument: Effect.die }),
            oneAtATime.withPermits(1)
          )
      }
    })
  )

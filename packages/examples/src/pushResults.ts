/** Push assay results, wait for the import, and report the result of each row. */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Activities, Imports } from "@effect-kaleidoscope/sdk"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { Emulated } from "./emulated.js"

const Result = Schema.Struct({
  "Compound ID": Schema.String,
  IC50: Schema.NonNegative,
  Notes: Schema.NullOr(Schema.String)
})

// A real program gets these rows from a plate reader. The third row does not fit the schema.
const results: Stream.Stream<typeof Result.Type> = Stream.make(
  { "Compound ID": "EK-0001", IC50: 168.2, Notes: null },
  { "Compound ID": "EK-0002", IC50: 3100, Notes: "precipitated" },
  { "Compound ID": "EK-0003", IC50: -1, Notes: null }
)

const program = Effect.gen(function* () {
  const activities = yield* Activities.Activities
  const imports = yield* Imports.Imports
  const run = yield* activities.get({ title: "EGFR IC50, run 4" })
  yield* imports.pushStream(results, { schema: Result, key_field_names: ["Compound ID"], operation_id: run }).pipe(
    Stream.runForEach(({ invalid, result, rowErrors }) =>
      Effect.gen(function* () {
        for (const { index, issues } of invalid) {
          yield* Console.log(
            "not pushed: row",
            index,
            issues.map(({ message, path }) => `${path}: ${message}`).join("; ")
          )
        }
        if (Either.isLeft(result)) return yield* Console.log("not imported:", result.left.message)
        for (const { error, indices } of rowErrors) {
          yield* Console.log("skipped: row", indices.join(" or "), error.field_name, error.conflict_type)
        }
        const updated = Option.map(result.right, (done) => done.import_result?.records_updated ?? 0)
        yield* Console.log(
          "records updated:",
          Option.getOrElse(updated, () => 0)
        )
      })
    )
  )
})

NodeRuntime.runMain(program.pipe(Effect.provide(Emulated)))

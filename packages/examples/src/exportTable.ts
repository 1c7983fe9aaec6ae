/** Typed rows of an export as JSON: `npm run example -- export-table --where "IC50 < 50" --sort "IC50 desc"`. */
import { Exports, Records } from "@effect-kaleidoscope/sdk"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { parse } from "./arguments.js"
import { Workspace } from "./workspace.js"

const help = `Print rows of compounds as JSON, one on each line.

npm run example -- export-table [options]

  --where TEXT     a filter, such as "IC50 < 50" or "SMILES is set"; several times
                   for several filters, which must all hold
  --sort TEXT      an order, such as "IC50 desc"; the first decides first
  --help

Exit code: 0, or 2 if a row cannot be read, or 1 if there is no table.
`

const Compound = Schema.Struct({
  "Compound ID": Schema.String,
  SMILES: Schema.NullOr(Schema.String),
  IC50: Schema.optional(Schema.Number)
})

const parsed = (args: ReadonlyArray<string>) =>
  parse({
    args: [...args],
    options: {
      where: { type: "string", multiple: true, default: [] },
      sort: { type: "string", multiple: true, default: [] },
      help: { type: "boolean", default: false }
    }
  })

/** Runs the program, and gives its exit code: 2 if a row cannot be read. */
export const exportTable = (args: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const { values } = yield* parsed(args)
    if (values.help) return yield* Effect.as(Console.log(help), 0)
    const exports = yield* Exports.Exports
    const query = yield* Either.match(
      Either.all({
        where: Either.all(values.where.map(Records.parseWhere)),
        order_by: Either.all(values.sort.map(Records.parseOrderBy))
      }),
      { onLeft: Effect.fail, onRight: Effect.succeed }
    )
    const rows = exports.rows({ entity_slice_id: { slice_name: "Compound" }, ...query }, { schema: Compound })
    const print = Either.match({
      onLeft: ({ issues, row }: Exports.RowError) =>
        Effect.as(
          Console.error(`row ${row}: ${issues.map(({ message, path }) => `${path}: ${message}`).join("; ")}`),
          2
        ),
      onRight: (compound: typeof Compound.Type) => Effect.as(Console.log(JSON.stringify(compound)), 0)
    })
    return yield* Stream.runFoldEffect(rows, 0, (code, row) => Effect.map(print(row), (of) => Math.max(code, of)))
  }).pipe(
    Effect.provide(Workspace),
    Effect.catchAll((error) =>
      Effect.as(Console.error(`export-table: ${"message" in error ? error.message : String(error)}`), 1)
    )
  )

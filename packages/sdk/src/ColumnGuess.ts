/**
 * Which column of a table is which field: guessed from the names and from some rows, as a value that a person confirms and a
 * program acts on. Nothing is written.
 *
 * @example
 * ```ts
 * import { ColumnGuess, Imports, TableFile } from "@effect-kaleidoscope/sdk"
 * import * as FileSystem from "@effect/platform/FileSystem"
 * import * as Console from "effect/Console"
 * import * as Effect from "effect/Effect"
 *
 * const importFile = (path: string) =>
 *   Effect.gen(function* () {
 *     const files = yield* FileSystem.FileSystem
 *     const imports = yield* Imports.Imports
 *     const table = yield* TableFile.read(files.stream(path))
 *     const guess = yield* ColumnGuess.ofTable(table, { entityType: { slice_name: "Compound" } })
 *     yield* Console.log(ColumnGuess.describe(guess))
 *     const renames = ColumnGuess.renames(guess, { "IC50 (nM)": "IC50", Remarks: null })
 *     return yield* imports.importRows(ColumnGuess.rename(table, renames), {
 *       key_field_names: ColumnGuess.keyNames(guess, renames)
 *     })
 *   }).pipe(Effect.scoped)
 * ```
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import * as EntityFields from "./EntityFields.js"
import * as EntityTypes from "./EntityTypes.js"
import * as Guesses from "./internal/cells/guess.js"
import * as GuessText from "./internal/cells/guessText.js"
import type { Table } from "./internal/tables/table.js"
import type { AmbiguousReference, NotFound, ReadError } from "./KaleidoscopeError.js"

export type { Column, Guess, Known, Misfit, Row } from "./internal/cells/guess.js"

/**
 * Guesses for a table whose columns and first rows are known.
 *
 * A field is used for one column. Exact names come first, then those that differ in case, spaces, `_` or `-`, then those
 * with a unit behind the name (`IC50 (nM)`) or with a few other letters.
 *
 * @since 0.1.0
 * @category guessing
 */
export const guess: (
  columns: ReadonlyArray<string>,
  rows: Iterable<Guesses.Row>,
  known: Guesses.Known
) => Guesses.Guess = Guesses.guess

/** How a table is looked at. @since 0.1.0 @category models */
export interface Options {
  /**
   * The type of the records: its key fields are the keys.
   *
   * @default every column with a key field is a key
   */
  readonly entityType?: EntityTypes.Reference | undefined
  /** The number of rows to look at. They are held in memory. @default 1000 */
  readonly rows?: number | undefined
}

/**
 * Reads the fields of the workspace and the first rows of a table, and guesses: `GET /key_fields`, `GET /data_fields`, and
 * with an `entityType` `GET /entity_slices`. Fails with `NotFound` if there is no such entity type. Run the rows of the table
 * again after this: `TableFile` reads them from the start.
 *
 * @since 0.1.0
 * @category guessing
 */
export const ofTable = <E, R>(
  table: Table<E, R>,
  { entityType, rows = 1000 }: Options = {}
): Effect.Effect<
  Guesses.Guess,
  E | ReadError | AmbiguousReference | NotFound,
  R | EntityFields.EntityFields | EntityTypes.EntityTypes
> =>
  Effect.gen(function* () {
    const entityFields = yield* EntityFields.EntityFields
    const entityTypes = yield* EntityTypes.EntityTypes
    const type = entityType === undefined ? undefined : yield* entityTypes.get(entityType)
    const [keyFields, dataFields] = yield* Effect.all([entityFields.listKeyFields, entityFields.listDataFields], {
      concurrency: "unbounded"
    })
    const sample = yield* Stream.runCollect(Stream.take(table.rows, rows))
    return Guesses.guess(table.columns, sample, { fields: [...keyFields, ...dataFields], entityType: type })
  })

/** The guess in words, for a person: what each column is, and what does not fit. @since 0.1.0 @category conversions */
export const describe: (self: Guesses.Guess) => string = GuessText.describe

/** The name of the field that each column becomes; `null` for a column that is left out. @since 0.1.0 @category models */
export interface Renames {
  readonly [column: string]: string | null
}

/**
 * The names of the fields by the name of their column, for the matches that are `exact` or `similar`. `confirmed` is what a
 * person decided: it adds to these names, and replaces them. A column that is in neither keeps its name.
 *
 * @since 0.1.0
 * @category conversions
 */
export const renames = (self: Guesses.Guess, confirmed: Renames = {}): Renames => ({
  ...Object.fromEntries(
    self.columns.flatMap(({ column, field, match }) =>
      match !== "nearest" && field !== null && field.field_name !== null ? [[column, field.field_name]] : []
    )
  ),
  ...confirmed
})

/** The names of the key fields that columns became: the `key_field_names` of an import. @since 0.1.0 @category getters */
export const keyNames = (self: Guesses.Guess, renames: Renames): ReadonlyArray<string> => {
  const names = new Set(Object.values(renames))
  return [
    ...new Set(
      [...self.columns.flatMap(({ field, isKey }) => (isKey && field !== null ? [field] : [])), ...self.missingKeys]
        .flatMap(({ field_name }) => field_name ?? [])
        .filter((name) => names.has(name))
    )
  ]
}

const finalNames = (columns: ReadonlyArray<string>, renames: Renames): ReadonlyMap<string, string | null> => {
  const names = new Map(
    columns.map((column) => {
      const name = Object.hasOwn(renames, column) ? renames[column] : undefined
      return [column, name === undefined ? column : name]
    })
  )
  // A column that keeps its name may take away the name of another one.
  for (let hasChanged = true; hasChanged; ) {
    const counts = new Map<string | null, number>()
    for (const name of names.values()) counts.set(name, (counts.get(name) ?? 0) + 1)
    const colliding = [...names].filter(
      ([column, name]) => name !== null && name !== column && (counts.get(name) ?? 0) > 1
    )
    for (const [column] of colliding) names.set(column, column)
    hasChanged = colliding.length > 0
  }
  return names
}

/**
 * Renames the columns of a table, and leaves out those that become `null`. Where two columns would get the same name, all
 * columns that would get it keep their own: otherwise values would be lost.
 *
 * @since 0.1.0
 * @category combinators
 */
export const rename = <E, R>(table: Table<E, R>, renames: Renames): Table<E, R> => {
  const names = finalNames(table.columns, renames)
  const nameOf = (column: string): string | null => {
    const name = names.get(column)
    return name === undefined ? column : name
  }
  return {
    columns: table.columns.flatMap((column) => nameOf(column) ?? []),
    rows: Stream.map(table.rows, (row) => ({
      ...row,
      values: Object.fromEntries(
        Object.entries(row.values).flatMap(([column, value]) => {
          const name = nameOf(column)
          return name === null ? [] : [[name, value]]
        })
      ),
      issues: row.issues.map(({ message, path }) => ({ path: nameOf(path) ?? path, message }))
    }))
  }
}

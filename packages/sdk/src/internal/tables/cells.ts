import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { Issue } from "../../KaleidoscopeError.js"
import { checkHeader, checkLength, isEmpty, setValue, withoutTail } from "./delimitedTable.js"
import { type InvalidHeader, type TableFileError, UnreadableTable, UnwritableValue } from "./errors.js"
import * as Scalar from "./scalar.js"
import type { CellRow, Row, Table, Values } from "./table.js"

const isFilled = ({ cells, problems = [] }: CellRow): boolean => problems.length > 0 || !cells.every(isEmpty)

/**
 * A table whose first run of its rows continues where its columns were found, and whose later runs open it again.
 */
export const runAgain = <E, R>(
  columns: ReadonlyArray<string>,
  first: Stream.Stream<Row, E, R>,
  again: Effect.Effect<Table<E, R>, E, R | Scope.Scope>
): Stream.Stream<Row, E | UnreadableTable, R> => {
  let isUsed = false
  const readAgain = Effect.flatMap(again, (table) =>
    JSON.stringify(table.columns) === JSON.stringify(columns)
      ? Effect.succeed(table.rows)
      : new UnreadableTable({
          message:
            "The table was read again, and its columns are not the same as before. Read it once, or open it again.",
          reason: "changed",
          row: null,
          line: null
        })
  )
  return Stream.unwrapScoped(
    Effect.suspend(() => {
      if (isUsed) return readAgain
      isUsed = true
      return Effect.succeed(first)
    })
  )
}

/** Makes a table of rows of cells: see `TableFile.fromCells`. */
export const fromCells = <E, R>(
  cellRows: Stream.Stream<CellRow, E, R>
): Effect.Effect<Table<E | TableFileError, R>, E | TableFileError, R | Scope.Scope> =>
  Effect.gen(function* () {
    const pull = yield* Stream.toPull(Stream.filter(cellRows, isFilled))
    let beginning = Chunk.empty<CellRow>()
    let isEnded = false
    while (Chunk.isEmpty(beginning) && !isEnded) {
      beginning = yield* Effect.catchAll(
        pull,
        Option.match({
          onNone: () =>
            Effect.sync(() => {
              isEnded = true
              return Chunk.empty<CellRow>()
            }),
          onSome: (error) => Effect.fail(error)
        })
      )
    }
    const [header] = beginning
    if (header === undefined) {
      return yield* new UnreadableTable({
        message: "The table is empty. Its first row names its columns.",
        reason: "empty",
        row: null,
        line: null
      })
    }
    const columns = withoutTail(header.cells).map((cell) => (isEmpty(cell) ? "" : String(cell)))
    const wrong = checkHeader(columns, header.line)
    if (wrong !== undefined) return yield* wrong
    beginning = Chunk.drop(beginning, 1)
    let count = 0

    const toRow = ({ cells: all, line, problems = [] }: CellRow): Row => {
      const cells = withoutTail(all)
      const values: { [column: string]: unknown } = {}
      columns.forEach((column, index) => {
        if (!isEmpty(cells[index])) setValue(values, column, cells[index])
      })
      const issues: Array<Issue> = cells.length > columns.length ? [...checkLength(cells, columns)] : []
      for (const { index, message } of problems) issues.push({ path: columns[index] ?? "", message })
      return { row: ++count, line, values, issues }
    }

    const rows = Stream.concat(
      Stream.suspend(() => Stream.fromChunk(beginning)),
      Stream.repeatEffectChunkOption(pull)
    )
    return {
      columns,
      rows: runAgain<E | TableFileError, R>(columns, Stream.map(rows, toRow), fromCells(cellRows))
    }
  })

/** Checks the values of rows, and gives them in the order of the columns. */
export const makeChecker = (columns: ReadonlyArray<string>) => {
  const known = new Set(columns)
  let count = 0

  const unwritable = (column: string, problem: string) =>
    new UnwritableValue({
      message: count === 0 ? `The header cannot be written: ${problem}` : `Row ${count} cannot be written: ${problem}`,
      row: count === 0 ? null : count,
      line: null,
      column
    })

  return {
    unwritable,
    header: (): InvalidHeader | undefined => checkHeader(columns, 1),
    cells: (values: Values): Either.Either<ReadonlyArray<Scalar.Scalar>, UnwritableValue> => {
      count++
      for (const column of Object.keys(values)) {
        if (known.has(column) || values[column] === undefined || values[column] === null) continue
        const problem = `it has a value for ${JSON.stringify(column)}, which is not one of the columns of the file.`
        return Either.left(unwritable(column, problem))
      }
      const cells: Array<Scalar.Scalar> = []
      for (const column of columns) {
        const scalar = Scalar.toScalar(Object.hasOwn(values, column) ? values[column] : undefined)
        if (scalar instanceof Scalar.Unfit) {
          const problem = `its value for ${JSON.stringify(column)} is ${scalar.problem}. Make it text first.`
          return Either.left(unwritable(column, problem))
        }
        cells.push(scalar)
      }
      return Either.right(cells)
    }
  }
}

/** The rows to write as cells, the header first: see `TableFile.toCells`. */
export const toCells = <E, R>(
  rows: Stream.Stream<Values, E, R>,
  columns: ReadonlyArray<string> | undefined
): Stream.Stream<ReadonlyArray<Scalar.Scalar>, E | TableFileError, R> =>
  Stream.suspend(() => {
    let checker: ReturnType<typeof makeChecker> | undefined

    /** The header, once. */
    const begin = (first: Values): Stream.Stream<ReadonlyArray<Scalar.Scalar>, TableFileError> => {
      if (checker !== undefined) return Stream.empty
      const names = columns ?? Object.keys(first)
      checker = makeChecker(names)
      const wrong = checker.header()
      if (wrong !== undefined) return Stream.fail(wrong)
      return names.length === 0 ? Stream.empty : Stream.succeed(names)
    }

    return rows.pipe(
      Stream.flatMap((values) =>
        Stream.concat(
          begin(values),
          Stream.suspend(() => (checker === undefined ? Stream.empty : Stream.fromEffect(checker.cells(values))))
        )
      ),
      Stream.concat(Stream.suspend(() => begin({})))
    )
  })

import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import type * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import type * as Ids from "../../Ids.js"
import { ImportFailed, type InvalidRequest, type Issue, isAccess } from "../../KaleidoscopeError.js"
import * as Nearest from "../catalog/nearest.js"
import * as EncodedRow from "../json/rows.js"
import * as Monotonic from "../monotonic.js"
import * as Method from "../request/method.js"
import * as FieldNames from "./fieldNames.js"
import * as Gather from "./gather.js"
import * as ImportSize from "./importSize.js"
import type { AwaitError, Import, InvalidRow, PushError, Pushed, Row, StreamOptions } from "./model.js"
import * as Push from "./push.js"
import * as RowErrors from "./rowErrors.js"
import type * as Wait from "./wait.js"

const name = "Imports.pushStream"

const defaultConcurrency = 12

/** The longest time before an import is read for the first time, in milliseconds. */
const longestFirstLook = 10_000

/** How many pushes in a row may fail with errors that pass. */
const mostInARow = 3

/** Whether the server refused a push because its body is too large. */
const isTooLarge = (error: PushError | AwaitError): boolean =>
  error._tag === "KaleidoscopeUnexpectedStatus" && error.status === 413

/** Whether no later row can do better than a push that failed so. */
export const isLasting = (error: PushError | AwaitError): boolean => {
  switch (error._tag) {
    case "KaleidoscopeBadRequest":
    case "KaleidoscopeConflict":
    case "KaleidoscopeRateLimited":
    case "KaleidoscopeServerError":
      return false
    case "KaleidoscopeTransportError":
      // A connection that was made and broke may be made again.
      return error.outcome === "none"
    default:
      return !isTooLarge(error)
  }
}

/** Whether a later push may succeed. */
const isPassing = (error: PushError): boolean =>
  error._tag !== "KaleidoscopeBadRequest" && error._tag !== "KaleidoscopeConflict" && !isTooLarge(error)

/** Whether an import says that it skipped all of its rows. */
const skippedAll = (found: Import): boolean => {
  const { failed, successful, total_processed } = RowErrors.validationOf(found)
  if (failed === null || failed === 0) return false
  return successful === null ? total_processed !== null && failed >= total_processed : successful === 0
}

/** The error of a stream if the imports skipped all rows. */
const allSkipped = (name: string, { id }: Import): ImportFailed =>
  new ImportFailed({
    ...Method.localFacts(name, `no row was imported: see the row errors of import ${id}`),
    importId: id,
    reason: null
  })

/** The error of a stream if none of its rows can be sent. */
const allInvalid = (name: string, { index, issues: [issue] }: InvalidRow<unknown>): InvalidRequest => {
  const at = `rows[${index}]${issue === undefined || issue.path === "" ? "" : `.${issue.path}`}`
  return Method.invalid(
    name,
    at,
    `no row is valid, so nothing was pushed. This is the first of them: ${issue?.message ?? ""}`
  )
}

/** Some rows of a stream: those that can be sent, and the others with what is wrong with them. */
interface Sifted<A> {
  readonly sent: ReadonlyArray<RowErrors.Sent>
  readonly invalid: ReadonlyArray<InvalidRow<A>>
}

/** What a job of many pushes decides for itself. */
export interface Job<A> {
  /** The method that the application called. */
  readonly name: string
  /** Checks the rows of one import. `first` is the index of the first of them. */
  readonly sift: (first: number, rows: ReadonlyArray<A>) => Effect.Effect<Sifted<A>, PushError>
  /** Whether the stream fails if no row was imported. */
  readonly failsIfNone: boolean
  /** Called before rows are pushed. The result is called with the id of their import, or none if they are pushed in parts. */
  readonly onPush?: (rows: ReadonlyArray<A>) => (id: Option.Option<Ids.ImportId>) => void
}

/** Refuses numbers of rows and of imports that are not possible. */
export const checkNumbers = (
  name: string,
  { concurrency, rowsPerImport }: Pick<StreamOptions, "concurrency" | "rowsPerImport">
) =>
  Effect.forEach(
    Object.entries({ concurrency, rowsPerImport }),
    ([at, value]) =>
      value === undefined || (Number.isSafeInteger(value) && value >= 1)
        ? Effect.void
        : Method.invalid(name, at, `${value} is not a whole number above zero`),
    { discard: true }
  )

/** Pushes streams of rows that were checked before. */
export const pushing =
  ({ dropping, encoded, optionsOf, pushRows }: ReturnType<typeof Push.make>, await_: ReturnType<typeof Wait.make>) =>
  <A, E, R>(
    rows: Stream.Stream<A, E, R>,
    {
      concurrency = defaultConcurrency,
      rowsPerImport,
      schedule,
      source_id,
      timeout,
      within,
      ...options
    }: StreamOptions,
    { failsIfNone, name, onPush, sift }: Job<A>
  ): Stream.Stream<Pushed<A>, E | PushError | AwaitError, R> => {
    const { key_field_names } = options
    const started = Effect.gen(function* () {
      const body = yield* optionsOf(options)
      const clock = yield* Effect.clock
      const size = rowsPerImport === undefined ? ImportSize.fitting() : ImportSize.fixed(rowsPerImport)
      const groups = yield* Gather.make(rows, {
        size: size.rows,
        within: within === undefined ? undefined : Duration.toMillis(within)
      })
      /** The error after which nothing more is pushed. */
      let lasting: PushError | AwaitError | undefined
      let passingInARow = 0
      let hasImported = false
      /** Why no row was imported, as long as none was. */
      let lastError: PushError | AwaitError | undefined
      /** The shortest time after which an import was seen to be done, in milliseconds. */
      let shortest = 0

      const failedWith = (error: PushError | AwaitError, isLast: boolean) =>
        Effect.suspend(() => {
          lastError = error
          if (!isLast || lasting !== undefined) return Effect.void
          lasting = error
          return groups.stop
        })

      const pushSome = (first: number, rows: ReadonlyArray<A>): Effect.Effect<ReadonlyArray<Pushed<A>>> =>
        Effect.gen(function* () {
          const some = { first, rows, invalid: [], importId: Option.none(), rowErrors: [] }
          if (lasting !== undefined) return [{ ...some, result: Either.left(Method.asNotSent(lasting)) }]
          const sifted = yield* Effect.either(sift(first, rows).pipe(Method.withSpan(name)))
          if (Either.isLeft(sifted)) {
            yield* failedWith(sifted.left, true)
            return [{ ...some, result: Either.left(sifted.left) }]
          }
          const { invalid, sent } = sifted.right
          const valid = { ...some, invalid }
          const [firstInvalid] = invalid
          if (sent.length === 0) {
            if (firstInvalid !== undefined) lastError ??= allInvalid(name, firstInvalid)
            return [{ ...valid, result: Either.right(Option.none()) }]
          }
          let bytes = 0
          const accept = onPush?.(rows)
          // The body is not kept while the import runs.
          const pushed = yield* Effect.suspend(() => {
            const content = encoded({ ...body, data: sent.map(({ row }) => row) })
            bytes = content.bytes
            return pushRows(source_id, content.body)
          }).pipe((push) => dropping(push, options), Method.withSpan(name), Effect.either)
          if (Either.isLeft(pushed)) {
            const error = pushed.left
            if (isTooLarge(error) && rows.length > 1) {
              size.refused(sent.length, bytes)
              accept?.(Option.none())
              const half = Math.ceil(rows.length / 2)
              const before = yield* pushSome(first, rows.slice(0, half))
              return [...before, ...(yield* pushSome(first + half, rows.slice(half)))]
            }
            passingInARow = isPassing(error) ? passingInARow + 1 : 0
            yield* failedWith(error, isLasting(error) || passingInARow === mostInARow)
            return [{ ...valid, result: Either.left(error) }]
          }
          passingInARow = 0
          size.taken(sent.length, bytes)
          const importId = Option.some(pushed.right)
          accept?.(importId)
          const start = Monotonic.now(clock)
          // Sooner it would only be read in vain, and the waits of the schedule would be longer when it is done.
          const firstLook = schedule === undefined ? Math.min(shortest * 0.9, longestFirstLook) : 0
          const result = yield* await_(pushed.right, { schedule, timeout }, firstLook).pipe(
            (wait) => dropping(wait, options),
            Method.withSpan(name),
            Effect.either
          )
          if (Either.isLeft(result)) {
            yield* failedWith(result.left, isAccess(result.left))
            return [{ ...valid, importId, result: Either.left(result.left) }]
          }
          const took = Monotonic.now(clock) - start
          shortest = shortest === 0 ? took : Math.min(shortest, took)
          const done = result.right
          if (skippedAll(done)) lastError = allSkipped(name, done)
          else hasImported = true
          const rowErrors = RowErrors.locate(done, sent, key_field_names)
          return [{ ...valid, importId, result: Either.right(Option.some(done)), rowErrors }]
        })

      const end = Stream.suspend((): Stream.Stream<never, E | PushError | AwaitError> => {
        const failure = groups.failure()
        if (Option.isSome(failure)) return Stream.failCause(failure.value)
        if (lasting !== undefined) return Stream.fail(lasting)
        return hasImported || lastError === undefined || !failsIfNone ? Stream.empty : Stream.fail(lastError)
      })

      return Stream.repeatEffectOption(groups.next).pipe(
        Stream.mapAccum(0, (first, rows) => [first + rows.length, [first, rows] as const]),
        Stream.mapEffect(([first, rows]) => pushSome(first, rows), { concurrency }),
        Stream.mapConcat((pushed) => pushed),
        Stream.concat(end)
      )
    })
    return Stream.unwrapScoped(Method.withSpan(name)(started))
  }

/** Pushes streams of rows, after it has checked their names. */
export const make =
  (push: ReturnType<typeof Push.make>, await_: ReturnType<typeof Wait.make>) =>
  <A, E, R>(
    rows: Stream.Stream<A, E, R>,
    { schema, ...options }: StreamOptions & { readonly schema?: Schema.Schema<A, Row> }
  ): Stream.Stream<Pushed<A>, E | PushError | AwaitError, R> => {
    const { key_field_names, unknown_fields } = options
    const isAdding = unknown_fields === "add"
    const encode = schema === undefined ? EncodedRow.plain : EncodedRow.encode(schema)
    const known = push.knownFields("name")
    const isKey = new Set(key_field_names)

    const check = Effect.gen(function* () {
      yield* checkNumbers(name, options)
      yield* Push.checkKeys("key_field_names", key_field_names, FieldNames.canonicalFor("name", isAdding))
      if (isAdding) return
      const columns = schema === undefined ? [] : EncodedRow.columns(schema).map(({ name }) => name)
      const [keys, others] = yield* Effect.all(
        [known.keys(key_field_names), known.columns(columns.filter((name) => !isKey.has(name)))],
        { concurrency: 2 }
      )
      yield* FieldNames.refusePush([...keys.values(), ...others.values()])
    })

    const siftIn =
      (seen: Map<string, string>): Job<A>["sift"] =>
      (first, rows) =>
        Effect.gen(function* () {
          const columns = new Set<string>()
          let before: ReadonlyArray<string> = []
          const encoded = rows.map((row, offset) => {
            const result = encode(row, before)
            if (Either.isRight(result) && !Push.areSame(result.right.columns, before)) {
              before = result.right.columns
              for (const column of before) if (!isKey.has(column)) columns.add(column)
            }
            return { index: first + offset, row, result }
          })
          const problems = isAdding ? new Map<string, FieldNames.Problem>() : yield* known.columns(columns)
          const issuesOf = (columns: ReadonlyArray<string>): ReadonlyArray<Issue> =>
            columns.flatMap((column) => {
              const message = isAdding ? FieldNames.unaddable(seen, column) : problems.get(column)?.message
              return message === undefined ? [] : [{ path: column, message }]
            })
          const sent: Array<RowErrors.Sent> = []
          const invalid: Array<InvalidRow<A>> = []
          let issues: ReadonlyArray<Issue> = []
          before = []
          for (const { index, result, row } of encoded) {
            if (Either.isLeft(result)) {
              invalid.push({ index, row, issues: result.left })
              continue
            }
            const { columns, row: encodedRow } = result.right
            if (!Push.areSame(columns, before)) issues = issuesOf(columns)
            before = columns
            if (issues.length === 0) sent.push({ index, row: encodedRow })
            else invalid.push({ index, row, issues })
          }
          return { sent, invalid }
        })

    return Stream.unwrap(
      Effect.map(Method.withSpan(name)(check), () => {
        const seen = new Map(key_field_names.map((name) => [Nearest.visible(name), name]))
        return pushing(push, await_)(rows, options, { name, sift: siftIn(seen), failsIfNone: true })
      })
    )
  }

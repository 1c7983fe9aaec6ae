import * as Cause from "effect/Cause"
import * as Chunk from "effect/Chunk"
import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import type * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import type * as Ids from "../../Ids.js"
import { type InvalidRequest, type Issue, isRetryable } from "../../KaleidoscopeError.js"
import * as Nearest from "../catalog/nearest.js"
import * as EntityFields from "../entityFields/lookup.js"
import * as Id from "../id.js"
import type * as Api from "../request/api.js"
import * as Method from "../request/method.js"
import type { Table } from "../tables/table.js"
import * as Calls from "./calls.js"
import * as Existing from "./existing.js"
import * as Gather from "./gather.js"
import * as JobState from "./jobState.js"
import type { AwaitError, Import, PushError, Pushed } from "./model.js"
import * as Plan from "./plan.js"
import * as Prepare from "./prepare.js"
import type * as Push from "./push.js"
import * as RepeatedKeys from "./repeatedKeys.js"
import type { ImportOptions, RejectedRow, Report, UnknownRows } from "./report.js"
import * as RowErrors from "./rowErrors.js"
import * as Streams from "./stream.js"
import * as Wait from "./wait.js"

const { name } = Plan

/** Number of rows that are looked up together. */
const rowsPerLookup = 1000

/** An import that has not finished for so long is taken for abandoned. */
const abandonedAfter = Duration.hours(1)

/** The rows of a job: a stream, a list, or a table. */
export type Source<A, E, R> = Stream.Stream<A, E, R> | Iterable<A> | Table<E, R>

type AnySchema = Schema.Schema.AnyNoContext

type Options<E, R> = ImportOptions<E, R> & { readonly schema?: AnySchema | undefined }

type JobError = PushError | AwaitError

const isTable = <A, E, R>(source: Source<A, E, R>): source is Table<E, R> =>
  Predicate.hasProperty(source, "columns") && Predicate.hasProperty(source, "rows")

const isEmpty = (values: object): boolean => {
  for (const _ in values) return false
  return true
}

const isStream = <A, E, R>(source: Stream.Stream<A, E, R> | Iterable<A>): source is Stream.Stream<A, E, R> =>
  Predicate.hasProperty(source, Stream.StreamTypeId)

const inputOf = <A, E, R>(source: Source<A, E, R>): Stream.Stream<Prepare.InputRow, E, R> => {
  // Spreadsheets write lines of empty cells.
  if (isTable(source)) return Stream.filter(source.rows, ({ issues, values }) => issues.length > 0 || !isEmpty(values))
  const rows = isStream(source) ? source : Stream.fromIterable(source)
  return Stream.suspend(() => {
    let row = 0
    return Stream.mapChunks(
      rows,
      Chunk.map((values) => ({ row: ++row, values, issues: [] }))
    )
  })
}

/** What is wrong with a row, by the error of the server. */
const issuesOf = (error: PushError | AwaitError): ReadonlyArray<Issue> =>
  error._tag === "KaleidoscopeBadRequest" && error.issues.length > 0
    ? error.issues
    : [{ path: "", message: error.message }]

/** The place of a row in an issue of the server: `data.3.IC50` or `data[3].IC50`. */
const inRow = /^\/?(?:body[./])?data[./[](\d+)\]?(?:[./](.*))?$/

/** The issues by the index of their row, if the server says of each of them which row it is about. */
const issuesByRow = (error: JobError, count: number): ReadonlyMap<number, ReadonlyArray<Issue>> | undefined => {
  if (error._tag !== "KaleidoscopeBadRequest" || error.issues.length === 0) return undefined
  const found = new Map<number, Array<Issue>>()
  for (const { message, path } of error.issues) {
    const [, digits, column = ""] = inRow.exec(path) ?? []
    const index = Number(digits)
    if (digits === undefined || index >= count) return undefined
    found.set(index, [...(found.get(index) ?? []), { path: column, message }])
  }
  return found
}

/** Imports rows as one job. */
export const make = (api: Api.Api, pushing: ReturnType<typeof Push.make>, await_: ReturnType<typeof Wait.make>) => {
  const dataFields = EntityFields.dataFieldCatalog(api)
  const plan = Plan.make(api, pushing)
  const push = Streams.pushing(pushing, await_)

  /** Waits for the imports that others, or a job before this one, started and that may still write the same values. */
  const awaitOthers = (
    operation: Ids.ActivityId | null,
    own: Iterable<string>,
    { timeout }: Pick<Options<never, never>, "timeout">
  ) =>
    Effect.gen(function* () {
      const now = yield* Clock.currentTimeMillis
      const isWaitedFor = (found: Import): boolean =>
        Wait.stateOf(found) === "running" &&
        !Id.isIn(found.id, own) &&
        (operation === null
          ? found.operation_id === null
          : found.operation_id === null || Id.same(found.operation_id, operation)) &&
        (found.created_at === null ||
          now - DateTime.toEpochMillis(found.created_at) < Duration.toMillis(abandonedAfter))
      const unfinished = yield* api.get(Calls.list, {}, { is_complete: 0 })
      yield* Effect.forEach(
        unfinished.filter(isWaitedFor),
        ({ id }) =>
          await_(id, { timeout }).pipe(
            // Whether it failed does not matter here: what it wrote is looked up.
            Effect.catchTag("KaleidoscopeImportFailed", () => Effect.void),
            Effect.catchTag("KaleidoscopeNotFound", () => Effect.void)
          ),
        { concurrency: 4, discard: true }
      )
    })

  const run = <A, E, R, E2, R2>(
    source: Source<A, E, R>,
    options: Options<E2, R2>,
    state: JobState.JobState
  ): Effect.Effect<void, E | E2 | JobError, R | R2> =>
    Effect.gen(function* () {
      const {
        dryRun = false,
        entity_slice_id,
        existing = "skip",
        key_field_names,
        onProgress,
        onRejected,
        rejected: whenRejected = "report",
        repeatedKeys = "reject",
        rowsByKey = RepeatedKeys.make(),
        schema,
        unknown_fields,
        ...target
      } = options
      const isAdding = unknown_fields === "add"
      const { counts, inFlight } = state

      yield* Streams.checkNumbers(name, options)
      const tableColumns = isTable(source) ? source.columns : undefined
      const { keyNames, keyFields } = yield* plan({
        entity_slice_id,
        key_field_names,
        isAdding,
        tableColumns,
        schema
      })
      const pushOptions = { ...target, key_field_names: keyNames, unknown_fields }
      const body = yield* pushing.optionsOf(pushOptions)
      const operation = body.operation_id ?? null

      const fields = new Map<string, EntityFields.EntityField>()
      const prepare = Prepare.make({
        keys: keyNames,
        generated: new Set(
          keyFields.flatMap(({ field_name, format_enforcement }) =>
            format_enforcement === "generate" && field_name !== null ? [field_name] : []
          )
        ),
        isAdding,
        rowsByKey: repeatedKeys === "reject" ? rowsByKey : undefined,
        isTable: tableColumns !== undefined,
        schema,
        known: pushing.knownFields("name"),
        fields,
        fieldCalled: (column) =>
          Effect.map(
            dataFields.recent(() => true),
            (all) => all.find((field) => field.field_name === column && field.is_archived !== true)
          )
      })
      const lookUp = Existing.make(api, {
        keyFields,
        keyNames,
        fields,
        operation_id: operation,
        record_view_id: body.record_view_id ?? null,
        countsAll: repeatedKeys === "send"
      })
      // Without the key fields in the workspace, no record has these keys.
      const looksUp = existing === "skip" && keyFields.length === keyNames.length

      const tell =
        onProgress === undefined
          ? Effect.void
          : Effect.flatMap(Clock.currentTimeMillis, (now) => onProgress(state.progress(now)))

      const reject = (rows: ReadonlyArray<RejectedRow>): Effect.Effect<void, E2 | InvalidRequest, R2> =>
        Effect.forEach(
          rows,
          (row): Effect.Effect<void, E2 | InvalidRequest, R2> => {
            state.addRejected(row)
            counts.done++
            const handed = onRejected === undefined ? Effect.void : Effect.asVoid(onRejected(row))
            if (whenRejected === "report") return handed
            const [issue] = row.issues
            const at = `row ${row.row}${issue === undefined || issue.path === "" ? "" : `, ${Nearest.quote(issue.path)}`}`
            return Effect.zipRight(handed, Effect.fail(Method.invalid(name, at, issue?.message ?? "")))
          },
          { discard: true }
        )

      const checked = Stream.mapChunksEffect(inputOf(source), (inputs) =>
        Effect.gen(function* () {
          const { prepared, rejected } = yield* prepare(inputs)
          counts.rows_read += inputs.length
          counts.valid += prepared.length
          yield* reject(rejected)
          yield* tell
          return Chunk.unsafeFromArray(prepared)
        })
      )

      const skip = (rows: ReadonlyArray<Prepare.Prepared>) => {
        counts.skipped += rows.length
        counts.done += rows.length
      }

      const left = !looksUp
        ? checked
        : Gather.groups(checked, {
            size: () => rowsPerLookup,
            within: options.within === undefined ? undefined : Duration.toMillis(options.within)
          }).pipe(
            Stream.mapEffect(lookUp, { concurrency: 2 }),
            Stream.mapEffect(({ missing, there }) => {
              skip(there)
              return Effect.as(there.length > 0 ? tell : Effect.void, Chunk.unsafeFromArray(Array.from(missing)))
            }),
            Stream.flattenChunks
          )

      if (dryRun) return yield* Stream.runDrain(left)
      if (looksUp) yield* awaitOthers(operation, [], options)

      const unknownRows = (
        rows: ReadonlyArray<Prepare.Prepared>,
        import_id: Ids.ImportId | null,
        reason: string,
        outcome: UnknownRows["outcome"] = "unknown"
      ): void => {
        counts.done += rows.length
        state.addUnknown({ count: rows.length, rows: rows.map(({ row }) => row), import_id, outcome, reason })
      }

      const imported = (
        rows: ReadonlyArray<Prepare.Prepared>,
        done: Import,
        first: number,
        found: Pushed<unknown>["rowErrors"]
      ) =>
        Effect.gen(function* () {
          state.imports.push({ id: done.id, state: "done" })
          counts.created += done.import_result?.records_created ?? 0
          counts.updated += done.import_result?.records_updated ?? 0
          const issues = new Map<number, Array<Issue>>()
          let unlocated = 0
          for (const { error, indices } of found) {
            const [index, ...others] = indices
            if (index === undefined || others.length > 0) {
              unlocated++
              continue
            }
            issues.set(index, [...(issues.get(index) ?? []), RowErrors.issueOf(error)])
          }
          const rejected = Array.from(issues).flatMap(([index, issues]) => {
            const row = rows[index - first]
            return row === undefined ? [] : [Prepare.rejectedRow(row, issues)]
          })
          const failed = RowErrors.validationOf(done).failed ?? 0
          const unclear = Math.min(
            rows.length - rejected.length,
            Math.max(failed - rejected.length, unlocated > 0 && failed === 0 ? unlocated : 0)
          )
          if (unclear > 0) {
            state.addUnknown({
              count: unclear,
              rows: [],
              import_id: done.id,
              outcome: "unknown",
              reason: `the import rejected ${unclear} more rows, and its result does not show which`
            })
          }
          counts.done += rows.length - rejected.length
          yield* reject(rejected)
        })

      const own = () => [
        ...state.imports.map(({ id }) => id),
        ...Array.from(inFlight.values()).flatMap(({ id }) => id ?? [])
      ]

      /** Finds out what became of rows after an error that leaves it open. */
      const settle = (
        rows: ReadonlyArray<Prepare.Prepared>,
        id: Ids.ImportId | null,
        error: JobError,
        isAgain: boolean
      ): Effect.Effect<void, E2 | JobError, R2> =>
        Effect.gen(function* () {
          if (!looksUp || (id !== null && error._tag !== "KaleidoscopeImportFailed")) {
            return unknownRows(rows, id, error.message)
          }
          const found = yield* awaitOthers(operation, own(), options).pipe(Effect.zipRight(lookUp(rows)), Effect.either)
          if (Either.isLeft(found)) {
            return unknownRows(
              rows,
              id,
              `${error.message}. Then the rows could not be looked up: ${found.left.message}`
            )
          }
          const { missing, there } = found.right
          if (id === null) counts.sent += there.length
          counts.done += there.length
          if (missing.length === 0) return
          if (id !== null) return yield* reject(missing.map((row) => Prepare.rejectedRow(row, issuesOf(error))))
          if (isAgain || Streams.isLasting(error)) {
            return unknownRows(missing, null, `${error.message}. The platform does not have their values so far`)
          }
          // The connection broke, no import of others runs, and the values are not there: the rows are sent once more.
          yield* pushAll(Stream.fromIterable(missing), true)
        })

      const collect = (
        { first, importId, result, rowErrors, rows }: Pushed<Prepare.Prepared>,
        isAgain: boolean
      ): Effect.Effect<void, E2 | JobError, R2> =>
        Effect.gen(function* () {
          inFlight.delete(rows)
          const id = Option.getOrNull(importId)
          if (id !== null) counts.sent += rows.length
          if (Either.isRight(result)) {
            if (Option.isSome(result.right)) yield* imported(rows, result.right.value, first, rowErrors)
            return
          }
          const error = result.left
          if (id !== null) {
            state.imports.push({ id, state: error._tag === "KaleidoscopeImportFailed" ? "failed" : "running" })
          } else if (error.outcome === "none") {
            // After an error that ends the job, these rows are only not sent.
            if (Streams.isLasting(error)) return
            // The rows are not at fault.
            if (isRetryable(error))
              return unknownRows(rows, null, `${error.message}. The rows were not imported`, "none")
            const byRow = isAgain ? undefined : issuesByRow(error, rows.length)
            if (byRow === undefined) {
              return yield* reject(rows.map((row) => Prepare.rejectedRow(row, issuesOf(error))))
            }
            yield* reject(
              rows.flatMap((row, nth) => {
                const issues = byRow.get(nth)
                return issues === undefined ? [] : [Prepare.rejectedRow(row, issues)]
              })
            )
            // The server refused the whole push. It may take it without these rows.
            return yield* pushAll(Stream.fromIterable(rows.filter((_, nth) => !byRow.has(nth))), true)
          }
          yield* settle(rows, id, error, isAgain)
        }).pipe(Effect.zipRight(tell))

      const pushAll = <E3, R3>(
        rows: Stream.Stream<Prepare.Prepared, E3, R3>,
        isAgain: boolean
      ): Effect.Effect<void, E2 | E3 | JobError, R2 | R3> =>
        push(rows, pushOptions, {
          name,
          failsIfNone: false,
          sift: (first, rows) =>
            Effect.succeed({ sent: rows.map(({ sent }, nth) => ({ index: first + nth, row: sent })), invalid: [] }),
          onPush: (rows) => {
            const entry: JobState.InFlight = { id: null }
            inFlight.set(rows, entry)
            return (id) => {
              if (Option.isSome(id)) entry.id = id.value
              else inFlight.delete(rows)
            }
          }
        }).pipe(Stream.runForEach((pushed) => collect(pushed, isAgain)))

      yield* pushAll(left, false)
    })

  return <A, E, R, E2, R2>(
    source: Source<A, E, R>,
    options: Options<E2, R2>
  ): Effect.Effect<Report, E | E2 | JobError, R | R2> =>
    Effect.gen(function* () {
      const start = yield* Clock.currentTimeMillis
      const state = JobState.make(options.rejectedLimit ?? 1000, options.dryRun === true, start)
      yield* run(source, options, state).pipe(
        Effect.onExit((exit) =>
          options.onEnd === undefined
            ? Effect.void
            : options.onEnd(
                state.report(
                  Exit.isSuccess(exit) ? "complete" : Cause.isInterrupted(exit.cause) ? "interrupted" : "failed"
                )
              )
        )
      )
      return state.report("complete")
    }).pipe(Method.withSpan(name))
}

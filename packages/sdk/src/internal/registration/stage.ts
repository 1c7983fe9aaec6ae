import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import type * as Ids from "../../Ids.js"
import {
  type ImportFailed,
  InvalidRows,
  type NotFound,
  type ReferenceError,
  RegistrationIncomplete,
  type WriteError
} from "../../KaleidoscopeError.js"
import * as Activities from "../activities/lookup.js"
import * as Catalog from "../catalog/catalog.js"
import * as MissingField from "../catalog/missingField.js"
import * as References from "../catalog/references.js"
import * as EntityFields from "../entityFields/lookup.js"
import * as Id from "../id.js"
import * as ImportCalls from "../imports/calls.js"
import type { AwaitOptions, Import } from "../imports/model.js"
import * as RowErrors from "../imports/rowErrors.js"
import * as Wait from "../imports/wait.js"
import * as Records from "../records/lookup.js"
import * as RecordViews from "../recordViews/lookup.js"
import type * as Api from "../request/api.js"
import type * as Call from "../request/call.js"
import * as Method from "../request/method.js"
import * as Calls from "./calls.js"
import * as Columns from "./columns.js"
import * as Matching from "./matching.js"
import type { DraftReference, Staged, StagedDraft, StageOptions } from "./model.js"
import * as Submissions from "./submissions.js"

/** The errors of one import of rows. */
type ChunkError = WriteError | NotFound | ReferenceError | ImportFailed

/** Some rows of a table, and what became of them. */
export interface Group {
  readonly rows: ReadonlyArray<Columns.SentRow>
  readonly importId: Ids.ImportId
  readonly imported: Import
  readonly matches: ReadonlyArray<Matching.Match>
  readonly otherDrafts: ReadonlyArray<Ids.RecordId>
}

/** Why some rows did not become drafts as they should. */
interface Failed {
  readonly error: ChunkError
  /** The import, if it ran or may have run. */
  readonly importId: Option.Option<Ids.ImportId>
}

/** Whether an import shows that it was started. */
const isStarted = (found: Import): boolean => found.started_at !== null || Wait.stateOf(found) !== "running"

/** The indices of rows of which it is known, or not known, that they are no drafts. */
const lost = ({ matches, otherDrafts, rows }: Group) => {
  const matched = new Set(matches.map(({ index }) => index))
  const indices = rows.map(({ index }) => index).filter((index) => !matched.has(index))
  return otherDrafts.length > 0 ? { unknown: indices, notStaged: [] } : { unknown: [], notStaged: indices }
}

/** Stages rows of tables as drafts. */
export const make = (api: Api.Api) => {
  const activities = Activities.catalog(api)
  const recordViews = RecordViews.catalog(api)
  const fields = EntityFields.fieldCatalogs(api)
  const records = Records.lookup(api)
  const check = Columns.make(api)
  const submissions = Submissions.make(api)
  const wait = Wait.make(api, fields.drop)
  const { name } = Calls.runImport

  /** The view where an activity stages its drafts, and the drafts that it has. */
  const stagingOf = (reference: Activities.Reference) =>
    Effect.gen(function* () {
      const activity = yield* activities.get(reference)
      const viewId = yield* MissingField.required(name, "activity", activity, "registration_staging_record_view_id")
      if (viewId === null) {
        const advice =
          "set registration_staging_template_view_id of its definition: activities that are made after that have one"
        return yield* References.unknown(name, `view for drafts in activity ${activity.id}`, `; ${advice}`)
      }
      const view = yield* recordViews.get(viewId)
      const before = yield* MissingField.required(name, "activity", activity, "data_table_draft_record_ids")
      return { activity, view, before }
    })

  /** The drafts that a table replaces. */
  const replacedBy = (
    id: Ids.ActivityId,
    replace: "all" | Iterable<DraftReference> | undefined,
    before: ReadonlyArray<Ids.RecordId>
  ) =>
    Effect.gen(function* () {
      if (replace === undefined) return []
      const ids = replace === "all" ? before : Id.distinctIds(Array.from(replace, Catalog.idOf))
      const unknown = ids.filter((id) => !Id.isIn(id, before))
      if (unknown.length > 0) {
        return yield* Method.invalid(name, "replace", `these are not drafts of the activity: ${unknown.join(", ")}`)
      }
      if (ids.length === 0) return ids
      const busy = (yield* api.get(Calls.draftStatuses, { id })).flatMap(({ record_id, status }) =>
        record_id !== null && (status === "pending" || status === "submitted") && Id.isIn(record_id, ids)
          ? [record_id]
          : []
      )
      return busy.length === 0
        ? ids
        : yield* Method.invalid(name, "replace", `these drafts are pending or submitted: ${busy.join(", ")}`)
    })

  const createImport = (operation_id: Ids.ActivityId, rows: ReadonlyArray<Columns.SentRow>) => {
    const data_json = rows.map(({ values }) => values)
    const body = { data_json, attrs: {}, operation_id, is_draft: true, source_type: "http-post" }
    return api.send(Calls.createImport, {}, body).pipe(
      // The list of imports does not show whose rows an import has, so this one is not looked up.
      Effect.mapError((error) =>
        error.outcome === "done"
          ? Method.withFacts(error, {
              outcome: "none",
              message: "the response has no new import that can be run. No row is staged, so you can repeat it"
            })
          : error
      )
    )
  }

  /** Refuses rows that are drafts already. */
  const refuseStaged = (id: Ids.ActivityId, table: Columns.Table, drafts: ReadonlyArray<Ids.RecordId>) =>
    Effect.gen(function* () {
      if (drafts.length === 0) return
      const same = Matching.same(table, yield* records.findMany(drafts), id)
      if (same.length === 0) return
      const rows = same.map(({ index, record }) => ({
        index,
        issues: [{ path: "", message: `the draft ${record.id} of the activity has the same keys and values` }]
      }))
      const messages = rows.flatMap(({ index, issues }) => issues.map(({ message }) => `rows[${index}]: ${message}`))
      return yield* new InvalidRows({
        ...Method.localFacts(
          name,
          `${References.listed(messages)}. Nothing was sent. Go on with these drafts, replace them, or set alreadyStaged to "stage" for more drafts of the same rows`
        ),
        rows
      })
    })

  /** Runs an import. If nobody knows whether the request was done, it looks, and never runs it twice. */
  const runImport = (id: Ids.ImportId, body: Call.Content<(typeof Calls.runImport.content)[number]>) =>
    api.send(Calls.runImport, { id }, body).pipe(
      Submissions.orFound(api, {
        name,
        thing: `import ${id}`,
        read: api.get(ImportCalls.get, { id }),
        result: (found) => Effect.succeed(isStarted(found) ? Option.some(undefined) : Option.none()),
        inWords: () => "a state that does not show whether it was started"
      })
    )

  /** Stages some rows with one import, and finds the drafts that came of them. */
  const stageSome = <R>(
    activity: Ids.ActivityId,
    view: Ids.RecordViewId,
    table: Columns.Table,
    rows: ReadonlyArray<Columns.SentRow>,
    before: ReadonlySet<string>,
    replaced: ReadonlyArray<Ids.RecordId>,
    options: AwaitOptions<R>
  ): Effect.Effect<Group, Failed, R> =>
    Effect.gen(function* () {
      const nothingRan = (error: ChunkError): Failed => ({ error, importId: Option.none() })
      const { id } = yield* Effect.mapError(createImport(activity, rows), nothingRan)
      const mayHaveRun = (error: ChunkError): Failed => ({ error, importId: Option.some(id) })
      const columns = new Set(rows.flatMap(({ values }) => Object.keys(values)))
      const body = {
        key_field_configurations: Array.from(table.keys.keys(), (name) => ({ name })),
        data_field_configurations: Array.from(table.data).flatMap(([name, field]) =>
          columns.has(name) ? [{ name, type: field.field_type, mapped_field_id: field.id }] : []
        ),
        record_view_id: view,
        replace_draft_record_ids: replaced.length === 0 ? undefined : replaced
      }
      yield* Effect.mapError(runImport(id, body), (error) =>
        error.outcome === "none" ? nothingRan(error) : mayHaveRun(error)
      )
      const newDrafts = Effect.map(submissions.draftsOf(name, activity), (present) =>
        present.filter((draft) => !before.has(Id.canonical(draft)))
      )
      const imported = yield* Effect.catchAll(wait(id, options), (error) =>
        error._tag !== "KaleidoscopeImportFailed"
          ? Effect.fail(mayHaveRun(error))
          : Effect.matchEffect(newDrafts, {
              onFailure: () => Effect.fail(mayHaveRun(error)),
              onSuccess: (drafts) => Effect.fail(drafts.length === 0 ? nothingRan(error) : mayHaveRun(error))
            })
      )
      const drafts = yield* Effect.mapError(newDrafts, mayHaveRun)
      const found = yield* Effect.mapError(records.findMany(drafts), mayHaveRun)
      const matches = Matching.match(table, rows, found, activity)
      const matched = new Set(matches.map(({ record }) => Id.canonical(record.id)))
      const otherDrafts = drafts.filter((draft) => !matched.has(Id.canonical(draft)))
      return { rows, importId: id, imported, matches, otherDrafts }
    })

  /** Stages a table, and gives what became of each group of its rows. */
  const stageGroups = <A, R = never>(
    reference: Activities.Reference,
    rows: ReadonlyArray<A>,
    { alreadyStaged = "refuse", key_field_names, replace, rowsPerImport = 1000, ...waiting }: StageOptions<A, R>
  ) =>
    Effect.gen(function* () {
      if (!Number.isSafeInteger(rowsPerImport) || rowsPerImport < 1) {
        return yield* Method.invalid(name, "rowsPerImport", `${rowsPerImport} is not a whole number above zero`)
      }
      if (rows.length === 0) return yield* Method.invalid(name, "rows", "there are no rows to stage")
      const { activity, before, view } = yield* stagingOf(reference)
      const table = yield* check(view, rows, key_field_names)
      const replaced = yield* replacedBy(activity.id, replace, before)
      if (alreadyStaged === "refuse") {
        const isReplaced = new Set(replaced.map(Id.canonical))
        const kept = before.filter((draft) => !isReplaced.has(Id.canonical(draft)))
        yield* refuseStaged(activity.id, table, kept)
      }
      const groups = Arr.chunksOf(table.rows, rowsPerImport)
      const seen = new Set(before.map(Id.canonical))
      const done: Array<Group> = []
      for (const [position, group] of groups.entries()) {
        // Earlier drafts are archived by the last import, and only if each row before it is a draft.
        const isComplete =
          position === groups.length - 1 && done.every(({ matches, rows }) => matches.length === rows.length)
        const archived = isComplete ? replaced : []
        const result = yield* Effect.either(stageSome(activity.id, view.id, table, group, seen, archived, waiting))
        if (Either.isRight(result)) {
          for (const draft of draftsOf(result.right)) seen.add(Id.canonical(draft))
          done.push(result.right)
          continue
        }
        const { error, importId } = result.left
        if (done.length === 0 && Option.isNone(importId)) return yield* Effect.fail(error)
        const current = group.map(({ index }) => index)
        const later = groups.slice(position + 1).flatMap((rows) => rows.map(({ index }) => index))
        const mayHaveRun = Option.isSome(importId)
        return yield* incomplete("staging", error, done, {
          importIds: Option.toArray(importId),
          unknown: mayHaveRun ? current : [],
          notStaged: mayHaveRun ? later : [...current, ...later]
        })
      }
      return { activity, table, done }
    }).pipe(Effect.ensuring(activities.drop))

  return { stageGroups, records, submissions }
}

const draftsOf = ({ matches, otherDrafts }: Group): ReadonlyArray<Ids.RecordId> => [
  ...matches.map(({ record }) => record.id),
  ...otherDrafts
]

/** The error of a table of which something was staged. */
export const incomplete = (
  during: RegistrationIncomplete["during"],
  error: RegistrationIncomplete["reason"] | RegistrationIncomplete,
  done: ReadonlyArray<Group>,
  now: {
    readonly importIds?: ReadonlyArray<Ids.ImportId>
    readonly unknown?: ReadonlyArray<number>
    readonly notStaged?: ReadonlyArray<number>
    readonly submissionId?: Ids.RegistrationSubmissionId | null
  } = {}
): RegistrationIncomplete => {
  if (error._tag === "KaleidoscopeRegistrationIncomplete") return error
  const before = done.map(lost)
  const drafts = done.flatMap(({ matches }) =>
    matches.map(({ certain, index, record }) => ({ id: record.id, index, certain }))
  )
  const notStaged = [...before.flatMap(({ notStaged }) => notStaged), ...(now.notStaged ?? [])]
  const unknown = [...before.flatMap(({ unknown }) => unknown), ...(now.unknown ?? [])]
  const counts = [
    `${drafts.length} rows are drafts now`,
    ...(unknown.length > 0 ? [`of ${unknown.length} nobody knows whether they are`] : []),
    ...(notStaged.length > 0 ? [`${notStaged.length} are not`] : [])
  ]
  return new RegistrationIncomplete({
    ...Method.localFacts(
      error.call,
      `the ${during} of the table did not end well: ${error.message}. ${counts.join(", ")}`
    ),
    outcome: "unknown",
    during,
    reason: error,
    importIds: [...done.map(({ importId }) => importId), ...(now.importIds ?? [])],
    drafts,
    otherDrafts: done.flatMap(({ otherDrafts }) => otherDrafts),
    unknown,
    notStaged,
    submissionId: now.submissionId ?? null
  })
}

/** What became of the rows of a table. */
export const toStaged = <A>(
  rows: ReadonlyArray<A>,
  keys: ReadonlyArray<string>,
  done: ReadonlyArray<Group>
): Staged<A> => {
  const rowOf = (index: number) => ({ index, row: rows[index] as A }) // an index of this table
  const drafts: ReadonlyArray<StagedDraft<A>> = done.flatMap(({ matches }) =>
    matches.map(({ certain, index, record }) => ({ id: record.id, certain, ...rowOf(index) }))
  )
  const withDraft = new Set(drafts.map(({ index }) => index))
  return {
    drafts,
    withoutDraft: rows.flatMap((_, index) => (withDraft.has(index) ? [] : [rowOf(index)])),
    otherDrafts: done.flatMap(({ otherDrafts }) => otherDrafts),
    rowErrors: done.flatMap(({ imported, rows }) =>
      RowErrors.locate(
        imported,
        rows.map(({ index, values }) => ({ index, row: values })),
        keys
      )
    ),
    imports: done.map(({ imported }) => imported)
  }
}

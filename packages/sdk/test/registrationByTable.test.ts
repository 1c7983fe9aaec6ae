import { createServer } from "node:http"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import {
  Activities,
  Auth,
  Ids,
  Imports,
  Kaleidoscope,
  KaleidoscopeError,
  Records,
  Registrar,
  Registration,
  RequestPolicy
} from "@effect-kaleidoscope/sdk"
import { Emulator, Faults } from "@effect-kaleidoscope/testing"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import * as TestClock from "effect/TestClock"
import { assert, describe, expect, it } from "../../../test/vitest.js"
import { clients } from "./support/loopback.js"
import * as Scripted from "./support/scripted.js"
import { onEmulator, onScript } from "./support/services.js"

type Tag = KaleidoscopeError.KaleidoscopeError["_tag"]

const services = Layer.mergeAll(Activities.layer, Imports.layer, Records.layer, Registration.layer)

const on = (...faults: ReadonlyArray<Faults.Rule>) => onEmulator(services, { faults })

const activity = { title: "Registration of April" }

const keys = { key_field_names: ["Compound ID"] } as const

interface Row {
  readonly "Compound ID": string
  readonly SMILES: string
  readonly Supplier?: string | undefined
}

const rows: ReadonlyArray<Row> = [
  { "Compound ID": "EK-9001", SMILES: "CCO", Supplier: "Acme" },
  { "Compound ID": "EK-9002", SMILES: "CCN" },
  { "Compound ID": "EK-9003", SMILES: "CCC", Supplier: "Acme" }
]

/** Lets time pass until an effect has ended. */
const inTime = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    const fiber = yield* Effect.fork(effect)
    while (Option.isNone(yield* Fiber.poll(fiber))) yield* TestClock.adjust("1 second")
    return yield* Fiber.join(fiber)
  })

const registration = <A, E, R>(use: (registration: Registration.Service) => Effect.Effect<A, E, R>) =>
  inTime(Effect.flatMap(Registration.Registration, use))

const draftsNow = Effect.flatMap(Activities.Activities, (activities) =>
  Effect.map(activities.get(activity), (found) => found.data_table_draft_record_ids)
)

/** How often a write was sent, by the end of its path. */
const sent = (end: string) =>
  Effect.flatMap(Emulator.Emulator, ({ requests }) =>
    Effect.map(requests, (all) => all.filter(({ method, path }) => method === "POST" && path.endsWith(end)).length)
  )

/** The faults that were played. */
const played = Effect.flatMap(Emulator.Emulator, ({ faults }) => faults.played)

const write = (path: string) => ({ method: "POST", path }) as const

describe("rows that are staged", () => {
  it.effect("become drafts, each with the row that it came from", () =>
    Effect.gen(function* () {
      const staged = yield* registration(({ stage }) => stage(activity, rows, { ...keys, rowsPerImport: 2 }))
      expect(staged).toMatchObject({ withoutDraft: [], otherDrafts: [], rowErrors: [] })
      expect(staged.imports.length).toBe(2)
      expect(staged.drafts.map(({ certain, index, row }) => ({ certain, index, row }))).toEqual(
        rows.map((row, index) => ({ certain: true, index, row }))
      )
      expect(yield* draftsNow).toEqual(staged.drafts.map(({ id }) => id))
      const records = yield* Records.Records
      const found = yield* records.getMany(staged.drafts.map(({ id }) => id))
      expect(found.map((record) => Object.values(Records.keyValues(record)))).toEqual(
        rows.map((row) => expect.arrayContaining([row["Compound ID"]]))
      )
    }).pipe(Effect.provide(on()))
  )

  it.effect(
    "with the same keys are told apart by their values, and equal rows get drafts in order, which are not certain",
    () =>
      Effect.gen(function* () {
        const key = { "Compound ID": "EK-9001" }
        const table = [
          { ...key, SMILES: "CCO" },
          { ...key, SMILES: "CCO" },
          { ...key, SMILES: "CCN" },
          { ...key, SMILES: "CCN", Supplier: "Acme" }
        ]
        const staged = yield* registration(({ stage }) => stage(activity, table, keys))
        expect(staged.drafts.map(({ certain, index }) => [index, certain])).toEqual([
          [0, false],
          [1, false],
          [2, true],
          [3, true]
        ])
        expect(new Set(staged.drafts.map(({ id }) => id)).size).toBe(4)
        const records = yield* Records.Records
        const found = yield* records.getMany(staged.drafts.map(({ id }) => id))
        expect(found.map((record) => JSON.stringify(record.record_values).includes("Acme"))).toEqual([
          false,
          false,
          false,
          true
        ])
      }).pipe(Effect.provide(on()))
  )

  it.effect("replace earlier drafts once all of them are staged", () =>
    Effect.gen(function* () {
      const first = yield* registration(({ stage }) => stage(activity, rows, keys))
      const kept = first.drafts[0]
      const replaced = first.drafts.slice(1)
      assert(kept !== undefined)
      const second = yield* registration(({ stage }) =>
        stage(activity, rows, { ...keys, replace: replaced, rowsPerImport: 1, alreadyStaged: "stage" })
      )
      expect(new Set(yield* draftsNow)).toEqual(new Set([kept.id, ...second.drafts.map(({ id }) => id)]))
      const third = yield* registration(({ stage }) => stage(activity, rows.slice(0, 1), { ...keys, replace: "all" }))
      expect(yield* draftsNow).toEqual(third.drafts.map(({ id }) => id))
      const failure = yield* registration(({ stage }) =>
        Effect.flip(stage(activity, rows, { ...keys, replace: replaced }))
      )
      expect(failure).toMatchObject({ _tag: "KaleidoscopeInvalidRequest" satisfies Tag, at: "replace" })
    }).pipe(Effect.provide(on()))
  )

  it.effect("in several imports replace no earlier draft if a row has no draft", () =>
    Effect.gen(function* () {
      const first = yield* registration(({ stage }) => stage(activity, rows, keys))
      const table: ReadonlyArray<Partial<Row>> = [{ SMILES: "CCCC" }, { "Compound ID": "EK-9004", SMILES: "CCCCC" }]
      const second = yield* registration(({ stage }) =>
        stage(activity, table, { ...keys, replace: "all", rowsPerImport: 1 })
      )
      expect(second.withoutDraft).toEqual([{ index: 0, row: { SMILES: "CCCC" } }])
      expect(new Set(yield* draftsNow)).toEqual(new Set([...first.drafts, ...second.drafts].map(({ id }) => id)))
    }).pipe(Effect.provide(on()))
  )

  it.effect("may have a value in a field of the type constructor, of which nothing is known", () =>
    Effect.gen(function* () {
      const { layer, sent } = onScript(services, ({ method, path }) =>
        method === "POST"
          ? Scripted.json({ message: "enough" }, 403)
          : Scripted.json(
              {
                "/activities": [
                  {
                    id: "a",
                    title: activity.title,
                    registration_staging_record_view_id: "v",
                    data_table_draft_record_ids: []
                  }
                ],
                "/record_views": [{ id: "v", view_fields: [{ id: "f", data_field_id: "s" }] }],
                "/key_fields": [{ id: "k", field_name: "Compound ID", is_key: true }],
                "/data_fields": [{ id: "s", field_name: "Supplier", field_type: "constructor" }]
              }[path]
            )
      )
      const table = [{ "Compound ID": "EK-1", Supplier: { name: "Acme" } }]
      yield* registration(({ stage }) => Effect.flip(stage(activity, table, keys))).pipe(Effect.provide(layer))
      expect(sent.at(-1)).toMatchObject({ method: "POST", path: "/imports", body: expect.stringContaining("Acme") })
    })
  )

  it.effect("that the import rejects have no draft, and the reason is there", () =>
    Effect.gen(function* () {
      const table: ReadonlyArray<Partial<Row>> = [...rows, { SMILES: "CCCC" }]
      const staged = yield* registration(({ stage }) => stage(activity, table, keys))
      expect(staged.drafts.map(({ index }) => index)).toEqual([0, 1, 2])
      expect(staged.withoutDraft).toEqual([{ index: 3, row: { SMILES: "CCCC" } }])
      expect(staged.rowErrors).toMatchObject([{ indices: [3] }])
    }).pipe(Effect.provide(on()))
  )
})

describe("rows that are drafts already", () => {
  it.effect("are refused with their drafts, by stage and by registerTable, and nothing is sent", () =>
    Effect.gen(function* () {
      const { drafts } = yield* registration(({ stage }) => stage(activity, rows.slice(0, 2), keys))
      const table = [rows[2], rows[1], { ...rows[0], SMILES: "CCCC" }].flatMap((row) => row ?? [])
      const failures = [
        yield* registration(({ stage }) => Effect.flip(stage(activity, table, keys))),
        yield* registration(({ registerTable }) => Effect.flip(registerTable(activity, table, keys)))
      ]
      for (const failure of failures) {
        expect(failure).toMatchObject({
          _tag: "KaleidoscopeInvalidRows" satisfies Tag,
          outcome: "none",
          rows: [{ index: 1, issues: [{ message: expect.stringContaining(drafts[1]?.id ?? "none") }] }]
        })
      }
      expect(yield* sent("/imports")).toBe(1)
      const again = yield* registration(({ stage }) => stage(activity, table, { ...keys, alreadyStaged: "stage" }))
      expect(again.drafts).toHaveLength(3)
    }).pipe(Effect.provide(on()))
  )

  it.effect("are refused after a table that is incomplete, and staged once they are replaced", () =>
    Effect.gen(function* () {
      const first = yield* registration(({ registerTable }) => Effect.flip(registerTable(activity, rows, keys)))
      assert(first._tag === "KaleidoscopeRegistrationIncomplete")
      expect(first.drafts).toHaveLength(3)
      const second = yield* registration(({ registerTable }) => Effect.flip(registerTable(activity, rows, keys)))
      expect(second).toMatchObject({ _tag: "KaleidoscopeInvalidRows" satisfies Tag })
      expect(yield* draftsNow).toEqual(first.drafts.map(({ id }) => id))
      const third = yield* registration(({ stage }) => stage(activity, rows, { ...keys, replace: "all" }))
      expect(yield* draftsNow).toEqual(third.drafts.map(({ id }) => id))
    }).pipe(Effect.provide(on(Faults.on(write("/operations/:id/validate_drafts"), Faults.status(403)))))
  )
})

describe("a table is refused before anything is sent", () => {
  const refused = (
    name: string,
    table: ReadonlyArray<{ readonly [column: string]: unknown }>,
    key_field_names: ReadonlyArray<string>,
    error: object
  ) =>
    it.effect(name, () =>
      Effect.gen(function* () {
        const failure = yield* registration(({ stage }) => Effect.flip(stage(activity, table, { key_field_names })))
        expect(failure).toMatchObject({ call: "Registration.stage", outcome: "none", ...error })
        expect(yield* sent("/imports")).toBe(0)
      }).pipe(Effect.provide(on()))
    )

  refused(
    "with a column that the view does not have, and the nearest name is in the message",
    [{ "Compound ID": "EK-1" }, { "Compound ID": "EK-1", Suplier: "Acme", "IC50 (nM)": 7 }],
    ["Compound ID"],
    {
      _tag: "KaleidoscopeUnknownReference" satisfies Tag,
      message: expect.stringMatching(
        /"Suplier" of rows\[1\] is neither a key nor a data field .*: did you mean "Supplier"\?.*"IC50 \(nM\)" of rows\[1\]/
      )
    }
  )
  refused("with a key that is not a key field", [{ "Compound ID": "EK-1", SMILES: "CCO" }], ["SMILES"], {
    _tag: "KaleidoscopeUnknownReference" satisfies Tag,
    message: expect.stringContaining('"SMILES" is a data field, not a key field')
  })
  refused("without keys", [{ "Compound ID": "EK-1" }], [], {
    _tag: "KaleidoscopeInvalidRequest" satisfies Tag,
    at: "key_field_names"
  })
  refused("without rows", [], ["Compound ID"], { _tag: "KaleidoscopeInvalidRequest" satisfies Tag, at: "rows" })
  refused(
    "with values that their fields cannot take, and the error has each row and column",
    [
      { "Compound ID": "EK-1", SMILES: 7 },
      { "Compound ID": "EK-2", SMILES: "CCO", Supplier: null },
      { "Compound ID": ["EK-3"], Supplier: { name: "Acme" } },
      { "Compound ID": "EK-4", Supplier: Number.NaN }
    ],
    ["Compound ID"],
    {
      _tag: "KaleidoscopeInvalidRows" satisfies Tag,
      rows: [
        { index: 0, issues: [{ path: "SMILES" }] },
        { index: 2, issues: [{ path: "Compound ID" }, { path: "Supplier" }] },
        { index: 3, issues: [{ path: "Supplier" }] }
      ],
      message: expect.stringContaining('rows[0], "SMILES": 7 is not text (the field is of the type smiles-string)')
    }
  )

  it.effect("if the response does not say where the activity stages drafts", () =>
    Effect.gen(function* () {
      const { layer, sent } = onScript(services, () => Scripted.json([{ id: "a", title: activity.title }]))
      const failure = yield* registration(({ stage }) => Effect.flip(stage(activity, rows, keys))).pipe(
        Effect.provide(layer)
      )
      expect(failure).toMatchObject({
        _tag: "KaleidoscopeDecodeError" satisfies Tag,
        at: "registration_staging_record_view_id"
      })
      expect(sent.map(({ method }) => method)).toEqual(["GET"])
    })
  )

  it.effect("for an activity without a view for drafts", () =>
    Effect.gen(function* () {
      const failure = yield* registration(({ stage }) =>
        Effect.flip(stage({ title: "Registration of March" }, rows, keys))
      )
      expect(failure).toMatchObject({
        _tag: "KaleidoscopeUnknownReference" satisfies Tag,
        message: expect.stringContaining("registration_staging_template_view_id")
      })
    }).pipe(Effect.provide(on()))
  )
})

describe("staging through faults", () => {
  it.effect("makes each draft once if the response of the run is lost", () =>
    Effect.gen(function* () {
      const staged = yield* registration(({ stage }) => stage(activity, rows, keys))
      expect(staged.drafts.length).toBe(3)
      expect(yield* sent("/run")).toBe(1)
      expect(yield* draftsNow).toEqual(staged.drafts.map(({ id }) => id))
    }).pipe(Effect.provide(on(Faults.on(write("/imports/:id/run"), Faults.resetAfter))))
  )

  it.effect("never runs an import twice: if the run may be lost, the error says of which rows nobody knows", () =>
    Effect.gen(function* () {
      const failure = yield* registration(({ stage }) => Effect.flip(stage(activity, rows, keys)))
      expect(failure).toMatchObject({
        _tag: "KaleidoscopeRegistrationIncomplete" satisfies Tag,
        call: "Registration.stage",
        outcome: "unknown",
        during: "staging",
        reason: { _tag: "KaleidoscopeTransportError" satisfies Tag },
        drafts: [],
        unknown: [0, 1, 2],
        notStaged: []
      })
      expect((yield* played).length).toBe(1)
    }).pipe(Effect.provide(on(Faults.on(write("/imports/:id/run"), Faults.resetBefore))))
  )

  it.effect("makes each draft once if the response of the new import is lost", () =>
    Effect.gen(function* () {
      const staged = yield* registration(({ stage }) => stage(activity, rows, keys))
      expect(staged.drafts.length).toBe(3)
      expect([yield* sent("/imports"), yield* sent("/run")]).toEqual([2, 1])
      expect(yield* draftsNow).toEqual(staged.drafts.map(({ id }) => id))
    }).pipe(Effect.provide(on(Faults.on({ ...write("/imports"), nth: 1 }, Faults.resetAfter))))
  )

  it.effect("does not take an import of somebody else if its own cannot be read: no row is staged", () =>
    Effect.gen(function* () {
      const failure = yield* registration(({ stage }) => Effect.flip(stage(activity, rows, keys)))
      expect(failure).toMatchObject({
        _tag: "KaleidoscopeDecodeError" satisfies Tag,
        outcome: "none",
        message: "the response has no new import that can be run. No row is staged, so you can repeat it"
      })
      expect([yield* sent("/run"), yield* draftsNow]).toEqual([0, []])
    }).pipe(Effect.provide(on(Faults.on({ ...write("/imports"), nth: 1 }, Faults.respond({ status: 200, json: {} })))))
  )

  it.effect("that fails in the middle says which rows are drafts and which are not, also as JSON", () =>
    Effect.gen(function* () {
      const failure = yield* registration(({ stage }) =>
        Effect.flip(stage(activity, rows, { ...keys, rowsPerImport: 1 }))
      )
      expect(failure).toMatchObject({
        _tag: "KaleidoscopeRegistrationIncomplete" satisfies Tag,
        reason: { _tag: "KaleidoscopeForbidden" satisfies Tag },
        drafts: [{ index: 0, certain: true }],
        unknown: [],
        notStaged: [1, 2],
        message: expect.stringContaining("1 rows are drafts now, 2 are not")
      })
      assert(failure._tag === "KaleidoscopeRegistrationIncomplete")
      expect(yield* draftsNow).toEqual(failure.drafts.map(({ id }) => id))
      const json = Schema.parseJson(KaleidoscopeError.KaleidoscopeError)
      expect(yield* Schema.decode(json)(yield* Schema.encode(json)(failure))).toEqual(failure)
      // Cleaning up is one call.
      yield* registration(({ clearDrafts }) => clearDrafts(activity, failure.drafts))
      expect(yield* draftsNow).toEqual([])
    }).pipe(Effect.provide(on(Faults.on({ ...write("/imports/:id/run"), nth: 2 }, Faults.status(403)))))
  )

  it.effect("that is refused at once fails with the refusal, since no row is staged", () =>
    Effect.gen(function* () {
      const failure = yield* registration(({ stage }) => Effect.flip(stage(activity, rows, keys)))
      expect(failure).toMatchObject({ _tag: "KaleidoscopeForbidden" satisfies Tag, outcome: "none" })
      expect(yield* draftsNow).toEqual([])
    }).pipe(Effect.provide(on(Faults.on(write("/imports/:id/run"), Faults.status(403)))))
  )

  it.effect("cleared drafts are looked up if the response is lost, and cleared again if the request was", () =>
    Effect.gen(function* () {
      const { drafts } = yield* registration(({ stage }) => stage(activity, rows, keys))
      yield* registration(({ clearDrafts }) => clearDrafts(activity, drafts.slice(0, 1)))
      expect(yield* sent("/clear_draft_records")).toBe(1)
      yield* registration(({ clearDrafts }) => clearDrafts(activity, drafts.slice(1)))
      // A request that is lost does not arrive.
      expect([yield* sent("/clear_draft_records"), (yield* played).length]).toEqual([2, 2])
      expect(yield* draftsNow).toEqual([])
      yield* registration(({ clearDrafts }) => clearDrafts(activity, []))
      expect(yield* sent("/clear_draft_records")).toBe(2)
    }).pipe(
      Effect.provide(
        on(
          Faults.on({ ...write("/operations/:id/clear_draft_records"), nth: 1 }, Faults.resetAfter),
          Faults.on({ ...write("/operations/:id/clear_draft_records"), nth: 2 }, Faults.resetBefore)
        )
      )
    )
  )
})

/** Answers every submission once, as a registrar does. */
const registrar = (
  judge: (smiles: string, type: string) => string | undefined,
  { onePerRequest = false }: { readonly onePerRequest?: boolean } = {}
) =>
  Effect.gen(function* () {
    const registration = yield* Registration.Registration
    const records = yield* Records.Records
    const answered = new Set<string>()
    const answer = Effect.gen(function* () {
      for (const { id, submission_type, submitted_record_ids } of yield* registration.submissions(activity)) {
        if (answered.has(id)) continue
        answered.add(id)
        const drafts = yield* records.getMany(submitted_record_ids ?? [])
        const results = drafts.map((record): Registration.RecordResult => {
          const smiles = JSON.stringify(record.record_values)
          const error_message = judge(smiles, submission_type ?? "")
          return error_message === undefined
            ? { record_id: record.id, status: "success", data: { "Compound ID": `REG-${record.id}` } }
            : { record_id: record.id, status: "error", error_message }
        })
        const hasErrors = results.some(({ status }) => status === "error")
        const isInParts = onePerRequest && submission_type === "registration"
        for (const records of isInParts ? results.map((result) => [result]) : [results]) {
          yield* registration.submitSubmissionResults(activity, id, {
            status: hasErrors ? "error" : "success",
            key_field_names: ["Compound ID"],
            records
          })
          if (isInParts) yield* Effect.sleep("30 seconds")
        }
      }
    })
    yield* Effect.forkScoped(Effect.forever(Effect.delay(answer, "2 seconds")))
  })

describe("a table", () => {
  it.effect("is registered: each row with its record", () =>
    Effect.gen(function* () {
      yield* registrar(() => undefined)
      const seen = new Set<string>()
      const result = yield* registration(({ registerTable }) =>
        registerTable(activity, rows, {
          ...keys,
          onProgress: ({ _tag, found }) =>
            Effect.sync(() => seen.add(`${_tag} ${"status" in found ? found.status : found.import_status}`))
        })
      )
      assert(result._tag === "Registered")
      expect(result.submission).toMatchObject({ submission_type: "registration", status: "completed" })
      expect(result.registered.map(({ row }) => row)).toEqual(rows)
      for (const { id, record, row } of result.registered) {
        assert(Option.isSome(record))
        expect(Object.values(Records.keyValues(record.value))).toEqual([`REG-${id}`])
        expect(JSON.stringify(record.value.record_values)).toContain(row.SMILES)
      }
      expect(yield* draftsNow).toEqual([])
      expect([...seen]).toEqual(
        expect.arrayContaining(["Validating pending", "Validating validated", "Registering submitted"])
      )
    }).pipe(Effect.provide(on()))
  )

  it.effect(
    "stops at the first verdict against: the rejected rows come back with their reasons, and nothing is registered",
    () =>
      Effect.gen(function* () {
        yield* registrar((smiles) => (smiles.includes("CCN") ? "no valid structure" : undefined))
        const result = yield* registration(({ registerTable }) => registerTable(activity, rows, keys))
        assert(result._tag === "Rejected")
        expect(result).toMatchObject({
          during: "validation",
          submission: Option.some(expect.objectContaining({ status: "validation_failed" })),
          rejected: [{ index: 1, row: rows[1], reason: "no valid structure" }],
          drafts: [{ index: 0 }, { index: 2 }],
          registered: []
        })
        expect(yield* sent("/submit_drafts_for_registration")).toBe(0)
        // The others can be registered all the same.
        const submission = yield* registration(({ submit }) => submit(activity, { drafts: result.drafts }))
        const done = yield* registration(({ awaitSubmission }) => awaitSubmission(activity, submission))
        expect(Registration.verdictOf(done)).toBe("accepted")
        expect(yield* draftsNow).toEqual(result.rejected.flatMap(({ draft }) => Option.toArray(draft)))
      }).pipe(Effect.provide(on()))
  )

  it.effect("is Registered only when all drafts are, although the first results end the submission", () =>
    Effect.gen(function* () {
      yield* registrar(() => undefined, { onePerRequest: true })
      const result = yield* registration(({ registerTable }) => registerTable(activity, rows, keys))
      assert(result._tag === "Registered")
      expect(result.registered.every(({ record }) => Option.isSome(record))).toBe(true)
      expect(yield* draftsNow).toEqual([])
    }).pipe(Effect.provide(on()))
  )

  it.effect("of which the registrar registers only a part is not Registered", () =>
    Effect.gen(function* () {
      yield* registrar((smiles, type) =>
        type === "registration" && smiles.includes("CCN") ? "the database is full" : undefined
      )
      const result = yield* registration(({ registerTable }) => registerTable(activity, rows, keys))
      assert(result._tag === "Rejected")
      expect(result).toMatchObject({
        during: "registration",
        rejected: [{ index: 1, reason: "the database is full" }],
        drafts: [],
        registered: [{ index: 0 }, { index: 2 }]
      })
      expect(result.registered.every(({ record }) => Option.isSome(record))).toBe(true)
    }).pipe(Effect.provide(on()))
  )

  it.effect("with a row that the import rejects is not validated", () =>
    Effect.gen(function* () {
      const table: ReadonlyArray<Partial<Row>> = [...rows, { SMILES: "CCCC" }]
      const result = yield* registration(({ registerTable }) => registerTable(activity, table, keys))
      expect(result).toMatchObject({
        _tag: "Rejected",
        during: "staging",
        submission: Option.none(),
        rejected: [{ index: 3, draft: Option.none(), reason: expect.stringMatching(/./) }],
        drafts: [{ index: 0 }, { index: 1 }, { index: 2 }]
      })
      expect(yield* sent("/validate_drafts")).toBe(0)
    }).pipe(Effect.provide(on()))
  )

  it.effect("is validated and submitted once, although the responses are lost", () =>
    Effect.gen(function* () {
      yield* registrar(() => undefined)
      const result = yield* registration(({ registerTable }) => registerTable(activity, rows, keys))
      expect(result._tag).toBe("Registered")
      expect([yield* sent("/validate_drafts"), yield* sent("/submit_drafts_for_registration")]).toEqual([1, 1])
    }).pipe(
      Effect.provide(
        on(
          Faults.on(write("/operations/:id/validate_drafts"), Faults.resetAfter),
          Faults.on(write("/operations/:id/submit_drafts_for_registration"), Faults.resetAfter)
        )
      )
    )
  )

  it.effect(
    "without a registrar ends after the timeout, and the error has the drafts and the submission to wait for",
    () =>
      Effect.gen(function* () {
        const failure = yield* registration(({ registerTable }) =>
          Effect.flip(registerTable(activity, rows, { ...keys, timeout: "1 minute" }))
        )
        expect(failure).toMatchObject({
          _tag: "KaleidoscopeRegistrationIncomplete" satisfies Tag,
          call: "Registration.registerTable",
          during: "validation",
          reason: { _tag: "KaleidoscopeTimeoutError" satisfies Tag, message: expect.stringContaining('"pending"') },
          drafts: [{ index: 0 }, { index: 1 }, { index: 2 }]
        })
        assert(failure._tag === "KaleidoscopeRegistrationIncomplete" && failure.submissionId !== null)
        const { submissionId } = failure
        yield* registration((registration) =>
          registration.pushSubmissionStatus(activity, submissionId, { status: "validated" })
        )
        const done = yield* registration(({ awaitSubmission }) => awaitSubmission(activity, submissionId))
        expect(Registration.verdictOf(done)).toBe("accepted")
      }).pipe(Effect.provide(on()))
  )

  it("that is used in a wrong way does not compile", () => {
    const wrong = (registration: Registration.Service) =>
      Effect.gen(function* () {
        // @ts-expect-error: no row has this column.
        yield* registration.stage(activity, rows, { key_field_names: ["Compound"] })
        const result = yield* registration.registerTable(activity, rows, { key_field_names: ["Compound ID"] })
        // @ts-expect-error: a table that was rejected has no such submission.
        return result.submission.status
      })
    expect(wrong).toBeTypeOf("function")
  })
})

describe("a submission", () => {
  it.effect("that the activity does not have is NotFound", () =>
    Effect.gen(function* () {
      const failure = yield* registration(({ awaitSubmission }) =>
        Effect.flip(awaitSubmission(activity, Ids.RegistrationSubmissionId.make("none")))
      )
      expect(failure).toMatchObject({ _tag: "KaleidoscopeNotFound" satisfies Tag, missing: ["none"] })
    }).pipe(Effect.provide(on()))
  )

  it.effect("is waited for as long as the policy allows", () =>
    Effect.gen(function* () {
      const submission = yield* registration(({ stage, validate }) =>
        Effect.flatMap(stage(activity, rows, keys), ({ drafts }) => validate(activity, { drafts }))
      )
      const seen: Array<string | null> = []
      const failure = yield* registration(({ awaitSubmission }) =>
        awaitSubmission(activity, submission, {
          onProgress: ({ status }) => Effect.sync(() => seen.push(status))
        }).pipe(RequestPolicy.withTimeout("1 second"), Effect.flip)
      )
      expect(failure).toMatchObject({
        _tag: "KaleidoscopeTimeoutError" satisfies Tag,
        call: "Registration.awaitSubmission",
        message: expect.stringMatching(/not done within 1s.*the state "pending"/)
      })
      expect(seen).toEqual(Array.from({ length: 5 }, () => "pending"))
    }).pipe(Effect.provide(on()))
  )

  for (const [status, type, verdict] of [
    ["pending", "validation", "waiting"],
    ["validated", "validation", "accepted"],
    ["validated", "registration", "waiting"],
    ["submitted", "registration", "waiting"],
    ["validation_failed", "registration", "rejected"],
    ["completed", "registration", "accepted"],
    ["failed", "registration", "rejected"],
    ["Cancelled", "registration", "rejected"],
    ["something new", "validation", "waiting"],
    [null, "validation", "waiting"]
  ] as const) {
    it(`in the state ${status} of a ${type} is ${verdict}`, () => {
      const decode = Schema.decodeUnknownSync(Registration.RegistrationSubmission)
      expect(Registration.verdictOf(decode({ id: "s", submission_type: type, status }))).toBe(verdict)
    })
  }
})

/** A registrar of the SDK that finds no fault with a structure, unless it is "bad". */
const registrarLayer = Registrar.layer({
  key_field_names: ["Compound ID"],
  validate: ({ record }) =>
    JSON.stringify(record.record_values).includes('"bad"')
      ? Effect.fail({ message: "no valid structure" })
      : Effect.void,
  register: ({ record }) => Effect.succeed({ "Compound ID": `REG-${record.id}` })
})

it.effect("bad rows come back from a registrar of the SDK, and the good ones are registered", () =>
  Effect.gen(function* () {
    const registrar = yield* Registrar.Registrar
    yield* Effect.forkScoped(registrar.poll({ schedule: Schedule.spaced("5 seconds") }))
    const table = Array.from({ length: 200 }, (_, index) => ({
      "Compound ID": `EK-${index}`,
      SMILES: index % 100 === 99 ? "bad" : "C".repeat(1 + (index % 30))
    }))
    const result = yield* registration(({ registerTable }) =>
      registerTable(activity, table, { ...keys, rowsPerImport: 75 })
    )
    assert(result._tag === "Rejected")
    expect(result.rejected.map(({ index, reason }) => [index, reason])).toEqual([
      [99, "no valid structure"],
      [199, "no valid structure"]
    ])
    const done = yield* registration(({ awaitSubmission, submit }) =>
      Effect.flatMap(submit(activity, { drafts: result.drafts }), (submission) => awaitSubmission(activity, submission))
    )
    expect(Registration.verdictOf(done)).toBe("accepted")
    expect((yield* draftsNow).length).toBe(2)
    const all = yield* Effect.flatMap(Activities.Activities, (activities) => activities.records(activity))
    expect(all.length).toBe(198)
  }).pipe(Effect.provide(onEmulator(Layer.provideMerge(registrarLayer, Kaleidoscope.layer))))
)

it.live("a table is staged over a socket", () =>
  Effect.gen(function* () {
    const { url } = yield* Emulator.Emulator
    yield* Effect.gen(function* () {
      const registration = yield* Registration.Registration
      const staged = yield* registration.stage(activity, rows, keys)
      expect(staged.drafts.map(({ certain, index, row }) => ({ certain, index, row }))).toEqual(
        rows.map((row, index) => ({ certain: true, index, row }))
      )
      const submission = yield* registration.validate(activity, { drafts: staged.drafts })
      expect(new Set(submission.submitted_record_ids)).toEqual(new Set(staged.drafts.map(({ id }) => id)))
    }).pipe(
      Effect.provide(
        services.pipe(
          Layer.provide(Auth.layer({ clientId: "demo", clientSecret: Redacted.make("demo"), url })),
          Layer.provide(clients.undici)
        )
      )
    )
  }).pipe(
    Effect.provide(
      Emulator.layerServer().pipe(
        Layer.provide(NodeHttpServer.layer(() => createServer({ keepAliveTimeout: 1 }), { port: 0, host: "127.0.0.1" }))
      )
    )
  )
)

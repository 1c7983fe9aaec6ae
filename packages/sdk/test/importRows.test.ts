import { Cell, Imports, Records, TableFile } from "@effect-kaleidoscope/sdk"
import { Emulator, Faults } from "@effect-kaleidoscope/testing"
import * as Cause from "effect/Cause"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { describe, expect, it } from "../../../test/vitest.js"
import { bodiesOf, compound, countOf, fieldId, run } from "./support/sample.js"
import { onEmulator } from "./support/services.js"
import { passing, settle } from "./support/workspace.js"

const services = Layer.mergeAll(Imports.layer, Records.layer)

const keys = { key_field_names: ["Compound ID"] }

const importing = (
  rows: Iterable<Imports.Row> | Stream.Stream<Imports.Row, string>,
  more: Partial<Imports.ImportOptions<string>> = {}
) =>
  passing(Effect.flatMap(Imports.Imports, (imports) => imports.importRows(rows, { ...keys, ...more }))).pipe(
    Effect.map(({ exit }) => exit)
  )

const imported = (...options: Parameters<typeof importing>) => Effect.flatten(importing(...options))

const failureOf = <A, E>(exit: Exit.Exit<A, E>) =>
  Exit.isFailure(exit) ? Option.getOrUndefined(Cause.failureOption(exit.cause)) : undefined

const rowsTo = (count: number, from = 0) =>
  Array.from({ length: count }, (_, nth) => ({ "Compound ID": `EK-${8000 + from + nth}`, IC50: from + nth }))

const tableOf = (csv: string) => TableFile.read(Stream.encodeText(Stream.make(csv)))

const wordsOf = (report: Imports.Report) =>
  report.rejected.map(({ issues, row }) => [row, issues.map(({ message, path }) => `${path}: ${message}`)])

/** How many values the compounds of `rowsTo` have in the field IC50. */
const valuesOf = (count: number) =>
  Effect.gen(function* () {
    const records = yield* Records.Records
    const found = yield* records.findMany(rowsTo(count).map((row) => compound(row["Compound ID"])))
    return found.map(({ record_values }) => record_values[fieldId("IC50")]?.length ?? 0)
  })

const each = (count: number, values: number) => Array.from({ length: count }, () => values)

describe("an import job", () => {
  it.effect("sends what is valid, says what is not, and changes nothing the second time", () =>
    Effect.gen(function* () {
      const rows = [
        { "Compound ID": "EK-7001", IC50: "12.5", Solubility: "<0.5", "Registered on": "2026-11-30" },
        { "Compound ID": "EK-7002", IC50: "much", Series: "Dimethoxi" },
        { "Compound ID": "EK-7001", IC50: "3" },
        { IC50: 3 },
        { "Compound ID": "EK-0001", IC50: 168.2, Notes: 'a "quote",\nand a line' }
      ]
      const options = { operation_id: run(4) }
      const first = yield* imported(rows, options)
      expect(first).toMatchObject({ ended: "complete", rows_read: 5, valid: 2, sent: 2, created: 1, updated: 1 })
      expect(first).toMatchObject({ skipped: 0, rejected_count: 3, unknown: [], imports: [{ state: "done" }] })
      expect(wordsOf(first)).toEqual([
        [
          2,
          [
            'IC50: "much" is not a number (the field is of the type number)',
            'Series: "Dimethoxi" is not an option of the field: did you mean "Dimethoxy"? (the field is of the type select)'
          ]
        ],
        [3, ['Compound ID: row 1 has the same key, "EK-7001"']],
        [4, ["Compound ID: the key is missing"]]
      ])
      const second = yield* imported(rows, options)
      expect(second).toMatchObject({ sent: 0, created: 0, updated: 0, skipped: 2, rejected_count: 3, imports: [] })
      expect(yield* countOf("POST /push/imports")).toBe(1)
    }).pipe(Effect.provide(onEmulator(services)))
  )

  it.effect("sends only the values that the platform does not have", () =>
    Effect.gen(function* () {
      yield* imported([{ "Compound ID": "EK-7001", IC50: 1, Notes: "same" }])
      const report = yield* imported([{ "Compound ID": "EK-7001", IC50: 2, Notes: "same" }])
      expect(report).toMatchObject({ sent: 1, created: 0, updated: 1, skipped: 0 })
      expect((yield* bodiesOf("POST /push/imports")).at(-1)).toMatchObject({
        data: [{ "Compound ID": "EK-7001", IC50: 2 }]
      })
      // The same values in another activity are other values.
      expect(yield* imported([{ "Compound ID": "EK-7001", IC50: 2 }], { operation_id: run(4) })).toMatchObject({
        sent: 1
      })
      // A value that was corrected back is not there, although it was there once.
      expect(yield* imported([{ "Compound ID": "EK-7001", IC50: 1 }])).toMatchObject({ sent: 1 })
      expect(yield* imported([{ "Compound ID": "EK-7001", IC50: "1.0" }])).toMatchObject({ skipped: 1 })
    }).pipe(Effect.provide(onEmulator(services)))
  )

  it.effect("sends replicates, and none of them the second time", () =>
    Effect.gen(function* () {
      const rows = [1, 2, 3].map((IC50) => ({ "Compound ID": "EK-8000", IC50 }))
      const options = { repeatedKeys: "send" } as const
      expect(yield* imported(rows, options)).toMatchObject({ sent: 3, rejected: [] })
      expect(yield* valuesOf(1)).toEqual([3])
      expect(yield* imported(rows, options)).toMatchObject({ sent: 0, skipped: 3 })
      expect(yield* valuesOf(1)).toEqual([3])
    }).pipe(Effect.provide(onEmulator(services)))
  )

  it.effect("sends all values again if it is told to", () =>
    Effect.gen(function* () {
      yield* imported(rowsTo(3))
      const report = yield* imported(rowsTo(3), { existing: "send" })
      expect(report).toMatchObject({ sent: 3, created: 0, updated: 3, skipped: 0 })
      expect(yield* countOf("GET /records/identifiers")).toBe(1)
    }).pipe(Effect.provide(onEmulator(services)))
  )

  it.effect("looks up many rows in addresses of at most 8 KiB", () =>
    Effect.gen(function* () {
      const report = yield* imported(rowsTo(500), { rowsPerImport: 200 })
      expect(report).toMatchObject({ sent: 500, created: 500 })
      expect(yield* imported(rowsTo(500))).toMatchObject({ skipped: 500, sent: 0 })
      const requests = yield* Effect.flatMap(Emulator.Emulator, (emulator) => emulator.requests)
      const lookups = requests.filter(({ path }) => path === "/records/identifiers")
      expect(Math.max(...lookups.map(({ query }) => query.length))).toBeLessThan(8000)
      expect(lookups.length).toBeLessThan(20)
    }).pipe(Effect.provide(onEmulator(services)))
  )

  it.effect("reads the cells of a table by the types of the fields", () =>
    Effect.gen(function* () {
      const table = yield* tableOf(
        [
          "Compound ID,Solubility,Registered on,Tags,Selective",
          "EK-7001,≤ 2.5,2026-11-30,hit; lead,TRUE",
          "EK-7002,,,,",
          "EK-7003,1,2026-02-30,hit,yes",
          "EK-7004,1"
        ].join("\n")
      )
      const { exit } = yield* passing(
        Effect.flatMap(Imports.Imports, (imports) =>
          imports.importRows(table, { entity_slice_id: { slice_name: "Compound" } })
        )
      )
      const report = yield* exit
      expect(report).toMatchObject({
        rows_read: 4,
        created: 2,
        rejected: [
          { row: 3, line: 4 },
          { row: 4, line: 5 }
        ]
      })
      expect(yield* bodiesOf("POST /push/imports")).toMatchObject([
        {
          key_field_names: ["Compound ID"],
          data: [
            {
              "Compound ID": "EK-7001",
              Solubility: "<=2.5",
              "Registered on": "2026-11-30",
              Tags: ["hit", "lead"],
              Selective: true
            },
            { "Compound ID": "EK-7002" }
          ]
        }
      ])
    }).pipe(Effect.scoped, Effect.provide(onEmulator(services)))
  )

  it.effect("leaves out rows of a table in which all cells are empty", () =>
    Effect.gen(function* () {
      const table = yield* tableOf("Compound ID,IC50\n,\nEK-7001,1\n,\n,5\n,,,\n")
      const { exit } = yield* passing(
        Effect.flatMap(Imports.Imports, (imports) => imports.importRows(table, { ...keys, dryRun: true }))
      )
      const report = yield* exit
      expect(report).toMatchObject({ rows_read: 2, valid: 1 })
      expect(wordsOf(report)).toEqual([[4, ["Compound ID: the key is missing"]]])
    }).pipe(Effect.scoped, Effect.provide(onEmulator(services)))
  )

  it.effect("refuses keys of a table that only look like other ones: they would be other records", () =>
    Effect.gen(function* () {
      const table = yield* tableOf(
        "Compound ID,IC50\nCafé,1\nCafe\u0301,2\nEK-7001,3\n EK-7001,4\nEK-7001\u00a0,5\nEK-70\u200b01,6\n  ,7\nek-7001,8\n"
      )
      const { exit } = yield* passing(Effect.flatMap(Imports.Imports, (imports) => imports.importRows(table, keys)))
      const report = yield* exit
      expect(report).toMatchObject({ rows_read: 8, created: 3 })
      expect(wordsOf(report)).toEqual([
        [2, ['Compound ID: the key of row 1 looks the same as "Cafe\u0301", and is written differently']],
        [4, ['Compound ID: the key " EK-7001" begins or ends with white space: remove it']],
        [5, ['Compound ID: the key "EK-7001\\u{a0}" begins or ends with white space: remove it']],
        [6, ['Compound ID: the key of row 3 looks the same as "EK-70\\u{200b}01", and is written differently']],
        [7, ["Compound ID: the key is only white space"]]
      ])
    }).pipe(Effect.scoped, Effect.provide(onEmulator(services)))
  )

  it.effect("reads the cells of a table with a schema", () =>
    Effect.gen(function* () {
      const Compound = Schema.Struct({
        "Compound ID": Schema.String.pipe(Schema.pattern(/^EK-\d{4}$/)),
        IC50: Schema.Number.pipe(Schema.positive()),
        Solubility: Schema.optional(Cell.QualifiedNumber)
      })
      const table = yield* tableOf("Compound ID,IC50,Solubility,Left out\nEK-7001,5,<1,x\nEK-7002,-5,,x\nX,1,,\n")
      const { exit } = yield* passing(
        Effect.flatMap(Imports.Imports, (imports) => imports.importRows(table, { ...keys, schema: Compound }))
      )
      const report = yield* exit
      expect(report).toMatchObject({ created: 1, rejected: [{ row: 2 }, { row: 3 }] })
      expect(report.rejected.map(({ issues }) => issues.map(({ path }) => path))).toEqual([["IC50"], ["Compound ID"]])
      expect(yield* bodiesOf("POST /push/imports")).toMatchObject([
        { data: [{ "Compound ID": "EK-7001", IC50: 5, Solubility: "<1" }] }
      ])
    }).pipe(Effect.scoped, Effect.provide(onEmulator(services)))
  )

  it.effect("refuses columns that the workspace does not have, with the nearest name, before it reads a row", () =>
    Effect.gen(function* () {
      const table = yield* tableOf("Compound ID,IC5O\nEK-7001,1\n")
      const { exit } = yield* passing(
        Effect.flatMap(Imports.Imports, (imports) => imports.importRows(table, { ...keys, dryRun: true }))
      )
      expect(failureOf(exit)).toMatchObject({
        _tag: "KaleidoscopeUnknownReference",
        message: expect.stringContaining('did you mean "IC50"?')
      })
      expect(yield* countOf("POST /push/imports")).toBe(0)
    }).pipe(Effect.scoped, Effect.provide(onEmulator(services)))
  )

  for (const [what, options, message] of [
    ["no keys and no type", { key_field_names: undefined }, "give it, or entity_slice_id"],
    ["keys that are not those of the type", { entity_slice_id: { slice_name: "Batch" } }, '"Compound ID", "Batch"'],
    ["keys of no type", { key_field_names: ["Plate ID", "Batch"] }, "no entity type has exactly the key fields"],
    ["imports of no row", { rowsPerImport: 0 }, "is not a whole number above zero"]
  ] as const) {
    it.effect(`refuses ${what}`, () =>
      Effect.gen(function* () {
        const exit = yield* importing(rowsTo(1), options)
        expect(failureOf(exit)).toMatchObject({
          _tag: "KaleidoscopeInvalidRequest",
          message: expect.stringContaining(message)
        })
      }).pipe(Effect.provide(onEmulator(services)))
    )
  }

  it.effect("names the missing column of a key and the unknown columns in one error", () =>
    Effect.gen(function* () {
      const table = yield* tableOf("Cmpd,IC5O\nEK-7001,1\n")
      const { exit } = yield* passing(Effect.flatMap(Imports.Imports, (imports) => imports.importRows(table, keys)))
      const failure = failureOf(exit)
      expect(failure).toMatchObject({ _tag: "KaleidoscopeUnknownReference" })
      for (const part of ['the table has no column "Compound ID"', '"Cmpd"', 'did you mean "IC50"?']) {
        expect(failure?.message).toContain(part)
      }
    }).pipe(Effect.scoped, Effect.provide(onEmulator(services)))
  )

  it.effect("adds unknown fields if it may", () =>
    Effect.gen(function* () {
      const rows = [{ "Compound ID": "EK-7001", Brightness: 3 }]
      expect(wordsOf(yield* imported(rows))).toEqual([
        [1, [expect.stringContaining('Brightness: there is no data field {"field_name":"Brightness"}')]]
      ])
      expect(yield* imported(rows, { unknown_fields: "add" })).toMatchObject({ created: 1, rejected: [] })
    }).pipe(Effect.provide(onEmulator(services)))
  )

  it.effect("writes nothing in a dry run, and finds what is there already", () =>
    Effect.gen(function* () {
      yield* imported(rowsTo(2))
      const rows = [...rowsTo(3), { "Compound ID": "EK-7009", IC50: "x" }]
      expect(yield* imported(rows, { dryRun: true })).toMatchObject({
        dry_run: true,
        rows_read: 4,
        valid: 3,
        skipped: 2,
        sent: 0,
        rejected_count: 1
      })
      expect(yield* countOf("POST /push/imports")).toBe(1)
    }).pipe(Effect.provide(onEmulator(services)))
  )

  it.effect("rejects the same rows in a dry run as when it writes, for cells of every kind", () =>
    Effect.gen(function* () {
      const cells = {
        IC50: "1e400 -1e400 1e-400 0x10 0b1 1_000 ٣ １２ NaN Infinity 00012 +5 -0 5. .5 1e5 1,5 1.234,5 1,234 1'234 5% (5) −5 –5 ½ 1e e5 --5 #N/A TRUE 0.1234567890123456789012 2026-03-01",
        Solubility: "<0.5 ≤2,5 > <<1 >=10 =>10 =<1 ~3 ≈3 <1e400 <NaN <= ±5 ＜5 ==5 <>5 0.5-1",
        "Registered on":
          "2026-03-04 03/04/2026 2026/03/04 20260304 46085 2026-02-29 2024-02-29 0000-01-01 9999-12-31 10000-01-01 2026-03-04T00:00:00Z 2026-03-04T23:59:59Z 2026-03-04T24:00:00",
        Series: "Dimethoxy dimethoxy Dimethoxi Ｅthoxy Ethoxy Ethoxy;Ethoxy",
        Tags: 'hit HIT hit;lead hit|lead hit;;lead hit;hit ; ;hit; ["hit"] [] ["hit","nope"] [hit',
        Selective: "true TRUE Yes y 1 0 on x"
      }
      const columns = Object.keys(cells)
      const lines = Object.entries(cells).flatMap(([column, texts]) =>
        texts
          .split(" ")
          .map((text) => columns.map((name) => (name === column ? `"${text.replaceAll('"', '""')}"` : "")).join())
      )
      const csv = lines.map((line, nth) => `EK-${7000 + nth},${line}`)
      const table = yield* tableOf([["Compound ID", ...columns].join(), ...csv].join("\n"))
      const { importRows } = yield* Imports.Imports
      const dry = yield* passing(importRows(table, { ...keys, dryRun: true })).pipe(Effect.flatMap(({ exit }) => exit))
      const done = yield* passing(importRows(table, keys)).pipe(Effect.flatMap(({ exit }) => exit))
      expect(dry.rejected_count).toBeGreaterThan(40)
      expect(wordsOf(done)).toEqual(wordsOf(dry))
      expect(done).toMatchObject({ created: done.valid, unknown: [] })
      const again = yield* passing(importRows(table, keys)).pipe(Effect.flatMap(({ exit }) => exit))
      expect(again).toMatchObject({ sent: 0, skipped: done.valid })
    }).pipe(Effect.scoped, Effect.provide(onEmulator(services)))
  )

  it.effect("keeps a part of the rejected rows, counts all, and hands on each", () =>
    Effect.gen(function* () {
      const handed: Array<number> = []
      const report = yield* imported(
        rowsTo(50).map((row) => ({ ...row, IC50: "x" })),
        { rejectedLimit: 3, onRejected: ({ row }) => Effect.sync(() => handed.push(row)) }
      )
      expect(report.rejected.map(({ row }) => row)).toEqual([1, 2, 3])
      expect(report.rejected_count).toBe(50)
      expect(handed).toEqual(Array.from({ length: 50 }, (_, nth) => nth + 1))
    }).pipe(Effect.provide(onEmulator(services)))
  )

  it.effect("fails with the first rejected row if it is told to", () =>
    Effect.gen(function* () {
      const exit = yield* importing([{ "Compound ID": "EK-7001", IC50: "x" }], { rejected: "fail" })
      expect(failureOf(exit)).toMatchObject({
        _tag: "KaleidoscopeInvalidRequest",
        message: 'row 1, "IC50" is not valid: "x" is not a number (the field is of the type number)'
      })
    }).pipe(Effect.provide(onEmulator(services)))
  )

  it.effect("lists the rows that the platform rejects by their numbers", () =>
    Effect.gen(function* () {
      const rows = [...rowsTo(2), { "Compound ID": "EK-7001", "Certificate of analysis": "no file" }, ...rowsTo(2, 2)]
      const report = yield* imported(rows)
      expect(report).toMatchObject({ valid: 5, sent: 5, created: 4, rejected_count: 1, unknown: [] })
      expect(wordsOf(report)).toEqual([
        [3, ['Certificate of analysis: the platform rejected "no file": invalid_value']]
      ])
    }).pipe(Effect.provide(onEmulator(services)))
  )

  it.effect("sends the other rows if the server refuses some rows of a push", () =>
    Effect.gen(function* () {
      const report = yield* imported(rowsTo(4))
      expect(report).toMatchObject({ created: 3, rejected_count: 1 })
      expect(wordsOf(report)).toEqual([[2, ["IC50: too potent"]]])
    }).pipe(
      Effect.provide(
        onEmulator(services, {
          faults: [
            Faults.on(
              { method: "POST", path: "/push/imports", nth: 1 },
              Faults.respond({
                status: 400,
                json: { code: "VALIDATION", message: "bad", issues: [{ path: "data.1.IC50", message: "too potent" }] }
              })
            )
          ]
        })
      )
    )
  )

  it.effect("tells how far it is", () =>
    Effect.gen(function* () {
      const told: Array<Imports.Progress> = []
      yield* imported(rowsTo(30), {
        rowsPerImport: 10,
        concurrency: 1,
        onProgress: (progress) => Effect.sync(() => told.push(progress))
      })
      expect(told.at(0)).toMatchObject({ rows_read: 30, sent: 0, done: 0 })
      expect(told.at(-1)).toMatchObject({ rows_read: 30, sent: 30, done: 30, imports_in_flight: 0 })
    }).pipe(Effect.provide(onEmulator(services)))
  )

  it.effect("says what was sent when it is interrupted", () =>
    Effect.gen(function* () {
      const ended = yield* Deferred.make<Imports.Report>()
      const imports = yield* Imports.Imports
      const job = yield* Effect.fork(
        imports.importRows(rowsTo(25), {
          ...keys,
          rowsPerImport: 10,
          concurrency: 1,
          onEnd: (report) => Deferred.succeed(ended, report)
        })
      )
      yield* Effect.repeat(settle, { until: () => Effect.map(countOf("GET /imports/:id"), () => true), times: 3 })
      yield* Fiber.interrupt(job)
      const report = yield* Deferred.await(ended)
      expect(report).toMatchObject({
        ended: "interrupted",
        sent: 10,
        unknown_count: 10,
        imports: [{ state: "running" }]
      })
      expect(report.unknown[0]?.rows).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
      // The import that ran is waited for, and the rest is sent.
      expect(yield* imported(rowsTo(25), { rowsPerImport: 10 })).toMatchObject({ skipped: 10, sent: 15, created: 15 })
      expect(yield* valuesOf(25)).toEqual(each(25, 1))
    }).pipe(Effect.provide(onEmulator(services)))
  )

  it.effect("fails as the stream of rows does, after the rows before that are imported", () =>
    Effect.gen(function* () {
      let report: Imports.Report | undefined
      const exit = yield* importing(Stream.concat(Stream.fromIterable(rowsTo(5)), Stream.fail("unplugged")), {
        onEnd: (found) =>
          Effect.sync(() => {
            report = found
          })
      })
      expect(failureOf(exit)).toBe("unplugged")
      expect(report).toMatchObject({ ended: "failed", rows_read: 5, sent: 5, created: 5 })
    }).pipe(Effect.provide(onEmulator(services)))
  )

  it.effect("fails if no later row could do better, and says what was sent", () =>
    Effect.gen(function* () {
      let report: Imports.Report | undefined
      const exit = yield* importing(rowsTo(30), {
        rowsPerImport: 10,
        concurrency: 1,
        onEnd: (found) =>
          Effect.sync(() => {
            report = found
          })
      })
      expect(failureOf(exit)).toMatchObject({ _tag: "KaleidoscopeForbidden" })
      expect(report).toMatchObject({ ended: "failed", valid: 30, sent: 10, created: 10, rejected: [], unknown: [] })
    }).pipe(
      Effect.provide(
        onEmulator(services, {
          faults: [
            Faults.on(
              { method: "POST", path: "/push/imports", nth: 2 },
              Faults.problem(403, { message: "no", code: "NO" })
            )
          ]
        })
      )
    )
  )
})

describe("a push of which it is not known if it arrived", () => {
  for (const [what, fault] of [
    ["arrived", Faults.resetAfter],
    ["did not arrive", Faults.resetBefore]
  ] as const) {
    it.effect(`is looked up, and nothing is lost or double, if it ${what}`, () =>
      Effect.gen(function* () {
        const report = yield* imported(rowsTo(30), { rowsPerImport: 10 })
        expect(report).toMatchObject({ sent: 30, rejected: [], unknown: [] })
        expect(yield* valuesOf(30)).toEqual(each(30, 1))
        // The log has no request that was reset before it was read.
        expect(yield* countOf("POST /push/imports")).toBe(3)
      }).pipe(
        Effect.provide(
          onEmulator(services, { faults: [Faults.on({ method: "POST", path: "/push/imports", nth: 2 }, fault)] })
        )
      )
    )
  }

  it.effect("does not reject rows that the platform was too busy to take", () =>
    Effect.gen(function* () {
      const report = yield* imported(rowsTo(30), { rowsPerImport: 10, concurrency: 1 })
      expect(report).toMatchObject({
        sent: 20,
        rejected_count: 0,
        unknown_count: 10,
        unknown: [{ import_id: null, count: 10, outcome: "none", reason: expect.stringContaining("429") }]
      })
      expect(yield* imported(rowsTo(30))).toMatchObject({ sent: 10, skipped: 20, unknown_count: 0 })
      expect(yield* valuesOf(30)).toEqual(each(30, 1))
    }).pipe(
      Effect.provide(
        onEmulator(services, {
          // As often as the policy tries.
          faults: [Faults.on({ method: "POST", path: "/push/imports", times: 4 }, Faults.rateLimited())]
        })
      )
    )
  )

  it.effect("is in the report if it cannot be looked up", () =>
    Effect.gen(function* () {
      const report = yield* imported(rowsTo(30), { rowsPerImport: 10, existing: "send" })
      expect(report).toMatchObject({ sent: 20, unknown_count: 10, unknown: [{ import_id: null, count: 10 }] })
      expect(report.unknown[0]?.rows).toEqual([11, 12, 13, 14, 15, 16, 17, 18, 19, 20])
    }).pipe(
      Effect.provide(
        onEmulator(services, {
          faults: [Faults.on({ method: "POST", path: "/push/imports", nth: 2 }, Faults.resetAfter)]
        })
      )
    )
  )
})

describe("a push that is too large for the server", () => {
  const long = "long ".repeat(1000)

  it.effect("is pushed in halves, and only a row that is too large by itself is rejected", () =>
    Effect.gen(function* () {
      const rows = rowsTo(30).map((row, nth) => (nth === 20 ? { ...row, Notes: long } : row))
      const report = yield* imported(rows, { operation_id: run(4) })
      expect(report).toMatchObject({ ended: "complete", sent: 29, created: 29, rejected_count: 1, unknown: [] })
      expect(report.rejected[0]?.row).toBe(21)
      expect(report.rejected[0]?.issues[0]?.message).toContain("returned 413")
      expect(report.imports.every(({ state }) => state === "done")).toBe(true)
      const again = yield* imported(rowsTo(30), { operation_id: run(4) })
      expect(again).toMatchObject({ sent: 1, skipped: 29 })
    }).pipe(Effect.provide(onEmulator(services, { bodyLimit: 1500 })))
  )

  it.effect("gives the results of a stream in the order of its rows", () =>
    Effect.gen(function* () {
      const imports = yield* Imports.Imports
      const pushed = yield* passing(
        Stream.runCollect(imports.pushStream(Stream.fromIterable(rowsTo(30)), { ...keys, rowsPerImport: 20 }))
      )
      const results = Array.from(yield* pushed.exit)
      expect(results.flatMap(({ rows }) => rows)).toEqual(rowsTo(30))
      expect(results.map(({ first }) => first)).toEqual([0, 10, 20])
      expect(results.every(({ result }) => Either.isRight(result))).toBe(true)
    }).pipe(Effect.provide(onEmulator(services, { bodyLimit: 500 })))
  )
})

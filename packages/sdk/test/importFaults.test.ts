import { Imports, Records } from "@effect-kaleidoscope/sdk"
import { Emulator, Faults } from "@effect-kaleidoscope/testing"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as FastCheck from "fast-check"
import { describe, expect, it } from "../../../test/vitest.js"
import { compound, fieldId } from "./support/sample.js"
import { onEmulator } from "./support/services.js"
import { passing } from "./support/workspace.js"

const services = Layer.mergeAll(Imports.layer, Records.layer)

const count = 40

/** Rows of which each tenth is not valid. */
const rows = Array.from({ length: count }, (_, nth) => ({
  "Compound ID": `EK-${8000 + nth}`,
  IC50: nth % 10 === 9 ? "much" : nth
}))

const valid = rows.filter(({ IC50 }) => IC50 !== "much")

const fault = FastCheck.oneof(
  FastCheck.constantFrom<Faults.Fault>(
    Faults.resetBefore,
    Faults.resetAfter,
    Faults.connectionRefused,
    Faults.stall,
    Faults.stallAfter,
    Faults.resetBody(),
    Faults.truncateBody(),
    Faults.invalidJson,
    Faults.html,
    Faults.rateLimited("1 second"),
    Faults.rateLimited(),
    Faults.delay("20 seconds"),
    Faults.unauthorized
  ),
  FastCheck.constantFrom(400, 404, 409, 413, 500, 502, 503, 504).map((status) => Faults.status(status)),
  FastCheck.constantFrom(500, 502, 504).map((status) => Faults.respond({ status, carriedOut: true }))
)

const requests = FastCheck.constantFrom<Faults.Requests>(
  { method: "POST", path: "/push/imports" },
  { method: "GET", path: "/imports/:id" },
  { method: "GET", path: "/imports" },
  { method: "GET", path: "/records/identifiers" }
)

const rule = FastCheck.tuple(
  requests,
  FastCheck.integer({ min: 0, max: 4 }),
  FastCheck.integer({ min: 1, max: 6 }),
  fault
).map(([of, after, times, fault]) => Faults.on({ ...of, after, times }, fault))

const options = FastCheck.record({
  rowsPerImport: FastCheck.constantFrom(3, 10, 40),
  concurrency: FastCheck.constantFrom(1, 4)
})

/** The job, and the report that it ends with, also if it is interrupted when it tells its progress. */
const job = (more: Partial<Imports.ImportOptions>, interruptAt?: number) =>
  Effect.flatMap(Imports.Imports, (imports) => {
    let last: Imports.Report | undefined
    let told = 0
    return imports
      .importRows(rows, {
        key_field_names: ["Compound ID"],
        ...more,
        onProgress: () => (++told === interruptAt ? Effect.interrupt : Effect.void),
        onEnd: (report) =>
          Effect.sync(() => {
            last = report
          })
      })
      .pipe(
        passing,
        Effect.map(({ exit }) => ({ exit, report: last }))
      )
  })

/** How many values each valid row has in the workspace. */
const valuesOf = Effect.gen(function* () {
  const records = yield* Records.Records
  const found = yield* Effect.forEach(valid, (row) => records.find(compound(row["Compound ID"])))
  return found.map((record) =>
    Option.match(record, {
      onNone: () => 0,
      onSome: ({ record_values }) => record_values[fieldId("IC50")]?.length ?? 0
    })
  )
})

describe("an import on a server that fails", () => {
  it.effect.prop(
    "loses no row and writes none twice, says which rows are not in, and is whole when it is run again",
    [FastCheck.array(rule, { maxLength: 4 }), options, FastCheck.option(FastCheck.integer({ min: 1, max: 20 }))],
    ([script, options, interruptAt]) =>
      Effect.gen(function* () {
        const { faults } = yield* Emulator.Emulator
        yield* faults.set(script)
        const first = yield* job(options, interruptAt ?? undefined)
        yield* faults.set([])
        const values = yield* valuesOf
        expect(Math.max(...values)).toBeLessThanOrEqual(1)
        const { report } = first
        expect(report).toBeDefined()
        if (report !== undefined && Exit.isSuccess(first.exit)) {
          const named = new Set([
            ...report.rejected.map(({ row }) => row),
            ...report.unknown.flatMap(({ rows }) => rows)
          ])
          const lost = valid.filter((row, nth) => values[nth] === 0 && !named.has(rows.indexOf(row) + 1))
          expect(lost).toEqual([])
          const rejected = new Set(report.rejected.map(({ row }) => row))
          expect(valid.filter((row, nth) => values[nth] === 1 && rejected.has(rows.indexOf(row) + 1))).toEqual([])
        }
        const second = yield* job(options)
        expect(second.exit).toMatchObject({
          _tag: "Success",
          value: { valid: valid.length, unknown: [], rejected_count: 4 }
        })
        expect(yield* valuesOf).toEqual(valid.map(() => 1))
        const third = yield* job(options)
        expect(third.exit).toMatchObject({ _tag: "Success", value: { sent: 0, skipped: valid.length } })
      }).pipe(Effect.provide(onEmulator(services))),
    { fastCheck: { numRuns: 8 } }
  )
})

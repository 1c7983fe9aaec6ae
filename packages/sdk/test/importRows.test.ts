import { Imports, Records } from "@effect-kaleidoscope/sdk"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { describe, expect, it } from "../../../test/vitest.js"
import { countOf, run } from "./support/sample.js"
import { onEmulator } from "./support/services.js"
import { passing } from "./support/workspace.js"

const services = Layer.mergeAll(Imports.layer, Records.layer)

const keys = { key_field_names: ["Compound ID"] }

const importing = (rows: ReadonlyArray<Imports.Row>, more: Partial<Imports.ImportOptions> = {}) =>
  passing(Effect.flatMap(Imports.Imports, (imports) => imports.importRows(rows, { ...keys, ...more }))).pipe(
    Effect.flatMap(({ exit }) => exit)
  )

describe("a job", () => {
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
      const first = yield* importing(rows, options)
      expect(first).toMatchObject({
        ended: "complete",
        rows_read: 5,
        valid: 2,
        sent: 2,
        created: 1,
        updated: 1,
        skipped: 0
      })
      expect(
        first.rejected.map(({ issues, row }) => [row, issues.map(({ message, path }) => `${path}: ${message}`)])
      ).toEqual([
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
      const second = yield* importing(rows, options)
      expect(second).toMatchObject({ sent: 0, created: 0, updated: 0, skipped: 2, rejected_count: 3, imports: [] })
      expect(yield* countOf("POST /push/imports")).toBe(1)
    }).pipe(Effect.provide(onEmulator(services)))
  )
})

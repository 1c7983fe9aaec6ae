import stringWidth from "fast-string-width"
import { expect, it } from "../../../test/vitest.js"
import * as Table from "../src/internal/output/table.js"

const rows = [
  ["化合物の名前がとても長い", "12.5", "👩‍🔬👩‍🔬👩‍🔬 reviewed"],
  ["e\u0301\u0302tude d'un composé", "<3", "ok"],
  ["EK-0001", "1000000", ""]
]
const names = ["名前", "IC50", "remarks"]

it("a table is never wider than the terminal, with wide characters, emoji and combining marks", () => {
  for (const width of [80, 40, 20, 10, 1]) {
    const { body, head } = Table.aligned(names, rows, width)
    for (const line of [head, ...body]) expect(stringWidth(line)).toBeLessThanOrEqual(width)
  }
})

it("columns begin in the same place, whatever the width of their characters", () => {
  const { body, head } = Table.aligned(names, rows, 80)
  const places = [head, ...body.slice(0, 2)].map((line) => {
    const last = line.split(/ {2,}/).at(-1) ?? ""
    return stringWidth(line) - stringWidth(last)
  })
  expect(new Set(places).size).toBe(1)
})

it("a text is cut between characters as people see them", () => {
  expect(Table.cut("👩‍🔬👩‍🔬👩‍🔬", 5)).toBe("👩‍🔬👩‍🔬…")
  expect(Table.cut("e\u0301e\u0301e\u0301e\u0301", 3)).toBe("e\u0301e\u0301…")
  expect(Table.cut("化合物", 4)).toBe("化…")
  expect(Table.cut("化合物", 6)).toBe("化合物")
})

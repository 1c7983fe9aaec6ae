// What the reports of the tests say: `node scripts/totals.mjs failed REPORT` lists the files with failures, `totals.mjs REPORT [AGAIN]`
// prints the totals. AGAIN is the report of those files alone.
import { existsSync, readFileSync } from "node:fs"
import { relative } from "node:path"

/**
 * @typedef {{ readonly fullName: string, readonly status: string }} Test
 * @typedef {{ readonly name: string, readonly status: string, readonly assertionResults: ReadonlyArray<Test> }} File
 * @typedef {{
 *   readonly testResults: ReadonlyArray<File>
 *   readonly numPassedTests: number
 *   readonly numPendingTests: number
 *   readonly numTodoTests: number
 * }} Report
 */

/** @returns {Report} */
const read = (/** @type {string} */ path) => JSON.parse(readFileSync(path, "utf8"))

// A file that cannot be loaded or set up has no failed test to count, and is a failure all the same.
const failuresOf = (/** @type {File} */ { assertionResults, name, status }) => {
  const failed = assertionResults.filter((test) => test.status === "failed").map((test) => test.fullName)
  const all = status === "failed" && failed.length === 0 ? ["(the file)"] : failed
  return all.map((test) => `${relative("", name)}: ${test}`)
}

const [first = "", second = ""] = process.argv.slice(2)
if (first === "failed") {
  const files = read(second).testResults.filter((file) => failuresOf(file).length > 0)
  for (const { name } of files) console.log(relative("", name))
} else {
  const report = read(first)
  const failed = report.testResults.flatMap(failuresOf)
  const again = existsSync(second) ? read(second) : undefined
  const tests = again?.testResults.flatMap(({ assertionResults, name, status }) =>
    [{ fullName: "(the file)", status }, ...assertionResults].map((test) => ({
      name: `${relative("", name)}: ${test.fullName}`,
      status: test.status
    }))
  )
  const unsteady = failed.filter((failure) =>
    tests?.some(({ name, status }) => name === failure && status === "passed")
  )
  for (const failure of unsteady) console.log(`unsteady, passed only when it ran again: ${failure}`)
  const skipped = report.numPendingTests + report.numTodoTests
  console.log(
    `${report.numPassedTests + unsteady.length} passed, ${failed.length - unsteady.length} failed` +
      (skipped > 0 ? `, ${skipped} skipped` : "")
  )
}

/** Reads the records once, and says what memory that took: `read.js floor|sdk <url>`. */
import * as Effect from "effect/Effect"
import { floor, live, paths, sdk } from "./subjects.js"

const mebi = 1024 * 1024

const [, , name, url = ""] = process.argv
globalThis.gc?.()
const before = process.memoryUsage().heapUsed
const records: unknown =
  name === "floor"
    ? await floor(url)(paths.allRecords)
    : await Effect.runPromise(Effect.provide(sdk.allRecords, live(url)))
globalThis.gc?.()
const held = (process.memoryUsage().heapUsed - before) / mebi
if (!Array.isArray(records) || records.length !== 10_000) throw new Error("there are not 10,000 records")
console.log(JSON.stringify({ peak: process.resourceUsage().maxRSS / 1024, held }))
process.exit()

/**
 * The server of the measurements. It runs in a process of its own, so that its work counts for nobody, and answers with
 * bytes that were made before. It tells its parent its port, and ends with it.
 */
import { createServer } from "node:http"
import * as Data from "./data.js"

const bodyOf = (value: unknown): Buffer => Buffer.from(JSON.stringify(value))

const records = Array.from({ length: 10_000 }, (_, nth) => JSON.stringify(Data.record(nth)))
const byId = new Map(records.map((record, nth) => [Data.recordId(nth), record]))
const allRecords = Buffer.from(`[${records.join(",")}]`)
const labels = bodyOf(Array.from({ length: 10 }, (_, nth) => Data.label(nth)))

const answer = (url: string): Buffer | undefined => {
  if (url === "/activity_labels") return labels
  if (url === `/operations/${Data.activityId}/records`) return allRecords
  if (url.startsWith("/records/")) {
    const record = byId.get(url.slice("/records/".length))
    return record === undefined ? undefined : Buffer.from(record)
  }
  const ids = new URL(url, "http://127.0.0.1").searchParams.get("record_ids")
  return ids === null
    ? undefined
    : Buffer.from(
        `[${ids
          .split(",")
          .flatMap((id) => byId.get(id) ?? [])
          .join(",")}]`
      )
}

const server = createServer((request, response) => {
  const body = answer(request.url ?? "")
  if (body === undefined) response.writeHead(404).end()
  else response.writeHead(200, { "content-type": "application/json", "content-length": body.length }).end(body)
})

server.listen(0, "127.0.0.1", () => {
  const address = server.address()
  process.send?.(typeof address === "object" && address !== null ? address.port : 0)
})
process.on("disconnect", () => process.exit())

/**
 * The server of the measurements. It runs in its own process, so that its work is not measured. It counts the requests
 * and their content: `GET /counts` gives the counts and resets them. It sends its port to its parent, and ends with it: `server.js <number of activities>`.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import * as Data from "./data.js"
import type { Counts } from "./jobs.js"

const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value))

const list = (count: number, item: (nth: number) => unknown): Buffer =>
  json(Array.from({ length: count }, (_, nth) => item(nth)))

// These are made at the start, others on demand.
const texts = new Map(
  [Data.large, Data.small].flatMap((records) =>
    Array.from({ length: 10_000 }, (_, nth): [string, string] => [records.id(nth), records.text(nth)])
  )
)
const textOf = (id: string): string | undefined => texts.get(id) ?? Data.recordText(id)

const block = Buffer.from(Data.csv.block)

const bodies: { readonly [path: string]: Buffer } = {
  "GET /activity_labels": list(10, Data.label),
  "GET /activities": list(Number(process.argv[2]), Data.activity),
  "GET /key_fields": json(Data.fields(true)),
  "GET /data_fields": json(Data.fields(false)),
  "POST /auth/oauth/token": json({
    access_token: "access",
    refresh_token: "refresh",
    expires_in: 3600,
    token_type: "Bearer"
  })
}

const nothing: Counts = { requests: 0, bytes: 0, rows: 0, lastRow: -1, tail: "" }

let counts = nothing

const marker = Buffer.from(JSON.stringify(Data.key))

/** Counts the rows of a push, and finds the last one. Several pushes can come in any order. */
const countRows = (body: Buffer): void => {
  for (let at = body.indexOf(marker); at >= 0; at = body.indexOf(marker, at)) {
    at += marker.length
    // The body also has the names of the key fields, but no colon follows them.
    const nth = /^\s*:\s*"EK-(\d+)"/.exec(body.toString("latin1", at, at + 40))?.[1]
    if (nth !== undefined) counts = { ...counts, rows: counts.rows + 1, lastRow: Math.max(counts.lastRow, Number(nth)) }
  }
}

const send = (response: ServerResponse, body: Buffer | undefined): void => {
  if (body === undefined) response.writeHead(404).end()
  else response.writeHead(200, { "content-type": "application/json", "content-length": body.length }).end(body)
}

const sendCsv = (response: ServerResponse, blocks: number): void => {
  response.writeHead(200, { "content-type": "text/csv", "content-length": Data.csv.bytes(blocks) })
  response.write(Data.csv.header)
  let left = blocks
  const more = () => {
    while (left > 0) {
      left--
      if (!response.write(block)) {
        response.once("drain", more)
        return
      }
    }
    response.end(Data.csv.last)
  }
  more()
}

let imports = 0

const doneImport = (id: string): unknown => ({
  id,
  import_status: "complete",
  is_complete: true,
  completed_at: "2026-03-01T00:00:00.000000+00:00",
  error_message: null,
  import_result: { records_created: 1, validation_result: { total_processed: 1, successful: 1, failed: 0, errors: [] } }
})

const respond = (request: IncomingMessage, response: ServerResponse, body: Buffer): void => {
  const { pathname, searchParams } = new URL(request.url ?? "", "http://localhost")
  const [, room = "", name = ""] = pathname.split("/")
  const known = bodies[`${request.method} ${pathname}`]
  if (known !== undefined) send(response, known)
  else if (pathname === "/push/imports") {
    send(response, json({ import_id: `import-${imports++}` }))
    countRows(body)
  } else if (room === "imports") send(response, json(doneImport(name)))
  else if (pathname === "/records/export/csv")
    sendCsv(response, Number.parseInt(searchParams.get("filename") ?? "", 10))
  else if (pathname.endsWith("/values/file")) {
    counts = { ...counts, tail: body.toString("latin1") }
    send(response, json({ resource: { id: "value", content: "file" } }))
  } else if (room === "records" && name !== "") {
    const text = textOf(name)
    send(response, text === undefined ? undefined : Buffer.from(text))
  } else if (room === "records") {
    const ids = searchParams.get("record_ids")?.split(",") ?? []
    send(response, Buffer.from(`[${ids.flatMap((id) => textOf(id) ?? []).join(",")}]`))
  } else send(response, undefined)
}

const longestTail = 1000

const server = createServer((request, response) => {
  if (request.url === "/counts") {
    send(response, json(counts))
    counts = nothing
    return
  }
  const isFile = request.url?.endsWith("/values/file") === true
  let chunks: Array<Buffer> = []
  let bytes = 0
  request.on("data", (chunk: Buffer) => {
    bytes += chunk.length
    // Only the end of a file is kept.
    if (isFile) chunks = [Buffer.concat([...chunks, chunk.subarray(-longestTail)]).subarray(-longestTail)]
    else chunks.push(chunk)
  })
  request.on("end", () => {
    counts = { ...counts, requests: counts.requests + 1, bytes: counts.bytes + bytes }
    respond(request, response, Buffer.concat(chunks))
  })
})

// A connection that the server closes while a busy client sends a request on it would fail the request.
server.keepAliveTimeout = 0
server.listen(0, "127.0.0.1", () => {
  const address = server.address()
  process.send?.(typeof address === "object" && address !== null ? address.port : 0)
})
process.on("disconnect", () => process.exit())

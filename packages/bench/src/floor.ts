/** The floor: bare undici, `node:http`, `JSON.parse` and `csv-parse`. Little on Node can be faster. */
import { createReadStream, createWriteStream, statSync } from "node:fs"
import { request as httpRequest } from "node:http"
import { finished, pipeline } from "node:stream/promises"
import { setTimeout } from "node:timers/promises"
import * as Undici from "@effect/platform-node/Undici"
import { parse } from "csv-parse"
import * as Data from "./data.js"
import type { ClientTask, Input, Proof } from "./jobs.js"
import * as Program from "./program.js"

/** As many connections as the SDK uses. */
const connections = 16

const makeClient = (url: string) => {
  const dispatcher = new Undici.Agent({ connections })
  const send = async (path: string, options: Parameters<typeof Undici.request>[1]) => {
    const { body, statusCode } = await Undici.request(`${url}${path}`, { ...options, dispatcher })
    if (statusCode !== 200) throw new Error(`${path}: status ${statusCode}`)
    return body
  }
  const fetchToken = async (): Promise<string> => {
    const body = new URLSearchParams({ grant_type: "client_credentials", client_id: "demo", client_secret: "demo" })
    const token = await send("/auth/oauth/token", {
      method: "POST",
      body: body.toString(),
      headers: { "content-type": "application/x-www-form-urlencoded" }
    })
    return JSON.parse(await token.text()).access_token
  }
  let token: Promise<string> | undefined
  const headers = async () => {
    token ??= fetchToken()
    return { accept: "application/json", "x-kal-authorization": `Bearer ${await token}` }
  }
  const read = async (path: string) => send(path, { headers: await headers() })
  return {
    headers,
    read,
    get: async (path: string) => JSON.parse(await (await read(path)).text()),
    post: async (path: string, body: unknown) =>
      JSON.parse(
        await (
          await send(path, {
            method: "POST",
            body: JSON.stringify(body),
            headers: { ...(await headers()), "content-type": "application/json" }
          })
        ).text()
      )
  }
}

const readTable = (type: (row: { [column: string]: unknown }) => void) => {
  let client: ReturnType<typeof makeClient> | undefined
  return async ({ size, url }: Input): Promise<Proof> => {
    client ??= makeClient(url)
    const body = await client.read(`/records/export/csv?filename=${size}`)
    let count = 0
    let last: { [column: string]: unknown } = {}
    for await (const row of body.pipe(parse({ columns: true }))) {
      type(row)
      last = row
      count++
    }
    return { count, last: String(last["Compound ID"]) }
  }
}

const push = (data: ReadonlyArray<unknown>) => ({ key_field_names: [Data.key], data })

/** How each task is prepared. The returned function is measured. */
export const tasks: { readonly [task in ClientTask]: (input: Input) => () => Promise<Proof> } = {
  records: ({ size, url }) => {
    const client = makeClient(url)
    const ids = Data.idsOf(Data.large, size)
    return async () => {
      const records = (await Promise.all(Data.batchPaths(ids).map(client.get))).flat()
      return { count: records.length, last: Data.lastOf(records.at(-1)) }
    }
  },
  gets: ({ size, url }) => {
    const client = makeClient(url)
    return async () => {
      const records: Array<{ record_identifier: string }> = []
      let next = 0
      const one = async () => {
        while (next < size) {
          const nth = next++
          records[nth] = await client.get(`/records/${Data.small.id(nth)}`)
        }
      }
      await Promise.all(Array.from({ length: 8 }, one))
      return { count: records.length, last: records[size - 1]?.record_identifier ?? "" }
    }
  },
  getsAtOnce: ({ size, url }) => {
    const client = makeClient(url)
    const ids = Data.idsOf(Data.small, size)
    return async () => {
      const records = (await Promise.all(Data.batchPaths(ids).map(client.get))).flat()
      return { count: records.length, last: records.at(-1).record_identifier }
    }
  },
  labels: ({ size, url }) => {
    const client = makeClient(url)
    return async () => {
      let count = 0
      let last = ""
      for (let nth = 0; nth < size; nth++) {
        const labels = await client.get("/activity_labels")
        count += labels.length
        last = labels.at(-1).label_name
      }
      return { count, last }
    }
  },
  activities: ({ url }) => {
    const client = makeClient(url)
    return async () => {
      const activities = await client.get("/activities")
      return { count: activities.length, last: activities.at(-1).title }
    }
  },
  push: ({ size, url }) => {
    const client = makeClient(url)
    const data = Data.rows(size)
    return async () => {
      const { import_id } = await client.post("/push/imports", push(data))
      return { count: 1, last: String(import_id).split("-")[0] ?? "" }
    }
  },
  export: ({ directory, size, url }) => {
    const client = makeClient(url)
    const path = `${directory}/floor.csv`
    return async () => {
      const body = await client.read(`/records/export/csv?filename=${Data.csv.blocksIn(size)}`)
      await pipeline(body, createWriteStream(path))
      return Data.endOf(path)
    }
  },
  decoding: ({ size }) => {
    const bodies = Data.batches(size)
    const decoder = new TextDecoder()
    return async () => {
      const records = bodies.flatMap((body) => JSON.parse(decoder.decode(body)))
      return { count: records.length, last: Data.lastOf(records.at(-1)) }
    }
  },
  rows: (input) => {
    const read = readTable(() => {})
    return () => read(input)
  },
  rowsTyped: (input) => {
    const read = readTable((row) => {
      row["IC50"] = Number(row["IC50"])
      row["Molecular weight"] = Number(row["Molecular weight"])
      row["Purity"] = Number(row["Purity"])
      row["Registered on"] = new Date(String(row["Registered on"]))
    })
    return () => read(input)
  },
  upload: ({ directory, size, url }) => {
    const client = makeClient(url)
    const path = `${directory}/upload-${size}.bin`
    return async () => {
      const boundary = "a-boundary"
      const head =
        `--${boundary}\r\nContent-Disposition: form-data; name="body"\r\n\r\n{"field_id":"field"}\r\n` +
        `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="upload.bin"\r\n` +
        "Content-Type: application/octet-stream\r\n\r\n"
      const tail = `\r\n--${boundary}--\r\n`
      const request = httpRequest(`${url}/records/${Data.small.id(0)}/values/file`, {
        method: "POST",
        headers: {
          ...(await client.headers()),
          "content-type": `multipart/form-data; boundary=${boundary}`,
          "content-length": head.length + statSync(path).size + tail.length
        }
      })
      const text = new Promise<string>((resolve, reject) => {
        request.on("error", reject)
        request.on("response", (response) => {
          let text = ""
          response.setEncoding("utf8")
          response.on("data", (chunk) => {
            text += chunk
          })
          response.on("end", () => resolve(text))
        })
      })
      request.write(head)
      await pipeline(createReadStream(path), request, { end: false })
      request.end(tail)
      await finished(request)
      return { count: 1, last: JSON.parse(await text).resource.content }
    }
  },
  import: ({ size, url }) => {
    const client = makeClient(url)
    const data = Data.rows(size)
    return async () => {
      const { import_id } = await client.post("/push/imports", push(data))
      for (;;) {
        const found = await client.get(`/imports/${import_id}`)
        if (found.is_complete)
          return { count: found.import_result.validation_result.successful, last: `EK-${size - 1}` }
        await setTimeout(50)
      }
    }
  },
  pushStream: ({ size, url }) => {
    const client = makeClient(url)
    return async () => {
      const rowsPerImport = 1000
      for (let first = 0; first < size; first += rowsPerImport) {
        const data = Array.from({ length: rowsPerImport }, (_, nth) => Data.row(first + nth))
        const { import_id } = await client.post("/push/imports", push(data))
        await client.get(`/imports/${import_id}`)
      }
      return { count: size, last: `EK-${size - 1}` }
    }
  },
  start: (input) => tasks.labels(input),
  cliRequest: Program.floor,
  cliVersion: Program.floor
}

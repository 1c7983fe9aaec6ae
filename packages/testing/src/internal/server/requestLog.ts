import type * as Headers from "@effect/platform/Headers"
import * as Option from "effect/Option"
import type { EmulatedRequest } from "./request.js"

/**
 * A request that the emulator received. The headers include credentials, so that a test can compare them. Printing hides
 * credentials.
 *
 * @since 0.1.0
 * @category models
 */
export interface LoggedRequest {
  /** `GET`, `POST`, … */
  readonly method: string
  /** The path as the client sent it, with its percent-encoding. */
  readonly path: string
  /** The query as the client sent it, without the question mark: `limit=25&search_text=a%20b`. */
  readonly query: string
  /** The names are in lower case. */
  readonly headers: Headers.Headers
  /** The body as UTF-8 text. */
  readonly body: string
  /** The status of the response. `None` if there is no response yet, or if the client disconnected before it. */
  readonly status: Option.Option<number>
}

interface Entry {
  readonly request: EmulatedRequest
  status: number | undefined
}

const capacity = 10_000
const capacityInBytes = 64 * 1024 * 1024

const decoder = new TextDecoder()

const show = ({ request, status }: Entry): LoggedRequest => {
  const queryStart = request.url.indexOf("?")
  return {
    method: request.method,
    path: queryStart === -1 ? request.url : request.url.slice(0, queryStart),
    query: queryStart === -1 ? "" : request.url.slice(queryStart + 1),
    headers: request.sentHeaders,
    body: decoder.decode(request.body),
    status: Option.fromNullable(status)
  }
}

/** Keeps the newest requests. Old ones are dropped, so that the memory of a server that runs for days does not grow. */
export const make = () => {
  let entries: Array<Entry> = []
  let bytes = 0
  return {
    add: (request: EmulatedRequest): ((status: number) => void) => {
      const entry: Entry = { request, status: undefined }
      entries.push(entry)
      bytes += request.body.length
      if (entries.length > capacity || bytes > capacityInBytes) {
        entries = entries.slice(Math.ceil(entries.length / 2))
        bytes = entries.reduce((sum, { request }) => sum + request.body.length, 0)
      }
      return (status) => {
        entry.status = status
      }
    },
    all: (): ReadonlyArray<LoggedRequest> => entries.map(show),
    clear: () => {
      entries = []
      bytes = 0
    }
  }
}

import * as Predicate from "effect/Predicate"

/** Whether this is a browser's page or worker: `fetch` sets the header `Accept-Encoding` itself there. */
export const isBrowser = (): boolean => "document" in globalThis || "importScripts" in globalThis

const runsOnNode = (): boolean => {
  const process: unknown = Reflect.get(globalThis, "process")
  return (
    Predicate.isRecord(process) &&
    Predicate.isRecord(process["versions"]) &&
    typeof process["versions"]["node"] === "string"
  )
}

/**
 * Whether all HTTP clients of this runtime can send a stream as a body: those of Node, Bun and Deno can. Some browsers
 * send the text "[object ReadableStream]" instead.
 */
export const sendsStreams = (): boolean => !isBrowser() && (runsOnNode() || "Deno" in globalThis)

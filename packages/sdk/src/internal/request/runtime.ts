import * as Predicate from "effect/Predicate"

/** Whether this is a browser's page or worker: `fetch` sets the header `Accept-Encoding` itself there. */
export const isBrowser = (): boolean => "document" in globalThis || "importScripts" in globalThis

const nodeProcess = (): { readonly [key: string]: unknown } | undefined => {
  const process: unknown = Reflect.get(globalThis, "process")
  return Predicate.isRecord(process) &&
    Predicate.isRecord(process["versions"]) &&
    typeof process["versions"]["node"] === "string"
    ? process
    : undefined
}

const runsOnNode = (): boolean => nodeProcess() !== undefined

/** A module of Node itself, or `undefined` elsewhere: also on Bun and Deno, whose modules of that name are others. */
export const builtin = (name: string): unknown => {
  const get = "Bun" in globalThis || "Deno" in globalThis ? undefined : nodeProcess()?.["getBuiltinModule"]
  return Predicate.isFunction(get) ? get(name) : undefined
}

/**
 * Whether all HTTP clients of this runtime can send a stream as a body: those of Node, Bun and Deno can. Some browsers
 * send the text "[object ReadableStream]" instead.
 */
export const sendsStreams = (): boolean => !isBrowser() && (runsOnNode() || "Deno" in globalThis)

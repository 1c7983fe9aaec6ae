import { createServer } from "node:http"
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as HttpMethod from "@effect/platform/HttpMethod"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { Emulator } from "@effect-kaleidoscope/testing"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

interface Way {
  readonly name: string
  readonly make: (options?: Emulator.Options) => Layer.Layer<Emulator.Emulator | HttpClient.HttpClient>
}

export const onSocket: Way = {
  name: "on a socket",
  make: (options) =>
    Layer.merge(
      Emulator.layerServer(options).pipe(
        Layer.provide(
          NodeHttpServer.layer(() => createServer({ keepAliveTimeout: 1 }), { port: 0, host: "127.0.0.1" })
        ),
        Layer.orDie
      ),
      FetchHttpClient.layer
    )
}

/** The emulator in memory and on a socket. Tests of calls run on both. */
export const ways: ReadonlyArray<Way> = [{ name: "in memory", make: Emulator.layer }, onSocket]

export interface WholeResponse {
  readonly status: number
  readonly headers: { readonly [name: string]: string }
  readonly text: string
  readonly bytes: Uint8Array
  /** The body as JSON. `undefined` if it is not JSON. */
  readonly json: unknown
}

export type Method = HttpMethod.HttpMethod

/** The method and the path of a call: `GET /programs`. */
export const partsOf = (call: string): readonly [method: Method, path: string] => {
  const [method = "", path = ""] = call.split(" ")
  return [HttpMethod.isHttpMethod(method) ? method : "GET", path]
}

export interface RequestOptions {
  readonly query?: { readonly [name: string]: string }
  readonly headers?: { readonly [name: string]: string }
  readonly json?: unknown
  readonly text?: string
  readonly bytes?: Uint8Array
}

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** Sends a request without adding anything to it. */
export const send = (method: Method, path: string, options: RequestOptions = {}) =>
  Effect.gen(function* () {
    const emulator = yield* Emulator.Emulator
    const client = yield* HttpClient.HttpClient
    const query = options.query === undefined ? "" : `?${new URLSearchParams(options.query)}`
    const contentType = options.headers?.["content-type"]
    const request = HttpClientRequest.make(method)(`${emulator.url}${path}${query}`).pipe(
      options.json !== undefined
        ? HttpClientRequest.bodyText(JSON.stringify(options.json), contentType ?? "application/json")
        : options.text !== undefined
          ? HttpClientRequest.bodyText(options.text, contentType ?? "application/json")
          : options.bytes !== undefined
            ? HttpClientRequest.bodyUint8Array(options.bytes, contentType ?? "application/octet-stream")
            : (self) => self,
      HttpClientRequest.setHeaders(options.headers ?? {})
    )
    const response = yield* client.execute(request)
    const bytes = new Uint8Array(yield* response.arrayBuffer)
    const text = new TextDecoder().decode(bytes)
    return {
      status: response.status,
      headers: response.headers,
      text,
      bytes,
      json: parse(text)
    } satisfies WholeResponse
  })

/** Asks for a token. */
export const requestToken = (form: { readonly [name: string]: string }) =>
  send("POST", "/auth/oauth/token", {
    text: new URLSearchParams(form).toString(),
    headers: { "content-type": "application/x-www-form-urlencoded" }
  })

/** An access token for `demo` / `demo`. */
export const signIn = Effect.map(
  requestToken({ grant_type: "client_credentials", client_id: "demo", client_secret: "demo" }),
  (answer) => stringAt(answer.json, "access_token")
)

/** Sends a request with a token of its own. */
export const call = (method: Method, path: string, options: RequestOptions = {}) =>
  Effect.flatMap(signIn, (token) =>
    send(method, path, {
      ...options,
      headers: { "x-kal-authorization": `Bearer ${token}`, ...options.headers }
    })
  )

const isObject = (input: unknown): input is { readonly [key: string]: unknown } =>
  typeof input === "object" && input !== null && !Array.isArray(input)

/** The value at a path of some JSON. */
export const at = (json: unknown, ...path: ReadonlyArray<string | number>): unknown =>
  path.reduce<unknown>(
    (value, key) =>
      Array.isArray(value) && typeof key === "number"
        ? value.at(key)
        : isObject(value) && typeof key === "string"
          ? value[key]
          : undefined,
    json
  )

/** The text at a path of some JSON. */
export const stringAt = (json: unknown, ...path: ReadonlyArray<string | number>): string => String(at(json, ...path))

/** The list at a path of some JSON. */
export const listAt = (json: unknown, ...path: ReadonlyArray<string | number>): ReadonlyArray<unknown> => {
  const value = at(json, ...path)
  return Array.isArray(value) ? value : []
}

interface Part {
  readonly name: string
  readonly fileName?: string
  readonly contentType?: string
  readonly bytes: Uint8Array | string
}

/** The body of an upload, written by hand: names are escaped as browsers do it. */
export const multipart = (
  parts: ReadonlyArray<Part>,
  contentType = "multipart/form-data; boundary=----limit7"
): { readonly bytes: Uint8Array; readonly headers: { readonly [name: string]: string } } => ({
  bytes: Buffer.concat(
    parts
      .flatMap(({ bytes, contentType, fileName, name }) => [
        '------limit7\r\nContent-Disposition: form-data; name="',
        name,
        fileName === undefined ? '"' : `"; filename="${fileName.replaceAll('"', "%22")}"`,
        contentType === undefined ? "\r\n\r\n" : `\r\nContent-Type: ${contentType}\r\n\r\n`,
        bytes,
        "\r\n"
      ])
      .concat("------limit7--\r\n")
      .map((piece) => Buffer.from(piece))
  ),
  headers: { "content-type": contentType }
})

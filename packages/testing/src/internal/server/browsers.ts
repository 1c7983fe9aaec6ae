import { isIP } from "node:net"
import type * as Headers from "@effect/platform/Headers"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { MisdirectedRequest, toResponse } from "./problem.js"

/** Which other origins may read answers: any, or these. */
export type Origins = "*" | ReadonlyArray<string>

const parseUrl = Option.liftThrowable((input: string) => new URL(input))

/** An origin as browsers write it, if it is one: `https://app.example`, without a path. Pages of files have `null`. */
export const originOf = (input: string): Option.Option<string> =>
  input === "null"
    ? Option.some(input)
    : Option.filterMap(parseUrl(input), (url) =>
        /^https?:$/.test(url.protocol) &&
        url.pathname === "/" &&
        url.search === "" &&
        url.hash === "" &&
        url.username === "" &&
        !input.includes("*")
          ? Option.some(url.origin)
          : Option.none()
      )

/** What scripts may read of an answer beside what they may always read. */
const exposed = "content-disposition, content-encoding, retry-after, x-goog-iap-generated-response, x-request-id"

const methods = "GET, HEAD, POST, PUT, PATCH, DELETE"

const tokens = /^[\w!#$%&'*+.^`|~-]+(\s*,\s*[\w!#$%&'*+.^`|~-]+)*$/

/** What is done for browsers with a request and its answer. */
export interface Cors {
  /** The answer to a preflight, without authorization: it carries none. Nothing for other requests. */
  readonly preflight: (method: string, headers: Headers.Headers) => HttpServerResponse.HttpServerResponse | undefined
  /** The answer, readable for origins that may read it. */
  readonly allow: (
    requestHeaders: Headers.Headers,
    response: HttpServerResponse.HttpServerResponse
  ) => HttpServerResponse.HttpServerResponse
}

const none: Cors = { preflight: () => undefined, allow: (_, response) => response }

const withVary = (
  response: HttpServerResponse.HttpServerResponse,
  ...names: ReadonlyArray<string>
): HttpServerResponse.HttpServerResponse => {
  const present = (response.headers["vary"] ?? "").split(",").map((name) => name.trim().toLowerCase())
  const all = [...present, ...names.filter((name) => !present.includes(name))].filter((name) => name !== "")
  return HttpServerResponse.setHeader(response, "vary", all.join(", "))
}

/** Lets other origins read answers. Without origins, none can. */
export const cors = (origins: Origins | undefined): Cors => {
  if (origins === undefined || origins.length === 0) {
    return none
  }
  const allowed = origins === "*" ? undefined : new Set(origins.flatMap((origin) => Option.toArray(originOf(origin))))
  const allowedOrigin = (headers: Headers.Headers): string | undefined => {
    const origin = headers["origin"]
    return origin === undefined ? undefined : allowed === undefined ? "*" : allowed.has(origin) ? origin : undefined
  }
  return {
    preflight: (method, headers) => {
      if (
        method !== "OPTIONS" ||
        headers["origin"] === undefined ||
        headers["access-control-request-method"] === undefined
      ) {
        return undefined
      }
      const response = withVary(
        HttpServerResponse.empty({ status: 204 }),
        "origin",
        "access-control-request-method",
        "access-control-request-headers"
      )
      const origin = allowedOrigin(headers)
      const requested = headers["access-control-request-headers"] ?? ""
      return origin === undefined
        ? response
        : HttpServerResponse.setHeaders(response, {
            "access-control-allow-origin": origin,
            "access-control-allow-methods": methods,
            "access-control-max-age": "600",
            // A wildcard does not include `Authorization`.
            ...(tokens.test(requested) ? { "access-control-allow-headers": requested } : {}),
            ...(headers["access-control-request-private-network"] === "true"
              ? { "access-control-allow-private-network": "true" }
              : {})
          })
    },
    allow: (headers, response) => {
      const origin = allowedOrigin(headers)
      const varied = withVary(response, "origin")
      return origin === undefined
        ? varied
        : HttpServerResponse.setHeaders(varied, {
            "access-control-allow-origin": origin,
            "access-control-expose-headers": exposed
          })
    }
  }
}

const isLoopbackAddress = (name: string): boolean =>
  /^127(\.\d{1,3}){3}$/.test(name) || name === "::1" || /^::ffff:127(\.\d{1,3}){3}$/i.test(name)

/** `LOCALHOST:4010` → `localhost`, `[::1]:4010` → `::1`. Nothing if it is no host. */
const hostName = (host: string): Option.Option<string> =>
  Option.fromNullable(/^(?:\[([\da-f:.]+)\]|([^\s:/@[\]]+))(?::\d{1,5})?$/i.exec(host.trim())).pipe(
    Option.flatMapNullable(([, address, name]) => address ?? name),
    Option.map((name) => name.toLowerCase().replace(/\.$/, ""))
  )

/** Whether a request is for this server. */
export type Check = (headers: Headers.Headers) => HttpServerResponse.HttpServerResponse | undefined

/**
 * Refuses requests for another host on a loopback address. A page can let its own name lead to 127.0.0.1, and would then be of
 * the same origin as this server. On other addresses everybody can ask, under any name.
 */
export const checkHost = (listensOn: string | undefined, hosts: ReadonlyArray<string>): Check => {
  if (listensOn === undefined || !(isLoopbackAddress(listensOn) || listensOn === "localhost")) {
    return () => undefined
  }
  const known = new Set(hosts.flatMap((host) => Option.toArray(hostName(isIP(host) === 6 ? `[${host}]` : host))))
  return (headers) => {
    const host = headers["host"]
    const name = host === undefined ? Option.none() : hostName(host)
    const isFine =
      host === undefined ||
      Option.exists(
        name,
        (name) => name === "localhost" || name.endsWith(".localhost") || isLoopbackAddress(name) || known.has(name)
      )
    return isFine
      ? undefined
      : toResponse(
          new MisdirectedRequest({
            code: "MISDIRECTED_REQUEST",
            message: `This server is not ${JSON.stringify(host)}. It takes requests for localhost, for its loopback address, and for hosts that it was told to take`
          })
        )
  }
}

/** What goes before and after whatever answers a request. */
export type Around = <E, R>(
  request: { readonly method: string; readonly headers: Headers.Headers },
  respond: Effect.Effect<HttpServerResponse.HttpServerResponse, E, R>
) => Effect.Effect<HttpServerResponse.HttpServerResponse, E, R>

/** An answer that browsers can read, or the refusal of a request that is for somebody else. */
export const around =
  (options: { readonly cors: Cors; readonly check: Check }): Around =>
  (request, respond) => {
    const refusal = options.check(request.headers)
    if (refusal !== undefined) {
      return Effect.succeed(refusal)
    }
    const preflight = options.cors.preflight(request.method, request.headers)
    return preflight === undefined
      ? Effect.map(respond, (response) => options.cors.allow(request.headers, response))
      : Effect.succeed(preflight)
  }

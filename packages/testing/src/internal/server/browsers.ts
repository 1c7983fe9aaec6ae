import { isIP } from "node:net"
import type * as Headers from "@effect/platform/Headers"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { MisdirectedRequest, toResponse } from "./problem.js"

/** The other origins that may read responses: any of them, or those of the list. */
type Origins = "*" | ReadonlyArray<string>

const parseUrl = Option.liftThrowable((input: string) => new URL(input))

/** Reads an origin as browsers write it: `https://app.example`, without a path. Pages of local files have the origin `null`. */
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

/** Response headers that scripts may read, in addition to those that they may always read. */
const exposed = "content-disposition, content-encoding, retry-after, x-goog-iap-generated-response, x-request-id"

const methods = "GET, HEAD, POST, PUT, PATCH, DELETE"

const tokens = /^[\w!#$%&'*+.^`|~-]+(\s*,\s*[\w!#$%&'*+.^`|~-]+)*$/

/** The headers of CORS. */
export interface Cors {
  /** The response to a preflight, which carries no authorization. `undefined` for other requests. */
  readonly preflight: (method: string, headers: Headers.Headers) => HttpServerResponse.HttpServerResponse | undefined
  /** Adds the headers that let allowed origins read a response. */
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

/** Lets pages of these origins read responses. Without origins no other origin can. */
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

/** `LOCALHOST:4010` → `localhost`, `[::1]:4010` → `::1`. `None` if the text is not a host. */
const hostName = (host: string): Option.Option<string> =>
  Option.fromNullable(/^(?:\[([\da-f:.]+)\]|([^\s:/@[\]]+))(?::\d{1,5})?$/i.exec(host.trim())).pipe(
    Option.flatMapNullable(([, address, name]) => address ?? name),
    Option.map((name) => name.toLowerCase().replace(/\.$/, ""))
  )

const hostNames = (host: string): ReadonlyArray<string> =>
  Option.toArray(hostName(isIP(host) === 6 ? `[${host}]` : host))

/** Whether a text names a host: `lab.example`, `LAB.example:4010`, `::1`. */
export const isHost = (input: string): boolean => hostNames(input).length > 0

/** Refuses a request that is for another server. `undefined` lets it pass. */
type Check = (headers: Headers.Headers) => HttpServerResponse.HttpServerResponse | undefined

/**
 * On a loopback address, refuses requests for another host: a web page could point its own domain at 127.0.0.1, and the browser
 * would then treat this server as the page's own origin. On other addresses every host is accepted.
 */
export const checkHost = (listensOn: string | undefined, hosts: ReadonlyArray<string>): Check => {
  if (listensOn === undefined || !(isLoopbackAddress(listensOn) || listensOn === "localhost")) {
    return () => undefined
  }
  const known = new Set(hosts.flatMap(hostNames))
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
            message: `This server does not accept requests for the host ${JSON.stringify(host)}. It accepts localhost, its loopback address, and the hosts that it was started with (--allow-host)`
          })
        )
  }
}

/** Wraps the handling of a request. */
export type Around = <E, R>(
  request: { readonly method: string; readonly headers: Headers.Headers },
  respond: Effect.Effect<HttpServerResponse.HttpServerResponse, E, R>
) => Effect.Effect<HttpServerResponse.HttpServerResponse, E, R>

/** Checks the host, answers preflights, and adds the headers of CORS to all other responses. */
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

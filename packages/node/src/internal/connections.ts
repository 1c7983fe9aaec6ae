import { Socket } from "node:net"
import * as Undici from "@effect/platform-node/Undici"
import * as Predicate from "effect/Predicate"
import * as Informational from "./informational.js"

/** The options of undici for a request, and the limit for its connection. */
export interface RequestOptions extends Undici.Dispatcher.RequestOptions<null> {
  /** The longest time to connect, in milliseconds. */
  readonly connectLimit: number
}

const longestTimer = 2 ** 31 - 1

const connectLimit = (options: Undici.Dispatcher.DispatchOptions): number =>
  "connectLimit" in options && typeof options.connectLimit === "number"
    ? options.connectLimit
    : Number.POSITIVE_INFINITY

const signalOf = (options: Undici.Dispatcher.DispatchOptions): AbortSignal | undefined =>
  "signal" in options && options.signal instanceof AbortSignal ? options.signal : undefined

const failure = (code: string): Error => Object.assign(new Error(code), { code })

const codeOf = (error: unknown): string =>
  Predicate.hasProperty(error, "code") && typeof error.code === "string" ? error.code : "UNKNOWN"

/** The host and the port of a URL: never its user and password. */
const hostOf = ({ hostname, port, protocol }: URL): string =>
  `${hostname}:${port === "" ? (protocol === "https:" ? 443 : 80) : port}`

/** The state of one connection. A connection serves one request at a time. */
interface State {
  request: Undici.Dispatcher.DispatchOptions | undefined
  responses: Informational.Filter | undefined
}

/** Connects within the limit of a request, and stops if the request is interrupted: undici itself would go on. */
const connectFor =
  (
    connect: Undici.buildConnector.connector,
    state: State,
    connecting: Set<() => void>
  ): Undici.buildConnector.connector =>
  (options, callback) => {
    const request = state.request
    const limit = request === undefined ? Number.POSITIVE_INFINITY : connectLimit(request)
    const signal = request === undefined ? undefined : signalOf(request)
    // undici's proxy agent gives the signal to its request for a tunnel.
    const stopped = new AbortController()
    const stop = (code: string) => () => {
      stopped.abort(failure(code))
      if (socket instanceof Socket) socket.destroy(failure(code))
    }
    const interrupt = stop("INTERRUPTED")
    connecting.add(interrupt)
    let timer: ReturnType<typeof setTimeout> | undefined
    const settled: Undici.buildConnector.Callback = (...result) => {
      clearTimeout(timer)
      connecting.delete(interrupt)
      signal?.removeEventListener("abort", interrupt)
      const [error, connected] = result
      if (error === null && connected !== null) state.responses = Informational.filter(connected)
      // The proxy agent reports a handshake that was stopped with an error of its own.
      if (error !== null && stopped.signal.reason instanceof Error) callback(stopped.signal.reason, null)
      else callback(...result)
    }
    const withSignal = { ...options, signal: stopped.signal }
    const socket: unknown = connect(withSignal, settled)
    if (limit <= longestTimer) timer = setTimeout(stop("CONNECT_TIMEOUT"), limit)
    if (signal?.aborted === true) interrupt()
    else signal?.addEventListener("abort", interrupt, { once: true })
  }

class Connection extends Undici.Client {
  private readonly state: State

  constructor(
    origin: string | URL,
    options: Undici.Client.Options,
    connect: Undici.buildConnector.connector,
    connecting: Set<() => void>
  ) {
    const state: State = { request: undefined, responses: undefined }
    super(origin, { ...options, connect: connectFor(connect, state, connecting) })
    this.state = state
  }

  override dispatch(options: Undici.Dispatcher.DispatchOptions, handler: Undici.Dispatcher.DispatchHandler): boolean {
    this.state.request = options
    this.state.responses?.expectHead()
    return super.dispatch(options, handler)
  }
}

/** The URLs of the proxies, and the hosts that are reached without them: as in the variables of the environment. */
export interface Proxies {
  readonly httpProxy: string
  readonly httpsProxy: string
  readonly noProxy: string
}

/**
 * Makes tunnels through a proxy. The proxy's failures get codes of their own, since they say nothing about the server:
 * `PROXY_407` if it responds with 407 to CONNECT, `PROXY_ECONNREFUSED` if it cannot be reached.
 */
const tunnels = (origin: string | URL, connection: () => Undici.Client): Undici.Dispatcher => {
  const refuse = (code: unknown) =>
    Promise.reject(Object.assign(failure(`PROXY_${code}`), { proxy: hostOf(new URL(origin)) }))
  const connect = (options: Undici.Dispatcher.ConnectOptions) => {
    const signal = options.signal instanceof AbortSignal ? options.signal : undefined
    return connection()
      .connect(options)
      .then(
        (tunnel) => {
          if (tunnel.statusCode === 200) {
            // The TLS handshake with the server follows on this socket.
            signal?.addEventListener("abort", () => tunnel.socket.destroy(), { once: true })
            return tunnel
          }
          tunnel.socket.on("error", () => undefined).destroy()
          return refuse(tunnel.statusCode)
        },
        (error) => refuse(codeOf(error))
      )
  }
  // The proxy agent uses no other members. The tunnels themselves are connections of its agent.
  return Object.assign(new Undici.Dispatcher(), { connect, close: done, destroy: done })
}

const done = () => Promise.resolve()

/**
 * Keeps the header `Proxy-Authorization` of a request: it is for an Identity-Aware Proxy in front of the server. undici's
 * proxy agent refuses it in an object of headers, lest it is meant for the proxy.
 */
const keepProxyAuthorization: Undici.Dispatcher.DispatcherComposeInterceptor = (dispatch) => (options, handler) => {
  const { headers } = options
  return dispatch(
    Predicate.isRecord(headers) && "proxy-authorization" in headers
      ? { ...options, headers: new Map(Object.entries(headers)) }
      : options,
    handler
  )
}

/** An agent that connects within the limit of each request, and stops connecting if the request is interrupted. */
export interface Connections {
  readonly agent: Undici.Dispatcher
  /** Closes all connections, also those that are not established yet. */
  readonly close: () => Promise<void>
}

export const make = (
  tls: Undici.buildConnector.BuildOptions,
  { proxies, ...options }: Pick<Undici.Agent.Options, "keepAliveTimeout"> & { readonly proxies?: Proxies | undefined }
): Connections => {
  const connecting = new Set<() => void>()
  // Each request brings its own limit.
  const untimed = { ...tls, timeout: 0 }
  const direct = Undici.buildConnector(untimed)
  const pool = (origin: string | URL, options: object): Undici.Pool =>
    new Undici.Pool(origin, {
      ...options,
      factory: (origin, options: Undici.Client.Options) =>
        new Connection(
          origin,
          options,
          // The proxy agent gives its own function: it makes a tunnel.
          typeof options.connect === "function" ? options.connect : direct,
          connecting
        )
    })
  const agent =
    proxies === undefined
      ? new Undici.Agent({ ...options, connect: direct, factory: pool })
      : new Undici.EnvHttpProxyAgent({
          ...options,
          ...proxies,
          connect: direct,
          factory: pool,
          clientFactory: (proxy) => tunnels(proxy, () => new Connection(proxy, {}, direct, connecting)),
          proxyTls: untimed,
          requestTls: untimed
        })
  return {
    agent: proxies === undefined ? agent : agent.compose(keepProxyAuthorization),
    close: () => {
      for (const stop of connecting) stop()
      return agent.destroy()
    }
  }
}

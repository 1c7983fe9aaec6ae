import { Socket } from "node:net"
import * as Undici from "@effect/platform-node/Undici"
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
    const stop = (code: string) => () => {
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
      callback(...result)
    }
    const socket: unknown = connect(options, settled)
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

/** An agent that connects within the limit of each request, and stops connecting if the request is interrupted. */
export interface Connections {
  readonly agent: Undici.Agent
  /** Closes all connections, also those that are not established yet. */
  readonly close: () => Promise<void>
}

export const make = (
  connect: Undici.buildConnector.BuildOptions,
  options: Pick<Undici.Agent.Options, "keepAliveTimeout">
): Connections => {
  const connecting = new Set<() => void>()
  // Each request brings its own limit.
  const connector = Undici.buildConnector({ ...connect, timeout: 0 })
  const agent = new Undici.Agent({
    ...options,
    factory: (origin, options) =>
      new Undici.Pool(origin, {
        ...options,
        factory: (origin, options) => new Connection(origin, options, connector, connecting)
      })
  })
  return {
    agent,
    close: () => {
      for (const stop of connecting) stop()
      return agent.destroy()
    }
  }
}

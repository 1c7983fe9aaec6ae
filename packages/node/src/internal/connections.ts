import { Socket } from "node:net"
import * as Undici from "@effect/platform-node/Undici"
import * as Informational from "./informational.js"

/** What a request says about its connection, beside what undici knows. */
export interface RequestOptions extends Undici.Dispatcher.RequestOptions<null> {
  /** How long making a connection may take, in milliseconds. */
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

/** One connection, as undici has it, which never serves two requests at the same time. */
interface State {
  /** The request that the connection is for. */
  request: Undici.Dispatcher.DispatchOptions | undefined
  answers: Informational.Filter | undefined
}

/**
 * Connects for a request: not longer than it allows, and no longer than anybody waits for it. undici itself goes on
 * connecting for a request that was given up.
 */
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
      if (error === null && connected !== null) state.answers = Informational.filter(connected)
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
    const state: State = { request: undefined, answers: undefined }
    super(origin, { ...options, connect: connectFor(connect, state, connecting) })
    this.state = state
  }

  override dispatch(options: Undici.Dispatcher.DispatchOptions, handler: Undici.Dispatcher.DispatchHandler): boolean {
    this.state.request = options
    this.state.answers?.expectHead()
    return super.dispatch(options, handler)
  }
}

/** An agent whose connections are made within the time of the request that they are for, and given up with it. */
export interface Connections {
  readonly agent: Undici.Agent
  /** Closes all connections, those too that are being made. */
  readonly close: () => Promise<void>
}

export const make = (
  connect: Undici.buildConnector.BuildOptions,
  options: Pick<Undici.Agent.Options, "keepAliveTimeout">
): Connections => {
  const connecting = new Set<() => void>()
  // The limit is the request's.
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

import * as Predicate from "effect/Predicate"
import * as Runtime from "../request/runtime.js"

/** What is used of `node:diagnostics_channel`. */
interface Channels {
  readonly subscribe: (name: string, listener: (message: unknown) => void) => void
  readonly unsubscribe: (name: string, listener: (message: unknown) => void) => unknown
}

const isChannels = (value: unknown): value is Channels =>
  Predicate.isRecord(value) && ["subscribe", "unsubscribe"].every((name) => typeof value[name] === "function")

// undici tells them that it begins a request on a connection, and that it wrote a part of the body to it.
const begins = "undici:client:sendHeaders"
const written = "undici:request:bodyChunkSent"

const isHttp1 = (headers: unknown): boolean => typeof headers === "string" && /^[A-Z]+ \S+ HTTP\/1\.1\r\n/.test(headers)

/** What is used of a socket. */
interface Queue {
  readonly writableLength: number
}

const isQueue = (socket: object): socket is Queue =>
  "writableLength" in socket && typeof socket.writableLength === "number"

/** A buffer whose first `size` bytes are in the body. */
interface Lent {
  readonly buffer: ArrayBuffer
  readonly size: number
  /** How many of them are written to the connection, and whether to only one, each once. */
  sent: number
  isInOrder: boolean
  socket: Queue | undefined
}

/** A buffer to read into. */
export interface Taken {
  readonly buffer: Uint8Array
  /** The first bytes of the buffer as a part of the body. Nothing may be written into the buffer afterwards. */
  readonly part: (size: number) => Uint8Array
}

/** The buffers of one body. */
export interface Buffers {
  readonly take: () => Taken
  readonly close: () => void
}

/** One buffer, and a copy of each part: a new buffer for each read would be garbage that V8 finds later. */
export const copied = (size: number): Buffers => {
  const buffer = new Uint8Array(size)
  const taken: Taken = { buffer, part: (size) => buffer.slice(0, size) }
  return { take: () => taken, close: () => undefined }
}

/** undici sends one and reads the next. */
const most = 3

/**
 * Uses buffers again when the connection has taken their bytes. Garbage of the size of the file would make V8 mark the
 * whole heap every 20 MB.
 *
 * That bytes are sent is known only of undici, for requests of HTTP/1.1 on a socket of Node. The queue of a socket has all
 * bytes that the system has not taken: when only the newest part can be in it, the parts before it are sent. Without
 * that proof no buffer is used again. A buffer is detached before: whoever still holds a part of it finds an empty one,
 * and never other bytes.
 */
const reused = (channels: Channels, socketOf: (request: object) => Queue | undefined, size: number): Buffers => {
  const free: Array<ArrayBuffer> = []
  const lent: Array<Lent> = []
  let made = 0
  let copies: Buffers | undefined
  const onWritten = (message: unknown) => {
    if (!Predicate.isRecord(message) || !Predicate.isObject(message["request"])) return
    const { chunk, request } = message
    const socket = socketOf(request)
    if (socket === undefined || !(chunk instanceof Uint8Array)) return
    const newest = lent.find(({ buffer }) => buffer === chunk.buffer)
    if (newest === undefined) return
    if (newest.sent === 0) newest.socket = socket
    newest.isInOrder &&= newest.socket === socket && newest.sent === chunk.byteOffset
    newest.sent += chunk.byteLength
    // From the second part of a buffer on it does not matter whether undici tells of a part before it writes it, or after.
    if (newest.sent === chunk.byteLength || socket.writableLength > chunk.byteLength) return
    for (let oldest = lent[0]; oldest !== undefined && oldest !== newest; oldest = lent[0]) {
      if (!oldest.isInOrder || oldest.socket !== socket || oldest.sent !== oldest.size) return
      lent.shift()
      // It is empty if something else has detached it.
      if (oldest.buffer.byteLength === size) free.push(structuredClone(oldest.buffer, { transfer: [oldest.buffer] }))
    }
  }
  channels.subscribe(written, onWritten)
  return {
    take: () => {
      const buffer = free.pop() ?? (made++ < most ? new ArrayBuffer(size) : undefined)
      if (buffer === undefined) {
        copies ??= copied(size)
        return copies.take()
      }
      const part = (size: number) => {
        lent.push({ buffer, size, sent: 0, isInOrder: true, socket: undefined })
        return new Uint8Array(buffer, 0, size)
      }
      return { buffer: new Uint8Array(buffer), part }
    },
    close: () => channels.unsubscribe(written, onWritten)
  }
}

/** The connections of the requests that begin while it is open. */
export interface Connections {
  /** Buffers for the body of one of these requests. */
  readonly buffers: (size: number) => Buffers
  readonly close: () => void
}

/** Where it cannot be known what is sent, as in browsers, there are copies. */
export const watch = (): Connections => {
  const channels = Runtime.builtin("node:diagnostics_channel")
  const net = Runtime.builtin("node:net")
  if (!isChannels(channels) || !Predicate.isRecord(net) || !Predicate.isFunction(net["Socket"])) {
    return { buffers: copied, close: () => undefined }
  }
  const { Socket } = net
  const sockets = new WeakMap<object, Queue>()
  const onBegin = (message: unknown) => {
    if (!Predicate.isRecord(message) || !Predicate.isObject(message["request"])) return
    const { headers, request, socket } = message
    if (isHttp1(headers) && socket instanceof Socket && isQueue(socket)) sockets.set(request, socket)
  }
  channels.subscribe(begins, onBegin)
  return {
    buffers: (size) => reused(channels, (request) => sockets.get(request), size),
    close: () => channels.unsubscribe(begins, onBegin)
  }
}

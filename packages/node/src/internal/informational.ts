import type { Socket } from "node:net"

/** Removes informational responses from the bytes of one connection. */
export interface Filter {
  /** A request is sent now, so the next bytes are the head of a response. */
  readonly expectHead: () => void
}

// undici's parser refuses a longer head.
const longestHead = 64 * 1024

const nothing = Buffer.alloc(0)

/** "HTTP/1.1 1xx ", but not 101: the bytes after a 101 are not HTTP. */
const informational = /^HTTP\/1\.[01] 1(?!01)\d\d[ \r]/

// The length of the text that the expression matches.
const statusLine = 13

/** The end of a head: after an empty line. Some servers end lines with LF alone. */
const headEnd = (bytes: Buffer): number => {
  const end = /\n\r?\n/.exec(bytes.toString("latin1"))
  return end === null ? -1 : end.index + end[0].length
}

/**
 * Removes informational responses (100, 102, 103 and others) from the bytes that a connection reads. The SDK never needs
 * them, and undici closes the connection on a 100.
 */
export const filter = (socket: Socket): Filter => {
  const read: Socket["read"] = socket.read.bind(socket)
  let held = nothing
  let inHead = true
  socket.read = (size) => {
    while (true) {
      const bytes: unknown = read(size)
      if (!inHead || !(bytes instanceof Uint8Array)) return bytes
      held = Buffer.concat([held, bytes])
      while (held.length >= statusLine && informational.test(held.toString("latin1", 0, statusLine))) {
        const end = headEnd(held)
        if (end < 0) break
        held = held.subarray(end)
      }
      const undecided = held.length < statusLine || informational.test(held.toString("latin1", 0, statusLine))
      if (undecided && held.length <= longestHead) continue
      const rest = held
      held = nothing
      inHead = false
      return rest
    }
  }
  return {
    expectHead: () => {
      inHead = true
    }
  }
}

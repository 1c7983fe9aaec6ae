import type { Socket } from "node:net"

/** What a filter of one connection is told. */
export interface Filter {
  /** A request is sent: what arrives next is the head of an answer. */
  readonly expectHead: () => void
}

// A head that is longer is the parser's to refuse.
const longestHead = 64 * 1024

const nothing = Buffer.alloc(0)

/** "HTTP/1.1 1xx ", but not 101: what follows that is no HTTP. */
const informational = /^HTTP\/1\.[01] 1(?!01)\d\d[ \r]/

// The length of what the expression looks at.
const statusLine = 13

/** Where a head ends: after an empty line, in the line ends of HTTP or in those of a careless server. */
const headEnd = (bytes: Buffer): number => {
  const end = /\n\r?\n/.exec(bytes.toString("latin1"))
  return end === null ? -1 : end.index + end[0].length
}

/**
 * Takes informational answers (100, 102, 103 and others) out of what a connection reads: nobody asked for one, and
 * undici closes the connection on a 100.
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

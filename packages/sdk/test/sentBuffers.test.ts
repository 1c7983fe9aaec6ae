import { channel } from "node:diagnostics_channel"
import { Socket } from "node:net"
import { PassThrough } from "node:stream"
import { describe, expect, it } from "../../../test/vitest.js"
import * as SentBuffers from "../src/internal/files/sentBuffers.js"

const begins = channel("undici:client:sendHeaders")
const written = channel("undici:request:bodyChunkSent")

/** A connection in whose queue so many bytes wait. */
const waiting = <S extends object>(socket: S, bytes: number): S =>
  Object.defineProperty(socket, "writableLength", { get: () => bytes })

const http1 = "POST /file HTTP/1.1\r\nhost: localhost\r\n"

/** Sends two buffers of four bytes as undici would, in parts of two bytes. Gives which of them are used again. */
const usedAgain = ({
  headers = http1,
  offsets = [0, 2],
  socket = waiting(new Socket(), 2),
  told = true
}: {
  readonly headers?: string
  readonly offsets?: ReadonlyArray<number>
  readonly socket?: object
  readonly told?: boolean
}): ReadonlyArray<boolean> => {
  const connections = SentBuffers.watch()
  const buffers = connections.buffers(4)
  const request = {}
  if (told) begins.publish({ request, headers, socket })
  const parts = [buffers.take().part(4), buffers.take().part(4)]
  for (const part of parts) {
    for (const offset of offsets) written.publish({ request, chunk: part.subarray(offset, offset + 2) })
  }
  buffers.close()
  connections.close()
  return parts.map(({ length }) => length === 0)
}

describe("a buffer is", () => {
  it("used again when only the newest part can wait in the queue of the socket", () => {
    expect(usedAgain({})).toEqual([true, false])
    expect(usedAgain({ socket: waiting(new Socket(), 0) })).toEqual([true, false])
  })

  const unproved = {
    "more than the newest part waits": { socket: waiting(new Socket(), 3) },
    "a part of it was left out": { offsets: [0] },
    "a part of it was written twice": { offsets: [0, 0] },
    "its parts came in another order": { offsets: [2, 0] },
    "the connection is not a socket of Node": { socket: waiting(new PassThrough(), 0) },
    "the request is one of HTTP/2": { headers: ":method: POST\r\n:path: /file\r\n" },
    "the request began before": { told: false }
  }
  for (const [name, how] of Object.entries(unproved)) {
    it(`not used again if ${name}`, () => expect(usedAgain(how)).toEqual([false, false]))
  }

  it("copied if three others are not sent yet", () => {
    const connections = SentBuffers.watch()
    const buffers = connections.buffers(4)
    const parts = [1, 2, 3, 4, 5].map((nth) => {
      const { buffer, part } = buffers.take()
      buffer.fill(nth)
      return part(2)
    })
    buffers.close()
    connections.close()
    expect(parts.map((part) => [...part])).toEqual([1, 2, 3, 4, 5].map((nth) => [nth, nth]))
  })
})

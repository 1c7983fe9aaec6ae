import { createServer as createHttpServer, type RequestListener } from "node:http"
import { type AddressInfo, createServer as createRawServer, type Server, type Socket } from "node:net"
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

/** The clients that people use on Node. */
export const clients = {
  fetch: FetchHttpClient.layer,
  undici: NodeHttpClient.layerUndici,
  node: NodeHttpClient.layerWithoutAgent.pipe(
    Layer.provide(NodeHttpClient.makeAgentLayer({ keepAlive: true, scheduling: "lifo" }))
  )
} as const

/** Starts a server on loopback, and closes it with the scope. Gives its port. */
export const listen = <S extends Server>(make: () => S, close: (server: S) => void) =>
  Effect.map(
    Effect.acquireRelease(
      Effect.async<S>((resume) => {
        const server = make()
        server.listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
      }),
      (server) =>
        Effect.async<void>((resume) => {
          server.close(() => resume(Effect.void))
          close(server)
        })
    ),
    (server) => (server.address() as AddressInfo).port // a server on a port has an address of this form
  )

/**
 * A port that no program uses now, below those that systems give to programs that ask for any: nobody takes it before a
 * program that is told to use it.
 */
export const freePort: Effect.Effect<number> = Effect.suspend(() => {
  const port = 15_000 + Math.floor(Math.random() * 15_000)
  return Effect.async<number, "taken">((resume) => {
    const server = createRawServer()
    server.once("error", () => resume(Effect.fail("taken")))
    server.listen(port, "127.0.0.1", () => server.close(() => resume(Effect.succeed(port))))
  })
}).pipe(Effect.eventually)

const urlOf = (port: number): string => `http://127.0.0.1:${port}`

/** Starts an HTTP server, which closes no connection because it is idle. Gives its URL. */
export const serve = (listener: RequestListener) =>
  Effect.map(
    listen(
      () => createHttpServer({ keepAliveTimeout: 0 }, listener),
      (server) => server.closeAllConnections()
    ),
    urlOf
  )

/** Whether all of a request has arrived: its head, and as many bytes of a body as the head announces. */
const isComplete = (request: string): boolean => {
  const end = request.indexOf("\r\n\r\n")
  if (end < 0) return false
  const length = /\r\ncontent-length: *(\d+)/i.exec(request.slice(0, end))?.[1]
  return request.length >= end + 4 + Number(length ?? 0)
}

/** Starts a server that reads a request and hands over its socket. Gives its URL. */
export const serveRaw = (answer: (socket: Socket, request: string) => void) => {
  const sockets = new Set<Socket>()
  return Effect.map(
    listen(
      () =>
        createRawServer((socket) => {
          sockets.add(socket)
          socket.on("close", () => sockets.delete(socket))
          socket.on("error", () => undefined)
          let request = ""
          socket.on("data", (data) => {
            request += data.toString("latin1")
            if (!isComplete(request)) return
            const complete = request
            request = ""
            answer(socket, complete)
          })
        }),
      () => {
        for (const socket of sockets) socket.destroy()
      }
    ),
    urlOf
  )
}

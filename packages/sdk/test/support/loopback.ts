import { createServer, type RequestListener } from "node:http"
import { type AddressInfo, createServer as createRawServer, type Server, type Socket } from "node:net"
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import type * as HttpClient from "@effect/platform/HttpClient"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { Auth } from "@effect-kaleidoscope/sdk"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"

/** The clients that people use. */
export const clients: ReadonlyArray<readonly [name: string, layer: Layer.Layer<HttpClient.HttpClient>]> = [
  ["fetch", FetchHttpClient.layer],
  ["undici", NodeHttpClient.layerUndici],
  [
    "node",
    NodeHttpClient.layerWithoutAgent.pipe(
      Layer.provide(NodeHttpClient.makeAgentLayer({ keepAlive: true, scheduling: "lifo" }))
    )
  ]
]

/** A server on a socket of its own, for as long as the scope is open; gives its URL. */
export const serve = (listener: RequestListener) =>
  Effect.map(
    Effect.acquireRelease(
      Effect.async<ReturnType<typeof createServer>>((resume) => {
        const server = createServer(listener)
        server.listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
      }),
      (server) =>
        Effect.async<void>((resume) => {
          server.close(() => resume(Effect.void))
          server.closeAllConnections()
        })
    ),
    (server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}` // a server on a port has an address of this form
  )

/** What a service's layer needs, for a server of one's own. */
export const live = (url: string, client: Layer.Layer<HttpClient.HttpClient>) =>
  Layer.merge(Auth.layerToken({ token: Redacted.make("the-access-token"), url }), client)

/** A server that reads a request, and then does what it likes with the connection; gives its URL. */
export const serveRaw = (answer: (socket: Socket, request: string) => void) =>
  Effect.gen(function* () {
    const sockets = new Set<Socket>()
    const server = yield* Effect.acquireRelease(
      Effect.async<Server>((resume) => {
        const server = createRawServer((socket) => {
          sockets.add(socket)
          socket.on("close", () => sockets.delete(socket))
          socket.on("error", () => undefined)
          let request = ""
          socket.on("data", (data) => {
            request += data.toString("latin1")
            if (!request.endsWith("\r\n\r\n")) return
            answer(socket, request)
            request = ""
          })
        })
        server.listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
      }),
      (server) =>
        Effect.async<void>((resume) => {
          server.close(() => resume(Effect.void))
          for (const socket of sockets) socket.destroy()
        })
    )
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}` // as above
  })

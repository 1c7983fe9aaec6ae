import { createServer as createHttpServer, type RequestListener } from "node:http"
import * as https from "node:https"
import { type AddressInfo, createServer as createRawServer, type Server, type Socket } from "node:net"
import * as Effect from "effect/Effect"
import { generate } from "selfsigned"

/** The port of a server on loopback, for as long as the scope is open. */
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

/** An HTTP server; gives its port. */
export const serve = (listener: RequestListener) =>
  listen(
    () => createHttpServer(listener),
    (server) => server.closeAllConnections()
  )

/** Whether a request is there as a whole: its head, and as much of a body as it says. */
const whole = (request: string): boolean => {
  const end = request.indexOf("\r\n\r\n")
  if (end < 0) return false
  const length = /\r\ncontent-length: *(\d+)/i.exec(request.slice(0, end))?.[1]
  return request.length >= end + 4 + Number(length ?? 0)
}

/** A server that reads a request, and then does what it likes with the connection; gives its port. */
export const serveRaw = (answer: (socket: Socket, request: string) => void) => {
  const sockets = new Set<Socket>()
  return listen(
    () =>
      createRawServer((socket) => {
        sockets.add(socket)
        socket.on("error", () => undefined)
        let request = ""
        socket.on("data", (data) => {
          request += data.toString("latin1")
          if (!whole(request)) return
          const one = request
          request = ""
          answer(socket, one)
        })
      }),
    () => {
      for (const socket of sockets) socket.destroy()
    }
  )
}

/** What a server proves its name with. */
export interface Certificate {
  readonly key: string
  readonly cert: string
}

/** A certificate that nobody but itself has signed. */
export const selfSigned = (...names: ReadonlyArray<string>): Effect.Effect<Certificate> =>
  Effect.map(
    Effect.promise(() =>
      generate([{ name: "commonName", value: names[0] ?? "localhost" }], {
        keyType: "ec",
        algorithm: "sha256",
        extensions: [
          { name: "basicConstraints", cA: true, critical: true },
          {
            name: "subjectAltName",
            altNames: [{ type: 7, ip: "127.0.0.1" }, ...names.map((value) => ({ type: 2 as const, value }))]
          }
        ]
      })
    ),
    ({ cert, private: key }) => ({ cert, key })
  )

/** An HTTPS server; gives its port. */
export const serveTls = (certificate: Certificate, listener: RequestListener) =>
  listen(
    () => https.createServer(certificate, listener),
    (server) => server.closeAllConnections()
  )

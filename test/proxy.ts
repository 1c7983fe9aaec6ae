import { createServer, type Server } from "node:http"
import * as https from "node:https"
import { connect, type Socket } from "node:net"
import * as Effect from "effect/Effect"
import { listen } from "./loopback.js"
import type { Certificate } from "./tls.js"

/** What a client asked a proxy for. */
export interface Tunnel {
  /** Host and port. */
  readonly target: string
  readonly authorization: string | undefined
}

interface Options {
  /** The answer to CONNECT; without it the proxy connects. */
  readonly status?: number
  /** `user:password`, which the proxy demands. */
  readonly credentials?: string
  /** For a proxy over TLS. */
  readonly certificate?: Certificate
  /** The ports of hosts that do not listen on their own, by `host:port`. */
  readonly ports?: { readonly [target: string]: number }
  /** Takes the request for a tunnel, and never answers. */
  readonly mute?: boolean
}

/** A proxy that connects to any host on loopback, under whatever name it is asked for. */
export const serveProxy = ({ certificate, credentials, mute = false, ports = {}, status }: Options = {}) => {
  const tunnels: Array<Tunnel> = []
  const sockets = new Set<Socket>()
  const keep = (socket: Socket): Socket => {
    sockets.add(socket)
    return socket.on("close", () => sockets.delete(socket)).on("error", () => undefined)
  }
  const expected = credentials === undefined ? undefined : `Basic ${Buffer.from(credentials).toString("base64")}`
  const make = (): Server => {
    const server =
      certificate === undefined
        ? createServer((_, response) => response.writeHead(405).end())
        : https.createServer(certificate, (_, response) => response.writeHead(405).end())
    server.on("connection", keep)
    server.on("connect", (request, client: Socket) => {
      keep(client)
      const authorization = request.headers["proxy-authorization"]
      const target = request.url ?? ""
      tunnels.push({ target, authorization })
      if (mute) {
        client.resume().on("end", () => client.destroy())
        return
      }
      const refusal = authorization === expected ? status : 407
      if (refusal !== undefined) {
        client.end(`HTTP/1.1 ${refusal} No\r\ncontent-length: 6\r\n\r\nsecret`)
        return
      }
      const server = keep(connect(ports[target] ?? Number(target.split(":").at(-1)), "127.0.0.1"))
      server.on("connect", () => {
        client.write("HTTP/1.1 200 Connection established\r\n\r\n")
        server.pipe(client).pipe(server)
      })
      server.on("close", () => client.destroy())
      client.on("close", () => server.destroy())
    })
    return server
  }
  return Effect.map(
    listen(make, () => {
      for (const socket of sockets) socket.destroy()
    }),
    (port) => ({
      url: `${certificate === undefined ? "http" : "https"}://${credentials === undefined ? "" : `${credentials}@`}127.0.0.1:${port}`,
      tunnels,
      open: () => sockets.size
    })
  )
}

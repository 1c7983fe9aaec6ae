import type { RequestListener } from "node:http"
import * as https from "node:https"
import * as Effect from "effect/Effect"
import { generate } from "selfsigned"
import { listen } from "./loopback.js"

/** The key and the certificate of a server. */
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
    () => https.createServer({ ...certificate, keepAliveTimeout: 0 }, listener),
    (server) => server.closeAllConnections()
  )

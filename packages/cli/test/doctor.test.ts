import { generateKeyPairSync } from "node:crypto"
import { writeFileSync } from "node:fs"
import { createServer, type IncomingHttpHeaders, type RequestListener, request } from "node:http"
import { join } from "node:path"
import { Emulator } from "@effect-kaleidoscope/testing"
import * as Effect from "effect/Effect"
import { listen } from "../../../test/loopback.js"
import { serveProxy } from "../../../test/proxy.js"
import { selfSigned, serveTls } from "../../../test/tls.js"
import { expect, layer } from "../../../test/vitest.js"
import { Program, layer as ProgramLive } from "./support/program.js"

interface Answer {
  readonly status?: number
  readonly headers?: IncomingHttpHeaders
  /** In place of the answer of the emulator. */
  readonly body?: string
}

/** Sends requests on to the emulator, with changes of its answers. */
const before =
  (url: string, change: (path: string) => Answer = () => ({})): RequestListener =>
  (incoming, outgoing) => {
    const { body, headers = {}, status } = change(incoming.url ?? "")
    if (body !== undefined) {
      incoming.resume()
      outgoing.writeHead(status ?? 200, headers).end(body)
      return
    }
    const { host, hostname, port } = new URL(url)
    const sent = request(
      // The emulator accepts only its own name.
      { hostname, port, method: incoming.method, path: incoming.url, headers: { ...incoming.headers, host } },
      (answer) => {
        outgoing.writeHead(status ?? answer.statusCode ?? 500, { ...answer.headers, ...headers })
        answer.pipe(outgoing)
      }
    )
    sent.on("error", () => outgoing.destroy())
    incoming.pipe(sent)
  }

const serve = (listener: RequestListener) =>
  Effect.map(
    listen(
      () => createServer(listener),
      (server) => server.closeAllConnections()
    ),
    (port) => `http://127.0.0.1:${port}`
  )

interface Finding {
  readonly check: string
  readonly status: string
  readonly message: string
  readonly way_out: string | null
}

/** What `doctor` says is wrong. */
const failures = (environment: { readonly [name: string]: string | undefined }) =>
  Effect.gen(function* () {
    const { run } = yield* Program
    const { code, stdout } = yield* run(["doctor", "--json"], { environment })
    const all: ReadonlyArray<Finding> = JSON.parse(stdout)
    const failed = all.filter(({ status }) => status === "failed")
    expect(code).toBe(failed.length === 0 ? 0 : 1)
    for (const { way_out } of failed) expect(way_out).not.toBeNull()
    return { all, failed, of: (check: string) => all.find((finding) => finding.check === check) }
  })

layer(ProgramLive, { excludeTestServices: true })("doctor", (it) => {
  it.effect("knows a certificate of one's own authority from KALEIDOSCOPE_CA_FILE, NODE_EXTRA_CA_CERTS, or not", () =>
    Effect.gen(function* () {
      const { directory, run } = yield* Program
      const { url } = yield* Emulator.Emulator
      const certificate = yield* selfSigned("localhost")
      const file = join(directory, "authority.pem")
      writeFileSync(file, certificate.cert)
      const port = yield* serveTls(certificate, before(url))
      const environment = { KALEIDOSCOPE_API_URL: `https://localhost:${port}` }
      const unknown = yield* failures(environment)
      expect(unknown.failed.map(({ check }) => check)).toEqual(["connection"])
      expect(unknown.failed[0]?.way_out).toContain("set KALEIDOSCOPE_CA_FILE")
      expect((yield* run(["labels"], { environment })).stderr).toContain("set KALEIDOSCOPE_CA_FILE")
      for (const name of ["KALEIDOSCOPE_CA_FILE", "NODE_EXTRA_CA_CERTS"]) {
        const known = { ...environment, [name]: file }
        const { failed, of } = yield* failures(known)
        expect({ name, failed, tls: of("TLS")?.status }).toEqual({ name, failed: [], tls: "ok" })
        expect((yield* run(["labels"], { environment: known })).stdout).toContain("urgent")
      }
      const missing = yield* failures({ ...environment, KALEIDOSCOPE_CA_FILE: join(directory, "nothing.pem") })
      expect(missing.failed.map(({ check }) => check)).toEqual(["client"])
      expect(missing.failed[0]?.message).toContain("KALEIDOSCOPE_CA_FILE is not valid")
    })
  )

  it.effect("goes through a proxy, and says that one is down", () =>
    Effect.gen(function* () {
      const { directory, run } = yield* Program
      const { url } = yield* Emulator.Emulator
      const certificate = yield* selfSigned("api.lab.test")
      const file = join(directory, "proxied.pem")
      writeFileSync(file, certificate.cert)
      const port = yield* serveTls(certificate, before(url))
      const proxy = yield* serveProxy()
      const environment = {
        KALEIDOSCOPE_API_URL: `https://api.lab.test:${port}`,
        KALEIDOSCOPE_CA_FILE: file,
        HTTPS_PROXY: proxy.url
      }
      expect(yield* run(["labels"], { environment })).toMatchObject({
        code: 0,
        stdout: expect.stringContaining("urgent"),
        stderr: ""
      })
      expect(proxy.tunnels.map(({ target }) => target)).toContain(`api.lab.test:${port}`)
      const down = yield* failures({ ...environment, HTTPS_PROXY: "http://127.0.0.1:9" })
      expect(down.of("connection")?.way_out).toContain("Check the proxy that HTTPS_PROXY or HTTP_PROXY names")
    })
  )

  it.effect("names a clock that is wrong, a permission that is missing, Google's proxy, and a web page", () =>
    Effect.gen(function* () {
      const { url } = yield* Emulator.Emulator
      const at = (change: (path: string) => Answer) =>
        Effect.flatMap(serve(before(url, change)), (url) => failures({ KALEIDOSCOPE_API_URL: url }))
      const clock = yield* at(() => ({ headers: { date: "Tue, 01 Dec 2020 00:00:00 GMT" } }))
      expect(clock.failed.map(({ check }) => check)).toEqual(["clock"])
      const permission = yield* at((path) =>
        path.startsWith("/workspaces/members")
          ? { status: 403, headers: { "content-type": "application/json" }, body: '{"message":"Forbidden"}' }
          : {}
      )
      expect(permission.failed.map(({ check }) => check)).toEqual(["members"])
      expect(permission.failed[0]?.way_out).toContain("Ask an administrator")
      const google = yield* at(() => ({
        status: 302,
        headers: { location: "https://accounts.google.com/o/oauth2/v2/auth" },
        body: ""
      }))
      expect(google.failed.map(({ check }) => check)).toEqual(["IAP"])
      expect(google.failed[0]?.way_out).toContain("KALEIDOSCOPE_IAP_CLIENT_ID")
      const page = yield* at(() => ({ headers: { "content-type": "text/html" }, body: "<html>Log in</html>" }))
      expect(page.failed.map(({ check }) => check)).toEqual(["key"])
    })
  )

  it.effect("gets through Google's proxy with a token, and says why Google gives none", () =>
    Effect.gen(function* () {
      const { directory, run } = yield* Program
      const { url } = yield* Emulator.Emulator
      const audience = "123.apps.googleusercontent.com"
      const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url")
      const claims = { aud: audience, exp: Math.floor(Date.now() / 1000) + 3600 }
      const token = `${encoded({ alg: "RS256" })}.${encoded(claims)}.signature`
      const front = yield* serve((incoming, outgoing) => {
        const isKnown = incoming.headers.authorization === `Bearer ${token}`
        before(url, () =>
          isKnown ? {} : { status: 401, headers: { "x-goog-iap-generated-response": "true" }, body: "" }
        )(incoming, outgoing)
      })

      // The place where Google gives tokens is built into its library: it is reached by a proxy.
      const certificate = yield* selfSigned("oauth2.googleapis.com")
      const asked: Array<string> = []
      let refuses = false
      const google = yield* serveTls(certificate, (incoming, outgoing) => {
        asked.push(`${incoming.method} ${incoming.headers.host}${incoming.url}`)
        incoming.resume()
        outgoing
          .writeHead(refuses ? 400 : 200, { "content-type": "application/json" })
          .end(JSON.stringify(refuses ? { error: "invalid_grant" } : { id_token: token }))
      })
      const proxy = yield* serveProxy({ ports: { "oauth2.googleapis.com:443": google } })
      const authority = join(directory, "google.pem")
      writeFileSync(authority, certificate.cert)
      const credentials = join(directory, "service-account.json")
      const { privateKey } = generateKeyPairSync("rsa", {
        modulusLength: 2048,
        publicKeyEncoding: { type: "spki", format: "pem" },
        privateKeyEncoding: { type: "pkcs8", format: "pem" }
      })
      writeFileSync(
        credentials,
        JSON.stringify({
          type: "service_account",
          client_email: "robot@demo.iam.gserviceaccount.com",
          private_key: privateKey
        })
      )
      const environment = {
        KALEIDOSCOPE_API_URL: front,
        KALEIDOSCOPE_IAP_CLIENT_ID: audience,
        GOOGLE_APPLICATION_CREDENTIALS: credentials,
        NODE_EXTRA_CA_CERTS: authority,
        HTTPS_PROXY: proxy.url
      }
      expect(yield* run(["labels"], { environment })).toMatchObject({
        code: 0,
        stderr: "",
        stdout: expect.stringContaining("urgent")
      })
      expect(asked).toEqual(["POST oauth2.googleapis.com/token"])
      const well = yield* failures(environment)
      expect({ failed: well.failed, status: well.of("identity")?.status }).toEqual({ failed: [], status: "ok" })

      refuses = true
      const refused = yield* failures(environment)
      expect(refused.failed.map(({ check }) => check)).toEqual(["identity"])
      expect(refused.failed[0]?.message).toContain("Google responded with 400 (invalid_grant)")
      expect(refused.failed[0]?.way_out).toContain("GOOGLE_APPLICATION_CREDENTIALS")
      const missing = yield* failures({ ...environment, GOOGLE_APPLICATION_CREDENTIALS: join(directory, "none.json") })
      expect(missing.failed[0]?.message).toContain("none.json of GOOGLE_APPLICATION_CREDENTIALS cannot be read")
    })
  )
})

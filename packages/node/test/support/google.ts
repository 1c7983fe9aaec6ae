import { createPublicKey, createVerify, generateKeyPairSync } from "node:crypto"
import type { IncomingMessage } from "node:http"
import * as https from "node:https"
import * as tls from "node:tls"
import * as FileSystem from "@effect/platform/FileSystem"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import * as ConfigProvider from "effect/ConfigProvider"
import * as Effect from "effect/Effect"
import { serve } from "../../../../test/loopback.js"
import { selfSigned, serveTls } from "../../../../test/tls.js"
import { vi } from "../../../../test/vitest.js"

export interface Call {
  readonly method: string
  /** Host and path. */
  readonly target: string
  readonly query: URLSearchParams
  readonly authorization: string | undefined
  readonly body: string
}

export interface Answer {
  readonly status: number
  readonly body: unknown
}

const { privateKey, publicKey } = generateKeyPairSync("rsa", {
  modulusLength: 2048,
  publicKeyEncoding: { type: "spki", format: "pem" },
  privateKeyEncoding: { type: "pkcs8", format: "pem" }
})

export const serviceAccount = {
  type: "service_account",
  project_id: "demo",
  private_key_id: "1",
  private_key: privateKey,
  client_email: "robot@demo.iam.gserviceaccount.com",
  client_id: "1"
}

export const user = {
  type: "authorized_user",
  client_id: "gcloud",
  client_secret: "the-user's-secret",
  refresh_token: "the-user's-refresh-token"
}

export const impersonation = {
  type: "impersonated_service_account",
  source_credentials: user,
  delegates: [],
  service_account_impersonation_url:
    "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/robot@demo.iam.gserviceaccount.com:generateAccessToken"
}

export const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url")

export const idToken = (claims: { readonly aud: string; readonly exp: number; readonly iat?: number }): string =>
  `${encode({ alg: "RS256" })}.${encode(claims)}.the-signature-${Math.random().toString(36).slice(2)}`

/** The claims of an assertion that the service account signed; none if another did, or if the key is not its own. */
const assertedClaims = (assertion: string): { readonly target_audience?: string } | undefined => {
  const [header, payload, signature] = assertion.split(".")
  const verifies =
    header !== undefined &&
    payload !== undefined &&
    signature !== undefined &&
    createVerify("RSA-SHA256")
      .update(`${header}.${payload}`)
      .verify(createPublicKey(publicKey), Buffer.from(signature, "base64url"))
  return verifies ? JSON.parse(Buffer.from(payload, "base64url").toString()) : undefined
}

const read = async (request: IncomingMessage): Promise<Call> => {
  let body = ""
  for await (const chunk of request) body += chunk
  const url = new URL(request.url ?? "", "http://any")
  return {
    method: request.method ?? "",
    target: `${request.headers.host}${url.pathname}`,
    query: url.searchParams,
    authorization: request.headers.authorization,
    body
  }
}

/**
 * Google on loopback: where tokens are asked for, where service accounts are impersonated, and the metadata server of a
 * virtual machine. Google's library has the first two names built in (it ignores the `token_uri` of a key file), so the
 * connections of this process to any other host end here, over TLS, under the names that were asked for.
 */
export const fakeGoogle = Effect.gen(function* () {
  const clock = yield* Effect.clock
  const calls: Array<Call> = []
  let close: (answer: Answer) => void = () => undefined
  const open = new Set<Promise<void>>()
  const state = {
    calls,
    /** In seconds. */
    lifetime: 3600,
    /** Google answers this when the test is over: the library would repeat a request whose connection breaks. */
    never: new Promise<Answer>((resolve) => {
      close = resolve
    }),
    /** What is answered instead, if anything; the promise of an answer keeps who asks waiting. */
    instead: undefined as ((call: Call) => Answer | Promise<Answer> | undefined) | undefined,
    /** Whether its certificate is from an authority that is trusted. */
    trusted: true,
    /** Whether there is a metadata server. */
    metadata: false,
    minted: [] as Array<string>
  }
  const mint = (audience: string) => {
    const token = idToken({ aud: audience, exp: Math.floor(clock.unsafeCurrentTimeMillis() / 1000) + state.lifetime })
    state.minted.push(token)
    return token
  }
  const answer = (call: Call): Answer => {
    const form = new URLSearchParams(call.body)
    if (call.target === "oauth2.googleapis.com/token") {
      if (form.get("grant_type") === "refresh_token") {
        return form.get("refresh_token") === user.refresh_token
          ? { status: 200, body: { access_token: "the-source's-access-token", expires_in: 3600 } }
          : { status: 400, body: { error: "invalid_grant", error_description: "a refresh token" } }
      }
      const claims = assertedClaims(form.get("assertion") ?? "")
      return claims?.target_audience === undefined
        ? { status: 400, body: { error: "invalid_grant", error_description: "Invalid JWT Signature." } }
        : { status: 200, body: { id_token: mint(claims.target_audience) } }
    }
    if (call.target.startsWith("iamcredentials.googleapis.com/") && call.target.endsWith(":generateIdToken")) {
      return call.authorization === "Bearer the-source's-access-token"
        ? { status: 200, body: { token: mint(JSON.parse(call.body).audience) } }
        : { status: 401, body: { error: { status: "UNAUTHENTICATED" } } }
    }
    if (state.metadata && call.target.includes("/computeMetadata/v1/instance")) {
      const audience = call.query.get("audience")
      return { status: 200, body: audience === null ? "ok" : mint(audience) }
    }
    return { status: 404, body: "there is nothing" }
  }
  const listener: Parameters<typeof serve>[0] = async (request, response) => {
    const ended = new Promise<void>((resolve) => response.on("close", resolve))
    open.add(ended)
    ended.then(() => open.delete(ended))
    const call = await read(request)
    calls.push(call)
    const { body, status } = (await state.instead?.(call)) ?? answer(call)
    response.writeHead(status, {
      "metadata-flavor": "Google",
      "content-type": typeof body === "string" ? "text/plain" : "application/json"
    })
    response.end(typeof body === "string" ? body : JSON.stringify(body))
  }
  const certificate = yield* selfSigned("oauth2.googleapis.com", "iamcredentials.googleapis.com")
  const port = yield* serveTls(certificate, listener)
  const metadata = yield* serve(listener)
  yield* Effect.acquireRelease(
    Effect.sync(() => {
      vi.spyOn(https.globalAgent, "createConnection").mockImplementation((options) =>
        tls.connect({
          host: "127.0.0.1",
          port,
          ...(state.trusted ? { ca: certificate.cert } : {}),
          servername: "host" in options ? String(options.host) : ""
        })
      )
      vi.stubEnv("GCE_METADATA_HOST", new URL(metadata).host)
      vi.stubEnv("METADATA_SERVER_DETECTION", "ping-only")
      vi.stubEnv("CLOUDSDK_CONFIG", "/nowhere")
      for (const name of ["GOOGLE_APPLICATION_CREDENTIALS", "HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy"]) {
        vi.stubEnv(name, undefined)
      }
    }),
    () =>
      Effect.promise(() => {
        close({ status: 400, body: "" })
        return Promise.all(open)
      }).pipe(
        Effect.andThen(
          Effect.sync(() => {
            vi.restoreAllMocks()
            vi.unstubAllEnvs()
          })
        )
      )
  )
  return state
})

/** A folder with a file of credentials in it. */
export const credentialsFile = (content: unknown, name = "credentials.json") =>
  Effect.gen(function* () {
    const fileSystem = yield* FileSystem.FileSystem
    const folder = yield* fileSystem.makeTempDirectoryScoped()
    const path = `${folder}/${name}`
    yield* fileSystem.writeFileString(path, typeof content === "string" ? content : JSON.stringify(content))
    return { folder, path }
  }).pipe(Effect.provide(NodeFileSystem.layer))

/** The configuration that names a file of credentials. */
export const configured = (content: unknown) =>
  Effect.map(credentialsFile(content), ({ path }) =>
    ConfigProvider.fromMap(new Map([["GOOGLE_APPLICATION_CREDENTIALS", path]]))
  )

export const unconfigured = ConfigProvider.fromMap(new Map())

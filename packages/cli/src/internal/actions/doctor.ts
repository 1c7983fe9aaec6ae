/** Checks everything between this computer and the workspace, in the order in which it can fail. */
import { lookup } from "node:dns/promises"
import { isIP } from "node:net"
import process from "node:process"
import * as Tls from "node:tls"
import * as FileSystem from "@effect/platform/FileSystem"
import * as HttpClient from "@effect/platform/HttpClient"
import type * as HttpClientError from "@effect/platform/HttpClientError"
import * as Activities from "@effect-kaleidoscope/sdk/Activities"
import * as EntityFields from "@effect-kaleidoscope/sdk/EntityFields"
import * as EntityTypes from "@effect-kaleidoscope/sdk/EntityTypes"
import * as IdentityToken from "@effect-kaleidoscope/sdk/IdentityToken"
import type { KaleidoscopeError } from "@effect-kaleidoscope/sdk/KaleidoscopeError"
import * as Labels from "@effect-kaleidoscope/sdk/Labels"
import * as Programs from "@effect-kaleidoscope/sdk/Programs"
import * as RecordViews from "@effect-kaleidoscope/sdk/RecordViews"
import * as RequestPolicy from "@effect-kaleidoscope/sdk/RequestPolicy"
import * as Workspace from "@effect-kaleidoscope/sdk/Workspace"
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Services from "../client/services.js"
import { failed } from "../failure.js"
import * as Output from "../output/output.js"
import * as Table from "../output/table.js"
import * as Report from "../report.js"
import * as Connection from "../settings/connection.js"
import * as Profiles from "../settings/profiles.js"

interface Finding {
  readonly check: string
  readonly status: "ok" | "warning" | "failed" | "skipped"
  readonly message: string
  readonly way_out: string | null
}

const ok = (check: string, message: string): Finding => ({ check, status: "ok", message, way_out: null })
const skipped = (check: string, message: string): Finding => ({ check, status: "skipped", message, way_out: null })
const warning = (check: string, message: string, way_out: string): Finding => ({
  check,
  status: "warning",
  message,
  way_out
})
const wrong = (check: string, message: string, way_out: string | undefined): Finding => ({
  check,
  status: "failed",
  message,
  way_out: way_out ?? null
})

const codeOf = (cause: unknown): string =>
  Predicate.hasProperty(cause, "code") && typeof cause.code === "string" ? cause.code : String(cause)

const limit = "10 seconds"

/** The file with the secrets must be for one person. */
const permissions = Effect.gen(function* () {
  const fileSystem = yield* FileSystem.FileSystem
  const path = yield* Profiles.file
  const info = yield* Effect.option(fileSystem.stat(path))
  if (Option.isNone(info)) return skipped("settings", `No key is stored: there is no ${path}`)
  if (process.platform !== "win32" && (info.value.mode & 0o077) !== 0) {
    return wrong("settings", `Other people on this computer can read ${path}`, `Run \`chmod 600 ${path}\``)
  }
  return ok("settings", `${path}: only you can read it`)
})

const proxyNames = ["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "NO_PROXY", "no_proxy"]

const proxy = Effect.forEach(proxyNames, (name) =>
  Effect.map(Config.option(Config.nonEmptyString(name)), (value) => ({ name, isSet: Option.isSome(value) }))
).pipe(
  Effect.map((found) => {
    const set = found.filter(({ isSet }) => isSet).map(({ name }) => name)
    // The value can hold a password.
    return ok("proxy", set.length === 0 ? "No proxy is set" : `Set in the environment: ${set.join(", ")}`)
  }),
  Effect.orElseSucceed(() => skipped("proxy", "The environment cannot be read"))
)

const names = (url: URL) =>
  Effect.tryPromise({ try: () => lookup(url.hostname), catch: codeOf }).pipe(
    Effect.timeoutFail({ duration: limit, onTimeout: () => `no answer in ${limit}` }),
    Effect.match({
      onSuccess: ({ address }) => ok("DNS", `${url.hostname} is ${address}`),
      onFailure: (reason) =>
        wrong(
          "DNS",
          `The name ${url.hostname} cannot be resolved (${reason})`,
          "Check the network, the VPN and the URL. With a proxy only the proxy's name has to resolve"
        )
    })
  )

const day = 86_400_000

const certificate = (url: URL) =>
  Effect.gen(function* () {
    const proxies = yield* Effect.forEach(["HTTPS_PROXY", "https_proxy"], (name) =>
      Config.option(Config.nonEmptyString(name))
    )
    if (url.protocol === "https:" && proxies.some(Option.isSome)) {
      return skipped("TLS", "The connection goes through a proxy: see the next check")
    }
    const file = yield* Config.option(Config.nonEmptyString("KALEIDOSCOPE_CA_FILE"))
    const fileSystem = yield* FileSystem.FileSystem
    // A file that cannot be read is a failure of the next check.
    const authorities = yield* Option.match(file, {
      onNone: () => Effect.succeed([]),
      onSome: (path) =>
        Effect.orElseSucceed(
          Effect.map(fileSystem.readFileString(path), (text) => [text]),
          () => []
        )
    })
    return yield* certificateOf(url, authorities.length === 0 ? undefined : [...Tls.rootCertificates, ...authorities])
  }).pipe(Effect.catchTag("ConfigError", ({ message }) => Effect.succeed(skipped("TLS", message))))

const certificateOf = (url: URL, ca: ReadonlyArray<string> | undefined) =>
  url.protocol !== "https:"
    ? Effect.succeed(
        ["localhost", "127.0.0.1", "[::1]"].includes(url.hostname)
          ? skipped("TLS", "The server is on this computer, without TLS")
          : warning(
              "TLS",
              "The connection is not encrypted: others can read the key",
              "Use a URL that begins with https"
            )
      )
    : Effect.async<string, string>((resume) => {
        const socket = Tls.connect(
          {
            host: url.hostname,
            port: Number(url.port) || 443,
            // An address is not a name.
            ...(isIP(url.hostname) === 0 ? { servername: url.hostname } : {}),
            ...(ca === undefined ? {} : { ca: [...ca] })
          },
          () => {
            resume(Effect.succeed(socket.getPeerCertificate().valid_to))
            socket.end()
          }
        )
        socket.once("error", (error) => resume(Effect.fail(codeOf(error))))
        return Effect.sync(() => socket.destroy())
      }).pipe(
        Effect.timeoutFail({ duration: limit, onTimeout: () => `no answer in ${limit}` }),
        Effect.flatMap((validTo) =>
          Effect.map(
            Effect.clockWith((clock) => clock.currentTimeMillis),
            (now) => ({ now, validTo })
          )
        ),
        Effect.match({
          onSuccess: ({ now, validTo }) => {
            const days = Math.floor((Date.parse(validTo) - now) / day)
            return days < 14
              ? warning("TLS", `The certificate ends in ${days} days`, "Tell the people who run the server")
              : ok("TLS", `The certificate is valid until ${validTo}`)
          },
          onFailure: (reason) =>
            warning(
              "TLS",
              `The server is not reached, or not trusted (${reason})`,
              /CERT|SIGNATURE|VERIFY/.test(reason)
                ? Report.ofTransport(reason)
                : "Check the URL, the firewall and the VPN"
            )
        })
      )

const mostSeconds = 60

const everyPlace = "Check the URL, the firewall, the VPN and the proxy"

/** What the server says without a key: its time, and whether a proxy of Google stands before it. */
const first = (connection: Connection.Connection) =>
  Effect.gen(function* () {
    const client = yield* HttpClient.HttpClient
    const { headers, status } = yield* client.get(connection.url)
    const now = yield* Effect.clockWith((clock) => clock.currentTimeMillis)
    const server = Date.parse(headers["date"] ?? "")
    const seconds = Math.round((now - server) / 1000)
    const clock = Number.isNaN(server)
      ? skipped("clock", "The server does not say its time")
      : Math.abs(seconds) > mostSeconds
        ? wrong(
            "clock",
            `The clock of this computer is ${Math.abs(seconds)} seconds ${seconds > 0 ? "ahead of" : "behind"} the server's`,
            "Turn on the synchronization of the clock: tokens are valid for a short time only"
          )
        : ok("clock", "It agrees with the server's")
    const isProxy =
      headers["x-goog-iap-generated-response"] !== undefined ||
      (headers["location"] ?? "").startsWith("https://accounts.google.com/")
    const { iapClientId } = connection
    const iap = isProxy
      ? iapClientId === undefined
        ? wrong(
            "IAP",
            "The server is behind Google's Identity-Aware Proxy, and no OAuth client id is set",
            "Set KALEIDOSCOPE_IAP_CLIENT_ID, or log in with --iap-client-id"
          )
        : ok("IAP", "The server is behind the proxy, and an OAuth client id is set")
      : iapClientId === undefined
        ? ok("IAP", "No proxy of Google stands before the server")
        : ok("IAP", "An OAuth client id is set")
    return [ok("connection", `The server answers (status ${status})`), clock, iap]
  }).pipe(
    Effect.scoped,
    Effect.timeout(limit),
    Effect.catchAll((error: HttpClientError.HttpClientError | { readonly _tag: "TimeoutException" }) =>
      Effect.succeed([
        wrong(
          "connection",
          error._tag === "TimeoutException"
            ? `The server does not answer in ${limit}`
            : `The server cannot be reached (${codeOf(error.cause)})`,
          error._tag === "TimeoutException" ? everyPlace : Report.ofTransport(codeOf(error.cause), everyPlace)
        )
      ])
    )
  )

/** Whether Google gives the token that its proxy wants. */
const identity = (iapClientId: string) =>
  Effect.promise(() => import("@effect-kaleidoscope/node/GoogleIdentityToken")).pipe(
    Effect.flatMap(({ layer }) =>
      Effect.provide(
        Effect.flatMap(IdentityToken.IdentityToken, (service) => service.get(iapClientId)),
        layer
      )
    ),
    Effect.match({
      onSuccess: () => ok("identity", "Google gives a token for the OAuth client id"),
      onFailure: ({ message }) => wrong("identity", message, Report.googleCredentials)
    })
  )

interface Place {
  readonly at: string
  readonly expected: string
}

/** The names of what the SDK does not know, and keeps. */
const unknown = (places: ReadonlyArray<Place>): string =>
  [...new Set(places.map(({ at }) => at.replace(/^.*[.\]]/, "")))].join(", ")

const mismatches = (places: ReadonlyArray<Place>): string =>
  places
    .slice(0, 3)
    .map(({ at, expected }) => `${at}: expected ${expected}`)
    .join("; ")

/** Reads something. The strict form tells what the SDK does not know, the other one whether it can be used all the same. */
const reads = <A, R>(check: string, read: Effect.Effect<A, KaleidoscopeError, R>, shown: (value: A) => string) =>
  RequestPolicy.strict(read).pipe(
    RequestPolicy.withoutRetry,
    Effect.map((value) => ok(check, shown(value))),
    Effect.catchTag("KaleidoscopeDecodeError", ({ places }) =>
      Effect.map(read, (value) => {
        const others = places.filter(({ expected }) => expected !== "nothing")
        return others.length === 0
          ? // A healthy server may send more than a program needs.
            ok(check, `${shown(value)}, with fields that this version does not know: ${unknown(places)}`)
          : warning(
              check,
              `The server sends what this version does not expect: ${mismatches(others)}`,
              "It can be used. Look for a new version of this program"
            )
      })
    ),
    Effect.catchAll((error) => Effect.succeed(wrong(check, error.message, Report.wayOut(error))))
  )

const counted = (word: string) => (all: ReadonlyArray<unknown>) => `${all.length} ${word}`

const answers = Effect.gen(function* () {
  const workspace = yield* Workspace.Workspace
  const key = yield* reads("key", workspace.get, ({ id, workspace_name }) => `The workspace ${workspace_name ?? id}`)
  if (key.status === "failed") return [key]
  const activities = yield* Activities.Activities
  const fields = yield* EntityFields.EntityFields
  const others = yield* Effect.all(
    [
      reads(
        "programs",
        Effect.flatMap(Programs.Programs, ({ list }) => list),
        counted("programs")
      ),
      reads(
        "labels",
        Effect.flatMap(Labels.Labels, ({ list }) => list),
        counted("labels")
      ),
      reads("members", workspace.members, counted("members")),
      reads(
        "types",
        Effect.flatMap(EntityTypes.EntityTypes, ({ list }) => list),
        counted("entity types")
      ),
      reads("key fields", fields.listKeyFields, counted("key fields")),
      reads("data fields", fields.listDataFields, counted("data fields")),
      reads(
        "views",
        Effect.flatMap(RecordViews.RecordViews, ({ list }) => list),
        counted("record views")
      ),
      reads("activities", activities.search({ limit: 1 }), () => "The search works"),
      reads("events", workspace.events({ page_size: 1 }), () => "They can be read")
    ],
    { concurrency: 4 }
  )
  return [key, ...others]
}).pipe(
  Effect.provide(
    Layer.mergeAll(
      Activities.layer,
      EntityFields.layer,
      EntityTypes.layer,
      Labels.layer,
      Programs.layer,
      RecordViews.layer,
      Workspace.layer
    )
  )
)

const marks = { ok: "✓", warning: "!", failed: "✗", skipped: "-" } as const

export const doctor = () =>
  Effect.gen(function* () {
    const output = yield* Output.Output
    const { dim, green, red, yellow } = output.style
    const paint = { ok: green, warning: yellow, failed: red, skipped: dim }
    const all: Array<Finding> = []
    const tell = (findings: ReadonlyArray<Finding>) =>
      Effect.suspend(() => {
        all.push(...findings)
        if (output.json || !output.isTerminal) return Effect.void
        const lines = findings.flatMap(({ check, message, status, way_out }) => [
          `${paint[status](marks[status])} ${Table.pad(check, 12)} ${Table.printable(message)}`,
          ...(way_out === null ? [] : [`  ${" ".repeat(12)} ${way_out}`])
        ])
        return output.write(`${lines.join("\n")}\n`)
      })

    yield* tell([yield* permissions])
    const current = yield* Effect.either(Connection.current)
    if (Either.isLeft(current)) {
      yield* tell([wrong("credentials", current.left.message, current.left.wayOut)])
    } else {
      const connection = current.right
      yield* tell([ok("credentials", `The key ${connection.clientId} of ${connection.source}, for ${connection.url}`)])
      if (!URL.canParse(connection.url)) {
        yield* tell([wrong("URL", `${connection.url} is not a URL`, "A URL begins with https://")])
      } else {
        const url = new URL(connection.url)
        yield* tell(yield* Effect.all([proxy, names(url), certificate(url)], { concurrency: 3 }))
        yield* Effect.gen(function* () {
          const found = yield* first(connection)
          yield* tell(found)
          const { iapClientId } = connection
          const token = iapClientId === undefined ? [] : [yield* identity(iapClientId)]
          yield* tell(token)
          const isStopped = [...found, ...token].some(
            ({ check, status }) => status === "failed" && ["connection", "IAP", "identity"].includes(check)
          )
          if (!isStopped) yield* tell(yield* answers)
        }).pipe(
          Effect.provide(Layer.merge(Services.authFor(connection), Services.clientFor("few"))),
          Effect.catchTag("CommandFailed", ({ message, wayOut }) => tell([wrong("client", message, wayOut)]))
        )
      }
    }
    if (output.json) yield* output.line(JSON.stringify(all, null, 2))
    else if (!output.isTerminal) {
      const rows = all.map(({ check, message, status, way_out }) => [status, check, message, way_out ?? ""])
      yield* Output.table(["status", "check", "message", "way_out"], rows, "")
    }
    const failures = all.filter(({ status }) => status === "failed").length
    if (failures > 0) return yield* failed(`${failures} of ${all.length} checks failed`)
  })

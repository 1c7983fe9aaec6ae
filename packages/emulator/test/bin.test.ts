import { createServer } from "node:http"
import { fileURLToPath } from "node:url"
import * as Command from "@effect/platform/Command"
import type * as CommandExecutor from "@effect/platform/CommandExecutor"
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as FileSystem from "@effect/platform/FileSystem"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as HttpServer from "@effect/platform/HttpServer"
import * as HttpServerRequest from "@effect/platform/HttpServerRequest"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as NodeContext from "@effect/platform-node/NodeContext"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { Workspace } from "@effect-kaleidoscope/testing"
import * as Context from "effect/Context"
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { expect, layer } from "../../../test/vitest.js"
import { at, listAt, stringAt } from "../../testing/test/support/client.js"

const packageRoot = fileURLToPath(new URL("..", import.meta.url))

/** The bin as it is published, bundled from the sources, and a directory to work in. */
class Bin extends Context.Tag("Bin")<Bin, { readonly path: string; readonly directory: string }>() {
  static readonly layer = Layer.scoped(
    Bin,
    Effect.gen(function* () {
      const fileSystem = yield* FileSystem.FileSystem
      const directory = yield* fileSystem.makeTempDirectoryScoped()
      const code = yield* Command.exitCode(
        Command.make(process.execPath, `${packageRoot}scripts/bundle.mjs`, `${directory}/bin`).pipe(
          Command.stderr("inherit")
        )
      )
      expect(code).toBe(0)
      return { path: `${directory}/bin/kaleidoscope-emulator.js`, directory }
    })
  )
}

const textOf = <E>(stream: Stream.Stream<Uint8Array, E>) => Stream.mkString(Stream.decodeText(stream))

/** Runs the bin until it listens; it ends with the scope. */
const start = (...options: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const { path } = yield* Bin
    const child = yield* Command.start(Command.make(process.execPath, path, "--port", "0", ...options))
    const lines = child.stdout.pipe(Stream.decodeText(), Stream.splitLines)
    const shown = Array.from(yield* Stream.runCollect(Stream.takeUntil(lines, (line) => line.includes("reference:"))))
    const url = /http:\/\/\S+/.exec(shown[0] ?? "")?.[0] ?? ""
    const stop = (signal: CommandExecutor.Signal) => Effect.zipRight(Effect.exit(child.kill(signal)), Effect.void)
    return { url, shown: shown.join("\n"), stop, child }
  })

/** Runs the bin with options that are wrong. */
const refused = (...options: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const { path } = yield* Bin
    const child = yield* Command.start(Command.make(process.execPath, path, ...options))
    const [code, output] = yield* Effect.all([child.exitCode, Effect.zip(textOf(child.stdout), textOf(child.stderr))], {
      concurrency: "unbounded"
    })
    expect(code).toBe(1)
    return output.join("")
  }).pipe(Effect.scoped)

const form = "grant_type=client_credentials&client_id=demo&client_secret=demo"

const isInstalled = (program: string) =>
  Command.exitCode(Command.make(program, "--version")).pipe(
    Effect.map((code) => code === 0),
    Effect.orElseSucceed(() => false)
  )

/** The block of the README in this language, and against this emulator. */
const fromReadme = (language: string, url: string) =>
  Effect.gen(function* () {
    const fileSystem = yield* FileSystem.FileSystem
    const readme = yield* fileSystem.readFileString(`${packageRoot}../testing/README.md`)
    const blocks = readme.split(`\`\`\`${language}\n`).slice(1)
    const block = blocks.find((part) => part.split("```")[0]?.includes("/auth/oauth/token")) ?? ""
    return (block.split("```")[0] ?? "").replaceAll("http://127.0.0.1:4010", url)
  })

const send = (request: HttpClientRequest.HttpClientRequest) =>
  Effect.gen(function* () {
    const client = yield* HttpClient.HttpClient
    const response = yield* client.execute(request)
    const text = yield* response.text
    return { status: response.status, text }
  })

const requestToken = (url: string, body = form) =>
  send(
    HttpClientRequest.bodyText(
      HttpClientRequest.post(`${url}/auth/oauth/token`),
      body,
      "application/x-www-form-urlencoded"
    )
  )

/** Sends a request with a token of its own. */
const call = (url: string, request: HttpClientRequest.HttpClientRequest) =>
  Effect.gen(function* () {
    const { text } = yield* requestToken(url)
    const token = stringAt(JSON.parse(text), "access_token")
    return yield* send(
      request.pipe(
        HttpClientRequest.prependUrl(url),
        HttpClientRequest.setHeader("x-kal-authorization", `Bearer ${token}`)
      )
    )
  })

const create = (url: string, title: string) =>
  call(url, HttpClientRequest.bodyUnsafeJson(HttpClientRequest.post("/programs"), { title }))

const programs = (url: string) =>
  Effect.map(call(url, HttpClientRequest.get("/programs")), ({ text }) =>
    listAt(JSON.parse(text)).map((item) => at(item, "title"))
  )

const write = (name: string, content: string) =>
  Effect.gen(function* () {
    const fileSystem = yield* FileSystem.FileSystem
    const path = `${yield* fileSystem.makeTempDirectoryScoped()}/${name}`
    yield* fileSystem.writeFileString(path, content)
    return path
  })

const services = Layer.mergeAll(NodeContext.layer, FetchHttpClient.layer)

layer(Layer.provideMerge(Bin.layer, services))("kaleidoscope-emulator", (it) => {
  it.effect("serves, and says where and with which credentials", () =>
    Effect.gen(function* () {
      const { shown, url } = yield* start()
      expect(shown).toMatch(/client id: +demo\n.*client secret: +demo\n.*reference: +http:.*\/docs$/)
      expect((yield* send(HttpClientRequest.get(`${url}/programs`))).status).toBe(401)
      expect(yield* programs(url)).toEqual(Workspace.demo.programs.map((item) => item.title))
      expect((yield* send(HttpClientRequest.get(`${url}/docs`))).text).toContain("<html")
    })
  )

  it.effect("accepts the given credentials, and prints no secret", () =>
    Effect.gen(function* () {
      const { shown, url } = yield* start(
        ...["--client-id", "ci", "--client-secret", "s3cret", "--token-lifetime", "90 seconds"]
      )
      expect(shown).toContain("ci")
      expect(shown).not.toContain("s3cret")
      expect((yield* requestToken(url)).status).toBe(401)
      const answer = yield* requestToken(url, "grant_type=client_credentials&client_id=ci&client_secret=s3cret")
      expect(at(JSON.parse(answer.text), "expires_in")).toBe(90)
    })
  )

  it.effect("lets browsers read responses, reads long requests, and refuses other hosts", () =>
    Effect.gen(function* () {
      const preflight = (url: string, origin: string) =>
        Effect.gen(function* () {
          const client = yield* HttpClient.HttpClient
          const response = yield* client.execute(
            HttpClientRequest.options(`${url}/programs`).pipe(
              HttpClientRequest.setHeaders({ origin, "access-control-request-method": "GET" })
            )
          )
          return [response.status, response.headers["access-control-allow-origin"]]
        }).pipe(Effect.provide(NodeHttpClient.layerUndici))
      const [any, some] = [
        yield* start("--cors", "--seed", "empty"),
        yield* start("--cors", "https://a.example,https://b.example", "--cors", "https://c.example")
      ]
      expect(yield* preflight(any.url, "https://a.example")).toEqual([204, "*"])
      for (const origin of ["https://a.example", "https://b.example", "https://c.example"]) {
        expect(yield* preflight(some.url, origin)).toEqual([204, origin])
      }
      expect(yield* preflight(some.url, "https://d.example")).toEqual([204, undefined])
      const ids = Array.from({ length: 1700 }, () => crypto.randomUUID()).join(",")
      expect(yield* call(any.url, HttpClientRequest.get(`/records?record_ids=${ids}`))).toEqual({
        status: 200,
        text: "[]"
      })
      const byHost = HttpClientRequest.get(`${any.url}/programs`).pipe(
        HttpClientRequest.setHeader("host", "evil.example")
      )
      expect((yield* Effect.provide(send(byHost), NodeHttpClient.layerUndici)).status).toBe(421)
    })
  )

  it.effect("sends webhooks to a registrar, with the given headers", () =>
    Effect.gen(function* () {
      const received = yield* Deferred.make<readonly [secret: string | undefined, body: unknown]>()
      const context = yield* Layer.build(NodeHttpServer.layer(() => createServer(), { port: 0, host: "127.0.0.1" }))
      const app = Effect.gen(function* () {
        const { headers, json } = yield* HttpServerRequest.HttpServerRequest
        yield* Deferred.succeed(received, [headers["x-secret"], yield* json])
        return HttpServerResponse.empty()
      })
      yield* Effect.provide(HttpServer.serveEffect(app), context)
      const { address } = Context.get(context, HttpServer.HttpServer)
      const to = `http://127.0.0.1:${address._tag === "TcpAddress" ? address.port : 0}`
      const { shown, url } = yield* start("--webhook", to, "--webhook-header", "X-Secret: in: the header")
      expect(shown).not.toContain("in: the header")
      const { operation_id = "", file_id = "" } = Workspace.demo.registration_files[0] ?? {}
      const path = `/operations/${operation_id}/register/${file_id}`
      yield* call(url, HttpClientRequest.bodyUnsafeJson(HttpClientRequest.post(path), {}))
      const [secret, body] = yield* Deferred.await(received)
      expect(secret).toBe("in: the header")
      expect(body).toMatchObject({
        event_type: "registration_submitted",
        operation_id,
        file_url: `${url}/files/${file_id}`
      })
      for (const options of [
        ["--webhook", "s3cret"],
        ["--webhook", to, "--webhook-header", "s3cret"],
        ["--webhook-header", "a: s3cret"]
      ]) {
        const output = yield* refused(...options)
        expect(output).toContain("--webhook")
        expect(output).not.toContain("s3cret")
      }
    })
  )

  it.effect("emulates a proxy, limits requests and delays responses", () =>
    Effect.gen(function* () {
      const behind = yield* start("--iap-audience", "audience")
      expect((yield* requestToken(behind.url)).text).toContain("Invalid IAP credentials")
      const limited = yield* start("--rate-limit", "1", "--latency", "30")
      const started = Date.now()
      expect((yield* requestToken(limited.url)).status).toBe(200)
      expect(Date.now() - started).toBeGreaterThanOrEqual(29)
      expect((yield* requestToken(limited.url)).status).toBe(429)
    })
  )

  it.effect("plays faults, inline and from a file", () =>
    Effect.gen(function* () {
      const rule = (path: string, status: number) => ({ on: { path }, fault: { type: "respond", status } })
      const file = yield* write("faults.json", JSON.stringify([rule("/programs", 503)]))
      const { url } = yield* start("--fault", file, "--fault", JSON.stringify([rule("/activities", 502)]))
      const statuses = yield* Effect.forEach(["/programs", "/activities", "/workspaces/active"], (path) =>
        Effect.map(call(url, HttpClientRequest.get(path)), ({ status }) => status)
      )
      expect(statuses).toEqual([503, 502, 200])
    })
  )

  it.effect("starts with the workspace in a file", () =>
    Effect.gen(function* () {
      const seed = {
        ...(yield* Schema.encode(Workspace.Workspace)(Workspace.empty)),
        programs: Workspace.demo.programs
      }
      const { url } = yield* start("--seed", yield* write("seed.json", JSON.stringify(seed)))
      expect(yield* programs(url)).toEqual(Workspace.demo.programs.map((item) => item.title))
      const empty = yield* start("--seed", "empty")
      expect(yield* programs(empty.url)).toEqual([])
    })
  )

  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    it.effect(`keeps the state between runs, also after ${signal}`, () =>
      Effect.gen(function* () {
        const fileSystem = yield* FileSystem.FileSystem
        const directory = yield* fileSystem.makeTempDirectoryScoped()
        const options = ["--seed", "empty", "--state", `${directory}/state.json`]
        for (const title of ["one", "two"]) {
          yield* Effect.scoped(
            Effect.gen(function* () {
              const { stop, url } = yield* start(...options)
              yield* create(url, title)
              yield* stop(signal)
            })
          )
          expect(yield* fileSystem.readDirectory(directory)).toEqual(["state.json"])
        }
        const { url } = yield* start(...options)
        expect(yield* programs(url)).toEqual(["one", "two"])
      })
    )
  }

  it.effect("does not start on a state file that another one has, and starts after one that was killed", () =>
    Effect.gen(function* () {
      const fileSystem = yield* FileSystem.FileSystem
      const directory = yield* fileSystem.makeTempDirectoryScoped()
      const path = `${directory}/state.json`
      yield* fileSystem.symlink(path, `${directory}/link.json`)
      const first = yield* start("--seed", "empty", "--state", `${directory}/link.json`)
      for (const other of [
        path,
        `${directory}/link.json`,
        `${directory}/../${directory.split("/").at(-1)}/state.json`
      ]) {
        const message = yield* refused("--port", "0", "--state", other)
        expect(message).toContain("Another emulator keeps its state in")
        expect(message).toContain(`process ${first.child.pid}. Stop it, or choose another file`)
        expect(message.trim().split("\n").length).toBe(1)
      }
      yield* create(first.url, "one")
      yield* first.stop("SIGTERM")
      const killed = yield* start("--state", path)
      yield* killed.stop("SIGKILL")
      expect(yield* fileSystem.readDirectory(directory)).toContain("state.json.lock")
      const second = yield* start("--state", path)
      expect(yield* programs(second.url)).toEqual(["one"])
      expect(yield* fileSystem.readLink(`${directory}/link.json`)).toBe(path)
    })
  )

  for (const [signal, millis] of [
    ["SIGINT", 0],
    ["SIGTERM", 0],
    ["SIGHUP", 0],
    ["SIGTERM", 2500]
  ] as const) {
    // It saves each second, and says on its output that it cannot, which nobody reads here.
    const when = millis === 0 ? "" : ", which comes when it has tried before"
    it.effect(`fails if the last changes cannot be saved after ${signal}${when}`, () =>
      Effect.gen(function* () {
        const fileSystem = yield* FileSystem.FileSystem
        const directory = yield* fileSystem.makeTempDirectoryScoped()
        const path = `${directory}/inner/state.json`
        yield* fileSystem.makeDirectory(`${directory}/inner`)
        const { child, url } = yield* start("--seed", "empty", "--state", path)
        // Before the change, which is else saved if a second has passed since the start.
        yield* fileSystem.remove(`${directory}/inner`, { recursive: true })
        yield* create(url, "one")
        yield* Effect.promise(() => new Promise((resolve) => setTimeout(resolve, millis)))
        const [, code, message] = yield* Effect.all(
          [Effect.ignore(child.kill(signal)), child.exitCode, textOf(child.stderr)],
          { concurrency: "unbounded" }
        )
        expect(code).toBe(1)
        expect(message).toContain(`The last changes were not saved to ${path}`)
      })
    )
  }

  it.effect("reports wrong options", () =>
    Effect.gen(function* () {
      const { url } = yield* start()
      const port = new URL(url).port
      const { directory } = yield* Bin
      const loop = `${directory}/loop.json`
      const fileSystem = yield* FileSystem.FileSystem
      yield* fileSystem.symlink(loop, loop)
      const broken = yield* write("broken.json", '{"workspace":{}}')
      for (const [options, message] of [
        [["--port", "66000"], "--port must be a whole number from 0 to 65535"],
        [["--port", port], `port ${port}: another program uses the port`],
        [
          ["--cors", "app.example"],
          '--cors must be a list of origins such as https://app.example, or *. "app.example" is not an origin'
        ],
        [
          ["--latency", "soon"],
          '--latency must be a number of milliseconds, or text such as "2 seconds". It is "soon"'
        ],
        [["--rate-limit", "-3"], "--rate-limit must be a whole number of at least 1"],
        [
          ["--allow-host", "http://lab.example"],
          '--allow-host must be the name of a host such as lab.example. It is "http://lab.example"'
        ],
        [["--seed", "nowhere.json"], "nowhere.json"],
        [["--seed", broken], "broken.json does not contain a workspace: workspace.id: is missing"],
        [["--state", broken], "broken.json does not contain a workspace: workspace.id: is missing"],
        [["--state", "/nowhere/state.json"], "/nowhere/state.json"],
        [["--state", `${broken}/state.json`], "state.json"],
        [["--state", loop], "loop.json"],
        [["--state", directory], "is not a file but has the type Directory"],
        [["--fault", "nowhere.json"], "nowhere.json"],
        [
          ["--fault", '[{"on":{"nth":0},"fault":{"type":"stall"}}]'],
          "the JSON is not a valid script of faults: 0.on.nth: Expected a positive"
        ],
        [["--fault", '[{"on":{},"fault":{"type":"explode"}}]'], 'actual "explode"'],
        [["--surprise"], "--surprise"]
      ] as const) {
        const output = yield* refused(...options)
        expect(output).toContain(message)
        // Words, and not where in the code it happened.
        expect(output).not.toContain("    at ")
      }
      expect(yield* fileSystem.readFileString(broken)).toBe('{"workspace":{}}')
    })
  )

  it.effect("serves the client in Python that the README shows", (context) =>
    Effect.gen(function* () {
      const { url } = yield* start()
      const python = Command.make("python3", "-c", yield* fromReadme("python", url)).pipe(
        Command.env({ PYTHONIOENCODING: "utf-8" })
      )
      if (!(yield* isInstalled("python3"))) {
        return context.skip("there is no python3")
      }
      expect((yield* Command.string(python)).trim().split("\n")).toEqual([
        ...Workspace.demo.programs.map((item) => item.title),
        "Kinase – β"
      ])
    })
  )

  it.effect("serves curl as the README shows it", (context) =>
    Effect.gen(function* () {
      const { url } = yield* start()
      if (!(yield* isInstalled("curl"))) {
        return context.skip("there is no curl")
      }
      const shell = Command.make("sh", "-c", yield* fromReadme("sh", url))
      expect(JSON.parse(yield* Command.string(shell))).toEqual(Workspace.demo.programs)
    })
  )

  it.effect("serves curl, compressed", (context) =>
    Effect.gen(function* () {
      const { url } = yield* start()
      const { text } = yield* requestToken(url)
      const token = `X-Kal-Authorization: Bearer ${stringAt(JSON.parse(text), "access_token")}`
      const curl = Command.make("curl", "-sS", "--compressed", "-D", "-", "-H", token, `${url}/workspaces/events`)
      if (!(yield* isInstalled("curl"))) {
        return context.skip("there is no curl")
      }
      const [head = "", body = ""] = (yield* Command.string(curl)).split("\r\n\r\n")
      expect(head.toLowerCase()).toContain("content-encoding: gzip")
      expect(listAt(JSON.parse(body)).length).toBeGreaterThan(10)
    })
  )
})

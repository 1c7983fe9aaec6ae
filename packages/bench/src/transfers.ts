/**
 * How much memory the process needs while a gigabyte goes up and comes down, beyond what it has when idle: on undici,
 * against a server on loopback that runs in a process of its own. Run it with `node --expose-gc`.
 */
import { fork } from "node:child_process"
import { createServer } from "node:http"
import type { AddressInfo } from "node:net"
import { fileURLToPath } from "node:url"
import * as FileSystem from "@effect/platform/FileSystem"
import * as NodeContext from "@effect/platform-node/NodeContext"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Auth, Files, Ids, Properties, Upload } from "@effect-kaleidoscope/sdk"
import * as Console from "effect/Console"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"

const mebibyte = 1024 * 1024
const size = 1024 * mebibyte
const allowed = 100 * mebibyte

/** Sends a gigabyte to whoever reads, and counts what whoever writes sends. */
const serve = () => {
  const chunk = Buffer.alloc(mebibyte, "kaleidoscope")
  const server = createServer((request, response) => {
    if (request.method === "POST") {
      let received = 0
      request.on("data", (data: Buffer) => {
        received += data.length
      })
      request.on("end", () => {
        response.writeHead(200, { "content-type": "application/json" })
        response.end(JSON.stringify({ received }))
      })
      return
    }
    response.writeHead(200, { "content-length": size })
    let left = size / chunk.length
    const write = () => {
      while (left > 0) {
        left--
        if (!response.write(chunk)) {
          response.once("drain", write)
          return
        }
      }
      response.end()
    }
    write()
  })
  server.listen(0, "127.0.0.1", () => process.send?.((server.address() as AddressInfo).port)) // listening on a port
}

const server = Effect.map(
  Effect.acquireRelease(
    Effect.sync(() => fork(fileURLToPath(import.meta.url), ["serve"])),
    (child) => Effect.sync(() => child.kill())
  ).pipe(
    Effect.flatMap((child) =>
      Effect.async<unknown>((resume) => {
        child.once("message", (port) => resume(Effect.succeed(port)))
      })
    )
  ),
  (port) => `http://127.0.0.1:${port}`
)

const resident = Effect.sync(() => process.memoryUsage.rss())

const collectGarbage = Effect.sync(() => globalThis.gc?.())

const inMebibytes = (bytes: number) => `${(bytes / mebibyte).toFixed(0)} MiB`

/** Runs something, and prints how long it took and the most memory it needed. */
const measure = <A, E, R>(name: string, self: Effect.Effect<A, E, R>) =>
  Effect.gen(function* () {
    yield* collectGarbage
    const idle = yield* resident
    let peak = idle
    const sampler = yield* Effect.fork(
      Effect.repeat(
        Effect.map(resident, (now) => {
          peak = Math.max(peak, now)
        }),
        Schedule.spaced("5 millis")
      )
    )
    const [time] = yield* Effect.timed(self)
    yield* Fiber.interrupt(sampler)
    const needed = peak - idle
    const speed = size / mebibyte / Duration.toSeconds(time)
    yield* Console.log(
      `${name}: ${Duration.toSeconds(time).toFixed(2)} s, ${speed.toFixed(0)} MiB/s, ` +
        `idle ${inMebibytes(idle)}, peak ${inMebibytes(peak)}, so ${inMebibytes(needed)} more${needed > allowed ? ": TOO MUCH" : ""}`
    )
    return needed
  })

const property = Ids.PropertyId.make("1c7d2a54-5c0e-4d0a-9b7b-3f0d8a1f6c22")

const upload = <E, R>(file: Upload.Upload<E, R>) =>
  Effect.flatMap(Properties.Properties, (properties) => properties.uploadFile(property, file))

const program = Effect.gen(function* () {
  const url = yield* server
  const Live = Layer.merge(Files.layer, Properties.layer).pipe(
    Layer.provideMerge(Auth.layerToken({ token: Redacted.make("a-token"), url })),
    Layer.provideMerge(NodeHttpClient.layerUndici)
  )
  const id = Ids.FileId.make("0f4a0f24-8aef-4b53-9a29-2e5e0e2bfb6a")
  const needed = yield* Effect.gen(function* () {
    const files = yield* Files.Files
    const fileSystem = yield* FileSystem.FileSystem
    const directory = yield* fileSystem.makeTempDirectoryScoped()
    const file = `${directory}/upload.bin`
    yield* fileSystem.writeFile(file, new Uint8Array())
    yield* fileSystem.truncate(file, size)
    // Loads what is loaded at the first use.
    yield* upload(Upload.bytes("warm", { name: "warm.txt" }))
    yield* files.download(id).pipe(Stream.take(100), Stream.runDrain)

    const chunk = new Uint8Array(256 * 1024)
    const chunks = Stream.repeatValue(chunk).pipe(Stream.take(size / chunk.length))
    return [
      yield* measure("upload a path", upload(Upload.path(file))),
      yield* measure("upload a stream", upload(Upload.stream(chunks, { name: "a.bin", size }))),
      yield* measure("download", Stream.runDrain(files.download(id))),
      yield* measure("download to a file", files.toFile(id, { directory, name: "download.bin" }))
    ]
  }).pipe(Effect.provide(Layer.merge(Live, NodeContext.layer)))
  yield* Effect.sync(() => {
    process.exitCode = needed.some((bytes) => bytes > allowed) ? 1 : 0
  })
}).pipe(Effect.scoped)

if (process.argv[2] === "serve") serve()
else NodeRuntime.runMain(program)

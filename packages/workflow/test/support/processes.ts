/** Processes that run a durable import: the sources of `child.ts`, bundled once. */
import { type ChildProcess, spawn } from "node:child_process"
import { createServer } from "node:http"
import { fileURLToPath } from "node:url"
import * as FileSystem from "@effect/platform/FileSystem"
import * as NodeContext from "@effect/platform-node/NodeContext"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { Emulator } from "@effect-kaleidoscope/testing"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { build } from "esbuild"

const sources = fileURLToPath(new URL("../../..", import.meta.url))
const output = fileURLToPath(new URL("../../dist/test/", import.meta.url))

/** What a bundle needs for packages that are CommonJS. */
const commonJs = [
  'import * as commonJsModule from "node:module"',
  'import * as commonJsPath from "node:path"',
  "const require = commonJsModule.createRequire(import.meta.url)",
  "const __filename = new URL(import.meta.url).pathname",
  "const __dirname = commonJsPath.dirname(__filename)"
].join(";")

/** Bundles a program of `test/support` with all that it needs, so that its processes start in less than half of the time. */
export const bundle = (name: string) =>
  Effect.promise(async () => {
    const outfile = `${output}${name}-${process.pid}.mjs`
    await build({
      entryPoints: [fileURLToPath(new URL(`./${name}.ts`, import.meta.url))],
      outfile,
      bundle: true,
      platform: "node",
      format: "esm",
      target: "node20.19",
      // Libraries of the system.
      external: ["libsql", "@libsql/*", "pg-native"],
      banner: { js: commonJs },
      logLevel: "error",
      alias: Object.fromEntries(
        ["sdk", "node", "testing", "workflow"].map((name) => [`@effect-kaleidoscope/${name}`, `${sources}${name}/src`])
      )
    })
    return outfile
  })

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

/** What the system does not let a program do. */
export interface Limits {
  /** The largest file that it may write, in KiB: what a full disk is to it. */
  readonly fileSize?: number
  /** Whether it runs as a user that owns nothing, if the tests run as root, who may write all files. */
  readonly isNobody?: boolean
}

const nobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {}

/** Starts a program; it is killed with the scope. */
export const start = (path: string, environment: { readonly [name: string]: string }, limits: Limits = {}) =>
  Effect.map(
    Effect.acquireRelease(
      Effect.sync(() => {
        const options = { env: environment, ...(limits.isNobody === true ? nobody : {}) }
        return limits.fileSize === undefined
          ? spawn(process.execPath, [path], options)
          : // Without the trap the system would end the program.
            spawn(
              "/bin/bash",
              ["-c", `trap "" XFSZ; ulimit -f ${limits.fileSize}; exec "$0" "$1"`, process.execPath, path],
              options
            )
      }),
      (child) => Effect.sync(() => child.kill("SIGKILL"))
    ),
    (child) => ({ child, ended: endOf(child) })
  )

/** The first line of this form that a program prints, or all that it prints if it ends before. Others are lines of its log. */
export const lineLike = (child: ChildProcess, form: RegExp): Effect.Effect<string> =>
  Effect.async((resume) => {
    let printed = ""
    let errors = ""
    child.stderr?.on("data", (text) => {
      errors += text
    })
    child.stdout?.on("data", (text) => {
      printed += text
      const found = printed
        .split("\n")
        .slice(0, -1)
        .find((line) => form.test(line))
      if (found !== undefined) resume(Effect.succeed(found))
    })
    child.once("close", () => resume(Effect.succeed(printed + errors)))
  })

const endOf = (child: ChildProcess): Effect.Effect<Ended> => {
  const shown = { stdout: "", stderr: "" }
  child.stdout?.on("data", (text) => {
    shown.stdout += text
  })
  child.stderr?.on("data", (text) => {
    shown.stderr += text
  })
  const promise = new Promise<Ended>((resolve) =>
    child.once("close", (code, signal) => resolve({ code, signal, ...shown }))
  )
  return Effect.promise(() => promise)
}

/**
 * An emulator on a socket, which tells how many requests are in flight each time that one comes. It closes no idle connection:
 * a request could just be on it, if this process was busy for longer than Node's 5 seconds.
 */
export const server = (options: Emulator.Options = {}, onRequest: (inFlight: number) => void = () => {}) => {
  let inFlight = 0
  const create = () =>
    createServer({ keepAliveTimeout: 0 }).on("request", (_, response) => {
      inFlight++
      response.once("close", () => inFlight--)
      onRequest(inFlight)
    })
  return Emulator.layerServer(options).pipe(
    Layer.provideMerge(NodeHttpServer.layer(create, { port: 0, host: "127.0.0.1" }))
  )
}

/** A folder of the test, removed at its end. */
export const folder = Effect.flatMap(FileSystem.FileSystem, (fileSystem) =>
  fileSystem.makeTempDirectoryScoped({ prefix: "workflow-" })
).pipe(Effect.provide(NodeContext.layer))

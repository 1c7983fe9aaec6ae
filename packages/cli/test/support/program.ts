/** The program as it is published, bundled from the sources, an emulator for it, and pseudo-terminals to run it in. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process"
import { cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs"
import { createServer } from "node:http"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { stripVTControlCharacters } from "node:util"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { Emulator } from "@effect-kaleidoscope/testing"
import * as Config from "effect/Config"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"

const packageRoot = fileURLToPath(new URL("../..", import.meta.url))

export interface Result {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** An answer to the program: what it must have printed before, and what is then typed. */
export type Answer = readonly [after: string, typed: string]

interface Options {
  /** Variables of the environment beside those of the emulator. `undefined` unsets one. */
  readonly environment?: { readonly [name: string]: string | undefined } | undefined
  /** The text that is sent to the program. */
  readonly input?: string | undefined
}

interface TerminalOptions extends Options {
  /** @default 80 */
  readonly columns?: number | undefined
  readonly answers?: ReadonlyArray<Answer> | undefined
}

export interface Service {
  readonly path: string
  /** A directory of its own for the files of the tests. */
  readonly directory: string
  readonly environment: { readonly [name: string]: string }
  /** Runs the program in a pipe. */
  readonly run: (words: ReadonlyArray<string>, options?: Options) => Effect.Effect<Result>
  /** Runs a script of bash, in which `$kaleidoscope` is the program. */
  readonly shell: (script: string) => Effect.Effect<Result>
  /** Runs the program in a pseudo-terminal, where stdout and stderr are one. Colours are removed. */
  readonly inTerminal: (words: ReadonlyArray<string>, options?: TerminalOptions) => Effect.Effect<Result>
  /** Starts the program in a pipe. It is killed with the scope. */
  readonly start: (words: ReadonlyArray<string>, options?: Options) => Effect.Effect<ChildProcess, never, Scope.Scope>
}

export class Program extends Context.Tag("Program")<Program, Service>() {}

const versionOf = (command: string): string => {
  try {
    return execFileSync(command, ["--version"], { encoding: "utf8" })
  } catch {
    return ""
  }
}

/** Whether there is a `script` that makes pseudo-terminals as these tests need them: the one of util-linux. */
export const hasTerminal = versionOf("script").includes("util-linux")

const quoted = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`

const ended = (child: ChildProcess, shown: { readonly stdout: Array<Buffer>; readonly stderr: Array<Buffer> }) =>
  Effect.async<Result>((resume) => {
    child.once("close", (code) =>
      resume(
        Effect.succeed({
          code,
          stdout: Buffer.concat(shown.stdout).toString(),
          stderr: Buffer.concat(shown.stderr).toString()
        })
      )
    )
    return Effect.sync(() => child.kill("SIGKILL"))
  })

const collect = (child: ChildProcess) => {
  const shown = { stdout: [] as Array<Buffer>, stderr: [] as Array<Buffer> }
  child.stdout?.on("data", (data: Buffer) => shown.stdout.push(data))
  child.stderr?.on("data", (data: Buffer) => shown.stderr.push(data))
  // The program may end before it has read its input.
  child.stdin?.on("error", () => undefined)
  return shown
}

/** Types each answer when the program has asked for it. */
const answer = (child: ChildProcess, answers: ReadonlyArray<Answer>): void => {
  const open = [...answers]
  let seen = ""
  child.stdout?.on("data", (data: Buffer) => {
    seen += stripVTControlCharacters(data.toString())
    const next = open[0]
    if (next !== undefined && seen.includes(next[0])) {
      open.shift()
      seen = ""
      child.stdin?.write(next[1])
    }
  })
}

const make = Effect.gen(function* () {
  const { url } = yield* Emulator.Emulator
  const directory = yield* Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(join(tmpdir(), "kaleidoscope-cli-"))),
    (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
  )
  const path = join(directory, "package/bin/kaleidoscope.cjs")
  yield* Effect.sync(() => {
    mkdirSync(join(directory, "package"))
    cpSync(join(packageRoot, "bin"), join(directory, "package/bin"), { recursive: true })
    cpSync(join(packageRoot, "package.json"), join(directory, "package/package.json"))
    execFileSync(process.execPath, [join(packageRoot, "scripts/bundle.mjs"), join(directory, "package/dist/bundle")])
  })
  const environment = {
    PATH: yield* Config.string("PATH"),
    TERM: "xterm-256color",
    HOME: directory,
    XDG_CONFIG_HOME: join(directory, "settings"),
    KALEIDOSCOPE_API_URL: url,
    KALEIDOSCOPE_API_CLIENT_ID: "demo",
    KALEIDOSCOPE_API_CLIENT_SECRET: "demo"
  }
  const service: Service = {
    path,
    directory,
    environment,
    run: (words, { environment: more, input } = {}) =>
      Effect.suspend(() => {
        const child = spawn(process.execPath, [path, ...words], {
          env: { ...environment, ...more },
          stdio: [input === undefined ? "ignore" : "pipe", "pipe", "pipe"]
        })
        const shown = collect(child)
        child.stdin?.end(input)
        return ended(child, shown)
      }),
    shell: (script) =>
      Effect.suspend(() => {
        const child = spawn("bash", ["-c", script], {
          env: { ...environment, kaleidoscope: `${process.execPath} ${path}` },
          stdio: ["ignore", "pipe", "pipe"]
        })
        return ended(child, collect(child))
      }),
    inTerminal: (words, { answers = [], columns = 80, environment: more, input } = {}) =>
      Effect.suspend(() => {
        const command = [process.execPath, path, ...words].map(quoted).join(" ")
        const child = spawn("script", ["-qec", `stty cols ${columns} rows 40; exec ${command}`, "/dev/null"], {
          env: { ...environment, SHELL: "/bin/sh", ...more },
          stdio: ["pipe", "pipe", "pipe"]
        })
        const shown = collect(child)
        answer(child, answers)
        if (input !== undefined) child.stdin?.write(input)
        return Effect.map(ended(child, shown), ({ code, stderr, stdout }) => ({
          code,
          stdout: stripVTControlCharacters(stdout).replaceAll("\r\n", "\n"),
          stderr
        }))
      }),
    start: (words, { environment: more } = {}) =>
      Effect.acquireRelease(
        Effect.sync(() =>
          spawn(process.execPath, [path, ...words], {
            env: { ...environment, ...more },
            stdio: ["pipe", "pipe", "pipe"]
          })
        ),
        (child) => Effect.sync(() => child.kill("SIGKILL"))
      )
  }
  return service
})

/** No idle connection is closed: a request could just be on it, if this process was busy for longer than Node's 5 seconds. */
const server = () => createServer({ keepAliveTimeout: 0, maxHeaderSize: 256 * 1024 })

export const ServerLive = Emulator.layerServer().pipe(
  Layer.provide(NodeHttpServer.layer(server, { port: 0, host: "127.0.0.1" }))
)

export const layer = Layer.provideMerge(Layer.scoped(Program, make), ServerLive)

import { spawn } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { createServer } from "node:http"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import * as NodeHttpServer from "@effect/platform-node/NodeHttpServer"
import { Emulator } from "@effect-kaleidoscope/testing"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import { build } from "esbuild"
import { describe, expect, it } from "../../../test/vitest.js"

const packages = fileURLToPath(new URL("../../", import.meta.url))

const server = Emulator.layerServer().pipe(
  Layer.provide(
    // A request could just be on an idle connection that is closed, if this process was busy for longer than Node's 5 seconds.
    NodeHttpServer.layer(() => createServer({ keepAliveTimeout: 0, maxHeaderSize: 64 * 1024 }), {
      port: 0,
      host: "127.0.0.1"
    })
  )
)

const folder = Effect.acquireRelease(
  Effect.sync(() => mkdtempSync(join(tmpdir(), "killed-"))),
  (path) => Effect.sync(() => rmSync(path, { recursive: true, force: true }))
)

/** Bundles the examples from the sources. Gives the path of the program. */
const bundled = (directory: string) =>
  Effect.promise(() =>
    build({
      entryPoints: { example: join(packages, "examples/src/example.ts") },
      outdir: directory,
      outExtension: { ".js": ".mjs" },
      bundle: true,
      splitting: true,
      platform: "node",
      format: "esm",
      plugins: [
        {
          name: "sources",
          setup: ({ onResolve }) =>
            onResolve({ filter: /^@effect-kaleidoscope\// }, ({ path }) => {
              const [, name = "", module = "index"] = path.split("/")
              return { path: join(packages, name, "src", `${module}.ts`) }
            })
        }
      ],
      banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' },
      logLevel: "error"
    })
  ).pipe(Effect.as(join(directory, "example.mjs")))

/** Starts the program. It is killed with the scope. */
const started = (url: string, program: string, file: string) =>
  Effect.acquireRelease(
    Effect.sync(() => {
      const child = spawn(process.execPath, [program, "import-table", file, "--type", "Compound"], {
        env: {
          KALEIDOSCOPE_API_URL: url,
          KALEIDOSCOPE_API_CLIENT_ID: "demo",
          KALEIDOSCOPE_API_CLIENT_SECRET: "demo"
        },
        stdio: ["ignore", "pipe", "ignore"]
      })
      let out = ""
      child.stdout.on("data", (data) => {
        out += data
      })
      const ended = Effect.async<string>((resume) => {
        child.once("close", () => resume(Effect.sync(() => out)))
      })
      return { kill: () => child.kill("SIGKILL"), ended }
    }),
    ({ kill }) => Effect.sync(kill)
  )

const count = 6000

const csv = [
  "Compound ID,IC50,Solubility,Registered on,Notes",
  ...Array.from({ length: count }, (_, nth) =>
    nth % 100 === 7 ? `T-${nth},much,,,` : `T-${nth},${nth},<${nth},2026-11-30,"a ""note"",\nin two lines"`
  )
].join("\n")

/** The bad rows are not imported. */
const valid = count - count / 100

describe("a program that was killed during an import", () => {
  for (const pushes of [1, 2]) {
    it.live(`imports the rest when it runs again, nothing twice, if it was killed after push ${pushes}`, () =>
      Effect.gen(function* () {
        const { requests, state, url } = yield* Emulator.Emulator
        const directory = yield* folder
        const program = yield* bundled(directory)
        const file = join(directory, "compounds.csv")
        writeFileSync(file, csv)
        const pushed = Effect.map(requests, (all) =>
          all.filter(({ method, path }) => `${method} ${path}` === "POST /push/imports")
        )

        const killed = yield* started(url, program, file)
        yield* Effect.repeat(pushed, {
          schedule: Schedule.spaced("10 millis"),
          until: (all) => all.length >= pushes
        })
        killed.kill()
        expect(yield* killed.ended).toBe("")

        const again = yield* Effect.flatMap(started(url, program, file), ({ ended }) => ended)
        const report: { readonly [name: string]: unknown } = JSON.parse(again)
        expect(report).toMatchObject({ ended: "complete", rows_read: count, valid, rejected_count: count - valid })
        expect(Number(report["skipped"]) + Number(report["sent"])).toBe(valid)

        const values = (yield* state).records
          .filter(({ record_identifier }) => record_identifier.startsWith("T-"))
          .map(({ record_values }) =>
            Object.values(record_values)
              .map((list) => list.length)
              .join(" ")
          )
        expect(values).toHaveLength(valid)
        // The key and four values, each once.
        expect(new Set(values)).toEqual(new Set(["1 1 1 1 1"]))

        const last = yield* Effect.flatMap(started(url, program, file), ({ ended }) => ended)
        expect(JSON.parse(last)).toMatchObject({ skipped: valid, sent: 0, created: 0, updated: 0 })
      }).pipe(Effect.scoped, Effect.provide(server))
    )
  }
})

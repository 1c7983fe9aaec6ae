/**
 * Runs the smoke program in Node 20, 22 and 24, Bun, Deno and Chromium, against one emulator. A runtime that cannot be had is
 * skipped, and the reason printed. Node, Bun and Deno come from npm, into `.runtimes`; Chromium is the system's.
 */
import { execFile, spawn } from "node:child_process"
import { existsSync, mkdirSync, writeFileSync } from "node:fs"
import { createServer } from "node:http"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"

const run = promisify(execFile)
const here = fileURLToPath(new URL("./", import.meta.url))
const root = fileURLToPath(new URL("../../", import.meta.url))
const folder = `${root}.runtimes`

const minutes = 60_000

/** @type {(error: unknown) => string} */
const said = (error) =>
  error !== null && typeof error === "object" && "stderr" in error && error.stderr !== ""
    ? String(error.stderr)
    : String(error)

/**
 * The program of a package of npm, or the reason why it cannot be had.
 *
 * @type {(spec: string, bin: string) => Promise<{ readonly path: string } | { readonly reason: string }>}
 */
const fromNpm = async (spec, bin) => {
  const at = `${folder}/${spec.replaceAll(/[^\w.-]/g, "-")}`
  const path = `${at}/node_modules/${bin}`
  if (existsSync(path)) return { path }
  mkdirSync(at, { recursive: true })
  writeFileSync(`${at}/package.json`, '{ "private": true }\n')
  try {
    await run("npm", ["install", "--no-audit", "--no-fund", "--prefix", at, spec], { timeout: 5 * minutes, cwd: at })
    return existsSync(path) ? { path } : { reason: `npm installed ${spec} without ${bin}` }
  } catch (error) {
    return { reason: `npm cannot install ${spec}: ${said(error).trim().split("\n")[0]}` }
  }
}

/** @type {() => Promise<{ readonly url: string, readonly stop: () => void }>} */
const startEmulator = () =>
  new Promise((resolve, reject) => {
    const bin = `${root}packages/emulator/bin/kaleidoscope-emulator.js`
    const child = spawn(process.execPath, [bin, "--port", "0", "--cors"], { stdio: ["ignore", "pipe", "inherit"] })
    child.once("exit", (code) => reject(new Error(`the emulator ended with ${code}`)))
    child.stdout.on("data", (data) => {
      const url = /listens on (\S+)/.exec(String(data))?.[1]
      if (url !== undefined) resolve({ url, stop: () => child.kill() })
    })
  })

/** The smoke program in a page, which gets no secret of Node: it speaks to the emulator from another origin. */
const inChromium = async (/** @type {string} */ url, /** @type {string} */ executablePath) => {
  const { build } = await import("esbuild")
  const { chromium } = await import("playwright-core")
  const { outputFiles } = await build({
    stdin: {
      contents: `
        import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
        import { smoke } from "./smoke.mjs"
        window.smoke = (url) => smoke(url, FetchHttpClient.layer)`,
      resolveDir: here
    },
    bundle: true,
    format: "iife",
    platform: "browser",
    write: false,
    logLevel: "error"
  })
  const server = createServer((request, response) => {
    const isScript = request.url === "/smoke.js"
    response.setHeader("content-type", isScript ? "text/javascript" : "text/html")
    response.end(
      isScript ? outputFiles[0]?.text : '<!doctype html><meta charset="utf-8"><script src="/smoke.js"></script>'
    )
  })
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)))
  const address = server.address()
  const port = typeof address === "object" && address !== null ? address.port : 0
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] })
  try {
    const page = await browser.newPage()
    page.on("pageerror", (error) => console.error(error))
    await page.goto(`http://127.0.0.1:${port}/`)
    await page.evaluate(`window.smoke(${JSON.stringify(url)})`)
  } finally {
    await browser.close()
    server.close()
  }
}

const architecture = `${process.platform === "win32" ? "win" : process.platform}-${process.arch}`
const exe = process.platform === "win32" ? ".exe" : ""

const runtimes = [
  ...[20, 22, 24].map((version) => ({
    name: `Node ${version}`,
    find: () => fromNpm(`node-${architecture}@${version}`, `node-${architecture}/bin/node${exe}`),
    arguments: []
  })),
  { name: "Bun", find: () => fromNpm("bun@1", `.bin/bun${exe}`), arguments: [] },
  { name: "Deno", find: () => fromNpm("deno@2", `.bin/deno${exe}`), arguments: ["run", "-A"] }
]

const browser = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(existsSync)

const { stop, url } = await startEmulator()
const failed = []
/** @type {(name: string, test: () => Promise<unknown>) => Promise<void>} */
const test = async (name, test) => {
  try {
    await test()
    console.log(`${name}: ok`)
  } catch (error) {
    failed.push(name)
    console.error(`${name}: failed\n${said(error)}`)
  }
}
for (const { arguments: given, find, name } of runtimes) {
  const found = await find()
  if ("reason" in found) {
    console.log(`${name}: skipped, ${found.reason}`)
    continue
  }
  const { stdout } = await run(found.path, ["--version"]).catch(() => ({ stdout: "" }))
  await test(`${name} (${stdout.split("\n")[0]?.trim()})`, () =>
    run(found.path, [...given, `${here}server.mjs`, url], { timeout: 3 * minutes, cwd: root }))
}
if (browser === undefined) console.log("Chromium: skipped, there is no chromium on this machine")
else await test("Chromium", () => inChromium(url, browser))
stop()
process.exitCode = failed.length === 0 ? 0 : 1

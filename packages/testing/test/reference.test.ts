import { existsSync } from "node:fs"
import * as FileSystem from "@effect/platform/FileSystem"
import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
import { Emulator } from "@effect-kaleidoscope/testing"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { chromium } from "playwright-core"
import { expect, it } from "../../../test/vitest.js"
import { at, onSocket, send, signIn } from "./support/client.js"

const executablePath = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(existsSync)

const browser = Effect.gen(function* () {
  const fileSystem = yield* FileSystem.FileSystem
  const profile = yield* fileSystem.makeTempDirectoryScoped()
  return yield* Effect.acquireRelease(
    Effect.promise(() =>
      chromium.launchPersistentContext(profile, {
        ...(executablePath === undefined ? {} : { executablePath }),
        viewport: { width: 1400, height: 1100 },
        timeout: 120_000,
        args: [
          "--headless",
          "--no-sandbox",
          "--disable-gpu",
          "--disable-quic",
          "--no-first-run",
          "--disable-background-networking",
          "--disable-component-update",
          "--disable-sync"
        ]
      })
    ),
    (context) => Effect.promise(() => context.close())
  )
})

it.live("the reference page shows the calls, what they take and how they fail, and can try them", (test) =>
  Effect.gen(function* () {
    if (executablePath === undefined) {
      const reason = "there is no chromium on this machine: apt-get install chromium"
      yield* Console.log(`The reference page is not tested: ${reason}`)
      return test.skip(reason)
    }
    const { url } = yield* Emulator.Emulator
    const token = yield* signIn
    const openApi = (yield* send("GET", "/openapi.json")).json
    const context = yield* browser
    const elsewhere: Array<string> = []
    const broken: Array<string> = []
    context.on("request", (request) => {
      if (!/^(data|blob):/.test(request.url()) && !request.url().startsWith(`${url}/`)) {
        elsewhere.push(request.url())
      }
    })
    const page = yield* Effect.promise(() => context.newPage())
    page.setDefaultTimeout(120_000)
    page.on("pageerror", (error) => broken.push(error.message))

    const calls = Object.entries(at(openApi, "paths") ?? {}).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method}${path}`)
    )
    expect(calls.length).toBeGreaterThan(60)

    yield* Effect.promise(async () => {
      await page.goto(`${url}/docs`)
      await page.getByRole("heading", { name: "Kaleidoscope", exact: true }).waitFor()
      await page.waitForFunction((expected) => {
        const items = [...document.querySelectorAll("li")]
        const shown = new Set(items.map((item) => (item.textContent ?? "").replace(/[\s\u200b]/g, "").toLowerCase()))
        return expected.every((call) => shown.has(call.toLowerCase()))
      }, calls)

      await page.goto("about:blank")
      await page.goto(`${url}/docs#tag/programs/post/programs`)
      const tryIt = page.getByRole("button", { name: "Test Request (post /programs)" })
      const call = page.getByRole("region").filter({ has: tryIt }).last()
      await call.getByRole("group", { name: "Request Body" }).getByText("title").first().waitFor()
      await call
        .getByRole("button", { name: "400 The request is malformed, or its body or query is not valid" })
        .click()
      for (const field of ["code", "message", "issues"]) {
        await call.getByText(field, { exact: true }).first().waitFor()
      }

      await tryIt.click()
      const client = page.getByRole("dialog", { name: "API Client" })
      await client.getByRole("textbox", { name: "Value", exact: true }).fill(`Bearer ${token}`)
      await client.getByRole("button", { name: "Send post request" }).click()
      await client.getByText("VALIDATION_FAILED").waitFor()
    })
    const { requests } = yield* Emulator.Emulator
    const written = (yield* requests).filter(({ method }) => method === "POST")
    expect(written.at(-1)).toMatchObject({ path: "/programs", status: Option.some(400) })
    expect(broken).toEqual([])
    expect(elsewhere).toEqual([])
  }).pipe(Effect.provide(NodeFileSystem.layer), Effect.provide(onSocket.make()))
)

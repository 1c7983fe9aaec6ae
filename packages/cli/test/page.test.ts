import { existsSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import { chromium } from "playwright-core"
import { expect, layer, vi } from "../../../test/vitest.js"
import { Program, layer as ProgramLive } from "./support/program.js"

vi.setConfig({ testTimeout: 180_000 })

const executablePath = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(existsSync)

const browser = (path: string) =>
  Effect.acquireRelease(
    Effect.promise(() =>
      chromium.launch({ executablePath: path, args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-sync"] })
    ),
    (browser) => Effect.promise(() => browser.close())
  )

layer(ProgramLive, { excludeTestServices: true, timeout: 120_000 })("the page of an export", (it) => {
  it.effect("shows structures and histograms, sorts and filters, and loads nothing from elsewhere", () =>
    Effect.gen(function* () {
      if (executablePath === undefined) {
        return yield* Console.log(
          "The page is not tested: there is no chromium on this machine: apt-get install chromium"
        )
      }
      const { directory, run } = yield* Program
      // A name that would be a script, if the page took it for HTML.
      const script = "<img src=x onerror=\"document.title='broken'\"></script><script>document.title='broken'</script>"
      const table = join(directory, "named.csv")
      writeFileSync(table, `Compound ID\n"${script.replaceAll('"', '""')}"\n`)
      expect((yield* run(["import", table, "--type", "Compound", "--yes"])).code).toBe(0)
      const path = join(directory, "compounds.html")
      expect((yield* run(["export", "--type", "Compound", "--out", path])).code).toBe(0)

      const page = yield* Effect.flatMap(browser(executablePath), (browser) => Effect.promise(() => browser.newPage()))
      page.setDefaultTimeout(40_000)
      const requested: Array<string> = []
      const broken: Array<string> = []
      page.on("request", (request) => requested.push(request.url()))
      page.on("pageerror", (error) => broken.push(error.message))
      yield* Effect.promise(async () => {
        await page.goto(pathToFileURL(path).href)
        const rows = page.locator("tbody tr")
        expect(await rows.count()).toBe(41)
        expect(await page.locator("tbody img").count()).toBe(40)
        await page.locator("tbody img").first().scrollIntoViewIfNeeded()
        await page.waitForFunction(() => (document.querySelector<HTMLImageElement>("tbody img")?.naturalWidth ?? 0) > 0)
        expect(await page.getByRole("img", { name: "Histogram of IC50" }).locator("rect").count()).toBe(24)

        const numbers = async () => {
          const names = await page.locator("thead th button").allTextContents()
          const column = names.findIndex((name) => name.startsWith("IC50"))
          const cells = await page.locator(`tbody tr td:nth-child(${column + 1})`).allTextContents()
          return cells.filter((cell) => cell !== "").map(Number)
        }
        await page.getByRole("button", { name: /^IC50/ }).click()
        const ascending = await numbers()
        expect(ascending).toEqual([...ascending].sort((a, b) => a - b))
        await page.getByRole("button", { name: /^IC50/ }).click()
        expect(await numbers()).toEqual([...ascending].reverse())

        await page.getByLabel("Filter IC50").fill("< 50")
        expect(await numbers()).toEqual([...ascending].reverse().filter((number) => number < 50))
        await page.getByLabel("Filter IC50").fill("")
        await page.getByLabel("Search all columns").fill("EK-0007")
        expect(await rows.count()).toBe(1)
        await page.getByLabel("Search all columns").fill("onerror")
        expect(await rows.count()).toBe(1)
        expect(await page.title()).toBe("Compound")
      })
      expect(broken).toEqual([])
      expect(requested.filter((url) => !/^(?:data|file):/.test(url))).toEqual([])
    })
  )
})

import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { chromium, type Page } from "playwright-core"
import { expect, it, layer } from "../../../test/vitest.js"
import * as TablePage from "../src/internal/page/page.js"
import * as Structures from "../src/internal/page/structures.js"
import { Program, layer as ProgramLive } from "./support/program.js"

const executablePath = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(existsSync)

const browser = (path: string) =>
  Effect.acquireRelease(
    Effect.promise(() =>
      chromium.launch({
        executablePath: path,
        args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-sync"],
        timeout: 120_000
      })
    ),
    (browser) => Effect.promise(() => browser.close())
  )

/** What a page asked for from elsewhere, and what broke in it. */
const watch = (page: Page) => {
  const requested: Array<string> = []
  const broken: Array<string> = []
  page.on("request", (request) => requested.push(request.url()))
  page.on("pageerror", (error) => broken.push(error.message))
  return Effect.sync(() => {
    expect(broken).toEqual([])
    expect(requested.filter((url) => !/^(?:data|file):/.test(url))).toEqual([])
  })
}

const newPage = (path: string) =>
  Effect.map(
    Effect.flatMap(browser(path), (browser) => Effect.promise(() => browser.newPage())),
    (page) => {
      page.setDefaultTimeout(120_000)
      return page
    }
  )

layer(ProgramLive, { excludeTestServices: true })("the page of an export", (it) => {
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

      const page = yield* newPage(executablePath)
      const isWell = watch(page)
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
      yield* isWell
    })
  )
})

it.live("a page with 10,000 rows sorts and filters all of them, and has each drawing once", () =>
  Effect.gen(function* () {
    if (executablePath === undefined) return yield* Console.log("A large page is not tested: there is no chromium")
    const structures = ["c1ccccc1O", "CCO", "not drawn"].map((smiles) => ({
      smiles,
      drawing: Option.getOrUndefined(Structures.draw(smiles))
    }))
    const rows = Stream.map(Stream.range(0, 9999), (index) => {
      const { drawing, smiles } = structures[index % 100 === 7 ? 2 : index % 2] ?? {}
      const values = [`EK-${index}`, smiles ?? null, (index * 7919) % 10_000]
      return drawing === undefined ? { values } : { values, drawings: { 1: drawing } }
    })
    const text = yield* Stream.mkString(
      TablePage.write(rows, {
        title: "Compound",
        about: "10,000 rows",
        columns: [
          { name: "Compound ID", kind: "text" },
          { name: "SMILES", kind: "structure" },
          { name: "IC50", kind: "number" }
        ]
      })
    )
    expect(text.split("\\u003csvg").length - 1).toBe(2)
    const directory = yield* Effect.acquireRelease(
      Effect.sync(() => mkdtempSync(join(tmpdir(), "kaleidoscope-page-"))),
      (path) => Effect.sync(() => rmSync(path, { recursive: true }))
    )
    const path = join(directory, "large.html")
    writeFileSync(path, text)
    const page = yield* newPage(executablePath)
    const isWell = watch(page)
    yield* Effect.promise(async () => {
      await page.goto(pathToFileURL(path).href)
      const shown = () => page.locator("tbody tr td:last-child").allTextContents()
      // One part of the table is shown at a time, with its drawings.
      expect(await page.locator("tbody tr").count()).toBe(100)
      expect(await page.locator("tbody img").count()).toBe(99)
      expect(await page.getByRole("img", { name: "CCO" }).count()).toBe(49)
      await page.locator("tbody img").last().scrollIntoViewIfNeeded()
      await page.waitForFunction(() => ([...document.querySelectorAll("img")].at(-1)?.naturalWidth ?? 0) > 0)
      await page.getByRole("button", { name: /^IC50/ }).click()
      expect((await shown()).map(Number)).toEqual(Array.from({ length: 100 }, (_, index) => index))
      await page.getByRole("button", { name: "Next" }).click()
      expect((await shown())[0]).toBe("100")
      await page.getByLabel("Filter IC50").fill("9990..9999")
      expect((await shown()).map(Number)).toEqual(Array.from({ length: 10 }, (_, index) => 9990 + index))
      await page.getByLabel("Filter IC50").fill("")
      await page.getByLabel("Search all columns").fill("EK-9998")
      expect(await page.locator("tbody tr").count()).toBe(1)
    })
    yield* isWell
  })
)

import { type ChildProcess, execFileSync } from "node:child_process"
import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs"
import { open, readFile } from "node:fs/promises"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import { expect, it, layer } from "../../../test/vitest.js"
import { Program, layer as ProgramLive } from "./support/program.js"

const hasFull = process.platform === "linux" && existsSync("/dev/full")

const exporting = ["export", "--type", "Compound", "--format", "csv", "--out"]

/** Sends Ctrl-C, and gives how the program ended. */
const interrupt = (child: ChildProcess) =>
  Effect.async<{ readonly code: number | null; readonly signal: string | null; readonly stderr: string }>((resume) => {
    const errors: Array<Buffer> = []
    child.stderr?.on("data", (data: Buffer) => errors.push(data))
    child.once("close", (code, signal) =>
      resume(Effect.succeed({ code, signal, stderr: Buffer.concat(errors).toString() }))
    )
    child.kill("SIGINT")
  })

layer(ProgramLive, { excludeTestServices: true })("wrong uses at a shell", (it) => {
  it.effect("an option that is there twice, that is empty or that is missing is named", () =>
    Effect.gen(function* () {
      const { run } = yield* Program
      const told = (...words: ReadonlyArray<string>) =>
        Effect.map(run(words), ({ code, stderr, stdout }) => {
          expect({ code, stdout }).toEqual({ code: 1, stdout: "" })
          return stderr.split("\n")[0]
        })
      expect(yield* told("activities", "update", "x", "--priority", "high", "--priority", "low")).toBe(
        "error: The option --priority is there twice"
      )
      expect(yield* told("records", "search", "--where", "")).toBe("error: The value of the option --where is empty")
      expect(yield* told("activities", "create", "x")).toBe("error: The option --type is missing")
      expect(yield* told("files", "put", "x.pdf")).toBe("error: The options --record and --field are missing")
      expect(yield* told("records", "search", "--limit", "-1")).toBe("error: --limit must not be negative")
      expect(yield* told("activities", "show")).toBe("error: The argument activity is missing")
      expect(yield* told("records", "search", "--limit", "ten")).toBe('error: "ten" is not a whole number')
      expect(yield* told("activities", "create", "x", "--type", "task", "--start", "2026-13-45")).toBe(
        'error: --start "2026-13-45" is not a date'
      )
      expect(yield* told("events", "--since", "soon")).toBe('error: --since "soon" is not a date')
    })
  )

  it.effect("import reads its input and pipes, and names what is no file", () =>
    Effect.gen(function* () {
      const { directory, run, shell } = yield* Program
      const table = "Compound ID,IC50\nP-1,5\nP-2,6\n"
      const words = ["import", "-", "--type", "Compound", "--yes"]
      const input = yield* run(words, { input: table })
      expect(input).toMatchObject({ code: 0, stdout: "" })
      expect(input.stderr).toContain("2 rows read: 2 records created")
      const pipe = yield* shell(
        "$kaleidoscope import <(printf 'Compound ID,IC50\\nP-1,5\\n') --type Compound --dry-run"
      )
      expect(pipe.stderr).toContain("1 row read: 1 valid")
      const folder = yield* run(["import", directory, "--type", "Compound", "--yes"])
      expect(folder.stderr).toBe(`error: ${directory} is a folder\n`)
      const empty = yield* run(words, { input: "" })
      expect(empty).toMatchObject({ code: 1, stdout: "" })
      expect(empty.stderr).toContain("The input cannot be read as a table: The file is empty")
    })
  )

  it.effect("import that is interrupted before it sends says so, and writes no file", () =>
    Effect.gen(function* () {
      const { directory, start } = yield* Program
      const pipe = join(directory, "interrupted.csv")
      execFileSync("mkfifo", [pipe])
      const child = yield* start(["import", pipe, "--type", "Compound", "--yes"])
      const writer = yield* Effect.acquireRelease(
        Effect.promise(() => open(pipe, "w")),
        (writer) => Effect.promise(() => writer.close())
      )
      // A pipe holds less: the program has read some of it, and waits for more.
      yield* Effect.promise(() => writer.write("Compound ID,IC50\n".padEnd(1 << 20)))
      expect(yield* interrupt(child)).toEqual({ code: 130, signal: null, stderr: "Interrupted: nothing was sent\n" })
      expect(existsSync(join(directory, "interrupted.rejected.csv"))).toBe(false)
    })
  )

  it.effect("a program that waits for its input ends when it is interrupted", () =>
    Effect.gen(function* () {
      const { start } = yield* Program
      for (const words of [
        ["import", "-", "--type", "Compound", "--yes"],
        ["api", "POST", "/programs", "--body", "-"]
      ]) {
        const child = yield* start(words)
        yield* Effect.async<void>((resume) => {
          child.stdin?.write("".padEnd(1 << 20), () => resume(Effect.void))
        })
        expect(yield* interrupt(child)).toMatchObject({ code: 130, signal: null })
      }
    })
  )

  it.effect("export writes into a pipe as soon as somebody reads it", () =>
    Effect.gen(function* () {
      const { directory, run } = yield* Program
      const pipe = join(directory, "exported.csv")
      execFileSync("mkfifo", [pipe])
      const [{ code }, text] = yield* Effect.all([run([...exporting, pipe]), Effect.promise(() => readFile(pipe))], {
        concurrency: "unbounded"
      })
      expect(code).toBe(0)
      expect(text.toString()).toBe((yield* run([...exporting, "-"])).stdout)
    })
  )

  it.effect("import ends before it sends anything if rejected rows cannot be written", () =>
    Effect.gen(function* () {
      const { directory, run } = yield* Program
      const file = join(directory, "all-bad.csv")
      writeFileSync(file, `Compound ID,IC50\n${Array.from({ length: 1000 }, (_, row) => `V-${row},bad\n`).join("")}`)
      const rejected = join(directory, "nowhere/rejected.csv")
      const { code, stderr } = yield* run(["import", file, "--type", "Compound", "--yes", "--rejected", rejected])
      expect(code).toBe(1)
      expect(stderr).toContain("it or its folder does not exist\n  Name another file with --rejected")
    })
  )

  it.effect("export keeps the mode of a file, follows a link, and refuses a folder and a file that is read-only", () =>
    Effect.gen(function* () {
      const { directory, run } = yield* Program
      const target = join(directory, "kept.csv")
      writeFileSync(target, "old\n", { mode: 0o640 })
      chmodSync(target, 0o640)
      const link = join(directory, "link.csv")
      symlinkSync("kept.csv", link)
      expect((yield* run([...exporting, link])).code).toBe(0)
      expect(readFileSync(target, "utf8")).toContain("Compound ID")
      expect(statSync(target).mode & 0o777).toBe(0o640)
      chmodSync(target, 0o444)
      expect((yield* run([...exporting, target])).stderr).toBe(`error: ${target} cannot be written: it is read-only\n`)
      const folder = join(directory, "folder")
      mkdirSync(folder)
      expect((yield* run([...exporting, folder])).stderr).toBe(`error: ${folder} cannot be written: it is a folder\n`)
    })
  )

  it.effect("export writes to a device, and does not replace it", () =>
    Effect.gen(function* () {
      const { run, shell } = yield* Program
      const out = yield* shell(`set -o pipefail; $kaleidoscope ${exporting.join(" ")} /dev/stdout | cat`)
      expect(out.code).toBe(0)
      expect(out.stdout).toContain("Compound ID")
      if (!hasFull) return
      const full = yield* run([...exporting, "/dev/full"])
      expect(full.stderr).toBe("error: /dev/full cannot be written: the disk is full\n")
      expect(full.code).toBe(1)
      expect(statSync("/dev/full").isCharacterDevice()).toBe(true)
    })
  )

  it.effect("an output that cannot be written is a failure, one that nobody reads to its end is not", () =>
    Effect.gen(function* () {
      const { shell } = yield* Program
      const read = yield* shell("set -o pipefail; $kaleidoscope fields --json | head -c 1")
      expect(read).toEqual({ code: 0, stdout: "[", stderr: "" })
      if (!hasFull) return
      for (const command of ["labels", `${exporting.join(" ")} -`]) {
        expect(yield* shell(`$kaleidoscope ${command} > /dev/full`)).toEqual({
          code: 1,
          stdout: "",
          stderr: "error: The output cannot be written: the disk is full\n"
        })
      }
    })
  )
})

if (!hasFull) it.skipIf(true)("a full disk: not tested, there is no /dev/full", () => undefined)

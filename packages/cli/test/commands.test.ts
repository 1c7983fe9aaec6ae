import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { Emulator } from "@effect-kaleidoscope/testing"
import * as Effect from "effect/Effect"
import { expect, layer } from "../../../test/vitest.js"
import { Program, layer as ProgramLive } from "./support/program.js"

layer(ProgramLive, { excludeTestServices: true })("the commands", (it) => {
  it.effect("activities are created, changed, commented, listed and shown", () =>
    Effect.gen(function* () {
      const { run } = yield* Program
      const created = yield* run([
        "activities",
        "create",
        "Assay of December",
        "--type",
        "experiment",
        "--program=EGFR inhibitors",
        "--json"
      ])
      expect(created).toMatchObject({ code: 0, stderr: "" })
      const { id }: { readonly id: string } = JSON.parse(created.stdout)
      expect((yield* run(["activities", "list", "--search", "Assay of December"])).stdout).toContain(id)
      const updated = yield* run([
        "activities",
        "update",
        "Assay of December",
        "--status",
        "in progress",
        "--add-label",
        "urgent"
      ])
      expect(updated.stdout).toContain("status\tin progress\n")
      expect((yield* run(["activities", "comment", id], { input: "First line\nSecond line\n" })).code).toBe(0)
      const comments = yield* run(["activities", "show", id, "--comments"])
      expect(comments.stdout).toContain("First line\\nSecond line")
      const shown = yield* run(["activities", "show", "Assay of December"])
      expect(shown.stdout).toContain("labels\turgent\n")
      expect(shown.stdout).toContain("programs\tEGFR inhibitors\n")
    })
  )

  it.effect("an unknown activity, label or field is an error with the similar name, and nothing is written", () =>
    Effect.gen(function* () {
      const { run } = yield* Program
      const emulator = yield* Emulator.Emulator
      const before = yield* emulator.state
      const activity = yield* run(["activities", "show", "Lead optimisatoin"])
      expect(activity.code).toBe(1)
      expect(activity.stderr).toContain("did you mean Lead optimisation?")
      const label = yield* run(["activities", "update", "Lead optimisation", "--add-label", "urgnt"])
      expect(label.stderr).toContain('did you mean "urgent"?')
      const field = yield* run(["records", "set", "EK-0002", "IC5=7"])
      expect(field.stderr).toContain("did you mean IC50?")
      const condition = yield* run(["records", "search", "--where", "IC50 <"])
      expect(condition).toMatchObject({ code: 1, stdout: "" })
      expect(condition.stderr).toContain("--where")
      expect(yield* emulator.state).toEqual(before)
    })
  )

  it.effect("records are searched with conditions, shown, and changed only where a value is different", () =>
    Effect.gen(function* () {
      const { run } = yield* Program
      const found = yield* run([
        "records",
        "search",
        "--type",
        "Compound",
        "--where",
        "IC50 < 50",
        "--field",
        "IC50",
        "--sort",
        "IC50"
      ])
      const numbers = found.stdout
        .trim()
        .split("\n")
        .slice(1)
        .map((line) => Number(line.split("\t")[1]))
      expect(numbers.length).toBeGreaterThan(3)
      expect(numbers.every((number) => number < 50)).toBe(true)
      expect(numbers).toEqual([...numbers].sort((a, b) => a - b))
      const first = yield* run(["records", "set", "EK-0003", "IC50=77.5"])
      expect(first.stdout).toBe("field\tchanged\nIC50\tyes\n")
      const second = yield* run(["records", "set", "Compound ID=EK-0003", "IC50=77.5"])
      expect(second.stdout).toBe("field\tchanged\nIC50\tno\n")
      expect((yield* run(["records", "show", "EK-0003"])).stdout).toContain("IC50\t77.5\n")
    })
  )

  it.effect("files are put on a record and downloaded again, also into a pipe", () =>
    Effect.gen(function* () {
      const { directory, run } = yield* Program
      const emulator = yield* Emulator.Emulator
      const path = join(directory, "certificate.txt")
      writeFileSync(path, "purity: 99 %\n")
      const put = yield* run(["files", "put", path, "--record", "EK-0001", "--field", "Certificate of analysis"])
      expect(put).toMatchObject({ code: 0, stdout: "" })
      const { files } = yield* emulator.state
      const id = files.at(-1)?.id ?? ""
      const out = join(directory, "copy.txt")
      expect((yield* run(["files", "get", id, "--out", out])).stdout).toBe(`${out}\n`)
      expect(readFileSync(out, "utf8")).toBe("purity: 99 %\n")
      expect((yield* run(["files", "get", id, "--out", "-"])).stdout).toBe("purity: 99 %\n")
      const missing = yield* run([
        "files",
        "put",
        join(directory, "nothing.txt"),
        "--record",
        "EK-0001",
        "--field",
        "SMILES"
      ])
      expect(missing.code).toBe(1)
    })
  )

  it.effect("api sends a request, prints its response, and fails with its status", () =>
    Effect.gen(function* () {
      const { run } = yield* Program
      const added = yield* run(["api", "POST", "/programs", "--body", '{"title":"Apollo"}'])
      expect(JSON.parse(added.stdout)).toMatchObject({ title: "Apollo" })
      const refused = yield* run(["api", "GET", "/nothing"])
      expect(refused.code).toBe(1)
      expect(refused.stderr).toContain("404")
      const page = yield* run(["api", "GET", "/workspaces/events", "--query", "page_size=1"])
      expect(JSON.parse(page.stdout)).toHaveLength(1)
      expect((yield* run(["api", "FETCH", "/programs"])).stderr).toContain("There is no method")
      expect((yield* run(["api", "POST", "/programs", "--body", "{"])).stderr).toContain("not JSON")
    })
  )

  it.effect("events --follow prints new events, a JSON object on each line", () =>
    Effect.gen(function* () {
      const { run, start } = yield* Program
      const child = yield* start(["events", "--follow", "--every", "1", "--json"])
      const line = yield* Effect.async<string>((resume) => {
        let text = ""
        child.stdout?.on("data", (data: Buffer) => {
          text += data.toString()
          if (text.includes("\n")) resume(Effect.succeed(text.split("\n")[0] ?? ""))
        })
        child.stderr?.once("data", () => {
          // It waits now.
          Effect.runFork(run(["api", "POST", "/programs", "--body", '{"title":"Gemini"}']))
        })
      })
      expect(JSON.parse(line)).toMatchObject({ event_type: "program_created" })
      const code = yield* Effect.async<number | null>((resume) => {
        child.once("exit", (code) => resume(Effect.succeed(code)))
        child.kill("SIGINT")
      })
      expect(code).toBe(130)
    })
  )

  it.effect("emulator serves a workspace until Ctrl-C", () =>
    Effect.gen(function* () {
      const { run, start } = yield* Program
      const child = yield* start(["emulator", "--port", "0"])
      const url = yield* Effect.async<string>((resume) => {
        child.stdout?.on("data", (data: Buffer) => {
          const found = /http:\/\/\S+/.exec(data.toString())
          if (found !== null) resume(Effect.succeed(found[0]))
        })
      })
      const programs = yield* run(["programs"], { environment: { KALEIDOSCOPE_API_URL: url } })
      expect(programs.stdout).toContain("EGFR inhibitors")
      const wrong = yield* run(["emulator", "--prt", "0"])
      expect(wrong.code).toBe(1)
    })
  )
})

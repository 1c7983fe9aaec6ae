import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import { expect, it, layer } from "../../../test/vitest.js"
import { hasTerminal, Program, layer as ProgramLive } from "./support/program.js"

layer(ProgramLive, { excludeTestServices: true })("the program", (it) => {
  it.effect("answers --version with the version alone", () =>
    Effect.gen(function* () {
      const { run } = yield* Program
      const { code, stdout } = yield* run(["--version"])
      expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
      expect(code).toBe(0)
    })
  )

  it.effect(
    "shows its commands without a command, and the help of each command with examples and without colours",
    () =>
      Effect.gen(function* () {
        const { run } = yield* Program
        const { stdout } = yield* run([])
        const names = [...stdout.matchAll(/^ {2}([a-z]+) {2,}/gm)].map(([, name]) => name ?? "")
        expect(names).toEqual(expect.arrayContaining(["login", "doctor", "programs", "labels"]))
        for (const name of names) {
          const help = yield* run([name, "--help"])
          expect(help).toMatchObject({ code: 0, stderr: "" })
          expect(help.stdout).toContain("EXAMPLES")
          expect(help.stdout).toContain(`kaleidoscope ${name}`)
          expect(help.stdout).not.toContain("\u001b")
        }
      })
  )

  it.effect("prints a list as lines with tabs into a pipe, and as JSON in the form of the API", () =>
    Effect.gen(function* () {
      const { run } = yield* Program
      const lines = yield* run(["programs"])
      expect(lines.stdout.split("\n")[0]).toBe("title\tid\tcreated_at")
      const json: ReadonlyArray<{ readonly title: string; readonly workspace_id: string }> = JSON.parse(
        (yield* run(["--json", "programs"])).stdout
      )
      expect(json.length).toBe(lines.stdout.trim().split("\n").length - 1)
      expect(json[0]?.title).toBe(lines.stdout.split("\n")[1]?.split("\t")[0])
      expect(json[0]?.workspace_id).not.toBe("")
    })
  )

  it.effect("prints every list, with no error", () =>
    Effect.gen(function* () {
      const { run } = yield* Program
      for (const name of ["programs", "types", "fields", "members", "labels"]) {
        const { code, stderr, stdout } = yield* run([name])
        expect({ name, code, stderr }).toEqual({ name, code: 0, stderr: "" })
        expect(stdout.trim().split("\n").length).toBeGreaterThan(1)
      }
    })
  )

  it.effect("refuses a command, an option and an argument that do not exist, and names the similar one", () =>
    Effect.gen(function* () {
      const { run } = yield* Program
      const wrongCommand = yield* run(["progams"])
      expect(wrongCommand).toMatchObject({ code: 1, stdout: "" })
      expect(wrongCommand.stderr).toContain("did you mean programs?")
      const wrongOption = yield* run(["fields", "--archivd"])
      expect(wrongOption).toMatchObject({ code: 1, stdout: "" })
      expect(wrongOption.stderr).toContain("did you mean --archived?")
      const wrongArgument = yield* run(["labels", "urgent"])
      expect(wrongArgument).toMatchObject({ code: 1, stdout: "" })
      expect(wrongArgument.stderr).toContain('"urgent"')
    })
  )

  it.effect("says what to do without a key, with a wrong key, with half a key, and without a server", () =>
    Effect.gen(function* () {
      const { run } = yield* Program
      const none = yield* run(["labels"], {
        environment: { KALEIDOSCOPE_API_CLIENT_ID: undefined, KALEIDOSCOPE_API_CLIENT_SECRET: undefined }
      })
      expect(none).toMatchObject({ code: 1, stdout: "" })
      expect(none.stderr).toContain("There is no API key\n  Run `kaleidoscope login`")
      const half = yield* run(["labels"], { environment: { KALEIDOSCOPE_API_CLIENT_SECRET: "" } })
      expect(half.stderr).toContain("KALEIDOSCOPE_API_CLIENT_SECRET is not")
      const wrong = yield* run(["labels", "--verbose"], {
        environment: { KALEIDOSCOPE_API_CLIENT_SECRET: "a-wrong-secret" }
      })
      expect(wrong).toMatchObject({ code: 1, stdout: "" })
      expect(wrong.stderr).toContain("kaleidoscope login")
      expect(wrong.stderr).toContain('"_tag": "KaleidoscopeAuthError"')
      expect(wrong.stderr).not.toContain("a-wrong-secret")
      const unreachable = yield* run(["labels"], { environment: { KALEIDOSCOPE_API_URL: "http://127.0.0.1:9" } })
      expect(unreachable).toMatchObject({ code: 1, stdout: "" })
      expect(unreachable.stderr).toContain("kaleidoscope doctor")
    })
  )

  it.effect("--json makes errors JSON, too, with a type, a message, a way out and the exit code", () =>
    Effect.gen(function* () {
      const { run } = yield* Program
      const failed = (words: ReadonlyArray<string>, environment = {}) =>
        Effect.map(run([...words, "--json"], { environment }), ({ code, stderr, stdout }) => {
          expect(stdout).toBe("")
          const { error } = JSON.parse(stderr)
          expect(error.exit_code).toBe(code)
          return error
        })
      expect(yield* failed(["lables"])).toEqual({
        type: "CommandFailed",
        message: "There is no command kaleidoscope lables: did you mean labels?",
        way_out: "`kaleidoscope --help` shows what there is",
        exit_code: 1
      })
      expect(yield* failed(["records", "search", "--type", "Compoud"])).toEqual({
        type: "KaleidoscopeUnknownReference",
        message: 'there is no entity type "Compoud": did you mean "Compound"?',
        way_out: null,
        exit_code: 1
      })
      expect(yield* failed(["labels"], { KALEIDOSCOPE_API_CLIENT_SECRET: "wrong" })).toMatchObject({
        type: "KaleidoscopeAuthError",
        way_out: expect.stringContaining("kaleidoscope login")
      })
      const whole = yield* failed(["records", "search", "--type", "Compoud", "--verbose"])
      expect(whole.details).toMatchObject({ _tag: "KaleidoscopeUnknownReference", call: "Records.stream" })
    })
  )

  it.effect("references in errors are written as commands take them, and the formats of tables are named once", () =>
    Effect.gen(function* () {
      const { directory, run } = yield* Program
      const unknown = yield* run(["records", "show", "Compound ID=EK-9999"])
      expect(unknown.stderr).toContain('there is no record "Compound ID=EK-9999"')
      const table = join(directory, "no-table.csv")
      writeFileSync(table, Buffer.from([0, 1, 2, 3, 255]))
      const { stderr } = yield* run(["import", table, "--type", "Compound", "--yes"])
      expect(stderr.match(/CSV, TSV, SDF/g)).toHaveLength(1)
    })
  )

  it.effect("ends without an error when the reader of its output ends", () =>
    Effect.gen(function* () {
      const { start } = yield* Program
      const child = yield* start(["fields", "--json"])
      const code = yield* Effect.async<number | null>((resume) => {
        child.once("exit", (code) => resume(Effect.succeed(code)))
        child.stdout?.destroy()
      })
      expect(code).toBe(0)
    })
  )

  it.effect("stores a key that is sent to login in a file for one user, and uses it as a profile", () =>
    Effect.gen(function* () {
      const { directory, run } = yield* Program
      const environment = {
        XDG_CONFIG_HOME: join(directory, "login"),
        KALEIDOSCOPE_API_CLIENT_ID: undefined,
        KALEIDOSCOPE_API_CLIENT_SECRET: undefined
      }
      const words = ["login", "--profile", "lab", "--client-id", "demo"]
      const wrong = yield* run(words, { environment, input: "not-the-secret\n" })
      expect(wrong).toMatchObject({ code: 1, stdout: "" })
      const stored = yield* run(words, { environment, input: "demo\n" })
      expect(stored.code).toBe(0)
      const file = join(directory, "login/kaleidoscope/profiles.json")
      expect(statSync(file).mode & 0o777).toBe(0o600)
      const labels = yield* run(["labels", "--profile", "lab"], { environment })
      expect(labels.code).toBe(0)
      expect((yield* run(["labels"], { environment })).stdout).toBe(labels.stdout)
      const unknown = yield* run(["labels", "--profile", "production"], { environment })
      expect(unknown.stderr).toContain("The profiles are lab")
      const elsewhere = yield* run(["labels"], {
        environment: { ...environment, KALEIDOSCOPE_API_URL: "http://127.0.0.1:9" }
      })
      expect(elsewhere).toMatchObject({ code: 1, stdout: "" })
      expect(elsewhere.stderr).toContain("A key is not sent to another server")
    })
  )

  it.effect("keeps every profile of several logins at once, and takes a lock that was left behind", () =>
    Effect.gen(function* () {
      const { directory, run } = yield* Program
      const settings = join(directory, "several")
      const environment = { XDG_CONFIG_HOME: settings }
      const names = ["one", "two", "three", "four"]
      const results = yield* Effect.forEach(
        names,
        (name) => run(["login", "--profile", name, "--client-id", "demo"], { environment, input: "demo\n" }),
        { concurrency: "unbounded" }
      )
      expect(results.map(({ code }) => code)).toEqual([0, 0, 0, 0])
      const file = join(settings, "kaleidoscope/profiles.json")
      const stored = () => JSON.parse(readFileSync(file, "utf8"))
      expect(Object.keys(stored().profiles).sort()).toEqual([...names].sort())
      mkdirSync(`${file}.lock`)
      expect(
        (yield* run(["login", "--profile", "five", "--client-id", "demo"], { environment, input: "demo\n" })).code
      ).toBe(0)
      expect(Object.keys(stored().profiles)).toHaveLength(5)
      expect(readdirSync(join(settings, "kaleidoscope"))).toEqual(["profiles.json"])
    })
  )

  it.effect("refuses a profile file that belongs to another user", () =>
    Effect.gen(function* () {
      const { directory, shell } = yield* Program
      const settings = join(directory, "foreign")
      mkdirSync(join(settings, "kaleidoscope"), { recursive: true })
      const file = join(settings, "kaleidoscope/profiles.json")
      // A file of root. root itself may use the files of all users, and starts the program as somebody else.
      symlinkSync("/etc/passwd", file)
      chmodSync(directory, 0o755)
      const asSomebodyElse = process.getuid?.() === 0 ? "setpriv --reuid=65534 --clear-groups" : ""
      const withoutKey = "env -u KALEIDOSCOPE_API_CLIENT_ID -u KALEIDOSCOPE_API_CLIENT_SECRET"
      const { code, stderr } = yield* shell(
        `XDG_CONFIG_HOME='${settings}' exec ${asSomebodyElse} ${withoutKey} $kaleidoscope labels`
      )
      expect(stderr).toBe(
        `error: The file ${file} belongs to another user\n  Remove it, and run \`kaleidoscope login\`\n`
      )
      expect(code).toBe(1)
    })
  )

  it.effect("refuses a profile file that is damaged, or that others can read or write, without its content", () =>
    Effect.gen(function* () {
      const { directory, run } = yield* Program
      const settings = join(directory, "damaged")
      const environment = {
        XDG_CONFIG_HOME: settings,
        KALEIDOSCOPE_API_CLIENT_ID: undefined,
        KALEIDOSCOPE_API_CLIENT_SECRET: undefined
      }
      const file = join(settings, "kaleidoscope/profiles.json")
      mkdirSync(join(settings, "kaleidoscope"), { recursive: true })
      for (const content of ["", "the-secret", '{"profiles":{"a":{"client_secret":"the-secret"}}}', "[]"]) {
        writeFileSync(file, content, { mode: 0o600 })
        for (const words of [["labels"], ["login", "--client-id", "demo"]]) {
          const { code, stderr } = yield* run(words, { environment, input: "demo\n" })
          expect(code).toBe(1)
          expect(stderr).toContain("does not have the form of stored profiles")
          expect(stderr).not.toContain("the-secret")
        }
        expect(readFileSync(file, "utf8")).toBe(content)
      }
      for (const [mode, what] of [
        [0o622, "write"],
        [0o644, "read"],
        [0o640, "read"]
      ] as const) {
        chmodSync(file, mode)
        const { code, stderr } = yield* run(["labels"], { environment })
        expect(code).toBe(1)
        expect(stderr).toContain(`Other people on this computer can ${what} ${file}`)
        expect(stderr).toContain(`chmod 600 ${file}`)
      }
    })
  )

  it.effect("asks for nothing without a terminal", () =>
    Effect.gen(function* () {
      const { run } = yield* Program
      const { code, stderr } = yield* run(["login"])
      expect(code).toBe(1)
      expect(stderr).toContain("There is no terminal")
    })
  )

  it.effect("doctor finds that everything is well, a wrong key, and a name that does not resolve", () =>
    Effect.gen(function* () {
      const { run } = yield* Program
      const well = yield* run(["doctor"])
      expect(well.code).toBe(0)
      expect(well.stdout).toContain("Northlight Therapeutics")
      // A server may send more than this version knows: that is no warning.
      expect(well.stdout).not.toMatch(/^(?:warning|failed)\t/m)
      const wrongKey = yield* run(["doctor", "--json"], { environment: { KALEIDOSCOPE_API_CLIENT_SECRET: "x" } })
      expect(wrongKey.code).toBe(1)
      const findings: ReadonlyArray<{ readonly check: string; readonly status: string }> = JSON.parse(wrongKey.stdout)
      expect(findings.find(({ check }) => check === "key")?.status).toBe("failed")
      const noName = yield* run(["doctor"], { environment: { KALEIDOSCOPE_API_URL: "http://nowhere.invalid" } })
      expect(noName.code).toBe(1)
      expect(noName.stdout).toContain("nowhere.invalid cannot be resolved")
    })
  )
})

if (hasTerminal) {
  layer(ProgramLive, { excludeTestServices: true })("the program in a terminal", (it) => {
    it.effect("shows a table that is not wider than the terminal", () =>
      Effect.gen(function* () {
        const { inTerminal } = yield* Program
        const { code, stdout } = yield* inTerminal(["fields"], { columns: 60 })
        expect(code).toBe(0)
        const lines = stdout.trimEnd().split("\n")
        expect(lines[0]).toMatch(/^name +kind +type/)
        expect(lines.some((line) => line.includes("…"))).toBe(true)
        for (const line of lines) expect(line.length).toBeLessThanOrEqual(60)
      })
    )

    it.effect("cuts a table of 20 columns to the width of the terminal", () =>
      Effect.gen(function* () {
        const { inTerminal } = yield* Program
        const fields = Array.from({ length: 18 }, (_, index) => ["--field", index % 2 === 0 ? "SMILES" : "IC50"]).flat()
        for (const columns of [40, 100]) {
          const { code, stdout } = yield* inTerminal(
            ["records", "search", "--type", "Compound", "--limit", "5", ...fields],
            { columns }
          )
          expect(code).toBe(0)
          const lines = stdout.trimEnd().split("\n")
          expect(lines.length).toBe(6)
          expect(lines[0]).toMatch(/^n/)
          for (const line of lines) expect(line.length).toBeLessThanOrEqual(columns)
        }
      })
    )

    it.effect("asks for the key without showing the secret", () =>
      Effect.gen(function* () {
        const { directory, inTerminal } = yield* Program
        const { code, stdout } = yield* inTerminal(["login"], {
          environment: {
            XDG_CONFIG_HOME: join(directory, "asked"),
            KALEIDOSCOPE_API_CLIENT_ID: undefined,
            KALEIDOSCOPE_API_CLIENT_SECRET: undefined
          },
          answers: [
            ["Client id", "demo\r"],
            ["Client secret", "demo\r"]
          ]
        })
        expect(code).toBe(0)
        expect(stdout.split("Client secret")[1]).not.toContain("demo")
        expect(stdout).toContain("Northlight Therapeutics")
        expect(statSync(join(directory, "asked/kaleidoscope/profiles.json")).mode & 0o777).toBe(0o600)
      })
    )

    it.effect("ends with 130 after Ctrl-C at a question, and stores nothing", () =>
      Effect.gen(function* () {
        const { inTerminal } = yield* Program
        const { code, stdout } = yield* inTerminal(["login"], { answers: [["Client id", "\u0003"]] })
        expect(code).toBe(130)
        expect(stdout).toContain("Nothing was done")
      })
    )
  })
} else {
  it.skipIf(true)("the program in a terminal: not tested, `script` of util-linux is not here", () => undefined)
}

import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { Auth, Registration } from "@effect-kaleidoscope/sdk"
import { Emulator } from "@effect-kaleidoscope/testing"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import { freePort } from "../../../test/loopback.js"
import { expect, layer } from "../../../test/vitest.js"
import { Program, layer as ProgramLive } from "./support/program.js"

/** The registrar of the test: it refuses a structure, and gives each other draft a number. */
const script = `
input=$(cat)
case "$input" in *WRONG*) echo "This structure cannot be read." >&2; exit 1;; esac
[ "$KALEIDOSCOPE_EVENT" = register ] || exit 0
echo "{\\"Compound ID\\": \\"REG-$(echo "$KALEIDOSCOPE_IDEMPOTENCY_KEY" | cksum | cut -d' ' -f1)\\"}"
`

layer(ProgramLive, { excludeTestServices: true })("registration watch", (it) => {
  it.effect("runs a command for each draft, and reports what it says", () =>
    Effect.gen(function* () {
      const { directory, start } = yield* Program
      const { url } = yield* Emulator.Emulator
      const path = join(directory, "register.sh")
      writeFileSync(path, script)
      yield* start(["registration", "watch", "--every", "1", "--key", "Compound ID", "--run", `sh ${path}`])

      const services = Registration.layer.pipe(
        Layer.provide(Auth.layer({ clientId: "demo", clientSecret: Redacted.make("demo"), url })),
        Layer.provide(NodeHttpClient.layer)
      )
      yield* Effect.gen(function* () {
        const registration = yield* Registration.Registration
        const register = (rows: ReadonlyArray<{ readonly "Compound ID": string; readonly SMILES: string }>) =>
          registration.registerTable({ title: "Registration of April" }, rows, {
            key_field_names: ["Compound ID"],
            replace: "all"
          })
        const refused = yield* register([
          { "Compound ID": "W-1", SMILES: "CCO" },
          { "Compound ID": "W-2", SMILES: "WRONG" }
        ])
        expect(refused).toMatchObject({
          _tag: "Rejected",
          rejected: [{ index: 1, reason: "This structure cannot be read." }]
        })
        const registered = yield* register([{ "Compound ID": "W-3", SMILES: "CCN" }])
        expect(registered._tag).toBe("Registered")
      }).pipe(Effect.provide(services))
      const { records } = yield* (yield* Emulator.Emulator).state
      expect(records.some(({ record_identifier }) => record_identifier?.startsWith("REG-"))).toBe(true)
    })
  )

  it.effect("runs a command for a submitted file, and sends its results", () =>
    Effect.gen(function* () {
      const { directory, run, start } = yield* Program
      const path = join(directory, "file.sh")
      writeFileSync(
        path,
        '[ "$KALEIDOSCOPE_EVENT" = file ] || exit 0\n' +
          `cp "$KALEIDOSCOPE_FILE" '${join(directory, "submitted.txt")}'\n` +
          'echo \'{"status":"success","message":"Read it.","records":[]}\'\n'
      )
      const activity: { readonly id: string } = JSON.parse(
        (yield* run(["activities", "create", "Registration of May", "--type", "task", "--json"])).stdout
      )
      writeFileSync(join(directory, "plate.txt"), "one file\n")
      yield* run([
        "files",
        "put",
        join(directory, "plate.txt"),
        "--record",
        "EK-0001",
        "--field",
        "Certificate of analysis",
        "--activity",
        activity.id
      ])
      const file = (yield* (yield* Emulator.Emulator).state).files.at(-1)?.id ?? ""
      const submitted = yield* run(["api", "POST", `/operations/${activity.id}/register/${file}`])
      expect(submitted.code).toBe(0)
      yield* start(["registration", "watch", "--every", "1", "--activity", activity.id, "--run", `sh ${path}`])
      yield* run(["api", "GET", `/operations/${activity.id}/registrations`]).pipe(
        Effect.map(({ stdout }): ReadonlyArray<unknown> => JSON.parse(stdout)),
        Effect.repeat({
          until: (all) => JSON.stringify(all).includes('"completed"'),
          schedule: Schedule.spaced("100 millis")
        }),
        Effect.timeout("4 minutes")
      )
      expect(readFileSync(join(directory, "submitted.txt"), "utf8")).toBe("one file\n")
    })
  )

  it.effect("receives webhooks with its secret, and says which setting is missing or wrong", () =>
    Effect.gen(function* () {
      const { directory, run, start } = yield* Program
      const path = join(directory, "register-webhook.sh")
      writeFileSync(path, script)
      const words = ["registration", "watch", "--run", `sh ${path}`, "--listen"]
      const environment = { KALEIDOSCOPE_WEBHOOK_SECRET: "a-secret" }
      const without = yield* run([...words, "4020"])
      expect(without.stderr).toContain("KALEIDOSCOPE_WEBHOOK_SECRET is not set")
      const wrong = yield* run([...words, "70000"], { environment })
      expect(wrong.stderr).toContain('--listen "70000" is not a port')

      const child = yield* start([...words, "0", "--every", "3600"], { environment })
      const url = yield* Effect.async<string>((resume) => {
        child.stderr?.on("data", (data: Buffer) => {
          const found = /http:\/\/\S+/.exec(data.toString())
          if (found !== null) resume(Effect.succeed(found[0]))
        })
      })
      const taken = yield* run([...words, new URL(url).port], { environment })
      expect(taken).toMatchObject({ code: 1, stdout: "" })
      expect(taken.stderr).toContain("another program uses the port")
      const send = (secret: string) =>
        Effect.promise(() =>
          fetch(`${url}/${secret}`, {
            method: "POST",
            headers: { "content-type": "application/json" },
            body: JSON.stringify({ event_type: "record_created" })
          }).then(({ status }) => status)
        )
      expect(yield* send("a-guess")).toBe(404)
      expect(yield* send("a-secret")).toBe(204)
    })
  )

  it.effect("registers at once what a webhook names", () =>
    Effect.gen(function* () {
      const { directory, start } = yield* Program
      const path = join(directory, "register-at-once.sh")
      writeFileSync(path, script)
      const port = yield* freePort
      const emulator = yield* start(["emulator", "--port", "0", "--webhook", `http://127.0.0.1:${port}/a-secret`])
      const url = yield* Effect.async<string>((resume) => {
        emulator.stdout?.on("data", (data: Buffer) => {
          const found = /http:\/\/\S+/.exec(data.toString())
          if (found !== null) resume(Effect.succeed(found[0]))
        })
      })
      // It looks once at its start, and then only when a webhook comes.
      const words = ["--every", "3600", "--key", "Compound ID", "--listen", String(port), "--run", `sh ${path}`]
      const watch = yield* start(["registration", "watch", ...words], {
        environment: { KALEIDOSCOPE_API_URL: url, KALEIDOSCOPE_WEBHOOK_SECRET: "a-secret" }
      })
      yield* Effect.async<void>((resume) => {
        watch.stderr?.on("data", (data: Buffer) => {
          if (data.toString().includes("Waiting")) resume(Effect.void)
        })
      })
      const services = Registration.layer.pipe(
        Layer.provide(Auth.layer({ clientId: "demo", clientSecret: Redacted.make("demo"), url })),
        Layer.provide(NodeHttpClient.layer)
      )
      const registered = yield* Effect.flatMap(Registration.Registration, (registration) =>
        registration.registerTable({ title: "Registration of April" }, [{ "Compound ID": "H-1", SMILES: "CCN" }], {
          key_field_names: ["Compound ID"],
          replace: "all"
        })
      ).pipe(Effect.provide(services))
      expect(registered._tag).toBe("Registered")
    })
  )
})

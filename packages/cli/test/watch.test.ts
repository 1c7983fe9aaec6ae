import { writeFileSync } from "node:fs"
import { join } from "node:path"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { Auth, Registration } from "@effect-kaleidoscope/sdk"
import { Emulator } from "@effect-kaleidoscope/testing"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { expect, layer, vi } from "../../../test/vitest.js"
import { Program, layer as ProgramLive } from "./support/program.js"

// Each test starts processes.
vi.setConfig({ testTimeout: 120_000 })

/** The registrar of the test: it refuses a structure, and gives each other draft a number. */
const script = `
input=$(cat)
case "$input" in *WRONG*) echo "This structure cannot be read." >&2; exit 1;; esac
[ "$KALEIDOSCOPE_EVENT" = register ] || exit 0
echo "{\\"Compound ID\\": \\"REG-$(echo "$KALEIDOSCOPE_IDEMPOTENCY_KEY" | cksum | cut -d' ' -f1)\\"}"
`

layer(ProgramLive, { excludeTestServices: true, timeout: 120_000 })("registration watch", (it) => {
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
})

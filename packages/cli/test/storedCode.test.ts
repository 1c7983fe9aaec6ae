import { chmodSync, existsSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import { expect, layer } from "../../../test/vitest.js"
import { Program, layer as ProgramLive } from "./support/program.js"

/** The folder for caches of one test, and the file in it. */
const cache = Effect.fn(function* (name: string) {
  const { directory } = yield* Program
  const environment = { XDG_CACHE_HOME: join(directory, name) }
  return { environment, file: join(directory, name, "kaleidoscope/code.bin") }
})

layer(ProgramLive, { excludeTestServices: true })("stored code", (it) => {
  it.effect("is stored for one user by a command that ends well, once for each command", () =>
    Effect.gen(function* () {
      const { run } = yield* Program
      const { environment, file } = yield* cache("once")
      expect((yield* run(["no-such-command"], { environment })).code).toBe(1)
      expect(existsSync(file)).toBe(false)
      const first = yield* run(["labels"], { environment })
      expect(statSync(file).mode & 0o777).toBe(0o600)
      const written = statSync(file).mtimeMs
      expect(yield* run(["labels"], { environment })).toEqual(first)
      expect(statSync(file).mtimeMs).toBe(written)
      expect((yield* run(["programs"], { environment })).code).toBe(0)
      expect(statSync(file).mtimeMs).toBeGreaterThan(written)
    })
  )

  it.effect("is not used if it is damaged, or if others can write it, and the command works all the same", () =>
    Effect.gen(function* () {
      const { run } = yield* Program
      const { environment, file } = yield* cache("damaged")
      const first = yield* run(["labels"], { environment })
      const good = readFileSync(file)
      const damaged = Buffer.from(good)
      for (let at = 5000; at < damaged.length; at += 5000) damaged[at] = (damaged[at] ?? 0) ^ 0xff
      for (const bytes of [damaged, good.subarray(0, good.length / 2), Buffer.alloc(0)]) {
        writeFileSync(file, bytes)
        expect(yield* run(["labels"], { environment })).toEqual(first)
        // It was stored anew.
        expect(statSync(file).size).toBeGreaterThan(good.length / 2)
      }
      chmodSync(file, 0o666)
      expect(yield* run(["labels"], { environment })).toEqual(first)
      expect(statSync(file).mode & 0o777).toBe(0o600)
    })
  )

  it.effect("is not needed: a folder that cannot be written, and NODE_DISABLE_COMPILE_CACHE", () =>
    Effect.gen(function* () {
      const { directory, run } = yield* Program
      writeFileSync(join(directory, "a-file"), "")
      const nowhere = yield* run(["labels"], { environment: { XDG_CACHE_HOME: join(directory, "a-file") } })
      expect(nowhere).toMatchObject({ code: 0, stderr: "" })
      const { environment, file } = yield* cache("disabled")
      const disabled = yield* run(["labels"], { environment: { ...environment, NODE_DISABLE_COMPILE_CACHE: "1" } })
      expect(disabled).toEqual(nowhere)
      expect(existsSync(file)).toBe(false)
    })
  )
})

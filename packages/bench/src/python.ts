import { existsSync, mkdirSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import { command } from "./processes.js"

const release = "0.7.0"

// The newest release, with only the dependencies that it needs. It requires Python 3.12; the program that uses it adds
// the functions that older versions lack.
const dependencies = ["cachetools>=6.2.5,<7", "pydantic>=2.9.2,<3", "requests>=2.32.3,<3", "typing_extensions"]

const folder = join(tmpdir(), "effect-kaleidoscope-bench", `kalbio-${release}`)

const inside = join(folder, process.platform === "win32" ? "Scripts/python.exe" : "bin/python")

const run = (file: string, ...options: ReadonlyArray<string>) => command([file, ...options])

const isThere = run(inside, "-c", "import kalbio.client")

const install = Effect.suspend(() => {
  mkdirSync(folder, { recursive: true })
  const pip = (...options: ReadonlyArray<string>) =>
    run(inside, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", ...options)
  return run("python3", "-m", "venv", "--clear", folder).pipe(
    Effect.zipRight(pip(...dependencies)),
    Effect.zipRight(pip("--no-deps", "--ignore-requires-python", `kalbio==${release}`))
  )
})

/** A Python that has the official client. It is installed once, in the folder for temporary files. */
export const python = Effect.suspend(() => (existsSync(inside) ? isThere : Effect.fail("it is not installed"))).pipe(
  Effect.orElse(() => install),
  Effect.zipRight(run(inside, "--version")),
  Effect.map((version) => ({ file: inside, version: `${version.trim()}, kalbio ${release}` }))
)

/**
 * Holds the emulator against the official Python client: installs two releases of it, each in a virtual environment of
 * its own, and drives all their public methods against an emulator on a loopback socket. It needs a Python of 3.11 or
 * newer, and the packages from wherever `pip` gets them.
 *
 * Ends with 0 if all checks hold, with 1 if not, and with 75 where they cannot be run.
 */
import { spawn, spawnSync } from "node:child_process"
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"

const root = fileURLToPath(new URL("../../", import.meta.url))
const cache = join(root, ".conformance")

const releases = ["0.2.3", "0.7.0"]

/** What both releases need: the newest that this Python can use. */
const dependencies = ["cachetools>=6.2.5,<7", "pydantic>=2.9.2,<3", "requests>=2.32.3,<3", "typing_extensions"]

const pythons = ["python3.12", "python3.13", "python3.14", "python3", "python3.11", "python"]

const minute = 60_000

/** @type {(command: string, options: ReadonlyArray<string>, minutes?: number) => { ok: boolean, told: string }} */
const run = (command, options, minutes = 1) => {
  const { error, status, stderr, stdout } = spawnSync(command, [...options], {
    encoding: "utf8",
    timeout: minutes * minute
  })
  return { ok: status === 0, told: `${error?.message ?? ""}${stdout ?? ""}${stderr ?? ""}`.trim() }
}

/** Ends the program where the checks cannot be run. @type {(reason: string) => never} */
const cannotRun = (reason) => {
  console.log(`The checks against the official client cannot be run here: ${reason}`)
  process.exit(75)
}

/** @type {(told: string) => string} */
const lastLine = (told) => told.split("\n").at(-1) ?? ""

/** A Python that is new enough, with its version. A name can be there that starts nothing. */
const findPython = () => {
  for (const name of pythons) {
    const { ok, told } = run(name, ["-c", "import sys; print(*sys.version_info[:2])"])
    const [major = 0, minor = 0] = told.split(" ").map(Number)
    if (ok && major === 3 && minor >= 11) {
      return { name, version: `${major}.${minor}`, minor }
    }
  }
  return cannotRun("there is no Python of 3.11 or newer")
}

/**
 * The Python of a virtual environment with this release. It is made anew if the last attempt did not come to its end.
 *
 * @type {(python: { name: string, version: string, minor: number }, release: string) => string}
 */
const environmentFor = (python, release) => {
  const folder = join(cache, `${release} on ${python.version}`)
  const inside = join(folder, process.platform === "win32" ? "Scripts/python.exe" : "bin/python")
  const complete = join(folder, "complete")
  const isThere = () => run(inside, ["-c", "import kalbio.client"]).ok
  if (existsSync(complete) && isThere()) {
    return inside
  }
  console.log(`Installing the release ${release} of the official client in ${folder}`)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(cache, { recursive: true })
  // Where Python comes without ensurepip, the pip beside it can install into the environment.
  const whole = run(python.name, ["-m", "venv", folder], 3)
  if (!whole.ok) {
    rmSync(folder, { recursive: true, force: true })
    const bare = run(python.name, ["-m", "venv", "--without-pip", folder], 3)
    if (!bare.ok) {
      cannotRun(`${python.name} makes no virtual environment: ${lastLine(bare.told)}`)
    }
  }
  /** @type {(options: ReadonlyArray<string>) => void} */
  const install = (options) => {
    const arguments_ = ["install", "--quiet", "--disable-pip-version-check", ...options]
    const { ok, told } = whole.ok
      ? run(inside, ["-m", "pip", ...arguments_], 5)
      : run(python.name, ["-m", "pip", "--python", inside, ...arguments_], 5)
    if (!ok) {
      cannotRun(`the packages cannot be had: ${lastLine(told)}`)
    }
  }
  install(dependencies)
  // 0.7.0 asks for Python 3.12: the driver makes up for what 3.11 lacks.
  install(["--no-deps", ...(python.minor < 12 ? ["--ignore-requires-python"] : []), `kalbio==${release}`])
  writeFileSync(complete, "")
  return inside
}

/** An emulator with the sample workspace, on a port that was free. */
const startEmulator = async () => {
  const emulator = spawn(
    process.execPath,
    [join(root, "packages/testing/bin/kaleidoscope-emulator.js"), "--host", "127.0.0.1", "--port", "0"],
    { stdio: ["ignore", "pipe", "inherit"] }
  )
  const ended = new Promise((resolve) => emulator.once("exit", resolve))
  for await (const line of createInterface({ input: emulator.stdout })) {
    const url = /listens on (http:\S+)/.exec(line)?.[1]
    if (url !== undefined) {
      return {
        url,
        stop: () => {
          emulator.kill()
          return ended
        }
      }
    }
  }
  throw new Error("The emulator ended without saying where it listens")
}

/** @type {(python: string, release: string) => Promise<boolean>} */
const drive = async (python, release) => {
  const emulator = await startEmulator()
  const downloads = mkdtempSync(join(tmpdir(), "conformance-"))
  try {
    const driver = fileURLToPath(new URL("driver.py", import.meta.url))
    const { status } = spawnSync(python, ["-X", "utf8", "-B", driver, emulator.url, release, downloads], {
      stdio: "inherit",
      timeout: 5 * minute
    })
    if (status === null) {
      console.log(`${release}: FAILED the checks had not ended after 5 minutes`)
    }
    return status === 0
  } finally {
    rmSync(downloads, { recursive: true, force: true })
    await emulator.stop()
  }
}

const python = findPython()
const environments = releases.map((release) => ({ release, python: environmentFor(python, release) }))
let holds = true
for (const { python, release } of environments) {
  holds = (await drive(python, release)) && holds
}
process.exit(holds ? 0 : 1)

/**
 * Holds the emulator against the official Python client: installs two releases of it, each in a virtual environment of
 * its own, and drives all their public methods against an emulator on a loopback socket. It needs a Python of 3.11 or
 * newer, and the packages from wherever `pip` gets them. Then the newest release and the SDK register compounds together,
 * each once as the scientist and once as the registrar.
 *
 * Ends with 0 if all checks hold, with 1 if not, and with 75 where they cannot be run.
 */
import { spawn, spawnSync } from "node:child_process"
import { once } from "node:events"
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { createServer } from "node:net"
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

/** An emulator with the sample workspace, on a port that was free. @type {(options?: ReadonlyArray<string>) => Promise<{ url: string, stop: () => Promise<unknown> }>} */
const startEmulator = async (options = []) => {
  const emulator = spawn(
    process.execPath,
    [join(root, "packages/emulator/bin/kaleidoscope-emulator.js"), "--host", "127.0.0.1", "--port", "0", ...options],
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

const secret = "the secret of the webhooks"

/** A port that nobody uses now. */
const freePort = async () => {
  const server = createServer().listen(0, "127.0.0.1")
  await once(server, "listening")
  const address = server.address()
  server.close()
  await once(server, "close")
  return typeof address === "object" && address !== null ? String(address.port) : "0"
}

/**
 * The official client on one side of a registration by table, and the SDK on the other, on an emulator of their own. The
 * client reads what the SDK prints.
 *
 * @type {(python: string, way: "webhook" | "polling" | "table") => Promise<boolean>}
 */
const cross = async (python, way) => {
  const port = await freePort()
  const webhooks = ["--webhook", `http://127.0.0.1:${port}/webhooks`, "--webhook-header", `X-Webhook-Secret: ${secret}`]
  const emulator = await startEmulator(way === "webhook" ? webhooks : [])
  /** @type {(command: string, options: ReadonlyArray<string>, input: "ignore" | "pipe", output: "pipe" | "inherit") => import("node:child_process").ChildProcess} */
  const start = (command, options, input, output) =>
    spawn(command, [...options], {
      stdio: [input, output, "inherit"],
      timeout: 2 * minute
    })
  const file = fileURLToPath(new URL("sdk.mjs", import.meta.url))
  const sdk = start(process.execPath, [file, way, emulator.url, port, secret], "ignore", "pipe")
  const ended = once(sdk, "exit")
  try {
    const program = fileURLToPath(new URL("crossed.py", import.meta.url))
    const client = start(python, ["-X", "utf8", "-B", program, emulator.url, way, port, secret], "pipe", "inherit")
    if (sdk.stdout !== null && client.stdin !== null) {
      // The client may end first.
      client.stdin.on("error", () => {})
      sdk.stdout.pipe(client.stdin)
    }
    const [status] = await once(client, "exit")
    return status === 0
  } finally {
    sdk.kill()
    await ended
    await emulator.stop()
  }
}

const python = findPython()
const environments = releases.map((release) => ({ release, python: environmentFor(python, release) }))
let holds = true
for (const { python, release } of environments) {
  holds = (await drive(python, release)) && holds
}
for (const way of /** @type {const} */ (["webhook", "polling", "table"])) {
  const newest = environments.at(-1)
  holds = newest !== undefined && (await cross(newest.python, way)) && holds
}
process.exit(holds ? 0 : 1)

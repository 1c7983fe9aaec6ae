/**
 * Measures how long the program takes to start, against `node -e 0`, and prints Markdown. It needs the bundle
 * (`npm run bundle`) and `/proc`.
 */
import { spawn, spawnSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"

const rounds = Number(process.argv[2] ?? 15)
/** @type {(path: string) => string} */
const path = (path) => fileURLToPath(new URL(path, import.meta.url))
const program = path("../bin/kaleidoscope.cjs")

const emulator = spawn(process.execPath, [program, "emulator", "--port", "0"], {
  stdio: ["ignore", "pipe", "inherit"]
})
/** @type {string} */
const url = await new Promise((resolve) => {
  createInterface({ input: emulator.stdout }).on("line", (line) => {
    const found = /http:\S+/.exec(line)
    if (found !== null) resolve(found[0])
  })
})

const caches = mkdtempSync(join(tmpdir(), "kaleidoscope-start-"))
const env = {
  XDG_CACHE_HOME: caches,
  KALEIDOSCOPE_API_URL: url,
  KALEIDOSCOPE_API_CLIENT_ID: "demo",
  KALEIDOSCOPE_API_CLIENT_SECRET: "demo"
}

/** The processor time of all processes that ended, in milliseconds. The system counts it in steps of 10. */
const processor = () => {
  const fields = readFileSync("/proc/self/stat", "utf8").split(") ")[1]?.split(" ") ?? []
  return (Number(fields[13]) + Number(fields[14])) * 10
}

/** @type {(words: ReadonlyArray<string>) => { readonly wall: number, readonly processor: number }} */
const once = (words) => {
  const before = processor()
  const started = process.hrtime.bigint()
  const { status, stderr } = spawnSync(process.execPath, words, { env, encoding: "utf8" })
  const wall = Number(process.hrtime.bigint() - started) / 1e6
  if (status !== 0) throw new Error(`${words.join(" ")} ended with ${status}: ${stderr}`)
  return { wall, processor: processor() - before }
}

const contestants = [
  { name: "`node -e 0`", words: ["-e", "0"] },
  { name: "`kaleidoscope --version`", words: [program, "--version"] },
  { name: "`kaleidoscope --help`", words: [program, "--help"] },
  { name: "`kaleidoscope labels`: a token and one list", words: [program, "labels"] }
]

/** @type {Array<Array<{ readonly wall: number, readonly processor: number }>>} */
const times = contestants.map(() => [])
// In turns, so that a busy moment meets all of them.
for (let round = 0; round <= rounds; round++) {
  contestants.forEach(({ words }, index) => {
    const time = once(words)
    // The first round stores the compiled code.
    if (round > 0) times[index]?.push(time)
  })
}
emulator.kill()
rmSync(caches, { recursive: true })

/** @type {(values: ReadonlyArray<number>) => number} */
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0

/** @type {(measure: "wall" | "processor", index: number) => number} */
const of = (measure, index) => median((times[index] ?? []).map((time) => time[measure]))

process.stdout.write(
  `Node ${process.version}, medians of ${rounds} rounds\n\n` +
    "| what | ms | times the floor | processor, ms | times the floor |\n| --- | --- | --- | --- | --- |\n"
)
contestants.forEach(({ name }, index) => {
  const cells = (/** @type {"wall" | "processor"} */ measure) =>
    `${of(measure, index).toFixed(0)} | ${(of(measure, index) / of(measure, 0)).toFixed(2)}`
  process.stdout.write(`| ${name} | ${cells("wall")} | ${cells("processor")} |\n`)
})

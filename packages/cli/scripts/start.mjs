/**
 * Measures how long the program takes to start, against `node -e 0`, and prints Markdown. It needs the bundle
 * (`npm run bundle`).
 */
import { spawn, spawnSync } from "node:child_process"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"

const rounds = Number(process.argv[2] ?? 15)
/** @type {(path: string) => string} */
const path = (path) => fileURLToPath(new URL(path, import.meta.url))
const program = path("../bin/kaleidoscope.js")

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

const env = {
  KALEIDOSCOPE_API_URL: url,
  KALEIDOSCOPE_API_CLIENT_ID: "demo",
  KALEIDOSCOPE_API_CLIENT_SECRET: "demo"
}

/** @type {(words: ReadonlyArray<string>) => number} */
const once = (words) => {
  const started = process.hrtime.bigint()
  const { status, stderr } = spawnSync(process.execPath, words, { env, encoding: "utf8" })
  const milliseconds = Number(process.hrtime.bigint() - started) / 1e6
  if (status !== 0) throw new Error(`${words.join(" ")} ended with ${status}: ${stderr}`)
  return milliseconds
}

const contestants = [
  { name: "`node -e 0`", words: ["-e", "0"] },
  { name: "`kaleidoscope --version`", words: [program, "--version"] },
  { name: "`kaleidoscope --help`", words: [program, "--help"] },
  { name: "`kaleidoscope labels`: a token and one list", words: [program, "labels"] }
]

/** @type {Array<Array<number>>} */
const times = contestants.map(() => [])
// In turns, so that a busy moment meets all of them.
for (let round = 0; round <= rounds; round++) {
  contestants.forEach(({ words }, index) => {
    const time = once(words)
    // The first round warms the file cache.
    if (round > 0) times[index]?.push(time)
  })
}
emulator.kill()

/** @type {(values: ReadonlyArray<number>) => number} */
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0

const floor = median(times[0] ?? [])
process.stdout.write(
  `Node ${process.version}, medians of ${rounds} rounds\n\n| what | ms | times the floor |\n| --- | --- | --- |\n`
)
contestants.forEach(({ name }, index) => {
  const time = median(times[index] ?? [])
  process.stdout.write(`| ${name} | ${time.toFixed(0)} | ${(time / floor).toFixed(2)} |\n`)
})

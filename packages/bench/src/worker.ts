/**
 * Runs one job as one contestant in its own process, and prints the time and the memory:
 * `worker.js <contestant> <task> <again> <warm-up> <input>`.
 */
import { readFileSync, writeFileSync } from "node:fs"
import { bundleIn } from "./beside.js"
import type { ClientTask, Contestant, Input, Proof } from "./jobs.js"
import type { Outcome } from "./measure.js"

const [, , contestant = "", task = "", again = "0", warmUp = "0", text = "{}"] = process.argv
const input: Input = JSON.parse(text)

const mebi = 1024 * 1024

/** The peak memory of this process since {@link forgetPeak}, or since its start if the system has no such value. */
const peak = (): number => {
  try {
    return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync("/proc/self/status", "utf8"))?.[1]) / 1024
  } catch {
    return process.resourceUsage().maxRSS / 1024
  }
}

const forgetPeak = (): void => {
  try {
    writeFileSync("/proc/self/clear_refs", "5")
  } catch {
    // Without it, the peak is that of the whole process.
  }
}

/** The processor time of the processes that this one started, in milliseconds, where the system tells it. */
const ofChildren = (): number => {
  try {
    // After the name, which may have spaces: the times are in hundredths of a second.
    const fields = readFileSync("/proc/self/stat", "utf8").split(") ")[1]?.split(" ") ?? []
    return (Number(fields[13]) + Number(fields[14])) * 10
  } catch {
    return Number.NaN
  }
}

type Run = (() => Promise<Proof>) | undefined

type Prepare = (task: ClientTask, input: Input) => Run | Promise<Run>

const isStart = task === "start"
const isProgram = task === "cliRequest" || task === "cliVersion"

const load = async (): Promise<Prepare> => {
  if (task === "durable") {
    const { prepare } = await import("./durable.js")
    return (_, input) => prepare(contestant as Contestant, input) // the program that starts this one names a contestant
  }
  switch (contestant) {
    case "floor": {
      const { tasks } = await import("./floor.js")
      return (task, input) => tasks[task](input)
    }
    case "HttpClient":
      return (await import("./client.js")).prepare
    case "SDK":
      return (await (isStart ? import("./start.js") : import("./sdkDefault.js"))).prepare
    case "SDK, bundled":
      return (await import(bundleIn(input.directory))).prepare
    case "kaleidoscope":
      return (await import("./program.js")).prepare
    default:
      return (await (isStart ? import("./startNode.js") : import("./sdkNode.js"))).prepare
  }
}

const prepare = await load()

const prepared = async (size: number): Promise<() => Promise<Proof>> => {
  const run = await prepare(task as ClientTask, { ...input, size }) // the program that starts this one names a task
  if (run === undefined) throw new Error(`${contestant} does not do ${task}`)
  return run
}

if (Number(warmUp) > 0) {
  const run = await prepared(Number(warmUp))
  for (let nth = 0; nth < 3; nth++) await run()
}
const run = await prepared(input.size)
if (!isStart) {
  globalThis.gc?.()
  forgetPeak()
}
const rest = process.memoryUsage.rss() / mebi
// The start includes the loading of modules.
const before = isStart ? { system: 0, user: 0 } : process.cpuUsage()
const childrenBefore = isProgram ? ofChildren() : 0
const begin = performance.now()
const proof = await run()
const end = performance.now()
const { system, user } = process.cpuUsage(before)
const children = isProgram ? ofChildren() - childrenBefore : 0
const most = peak()
const timesAgain: Array<number> = []
for (let nth = 0; nth < Number(again); nth++) {
  globalThis.gc?.()
  const begin = performance.now()
  const { count, last } = await run()
  timesAgain.push(performance.now() - begin)
  if (count !== proof.count || last !== proof.last) throw new Error("The second result is another one")
}
const outcome: Outcome = {
  ms: end - begin,
  ended: performance.timeOrigin + end,
  again: timesAgain,
  cpu: isProgram ? children : (user + system) / 1000,
  rest,
  peak: most,
  proof
}
console.log(JSON.stringify(outcome))
process.exit()

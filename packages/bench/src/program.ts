/** The program `kaleidoscope`, and `node -e 0` as its floor: a process for each repetition. */
import { spawnSync } from "node:child_process"
import { beside } from "./beside.js"
import type { Input, Proof, Task } from "./jobs.js"

/** Runs a process several times, once before the measurement. */
const repeated = (words: ReadonlyArray<string>, { directory, size, url }: Input) => {
  const env = {
    XDG_CACHE_HOME: directory,
    KALEIDOSCOPE_API_URL: url,
    KALEIDOSCOPE_API_CLIENT_ID: "demo",
    KALEIDOSCOPE_API_CLIENT_SECRET: "demo"
  }
  const once = () => {
    const { status, stderr } = spawnSync(process.execPath, words, { env, encoding: "utf8" })
    if (status !== 0) throw new Error(`${words.join(" ")} ended with ${status}: ${stderr}`)
  }
  // It stores the compiled code.
  once()
  return async (): Promise<Proof> => {
    for (let nth = 0; nth < size; nth++) once()
    return { count: size, last: "" }
  }
}

export const floor = (input: Input) => repeated(["-e", "0"], input)

export const prepare = (task: Task, input: Input) =>
  repeated([beside("../../cli/bin/kaleidoscope.cjs"), task === "cliVersion" ? "--version" : "labels"], input)

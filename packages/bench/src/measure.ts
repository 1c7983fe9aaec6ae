import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import { beside } from "./beside.js"
import * as Data from "./data.js"
import { type Contestant, type Counts, contestants, type Input, type Job, type Proof } from "./jobs.js"
import { command, emulator } from "./processes.js"

/** The measurements of one contestant in one job, in milliseconds and MiB. */
export interface Outcome {
  readonly ms: number
  /** The time of the end, since 1970. */
  readonly ended: number
  /** The times of the same job, repeated in the same process. */
  readonly again: ReadonlyArray<number>
  readonly cpu: number
  /** The memory of the process before the job, and its peak until the end. */
  readonly rest: number
  readonly peak: number
  readonly proof: Proof
}

interface Sample extends Outcome {
  readonly requests: number
}

/** The settings that all jobs share. */
export interface Options {
  readonly url: string
  readonly directory: string
  readonly python: string | undefined
  readonly rounds: number
  readonly isQuick: boolean
}

const counts = (url: string) =>
  Effect.promise(async (): Promise<Counts> => JSON.parse(await (await fetch(`${url}/counts`)).text()))

const expect = (holds: boolean, message: () => string) => (holds ? Effect.void : Effect.dieMessage(message()))

/** Runs a job as a contestant in its own process, and checks the result. */
const sample = (job: Job, contestant: Contestant, input: Input, options: Options): Effect.Effect<Sample> =>
  Effect.gen(function* () {
    const { again, task, warmUp = 0 } = job
    const begun = Date.now()
    const printed = yield* command(
      contestant === "Python"
        ? [
            options.python ?? "python3",
            beside("../src/official.py"),
            task,
            String(again),
            JSON.stringify({ ...input, blocks: Data.csv.blocksIn(input.size), last_line: Data.csv.last.length })
          ]
        : [
            process.execPath,
            "--expose-gc",
            beside("worker.js"),
            contestant,
            task,
            String(again),
            String(warmUp),
            JSON.stringify(input)
          ]
    )
    const outcome: Outcome = JSON.parse(printed)
    const of = `${contestant}, ${task}`
    const proof = job.proof(input.size)
    yield* expect(
      outcome.proof.count === proof.count && outcome.proof.last === proof.last,
      () => `${of}: ${JSON.stringify(outcome.proof)} is not ${JSON.stringify(proof)}`
    )
    const ms = task === "start" ? outcome.ended - begun : outcome.ms
    if (job.onEmulator) return { ...outcome, ms, requests: Number.NaN }
    const seen = yield* counts(options.url)
    const sizes = [
      ...(warmUp === 0 ? [] : [warmUp, warmUp, warmUp]),
      ...Array.from({ length: 1 + again }, () => input.size)
    ]
    const least = sizes.reduce((sum, size) => sum + job.requests(size), 0)
    yield* expect(seen.requests >= least, () => `${of}: ${seen.requests} requests are fewer than ${least}`)
    yield* expect(
      job.seen?.(seen, sizes) ?? true,
      () => `${of}: the server got something else: ${JSON.stringify({ ...seen, tail: seen.tail.slice(-100) })}`
    )
    return { ...outcome, ms, requests: seen.requests }
  }).pipe(Effect.catchAll((error) => Effect.dieMessage(`${contestant}, ${job.task}: ${error}`)))

const median = (numbers: ReadonlyArray<number>): number => {
  const sorted = [...numbers].sort((a, b) => a - b)
  const middle = sorted.length / 2
  return ((sorted[Math.ceil(middle) - 1] ?? Number.NaN) + (sorted[Math.floor(middle)] ?? Number.NaN)) / 2
}

const shown = (value: number, digits = 0): string => (Number.isFinite(value) ? value.toFixed(digits) : "–")

const line = (cells: ReadonlyArray<string>) => Console.log(`| ${cells.join(" | ")} |`)

/** The columns of a table. Where a job grows, its time for one of the things that it is about is of interest. */
const columnsOf = ({ warmUp }: Job): ReadonlyArray<string> => [
  "size",
  "contestant",
  "ms",
  "× floor",
  ...(warmUp === undefined ? ["again, ms", "× floor"] : ["ms / size"]),
  "CPU ms",
  "× floor",
  "peak MiB",
  "above rest",
  "requests"
]

const isOfEachJob = (contestant: Contestant) =>
  contestant === "floor" || contestant === "SDK" || contestant === "KaleidoscopeNode"

/**
 * Runs a job with all contestants in rounds, so that other load of the machine affects all of them. The order is reversed
 * in every second round. Prints the medians of the times, and the medians of the ratios of each round.
 */
export const measure = (name: string, job: Job, options: Options) =>
  Effect.gen(function* () {
    const taking = contestants.filter(
      (contestant) =>
        job.without?.includes(contestant) !== true &&
        (isOfEachJob(contestant) || job.others.includes(contestant)) &&
        (contestant !== "Python" || options.python !== undefined)
    )
    yield* Console.log(`\n### ${name}\n\n${job.title.replaceAll("#", "n")}\n`)
    const columns = columnsOf(job)
    yield* line(columns)
    yield* line(columns.map((_, nth) => (nth === 1 ? "---" : "---:")))
    for (const size of options.isQuick ? job.quick : job.sizes) {
      const rounds = yield* Effect.forEach(
        Array.from({ length: Math.min(options.rounds, job.mostRounds ?? Number.POSITIVE_INFINITY) }),
        (_, round) =>
          Effect.map(
            Effect.forEach(round % 2 === 0 ? taking : taking.toReversed(), (contestant) => {
              const on = (url: string) => sample(job, contestant, { url, size, directory: options.directory }, options)
              const one = job.onEmulator ? Effect.scoped(Effect.flatMap(emulator, on)) : on(options.url)
              return Effect.map(one, (sample) => [contestant, sample] as const)
            }),
            (samples) => new Map(samples)
          )
      )
      for (const contestant of taking) {
        const of = (value: (sample: Sample) => number, by = contestant): ReadonlyArray<number> =>
          rounds.flatMap((round) => {
            const sample = round.get(by)
            return sample === undefined ? [] : [value(sample)]
          })
        const ratio = (value: (sample: Sample) => number) => {
          const floors = of(value, "floor")
          return median(of(value).map((one, round) => one / (floors[round] ?? Number.NaN)))
        }
        const ms = (sample: Sample) => sample.ms
        const again = (sample: Sample) => median(sample.again)
        const cpu = (sample: Sample) => sample.cpu
        yield* line([
          String(size),
          contestant,
          shown(median(of(ms))),
          shown(ratio(ms), 2),
          ...(job.warmUp === undefined
            ? [shown(median(of(again))), shown(ratio(again), 2)]
            : [shown(median(of(ms)) / size, 3)]),
          shown(median(of(cpu))),
          shown(ratio(cpu), 2),
          shown(median(of(({ peak }) => peak))),
          shown(median(of(({ peak, rest }) => peak - rest))),
          shown(median(of(({ requests }) => requests)))
        ])
      }
    }
  })

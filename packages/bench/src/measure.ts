import * as Console from "effect/Console"
import * as Effect from "effect/Effect"

/** What something cost, in milliseconds. */
export interface Cost {
  readonly wall: number
  readonly cpu: number
}

/** Runs an effect, and says what it cost this process. The garbage of what ran before is not on its bill. */
export const cost = <E, R>(self: Effect.Effect<unknown, E, R>): Effect.Effect<Cost, E, R> =>
  Effect.suspend(() => {
    globalThis.gc?.()
    const cpu = process.cpuUsage()
    const start = performance.now()
    return Effect.map(self, () => {
      const wall = performance.now() - start
      const { system, user } = process.cpuUsage(cpu)
      return { wall, cpu: (user + system) / 1000 }
    })
  })

/** The least, the middle and the greatest of some numbers. */
export const spread = (numbers: ReadonlyArray<number>) => {
  const sorted = [...numbers].sort((a, b) => a - b)
  const at = (share: number) => sorted[Math.round(share * (sorted.length - 1))] ?? Number.NaN
  return { min: at(0), median: at(0.5), max: at(1) }
}

const shown = (value: number): string => value.toFixed(value < 100 ? 2 : 0)

const shownSpread = (numbers: ReadonlyArray<number>): string => {
  const { max, median, min } = spread(numbers)
  return [min, median, max].map((value) => shown(value).padStart(7)).join(" ")
}

/** A heading over the lines of a section. */
export const heading = (title: string) =>
  Console.log(`\n${title}\n${"".padEnd(58)}${"min".padStart(7)} ${"median".padStart(7)} ${"max".padStart(7)}`)

/** A line: what was measured, in which unit, and its spread. */
export const line = (name: string, unit: string, numbers: ReadonlyArray<number>) =>
  Console.log(`  ${name.padEnd(46)}${unit.padEnd(10)}${shownSpread(numbers)}`)

/** What is compared, by name. */
export interface Subjects<A> {
  readonly floor: A
  readonly [name: string]: A
}

/**
 * Measures all subjects again and again, one after the other in each round, so that what else the machine does meets all
 * of them, and in turn from either end. The first round warms up and is thrown away.
 */
export const rounds = <A, E, R>(
  subjects: Subjects<Effect.Effect<A, E, R>>,
  count: number
): Effect.Effect<ReadonlyArray<Subjects<A>>, E, R> =>
  Effect.map(
    Effect.forEach(Array.from({ length: count + 1 }), (_, round) => {
      const entries = Object.entries(subjects)
      return Effect.map(
        Effect.forEach(round % 2 === 0 ? entries : entries.reverse(), ([name, subject]) =>
          Effect.map(subject, (result): [string, A] => [name, result])
        ),
        // Every subject has been measured, the floor among them.
        (results) => Object.fromEntries(results) as Subjects<A>
      )
    }),
    (all) => all.slice(1)
  )

/** Measures the costs of subjects, and prints the floor's as they are and the others' as ratios of it. */
export const compare = <E, R>(
  subjects: Subjects<Effect.Effect<unknown, E, R>>,
  options: { readonly title: string; readonly rounds: number; readonly per: number }
): Effect.Effect<void, E, R> =>
  Effect.gen(function* () {
    const costs = yield* rounds(
      {
        ...Object.fromEntries(Object.entries(subjects).map(([name, subject]) => [name, cost(subject)])),
        floor: cost(subjects.floor)
      },
      options.rounds
    )
    yield* heading(options.title)
    yield* line(
      "floor, wall",
      "ms",
      costs.map(({ floor }) => floor.wall / options.per)
    )
    yield* line(
      "floor, CPU",
      "ms",
      costs.map(({ floor }) => floor.cpu / options.per)
    )
    for (const name of Object.keys(subjects).filter((name) => name !== "floor")) {
      const ratios = (of: keyof Cost) => costs.map((round) => (round[name]?.[of] ?? Number.NaN) / round.floor[of])
      yield* line(`${name}, wall`, "× floor", ratios("wall"))
      yield* line(`${name}, CPU`, "× floor", ratios("cpu"))
    }
  })

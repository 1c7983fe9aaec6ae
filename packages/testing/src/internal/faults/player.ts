import * as Effect from "effect/Effect"
import * as Hash from "effect/Hash"
import { PCGRandom } from "effect/Utils"
import { type Fault, type Rule, wrongWith } from "./script.js"

/**
 * A fault that was played.
 *
 * @since 0.1.0
 * @category models
 */
export interface Played {
  /** `GET`, `POST`, … */
  readonly method: string
  /** The path as the client sent it, without the query. */
  readonly path: string
  /** The fault that was played. */
  readonly fault: Fault
}

/** Chooses the fault of each request. The order of the requests matters. */
export interface Player {
  readonly next: (method: string, path: string) => Fault | undefined
  readonly service: {
    readonly set: (rules: ReadonlyArray<Rule>) => Effect.Effect<void>
    readonly restart: Effect.Effect<void>
    readonly played: Effect.Effect<ReadonlyArray<Played>>
  }
}

const withoutSlash = (path: string): string => (path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path)

/** Compiles a pattern such as `/records/:id/*`: a name matches one segment, a star matches anything. */
const pathMatcher = (pattern: string): ((path: string) => boolean) => {
  const source = withoutSlash(pattern)
    .split(/(:\w+|\*)/)
    .map((part) => (part === "*" ? ".*" : /^:\w+$/.test(part) ? "[^/]+" : part.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&")))
    .join("")
  const expression = new RegExp(`^${source}$`)
  return (path) => expression.test(withoutSlash(path))
}

interface RuleState {
  readonly fault: Fault
  /** Whether the rule plays for this request. Counts the request if it matches the rule. */
  readonly isDue: (method: string, path: string) => boolean
  readonly play: () => void
}

const makeRuleState = ({ fault, on }: Rule, index: number): RuleState => {
  const matchesPath = on.path === undefined ? () => true : pathMatcher(on.path)
  // With the index, two rules with the same seed choose different requests.
  const random = new PCGRandom(Hash.string(`${on.seed ?? ""}/${index}`))
  let matches = 0
  let plays = 0
  return {
    fault,
    isDue: (method, path) => {
      if ((on.method !== undefined && on.method !== method.toUpperCase()) || !matchesPath(path)) {
        return false
      }
      matches += 1
      const chosen = on.share === undefined || random.number() < on.share
      return (
        chosen &&
        (on.nth === undefined || matches === on.nth) &&
        matches > (on.after ?? 0) &&
        plays < (on.times ?? Number.POSITIVE_INFINITY)
      )
    },
    play: () => {
      plays += 1
    }
  }
}

const capacity = 10_000

export const make = (initial: ReadonlyArray<Rule>): Player => {
  let states = initial.map(makeRuleState)
  let played: Array<Played> = []
  const begin = (rules: ReadonlyArray<Rule>) => {
    states = rules.map(makeRuleState)
    played = []
  }
  return {
    next: (method, path) => {
      // `filter`, not `find`: every rule counts the request, also those after the one that plays.
      const due = states.filter((state) => state.isDue(method, path))[0]
      if (due !== undefined) {
        due.play()
        played.push({ method, path, fault: due.fault })
        if (played.length > capacity) {
          played = played.slice(capacity / 2)
        }
      }
      return due?.fault
    },
    service: {
      set: (rules) =>
        Effect.suspend(() => {
          const wrong = wrongWith(rules)
          return wrong === undefined ? Effect.sync(() => begin(rules)) : Effect.dieMessage(wrong)
        }),
      restart: Effect.sync(() => begin(initial)),
      played: Effect.sync(() => played.slice())
    }
  }
}

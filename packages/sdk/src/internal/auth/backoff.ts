/**
 * How long to wait after a failure before the next try: one second, doubled for each failure soon after the last one, and
 * at most fifteen. Times are those of a monotonic clock, in milliseconds.
 */
export interface Backoff {
  readonly isOver: (now: number) => boolean
  /** A try failed. `least` is the wait that the server asks for. */
  readonly failed: (now: number, least?: number) => void
  readonly succeeded: () => void
}

const shortest = 1000

const longest = 15_000

/** The longest wait that a server may ask for. */
const longestAsked = 60 * 60_000

/** A `Schedule` waits inside of one effect. These waits lie between the calls of the application, so they are kept as a time. */
export const make = (): Backoff => {
  let until = Number.NEGATIVE_INFINITY
  let failures = 0
  return {
    isOver: (now) => now >= until,
    failed: (now, least = 0) => {
      failures = now < until + longest ? failures + 1 : 0
      until = now + Math.max(Math.min(least, longestAsked), Math.min(longest, shortest * 2 ** failures))
    },
    succeeded: () => {
      until = Number.NEGATIVE_INFINITY
      failures = 0
    }
  }
}

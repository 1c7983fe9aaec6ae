/**
 * How long nothing is tried again after it was in vain: a second, twice that each time it is in vain again soon after,
 * and no more than fifteen. Times are those of a monotonic clock, in milliseconds.
 */
export interface Pause {
  readonly isOver: (now: number) => boolean
  /** It was in vain. `least` is how long whoever refused it asks to wait. */
  readonly begin: (now: number, least?: number) => void
  /** It was not in vain. */
  readonly end: () => void
}

const shortest = 1000

const longest = 15_000

/** Who asks for more than this is asked again all the same. */
const longestAsked = 60 * 60_000

export const make = (): Pause => {
  let until = Number.NEGATIVE_INFINITY
  let times = 0
  return {
    isOver: (now) => now >= until,
    begin: (now, least = 0) => {
      times = now < until + longest ? times + 1 : 0
      until = now + Math.max(Math.min(least, longestAsked), Math.min(longest, shortest * 2 ** times))
    },
    end: () => {
      until = Number.NEGATIVE_INFINITY
      times = 0
    }
  }
}

/**
 * Limits retries while a server is down: a bucket of tokens that all calls of a client share. A retry takes one token. A
 * call that succeeds gives back the tokens of its retries and a tenth of a token.
 */
export interface Budget {
  /** Takes a token for a retry, if there is one. */
  readonly take: () => boolean
  /** A call succeeded after this many retries. */
  readonly giveBack: (retries: number) => void
  readonly left: () => number
}

const forEachSuccess = 0.1

export const make = (capacity: number): Budget => {
  let left = capacity
  return {
    take: () => {
      if (left < 1) return false
      left--
      return true
    },
    giveBack: (retries) => {
      left = Math.min(capacity, left + retries + forEachSuccess)
    },
    left: () => left
  }
}

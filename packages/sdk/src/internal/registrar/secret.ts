import * as Redacted from "effect/Redacted"

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)

/**
 * Whether a text is a secret. The time it takes depends on neither of the two but for their lengths: every byte of the
 * secret is compared, with a copy of the text that has the same length.
 */
export const isSecret = (given: string, secret: Redacted.Redacted): boolean => {
  const expected = bytesOf(Redacted.value(secret))
  const found = bytesOf(given)
  const padded = new Uint8Array(expected.length)
  padded.set(found.subarray(0, expected.length))
  let difference = expected.length ^ found.length
  for (let index = 0; index < expected.length; index++) {
    difference |= (expected[index] ?? 0) ^ (padded[index] ?? 0)
  }
  return difference === 0 && expected.length > 0
}

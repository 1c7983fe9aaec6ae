import * as Duration from "effect/Duration"
import * as Option from "effect/Option"

/** Options that may each be missing or `undefined`. */
export type Some<Options> = { readonly [Name in keyof Options]?: Options[Name] | undefined }

/** The options that are not `undefined`. */
export const given = <Options extends object>(options: Some<Options>): Partial<Options> =>
  Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Partial<Options> // the same members but for `undefined`

/** The rule for a setting. `words` follow "is not" in an error message. */
export interface Rule {
  readonly words: string
  readonly allows: (value: unknown) => boolean
}

/** A whole number, at least this; `Infinity` means no limit. */
export const count = (least: number): Rule => ({
  words: `a whole number of ${least} or more, or Infinity`,
  allows: (value) =>
    typeof value === "number" && value >= least && (Number.isSafeInteger(value) || value === Number.POSITIVE_INFINITY)
})

/** A duration in milliseconds. `Duration` takes `NaN` and negative times as zero; here they are `NaN`. */
const millis = (value: unknown): number => {
  const isNegative =
    ((typeof value === "number" || typeof value === "bigint") && value < 0) ||
    (typeof value === "string" && value.trim().startsWith("-"))
  return isNegative || Number.isNaN(value)
    ? Number.NaN
    : Option.match(Duration.decodeUnknown(value), { onNone: () => Number.NaN, onSome: Duration.toMillis })
}

const inWords = 'milliseconds, or text such as "2 seconds"'

/** The length of a wait. */
export const wait: Rule = {
  words: `a finite duration: ${inWords}`,
  allows: (value) => Number.isFinite(millis(value))
}

/** A time limit; `Infinity` means no limit. */
export const limit: Rule = {
  words: `a time: ${inWords}`,
  allows: (value) => millis(value) >= 0
}

/** As {@link limit}, but not zero. */
export const longerThanNone: Rule = {
  words: `a time longer than zero: ${inWords}`,
  allows: (value) => millis(value) > 0
}

export const yesOrNo: Rule = { words: "true or false", allows: (value) => typeof value === "boolean" }

const shown = (value: unknown): string =>
  typeof value === "string"
    ? JSON.stringify(value.slice(0, 50))
    : Duration.isDuration(value)
      ? Duration.format(value)
      : typeof value === "object" && value !== null
        ? "this value"
        : String(value)

/** A setting that is not valid. */
export interface Wrong {
  readonly name: string
  readonly message: string
}

/** The first setting that is not valid. Settings that are left out are not checked. */
export const wrongIn = (settings: object, rules: { readonly [name: string]: Rule }): Wrong | undefined => {
  const found = Object.entries(settings).find(([name, value]) => rules[name]?.allows(value) === false)
  return found === undefined
    ? undefined
    : { name: found[0], message: `${shown(found[1])} is not ${rules[found[0]]?.words}` }
}

/** The first setting of a credential that is not valid. */
export const wrongInCredential = (settings: object): Wrong | undefined =>
  wrongIn(given(settings), {
    concurrency: count(1),
    retryBudget: count(0),
    catalogTimeToLive: limit,
    refreshTokens: yesOrNo,
    application: {
      words: 'a name such as "assay-sync/2.1", in printable ASCII',
      allows: (value) => typeof value === "string" && /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/.test(value)
    }
  })

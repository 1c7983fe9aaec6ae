import * as Duration from "effect/Duration"
import * as Option from "effect/Option"

/** What a setting has to be, in words that follow "is not". */
export interface Rule {
  readonly words: string
  readonly allows: (value: unknown) => boolean
}

/** A whole number from this on; `Infinity` is no limit. */
export const count = (least: number): Rule => ({
  words: `a whole number from ${least} on, or Infinity`,
  allows: (value) =>
    typeof value === "number" && value >= least && (Number.isSafeInteger(value) || value === Number.POSITIVE_INFINITY)
})

/** Milliseconds of what `Duration` takes, without what it passes over: `NaN` and negative times are zero to it. */
const millis = (value: unknown): number => {
  const isNegative =
    ((typeof value === "number" || typeof value === "bigint") && value < 0) ||
    (typeof value === "string" && value.trim().startsWith("-"))
  return isNegative || Number.isNaN(value)
    ? Number.NaN
    : Option.match(Duration.decodeUnknown(value), { onNone: () => Number.NaN, onSome: Duration.toMillis })
}

const inWords = 'milliseconds, or text such as "2 seconds"'

/** A time that is waited. */
export const wait: Rule = {
  words: `a time that ends: ${inWords}`,
  allows: (value) => Number.isFinite(millis(value))
}

/** A time within which something has to be; `Infinity` is no limit. */
export const limit: Rule = {
  words: `a time: ${inWords}`,
  allows: (value) => millis(value) >= 0
}

/** As {@link limit}, and longer than none. */
export const longerThanNone: Rule = {
  words: `a time longer than none: ${inWords}`,
  allows: (value) => millis(value) > 0
}

export const yesOrNo: Rule = { words: "true or false", allows: (value) => typeof value === "boolean" }

const shown = (value: unknown): string =>
  typeof value === "string"
    ? JSON.stringify(value.slice(0, 50))
    : Duration.isDuration(value)
      ? Duration.format(value)
      : typeof value === "object" && value !== null
        ? "what is given"
        : String(value)

/** A setting that makes no sense. */
export interface Wrong {
  readonly name: string
  readonly message: string
}

/** The first of the settings that makes no sense. One that is not there is not looked at. */
export const wrongIn = (settings: object, rules: { readonly [name: string]: Rule }): Wrong | undefined => {
  const found = Object.entries(settings).find(([name, value]) => rules[name]?.allows(value) === false)
  return found === undefined
    ? undefined
    : { name: found[0], message: `${shown(found[1])} is not ${rules[found[0]]?.words}` }
}

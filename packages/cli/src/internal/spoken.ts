/** References in the messages of the SDK, as people write them. */
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"

const parse = Schema.decodeOption(Schema.parseJson())

const text = String.raw`"(?:[^"\\]|\\.)*"`
const scalar = String.raw`(?:${text}|-?\d[\d.eE+-]*|true|false|null)`
const reference = new RegExp(`\\{"\\w+":(?:${text}|\\{${text}:${scalar}(?:,${text}:${scalar})*\\})\\}`, "g")

const words = (written: string): string => {
  const [value] = Option.match(parse(written), {
    onNone: () => [],
    onSome: (object) => (Predicate.isObject(object) ? Object.values(object) : [])
  })
  if (typeof value === "string") return JSON.stringify(value)
  if (!Predicate.isObject(value)) return written
  // The form that commands take: 'Compound ID=EK-0001;Batch=2'.
  const keys = Object.entries(value).map(([name, key]) => `${name}=${String(key)}`)
  return JSON.stringify(keys.join(";"))
}

/** `there is no program "Apollo"` in place of `there is no program {"title":"Apollo"}`. */
export const spoken = (message: string): string => message.replace(reference, words)

import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Nearest from "../catalog/nearest.js"
import * as References from "../catalog/references.js"
import * as Json from "../json/json.js"
import * as Content from "../records/content.js"

/** One option of a `select`, a `multiselect` or a `status`. @since 0.1.0 @category models */
export interface SelectOption {
  readonly name: string
  /** `null` if the options of the field have no ids. */
  readonly id: string | null
}

/** The options of a field, by their names and ids. */
interface Options {
  readonly all: ReadonlyArray<SelectOption>
  readonly byText: ReadonlyMap<string, SelectOption>
}

const firstText = (item: object, keys: ReadonlyArray<string>): string | undefined =>
  keys.flatMap((key) => (Predicate.hasProperty(item, key) ? Option.toArray(Content.asText(item[key])) : []))[0]

const optionOf = (item: unknown): ReadonlyArray<SelectOption> => {
  if (!Predicate.isRecord(item)) return Option.toArray(Content.asText(item)).map((name) => ({ name, id: null }))
  const id = firstText(item, ["id"]) ?? null
  const name = firstText(item, ["name", "label", "value", "title", "text"]) ?? id
  return name === null ? [] : [{ name, id }]
}

const read = (attrs: object): Options | undefined => {
  const list = ["options", "choices", "values"].flatMap((key) =>
    Predicate.hasProperty(attrs, key) && Array.isArray(attrs[key]) ? [attrs[key]] : []
  )[0]
  const all = list?.flatMap(optionOf) ?? []
  if (all.length === 0) return undefined
  const byText = new Map(all.flatMap((option) => (option.id === null ? [] : [[option.id, option] as const])))
  for (const option of all) byText.set(option.name, option)
  return { all, byText }
}

// A table asks for the options of its columns again for each row.
const known = new WeakMap<object, { readonly options: Options | undefined }>()

/** The options in the settings of a field, if there are any that can be read. */
export const optionsIn = (attrs: unknown): Options | undefined => {
  if (!Predicate.isObject(attrs)) return undefined
  const before = known.get(attrs)
  if (before !== undefined) return before.options
  const options = read(attrs)
  known.set(attrs, { options })
  return options
}

/** The option that a text names, or the reason why there is none. Without known options, each text is an option. */
export const toOption = (attrs: unknown, content: unknown): Either.Either<string, string> => {
  const text = Option.map(Content.asText(content), (text) => text.trim())
  if (Option.isNone(text) || text.value === "") return Either.left("is not the name of an option")
  const options = optionsIn(attrs)
  if (options === undefined) return Either.right(text.value)
  const option = options.byText.get(text.value)
  if (option !== undefined) return Either.right(option.name)
  const names = options.all.map(({ name }) => name)
  const meant = Nearest.suggestion(text.value, names)
  return Either.left(
    `is not an option of the field${meant === "" ? `, which has ${References.listed(names.map(Nearest.quote))}` : meant}`
  )
}

const separators = [";", "|", ",", "\n"]

/** The list that a text is, as the platform writes one into a table: `["hit","lead"]`. Any other content as it is. */
export const fromTable = (content: unknown): unknown => {
  const parsed =
    typeof content === "string" && content.trimStart().startsWith("[") ? Json.parse(content) : Either.left("")
  return Either.isRight(parsed) && Array.isArray(parsed.right) ? parsed.right : content
}

/**
 * The options that a list or a text names: text has them between `;`, `|`, `,` or line ends, or is a list as JSON, as the
 * platform exports it.
 */
export const toOptions = (attrs: unknown, given: unknown): Either.Either<ReadonlyArray<string>, string> => {
  const content = fromTable(given)
  if (Array.isArray(content)) {
    const names = Either.all(
      content.map((item: unknown) =>
        Either.mapLeft(toOption(attrs, item), (reason) =>
          typeof item === "string" ? `has ${Nearest.quote(item)}, which ${reason}` : `has an item that ${reason}`
        )
      )
    )
    return Either.map(names, (names) => [...new Set(names)])
  }
  const one = toOption(attrs, content)
  if (Either.isRight(one) || typeof content !== "string") return Either.map(one, (name) => [name])
  const separator = separators.find((mark) => content.includes(mark))
  if (separator === undefined) return Either.left(one.left)
  const parts = content.split(separator).filter((part) => part.trim() !== "")
  return toOptions(attrs, parts)
}

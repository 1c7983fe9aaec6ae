import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { EntityField } from "../entities/model.js"
import { isIsoDate } from "../server/dates.js"
import { type BadRequest, refuse } from "../server/problem.js"
import type { State } from "../server/store.js"

/** A field of records or a property field: the target of a content. */
export interface Holder {
  readonly field_type: string
  readonly attrs?: { readonly [key: string]: unknown } | null | undefined
  readonly ref_slice_id?: string | null | undefined
}

type Place = ReadonlyArray<string | number>

/** Whether a content is empty. An empty content clears a field of any type. */
export const isNothing = (content: unknown): boolean =>
  content === undefined || content === null || content === "" || (Array.isArray(content) && content.length === 0)

const numberText = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/

const isNumber = (content: unknown): boolean =>
  typeof content === "number"
    ? Number.isFinite(content)
    : typeof content === "string" && numberText.test(content.trim()) && Number.isFinite(Number(content.trim()))

const qualifier = /^(<=|>=|<|>|=|~|≤|≥|≈)\s*/

const isObject = (input: unknown): input is { readonly [key: string]: unknown } =>
  typeof input === "object" && input !== null && !Array.isArray(input)

const isQualifiedNumber = (content: unknown): boolean =>
  typeof content === "string"
    ? isNumber(content.trim().replace(qualifier, ""))
    : isObject(content)
      ? isQualifiedNumber(content["value"])
      : isNumber(content)

const isText = (content: unknown): boolean => typeof content === "string"

const isScalar = (content: unknown): boolean => ["string", "number", "boolean"].includes(typeof content)

const parseUrl = Option.liftThrowable((input: string) => new URL(input))

const isUrl = (content: unknown): boolean =>
  typeof content === "string" && /^[a-z][a-z0-9+.-]*:\/\/[^\s]+$/i.test(content) && Option.isSome(parseUrl(content))

const isEmail = (content: unknown): boolean =>
  typeof content === "string" && /^[^\s@,;<>]+@[^\s@,;<>.]+(\.[^\s@,;<>.]+)*$/.test(content)

const isPhone = (content: unknown): boolean =>
  typeof content === "string" &&
  /^\+?[\d\s()./-]+(\s*(x|ext\.?)\s*\d+)?$/i.test(content) &&
  /\d{3}/.test(content.replace(/\D/g, ""))

const listOf = (content: unknown): ReadonlyArray<unknown> => (Array.isArray(content) ? content : [content])

const isPoint = (input: unknown): boolean =>
  Array.isArray(input)
    ? input.length === 2 && input.every(isNumber)
    : isObject(input) && isNumber(input["x"]) && isNumber(input["y"])

/** Points, or the two axes. */
const isPoints = (content: unknown): boolean =>
  Array.isArray(content)
    ? content.every(isPoint)
    : isObject(content) &&
      Array.isArray(content["x"]) &&
      Array.isArray(content["y"]) &&
      content["x"].length === content["y"].length &&
      [...content["x"], ...content["y"]].every(isNumber)

/** The options of a select, if the field has a list of them: strings, or objects with names and ids. */
const optionsOf = ({ attrs }: Holder): ReadonlySet<unknown> | undefined => {
  const options = attrs?.["options"]
  return Array.isArray(options) && options.length > 0
    ? new Set(options.flatMap((option) => (isObject(option) ? Object.values(option) : [option])))
    : undefined
}

const isOption = (holder: Holder, content: unknown): boolean => {
  const options = optionsOf(holder)
  return options === undefined ? isScalar(content) : isScalar(content) && options.has(content)
}

const optionsShown = (holder: Holder): string => {
  const names = [...(optionsOf(holder) ?? [])].filter(isScalar).slice(0, 10)
  return names.length === 0 ? "" : ` (${names.map((name) => JSON.stringify(name)).join(", ")})`
}

/** The types of fields that accept files. */
const holdsFiles: ReadonlySet<string> = new Set(["file", "image", "molfile", "rxn", "plasmid", "protein-structure"])

const isStoredFile = (state: State, content: unknown): boolean =>
  listOf(content).every((id) => typeof id === "string" && state.files.has(id))

const isRecord = (state: State, holder: Holder, id: unknown): boolean => {
  const record = typeof id === "string" ? state.records.get(id) : undefined
  return record !== undefined && (holder.ref_slice_id == null || holder.ref_slice_id === record.entity_slice_id)
}

/** Describes what a field of this type accepts. `undefined` if the field accepts the content. */
const expected = (state: State, holder: Holder, content: unknown): string | undefined => {
  const unless = (isFine: boolean, takes: string): string | undefined => (isFine ? undefined : takes)
  switch (holder.field_type) {
    case "number":
      return unless(isNumber(content), "a number")
    case "qualified-number":
      return unless(isQualifiedNumber(content), 'a number, with or without a qualifier such as "<"')
    case "boolean":
      return unless(typeof content === "boolean" || content === "true" || content === "false", "true or false")
    case "date":
      return unless(typeof content === "string" && isIsoDate(content), "an ISO 8601 date")
    case "select":
    case "status":
      return unless(isOption(holder, content), `one of its options${optionsShown(holder)}`)
    case "multiselect":
      return unless(
        listOf(content).every((item) => isOption(holder, item)),
        `a list of its options${optionsShown(holder)}`
      )
    case "record-reference":
      return unless(
        listOf(content).every((id) => isRecord(state, holder, id)),
        holder.ref_slice_id == null ? "the id of a record" : "the id of a record of the type that it refers to"
      )
    case "people":
      return unless(
        listOf(content).every((id) => typeof id === "string" && (state.members.has(id) || state.groups.has(id))),
        "ids of members or groups"
      )
    case "URL":
      return unless(isUrl(content), "a URL, with its scheme")
    case "email":
      return unless(isEmail(content), "an email address")
    case "phone":
      return unless(isPhone(content), "a telephone number")
    case "file":
    case "image":
      return unless(isStoredFile(state, content), "ids of files that were uploaded")
    case "molfile":
    case "rxn":
    case "plasmid":
    case "protein-structure":
      return unless(isText(content) || isStoredFile(state, content), "text, or ids of files that were uploaded")
    case "smiles-string":
    case "dna-oligo":
    case "rna-oligo":
    case "peptide":
    case "snowflake-query":
      return unless(isText(content), "text")
    case "google-drive-file":
    case "s3-file":
      return unless(
        listOf(content).every((item) => isText(item) || isObject(item)),
        "a file's address, or an object"
      )
    case "xy-array":
      return unless(isPoints(content), "a list of points")
    case "mixture":
    case "votes":
      return unless(typeof content === "object", "a list or an object")
    case "formula":
      return "no content, since the platform computes it"
    default:
      // Fields of the type text, and types that the platform may add, accept any JSON.
      return undefined
  }
}

const shown = (content: unknown): string => {
  const text = JSON.stringify(content) ?? "nothing"
  return text.length > 100 ? `${text.slice(0, 100)}…` : text
}

/** Checks a content by the type of its field. Every call that writes a value uses this rule. `undefined` if it is valid. */
export const problemWith = (state: State, holder: Holder, content: unknown): string | undefined => {
  const takes = isNothing(content) ? undefined : expected(state, holder, content)
  return takes === undefined
    ? undefined
    : `A field of the type ${holder.field_type} takes ${takes}. The content is ${shown(content)}`
}

/** Fails with the platform's 400 if the field does not accept the content. */
export const checkContent = (
  state: State,
  holder: Holder,
  content: unknown,
  path: Place
): Effect.Effect<void, BadRequest> => {
  const message = problemWith(state, holder, content)
  return message === undefined ? Effect.void : refuse(path, message)
}

/** Fails with the platform's 400 if the field does not accept files. */
export const checkHoldsFiles = (holder: Holder, path: Place): Effect.Effect<void, BadRequest> =>
  holdsFiles.has(holder.field_type)
    ? Effect.void
    : refuse(path, `A field of the type ${holder.field_type} does not accept files`)

/** `None` if the text is not a regular expression. */
const expression = Option.liftThrowable((source: string) => new RegExp(source))

const hasFormat = (field: EntityField, content: unknown): boolean =>
  field.format_enforcement !== "enforce_only" ||
  field.regex_format === null ||
  Option.match(expression(field.regex_format), {
    onNone: () => true,
    onSome: (format) => format.test(String(content))
  })

/** Why a content cannot be a key. */
interface KeyProblem {
  readonly conflict_type: "missing_key" | "format_mismatch" | "invalid_value"
  readonly message: string
}

/** Checks a key: it must be there, fit the type of the field, and match an enforced format. `undefined` if it is valid. */
export const problemWithKey = (state: State, field: EntityField, content: unknown): KeyProblem | undefined => {
  if (isNothing(content) || !isScalar(content)) {
    return { conflict_type: "missing_key", message: `The key ${JSON.stringify(field.field_name)} is missing` }
  }
  const message = problemWith(state, field, content)
  return message !== undefined
    ? { conflict_type: "invalid_value", message }
    : hasFormat(field, content)
      ? undefined
      : {
          conflict_type: "format_mismatch",
          message: `The key ${JSON.stringify(field.field_name)} does not match the format ${field.regex_format ?? ""}: ${shown(content)}`
        }
}

/** Fails with the platform's 400 if the content is not a valid key. */
export const checkKey = (
  state: State,
  field: EntityField,
  content: unknown,
  path: Place
): Effect.Effect<void, BadRequest> => {
  const problem = problemWithKey(state, field, content)
  return problem === undefined ? Effect.void : refuse(path, problem.message)
}

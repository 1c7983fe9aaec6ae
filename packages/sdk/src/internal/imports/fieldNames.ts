import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { AmbiguousReference, type ReadError, type ReferenceError, UnknownReference } from "../../KaleidoscopeError.js"
import * as MissingField from "../catalog/missingField.js"
import * as Nearest from "../catalog/nearest.js"
import * as References from "../catalog/references.js"
import type * as EntityFields from "../entityFields/lookup.js"
import * as Id from "../id.js"
import * as Unread from "../json/unread.js"
import * as Method from "../request/method.js"
import * as Calls from "./calls.js"

/** How the keys of rows name fields. */
export type By = "name" | "id"

/** Why a name does not name one field that can be written to. */
export interface Problem {
  /** The name, in the form that an error has in `reference`. */
  readonly reference: string
  readonly message: string
  /** The ids of the fields, if several have the name. */
  readonly ids: ReadonlyArray<string>
}

type Fields = ReadonlyArray<EntityFields.EntityField>

type Index = ReadonlyMap<string, Fields>

/** `recent` of a catalog of fields. */
type Recent = (isEnough: (fields: Fields) => boolean) => Effect.Effect<Fields, ReadError>

/**
 * The form in which two labels are equal if they are the same field. Names that are added are equal, too, if people
 * cannot tell them apart.
 */
export const canonicalFor = (by: By, areAdded: boolean): ((label: string) => string) =>
  by === "id" ? Id.canonical : areAdded ? Nearest.visible : (label) => label

const canonical = (by: By, label: string): string => canonicalFor(by, false)(label)

const indexBy = (by: By, fields: Fields): Index => {
  const index = new Map<string, Array<EntityFields.EntityField>>()
  for (const field of fields) {
    const label = by === "id" ? field.id : field.field_name
    if (label === null) continue
    const alike = index.get(canonical(by, label))
    if (alike === undefined) index.set(canonical(by, label), [field])
    else if (!alike.some(({ id }) => Id.same(id, field.id))) alike.push(field)
  }
  return index
}

const indices: { readonly [K in By]: WeakMap<Fields, Index> } = { id: new WeakMap(), name: new WeakMap() }

const called = (by: By, fields: Fields, label: string): Fields => {
  const existing = indices[by].get(fields)
  const index = existing ?? indexBy(by, fields)
  if (existing === undefined) indices[by].set(fields, index)
  return index.get(canonical(by, label)) ?? []
}

const describe = (by: By, kind: string, label: string): string =>
  by === "id" ? `${kind} ${Nearest.quote(label)}` : `${kind} {"field_name":${Nearest.quote(label)}}`

const isActive = (field: EntityFields.EntityField): boolean => field.is_archived !== true

/** Whether the label names exactly one field, so that nothing has to be read again. */
const isKnown = (by: By, fields: Fields, label: string): boolean =>
  called(by, fields, label).filter(isActive).length === 1

/** Whether the names of some fields cannot be read: then no name can be called unknown. */
const areNamesMissing = (fields: Fields): boolean =>
  fields.some((field) => Unread.unreadable(field, "field_name") !== undefined) ||
  (fields.length > 0 && fields.every((field) => !Unread.isPresent(field, "field_name")))

const mostSuggestions = 10

const problemOf = (
  by: By,
  kind: "key field" | "data field",
  fields: Fields,
  others: Fields,
  label: string,
  suggest: boolean
): Option.Option<Problem> => {
  const found = called(by, fields, label)
  const active = found.filter(isActive)
  if (active.length === 1) return Option.none()
  const reference = describe(by, kind, label)
  if (active.length > 1) {
    const ids = active.map(({ id }) => id)
    return Option.some({ reference, ids, message: References.ambiguousMessage(reference, ids) })
  }
  const absent = { reference, ids: [] }
  if (found.length > 0) return Option.some({ ...absent, message: `${reference} is archived` })
  if (called(by, others, label).some(isActive)) {
    return Option.some({
      ...absent,
      message:
        kind === "data field"
          ? `${Nearest.quote(label)} is a key field, but it is not among the keys of this push: add it to them`
          : `${Nearest.quote(label)} is a data field, not a key field`
    })
  }
  const there = `there is no ${reference}`
  if (by === "id") {
    const named = called("name", fields, label).filter(isActive)
    const [only] = named
    return Option.some({
      ...absent,
      message:
        only === undefined
          ? there
          : `there is no ${kind} with the id ${Nearest.quote(label)}. A field with this name exists: use its id, ${only.id}`
    })
  }
  // Somebody may have misspelled a key, and not a data field.
  const meant = kind === "data field" ? [...fields, ...others] : fields
  const names = meant.filter(isActive).flatMap(({ field_name }) => field_name ?? [])
  return Option.some({ ...absent, message: suggest ? `${there}${Nearest.suggestion(label, names)}` : there })
}

/** The problems of these names. Before a name is called unknown, the fields are read again. */
const problems = (
  by: By,
  kind: "key field" | "data field",
  recent: Recent,
  recentOthers: Recent,
  labels: Iterable<string>,
  /** The names that were unknown before, each with the list that was searched: while that list is cached, it is not read again. */
  refused: Map<string, Fields>
): Effect.Effect<ReadonlyMap<string, Problem>, ReadError> =>
  Effect.gen(function* () {
    const all = [...labels]
    const found = new Map<string, Problem>()
    if (all.length === 0) return found
    const fields = yield* recent((held) =>
      all.every((label) => isKnown(by, held, label) || refused.get(label) === held)
    )
    const unknown = all.filter((label) => !isKnown(by, fields, label))
    if (unknown.length === 0) return found
    if (by === "name" && areNamesMissing(fields))
      return yield* MissingField.error("EntityFields.list", `each ${kind}`, "field_name")
    const others = yield* recentOthers(() => true)
    for (const label of new Set([...refused.keys(), ...unknown])) {
      if (isKnown(by, fields, label)) refused.delete(label)
      else refused.set(label, fields)
    }
    for (const label of unknown) {
      const problem = problemOf(by, kind, fields, others, label, found.size < mostSuggestions)
      if (Option.isSome(problem)) found.set(label, problem.value)
    }
    return found
  })

/** Checks the names that rows use against the fields of the workspace. */
export const make = (keyFields: { readonly recent: Recent }, dataFields: { readonly recent: Recent }, by: By) => {
  const refusedKeys = new Map<string, Fields>()
  const refusedColumns = new Map<string, Fields>()
  return {
    keys: (labels: Iterable<string>) =>
      problems(by, "key field", keyFields.recent, dataFields.recent, labels, refusedKeys),
    columns: (labels: Iterable<string>) =>
      problems(by, "data field", dataFields.recent, keyFields.recent, labels, refusedColumns)
  }
}

/** Fails if there are problems; the message has the first of them, after what else is wrong. `advice` follows it. */
export const refuse = (
  call: string,
  found: ReadonlyArray<Problem>,
  advice = "",
  others: ReadonlyArray<string> = []
): Effect.Effect<void, ReferenceError> => {
  const [first] = found
  if (first === undefined) return Effect.void
  const messages = References.listed([...others, ...found.map(({ message }) => message)])
  const facts = Method.localFacts(call, `${messages}. Nothing was sent${advice}`)
  if (found.every(({ ids }) => ids.length > 0)) {
    return Effect.fail(new AmbiguousReference({ ...facts, reference: first.reference, ids: first.ids }))
  }
  const references = found.slice(0, References.mostListed).map(({ reference }) => reference)
  return Effect.fail(new UnknownReference({ ...facts, reference: references.join(", ") }))
}

/** As `refuse`, for a push. */
export const refusePush = (
  found: ReadonlyArray<Problem>,
  others?: ReadonlyArray<string>
): Effect.Effect<void, ReferenceError> =>
  refuse(Calls.push.name, found, ': correct the names, or set unknown_fields: "add" to create missing fields', others)

/** Why two labels cannot both be sent. */
export const alike = (first: string, second: string): string =>
  first === second
    ? `${Nearest.quote(first)} appears twice`
    : `${Nearest.quote(first)} and ${Nearest.quote(second)} look the same but are written differently: they would become two fields`

/** Two labels in a list that are the same field, or that people cannot tell apart. */
export const twice = (
  labels: Iterable<string>,
  canonical: (label: string) => string
): Option.Option<readonly [first: string, second: string, index: number]> => {
  const seen = new Map<string, string>()
  let index = 0
  for (const label of labels) {
    const before = seen.get(canonical(label))
    if (before !== undefined) return Option.some([before, label, index])
    seen.set(canonical(label), label)
    index++
  }
  return Option.none()
}

/**
 * Why a field of this name must not be added: the name is empty, or it looks like another name. `seen` has the names by
 * what is visible of them, and gets this one.
 */
export const unaddable = (seen: Map<string, string>, name: string): string | undefined => {
  const visible = Nearest.visible(name)
  if (visible === "") return "a field needs a name"
  const before = seen.get(visible)
  if (before !== undefined && before !== name) return alike(before, name)
  seen.set(visible, name)
  return undefined
}

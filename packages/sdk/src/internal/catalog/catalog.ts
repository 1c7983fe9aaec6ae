import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"
import * as Option from "effect/Option"
import type { AmbiguousReference, DecodeError, NotFound, ReadError, ReferenceError } from "../../KaleidoscopeError.js"
import * as Metrics from "../../Metrics.js"
import * as Id from "../id.js"
import * as Unread from "../json/unread.js"
import * as Monotonic from "../monotonic.js"
import type * as Api from "../request/api.js"
import type * as Call from "../request/call.js"
import type * as Errors from "../request/errors.js"
import * as Method from "../request/method.js"
import type { Policy } from "../request/policy.js"
import * as MissingField from "./missingField.js"
import * as Nearest from "./nearest.js"
import * as References from "./references.js"
import * as SingleFlight from "./singleFlight.js"

/** The ways to name a thing in an argument: its id, its model, or one of its names. */
export type Reference<Id extends string, Name extends string> =
  | Id
  | { readonly id: Id }
  | { readonly [Key in Name]: { readonly [Only in Key]: string } }[Name]

/** What every service offers for things that the API lists as a whole, and of which it has no call for one. */
export interface Lookups<A, Ref> {
  /** Reads all of them from the server now: each once, though the server may list it twice. */
  readonly list: Effect.Effect<ReadonlyArray<A>, ReadError>
  /** Reads the list, and gives the one that is named, if there is one. `AmbiguousReference` if several have the name. */
  readonly find: (reference: Ref) => Effect.Effect<Option.Option<A>, ReadError | AmbiguousReference>
  /** As `find`, but fails with `NotFound` if there is none. */
  readonly get: (reference: Ref) => Effect.Effect<A, ReadError | AmbiguousReference | NotFound>
  /** Reads the list, and gives those that are named and exist, in the order of the arguments. */
  readonly findMany: (references: Iterable<Ref>) => Effect.Effect<ReadonlyArray<A>, ReadError | AmbiguousReference>
  /** As `findMany`, but fails with a `NotFound` that names all that do not exist. */
  readonly getMany: (
    references: Iterable<Ref>
  ) => Effect.Effect<ReadonlyArray<A>, ReadError | AmbiguousReference | NotFound>
}

/** The list of all things of one kind, with lookups of the ids that arguments name. */
export interface Catalog<A, Ref, Id> extends Lookups<A, Ref> {
  /** The id that an argument names. An id is returned unchanged. A name is looked up in the held list, or else in a new one. */
  readonly resolve: (reference: Ref) => Effect.Effect<Id, ReadError | ReferenceError>
  /** The thing that an argument names, from the held list, or else from a new one. */
  readonly known: (reference: Ref) => Effect.Effect<Option.Option<A>, ReadError | AmbiguousReference>
  /** The held list if `isEnough` accepts it, or else a new one. */
  readonly recent: (isEnough: (items: ReadonlyArray<A>) => boolean) => Effect.Effect<ReadonlyArray<A>, ReadError>
  /** As `resolve`, in the order of the arguments. */
  readonly resolveAll: (
    references: Iterable<Ref> | null | undefined
  ) => Effect.Effect<Array<Id> | undefined, ReadError | ReferenceError>
  /** Drops the held list, because a thing in it was changed. */
  readonly drop: Effect.Effect<void>
}

type LookupMethod = "find" | "get" | "findMany" | "getMany"

interface Held<A> {
  readonly items: ReadonlyArray<A>
  readonly until: number
}

interface Flights<A> {
  readonly now: Effect.Effect<ReadonlyArray<A>, ReadError>
  readonly running: Effect.Effect<ReadonlyArray<A>, ReadError>
}

interface Store<A> {
  held: Held<A> | undefined
  /** The reads in flight, by policy. `drop` replaces the map, so no caller joins a read that began before the change. */
  flights: WeakMap<Policy, Flights<A>>
}

/** The id in a reference, if the reference has one. */
export const idIn = <Id extends string>(reference: Id | { readonly [key: string]: unknown }): Id | undefined => {
  if (typeof reference === "string") return reference
  const { id } = reference
  return typeof id === "string" ? (id as Id) : undefined // a model's id, of the brand that the reference's type demands
}

/** The id in a reference that can only be an id or a model. */
export const idOf = <Id extends string>(reference: Id | { readonly id: Id }): Id =>
  typeof reference === "string" ? reference : reference.id

/** As `idOf`, for a reference that may be `null` or `undefined`. */
export const idOrNone = <Id extends string, None extends null | undefined>(
  reference: Id | { readonly id: Id } | None
): Id | None =>
  typeof reference === "string"
    ? reference
    : typeof reference === "object" && reference !== null
      ? reference.id
      : reference

/** Resolves an argument that may be `null` or `undefined`, and returns these two unchanged. */
export const optional = <A, B, E>(
  value: A | null | undefined,
  resolve: (value: A) => Effect.Effect<B, E>
): Effect.Effect<B | null | undefined, E> =>
  value === undefined ? Effect.succeed(undefined) : value === null ? Effect.succeed(null) : resolve(value)

const describe = (kind: string, reference: unknown, id: string | undefined): string =>
  id === undefined ? `${kind} ${JSON.stringify(reference)}` : `${kind} ${id}`

/** The things of a list by id and by name, so that the lookup of a reference does not go through the whole list. */
interface Index<A> {
  readonly byId: ReadonlyMap<string, A>
  readonly byName: Map<string, ReadonlyMap<unknown, ReadonlyArray<A>>>
}

const mostSuggestions = 10

/** Makes the catalog of the things that a call lists. */
export const make = <A extends { readonly id: string }, I, const Name extends keyof A & string>(
  api: Api.Api,
  options: {
    /** The word for one of the things in an error. */
    readonly kind: string
    /** The call that lists all of them. */
    readonly call: Call.Read<Call.Route<"GET">, never, ReadonlyArray<A>, I, Errors.StatusError>
    /** Selects the things of the catalog from those that the call lists. @default all */
    readonly only?: (item: A) => boolean
    /** The names of the service's methods, if they differ from the names here. */
    readonly methods?: { readonly [Method in LookupMethod]?: string }
    /** The fields that can name a thing in an argument. */
    readonly names: ReadonlyArray<Name>
  }
): Catalog<A, Reference<A["id"], Name>, A["id"]> => {
  type Id = A["id"]
  type Ref = Reference<Id, Name>
  const { call, kind } = options
  const service = call.name.slice(0, call.name.indexOf("."))

  const store = api.state.shared(call.name, (): Store<A> => ({ held: undefined, flights: new WeakMap() }))

  let made: Effect.Effect<ReadonlyArray<A>, ReadError> | undefined
  /** Reads the list. It is made when it is needed: most of the catalogs of a program are never read. */
  const read = () =>
    (made ??= Effect.map(api.get(call), (items) =>
      Id.distinct(options.only === undefined ? items : items.filter(options.only))
    ))

  const fetch = Effect.suspend(() => {
    const before = store.flights
    return Effect.flatMap(read(), (items) =>
      Effect.clockWith((clock) => {
        // A list from before a change is not held after it.
        if (store.flights === before) store.held = { items, until: Monotonic.now(clock) + api.state.catalogTimeToLive }
        return Effect.succeed(items)
      })
    )
  })

  const flights = (): Flights<A> => {
    const existing = store.flights.get(api.policy)
    if (existing !== undefined) return existing
    const created: Flights<A> = { now: SingleFlight.ofMoment(fetch), running: SingleFlight.make(fetch) }
    store.flights.set(api.policy, created)
    return created
  }

  const nameOf = (method: LookupMethod) => `${service}.${options.methods?.[method] ?? method}`

  const indices = new WeakMap<ReadonlyArray<A>, Index<A>>()

  const indexOf = (items: ReadonlyArray<A>): Index<A> => {
    const existing = indices.get(items)
    if (existing !== undefined) return existing
    const created = { byId: new Map(items.map((item) => [Id.canonical(item.id), item])), byName: new Map() }
    indices.set(items, created)
    return created
  }

  const called = (items: ReadonlyArray<A>, name: string): ReadonlyMap<unknown, ReadonlyArray<A>> => {
    const { byName } = indexOf(items)
    const existing = byName.get(name)
    if (existing !== undefined) return existing
    const known = options.names.find((known) => known === name)
    const created = new Map<unknown, Array<A>>()
    for (const item of known === undefined ? [] : items) {
      const value: unknown = item[known ?? "id"]
      // `null` does not name the things without a name.
      if (typeof value !== "string") continue
      const alike = created.get(value)
      if (alike === undefined) created.set(value, [item])
      else alike.push(item)
    }
    byName.set(name, created)
    return created
  }

  const matching = (items: ReadonlyArray<A>, reference: Ref): ReadonlyArray<A> => {
    const id = idIn<Id>(reference)
    if (id !== undefined) {
      const item = indexOf(items).byId.get(Id.canonical(id))
      return item === undefined ? [] : [item]
    }
    const [first, ...others] = Object.entries(reference).map(([name, value]) => called(items, name).get(value) ?? [])
    return first === undefined ? [] : first.filter((item) => others.every((alike) => alike.includes(item)))
  }

  /** A name in a reference that cannot be compared: the field is unreadable in one of the things, or missing in all. */
  const unsaidName = (items: ReadonlyArray<A>, reference: Ref): string | undefined =>
    items.length === 0 || idIn(reference) !== undefined
      ? undefined
      : Object.keys(reference).find(
          (name) =>
            items.some((item) => Unread.unreadable(item, name) !== undefined) ||
            items.every((item) => !Unread.isPresent(item, name))
        )

  const one = (
    method: LookupMethod,
    items: ReadonlyArray<A>,
    reference: Ref
  ): Effect.Effect<Option.Option<A>, AmbiguousReference | DecodeError> => {
    const [first, ...others] = matching(items, reference)
    if (first === undefined) {
      const name = unsaidName(items, reference)
      if (name !== undefined) return Effect.fail(MissingField.error(nameOf(method), `each ${kind}`, name))
    }
    if (first === undefined || others.length === 0) return Effect.succeed(Option.fromNullable(first))
    const ids = [first, ...others].map(({ id }) => id)
    return Effect.fail(References.ambiguous(nameOf(method), describe(kind, reference, idIn(reference)), ids))
  }

  const several = (method: LookupMethod, items: ReadonlyArray<A>, references: Iterable<Ref>) =>
    Effect.forEach(references, (reference) =>
      Effect.map(one(method, items, reference), (found) => [reference, found] as const)
    )

  /** The text that suggests a similar name. */
  const suggestion = (items: ReadonlyArray<A>, reference: Ref): string => {
    if (idIn<Id>(reference) !== undefined) return ""
    for (const [name, value] of Object.entries(reference)) {
      const known = options.names.find((known) => known === name)
      if (known === undefined || typeof value !== "string") continue
      const names = items.flatMap((item) => {
        const one: unknown = item[known]
        return typeof one === "string" ? [one] : []
      })
      const found = Nearest.suggestion(value, names)
      if (found !== "") return found
    }
    return ""
  }

  const missing = (method: LookupMethod, items: ReadonlyArray<A>, references: ReadonlyArray<Ref>) => {
    const described = references.map((reference, index) => {
      const thing = describe(kind, reference, idIn(reference))
      return index < mostSuggestions ? `${thing}${suggestion(items, reference)}` : thing
    })
    return References.notFound(
      nameOf(method),
      `there is no ${described.join(", no ")}`,
      references.map((reference) => idIn<string>(reference) ?? JSON.stringify(reference))
    )
  }

  const list = Effect.flatMap(api.usesApplicationPolicy, (usesApplicationPolicy) =>
    usesApplicationPolicy ? flights().now : read()
  )

  const recent = (isEnough: (items: ReadonlyArray<A>) => boolean) =>
    Effect.gen(function* () {
      const now = Monotonic.now(yield* Effect.clock)
      const { held } = store
      const isHeld = held !== undefined && now < held.until && isEnough(held.items)
      yield* Effect.tagMetrics(Metric.increment(Metrics.lookups), {
        catalog: service,
        result: isHeld ? "hit" : "miss"
      })
      if (isHeld) return held.items
      return yield* (yield* api.usesApplicationPolicy) ? flights().running : fetch
    })

  const looked = (reference: Ref) =>
    Effect.flatMap(
      recent((held) => matching(held, reference).length === 1),
      (items) => Effect.map(one("find", items, reference), (found) => [items, found] as const)
    )

  const resolve = (reference: Ref): Effect.Effect<Id, ReadError | ReferenceError> => {
    const id = idIn<Id>(reference)
    if (id !== undefined) return Effect.succeed(id)
    return Effect.gen(function* () {
      const [items, found] = yield* looked(reference)
      if (Option.isSome(found)) return found.value.id
      const described = describe(kind, reference, undefined)
      return yield* References.unknown(nameOf("find"), described, suggestion(items, reference))
    })
  }

  return {
    list,
    find: (reference) =>
      Effect.flatMap(list, (items) => one("find", items, reference)).pipe(Method.withSpan(nameOf("find"))),
    get: (reference) =>
      Effect.flatMap(list, (items) =>
        Effect.flatMap(
          one("get", items, reference),
          Option.match({ onNone: () => Effect.fail(missing("get", items, [reference])), onSome: Effect.succeed })
        )
      ).pipe(Method.withSpan(nameOf("get"))),
    findMany: (references) =>
      Effect.flatMap(list, (items) => several("findMany", items, references)).pipe(
        Effect.map((found) => found.flatMap(([, item]) => Option.toArray(item))),
        Method.withSpan(nameOf("findMany"))
      ),
    getMany: (references) =>
      Effect.flatMap(list, (items) =>
        Effect.flatMap(several("getMany", items, references), (found) => {
          const absent = found.flatMap(([reference, item]) => (Option.isNone(item) ? [reference] : []))
          return absent.length > 0
            ? Effect.fail(missing("getMany", items, absent))
            : Effect.succeed(found.flatMap(([, item]) => Option.toArray(item)))
        })
      ).pipe(Method.withSpan(nameOf("getMany"))),
    known: (reference) => Effect.map(looked(reference), ([, found]) => found),
    resolve,
    recent,
    resolveAll: (references) =>
      references === null || references === undefined ? Effect.succeed(undefined) : Effect.forEach(references, resolve),
    drop: Effect.sync(() => {
      store.held = undefined
      store.flights = new WeakMap()
    })
  }
}

/** The methods of a catalog that a service has. */
export const lookups = <A, Ref, Id>({ find, findMany, get, getMany, list }: Catalog<A, Ref, Id>): Lookups<A, Ref> => ({
  list,
  find,
  get,
  findMany,
  getMany
})

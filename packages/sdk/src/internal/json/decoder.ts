import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as ParseResult from "effect/ParseResult"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import * as SchemaAST from "effect/SchemaAST"
import * as Timestamp from "./timestamp.js"
import * as Unread from "./unread.js"
import * as Wire from "./wire.js"

/** Decodes JSON, or gives `mismatch`. */
type Decode = (value: unknown) => unknown

/** Whether fields that a schema does not name are kept. The setting of a schema applies to all schemas inside it. */
type Excess = "preserve" | "ignore"

const mismatch = Symbol()

/** Stands in a path for the index of an item of a list, or for the key of an entry of a map. */
export const each = Symbol("each")

/** Where a schema stands in the one that is compiled. */
type Place = ReadonlyArray<string | typeof each>

/** A field that was present and could not be read. */
export interface Unreadable {
  readonly model: object
  readonly name: string
  readonly raw: unknown
  readonly place: Place
  /** The index or key for each `each` of the place. */
  readonly keys: ReadonlyArray<string | number>
  readonly expected: string
}

// They belong to the value that is being decoded. Decoding is synchronous, so there is only one.
let unreadable: Array<Unreadable> = []
const keys: Array<string | number> = []

const depthOf = (place: Place): number => place.filter((step) => step === each).length

const when =
  (fits: (value: unknown) => boolean): Decode =>
  (value) =>
    fits(value) ? value : mismatch

const anything: Decode = (value) => value
const string = when(Predicate.isString)
const number = when(Predicate.isNumber)
const boolean = when(Predicate.isBoolean)

const timestamp: Decode = (value) =>
  typeof value === "string" ? (Timestamp.parseOrUndefined(value) ?? mismatch) : mismatch

const list =
  (item: Decode, depth: number): Decode =>
  (value) => {
    if (!Array.isArray(value)) return mismatch
    for (let index = 0; index < value.length; index++) {
      keys[depth] = index
      const decoded = item(value[index])
      if (decoded === mismatch) return mismatch
      value[index] = decoded
    }
    return value
  }

const map =
  (item: Decode, depth: number): Decode =>
  (value) => {
    if (!Predicate.isRecord(value)) return mismatch
    if (item === anything) return value
    for (const key of Object.keys(value)) {
      keys[depth] = key
      const before = value[key]
      const decoded = item(before)
      if (decoded === mismatch) return mismatch
      if (decoded !== before) value[key] = decoded
    }
    return value
  }

interface Field {
  readonly name: string
  readonly decode: Decode
  /** Makes the field's value if the field is missing or `null`. */
  readonly absent: (() => unknown) | undefined
  readonly optional: boolean
  /** Whether the response cannot be used if this field cannot be read. */
  readonly essential: boolean
  readonly decisive: boolean
  readonly expected: () => string
}

const struct =
  (fields: ReadonlyArray<Field>, excess: Excess, place: Place): Decode =>
  (value) => {
    if (!Predicate.isRecord(value)) return mismatch
    const decoded = excess === "preserve" ? value : {}
    for (const field of fields) {
      const { absent, name } = field
      const before = value[name]
      if (absent === undefined) {
        if (before === undefined) {
          if (field.optional) continue
          return mismatch
        }
        const after = field.decode(before)
        if (after === mismatch) return mismatch
        if (after !== before || decoded !== value) decoded[name] = after
        continue
      }
      if (before === undefined || before === null) {
        if (field.decisive && before === undefined) Unread.addMissing(decoded, name)
        decoded[name] = absent()
        continue
      }
      const known = unreadable.length
      let after = field.decode(before)
      if (after === mismatch) {
        if (field.essential) return mismatch
        // Unreadable fields inside of it are not listed on their own.
        unreadable.length = known
        const inside = [...place, name]
        unreadable.push({
          model: decoded,
          name,
          raw: before,
          place: inside,
          keys: keys.slice(0, depthOf(place)),
          expected: field.expected()
        })
        after = absent()
      }
      if (after !== before || decoded !== value) decoded[name] = after
    }
    return decoded
  }

const hasOptions = (ast: SchemaAST.AST): boolean => Option.isSome(SchemaAST.getParseOptionsAnnotation(ast))

// JSON has no `undefined`.
const membersOf = (ast: SchemaAST.AST): ReadonlyArray<SchemaAST.AST> =>
  SchemaAST.isUndefinedKeyword(ast)
    ? []
    : SchemaAST.isUnion(ast) && !hasOptions(ast)
      ? ast.types.flatMap(membersOf)
      : [ast]

const isNull = (ast: SchemaAST.AST): boolean => SchemaAST.isLiteral(ast) && ast.literal === null

const scalars = new Set<SchemaAST.AST["_tag"]>(["StringKeyword", "NumberKeyword", "BooleanKeyword", "Literal"])

const compileUnion = (members: ReadonlyArray<SchemaAST.AST>, excess: Excess, place: Place): Decode | undefined => {
  const [first, ...others] = members.filter((member) => !isNull(member))
  if (first === undefined) return undefined
  if (others.length > 0 && ![first, ...others].every(({ _tag }) => scalars.has(_tag))) return undefined
  const nullable = members.some(isNull)
  const decode = others.reduce<Decode>(
    (decode, member) => {
      const other = compile(member, excess, place)
      return (value) => (decode(value) === mismatch ? other(value) : value)
    },
    compile(first, excess, place)
  )
  return nullable ? (value) => (value === null ? null : decode(value)) : decode
}

/** A field that may be missing. */
interface MayBeMissing {
  readonly absent: () => unknown
  readonly essential: boolean
  readonly decisive: boolean
}

const compileStruct = (
  from: SchemaAST.TypeLiteral,
  missing: ReadonlyMap<PropertyKey, MayBeMissing>,
  excess: Excess,
  place: Place
): Decode | undefined => {
  const fields: Array<Field> = []
  for (const { isOptional, name, type } of from.propertySignatures) {
    // A property that every object inherits would be read in place of a missing field.
    if (typeof name !== "string" || name in Object.prototype) return undefined
    const { absent, decisive = false, essential = false } = missing.get(name) ?? {}
    const inside = [...place, name]
    const present = absent === undefined ? [type] : membersOf(type).filter((member) => !isNull(member))
    const [only, ...others] = present
    const decode =
      only !== undefined && others.length === 0 ? compile(only, excess, inside) : compileUnion(present, excess, inside)
    if (decode === undefined) return undefined
    // Making the words takes as long as the rest, and they are hardly ever shown.
    const expected = () => present.map(Wire.inWords).join(" | ")
    fields.push({ name, decode, absent, optional: isOptional, essential, decisive, expected })
  }
  return struct(fields, excess, place)
}

const compileObject = (ast: SchemaAST.TypeLiteral, excess: Excess, place: Place): Decode | undefined => {
  const [others, ...more] = ast.indexSignatures
  if (others === undefined) {
    return ast.propertySignatures.length === 0 ? undefined : compileStruct(ast, new Map(), excess, place)
  }
  return more.length === 0 && ast.propertySignatures.length === 0 && SchemaAST.isStringKeyword(others.parameter)
    ? map(compile(others.type, excess, [...place, each]), depthOf(place))
    : undefined
}

/** The fields of a model that may be missing. */
export const mayBeMissing = (to: SchemaAST.TypeLiteral): ReadonlyMap<PropertyKey, MayBeMissing> =>
  new Map(
    to.propertySignatures.flatMap(({ annotations, name }) => {
      const absent = annotations[Wire.Absent]
      return Predicate.isFunction(absent)
        ? [
            [
              name,
              {
                absent: () => absent(),
                essential: annotations[Wire.Essential] === true,
                decisive: annotations[Wire.Decisive] === true
              }
            ] as const
          ]
        : []
    })
  )

const compileTransformation = (ast: SchemaAST.Transformation, excess: Excess, place: Place): Decode | undefined => {
  if (ast === Wire.timestamp.ast) return timestamp
  const { from, to, transformation } = ast
  if (!SchemaAST.isTypeLiteralTransformation(transformation)) return undefined
  if (!SchemaAST.isTypeLiteral(from) || !SchemaAST.isTypeLiteral(to) || from.indexSignatures.length > 0)
    return undefined
  const missing = mayBeMissing(to)
  return transformation.propertySignatureTransformations.every(
    (field) => field.from === field.to && missing.has(field.to)
  )
    ? compileStruct(from, missing, excess, place)
    : undefined
}

const compileKnown = (ast: SchemaAST.AST, excess: Excess, place: Place): Decode | undefined => {
  switch (ast._tag) {
    case "UnknownKeyword":
      return anything
    case "StringKeyword":
      return string
    case "NumberKeyword":
      return number
    case "BooleanKeyword":
      return boolean
    case "Literal":
      return when((value) => value === ast.literal)
    case "Declaration":
      return Wire.Known in ast.annotations ? string : undefined
    case "Union":
      return compileUnion(membersOf(ast), excess, place)
    case "TupleType": {
      const [item, ...others] = ast.rest
      return item !== undefined && others.length === 0 && ast.elements.length === 0
        ? list(compile(item.type, excess, [...place, each]), depthOf(place))
        : undefined
    }
    case "TypeLiteral":
      return compileObject(ast, excess, place)
    case "Transformation":
      return compileTransformation(ast, excess, place)
    default:
      return undefined
  }
}

const compile = (ast: SchemaAST.AST, inherited: Excess, place: Place): Decode => {
  const excess = Option.getOrUndefined(SchemaAST.getParseOptionsAnnotation(ast))?.onExcessProperty ?? inherited
  const known =
    excess === "error" || Option.isSome(SchemaAST.getDecodingFallbackAnnotation(ast))
      ? undefined
      : compileKnown(ast, excess, place)
  if (known !== undefined) return known
  const interpret = ParseResult.decodeUnknownEither(Schema.make(ast), { onExcessProperty: inherited })
  return (value) => Either.getOrElse(interpret(value), () => mismatch)
}

const compiled = new WeakMap<SchemaAST.AST, Decode>()

/** The decoded value of a JSON value, and the fields that could not be read. */
export interface Decoded<A> {
  readonly value: A
  readonly unreadable: ReadonlyArray<Unreadable>
}

/**
 * Decodes parsed JSON with a schema. The result is `None` if the JSON does not fit. A field that may be missing and cannot
 * be read counts as missing, and is listed. **The JSON is changed**: decoded values replace their JSON in place, also when
 * the result is `None` and in the raw values of fields that could not be read.
 *
 * `Schema.decodeUnknown` takes 5 to 9 times as long as `JSON.parse` (measured on 3.22, with unknown fields kept), and one
 * field that does not fit fails the whole. This decoder takes 0.4 times as long. It is compiled from the schema at its first
 * use, and leaves the parts of a schema that it does not know to the schema's own decoder.
 */
export const decode = <A, I>(schema: Schema.Schema<A, I>, json: unknown): Option.Option<Decoded<A>> => {
  const existing = compiled.get(schema.ast)
  const decode = existing ?? compile(schema.ast, "ignore", [])
  if (existing === undefined) compiled.set(schema.ast, decode)
  const found: Array<Unreadable> = []
  unreadable = found
  const value = decode(json)
  return value === mismatch ? Option.none() : Option.some({ value: value as A, unreadable: found }) // the type of the schema
}

import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as ParseResult from "effect/ParseResult"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import * as SchemaAST from "effect/SchemaAST"
import * as Timestamp from "./timestamp.js"
import * as Wire from "./wire.js"

/** Gives what JSON means, or `mismatch`. */
type Decode = (value: unknown) => unknown

/** Whether fields that a schema does not name are kept. A schema says it for all schemas inside. */
type Excess = "preserve" | "ignore"

const mismatch = Symbol()

const when =
  (fits: (value: unknown) => boolean): Decode =>
  (value) =>
    fits(value) ? value : mismatch

const anything: Decode = (value) => value
const string = when(Predicate.isString)
const number = when(Predicate.isNumber)
const boolean = when(Predicate.isBoolean)

const timestamp: Decode = (value) => {
  const parsed = typeof value === "string" ? Timestamp.parse(value) : Option.none()
  return Option.isSome(parsed) ? parsed.value : mismatch
}

const list =
  (item: Decode): Decode =>
  (value) => {
    if (!Array.isArray(value)) return mismatch
    for (let index = 0; index < value.length; index++) {
      const decoded = item(value[index])
      if (decoded === mismatch) return mismatch
      value[index] = decoded
    }
    return value
  }

const map =
  (item: Decode): Decode =>
  (value) => {
    if (!Predicate.isRecord(value)) return mismatch
    if (item === anything) return value
    for (const key of Object.keys(value)) {
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
  /** What it is if it is missing or `null`. */
  readonly absent: (() => unknown) | undefined
  readonly optional: boolean
}

const struct =
  (fields: ReadonlyArray<Field>, excess: Excess): Decode =>
  (value) => {
    if (!Predicate.isRecord(value)) return mismatch
    const decoded = excess === "preserve" ? value : {}
    for (const { absent, decode, name, optional } of fields) {
      const before = value[name]
      if (before === undefined && absent === undefined) {
        if (optional) continue
        return mismatch
      }
      const after = absent !== undefined && (before === undefined || before === null) ? absent() : decode(before)
      if (after === mismatch) return mismatch
      if (after !== before || decoded !== value) decoded[name] = after
    }
    return decoded
  }

const hasOptions = (ast: SchemaAST.AST): boolean => Option.isSome(SchemaAST.getParseOptionsAnnotation(ast))

// No JSON is `undefined`.
const membersOf = (ast: SchemaAST.AST): ReadonlyArray<SchemaAST.AST> =>
  SchemaAST.isUndefinedKeyword(ast)
    ? []
    : SchemaAST.isUnion(ast) && !hasOptions(ast)
      ? ast.types.flatMap(membersOf)
      : [ast]

const isNull = (ast: SchemaAST.AST): boolean => SchemaAST.isLiteral(ast) && ast.literal === null

const scalars = new Set<SchemaAST.AST["_tag"]>(["StringKeyword", "NumberKeyword", "BooleanKeyword", "Literal"])

const compileUnion = (members: ReadonlyArray<SchemaAST.AST>, excess: Excess): Decode | undefined => {
  const [first, ...others] = members.filter((member) => !isNull(member))
  if (first === undefined) return undefined
  if (others.length > 0 && ![first, ...others].every(({ _tag }) => scalars.has(_tag))) return undefined
  const nullable = members.some(isNull)
  const decode = others.reduce<Decode>(
    (decode, member) => {
      const other = compile(member, excess)
      return (value) => (decode(value) === mismatch ? other(value) : value)
    },
    compile(first, excess)
  )
  return nullable ? (value) => (value === null ? null : decode(value)) : decode
}

const compileStruct = (
  from: SchemaAST.TypeLiteral,
  absentOf: (name: PropertyKey) => (() => unknown) | undefined,
  excess: Excess
): Decode | undefined => {
  const fields: Array<Field> = []
  for (const { isOptional, name, type } of from.propertySignatures) {
    // What every object inherits would be read where it is missing.
    if (typeof name !== "string" || name in Object.prototype) return undefined
    const absent = absentOf(name)
    const present = absent === undefined ? [type] : membersOf(type).filter((member) => !isNull(member))
    const [only, ...others] = present
    const decode = only !== undefined && others.length === 0 ? compile(only, excess) : compileUnion(present, excess)
    if (decode === undefined) return undefined
    fields.push({ name, decode, absent, optional: isOptional })
  }
  return struct(fields, excess)
}

const compileObject = (ast: SchemaAST.TypeLiteral, excess: Excess): Decode | undefined => {
  const [others, ...more] = ast.indexSignatures
  if (others === undefined) {
    return ast.propertySignatures.length === 0 ? undefined : compileStruct(ast, () => undefined, excess)
  }
  return more.length === 0 && ast.propertySignatures.length === 0 && SchemaAST.isStringKeyword(others.parameter)
    ? map(compile(others.type, excess))
    : undefined
}

const compileTransformation = (ast: SchemaAST.Transformation, excess: Excess): Decode | undefined => {
  if (ast === Wire.timestamp.ast) return timestamp
  const { from, to, transformation } = ast
  if (!SchemaAST.isTypeLiteralTransformation(transformation)) return undefined
  if (!SchemaAST.isTypeLiteral(from) || !SchemaAST.isTypeLiteral(to) || from.indexSignatures.length > 0)
    return undefined
  const absent = new Map<PropertyKey, () => unknown>()
  for (const { annotations, name } of to.propertySignatures) {
    const value = annotations[Wire.Absent]
    if (Predicate.isFunction(value)) absent.set(name, () => value())
  }
  return transformation.propertySignatureTransformations.every(
    (field) => field.from === field.to && absent.has(field.to)
  )
    ? compileStruct(from, (name) => absent.get(name), excess)
    : undefined
}

const compileKnown = (ast: SchemaAST.AST, excess: Excess): Decode | undefined => {
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
      return Option.isSome(SchemaAST.getAnnotation(ast, Wire.Known)) ? string : undefined
    case "Union":
      return compileUnion(membersOf(ast), excess)
    case "TupleType": {
      const [item, ...others] = ast.rest
      return item !== undefined && others.length === 0 && ast.elements.length === 0
        ? list(compile(item.type, excess))
        : undefined
    }
    case "TypeLiteral":
      return compileObject(ast, excess)
    case "Transformation":
      return compileTransformation(ast, excess)
    default:
      return undefined
  }
}

const compile = (ast: SchemaAST.AST, inherited: Excess): Decode => {
  const excess = Option.getOrUndefined(SchemaAST.getParseOptionsAnnotation(ast))?.onExcessProperty ?? inherited
  const known =
    excess === "error" || Option.isSome(SchemaAST.getDecodingFallbackAnnotation(ast))
      ? undefined
      : compileKnown(ast, excess)
  if (known !== undefined) return known
  const interpret = ParseResult.decodeUnknownEither(Schema.make(ast), { onExcessProperty: inherited })
  return (value) => Either.getOrElse(interpret(value), () => mismatch)
}

const compiled = new WeakMap<SchemaAST.AST, Decode>()

/**
 * Makes of parsed JSON what a schema means, where that is certain: none means that the schema's own decoder has to say.
 * It is compiled from the schema when it is first needed. What it does not know in a schema it leaves to the schema's
 * own decoder. **The JSON is used up**: what is decoded takes its place, also when the answer is none.
 */
export const decode = <A, I>(schema: Schema.Schema<A, I>, json: unknown): Option.Option<A> => {
  const existing = compiled.get(schema.ast)
  const decode = existing ?? compile(schema.ast, "ignore")
  if (existing === undefined) compiled.set(schema.ast, decode)
  const value = decode(json)
  return value === mismatch ? Option.none() : Option.some(value as A) // what the schema's AST says is its type
}

import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as SchemaAST from "effect/SchemaAST"
import * as Wire from "./wire.js"

/** Where an answer is other than the schemas know, although they can read it. */
export interface Drift {
  readonly path: ReadonlyArray<PropertyKey>
  readonly expected: string
  readonly actual: unknown
}

const inStruct = (
  from: SchemaAST.TypeLiteral,
  to: SchemaAST.TypeLiteral | undefined,
  value: unknown,
  path: ReadonlyArray<PropertyKey>
): Drift | undefined => {
  // What is no object is no drift: it cannot be read at all, and decoding says so.
  if (!Predicate.isRecord(value)) return undefined
  const known = new Map(from.propertySignatures.map((property) => [property.name, property]))
  const others = from.indexSignatures[0]
  for (const [key, item] of Object.entries(value)) {
    const property = known.get(key)
    const type = property?.type ?? others?.type
    if (type === undefined) return { path: [...path, key], expected: "nothing", actual: item }
    const found = find(type, item, [...path, key])
    if (found !== undefined) return found
  }
  for (const property of to?.propertySignatures ?? []) {
    const key = String(property.name)
    const absent = !Object.hasOwn(value, key) || value[key] === null
    // Where `null` is a value of the model, missing and `null` mean the same. A list that is missing is news.
    if (absent && (property.type._tag === "TupleType" || property.type._tag === "TypeLiteral")) {
      return { path: [...path, key], expected: String(property.type), actual: value[key] }
    }
  }
  return undefined
}

/**
 * The first place where an answer has a field, or a member of an enumeration, that the schemas do not know, or lacks a
 * list: what they pass over, so that no call fails when the server learns something new.
 */
export const find = (ast: SchemaAST.AST, value: unknown, path: ReadonlyArray<PropertyKey> = []): Drift | undefined => {
  switch (ast._tag) {
    case "Transformation": {
      const { from, to } = ast
      return SchemaAST.isTypeLiteral(from) && SchemaAST.isTypeLiteral(to)
        ? inStruct(from, to, value, path)
        : find(from, value, path)
    }
    case "TypeLiteral":
      return inStruct(ast, undefined, value, path)
    case "Refinement":
      return find(ast.from, value, path)
    case "TupleType": {
      const [item] = ast.rest
      if (item === undefined || !Array.isArray(value)) return undefined
      for (const [index, member] of value.entries()) {
        const found = find(item.type, member, [...path, index])
        if (found !== undefined) return found
      }
      return undefined
    }
    case "Union": {
      const types = ast.types.filter(
        (type) => !(type._tag === "Literal" && type.literal === null) && type._tag !== "UndefinedKeyword"
      )
      const [only, ...others] = types
      return only !== undefined && others.length === 0 && value !== null ? find(only, value, path) : undefined
    }
    case "Declaration": {
      const known = Option.getOrUndefined(SchemaAST.getAnnotation<ReadonlyArray<string>>(ast, Wire.Known))
      return known !== undefined && typeof value === "string" && !known.includes(value)
        ? { path, expected: `one of ${known.join(", ")}`, actual: value }
        : undefined
    }
    default:
      return undefined
  }
}

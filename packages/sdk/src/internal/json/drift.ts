import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as ParseResult from "effect/ParseResult"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import * as SchemaAST from "effect/SchemaAST"
import * as Decoder from "./decoder.js"
import * as Wire from "./wire.js"

/** A difference between a response and its schema. */
export interface Drift {
  readonly path: ReadonlyArray<PropertyKey>
  readonly expected: string
  readonly actual: unknown
  /** Whether the response cannot be decoded because of it. Other differences are ignored, unless the policy is strict. */
  readonly fatal: boolean
}

type Path = ReadonlyArray<PropertyKey>

/** The innermost difference of an issue. The outer parts of an issue only name the schemas around it. */
const innermost = (issue: ParseResult.ParseIssue, path: Path): Drift => {
  switch (issue._tag) {
    case "Pointer":
      return innermost(issue.issue, [...path, ...(Array.isArray(issue.path) ? issue.path : [issue.path])])
    case "Composite":
      return innermost("_tag" in issue.issues ? issue.issues : issue.issues[0], path)
    case "Refinement":
      return innermost(issue.issue, path)
    case "Transformation": {
      const found = innermost(issue.issue, path)
      return issue.ast === Wire.timestamp.ast ? { ...found, expected: "a date in ISO 8601" } : found
    }
    case "Missing":
      return { path, expected: issue.message ?? Wire.inWords(issue.ast), actual: undefined, fatal: true }
    case "Type":
      return { path, expected: issue.message ?? Wire.inWords(issue.ast), actual: issue.actual, fatal: true }
    case "Unexpected":
    case "Forbidden":
      return { path, expected: "nothing", actual: issue.actual, fatal: true }
  }
}

/** Whether the schema's own decoder accepts a value. */
const inOne = (ast: SchemaAST.AST, value: unknown, path: Path, found: Array<Drift>): boolean =>
  Either.match(ParseResult.decodeUnknownEither(Schema.make(ast))(value), {
    onLeft: (issue) => {
      found.push(innermost(issue, path))
      return false
    },
    onRight: () => true
  })

const isNull = (ast: SchemaAST.AST): boolean => SchemaAST.isLiteral(ast) && ast.literal === null

/** The name of a schema. The text of a schema without a name would list all of its fields. */
const nameOf = (ast: SchemaAST.AST): string =>
  Option.getOrElse(SchemaAST.getIdentifierAnnotation(ast), () => "an object")

const inStruct = (
  model: string,
  from: SchemaAST.TypeLiteral,
  to: SchemaAST.TypeLiteral,
  value: unknown,
  path: Path,
  found: Array<Drift>
): boolean => {
  if (!Predicate.isRecord(value)) {
    found.push({ path, expected: model, actual: value, fatal: true })
    return false
  }
  const others = from.indexSignatures[0]
  const missing = Decoder.mayBeMissing(to)
  let fits = true
  for (const { isOptional, name, type } of from.propertySignatures) {
    const key = String(name)
    const inside = [...path, key]
    const item = Object.hasOwn(value, key) ? value[key] : undefined
    const known = missing.get(name)
    if (item === undefined || (item === null && known !== undefined)) {
      if (known === undefined && !isOptional) {
        found.push({ path: inside, expected: Wire.inWords(type), actual: undefined, fatal: true })
        fits = false
      }
      // A missing field that decodes as `null` is not a difference. A missing list or map is one.
      if (Predicate.isObject(known?.absent())) {
        found.push({ path: inside, expected: Wire.inWords(type), actual: item, fatal: false })
      }
      continue
    }
    const before = found.length
    if (find(type, item, inside, found)) continue
    if (known === undefined || known.essential) fits = false
    else found.splice(before, found.length, ...found.slice(before).map((drift) => ({ ...drift, fatal: false })))
  }
  const named = new Set(from.propertySignatures.map(({ name }) => name))
  for (const [key, item] of Object.entries(value)) {
    if (named.has(key)) continue
    if (others === undefined) found.push({ path: [...path, key], expected: "nothing", actual: item, fatal: false })
    else if (!find(others.type, item, [...path, key], found)) fits = false
  }
  return fits
}

const find = (ast: SchemaAST.AST, value: unknown, path: Path, found: Array<Drift>): boolean => {
  switch (ast._tag) {
    case "Transformation":
      return SchemaAST.isTypeLiteral(ast.from) && SchemaAST.isTypeLiteral(ast.to)
        ? inStruct(nameOf(ast), ast.from, ast.to, value, path, found)
        : inOne(ast, value, path, found)
    case "TypeLiteral":
      return inStruct(nameOf(ast), ast, ast, value, path, found)
    case "TupleType": {
      const [item, ...others] = ast.rest
      if (item === undefined || others.length > 0 || ast.elements.length > 0 || !Array.isArray(value)) {
        return inOne(ast, value, path, found)
      }
      return value.map((member: unknown, index) => find(item.type, member, [...path, index], found)).every(Boolean)
    }
    case "Union": {
      const [only, ...others] = ast.types.filter((type) => !isNull(type) && !SchemaAST.isUndefinedKeyword(type))
      if (value === null && ast.types.some(isNull)) return true
      return only !== undefined && others.length === 0 ? find(only, value, path, found) : inOne(ast, value, path, found)
    }
    case "Declaration": {
      const known = ast.annotations[Wire.Known]
      if (Array.isArray(known) && typeof value === "string") {
        if (!known.includes(value)) {
          found.push({ path, expected: `one of ${known.join(", ")}`, actual: value, fatal: false })
        }
        return true
      }
      return inOne(ast, value, path, found)
    }
    default:
      return inOne(ast, value, path, found)
  }
}

/**
 * All differences between a response and a schema: values that cannot be read, and differences that decoding ignores, so
 * that no call fails when the server changes (an unknown field, an unknown member of an enumeration, a missing list).
 */
export const places = (ast: SchemaAST.AST, value: unknown): ReadonlyArray<Drift> => {
  const found: Array<Drift> = []
  find(ast, value, [], found)
  return found
}

/** The differences because of which a response cannot be decoded. The caller knows that there is at least one. */
export const fatalPlaces = (ast: SchemaAST.AST, value: unknown): ReadonlyArray<Drift> => {
  const fatal = places(ast, value).filter((drift) => drift.fatal)
  if (fatal.length > 0) return fatal
  // The schema is of a kind that its own decoder decodes, and that decoder ignores no difference.
  const found: Array<Drift> = []
  inOne(ast, value, [], found)
  return found
}

import * as Sdk from "@effect-kaleidoscope/sdk"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as SchemaAST from "effect/SchemaAST"
import * as FastCheck from "fast-check"
import * as Wire from "../../src/internal/json/wire.js"

export type AnySchema = Schema.Schema<unknown, unknown>

export const date = FastCheck.tuple(
  FastCheck.date({ min: new Date("0000-01-01"), max: new Date("9999-12-31"), noInvalidDate: true }),
  FastCheck.constantFrom("Z", "z", "", "+00:00", "-0730", "+02"),
  FastCheck.constantFrom("T", " "),
  FastCheck.constantFrom("", ".1", ".120", ",852115", ".852999", ".000001", ".123456789012")
).map(([date, zone, separator, fraction]) => {
  const [day, time = ""] = date.toISOString().split("T")
  return `${day}${separator}${time.slice(0, 8)}${fraction}${zone}`
})

export const timestamp = FastCheck.oneof(
  date,
  date.map((text) => text.slice(0, 10)),
  date.map((text) => text.slice(0, 16)),
  FastCheck.date({ noInvalidDate: true, min: new Date("1990-01-01"), max: new Date("2100-01-01") }).map((date) =>
    date.toISOString()
  )
)

const missing = Symbol()

/** JSON that fits a schema, or `missing` where a field may be. */
export const fitting = (ast: SchemaAST.AST): FastCheck.Arbitrary<unknown> => {
  switch (ast._tag) {
    case "StringKeyword":
    case "Declaration":
      return FastCheck.string()
    case "Refinement":
      return FastCheck.string({ minLength: 1 })
    case "NumberKeyword":
      return FastCheck.double({ noNaN: true, noDefaultInfinity: true })
    case "BooleanKeyword":
      return FastCheck.boolean()
    case "UnknownKeyword":
      return FastCheck.jsonValue()
    case "UndefinedKeyword":
      return FastCheck.constant(missing)
    case "Literal":
      return FastCheck.constant(ast.literal)
    case "Union":
      return FastCheck.oneof(...ast.types.map(fitting))
    case "TupleType":
      return FastCheck.array(FastCheck.oneof(...ast.rest.map(({ type }) => fitting(type))), { maxLength: 3 })
    case "TypeLiteral": {
      const [others] = ast.indexSignatures
      const named = FastCheck.record(
        Object.fromEntries(ast.propertySignatures.map(({ name, type }) => [String(name), fitting(type)]))
      )
      const more = FastCheck.dictionary(
        FastCheck.oneof(FastCheck.string(), FastCheck.constantFrom("constructor", "__proto__", "new_field", "0")),
        others === undefined ? FastCheck.jsonValue() : fitting(others.type),
        { maxKeys: 2 }
      )
      return FastCheck.tuple(more, named).map(([more, named]) =>
        Object.fromEntries(Object.entries({ ...more, ...named }).filter(([, value]) => value !== missing))
      )
    }
    case "Transformation":
      return ast === Wire.timestamp.ast ? timestamp : fitting(ast.from)
    default:
      throw new Error(`no JSON for ${ast._tag}`)
  }
}

/** Every model that the SDK exports, by name. */
export const models = Object.entries(Sdk).flatMap(([module, members]) =>
  Object.entries(members).flatMap(
    ([name, member]: [string, unknown]): Array<[string, AnySchema]> =>
      Schema.isSchema(member) && Option.isSome(SchemaAST.getParseOptionsAnnotation(member.ast))
        ? [[`${module}.${name}`, Schema.make(member.ast)]]
        : []
  )
)

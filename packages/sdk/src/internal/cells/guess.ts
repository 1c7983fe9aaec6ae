import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Nearest from "../catalog/nearest.js"
import type { EntityField, FieldType } from "../entityFields/model.js"
import type { EntityType } from "../entityTypes/model.js"
import * as Id from "../id.js"
import * as Content from "../records/content.js"
import * as Checks from "./check.js"
import { guessType } from "./guessType.js"
import { said } from "./said.js"

/** A row of a table, as `TableFile` gives it. @since 0.1.0 @category models */
export interface Row {
  /** The number of the row: 1 is the first row after the header. */
  readonly row: number
  readonly values: { readonly [column: string]: unknown }
}

/** A value that does not fit, and why. @since 0.1.0 @category models */
export interface Misfit {
  readonly row: number
  readonly value: unknown
  readonly message: string
}

/** What is guessed of one column. @since 0.1.0 @category models */
export interface Column {
  readonly column: string
  /**
   * How the name of the column became a field:
   *
   * - `exact`: it is the name or the id of the field.
   * - `similar`: it differs in case, spaces, `_`, `-` or characters that do not show.
   * - `nearest`: it differs in a few letters, or has a unit behind the name. A person should confirm it.
   * - `none`: there is no such field.
   */
  readonly match: "exact" | "similar" | "nearest" | "none"
  /** The field; `null` if there is none. */
  readonly field: EntityField | null
  /** Whether it is one of the key columns. */
  readonly isKey: boolean
  /** Other fields that it may be: fields with the same name, or a field that another column has got. */
  readonly others: ReadonlyArray<EntityField>
  /** The type that its values have, whatever the type of the field: most of them, at least nine of ten. */
  readonly type: FieldType
  /** The number of rows that have a value. */
  readonly filled: number
  /** Whether each row has a value, and no value occurs twice: only such a column is a key of its own. */
  readonly isUnique: boolean
  /** The number of values that the field cannot take; without a field, that are not of `type`. */
  readonly misfits: number
  /** The first of these values, at most five. */
  readonly examples: ReadonlyArray<Misfit>
}

/** What is guessed of a table. @since 0.1.0 @category models */
export interface Guess {
  /** The number of rows that were looked at. */
  readonly rows: number
  readonly columns: ReadonlyArray<Column>
  /** Key fields of the entity type that no column was found for. */
  readonly missingKeys: ReadonlyArray<EntityField>
}

/** What is known of the workspace. @since 0.1.0 @category models */
export interface Known {
  /** The key fields and the data fields. Archived fields are not used. */
  readonly fields: Iterable<EntityField>
  /**
   * The type of the records: its key fields are the keys, and no other key field is used.
   *
   * @default every column with a key field is a key
   */
  readonly entityType?: Pick<EntityType, "key_field_ids"> | undefined
}

const mostExamples = 5

type Found = Pick<Column, "match" | "field" | "others">

const none: Found = { match: "none", field: null, others: [] }

const unit = /\s*[([][^()[\]]*[)\]]\s*$/

const foldName = (field: EntityField): string => Nearest.fold(field.field_name ?? "")

/** Finds a field for each column. A field is used once: the better match comes first. */
const matchAll = (
  columns: ReadonlyArray<string>,
  fields: ReadonlyArray<EntityField>,
  isKey: (field: EntityField) => boolean
): ReadonlyArray<Found> => {
  const found: Array<Found | undefined> = columns.map(() => undefined)
  const taken = new Set<string>()
  const take = (match: Column["match"], candidatesOf: (column: string) => ReadonlyArray<EntityField>): void => {
    columns.forEach((column, index) => {
      if (found[index] !== undefined) return
      const candidates = candidatesOf(column)
      const free = candidates.filter(({ id }) => !taken.has(id))
      const field = free.find(isKey) ?? free[0]
      if (field === undefined) return
      taken.add(field.id)
      found[index] = { match, field, others: candidates.filter(({ id }) => id !== field.id) }
    })
  }
  const named = fields.filter(({ field_name }) => field_name !== null && field_name !== "")
  const names = named.flatMap(({ field_name }) => field_name ?? [])
  const nearest = (column: string): ReadonlyArray<EntityField> => {
    const bare = Nearest.fold(column.replace(unit, ""))
    const sameWithoutUnit = named.filter((field) => bare !== "" && foldName(field) === bare)
    if (sameWithoutUnit.length > 0) return sameWithoutUnit
    const near = Nearest.nearest(column, names)
    return near === undefined ? [] : named.filter(({ field_name }) => field_name === near.name)
  }
  take("exact", (column) => fields.filter(({ field_name, id }) => field_name === column || Id.same(id, column)))
  take("similar", (column) => named.filter((field) => foldName(field) === Nearest.fold(column)))
  take("nearest", nearest)
  return columns.map((column, index) => found[index] ?? { ...none, others: nearest(column) })
}

const valuesOf = (column: string, rows: ReadonlyArray<Row>): ReadonlyArray<readonly [number, unknown]> =>
  rows.flatMap(({ row, values }) => {
    const value = Object.hasOwn(values, column) ? values[column] : undefined
    return Checks.isEmpty(value) ? [] : [[row, value] as const]
  })

/** Guesses which column is which field, from the names and from some rows. */
export const guess = (columns: ReadonlyArray<string>, sample: Iterable<Row>, known: Known): Guess => {
  const rows = Array.from(sample)
  const keyIds = known.entityType?.key_field_ids
  const isKey = ({ id, is_key }: EntityField): boolean =>
    is_key === true && (keyIds === undefined || Id.isIn(id, keyIds))
  const fields = Id.distinct(Array.from(known.fields)).filter(
    (field) => field.is_archived !== true && (field.is_key !== true || isKey(field))
  )
  const matches = matchAll(columns, fields, isKey)
  return {
    rows: rows.length,
    columns: columns.map((column, index): Column => {
      const found = matches[index] ?? none
      const { field } = found
      const values = valuesOf(column, rows)
      const { misfit, type } = guessType(
        column,
        values.map(([, value]) => value)
      )
      const messageOf = (value: unknown): string | undefined => {
        if (field !== null) {
          const [issue] = Option.getOrElse(Either.getLeft(Checks.check(field, value)), () => [])
          return issue?.message
        }
        const reason = misfit(value)
        return reason === undefined ? undefined : said(value, reason)
      }
      const misfits = values.flatMap(([row, value]): ReadonlyArray<Misfit> => {
        const message = messageOf(value)
        return message === undefined ? [] : [{ row, value, message }]
      })
      const texts = new Set(values.flatMap(([, value]) => Option.toArray(Content.asText(value))))
      return {
        column,
        ...found,
        isKey: field !== null && isKey(field),
        type,
        filled: values.length,
        isUnique: rows.length > 0 && texts.size === rows.length,
        misfits: misfits.length,
        examples: misfits.slice(0, mostExamples)
      }
    }),
    missingKeys: fields.filter(
      (field) => keyIds !== undefined && isKey(field) && !matches.some((found) => found.field?.id === field.id)
    )
  }
}

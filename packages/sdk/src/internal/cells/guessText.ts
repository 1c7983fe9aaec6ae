import * as Nearest from "../catalog/nearest.js"
import type { Column, Guess } from "./guess.js"

const { quote } = Nearest

const named = ({ field }: Column): string =>
  `${field?.is_key === true ? "key field" : "field"} ${quote(field?.field_name ?? field?.id ?? "")} (${field?.field_type ?? "unknown type"})`

const others = ({ others }: Column): string => others.map(({ field_name, id }) => quote(field_name ?? id)).join(", ")

const matched = (column: Column): string => {
  switch (column.match) {
    case "exact":
      return named(column)
    case "similar":
      return `${named(column)}, whose name is written in another way`
    case "nearest":
      return `${named(column)}? Please confirm: the names are only similar`
    case "none": {
      const taken = column.others.length === 0 ? "" : ` (similar to ${others(column)}, which another column has)`
      return `no field${taken}. Its values look like the type ${column.type}`
    }
  }
}

const problemsOf = (column: Column, rows: number): ReadonlyArray<string> => [
  ...(column.match !== "none" && column.others.length > 0 ? [`it may also be another field: ${others(column)}`] : []),
  ...(column.isKey && column.filled < rows ? [`${rows - column.filled} rows have no value for this key`] : []),
  ...(column.misfits === 0
    ? []
    : [
        `${column.misfits} of ${column.filled} values do not fit:`,
        ...column.examples.map(({ message, row }) => `  row ${row}: ${message}`)
      ])
]

/** A guess in words, one line for each column, and one for each thing that a person should look at. */
export const describe = ({ columns, missingKeys, rows }: Guess): string =>
  [
    `${columns.length} columns, ${rows} rows looked at`,
    ...columns.flatMap((column) => [
      `${quote(column.column)}: ${column.isKey ? "a key, " : ""}${matched(column)}`,
      ...problemsOf(column, rows).map((line) => `    ${line}`)
    ]),
    ...missingKeys.map(({ field_name, id }) => `No column was found for the key field ${quote(field_name ?? id)}`)
  ].join("\n")

import * as Predicate from "effect/Predicate"

export const codeOf = (error: unknown): string =>
  Predicate.hasProperty(error, "code") && Predicate.isString(error.code) ? error.code : ""

/** What is wrong with a database, in words, and what to do. */
export const reasonOf = (error: unknown): string => {
  const code = codeOf(error)
  if (code.startsWith("SQLITE_NOTADB")) return "it is not a SQLite database. Use another file."
  if (code.startsWith("SQLITE_CORRUPT")) return "it is damaged. Restore it, or use another file."
  if (code.startsWith("SQLITE_FULL")) return "the disk is full. Make space."
  if (code.startsWith("SQLITE_IOERR")) return "the disk cannot be read or written. Look after its space and its health."
  if (code.startsWith("SQLITE_READONLY")) return "it cannot be written. Look after its permissions."
  return Predicate.isError(error) ? error.message : String(error)
}

/** The same for an error that may hold the one of the database. */
export const sqlReasonOf = (error: unknown): string =>
  Predicate.hasProperty(error, "cause") && error.cause !== undefined ? sqlReasonOf(error.cause) : reasonOf(error)

import * as ParseResult from "effect/ParseResult"

const most = 5

/** Shows the errors of a document with their paths, in one line: `programs.0.id: Expected string, actual 1; …`. */
export const showIssues = (error: ParseResult.ParseError): string => {
  const issues = ParseResult.ArrayFormatter.formatErrorSync(error)
  const shown = issues
    .slice(0, most)
    .map(({ message, path }) => (path.length === 0 ? message : `${path.map(String).join(".")}: ${message}`))
  return [...shown, ...(issues.length > most ? [`and ${issues.length - most} more`] : [])].join("; ")
}

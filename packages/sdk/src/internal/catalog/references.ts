import * as Effect from "effect/Effect"
import { AmbiguousReference, NotFound, UnknownReference } from "../../KaleidoscopeError.js"
import * as Method from "../request/method.js"

export const mostListed = 10

/** The first messages, and how many more there are. */
export const listed = (messages: ReadonlyArray<string>): string => {
  const more = messages.length > mostListed ? [`and ${messages.length - mostListed} more`] : []
  return [...messages.slice(0, mostListed), ...more].join("; ")
}

/** The message for a reference that several things match. */
export const ambiguousMessage = (reference: string, ids: ReadonlyArray<string>): string => {
  const more = ids.length > mostListed ? ` and ${ids.length - mostListed} more` : ""
  return `${ids.length} things match ${reference}: use one of these ids instead, ${ids.slice(0, mostListed).join(", ")}${more}`
}

/** The error for an argument that matches several things. `reference` describes the argument: `program {"title":"A"}`. */
export const ambiguous = (call: string, reference: string, ids: ReadonlyArray<string>): AmbiguousReference =>
  new AmbiguousReference({ ...Method.localFacts(call, ambiguousMessage(reference, ids)), reference, ids })

/** The error for an argument that matches nothing. `hint` follows the message. */
export const unknown = (call: string, reference: string, hint = ""): UnknownReference =>
  new UnknownReference({ ...Method.localFacts(call, `there is no ${reference}${hint}`), reference })

/** The error for things that do not exist. `message` describes them. */
export const notFound = (call: string, message: string, missing: ReadonlyArray<string>): NotFound =>
  new NotFound({ ...Method.localFacts(call, message), missing })

/** Something that was looked for in a response, or `NotFound` if it is not there. */
export const existing = <A>(
  found: A | undefined,
  call: string,
  message: string,
  missing: string
): Effect.Effect<A, NotFound> =>
  found === undefined ? Effect.fail(notFound(call, message, [missing])) : Effect.succeed(found)

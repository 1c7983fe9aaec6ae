import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { InvalidRequest, type KaleidoscopeError } from "../../KaleidoscopeError.js"
import type * as Errors from "./errors.js"

/** The facts of an error that is not about one request: of an argument, or of what several answers say together. */
export const localFacts = (call: string, message: string): Errors.LocalFacts => ({
  call,
  message,
  method: null,
  pathTemplate: null,
  path: null,
  status: null,
  requestId: null,
  attempts: 0,
  elapsed: Duration.zero,
  outcome: "none"
})

/** The error of an argument that is not valid. */
export const invalid = (call: string, at: string, message: string): InvalidRequest =>
  new InvalidRequest({ ...localFacts(call, `${at} is not valid: ${message}`), at })

/** Opens a span for a method. If a span with this name is open already, it opens no second one. */
export const spanned =
  (name: string) =>
  <A, E, R>(self: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.flatMap(Effect.option(Effect.currentSpan), (span) =>
      Option.isSome(span) && span.value.name === `Kaleidoscope.${name}`
        ? self
        : Effect.withSpan(self, `Kaleidoscope.${name}`, { captureStackTrace: false })
    )

/** The span of a method, and its name in the errors of the calls that it is made of. */
export const withSpan = (method: string | { readonly name: string }) => {
  const name = typeof method === "string" ? method : method.name
  return <A, E, R>(self: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    spanned(name)(Effect.mapError(self, (error) => renamed(error, name)))
}

/** An error under the name of the method that was called. Its message is not enumerable, as that of any error. */
const renamed = <E>(error: E, call: string): E =>
  isOurs(error) && error.call !== call ? withFacts(error, { call }) : error

/** An error of what comes after a call that wrote. */
export const asDone = <E>(error: E): E => (isOurs(error) ? withFacts(error, { outcome: "done" }) : error)

/** The error of an earlier call, for a write that was not sent because of it: nothing was written. */
export const asNotSent = <E>(error: E): E => (isOurs(error) ? withFacts(error, { outcome: "none" }) : error)

/** A copy of an error with other facts. Its message is not enumerable, so a spread alone would lose it. */
export const withFacts = <E extends KaleidoscopeError>(error: E, changes: Partial<Errors.Facts>): E =>
  Reflect.construct(error.constructor, [{ ...error, message: error.message, ...changes }])

const isOurs = <E>(error: E): error is E & KaleidoscopeError =>
  typeof error === "object" && error !== null && "call" in error && "pathTemplate" in error

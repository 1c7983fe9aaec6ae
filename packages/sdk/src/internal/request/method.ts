import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { InvalidRequest, type KaleidoscopeError } from "../../KaleidoscopeError.js"
import type * as Refusal from "./errors.js"

/** The facts of an error that is not about one request: of an argument, or of what several answers say together. */
export const localFacts = (call: string, message: string): Refusal.LocalFacts => ({
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

/** An argument that cannot be sent. */
export const invalid = (call: string, at: string, message: string): InvalidRequest =>
  new InvalidRequest({ ...localFacts(call, `${at} cannot be sent: ${message}`), at })

/** The span of a method. The call that a method is about, and named after, has none of its own in it. */
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
export const renamed = <E>(error: E, call: string): E =>
  isOurs(error) && error.call !== call ? withFacts(error, { call }) : error

/** An error of what comes after a call that wrote. */
export const asDone = <E>(error: E): E => (isOurs(error) ? withFacts(error, { outcome: "done" }) : error)

/** The error of another call, as that of one that was not made because of it: nothing happened. */
export const asNotSent = <E>(error: E): E => (isOurs(error) ? withFacts(error, { outcome: "none" }) : error)

// The message is not enumerable.
export const withFacts = <E extends KaleidoscopeError>(error: E, changes: Partial<Refusal.Facts>): E =>
  Reflect.construct(error.constructor, [{ ...error, message: error.message, ...changes }])

const isOurs = <E>(error: E): error is E & KaleidoscopeError =>
  typeof error === "object" && error !== null && "call" in error && "pathTemplate" in error

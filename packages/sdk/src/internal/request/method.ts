import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FiberRef from "effect/FiberRef"
import * as FiberRefs from "effect/FiberRefs"
import * as Tracer from "effect/Tracer"
import { InvalidRequest, type KaleidoscopeError } from "../../KaleidoscopeError.js"
import type * as Errors from "./errors.js"
import * as Span from "./span.js"

/** The facts of an error that is not about one request, but about an argument or about several responses. */
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

/** The error for an argument that is not valid. */
export const invalid = (call: string, at: string, message: string): InvalidRequest =>
  new InvalidRequest({ ...localFacts(call, `${at} is not valid: ${message}`), at })

/** A method of the SDK. If a method sends only one call, that call is also its `Method`. */
export interface Method {
  readonly name: string
}

/** The method with the innermost open span. */
class Current extends Context.Reference<Current>()("@effect-kaleidoscope/sdk/request/Method/Current", {
  defaultValue: (): Method => ({ name: "" })
}) {}

/**
 * The values of a fiber with the context that it had before, as if it had never been set: what a fiber has set, the fiber
 * that joins it compares with its own.
 */
const withContextOf = (before: FiberRefs.FiberRefs, after: FiberRefs.FiberRefs): FiberRefs.FiberRefs => {
  const locals = new Map(after.locals)
  const context = before.locals.get(FiberRef.currentContext)
  if (context === undefined) locals.delete(FiberRef.currentContext)
  else locals.set(FiberRef.currentContext, context)
  return FiberRefs.unsafeMake(locals)
}

/** Opens the span of a method, unless it is open already: a method and its call share one span. */
export const inSpan =
  (method: Method) =>
  <A, E, R>(self: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.withFiberRuntime<A, E, R>((fiber) => {
      const context = fiber.currentContext
      if (Context.get(context, Current) === method) return self
      const before = fiber.getFiberRefs()
      let inside = before
      return Span.use(
        `Kaleidoscope.${method.name}`,
        { captureStackTrace: false },
        (span) => {
          const services = new Map<string, unknown>(context.unsafeMap).set(Tracer.ParentSpan.key, span)
          const value = Context.unsafeMake<never>(services.set(Current.key, method))
          const enter = Effect.updateFiberRefs((fiberId, refs) => {
            inside = FiberRefs.updateAs(refs, { fiberId, fiberRef: FiberRef.currentContext, value })
            return inside
          })
          return Effect.zipRight(enter, self)
        },
        // Nearly always nothing else has changed, and nothing is copied.
        () => Effect.updateFiberRefs((_, after) => (after === inside ? before : withContextOf(before, after)))
      )
    })

/** Opens the span of a method, and puts its name into the errors of its calls. */
export const withSpan = (of: string | Method) => {
  const method = typeof of === "string" ? { name: of } : of
  return <A, E, R>(self: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    inSpan(method)(Effect.mapError(self, (error) => renamed(error, method.name)))
}

/** Makes a method that also makes errors itself: `make` gets the name for them. */
export const named =
  <Arguments extends ReadonlyArray<unknown>, A, E, R>(
    name: string,
    make: (name: string) => (...args: Arguments) => Effect.Effect<A, E, R>
  ) =>
  (...args: Arguments): Effect.Effect<A, E, R> =>
    withSpan(name)(make(name)(...args))

/** An error with the name of the method that the application called. */
const renamed = <E>(error: E, call: string): E =>
  isSdkError(error) && error.call !== call ? withFacts(error, { call }) : error

/** An error that comes after a successful write: its outcome is `done`. */
export const asDone = <E>(error: E): E => (isSdkError(error) ? withFacts(error, { outcome: "done" }) : error)

/** An error that prevents a write: its outcome is `none`. */
export const asNotSent = <E>(error: E): E => (isSdkError(error) ? withFacts(error, { outcome: "none" }) : error)

/** A copy of an error with other facts. `message` is not enumerable, so a spread alone would lose it. */
export const withFacts = <E extends KaleidoscopeError>(error: E, changes: Partial<Errors.Facts>): E =>
  Reflect.construct(error.constructor, [{ ...error, message: error.message, ...changes }])

const isSdkError = <E>(error: E): error is E & KaleidoscopeError =>
  typeof error === "object" && error !== null && "call" in error && "pathTemplate" in error

import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as FiberRef from "effect/FiberRef"
import type * as Tracer from "effect/Tracer"

/**
 * As `Effect.useSpan`, with something else to do at the end of the span: another `Effect.onExit` would take ten steps.
 */
export const use = <A, E, R>(
  name: string,
  options: Tracer.SpanOptions,
  evaluate: (span: Tracer.Span) => Effect.Effect<A, E, R>,
  atEnd: () => Effect.Effect<void>
): Effect.Effect<A, E, R> =>
  Effect.flatMap(Effect.makeSpan(name, options), (span) =>
    Effect.withFiberRuntime<A, E, R>((fiber) => {
      const clock = Context.get(fiber.currentDefaultServices, Clock.Clock)
      const hasTimes = fiber.getFiberRef(FiberRef.currentTracerTimingEnabled)
      return Effect.onExit(evaluate(span), (exit) => {
        span.end(hasTimes ? clock.unsafeCurrentTimeNanos() : 0n, exit)
        return atEnd()
      })
    })
  )

import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Exit from "effect/Exit"
import * as FiberRef from "effect/FiberRef"
import type * as Tracer from "effect/Tracer"

/** As `Effect.useSpan`, with something else to do at the end of the span: another `Effect.onExit` would take ten steps. */
export const use = <A, E>(
  name: string,
  options: Tracer.SpanOptions,
  evaluate: (span: Tracer.Span) => Effect.Effect<A, E>,
  atEnd: (exit: Exit.Exit<A, E>) => Effect.Effect<void>
): Effect.Effect<A, E> =>
  Effect.flatMap(Effect.makeSpan(name, options), (span) =>
    Effect.withFiberRuntime<A, E>((fiber) => {
      const clock = Context.get(fiber.currentDefaultServices, Clock.Clock)
      const hasTimes = fiber.getFiberRef(FiberRef.currentTracerTimingEnabled)
      return Effect.onExit(evaluate(span), (exit) => {
        span.end(hasTimes ? clock.unsafeCurrentTimeNanos() : 0n, exit)
        return atEnd(exit)
      })
    })
  )

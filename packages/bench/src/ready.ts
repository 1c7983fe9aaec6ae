import type * as Effect from "effect/Effect"
import type * as ManagedRuntime from "effect/ManagedRuntime"

/** A function that runs an effect, once its services are made: the clients of the other contestants are made before, too. */
export const ready = async <A, E, R, E2>(
  runtime: ManagedRuntime.ManagedRuntime<R, E2>,
  effect: Effect.Effect<A, E, R>
) => {
  await runtime.runtime()
  return () => runtime.runPromise(effect)
}

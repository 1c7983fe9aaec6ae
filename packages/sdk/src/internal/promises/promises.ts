import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Runtime from "effect/Runtime"
import * as Stream from "effect/Stream"

/** Something with a signal as its last argument, which stops it. */
type Member<Of> =
  // To the compiler an `Effect` is also a `Stream`.
  Of extends Effect.Effect<infer A, infer _, infer R>
    ? [R] extends [never]
      ? (signal?: AbortSignal) => Promise<A>
      : never
    : Of extends Stream.Stream<infer A, infer _, infer R>
      ? [R] extends [never]
        ? (signal?: AbortSignal) => AsyncIterable<A>
        : never
      : Of extends (...given: infer Given) => infer Result
        ? Result extends Effect.Effect<infer A, infer _, infer R>
          ? [R] extends [never]
            ? (...given: [...Given, signal?: AbortSignal]) => Promise<A>
            : never
          : Result extends Stream.Stream<infer A, infer _, infer R>
            ? [R] extends [never]
              ? (...given: [...Given, signal?: AbortSignal]) => AsyncIterable<A>
              : never
            : never
        : never

/**
 * A service with promises in the place of effects, and async iterables in the place of streams. Members that need a file
 * system are left out.
 *
 * @since 0.1.0
 * @category models
 */
export type Promises<Service> = {
  readonly [Name in keyof Service as Member<Service[Name]> extends never ? never : Name]: Member<Service[Name]>
}

const aborted = (signal: AbortSignal): Effect.Effect<never, unknown> =>
  Effect.async((resume) => {
    const abort = () => resume(Effect.fail(signal.reason))
    if (signal.aborted) abort()
    else signal.addEventListener("abort", abort, { once: true })
    return Effect.sync(() => signal.removeEventListener("abort", abort))
  })

/** Runs an effect as a promise that rejects with its error. */
export const runAsync = <A, E>(
  runtime: Runtime.Runtime<never>,
  effect: Effect.Effect<A, E>,
  signal: AbortSignal | undefined
): Promise<A> =>
  Runtime.runPromiseExit(runtime)(effect, signal === undefined ? undefined : { signal }).then(
    Exit.match({
      onSuccess: (value) => Promise.resolve(value),
      onFailure: (cause) => Promise.reject(signal?.aborted === true ? signal.reason : Cause.squash(cause))
    })
  )

const iterate = <A, E>(
  runtime: Runtime.Runtime<never>,
  stream: Stream.Stream<A, E>,
  signal: AbortSignal | undefined
): AsyncIterable<A> =>
  Stream.toAsyncIterableRuntime(signal === undefined ? stream : Stream.interruptWhen(stream, aborted(signal)), runtime)

type Anything = Effect.Effect<unknown, unknown> | Stream.Stream<unknown, unknown>

const start = (runtime: Runtime.Runtime<never>, work: Anything, signal: AbortSignal | undefined) =>
  Effect.isEffect(work) ? runAsync(runtime, work, signal) : iterate(runtime, work, signal)

const promised = (runtime: Runtime.Runtime<never>, member: unknown) => {
  const make = typeof member === "function" && !Effect.isEffect(member) ? member : () => member
  return (...given: ReadonlyArray<unknown>) => {
    const last = given.at(-1)
    const signal = last instanceof AbortSignal ? last : undefined
    return start(runtime, Reflect.apply(make, undefined, signal === undefined ? given : given.slice(0, -1)), signal)
  }
}

/** A service with promises and async iterables, which run on a runtime. */
export const of = <Service extends object>(runtime: Runtime.Runtime<never>, service: Service): Promises<Service> =>
  Object.fromEntries(
    Object.entries(service).map(([name, member]) => [name, promised(runtime, member)])
  ) as Promises<Service> // each member is what its type says: a promise for an effect, an iterable for a stream

import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import { TimeoutError } from "../../KaleidoscopeError.js"
import type * as Api from "./api.js"
import * as Method from "./method.js"
import * as Policy from "./policy.js"

/** How long to wait, and how often to look. */
export interface Options<A, in out R = never> {
  readonly timeout?: Duration.DurationInput | undefined
  readonly schedule?: Schedule.Schedule<unknown, A, R> | undefined
  readonly onProgress?: ((found: A) => Effect.Effect<unknown, never, R>) | undefined
}

/** Work on the server, and how to read its state. */
export interface Polled<A, B, E> {
  /** The method that waits, as `Imports.await`. */
  readonly name: string
  /** The name of the work in the error, as `import 4f0c…`. */
  readonly thing: string
  readonly read: Effect.Effect<A, E>
  /** The result, or `None` if the work is not done. */
  readonly result: (found: A) => Effect.Effect<Option.Option<B>, E>
  /** How long to wait before the first look, in milliseconds. */
  readonly firstLook?: number
  /** The state of the work in the error. */
  readonly inWords: (found: A) => string
}

const untilDone = Schedule.exponential("50 millis").pipe(Schedule.union(Schedule.spaced("10 seconds")))

/** Reads the state of work on the server again and again until it is done. */
export const until = <A, B, E, R = never>(
  api: Api.Api,
  { firstLook = 0, inWords, name, read, result, thing }: Polled<A, B, E>,
  options: Options<A, R>
): Effect.Effect<B, E | TimeoutError, R> =>
  Effect.gen(function* () {
    const { overall } = { ...api.policy, ...(yield* Policy.Patch) }
    const timeout = Duration.decode(options.timeout ?? overall)
    const driver = yield* Schedule.driver<unknown, A, R>(options.schedule ?? untilDone)
    const clock = yield* Effect.clock
    const start = clock.unsafeCurrentTimeNanos()
    let last = Option.none<A>()
    let reads = 0
    const tooLate = (when: string) => {
      const seen = Option.match(last, {
        onNone: () => "It was not seen",
        onSome: (found) => `It was last seen in ${inWords(found)}`
      })
      const message = `${thing} is not done ${when}. ${seen}. It continues on the server, and you can wait for it again`
      return new TimeoutError({
        ...Method.localFacts(name, message),
        attempts: reads,
        elapsed: Duration.nanos(clock.unsafeCurrentTimeNanos() - start),
        deadline: "overall"
      })
    }
    const look: Effect.Effect<B, E | TimeoutError, R> = Effect.gen(function* () {
      reads++
      const found = yield* read
      last = Option.some(found)
      if (options.onProgress !== undefined) yield* options.onProgress(found)
      const ended = yield* result(found)
      if (Option.isSome(ended)) return ended.value
      yield* Effect.mapError(driver.next(found), () => tooLate("when the schedule ends"))
      return yield* look
    })
    return yield* Effect.timeoutFail(firstLook > 0 ? Effect.delay(look, firstLook) : look, {
      duration: timeout,
      onTimeout: () => tooLate(`within ${Duration.format(timeout)}`)
    })
  })

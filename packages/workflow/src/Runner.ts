/**
 * What a process may send as one of several that do the jobs: all of them together keep a rate and a number of requests in
 * flight, and one that stood still sends nothing for a job that another process has taken.
 *
 * @since 0.1.0
 */
import * as HttpClient from "@effect/platform/HttpClient"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { step } from "./internal/turns.js"

/** A number of requests in each window of time. They are spread evenly over it. @since 0.1.0 @category models */
export interface Rate {
  readonly limit: number
  readonly window: Duration.DurationInput
}

/** The methods of the service. @since 0.1.0 @category models */
export interface Service {
  /** Waits until this process may send a request. All processes that name the same rate share it. */
  readonly turn: (name: string, rate: Rate) => Effect.Effect<void>
  /**
   * Runs an effect when fewer than `limit` are running, in all processes that name the same permits. Use one limit for one name.
   * In Postgres a process that is killed or stands still loses its permits after twice `takeover`.
   */
  readonly withPermit: (
    name: string,
    limit: number
  ) => <A, E, R>(self: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  /** Waits until the jobs of this process are known to be its own. */
  readonly isOwner: Effect.Effect<void>
}

/** The tag of the {@link Service}, which every layer of the engine provides. @since 0.1.0 @category tags */
export class Runner extends Context.Tag("@effect-kaleidoscope/workflow/Runner")<Runner, Service>() {}

/** For the only process that does the jobs. @since 0.1.0 @category layers */
export const layerAlone = Layer.sync(Runner, (): Service => {
  const next = new Map<string, number>()
  const semaphores = new Map<string, Effect.Semaphore>()
  return {
    turn: (name, rate) =>
      Effect.flatMap(Clock.currentTimeMillis, (now) => {
        const turn = Math.max(next.get(name) ?? 0, now)
        next.set(name, turn + step(rate))
        return Effect.sleep(Math.ceil(turn - now))
      }),
    withPermit: (name, limit) => {
      const semaphore = semaphores.get(name) ?? Effect.unsafeMakeSemaphore(limit)
      semaphores.set(name, semaphore)
      return semaphore.withPermits(1)
    },
    isOwner: Effect.void
  }
})

/** How the client sends. @since 0.1.0 @category models */
export interface ClientOptions {
  /** The rate of all runners together. Without it there is no limit. A limit or a window that is not above 0 is a defect. */
  readonly rate?: Rate | undefined
  /**
   * The number of requests of all runners together that are in flight at the same time. A request is in flight until
   * the headers of its response arrive. Without it there is no limit. A number that is not whole, or below 1, is a defect.
   */
  readonly concurrency?: number | undefined
  /** The name of these limits: clients of different workspaces have different ones. @default "kaleidoscope" */
  readonly name?: string | undefined
}

/**
 * The client of the context, whose requests wait for their turn among those of all runners. Use it for the layers of the SDK
 * wherever several processes do the jobs, also without a limit: a process that was stopped (`SIGSTOP`, a machine that sleeps)
 * and goes on after others took its jobs sends nothing more for them.
 *
 * @example
 * ```ts
 * import { Kaleidoscope } from "@effect-kaleidoscope/sdk"
 * import { DurableImport, Runner } from "@effect-kaleidoscope/workflow"
 * import * as Layer from "effect/Layer"
 *
 * export const Import = DurableImport.layer.pipe(
 *   Layer.provide(Kaleidoscope.layer),
 *   Layer.provide(Runner.layerClient({ rate: { limit: 600, window: "1 minute" } }))
 * )
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layerClient = ({
  concurrency,
  name = "kaleidoscope",
  rate
}: ClientOptions = {}): Layer.Layer<HttpClient.HttpClient, never, HttpClient.HttpClient | Runner> =>
  Layer.effect(
    HttpClient.HttpClient,
    Effect.gen(function* () {
      const runner = yield* Runner
      if (rate !== undefined && !(rate.limit > 0 && Duration.toMillis(rate.window) > 0)) {
        return yield* Effect.dieMessage("Runner: the limit and the window of a rate must be above 0")
      }
      const paced = HttpClient.mapRequestEffect(yield* HttpClient.HttpClient, (request) =>
        Effect.as(Effect.zipRight(rate === undefined ? Effect.void : runner.turn(name, rate), runner.isOwner), request)
      )
      if (concurrency === undefined) return paced
      if (!Number.isInteger(concurrency) || concurrency < 1) {
        return yield* Effect.dieMessage(`Runner: concurrency must be a whole number, at least 1; it is ${concurrency}`)
      }
      const withPermit = runner.withPermit(name, concurrency)
      // The permit comes first: a turn that waits for a permit would be used late, and together with others.
      return HttpClient.transform(paced, withPermit)
    })
  )

/**
 * A registrar that outlives its process. A webhook is stored before it is answered, and its work is a workflow: a process that
 * was killed goes on with what it did not complete, and what fails is tried again for days.
 *
 * @since 0.1.0
 */
import * as Activity from "@effect/workflow/Activity"
import * as Workflow from "@effect/workflow/Workflow"
import * as WorkflowEngine from "@effect/workflow/WorkflowEngine"
import * as Ids from "@effect-kaleidoscope/sdk/Ids"
import * as KaleidoscopeError from "@effect-kaleidoscope/sdk/KaleidoscopeError"
import * as Registrar from "@effect-kaleidoscope/sdk/Registrar"
import * as RegistrarEndpoint from "@effect-kaleidoscope/sdk/RegistrarEndpoint"
import * as Registration from "@effect-kaleidoscope/sdk/Registration"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schedule from "effect/Schedule"
import * as Schema from "effect/Schema"
import * as Counted from "./internal/counted.js"
import { workflowNames } from "./internal/executions.js"
import { longer, seldom } from "./internal/patience.js"
import { untilStored } from "./internal/storage.js"
import * as Jobs from "./Jobs.js"

/**
 * What is stored of a webhook: its ids, and nothing else of its body.
 *
 * @since 0.1.0
 * @category models
 */
export const Delivery = Schema.Struct({
  event: Schema.Literal("FileSubmitted", "DraftsSubmitted", "ValidationRequested"),
  activity: Ids.ActivityId,
  /** The id of the submission, or that of the file. */
  id: Schema.String,
  /** The records that a webhook about a file names. */
  record_ids: Schema.Array(Ids.RecordId),
  /** How many workflows ended for the same submission before. */
  earlier: Schema.NonNegativeInt
})

export interface Delivery extends Schema.Schema.Type<typeof Delivery> {}

/** The result of the work: that of `Registrar.handle`. @since 0.1.0 @category models */
export const Outcome = Schema.Union(
  Schema.TaggedStruct("Reported", { accepted: Schema.Number, refused: Schema.Number }),
  Schema.TaggedStruct("AlreadyFinished", { status: Schema.String }),
  Schema.TaggedStruct("Ignored", { reason: Schema.String })
)

export type Outcome = typeof Outcome.Type

/** The errors of the work. @since 0.1.0 @category errors */
export const HandleError = Schema.Union(KaleidoscopeError.KaleidoscopeError, Registration.InvalidWebhook)

export type HandleError = typeof HandleError.Type

const nameOf = ({ earlier, event, id }: Delivery): string => `${event} ${id}${earlier === 0 ? "" : ` (${earlier + 1})`}`

/** The workflow, for the tools of `@effect/workflow`. @since 0.1.0 @category workflows */
export const workflow = Workflow.make({
  name: workflowNames.Registration,
  payload: Delivery,
  idempotencyKey: nameOf,
  success: Outcome,
  error: HandleError
})

const webhookOf = ({ activity, event, id, record_ids }: Delivery): Registration.Webhook =>
  event === "FileSubmitted"
    ? { _tag: event, file: Ids.FileId.make(id), activity: Option.some(activity), record_ids, body: {} }
    : { _tag: event, activity, submission: Ids.RegistrationSubmissionId.make(id), body: {} }

/** How the work is tried again. @since 0.1.0 @category models */
export interface Options {
  /**
   * How long the work is tried again while the platform cannot be reached or fails, after the `retry` of the registrar. A new
   * process begins to count anew.
   *
   * @default 3 days
   */
  readonly patience?: Duration.DurationInput | undefined
}

const mayPass = (error: HandleError): boolean =>
  KaleidoscopeError.isKaleidoscopeError(error) && (KaleidoscopeError.isRetryable(error) || error.outcome === "unknown")

/**
 * Does the work of the stored webhooks in this process, with the `Registrar`. It goes on with those that an earlier process did
 * not complete. Each is in the list of `Jobs`, and can be paused and cancelled before its work begins.
 *
 * @since 0.1.0
 * @category layers
 */
export const layer = ({ patience = "3 days" }: Options = {}) =>
  Layer.suspend(() => {
    /** The jobs that wait until the registrar has done others. */
    const waiting = new Set<string>()
    const touchWaiting = seldom((jobs: Jobs.Service) => Effect.forEach([...waiting], jobs.touch, { discard: true }))
    return workflow.toLayer((delivery) =>
      Effect.gen(function* () {
        const registrar = yield* Registrar.Registrar
        const jobs = yield* Jobs.Jobs
        const counted = Counted.ofKind(jobs, "Registration")
        const job = nameOf(delivery)
        // Work that is tried again is not work that does nothing, and neither is work that waits for it.
        const onTry = Effect.suspend(() => {
          waiting.delete(job)
          return untilStored(Effect.zipRight(jobs.touch(job), touchWaiting(jobs)))
        })
        const handle: Effect.Effect<Outcome, HandleError> = Effect.suspend(() => {
          waiting.add(job)
          return registrar.handle(webhookOf(delivery), { onTry })
        }).pipe(
          Effect.ensuring(Effect.sync(() => waiting.delete(job))),
          Effect.tapError((error) =>
            mayPass(error)
              ? Effect.logWarning(`Registration ${JSON.stringify(job)}: it is tried again: ${error.message}`)
              : Effect.void
          ),
          Effect.retry({ schedule: Schedule.upTo(longer, patience), while: mayPass })
        )
        return yield* Activity.make({
          name: "handle",
          success: Outcome,
          error: HandleError,
          execute: Effect.gen(function* () {
            // A failure of the database may not be stored as one of the job.
            yield* untilStored(counted.begin(job))
            if (!(yield* untilStored(Jobs.gate(jobs, job)))) {
              return { _tag: "Ignored" as const, reason: "somebody cancelled it" }
            }
            yield* untilStored(counted.beginPart(job))
            return yield* handle.pipe(
              Effect.tap(() => untilStored(counted.end(job, "complete"))),
              Effect.tapError(() => untilStored(counted.end(job, "failed")))
            )
          })
        })
      })
    )
  })

const deliveryOf = (
  webhook: Exclude<Registration.Webhook, Registration.UnknownEvent>
): Effect.Effect<Omit<Delivery, "earlier">, Registration.InvalidWebhook> =>
  webhook._tag !== "FileSubmitted"
    ? Effect.succeed({
        event: webhook._tag,
        activity: webhook.activity,
        id: webhook.submission,
        record_ids: []
      })
    : Option.match(webhook.activity, {
        onNone: () =>
          Effect.fail(
            new Registration.InvalidWebhook({
              reason: "ids",
              message: "the webhook does not name the activity of its file"
            })
          ),
        onSome: (activity) =>
          Effect.succeed({ event: webhook._tag, activity, id: webhook.file, record_ids: webhook.record_ids })
      })

/**
 * Whether the work of a submission is to be done again when it is delivered again after its end. What failed is; what was
 * ignored may not be ignored now; and a file can be submitted a second time.
 */
const isWorthAnother = (delivery: Delivery, result: Workflow.Result<Outcome, HandleError>): boolean =>
  result._tag === "Complete" &&
  (delivery.event === "FileSubmitted" || result.exit._tag === "Failure" || result.exit.value._tag === "Ignored")

/**
 * Stores a webhook, and does not wait for its work. The submission decides whether it is new:
 *
 * - While its work is not done, a second delivery changes nothing.
 * - When it is done, a second delivery does nothing.
 * - If its work failed or was ignored, or for a file, a delivery begins new work. It begins with the state that the platform has:
 *   what is finished there is left alone.
 *
 * This process has to have `layer`: without it, and while the database is away, this waits, and nothing is stored. Fails with
 * `InvalidWebhook` if a webhook about a file does not name the activity.
 *
 * @since 0.1.0
 * @category running
 */
export const accept = (
  webhook: Registration.Webhook
): Effect.Effect<void, Registration.InvalidWebhook, WorkflowEngine.WorkflowEngine> =>
  Effect.gen(function* () {
    if (webhook._tag === "UnknownEvent") return
    const first = yield* deliveryOf(webhook)
    const next = (earlier: number): Effect.Effect<void, never, WorkflowEngine.WorkflowEngine> =>
      Effect.gen(function* () {
        const delivery = { ...first, earlier }
        const result = yield* Effect.flatMap(workflow.executionId(delivery), workflow.poll)
        if (result === undefined) return yield* Effect.asVoid(workflow.execute(delivery, { discard: true }))
        if (isWorthAnother(delivery, result)) return yield* next(earlier + 1)
      })
    yield* next(0)
  })

/** The endpoint answers 500 to a defect. */
const notStored = (storeTimeout: Duration.DurationInput): Effect.Effect<never> => {
  const message = `RegistrationWorker: a webhook was not stored in ${Duration.format(storeTimeout)}. Look after the database, and whether this process has the layer of RegistrationWorker.`
  return Effect.zipRight(Effect.logError(message), Effect.dieMessage(message))
}

/** How the endpoint is guarded, and how long it waits. @since 0.1.0 @category models */
export interface EndpointOptions extends RegistrarEndpoint.Options {
  /** How long a webhook may take to be stored. After it the answer is 500. @default 30 seconds */
  readonly storeTimeout?: Duration.DurationInput | undefined
}

/**
 * The endpoint for the webhooks: that of `RegistrarEndpoint`, with its guards and answers. It answers 202 when the webhook is
 * stored. If it cannot be stored in time it logs that, and answers 500, so that the platform can send it again.
 *
 * @example
 * ```ts
 * import { Registrar } from "@effect-kaleidoscope/sdk"
 * import { Engine, RegistrationWorker } from "@effect-kaleidoscope/workflow"
 * import * as HttpRouter from "@effect/platform/HttpRouter"
 * import * as HttpServer from "@effect/platform/HttpServer"
 * import * as Config from "effect/Config"
 * import * as Effect from "effect/Effect"
 * import * as Layer from "effect/Layer"
 *
 * const RegistrarLive = Registrar.layer({ validate: () => Effect.void })
 *
 * const Worker = RegistrationWorker.layer().pipe(Layer.provide(RegistrarLive))
 *
 * const Server = Layer.unwrapEffect(
 *   Effect.map(Config.redacted("WEBHOOK_SECRET"), (secret) =>
 *     HttpRouter.empty.pipe(
 *       HttpRouter.post("/kaleidoscope", RegistrationWorker.app({ secret, secretIn: { header: "x-webhook-secret" } })),
 *       HttpServer.serve()
 *     )
 *   )
 * )
 *
 * export const Live = Layer.mergeAll(Server, Worker).pipe(
 *   Layer.provide(Engine.layerSqlite({ filename: "jobs.sqlite" }))
 * )
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const app = ({ storeTimeout = "30 seconds", ...options }: EndpointOptions) =>
  Effect.flatMap(WorkflowEngine.WorkflowEngine, (engine) =>
    Effect.provideService(RegistrarEndpoint.app(options), Registrar.Registrar, {
      accept: (webhook) =>
        accept(webhook).pipe(
          Effect.provideService(WorkflowEngine.WorkflowEngine, engine),
          // A statement of a database that stands still may not end when it is interrupted.
          Effect.disconnect,
          Effect.interruptible,
          Effect.timeoutFail({ duration: storeTimeout, onTimeout: () => "late" as const }),
          Effect.catchIf(
            (error) => error === "late",
            () => notStored(storeTimeout)
          ),
          // It is stored also if the sender does not wait for the answer; and a server may run its app uninterruptibly.
          Effect.forkDaemon,
          Effect.flatMap(Fiber.join)
        ),
      // The endpoint uses `accept` alone.
      handle: () => Effect.dieMessage("RegistrationWorker: the endpoint handles no webhook itself"),
      poll: () => Effect.void
    })
  )

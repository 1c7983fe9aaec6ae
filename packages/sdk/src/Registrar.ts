/**
 * The registrar: your program that validates and registers what scientists submit. You write the functions for one draft and
 * for one file. The registrar fetches the drafts, reports how far it is, submits verdicts and results, and does so once for
 * each submission.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import * as Activities from "./Activities.js"
import * as Files from "./Files.js"
import * as Settings from "./internal/auth/settings.js"
import * as File from "./internal/registrar/file.js"
import type {
  Draft,
  HandleError,
  HandleOptions,
  Options,
  Outcome,
  PollOptions,
  SubmittedFile
} from "./internal/registrar/model.js"
import * as Poll from "./internal/registrar/poll.js"
import * as Running from "./internal/registrar/running.js"
import * as Submission from "./internal/registrar/submission.js"
import { ignored, type Platform, type Work } from "./internal/registrar/work.js"
import * as Method from "./internal/request/method.js"
import * as Records from "./Records.js"
import * as Registration from "./Registration.js"

export type {
  Draft,
  HandleError,
  HandleOptions,
  Options,
  Outcome,
  PollOptions,
  Problem,
  RegisteredValues,
  SubmittedFile
} from "./internal/registrar/model.js"

/**
 * The methods of the service.
 *
 * Work runs in the background, in fibers of the layer. Two deliveries for the same submission while it runs share the work.
 * Before the work begins, the state of the submission is read from the platform: a submission that is finished is left alone,
 * so a webhook that comes again does nothing. The submissions of one activity are handled one after another, so that a draft
 * that is in two of them is registered once.
 *
 * @since 0.1.0
 * @category models
 */
export interface Service {
  /**
   * Handles a webhook, and waits until the work is done. The work goes on if the caller is interrupted.
   *
   * 1. Reads the submission from the platform. Only the ids of the webhook are used.
   * 2. For a registration, leaves out drafts that have left the activity: they were registered before.
   * 3. Reads the drafts in batches, and runs `validate` and `register` on each. A draft that fails, or that does not exist any
   *    more, is refused with a message; the others are not affected. After each batch it shows the progress to the scientist.
   * 4. Submits the results of all drafts in one request. How the platform takes results in parts is not known. If the
   *    platform refuses it with 400 and says which results are wrong, their drafts are refused, and it submits again.
   * 5. Sets the final state of the submission, if the results did not: `completed` or `failed` for a registration, which
   *    fails if none of its drafts was registered; `validated` or `validation_failed` for a validation, which fails if one of
   *    its drafts was refused.
   *
   * Calls that fail for a reason that may pass are repeated; see `retry`. Fails with `NotFound` if the platform does not have
   * the submission, and with `InvalidWebhook` if a webhook about a file does not name the activity.
   */
  readonly handle: (webhook: Registration.Webhook, options?: HandleOptions) => Effect.Effect<Outcome, HandleError>
  /**
   * Begins to handle a webhook, and does not wait. If the work fails, the failure is logged. Fails with `InvalidWebhook` if a
   * webhook about a file does not name the activity.
   */
  readonly accept: (webhook: Registration.Webhook) => Effect.Effect<void, Registration.InvalidWebhook>
  /**
   * Looks for submissions that wait, and begins the work on them, now and then as often as `schedule` says: by default for
   * ever. Use it where webhooks cannot reach your program, and beside webhooks, so that no submission is lost when your
   * program is stopped. It does not fail: what goes wrong is logged, and is tried again the next time. A submission that
   * failed for a reason that does not pass is not tried again until a webhook names it or the layer is built again.
   */
  readonly poll: (options?: PollOptions) => Effect.Effect<void>
}

/**
 * The registrar: a program that validates and registers what scientists submit.
 *
 * @example
 * ```ts
 * import { Registrar } from "@effect-kaleidoscope/sdk"
 * import * as Context from "effect/Context"
 * import * as Data from "effect/Data"
 * import * as Effect from "effect/Effect"
 * import * as Layer from "effect/Layer"
 *
 * class Refused extends Data.TaggedError("Refused")<{ readonly message: string }> {}
 *
 * // Your database of compounds: it gives the same number for the same key.
 * class Compounds extends Context.Tag("Compounds")<
 *   Compounds,
 *   { readonly register: (key: string, name: string) => Effect.Effect<string, Refused> }
 * >() {}
 *
 * const RegistrarLive = Registrar.layer({
 *   key_field_names: ["Compound ID"],
 *   validate: ({ record }) =>
 *     record.record_identifier === null ? Effect.fail("The draft has no name.") : Effect.void,
 *   register: ({ idempotencyKey, record }) =>
 *     Effect.gen(function* () {
 *       const compounds = yield* Compounds
 *       return { "Compound ID": yield* compounds.register(idempotencyKey, record.record_identifier ?? "") }
 *     })
 * })
 *
 * // A registrar without webhooks: it looks every minute.
 * const Polling = Layer.scopedDiscard(
 *   Effect.flatMap(Registrar.Registrar, (registrar) => Effect.forkScoped(registrar.poll()))
 * ).pipe(Layer.provide(RegistrarLive))
 * ```
 *
 * @since 0.1.0
 * @category tags
 */
export class Registrar extends Context.Tag("@effect-kaleidoscope/sdk/Registrar")<Registrar, Service>() {}

/**
 * Makes a registrar. Its work runs until the scope is closed. A setting that makes no sense, such as `concurrency: 0`, is a
 * defect that names the setting.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = <RValidate = never, RRegister = never, RFile = never>(
  options: Options<RValidate, RRegister, RFile>
): Effect.Effect<
  Service,
  never,
  | Activities.Activities
  | Files.Files
  | Records.Records
  | Registration.Registration
  | Scope.Scope
  | RValidate
  | RRegister
  | RFile
> =>
  Effect.gen(function* () {
    const wrong = Settings.wrongIn(Settings.given(options), {
      batchSize: Settings.count(1),
      concurrency: Settings.count(1),
      submissions: Settings.count(1),
      shutdownTimeout: Settings.limit
    })
    if (wrong !== undefined) return yield* Effect.dieMessage(`Registrar: ${wrong.name}: ${wrong.message}`)

    const platform: Platform = {
      activities: yield* Activities.Activities,
      files: yield* Files.Files,
      records: yield* Records.Records,
      registration: yield* Registration.Registration
    }
    const context = yield* Effect.context<RValidate | RRegister | RFile>()
    const { register, registerFile, validate } = options
    const registrar = {
      validate: validate && ((draft: Draft) => Effect.provide(validate(draft), context)),
      register: register && ((draft: Draft) => Effect.provide(register(draft), context)),
      registerFile: registerFile && ((file: SubmittedFile) => Effect.provide(registerFile(file), context)),
      keyFieldNames: options.key_field_names,
      batchSize: options.batchSize ?? 250,
      concurrency: options.concurrency ?? 8
    }
    const running = yield* Running.make({
      submissions: options.submissions ?? 4,
      retry: options.retry,
      shutdownTimeout: options.shutdownTimeout ?? "10 seconds"
    })

    const workOf = (
      webhook: Exclude<Registration.Webhook, Registration.UnknownEvent>
    ): Effect.Effect<Work, Registration.InvalidWebhook> => {
      if (webhook._tag !== "FileSubmitted") {
        return Effect.succeed(Submission.make(platform, registrar, webhook.activity, webhook.submission))
      }
      const { activity, file, record_ids } = webhook
      return Option.match(activity, {
        onNone: () =>
          Effect.fail(
            new Registration.InvalidWebhook({
              reason: "ids",
              message: "the webhook does not name the activity of its file"
            })
          ),
        onSome: (activity) => Effect.succeed(File.make(platform, registrar, activity, file, record_ids))
      })
    }

    return {
      handle: (webhook, { onTry } = {}) =>
        webhook._tag === "UnknownEvent"
          ? Effect.succeed(ignored("the event is not about registration"))
          : Effect.flatMap(workOf(webhook), (work) => running.begin(work, onTry)).pipe(
              Effect.flatMap(Fiber.join),
              Method.withSpan("Registrar.handle")
            ),
      accept: (webhook) =>
        webhook._tag === "UnknownEvent"
          ? Effect.void
          : Effect.asVoid(Effect.flatMap(workOf(webhook), (work) => running.begin(work))),
      poll: Poll.make(platform, registrar, running)
    } satisfies Service
  })

/**
 * The registrar, until the layer's scope is closed. Each call of this function makes another layer: use one constant for
 * one registrar.
 *
 * @since 0.1.0
 * @category layers
 */
export const layer = <RValidate = never, RRegister = never, RFile = never>(
  options: Options<RValidate, RRegister, RFile>
): Layer.Layer<
  Registrar,
  never,
  Activities.Activities | Files.Files | Records.Records | Registration.Registration | RValidate | RRegister | RFile
> => Layer.scoped(Registrar, make(options))

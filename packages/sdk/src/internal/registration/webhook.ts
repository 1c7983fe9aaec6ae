import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import * as Ids from "../../Ids.js"
import * as Json from "../json/json.js"
import { fileOf } from "./values.js"

/** The body of a webhook as it came, with all its fields. */
type Body = { readonly [field: string]: unknown }

/** The webhook `registration_submitted`: a scientist submitted a file of compounds. @since 0.1.0 @category webhooks */
export interface FileSubmitted {
  readonly _tag: "FileSubmitted"
  readonly file: Ids.FileId
  /** The activity, if the body or its `file_url` names one. */
  readonly activity: Option.Option<Ids.ActivityId>
  /** The records that the file is about. */
  readonly record_ids: ReadonlyArray<Ids.RecordId>
  /** The body as it came, with all its fields. */
  readonly body: Body
}

/**
 * The webhook `registration_drafts_submitted`: a scientist submitted drafts, and they should be registered.
 *
 * @since 0.1.0
 * @category webhooks
 */
export interface DraftsSubmitted {
  readonly _tag: "DraftsSubmitted"
  readonly activity: Ids.ActivityId
  readonly submission: Ids.RegistrationSubmissionId
  /** The body as it came, with all its fields. */
  readonly body: Body
}

/**
 * The webhook `registration_drafts_validation_requested`: a scientist asks whether drafts could be registered.
 *
 * @since 0.1.0
 * @category webhooks
 */
export interface ValidationRequested {
  readonly _tag: "ValidationRequested"
  readonly activity: Ids.ActivityId
  readonly submission: Ids.RegistrationSubmissionId
  /** The body as it came, with all its fields. */
  readonly body: Body
}

/** A webhook about something else. @since 0.1.0 @category webhooks */
export interface UnknownEvent {
  readonly _tag: "UnknownEvent"
  /** The type of the event, such as `activity_updated`. */
  readonly event: string
  /** The body as it came, with all its fields. */
  readonly body: Body
}

/** A webhook of the platform. @since 0.1.0 @category webhooks */
export type Webhook = FileSubmitted | DraftsSubmitted | ValidationRequested | UnknownEvent

/**
 * The body of a request is not a webhook of the platform. The message can be shown to the sender: it contains nothing of the
 * body.
 *
 * @since 0.1.0
 * @category errors
 */
export class InvalidWebhook extends Schema.TaggedError<InvalidWebhook>("@effect-kaleidoscope/sdk/InvalidWebhook")(
  "KaleidoscopeInvalidWebhook",
  {
    message: Schema.String,
    /**
     * - `json`: the body is not JSON.
     * - `object`: it is JSON, but not an object.
     * - `event`: it does not say what happened.
     * - `ids`: it does not say to what it happened.
     */
    reason: Schema.Literal("json", "object", "event", "ids")
  }
) {}

const invalid = (reason: InvalidWebhook["reason"], message: string) =>
  Either.left(new InvalidWebhook({ reason, message: `the body is not a webhook of Kaleidoscope: ${message}` }))

/** A name without case and punctuation: `submission_id`, `submissionId` and `submission.id` are the same. */
const lettersOf = (name: string): string => name.toLowerCase().replace(/[^a-z]/g, "")

const eventNames = ["eventtype", "event", "type", "eventname", "webhookevent", "webhooktype", "topic"]
const containers = new Set([
  "data",
  "payload",
  "event",
  "body",
  "attributes",
  "eventattrs",
  "submission",
  "registrationsubmission",
  "operation",
  "activity"
])
const activityNames = ["operationid", "activityid"]
const submissionNames = ["submissionid", "registrationsubmissionid"]
const submissionTypeNames = ["submissiontype"]

/** An object of the body, with its fields by the letters of their names, and the name that it has in the body. */
interface Part {
  readonly name: string
  readonly fields: ReadonlyMap<string, unknown>
}

/** An object, and the objects in it that may hold the ids: outer ones first. */
const partsOf = (name: string, value: Body, levels: number): ReadonlyArray<Part> => {
  const fields = new Map(Object.entries(value).map(([key, content]) => [lettersOf(key), content]))
  const inner = [...fields].flatMap(([key, content]) =>
    levels > 0 && containers.has(key) && isObject(content) ? partsOf(key, content, levels - 1) : []
  )
  return [{ name, fields }, ...inner]
}

const isObject = (value: unknown): value is Body => Predicate.isRecord(value) && !Array.isArray(value)

const isText = (value: unknown): value is string => typeof value === "string" && value.trim() !== ""

/** The texts that the fields with these names hold: the first names first, in outer objects first. */
const textsIn = (parts: ReadonlyArray<Part>, names: ReadonlyArray<string>): ReadonlyArray<string> =>
  names.flatMap((name) => parts.flatMap(({ fields }) => [fields.get(name)].filter(isText)))

const textIn = (parts: ReadonlyArray<Part>, names: ReadonlyArray<string>): Option.Option<string> =>
  Option.fromNullable(textsIn(parts, names)[0])

/** The `id` of the objects that these names stand for. */
const idOf = (parts: ReadonlyArray<Part>, isIt: (part: Part) => boolean): Option.Option<string> =>
  textIn(parts.filter(isIt), ["id"])

const activityOf = (parts: ReadonlyArray<Part>): Option.Option<Ids.ActivityId> =>
  textIn(parts, activityNames).pipe(
    Option.orElse(() => idOf(parts, ({ name }) => name === "operation" || name === "activity")),
    // Events of an activity call it so, and other events may give this name to something else.
    Option.orElse(() => textIn(parts, ["resourceid"])),
    Option.map((id) => Ids.ActivityId.make(id))
  )

const submissionOf = (parts: ReadonlyArray<Part>): Option.Option<Ids.RegistrationSubmissionId> =>
  textIn(parts, submissionNames).pipe(
    Option.orElse(() => idOf(parts, ({ name }) => name === "submission" || name === "registrationsubmission")),
    // Only a submission has a type of submission.
    Option.orElse(() => idOf(parts, ({ fields }) => submissionTypeNames.some((name) => fields.has(name)))),
    Option.map((id) => Ids.RegistrationSubmissionId.make(id))
  )

const fileSubmitted = (parts: ReadonlyArray<Part>, body: Body): Either.Either<FileSubmitted, InvalidWebhook> => {
  const records = parts.map(({ fields }) => fields.get("recordids")).find(Array.isArray) ?? []
  const record_ids = records.filter(isText).map((id) => Ids.RecordId.make(id))
  const inUrl = textsIn(parts, ["fileurl"]).flatMap((file_url) => Option.toArray(fileOf({ file_url, record_ids })))[0]
  const named = Option.map(textIn(parts, ["fileid"]), (id) => Ids.FileId.make(id))
  return Option.match(
    Option.orElse(Option.fromNullable(inUrl?.file), () => named),
    {
      onNone: () => invalid("ids", "it has neither a file_url that leads to a file nor a file_id"),
      onSome: (file) =>
        Either.right({
          _tag: "FileSubmitted",
          file,
          activity: Option.orElse(inUrl?.activity ?? Option.none(), () => activityOf(parts)),
          record_ids,
          body
        })
    }
  )
}

const drafts = (
  _tag: "DraftsSubmitted" | "ValidationRequested",
  parts: ReadonlyArray<Part>,
  body: Body
): Either.Either<DraftsSubmitted | ValidationRequested, InvalidWebhook> => {
  const activity = activityOf(parts)
  const submission = submissionOf(parts)
  if (Option.isNone(activity)) return invalid("ids", "it has no operation_id")
  if (Option.isNone(submission)) return invalid("ids", "it has no submission_id")
  return Either.right({ _tag, activity: activity.value, submission: submission.value, body })
}

const parsed = (body: unknown): Either.Either<unknown, InvalidWebhook> => {
  const text =
    typeof body === "string"
      ? Either.right(body)
      : body instanceof Uint8Array
        ? Either.right(new TextDecoder().decode(body))
        : Json.stringify(body)
  return Either.flatMap(text, Json.parse).pipe(Either.orElse(() => invalid("json", "it is not JSON")))
}

/**
 * Reads the body of a webhook: its text, its bytes, or the parsed JSON. It never throws.
 *
 * The shape of the webhooks is not documented. `registration_submitted` is known to have a `file_url` and `record_ids`; the
 * two about drafts are known to have the ids of the operation and of the submission. So several spellings are read:
 *
 * - The event is in `event_type`, `event` or `type`. Without it, a body with a `file_url` or a `file_id` is a
 *   `FileSubmitted`, and a body with the ids of an activity and a submission is a `DraftsSubmitted`, or a
 *   `ValidationRequested` if its `submission_type` is `validation`.
 * - The ids are `operation_id` or `activity_id`, and `submission_id` or `registration_submission_id`, at the top or inside
 *   `data`, `payload`, `event` or `event_attrs`; or they are the `id` of an `operation`, an `activity` or a `submission`.
 * - Case and punctuation of names make no difference: `submissionId` is `submission_id`.
 *
 * Any other event is an `UnknownEvent`. All fields are kept in `body`.
 *
 * @example
 * ```ts
 * import { Registration } from "@effect-kaleidoscope/sdk"
 * import * as Either from "effect/Either"
 *
 * const describe = (body: string) =>
 *   Either.match(Registration.readWebhook(body), {
 *     onLeft: (error) => error.message,
 *     onRight: (webhook) =>
 *       webhook._tag === "DraftsSubmitted" ? `submission ${webhook.submission}` : `no submission: ${webhook._tag}`
 *   })
 * ```
 *
 * @since 0.1.0
 * @category webhooks
 */
export const readWebhook = (body: unknown): Either.Either<Webhook, InvalidWebhook> =>
  Either.flatMap(parsed(body), (value): Either.Either<Webhook, InvalidWebhook> => {
    if (!isObject(value)) return invalid("object", "it is not a JSON object")
    const parts = partsOf("", value, 2)
    const events = textsIn(parts, eventNames)
    const known = new Set(events.map(lettersOf))
    if (known.has("registrationsubmitted")) return fileSubmitted(parts, value)
    if (known.has("registrationdraftssubmitted")) return drafts("DraftsSubmitted", parts, value)
    if (known.has("registrationdraftsvalidationrequested")) return drafts("ValidationRequested", parts, value)
    if (events[0] !== undefined) return Either.right({ _tag: "UnknownEvent", event: events[0], body: value })
    if (textsIn(parts, ["fileurl", "fileid"]).length > 0) return fileSubmitted(parts, value)
    if (Option.isSome(submissionOf(parts))) {
      const isValidation = textsIn(parts, submissionTypeNames).some((type) => lettersOf(type) === "validation")
      return drafts(isValidation ? "ValidationRequested" : "DraftsSubmitted", parts, value)
    }
    return invalid("event", "it has no event_type, and the ids of no submission and no file")
  })

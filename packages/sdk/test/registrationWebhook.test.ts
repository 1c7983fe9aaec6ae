import { Registration } from "@effect-kaleidoscope/sdk"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as FastCheck from "fast-check"
import { assert, describe, expect, it } from "../../../test/vitest.js"

const activity = "5d9c8a4e-0b3f-4a0c-9d3e-7f6f0c7f4b11"
const submission = "06bfb669-9fea-4d29-8bc5-da71f1b0ecc1"
const file = "0f4a0f24-8aef-4b53-9a29-2e5e0e2bfb6a"

const read = Registration.readWebhook

/** Reads a body that is a webhook. */
const webhookOf = (body: unknown) => {
  const webhook = read(body)
  assert(Either.isRight(webhook), String(Either.getLeft(webhook)))
  return webhook.right
}

const reasonOf = (body: unknown) =>
  Option.getOrUndefined(Option.map(Either.getLeft(read(body)), ({ reason }) => reason))

describe("the webhooks about drafts", () => {
  const ids = { operation_id: activity, submission_id: submission }

  for (const [what, body] of [
    ["the ids at the top", { event_type: "registration_drafts_submitted", ...ids }],
    ["the ids in data", { type: "registration_drafts_submitted", data: ids }],
    ["the ids in payload", { event: "registration_drafts_submitted", payload: ids }],
    ["an event that is an object", { event: { type: "registration_drafts_submitted", data: ids } }],
    [
      "other names of the ids",
      { event_type: "registration_drafts_submitted", activity_id: activity, registration_submission_id: submission }
    ],
    [
      "names in camel case",
      { eventType: "registrationDraftsSubmitted", operationId: activity, submissionId: submission }
    ],
    ["a name with dots", { event: "registration.drafts.submitted", ...ids }],
    [
      "the submission as an object",
      { event_type: "registration_drafts_submitted", submission: { id: submission, operation_id: activity } }
    ],
    [
      "the submission as the data",
      {
        id: "of-the-delivery",
        event_type: "registration_drafts_submitted",
        data: { id: submission, operation_id: activity, submission_type: "registration" }
      }
    ],
    [
      "the activity as an object",
      { event_type: "registration_drafts_submitted", operation: { id: activity }, submission_id: submission }
    ],
    [
      "the form of an activity's event",
      {
        id: "of-the-event",
        event_type: "registration_drafts_submitted",
        resource_id: activity,
        resource_type: "task",
        event_attrs: { submission_id: submission }
      }
    ],
    [
      "the activity as an object beside the id of another resource",
      {
        event_type: "registration_drafts_submitted",
        resource_id: "of-the-file",
        operation: { id: activity },
        submission_id: submission
      }
    ],
    ["no event", ids],
    ["a type of something else", { type: "webhook", event_type: "registration_drafts_submitted", ...ids }]
  ] as const) {
    it(`are read with ${what}`, () => {
      expect(webhookOf(JSON.stringify(body))).toEqual({ _tag: "DraftsSubmitted", activity, submission, body })
    })
  }

  it("are read from text, from bytes and from parsed JSON", () => {
    const body = { event_type: "registration_drafts_validation_requested", ...ids, attempt: 2, more: { a: [1] } }
    const expected = { _tag: "ValidationRequested", activity, submission, body }
    expect(webhookOf(JSON.stringify(body))).toEqual(expected)
    expect(webhookOf(new TextEncoder().encode(JSON.stringify(body)))).toEqual(expected)
    expect(webhookOf(body)).toEqual(expected)
  })

  it("without an event are about what the type of the submission says", () => {
    expect(webhookOf({ ...ids, submission_type: "validation" })._tag).toBe("ValidationRequested")
    expect(webhookOf({ ...ids, submission_type: "registration" })._tag).toBe("DraftsSubmitted")
  })

  it("without one of the ids are refused", () => {
    expect(reasonOf({ event_type: "registration_drafts_submitted" })).toBe("ids")
    expect(reasonOf({ event_type: "registration_drafts_submitted", operation_id: activity })).toBe("ids")
    expect(reasonOf({ event_type: "registration_drafts_submitted", submission_id: submission })).toBe("ids")
    expect(reasonOf({ event_type: "registration_drafts_submitted", ...ids, submission_id: " " })).toBe("ids")
    expect(reasonOf({ event_type: "registration_drafts_submitted", ...ids, operation_id: 7 })).toBe("ids")
    expect(reasonOf({ submission_id: submission })).toBe("ids")
  })
})

describe("the webhook about a file", () => {
  it("is read with its file, its activity and its records, and all fields are kept", () => {
    const body = { file_url: `/activities/${activity}/file/${file}`, record_ids: ["a", 7, "b"], attempt: 1 }
    const expected = { _tag: "FileSubmitted", file, activity: Option.some(activity), record_ids: ["a", "b"] }
    expect(webhookOf(body)).toEqual({ ...expected, body })
    const named = { event_type: "registration_submitted", ...body }
    expect(webhookOf(JSON.stringify(named))).toEqual({ ...expected, body: named })
  })

  it("takes the activity from its ids if the URL does not name one", () => {
    const body = { data: { file_url: `https://api.kaleidoscope.bio/files/${file}`, operation_id: activity } }
    expect(webhookOf(body)).toMatchObject({ _tag: "FileSubmitted", file, activity: Option.some(activity) })
    expect(webhookOf({ file_url: `/files/${file}` })).toMatchObject({ file, activity: Option.none(), record_ids: [] })
  })

  it("takes the file from file_id if the URL does not name one", () => {
    const body = { type: "registration_submitted", file_url: "https://bucket.example/x?signed", file_id: file }
    expect(webhookOf(body)).toMatchObject({ _tag: "FileSubmitted", file })
  })

  it("without a file is refused", () => {
    expect(reasonOf({ event_type: "registration_submitted", operation_id: activity })).toBe("ids")
    expect(reasonOf({ event_type: "registration_submitted", file_url: "https://elsewhere.example/" })).toBe("ids")
  })
})

describe("any other body", () => {
  it("with an event is kept with its name", () => {
    const body = { event_type: "activity_updated", operation_id: activity, data: { status: "done" } }
    expect(webhookOf(body)).toEqual({ _tag: "UnknownEvent", event: "activity_updated", body })
  })

  it("is refused with its reason, and the message contains nothing of the body", () => {
    expect(reasonOf("")).toBe("json")
    expect(reasonOf("<html>hunter2</html>")).toBe("json")
    expect(reasonOf(new Uint8Array([0xff, 0xfe]))).toBe("json")
    expect(reasonOf(undefined)).toBe("json")
    expect(reasonOf("[]")).toBe("object")
    expect(reasonOf("null")).toBe("object")
    expect(reasonOf('"registration_submitted"')).toBe("object")
    expect(reasonOf("{}")).toBe("event")
    const invalid = Either.getLeft(read('{"password":"hunter2"}'))
    expect(JSON.stringify(invalid)).toContain("the body is not a webhook of Kaleidoscope")
    expect(JSON.stringify(invalid)).not.toContain("hunter2")
  })

  it("never makes the reader throw", () => {
    const anything = FastCheck.oneof(
      FastCheck.anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true, withSet: true }),
      FastCheck.json(),
      FastCheck.uint8Array(),
      FastCheck.constant(
        Object.defineProperty({}, "event_type", {
          enumerable: true,
          get: () => {
            throw new Error("a getter that throws")
          }
        })
      )
    )
    FastCheck.assert(
      FastCheck.property(anything, (body) => {
        const found = read(body)
        return Either.isRight(found) || found.left instanceof Registration.InvalidWebhook
      }),
      { numRuns: 1000 }
    )
  })

  it("with the names of webhooks and any values never makes the reader throw", () => {
    const value = FastCheck.oneof(
      FastCheck.constantFrom(
        "registration_submitted",
        "registration_drafts_submitted",
        "registration_drafts_validation_requested",
        "/files/%E0%A4%A",
        "/files/1",
        "..",
        ""
      ),
      FastCheck.constantFrom(null, 7, true, [], ["a"], {})
    )
    const names = ["event_type", "event", "type", "data", "payload", "submission", "operation", "operation_id", "id"]
    const object: FastCheck.Arbitrary<unknown> = FastCheck.letrec((tie) => ({
      object: FastCheck.dictionary(
        FastCheck.constantFrom(...names, "submission_id", "submission_type", "file_url", "file_id", "record_ids"),
        FastCheck.oneof({ maxDepth: 3 }, value, tie("object")),
        { maxKeys: 5 }
      )
    })).object
    FastCheck.assert(
      FastCheck.property(object, (body) => {
        const found = read(JSON.stringify(body))
        return Either.isRight(found) ? Object.keys(found.right).includes("body") : found.left.message.length > 0
      }),
      { numRuns: 1000 }
    )
  })

  it("has its whole content in the webhook that was read from it", () => {
    FastCheck.assert(
      FastCheck.property(FastCheck.dictionary(FastCheck.string(), FastCheck.jsonValue()), (fields) => {
        const body = { ...fields, event_type: "registration_drafts_submitted", operation_id: "a", submission_id: "s" }
        const text = JSON.stringify(body)
        const found = webhookOf(text)
        expect(found.body).toEqual(JSON.parse(text, (key, value: unknown) => (key === "__proto__" ? undefined : value)))
      })
    )
  })
})

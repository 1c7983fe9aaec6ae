import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as Undici from "@effect/platform-node/Undici"
import * as Activities from "@effect-kaleidoscope/sdk/Activities"
import * as Auth from "@effect-kaleidoscope/sdk/Auth"
import * as Ids from "@effect-kaleidoscope/sdk/Ids"
import * as Labels from "@effect-kaleidoscope/sdk/Labels"
import * as Records from "@effect-kaleidoscope/sdk/Records"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Data from "./data.js"

/** As many connections as the SDK uses. */
const connections = 16

/** What nothing on undici can be faster than: a request, and `JSON.parse`. */
export const floor = (url: string) => {
  const agent = new Undici.Agent({ connections })
  const headers = { accept: "application/json", "x-kal-authorization": "Bearer token" }
  return async (path: string): Promise<unknown> => {
    const { body, statusCode } = await Undici.request(`${url}${path}`, { dispatcher: agent, headers })
    if (statusCode !== 200) throw new Error(`${path} answered ${statusCode}`)
    return JSON.parse(await body.text())
  }
}

/** The paths that both sides ask for. */
export const paths = {
  labels: "/activity_labels",
  allRecords: `/operations/${Data.activityId}/records`,
  record: (nth: number) => `/records/${Data.recordId(nth)}`,
  records: (from: number, count: number) =>
    `/records?record_ids=${Array.from({ length: count }, (_, nth) => Data.recordId(from + nth)).join("%2C")}`
}

/** The SDK over undici, with a token that it need not ask for. */
export const live = (url: string) =>
  Layer.mergeAll(Activities.layer, Labels.layer, Records.layer).pipe(
    Layer.provide(Auth.layerToken({ url, token: Redacted.make("token"), concurrency: connections })),
    Layer.provide(NodeHttpClient.layerUndici)
  )

/** The same through the SDK. */
export const sdk = {
  labels: Effect.flatMap(Labels.Labels, (labels) => labels.list),
  allRecords: Effect.flatMap(Activities.Activities, (activities) =>
    activities.records(Ids.ActivityId.make(Data.activityId))
  ),
  record: (nth: number) =>
    Effect.flatMap(Records.Records, (records) => records.get(Ids.RecordId.make(Data.recordId(nth))))
}

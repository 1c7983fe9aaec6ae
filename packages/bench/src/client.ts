/** The platform's `HttpClient` alone, which the SDK uses. */
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import * as Effect from "effect/Effect"
import * as ManagedRuntime from "effect/ManagedRuntime"
import * as Data from "./data.js"
import type { ClientTask, Input, Proof } from "./jobs.js"
import { ready } from "./ready.js"

const runtime = ManagedRuntime.make(NodeHttpClient.layerUndici)

const makeGet = (url: string) => {
  const withToken = Effect.map(HttpClient.HttpClient, HttpClient.filterStatusOk).pipe(
    Effect.tap((client) =>
      client.execute(
        HttpClientRequest.post(`${url}/auth/oauth/token`).pipe(
          HttpClientRequest.bodyUrlParams({
            grant_type: "client_credentials",
            client_id: "demo",
            client_secret: "demo"
          })
        )
      )
    ),
    Effect.map((client) => client.pipe(HttpClient.mapRequest(HttpClientRequest.bearerToken("access"))))
  )
  let client: typeof withToken | undefined
  return (path: string) =>
    Effect.suspend(() => {
      client ??= Effect.runSync(Effect.cached(withToken))
      return client
    }).pipe(
      Effect.flatMap((client) => client.get(`${url}${path}`)),
      Effect.flatMap((response) => response.json),
      Effect.orDie
    )
}

type Records = ReadonlyArray<{ readonly record_identifier: string }>

const labels = ({ size, url }: Input) => {
  const get = makeGet(url)
  return Effect.gen(function* () {
    let count = 0
    let last = ""
    for (let nth = 0; nth < size; nth++) {
      const labels = (yield* get("/activity_labels")) as ReadonlyArray<{ readonly label_name: string }> // nothing decodes it
      count += labels.length
      last = labels.at(-1)?.label_name ?? ""
    }
    return { count, last }
  })
}

const effects: {
  readonly [task in ClientTask]?: (input: Input) => Effect.Effect<Proof, never, HttpClient.HttpClient>
} = {
  labels,
  start: labels,
  gets: ({ size, url }) => {
    const get = makeGet(url)
    return Effect.map(
      Effect.forEach(
        Array.from({ length: size }, (_, nth) => nth),
        (nth) => get(`/records/${Data.small.id(nth)}`),
        { concurrency: 8 }
      ),
      (found) => {
        const records = found as Records // nothing decodes it
        return { count: records.length, last: records.at(-1)?.record_identifier ?? "" }
      }
    )
  },
  // A fiber and a span for each id, which wait for the request of their batch.
  getsAtOnce: ({ size, url }) => {
    const get = makeGet(url)
    const ids = Data.idsOf(Data.small, size)
    return Effect.gen(function* () {
      const batches = yield* Effect.forEach(Data.batchPaths(ids), (path) => Effect.cached(get(path)))
      const found = yield* Effect.forEach(
        ids,
        (_, nth) =>
          Effect.map(batches[Math.floor(nth / Data.batchSize)] ?? Effect.die(nth), (batch) => {
            const records = batch as Records // nothing decodes it
            return records[nth % Data.batchSize]
          }).pipe(Effect.withSpan("get", { captureStackTrace: false })),
        { concurrency: "unbounded" }
      )
      return { count: found.length, last: found.at(-1)?.record_identifier ?? "" }
    })
  },
  activities: ({ url }) => {
    const get = makeGet(url)
    return Effect.map(
      Effect.suspend(() => get("/activities")),
      (found) => {
        const activities = found as ReadonlyArray<{ readonly title: string }> // nothing decodes it
        return { count: activities.length, last: activities.at(-1)?.title ?? "" }
      }
    )
  }
}

/** How each task is prepared. The returned effect is measured. */
export const prepare = (task: ClientTask, input: Input) => {
  const effect = effects[task]?.(input)
  return effect === undefined ? undefined : ready(runtime, effect)
}

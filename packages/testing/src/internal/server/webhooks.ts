import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as FiberSet from "effect/FiberSet"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Record from "effect/Record"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import { type Moment, newId } from "./store.js"

/**
 * Where the emulator sends its webhooks.
 *
 * @since 0.1.0
 * @category models
 */
export interface WebhookOptions {
  /** The URL of the registrar. It may contain a secret: no log shows its path or its query. */
  readonly url: string
  /** Further headers, for example one with a secret by which the registrar recognizes the emulator. */
  readonly headers?: { readonly [name: string]: Redacted.Redacted } | undefined
  /**
   * The client that sends them.
   *
   * @default `fetch`, which does not follow redirects here
   */
  readonly client?: HttpClient.HttpClient | undefined
}

export type WebhookEvent =
  | "registration_submitted"
  | "registration_drafts_submitted"
  | "registration_drafts_validation_requested"

/** Sends webhooks. */
export class Webhooks extends Context.Tag("@effect-kaleidoscope/testing/internal/Webhooks")<
  Webhooks,
  {
    /** The base URL of the emulator. */
    readonly url: string
    /** Starts to send a webhook, and does not wait for it. */
    readonly send: (
      at: Moment,
      event: WebhookEvent,
      content: { readonly operation_id: string; readonly [key: string]: unknown }
    ) => Effect.Effect<void>
    /** Stops sending what was not received yet. */
    readonly forget: Effect.Effect<void>
  }
>() {}

/** The `http` or `https` URL in a text. */
export const urlOf = (text: string): Option.Option<URL> =>
  Option.filter(Option.liftThrowable((input: string) => new URL(input))(text), ({ protocol }) =>
    ["http:", "https:"].includes(protocol)
  )

/** Whether a name and a value can be a header. */
export const isHeader = (name: string, value: string): boolean =>
  /^[!#$%&'*+.^_`|~0-9a-z-]+$/i.test(name) && /^[\t\x20-\x7e\x80-\xff]*$/.test(value)

/** What is wrong with the options. It shows no value, since the URL and the headers can contain secrets. */
export const wrongWith = (options: WebhookOptions | undefined): string | undefined =>
  options === undefined
    ? undefined
    : Option.isNone(urlOf(options.url))
      ? "webhook.url: it is not a URL such as http://127.0.0.1:3000/webhooks"
      : Object.entries(options.headers ?? {}).some(([name, value]) => !isHeader(name, Redacted.value(value)))
        ? "webhook.headers: a name or a value cannot be sent as a header"
        : undefined

/** Seven tries within about a minute. */
const repeats = Schedule.intersect(Schedule.exponential("1 second"), Schedule.recurs(6))

const fetchClient = Effect.provide(
  HttpClient.HttpClient,
  FetchHttpClient.layer.pipe(Layer.provide(Layer.succeed(FetchHttpClient.RequestInit, { redirect: "manual" })))
)

/** Sends webhooks to the given URL, or nowhere. All sending ends with the scope. */
export const make = (
  options: WebhookOptions | undefined,
  url: string
): Effect.Effect<typeof Webhooks.Service, never, Scope.Scope> =>
  Effect.gen(function* () {
    if (options === undefined) {
      return { url, send: () => Effect.void, forget: Effect.void }
    }
    const client = (options.client ?? (yield* fetchClient)).pipe(
      HttpClient.withTracerPropagation(false),
      HttpClient.withTracerDisabledWhen(() => true)
    )
    const headers = Record.map(options.headers ?? {}, Redacted.value)
    const deliveries = yield* FiberSet.make()
    const service: typeof Webhooks.Service = {
      url,
      send: (at, event, content) => {
        const request = HttpClientRequest.post(options.url).pipe(
          HttpClientRequest.setHeaders(headers),
          HttpClientRequest.bodyUnsafeJson({ id: newId(), event_type: event, created_at: at.iso, ...content })
        )
        return client.execute(request).pipe(
          Effect.tap((response) => response.arrayBuffer), // otherwise the connection could not be used again
          Effect.filterOrFail(({ status }) => status >= 200 && status < 300),
          Effect.timeout("10 seconds"),
          Effect.retry(repeats),
          // Neither the error nor the URL is logged: both can contain a secret.
          Effect.catchAll(() => Effect.logWarning(`The webhook ${event} was not received, and is not sent again`)),
          FiberSet.run(deliveries),
          Effect.asVoid
        )
      },
      forget: FiberSet.clear(deliveries)
    }
    return service
  })

import type * as Headers from "@effect/platform/Headers"
import * as HttpBody from "@effect/platform/HttpBody"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import type * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Metric from "effect/Metric"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as Auth from "../Auth.js"
import {
  AuthError,
  DecodeError,
  InvalidRequest,
  type KaleidoscopeError,
  type ReadError,
  type TimeoutError,
  type TransportError,
  type UnexpectedStatus,
  type WriteError
} from "../KaleidoscopeError.js"
import * as Metrics from "../Metrics.js"
import { RequestPolicy } from "../RequestPolicy.js"
import * as Id from "./id.js"
import * as Json from "./json.js"
import * as Reading from "./reading.js"
import * as Refusal from "./refusal.js"
import * as Call from "./request/call.js"
import * as Policy from "./request/policy.js"
import * as ResponseBody from "./request/responseBody.js"
import * as Send from "./request/send.js"
import * as Settings from "./settings.js"
import * as State from "./state.js"

type Names<Template extends string> = Template extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Names<Rest>
  : never

/** The ids that a path template names: `{ id: … }` for `/records/{id}/values`. */
export type Params<Template extends string> = { readonly [Name in Names<Template>]: string }

/**
 * A query, by parameter: text goes as it is, a date as ISO 8601, anything else as JSON; `null` and `undefined` do not
 * go at all.
 */
export type Query = { readonly [name: string]: unknown }

/** A call that reads. */
export interface Read<Template extends string, A, I, E> {
  readonly path: Template
  readonly params: Params<Template>
  readonly query?: Query
  readonly success: Schema.Schema<A, I>
  /** What an answer without a body means; without this one is an error. */
  readonly empty?: () => A
  readonly refusals: Refusal.Refusals<E>
}

/** How to learn what a write has made or changed. */
export interface Otherwise<out A> {
  /** What to look with, as `Activities.list`. */
  readonly look: string
  /** Finds it; none where it cannot be told from others. */
  readonly find?: Effect.Effect<Option.Option<A>, KaleidoscopeError>
}

/** A call that writes. */
export interface Write<Template extends string, A, I, E> {
  readonly method: "POST" | "PUT" | "DELETE"
  readonly path: Template
  readonly params: Params<Template>
  /** What is sent as JSON, or a body that is made already. */
  readonly body: unknown
  readonly success: Schema.Schema<A, I>
  /** What an answer means that is empty or has another shape: the write is done all the same. */
  readonly empty?: () => A
  /** Without `empty`: how to learn what the call gives where its answer does not say it. */
  readonly otherwise?: Otherwise<A>
  readonly refusals: Refusal.Refusals<E>
  /** Whether doing it twice is as good as doing it once. */
  readonly repeatable: boolean
}

/** What depends on the arguments of a call whose answer is not JSON. */
export interface OpenOptions<E> {
  readonly refusals?: Refusal.Refusals<E>
  /** What is wrong with an answer that reports success. */
  readonly refused?: (response: HttpClientResponse.HttpClientResponse) => Refusal.Failure<E> | undefined
}

/** An answer whose body has not been read. */
export interface Opened {
  readonly headers: Headers.Headers
  readonly bytes: Stream.Stream<Uint8Array, TransportError | TimeoutError | DecodeError>
  /** The error of an answer that cannot be used. */
  readonly unusable: (
    found: { readonly at: string; readonly expected: string; readonly excerpt: string | null },
    message: string
  ) => DecodeError
}

/** What the calls of a service are made with. */
export interface Api {
  readonly state: State.State
  /** The application's policy. */
  readonly policy: Policy.Policy
  /** A call that reads without being told what. */
  readonly list: <A, I>(name: string, path: string, success: Schema.Schema<A, I>) => Effect.Effect<A, ReadError>
  readonly read: <const Template extends string, A, I, E>(
    name: string,
    call: Read<Template, A, I, E>
  ) => Effect.Effect<A, E | ReadError | InvalidRequest>
  readonly write: <const Template extends string, A, I, E>(
    name: string,
    call: Write<Template, A, I, E>
  ) => Effect.Effect<A, E | WriteError>
  /** Sends a call that takes nothing. */
  readonly all: <A, I, E>(call: Call.Read<Call.Route<"GET">, never, A, I, E>) => Effect.Effect<A, E | ReadError>
  /** Sends a call that reads, with the ids in its path, its query, and what its refusals become if that depends on them. */
  readonly get: <const Of extends Call.Route<"GET">, Field extends string, A, I, E>(
    call: Call.Read<Of, Field, A, I, E>,
    params: Call.Params<Of>,
    query?: Call.Content<Field>,
    refusals?: Refusal.Refusals<E>
  ) => Effect.Effect<A, E | ReadError | InvalidRequest>
  /** Sends a call that writes, with the ids in its path and its body. */
  readonly send: <const Of extends Call.Route, Field extends string, A, I, E>(
    call: Call.Write<Of, Field, A, I, E>,
    params: Call.Params<Of>,
    body: Call.Body<Field>,
    options?: { readonly otherwise?: Otherwise<A>; readonly refusals?: Refusal.Refusals<E> }
  ) => Effect.Effect<A, E | WriteError>
  /** Sends a call that is done when the headers of its answer are there. */
  readonly open: <const Of extends Call.Route<"GET">, Field extends string, E>(
    call: Call.Open<Of, Field, E>,
    params: Call.Params<Of>,
    query?: Call.Content<Field>,
    options?: OpenOptions<E>
  ) => Effect.Effect<Opened, E | ReadError | InvalidRequest, Scope.Scope>
  /** Whether this call is under the application's policy alone: only then it may share its work with others. */
  readonly unpatched: Effect.Effect<boolean>
}

/** What an answer means that says nothing, or nothing of interest. */
export const nothing: Schema.Schema<void, unknown> = Schema.transform(Schema.Unknown, Schema.Void, {
  strict: true,
  decode: () => undefined,
  encode: () => null
})

/** For `empty`: a call that gives nothing. */
export const noValue = (): void => undefined

/** The facts of an error that is not about one request: of an argument, or of what several answers say together. */
export const localFacts = (call: string, message: string): Refusal.LocalFacts => ({
  call,
  message,
  method: null,
  pathTemplate: null,
  path: null,
  status: null,
  requestId: null,
  attempts: 0,
  elapsed: Duration.zero,
  outcome: "none"
})

/** An argument that cannot be sent. */
export const invalid = (call: string, at: string, message: string): InvalidRequest =>
  new InvalidRequest({ ...localFacts(call, `${at} cannot be sent: ${message}`), at })

const notWellFormed = "it is no well-formed text"

const segment = (value: string): Either.Either<string, string> =>
  value === ""
    ? Either.left("it is empty")
    : value === "." || value === ".."
      ? Either.left(`${JSON.stringify(value)} names another path, in any encoding`)
      : Either.try({ try: () => encodeURIComponent(value), catch: () => notWellFormed })

/** A path with its ids in it, percent-encoded. */
const fill = (
  template: string,
  params: { readonly [name: string]: string }
): Either.Either<string, { readonly at: string; readonly reason: string }> => {
  let path = ""
  let rest = template
  for (let open = rest.indexOf("{"); open >= 0; open = rest.indexOf("{")) {
    const close = rest.indexOf("}", open)
    const name = rest.slice(open + 1, close)
    // A caller in JavaScript may give anything.
    const value: unknown = params[name]
    const encoded = typeof value === "string" ? segment(value) : Either.left("it is no text")
    if (Either.isLeft(encoded)) return Either.left({ at: name, reason: encoded.left })
    path += rest.slice(0, open) + encoded.right
    rest = rest.slice(close + 1)
  }
  return Either.right(path + rest)
}

/** The id of the one thing that a path asks for. */
const idAsked = (template: string, params: { readonly [name: string]: string }): string | undefined =>
  template.endsWith("/{id}") ? params["id"] : undefined

const encodeQuery = (
  query: Query
): Either.Either<Array<[string, string]>, { readonly at: string; readonly reason: string }> => {
  const out: Array<[string, string]> = []
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined || value === null) continue
    if (typeof value === "string") {
      if (/\p{Surrogate}/u.test(value)) return Either.left({ at: name, reason: notWellFormed })
      out.push([name, value])
      continue
    }
    const json = Json.stringify(value)
    if (Either.isLeft(json)) {
      return Either.left({ at: Json.formatPath([name, ...json.left.path]), reason: json.left.reason })
    }
    out.push([name, json.right.startsWith('"') ? json.right.slice(1, -1) : json.right])
  }
  return Either.right(out)
}

const encodeBody = (
  body: unknown
): Either.Either<HttpBody.HttpBody, { readonly at: string; readonly reason: string }> =>
  HttpBody.isHttpBody(body)
    ? Either.right(body)
    : Either.mapBoth(Json.stringify(body), {
        onLeft: ({ path, reason }) => ({ at: Json.formatPath(["body", ...path]), reason }),
        onRight: (text) => HttpBody.text(text, "application/json")
      })

/** The span of a method. The call that a method is about, and named after, has none of its own in it. */
const spanned =
  (name: string) =>
  <A, E, R>(self: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.flatMap(Effect.option(Effect.currentSpan), (span) =>
      Option.isSome(span) && span.value.name === `Kaleidoscope.${name}`
        ? self
        : Effect.withSpan(self, `Kaleidoscope.${name}`, { captureStackTrace: false })
    )

/** The span of a method, and its name in the errors of the calls that it is made of. */
export const method = (method: string | { readonly name: string }) => {
  const name = typeof method === "string" ? method : method.name
  return <A, E, R>(self: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    spanned(name)(Effect.mapError(self, (error) => renamed(error, name)))
}

/** An error under the name of the method that was called. Its message is not enumerable, as that of any error. */
export const renamed = <E>(error: E, call: string): E =>
  isOurs(error) && error.call !== call ? amended(error, { call }) : error

/** An error of what comes after a call that wrote. */
export const afterWriting = <E>(error: E): E => (isOurs(error) ? amended(error, { outcome: "done" }) : error)

/** The one thing that a write has made, among all that there are; none if several are like it. */
export const onlyOne = <A extends { readonly id: string }>(
  things: Iterable<A>,
  isIt: (thing: A) => boolean
): Option.Option<A> => {
  const [only, ...others] = Id.distinct(Array.from(things).filter(isIt))
  return only === undefined || others.length > 0 ? Option.none() : Option.some(only)
}

const isDone = (error: unknown): error is DecodeError => error instanceof DecodeError && error.outcome === "done"

const nothingSaid = new Set<string | null>(["", "null", '""'])

/** What a write gives whose answer cannot be used, or an error that says that it is done. */
const learn = <A>(
  error: DecodeError,
  { empty, otherwise }: { readonly empty?: (() => A) | undefined; readonly otherwise?: Otherwise<A> | undefined },
  strict: boolean
): Effect.Effect<A, DecodeError> => {
  const isSaid = error.at !== "" || !nothingSaid.has(error.excerpt)
  if (empty !== undefined && !(strict && isSaid)) return Effect.sync(empty)
  const done = (found: string) =>
    amended(error, {
      message: `${error.message}. The write is done, so do not repeat it${found}${
        otherwise === undefined ? "" : `: look at what is there with ${otherwise.look}`
      }`
    })
  return otherwise?.find === undefined || (strict && isSaid)
    ? Effect.fail(done(""))
    : Effect.matchEffect(otherwise.find, {
        onSuccess: Option.match({
          onNone: () => Effect.fail(done("; which one it is cannot be told")),
          onSome: Effect.succeed
        }),
        onFailure: (failure) => Effect.fail(done(`; reading it failed, too (${failure.message})`))
      })
}

/** The error of another call, as that of one that was not made because of it: nothing happened. */
export const instead = <E>(error: E): E => (isOurs(error) ? amended(error, { outcome: "none" }) : error)

// The message is not enumerable.
const amended = <E extends KaleidoscopeError>(error: E, changes: Partial<Refusal.Facts>): E =>
  Reflect.construct(error.constructor, [{ ...error, message: error.message, ...changes }])

const isOurs = <E>(error: E): error is E & KaleidoscopeError =>
  typeof error === "object" && error !== null && "call" in error && "pathTemplate" in error

/** A call whose policy makes no sense. */
const misconfigured = (
  { name, path, pathTemplate, request }: Pick<Send.Call<never, never>, "name" | "path" | "pathTemplate" | "request">,
  message: string
): AuthError =>
  new AuthError({
    ...localFacts(name, message),
    method: request.method,
    path,
    pathTemplate,
    reason: "configuration"
  })

/** The one way to the API, from what a service's layer requires. */
export const make: Effect.Effect<Api, never, HttpClient.HttpClient | Auth.Auth> = Effect.gen(function* () {
  const client = yield* HttpClient.HttpClient
  const auth = yield* Auth.Auth
  const policy = yield* Effect.flatMap(RequestPolicy, Policy.valid)
  const wrong = Settings.wrongInCredential(auth.settings ?? {})
  if (wrong !== undefined) return yield* Effect.dieMessage(`Auth: ${wrong.name}: ${wrong.message}`)
  const state = State.of(auth, client)
  const ownLimits = Policy.limits(policy)

  const sender: Send.Sender = {
    client: state.client,
    permits: state.permits,
    budget: state.budget,
    secrets: state.secrets,
    authorize: (request) => auth.authorize(request, client),
    invalidate: (token) => auth.invalidate(token, client),
    invalidateIdentity: (token) => auth.invalidateIdentity?.(token) ?? Effect.void
  }

  const limits = Effect.map(Policy.Patch, (patch) =>
    Object.keys(patch).length === 0 ? ownLimits : Policy.limits({ ...policy, ...patch })
  )

  const request = (
    name: string,
    call: {
      readonly method: "GET" | "POST" | "PUT" | "DELETE"
      readonly path: string
      readonly params: { readonly [name: string]: string }
      readonly query?: Query
      readonly body?: unknown
    },
    accept = "application/json"
  ): Either.Either<
    Pick<Send.Call<never, never>, "name" | "path" | "pathTemplate" | "ids" | "request">,
    InvalidRequest
  > =>
    Either.gen(function* () {
      const path = yield* fill(call.path, call.params)
      const query = yield* encodeQuery(call.query ?? {})
      const request = HttpClientRequest.make(call.method)(`${auth.url}${path}`, { urlParams: query, accept })
      return {
        name,
        path,
        pathTemplate: call.path,
        ids: Object.values(call.params),
        request: call.body === undefined ? request : HttpClientRequest.setBody(request, yield* encodeBody(call.body))
      }
    }).pipe(
      Either.mapLeft(
        ({ at, reason }) =>
          new InvalidRequest({
            ...localFacts(name, `${at} cannot be sent: ${reason}`),
            method: call.method,
            pathTemplate: call.path,
            at
          })
      )
    )

  const told = state.shared("unreadable", () => new Set<string>())

  /** Says once for each call and field, and counts always, that an answer had a field which counts as missing. */
  const tell = (name: string) => (fields: ReadonlyArray<Reading.Unreadable>) =>
    Effect.forEach(
      fields,
      ({ expected, path }) => {
        const counted = Effect.tagMetrics(Metric.increment(Metrics.unreadable), { call: name, field: path })
        const place = `${name} ${path}`
        if (told.has(place)) return counted
        told.add(place)
        return Effect.zipRight(
          counted,
          Effect.logWarning(
            `${name}: in the answer ${path} is not ${expected}, and counts as missing. What is there can be read with Model.unknownField. This is said once.`
          ).pipe(Effect.annotateLogs({ "kaleidoscope.call": name, "kaleidoscope.field": path }))
        )
      },
      { discard: true }
    )

  const run = <A, E>(call: (limits: Policy.Limits) => Send.Call<A, E>) =>
    Effect.flatMap(Policy.Patch, (patch): Effect.Effect<A, E | Send.CallError> => {
      const wrong = Policy.wrongWith(patch)
      return wrong === undefined
        ? Effect.flatMap(limits, (limits) => Send.run(sender, call(limits), limits))
        : Effect.fail(misconfigured(call(ownLimits), wrong))
    })

  /** The request of a call, or why there is none. */
  const prepare = (
    { name, route }: { readonly name: string; readonly route: Call.Route },
    params: { readonly [name: string]: string },
    content: { readonly query?: Query; readonly body?: unknown },
    accept?: string
  ) => {
    const [method, path] = Call.split(route)
    return request(name, { method, path, params, ...content }, accept)
  }

  return {
    all: (call) => {
      const [, path] = Call.split(call.route)
      const prepared = {
        name: call.name,
        path,
        pathTemplate: path,
        ids: [],
        request: HttpClientRequest.get(`${auth.url}${path}`, { acceptJson: true }),
        writes: false,
        repeatable: true,
        refusals: call.errors
      }
      return spanned(call.name)(
        run((limits) => ({ ...prepared, receive: Reading.json({ schema: call.success }, limits, tell(call.name)) }))
      )
    },
    get: (call, params, query = {}, refusals = call.errors) =>
      spanned(call.name)(
        Effect.flatMap(prepare(call, params, { query }), (prepared) =>
          run((limits) => ({
            ...prepared,
            writes: false,
            repeatable: true,
            refusals,
            receive: Reading.json(
              { schema: call.success, empty: call.empty, id: idAsked(call.route, params) },
              limits,
              tell(call.name)
            )
          }))
        )
      ),
    send: (call, params, body, { otherwise, refusals = call.errors } = {}) =>
      spanned(call.name)(
        Effect.flatMap(prepare(call, params, { body }), (prepared) =>
          run((limits) => ({
            ...prepared,
            writes: true,
            repeatable: call.repeat === "always",
            refusals,
            receive: Reading.json({ schema: call.success, empty: call.empty }, limits, tell(call.name)),
            ...(prepared.request.method === "DELETE" && call.empty !== undefined ? { gone: call.empty } : {})
          })).pipe(
            Effect.catchIf(isDone, (error) =>
              Effect.flatMap(limits, ({ strict }) => learn(error, { empty: call.empty, otherwise }, strict))
            )
          )
        )
      ),
    state,
    policy,
    unpatched: Effect.map(Policy.Patch, (patch) => Object.keys(patch).length === 0),
    list: (name, path, success) => {
      const prepared = {
        name,
        path,
        pathTemplate: path,
        ids: [],
        request: HttpClientRequest.get(`${auth.url}${path}`, { acceptJson: true }),
        writes: false,
        repeatable: true,
        refusals: Refusal.common
      }
      return spanned(name)(
        run((limits) => ({
          ...prepared,
          receive: Reading.json({ schema: success }, limits, tell(name))
        }))
      )
    },
    read: (name, call) =>
      spanned(name)(
        Effect.flatMap(request(name, { ...call, method: "GET" }), (prepared) =>
          run((limits) => ({
            ...prepared,
            writes: false,
            repeatable: true,
            refusals: call.refusals,
            receive: Reading.json(
              { schema: call.success, empty: call.empty, id: idAsked(call.path, call.params) },
              limits,
              tell(name)
            )
          }))
        )
      ),
    write: (name, call) =>
      spanned(name)(
        Effect.flatMap(request(name, call), (prepared) =>
          run((limits) => ({
            ...prepared,
            writes: true,
            repeatable: call.repeatable,
            refusals: call.refusals,
            receive: Reading.json({ schema: call.success, empty: call.empty }, limits, tell(name)),
            ...(call.method === "DELETE" && call.empty !== undefined ? { gone: call.empty } : {})
          })).pipe(
            Effect.catchIf(isDone, (error) => Effect.flatMap(limits, ({ strict }) => learn(error, call, strict)))
          )
        )
      ),
    open: <const Of extends Call.Route<"GET">, Field extends string, E>(
      call: Call.Open<Of, Field, E>,
      params: Call.Params<Of>,
      query: Call.Content<Field> = {},
      options: OpenOptions<E> = {}
    ) =>
      spanned(call.name)(
        Effect.flatMap(prepare(call, params, { query }, "*/*"), (prepared) =>
          Effect.flatMap(Effect.scope, (scope) =>
            run<Opened, E | UnexpectedStatus>((limits) => ({
              ...prepared,
              writes: false,
              repeatable: true,
              refusals: options.refusals ?? call.errors,
              receive: (response, _, __, failureOf) =>
                Effect.flatMap(ResponseBody.open(response, limits.silence), (body) => {
                  const refused = Refusal.ofFile(response) ?? options.refused?.(response)
                  return refused === undefined
                    ? Effect.succeed<Opened>({
                        headers: response.headers,
                        bytes: Stream.mapError(body, (failure) => failureOf(Refusal.ofNoAnswer(failure, limits))),
                        unusable: (found, message) => failureOf(Refusal.ofAnswer(response, found, message))
                      })
                    : Effect.fail(refused)
                }).pipe(Effect.provideService(Scope.Scope, scope))
            }))
          )
        )
      )
  } satisfies Api
})

import type * as Headers from "@effect/platform/Headers"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import type * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Metric from "effect/Metric"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as Auth from "../../Auth.js"
import {
  AuthError,
  type DecodeError,
  InvalidRequest,
  type ReadError,
  type TimeoutError,
  type TransportError,
  type UnexpectedStatus,
  type WriteError
} from "../../KaleidoscopeError.js"
import * as Metrics from "../../Metrics.js"
import { RequestPolicy } from "../../RequestPolicy.js"
import * as Settings from "../auth/settings.js"
import * as State from "../auth/state.js"
import * as AfterWrite from "./afterWrite.js"
import * as Call from "./call.js"
import * as Decode from "./decode.js"
import * as Encode from "./encode.js"
import * as Errors from "./errors.js"
import * as Method from "./method.js"
import * as Policy from "./policy.js"
import * as ResponseBody from "./responseBody.js"
import * as Send from "./send.js"

/** What depends on the arguments of a call whose answer is not JSON. */
export interface OpenOptions<E> {
  readonly refusals?: Errors.StatusErrors<E>
  /** What is wrong with an answer that reports success. */
  readonly refused?: (response: HttpClientResponse.HttpClientResponse) => Errors.Failure<E> | undefined
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
  /** Sends a call that takes nothing. */
  readonly all: <A, I, E>(call: Call.Read<Call.Route<"GET">, never, A, I, E>) => Effect.Effect<A, E | ReadError>
  /** Sends a call that reads, with the ids in its path, its query, and how error statuses map to errors if that depends on them. */
  readonly get: <const Of extends Call.Route<"GET">, Field extends string, A, I, E>(
    call: Call.Read<Of, Field, A, I, E>,
    params: Call.Params<Of>,
    query?: Call.Content<Field>,
    refusals?: Errors.StatusErrors<E>
  ) => Effect.Effect<A, E | ReadError | InvalidRequest>
  /** Sends a call that writes, with the ids in its path and its body. */
  readonly send: <const Of extends Call.Route, Field extends string, A, I, E>(
    call: Call.Write<Of, Field, A, I, E>,
    params: Call.Params<Of>,
    body: Call.Body<Field>,
    options?: { readonly otherwise?: AfterWrite.ResultLookup<A>; readonly refusals?: Errors.StatusErrors<E> }
  ) => Effect.Effect<A, E | WriteError>
  /** Sends a call that is done when the headers of its answer are there. */
  readonly open: <const Of extends Call.Route<"GET">, Field extends string, E>(
    call: Call.Open<Of, Field, E>,
    params: Call.Params<Of>,
    query?: Call.Content<Field>,
    options?: OpenOptions<E>
  ) => Effect.Effect<Opened, E | ReadError | InvalidRequest, Scope.Scope>
  /** Whether the caller changes nothing of the policy: only then may the call share its work with other calls. */
  readonly usesApplicationPolicy: Effect.Effect<boolean>
}

/** A call whose policy makes no sense. */
const misconfigured = (
  { name, path, pathTemplate, request }: Pick<Send.Call<never, never>, "name" | "path" | "pathTemplate" | "request">,
  message: string
): AuthError =>
  new AuthError({
    ...Method.localFacts(name, message),
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

  /** The request of a call, or why there is none. */
  const prepare = (
    { name, route }: { readonly name: string; readonly route: Call.Route },
    params: { readonly [name: string]: string },
    content: { readonly query?: Encode.Query; readonly body?: unknown },
    accept = "application/json"
  ): Either.Either<
    Pick<Send.Call<never, never>, "name" | "path" | "pathTemplate" | "ids" | "request">,
    InvalidRequest
  > => {
    const [method, pathTemplate] = Call.split(route)
    return Either.gen(function* () {
      const path = yield* Encode.path(pathTemplate, params)
      const query = yield* Encode.query(content.query ?? {})
      const request = HttpClientRequest.make(method)(`${auth.url}${path}`, { urlParams: query, accept })
      return {
        name,
        path,
        pathTemplate,
        ids: Object.values(params),
        request:
          content.body === undefined ? request : HttpClientRequest.setBody(request, yield* Encode.body(content.body))
      }
    }).pipe(
      Either.mapLeft(
        ({ at, reason }) =>
          new InvalidRequest({
            ...Method.localFacts(name, `${at} cannot be sent: ${reason}`),
            method,
            pathTemplate,
            at
          })
      )
    )
  }

  const warned = state.shared("unreadable", () => new Set<string>())

  /** Reports fields that count as missing: each is counted, and a warning is logged once for each call and field. */
  const report = (name: string) => (fields: ReadonlyArray<Decode.Unreadable>) =>
    Effect.forEach(
      fields,
      ({ expected, path }) => {
        const counted = Effect.tagMetrics(Metric.increment(Metrics.unreadable), { call: name, field: path })
        const place = `${name} ${path}`
        if (warned.has(place)) return counted
        warned.add(place)
        return Effect.zipRight(
          counted,
          Effect.logWarning(
            `${name}: the field ${path} of the response is not ${expected}; the SDK treats it as missing. Read the raw value with Model.unknownField. This warning is logged once.`
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
      return Method.spanned(call.name)(
        run((limits) => ({ ...prepared, receive: Decode.json({ schema: call.success }, limits, report(call.name)) }))
      )
    },
    get: (call, params, query = {}, refusals = call.errors) =>
      Method.spanned(call.name)(
        Effect.flatMap(prepare(call, params, { query }), (prepared) =>
          run((limits) => ({
            ...prepared,
            writes: false,
            repeatable: true,
            refusals,
            receive: Decode.json(
              { schema: call.success, empty: call.empty, id: Encode.idAsked(call.route, params) },
              limits,
              report(call.name)
            )
          }))
        )
      ),
    send: (call, params, body, { otherwise, refusals = call.errors } = {}) =>
      Method.spanned(call.name)(
        Effect.flatMap(prepare(call, params, { body }), (prepared) =>
          run((limits) => ({
            ...prepared,
            writes: true,
            repeatable: call.repeat === "always",
            refusals,
            receive: Decode.json({ schema: call.success, empty: call.empty }, limits, report(call.name)),
            ...(prepared.request.method === "DELETE" && call.empty !== undefined ? { alreadyDeleted: call.empty } : {})
          })).pipe(
            Effect.catchIf(AfterWrite.isDone, (error) =>
              Effect.flatMap(limits, ({ strict }) =>
                AfterWrite.recover(error, { empty: call.empty, otherwise }, strict)
              )
            )
          )
        )
      ),
    state,
    policy,
    usesApplicationPolicy: Effect.map(Policy.Patch, (patch) => Object.keys(patch).length === 0),
    open: <const Of extends Call.Route<"GET">, Field extends string, E>(
      call: Call.Open<Of, Field, E>,
      params: Call.Params<Of>,
      query: Call.Content<Field> = {},
      options: OpenOptions<E> = {}
    ) =>
      Method.spanned(call.name)(
        Effect.flatMap(prepare(call, params, { query }, "*/*"), (prepared) =>
          Effect.flatMap(Effect.scope, (scope) =>
            run<Opened, E | UnexpectedStatus>((limits) => ({
              ...prepared,
              writes: false,
              repeatable: true,
              refusals: options.refusals ?? call.errors,
              receive: (response, _, __, failureOf) =>
                Effect.flatMap(ResponseBody.open(response, limits.silence), (body) => {
                  const refused = Errors.unusableFile(response) ?? options.refused?.(response)
                  return refused === undefined
                    ? Effect.succeed<Opened>({
                        headers: response.headers,
                        bytes: Stream.mapError(body, (failure) =>
                          failureOf(Errors.fromResponseFailure(failure, limits))
                        ),
                        unusable: (found, message) => failureOf(Errors.undecodable(response, found, message))
                      })
                    : Effect.fail(refused)
                }).pipe(Effect.provideService(Scope.Scope, scope))
            }))
          )
        )
      )
  } satisfies Api
})

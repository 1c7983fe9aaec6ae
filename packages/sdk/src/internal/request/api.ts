import type * as Headers from "@effect/platform/Headers"
import * as HttpClient from "@effect/platform/HttpClient"
import * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import type * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Context from "effect/Context"
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
import * as UserAgent from "./userAgent.js"

/** The options of a call with a response that is not JSON. */
export interface OpenOptions<E> {
  readonly errors?: Errors.StatusErrors<E>
  /** Checks the headers of a 2xx response: returns a failure if the response cannot be used. */
  readonly check?: (response: HttpClientResponse.HttpClientResponse) => Errors.Failure<E> | undefined
  /** How many bytes of the body come together. @default as they arrive */
  readonly gathered?: number | undefined
}

/** A response with a body that has not been read. */
export interface Opened {
  readonly headers: Headers.Headers
  readonly bytes: Stream.Stream<Uint8Array, TransportError | TimeoutError | DecodeError>
  /** Makes the error for content that cannot be used. */
  readonly unusable: (
    found: { readonly at: string; readonly expected: string; readonly excerpt: string | null },
    message: string
  ) => DecodeError
}

/** Sends a call that reads. `errors` replaces the errors of the call if they depend on its arguments. */
interface Get {
  /** A call without ids and query can always be sent. */
  <const Of extends Call.Route<"GET">, A, I, E>(
    call: Call.Read<Of, never, A, I, E>,
    ...params: keyof Call.Params<Of> extends never ? [] : [never]
  ): Effect.Effect<A, E | ReadError>
  <const Of extends Call.Route<"GET">, Field extends string, A, I, E>(
    call: Call.Read<Of, Field, A, I, E>,
    params: Call.Params<Of>,
    query?: Call.Content<Field>,
    errors?: Errors.StatusErrors<E>
  ): Effect.Effect<A, E | ReadError | InvalidRequest>
}

interface WriteOptions<A, E> {
  readonly otherwise?: AfterWrite.ResultLookup<A>
  readonly errors?: Errors.StatusErrors<E>
}

/** How a service sends its calls. */
export interface Api {
  readonly state: State.State
  /** The application's policy. */
  readonly policy: Policy.Policy
  readonly get: Get
  /** Sends a call that writes. `otherwise` finds its result if its response cannot be used. */
  readonly send: <const Of extends Call.Route, Field extends string, A, I, E>(
    call: Call.Write<Of, Field, A, I, E>,
    params: Call.Params<Of>,
    body: Call.Body<Field>,
    options?: WriteOptions<A, E>
  ) => Effect.Effect<A, E | WriteError>
  /** Sends a call that the SDK does not define. */
  readonly request: <A, I, E>(
    call: Call.Undefined<A, I, E>,
    params: { readonly [name: string]: string },
    content: { readonly query: Encode.Query; readonly body: unknown }
  ) => Effect.Effect<A, E | WriteError>
  /** Sends a call, and returns its response when the headers have arrived. */
  readonly open: <const Of extends Call.Route<"GET">, Field extends string, E>(
    call: Call.Open<Of, Field, E>,
    params: Call.Params<Of>,
    query?: Call.Content<Field>,
    options?: OpenOptions<E>
  ) => Effect.Effect<Opened, E | ReadError | InvalidRequest, Scope.Scope>
  /** Whether the caller uses the policy of the application unchanged. Only then may its calls share work with others. */
  readonly usesApplicationPolicy: Effect.Effect<boolean>
}

/** A call with the request that it sends. */
type Prepared = Pick<
  Send.Call<never, never>,
  "name" | "path" | "pathTemplate" | "ids" | "request" | "writes" | "repeatable"
>

/** The error of a call if its policy is not valid. */
const misconfigured = ({ name, path, pathTemplate, request }: Prepared, message: string): AuthError =>
  new AuthError({
    ...Method.localFacts(name, message),
    method: request.method,
    path,
    pathTemplate,
    reason: "configuration"
  })

const isUnchanged = (patch: Partial<Policy.Policy>): boolean => Object.keys(patch).length === 0

/**
 * Makes the `Api` of a service. Services send requests only with it. Services of the same credential, client and policy have
 * the same.
 */
export const make: Effect.Effect<Api, never, HttpClient.HttpClient | Auth.Auth> = Effect.gen(function* () {
  const client = yield* HttpClient.HttpClient
  const auth = yield* Auth.Auth
  const policy = yield* RequestPolicy
  const wrong = Settings.wrongInCredential(auth.settings ?? {})
  if (wrong !== undefined) return yield* Effect.dieMessage(`Auth: ${wrong.name}: ${wrong.message}`)
  const state = State.of(auth, client)
  const apis = state.shared("apis", () => new WeakMap<Policy.Policy, Api>())
  const existing = apis.get(policy)
  if (existing !== undefined) return existing
  yield* Policy.valid(policy)
  const applicationLimits = Policy.limits(policy)
  const headers = UserAgent.headers(auth.settings?.application)

  const sender: Send.Sender = {
    client: state.client,
    permits: state.permits,
    budget: state.budget,
    secrets: state.secrets,
    authorize: (request) => auth.authorize(request, client),
    invalidate: (token) => auth.invalidate(token, client),
    invalidateIdentity: (token) => auth.invalidateIdentity?.(token) ?? Effect.void
  }

  const limitsWith = (patch: Partial<Policy.Policy>): Policy.Limits =>
    isUnchanged(patch) ? applicationLimits : Policy.limits({ ...policy, ...patch })

  const prepare = (
    call: Call.Any,
    params: { readonly [name: string]: string },
    content: { readonly query?: Encode.Query; readonly body?: unknown },
    accept = "application/json"
  ): Either.Either<Prepared, InvalidRequest> => {
    const { name, route } = call
    const [method, pathTemplate] = Call.split(route)
    const withPath = (path: string) =>
      Either.flatMap(Encode.query(content.query ?? {}), (urlParams) => {
        const request = HttpClientRequest.make(method)(`${auth.url}${path}`, { urlParams, accept, headers })
        const prepared = (request: HttpClientRequest.HttpClientRequest): Prepared => ({
          name,
          path,
          pathTemplate,
          ids: Object.values(params),
          request,
          writes: call.kind === "write",
          repeatable: call.repeat !== "never"
        })
        return content.body === undefined
          ? Either.right(prepared(request))
          : Either.map(Encode.body(content.body), (body) => prepared(HttpClientRequest.setBody(request, body)))
      })
    return Either.mapLeft(
      Either.flatMap(Encode.path(pathTemplate, params), withPath),
      ({ at, reason }) =>
        new InvalidRequest({
          ...Method.localFacts(name, `${at} cannot be sent: ${reason}`),
          method,
          pathTemplate,
          at
        })
    )
  }

  const logged = state.shared("unreadable", () => new Set<string>())

  /** Counts each field that is treated as missing, and logs one warning for each call and field. */
  const report = (name: string) => (fields: ReadonlyArray<Decode.Unreadable>) =>
    Effect.forEach(
      fields,
      ({ expected, path }) => {
        const counted = Effect.tagMetrics(Metric.increment(Metrics.unreadable), { call: name, field: path })
        const place = `${name} ${path}`
        if (logged.has(place)) return counted
        logged.add(place)
        return Effect.zipRight(
          counted,
          Effect.logWarning(
            `${name}: the field ${path} of the response is not ${expected}; the SDK treats it as missing. Read the raw value with Model.unknownField. This warning is logged once.`
          ).pipe(Effect.annotateLogs({ "kaleidoscope.call": name, "kaleidoscope.field": path }))
        )
      },
      { discard: true }
    )

  /** Sends a request under the policy of the caller, in the span of its method. */
  const run = <A, E>(
    call: Call.Any,
    prepared: Either.Either<Prepared, InvalidRequest>,
    handle: (limits: Policy.Limits) => Pick<Send.Call<A, E>, "errors" | "receive" | "alreadyDeleted">
  ): Effect.Effect<A, E | Send.CallError | InvalidRequest> =>
    Method.inSpan(call.method ?? call)(
      Effect.withFiberRuntime<A, E | Send.CallError | InvalidRequest>((fiber) => {
        const patch = Context.get(fiber.currentContext, Policy.Patch)
        if (Either.isLeft(prepared)) return Effect.fail(prepared.left)
        const wrong = Policy.wrongWith(patch)
        if (wrong !== undefined) return Effect.fail(misconfigured(prepared.right, wrong))
        const limits = limitsWith(patch)
        return Send.run(sender, { ...prepared.right, ...handle(limits) }, limits)
      })
    )

  function get<A, I, E>(call: Call.Read<Call.Route<"GET">, never, A, I, E>): Effect.Effect<A, E | ReadError>
  function get<const Of extends Call.Route<"GET">, Field extends string, A, I, E>(
    call: Call.Read<Of, Field, A, I, E>,
    params: Call.Params<Of>,
    query?: Call.Content<Field>,
    errors?: Errors.StatusErrors<E>
  ): Effect.Effect<A, E | ReadError | InvalidRequest>
  function get<A, I, E>(
    call: Call.Read<Call.Route<"GET">, string, A, I, E>,
    params: { readonly [name: string]: string } = {},
    query: Encode.Query = {},
    errors = call.errors
  ): Effect.Effect<A, E | ReadError | InvalidRequest> {
    const expected = { schema: call.success, empty: call.empty, id: Encode.idAsked(call.route, params) }
    return run(call, prepare(call, params, { query }), (limits) => ({
      errors,
      receive: Decode.json(expected, limits, report(call.name))
    }))
  }

  const write = <A, I, E>(
    call: Call.Undefined<A, I, E>,
    prepared: Either.Either<Prepared, InvalidRequest>,
    { otherwise, errors = call.errors }: WriteOptions<A, E> = {}
  ): Effect.Effect<A, E | WriteError> =>
    run(call, prepared, (limits) => ({
      errors,
      receive: Decode.json({ schema: call.success, empty: call.empty }, limits, report(call.name)),
      ...(call.route.startsWith("DELETE ") && call.empty !== undefined ? { alreadyDeleted: call.empty } : {})
    })).pipe(
      Effect.catchIf(AfterWrite.isDone, (error) =>
        Effect.flatMap(Policy.Patch, (patch) =>
          AfterWrite.recover(error, { empty: call.empty, otherwise }, limitsWith(patch).strict)
        )
      )
    )

  const api: Api = {
    state,
    policy,
    get,
    send: (call, params, body, options) => write(call, prepare(call, params, { body }), options),
    request: (call, params, content) => write(call, prepare(call, params, content)),
    open: <const Of extends Call.Route<"GET">, Field extends string, E>(
      call: Call.Open<Of, Field, E>,
      params: Call.Params<Of>,
      query: Call.Content<Field> = {},
      options: OpenOptions<E> = {}
    ) =>
      Effect.flatMap(Effect.scope, (scope) =>
        run<Opened, E | UnexpectedStatus>(call, prepare(call, params, { query }, "*/*"), (limits) => ({
          errors: options.errors ?? call.errors,
          receive: (response, _, __, errorOf) =>
            Effect.flatMap(ResponseBody.open(response, limits.silence, options.gathered), (body) => {
              const failure = Errors.unusableFile(response) ?? options.check?.(response)
              return failure === undefined
                ? Effect.succeed<Opened>({
                    headers: response.headers,
                    bytes: Stream.mapError(body, (failure) => errorOf(Errors.fromResponseFailure(failure, limits))),
                    unusable: (found, message) => errorOf(Errors.undecodable(response, found, message))
                  })
                : Effect.fail(failure)
            }).pipe(Effect.provideService(Scope.Scope, scope))
        }))
      ),
    usesApplicationPolicy: Effect.withFiberRuntime((fiber) =>
      Effect.succeed(isUnchanged(Context.get(fiber.currentContext, Policy.Patch)))
    )
  }
  apis.set(policy, api)
  return api
})

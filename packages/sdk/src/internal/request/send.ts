import * as Headers from "@effect/platform/Headers"
import type * as HttpClient from "@effect/platform/HttpClient"
import type * as HttpClientRequest from "@effect/platform/HttpClientRequest"
import type * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Equal from "effect/Equal"
import * as FiberRefs from "effect/FiberRefs"
import * as Metric from "effect/Metric"
import * as Random from "effect/Random"
import * as Record from "effect/Record"
import type * as Redacted from "effect/Redacted"
import type * as Tracer from "effect/Tracer"
import type { AuthError, DecodeError, TimeoutError, TransportError } from "../../KaleidoscopeError.js"
import * as Metrics from "../../Metrics.js"
import type * as Budget from "../auth/budget.js"
import type * as Permits from "../auth/permits.js"
import type * as Secrets from "../auth/secrets.js"
import * as Monotonic from "../monotonic.js"
import * as Deadlines from "./deadlines.js"
import * as ErrorBody from "./errorBody.js"
import * as Errors from "./errors.js"
import * as Excerpt from "./excerpt.js"
import type { Limits } from "./policy.js"
import * as Response from "./response.js"
import * as ResponseBody from "./responseBody.js"
import type * as ResponseFailure from "./responseFailure.js"
import * as Span from "./span.js"
import * as Transport from "./transport.js"

/** A request with its credentials, and the token among them. */
export interface Authorized {
  readonly request: HttpClientRequest.HttpClientRequest
  readonly token: Redacted.Redacted
  /** Whether the token is sent once more although the server refused it. */
  readonly kept?: boolean | undefined
  readonly identityToken?: Redacted.Redacted | undefined
}

/** What all requests of a client share. */
export interface Sender {
  readonly client: HttpClient.HttpClient
  readonly permits: Permits.Permits
  readonly budget: Budget.Budget
  /** The secrets that no error, span or log may show: those of all calls of the credential. */
  readonly secrets: Secrets.Secrets
  readonly authorize: (request: HttpClientRequest.HttpClientRequest) => Effect.Effect<Authorized, AuthError>
  readonly invalidate: (token: Redacted.Redacted) => Effect.Effect<void>
  readonly invalidateIdentity: (token: Redacted.Redacted) => Effect.Effect<void>
}

/** Which tokens of an attempt were renewed already, because the server refused them. */
interface Renewed {
  readonly access: boolean
  readonly identity: boolean
}

/** A call that can be sent. */
export interface Call<A, E> {
  /** As `Records.get`. */
  readonly name: string
  readonly pathTemplate: string
  readonly path: string
  /** The ids in the path. */
  readonly ids: ReadonlyArray<string>
  readonly request: HttpClientRequest.HttpClientRequest
  /** Whether it changes something: then its errors say whether it was done. */
  readonly writes: boolean
  /** Whether doing it twice has the same effect as doing it once. */
  readonly repeatable: boolean
  /** Maps a response with a status other than 2xx to an error. */
  readonly errors: Errors.StatusErrors<E>
  /** Turns a 2xx response into the result. `errorOf` makes the error if a stream fails after the call has returned. */
  readonly receive: (
    response: HttpClientResponse.HttpClientResponse,
    deadlines: Deadlines.Deadlines,
    hide: Excerpt.Hide,
    errorOf: <F>(failure: Errors.Failure<F>) => F
  ) => Effect.Effect<A, Errors.Failure<E | CallError>>
  /** The result of a delete that gets a 404 after an attempt of unknown outcome: that attempt has deleted the thing. */
  readonly alreadyDeleted?: () => A
}

/** The errors of any call, whatever its statuses mean. */
export type CallError = TransportError | TimeoutError | AuthError | DecodeError

const largestErrorBody = 1_000_000

const longestRequestId = 200

const addFacts = (
  span: Tracer.Span,
  { headers, status }: HttpClientResponse.HttpClientResponse,
  hide: Excerpt.Hide
): void => {
  span.attribute("http.response.status_code", status)
  const requestId = shownRequestId(Response.requestId(headers), hide)
  if (requestId !== null) span.attribute("kaleidoscope.request_id", requestId)
}

const counters = new Map<string, typeof Metrics.requests>()

/** Counts a request. The counter is kept with its tags: looking it up by them takes longer than counting. */
const count = (
  { pathTemplate, request: { method } }: Pick<Call<never, never>, "request" | "pathTemplate">,
  status: number | "none"
): Effect.Effect<void> => {
  const name = `${method} ${pathTemplate} ${status}`
  const existing = counters.get(name)
  if (existing !== undefined) return Metric.increment(existing)
  const counter = Metrics.requests.pipe(
    Metric.tagged("method", method),
    Metric.tagged("route", pathTemplate),
    Metric.tagged("status", String(status))
  )
  counters.set(name, counter)
  return Metric.increment(counter)
}

const shownRequestId = (requestId: string | null, hide: Excerpt.Hide): string | null =>
  requestId === null ? null : Excerpt.excerpt(requestId, longestRequestId, hide)

/** The wait before the next try in milliseconds, or `undefined` if there must be no next try. */
const waitBefore = (failure: Errors.Failure<unknown>, tried: number, limits: Limits, random: number) => {
  const longest = Math.min(limits.longestBackoff, limits.backoff * 2 ** (tried - 1))
  const backoff = random * longest
  const least = Math.ceil(failure.status === 429 ? Math.max(backoff, limits.rateLimitBackoff) : backoff)
  if (failure.retryAfter === null) return least
  const asked = Duration.toMillis(failure.retryAfter)
  return asked > limits.longestRetryAfter ? undefined : Math.ceil(Math.max(asked, least))
}

/**
 * Sends a call, as often as its policy allows, and gives its result. From the outside to the inside:
 *
 * 1. the overall deadline limits everything below;
 * 2. the tries see failures before they become errors, since an error does not hold what a retry must know. A `Schedule`
 *    does not fit: whether and when the next try starts depends on the budget, the deadline and `Retry-After` together;
 * 3. a permit: a call that waits for its next try holds none, and a stream gives it back when its headers are there;
 * 4. the authorization, again for each try: a token may have expired during the wait;
 * 5. the deadlines of the attempt, which start when it is sent and end with its body;
 * 6. the caller's `HttpClient`.
 */
export const run = <A, E>(sender: Sender, call: Call<A, E>, limits: Limits): Effect.Effect<A, E | CallError> =>
  Effect.withFiberRuntime<A, E | CallError>((fiber) => {
    const clock = Context.get(fiber.currentDefaultServices, Clock.Clock)
    const ofCall = fiber.getFiberRefs()
    const start = Monotonic.now(clock)
    const overallEnd = start + limits.overall
    let sent = 0
    let outcomeUnknown = false
    const { hide, hideIn } = sender.secrets
    const hideHeaders = (headers: Headers.Headers) => Headers.fromInput(Record.map(headers, hide))
    const hideFailure = <F>(failure: Errors.Failure<F>): Errors.Failure<F> => ({
      ...failure,
      message: hide(failure.message),
      requestId: shownRequestId(failure.requestId, hide),
      error: (facts) => hideIn(failure.error(facts))
    })

    const fromResponseFailure = (responseFailure: ResponseFailure.ResponseFailure) =>
      Errors.fromResponseFailure(responseFailure, limits)

    const errorOf = <F>(failure: Errors.Failure<F>): F => {
      const elapsed = Duration.millis(Math.round(Monotonic.now(clock) - start))
      const { url } = call.request
      const advice = failure.advice?.(url.slice(0, -call.path.length))
      // Without a response, the first question is which server was asked.
      const where = failure.status === null ? url.replace(/\/\/[^/]*@/, "//") : call.path
      const found = Errors.describe(call.request.method, where, failure.status, failure.message)
      const message = advice === undefined ? found : `${found}; ${advice}`
      return failure.error({
        call: call.name,
        method: call.request.method,
        pathTemplate: call.pathTemplate,
        path: call.path,
        message: sent > 1 ? `${message} (attempt ${sent}, after ${Duration.format(elapsed)})` : message,
        status: failure.status,
        requestId: failure.requestId,
        attempts: sent,
        elapsed,
        outcome: !call.writes ? "none" : failure.done === true ? "done" : outcomeUnknown ? "unknown" : "none"
      })
    }

    const receive = (
      response: HttpClientResponse.HttpClientResponse,
      deadlines: Deadlines.Deadlines
    ): Effect.Effect<A, Errors.Failure<E | CallError>> =>
      response.status >= 200 && response.status < 300 && !Response.isPart(response)
        ? call.receive(response, deadlines, hide, (failure) => errorOf(hideFailure(failure)))
        : Effect.flatMap(
            Effect.mapError(ResponseBody.read(response, largestErrorBody, deadlines), fromResponseFailure),
            (whole) => {
              const shown = { ...whole, headers: hideHeaders(whole.headers) }
              const body = ErrorBody.read(whole, hide)
              const retryAfter = Response.retryAfter(shown.headers, clock.unsafeCurrentTimeMillis())
              const byProxy = Errors.isByProxy(shown, body)
              const refused = { response: shown, body, byProxy, retryAfter, ids: call.ids }
              return call.alreadyDeleted !== undefined && outcomeUnknown && Errors.isNotThere(refused)
                ? Effect.sync(call.alreadyDeleted)
                : Effect.fail(Errors.fromStatus(refused, (facts) => call.errors(refused, facts)))
            }
          )

    const tags = { method: call.request.method, route: call.pathTemplate }

    const send = (
      authorized: Authorized,
      deadlines: Deadlines.Deadlines,
      renewed: Renewed
    ): Effect.Effect<A, Errors.Failure<E | CallError>> =>
      Effect.catchAll(sendOnce(authorized, deadlines), (refused) => {
        const { identityToken } = authorized
        const resend = (
          invalidate: Effect.Effect<void>,
          isOther: (next: Authorized) => boolean,
          nowRenewed: Partial<Renewed>
        ) =>
          Effect.updateFiberRefs((fiberId) => {
            deadlines.stop()
            // The new token belongs to the call, not to the attempt that was refused.
            return FiberRefs.forkAs(ofCall, fiberId)
          }).pipe(
            Effect.zipRight(invalidate),
            Effect.zipRight(authorize),
            Effect.flatMap((next) =>
              isOther(next) ? send(next, deadlines, { ...renewed, ...nowRenewed }) : Effect.fail(refused)
            )
          )
        if (refused.byProxy && identityToken !== undefined) {
          return renewed.identity
            ? Effect.fail(refused)
            : resend(
                sender.invalidateIdentity(identityToken),
                (next) => !Equal.equals(next.identityToken, identityToken),
                { identity: true }
              )
        }
        return refused.status === 401 && !renewed.access
          ? resend(
              sender.invalidate(authorized.token),
              (next) => next.kept === true || !Equal.equals(next.token, authorized.token),
              { access: true }
            )
          : Effect.fail(refused)
      })

    const sendOnce = (
      authorized: Authorized,
      deadlines: Deadlines.Deadlines
    ): Effect.Effect<A, Errors.Failure<E | CallError>> => {
      sent++
      const credentials: Array<string> = []
      for (const [name, value] of Object.entries(authorized.request.headers)) {
        if (call.request.headers[name] === value) continue
        credentials.push(name)
        sender.secrets.add(value)
      }
      const attributes = {
        "http.request.method": call.request.method,
        "http.route": call.pathTemplate,
        "kaleidoscope.attempt": sent
      }
      let isCounted = false
      return Span.use(
        "Kaleidoscope.attempt",
        { kind: "client", captureStackTrace: false, attributes },
        (span) =>
          Transport.send(sender.client, authorized.request, span, credentials, deadlines, limits).pipe(
            Effect.mapError(fromResponseFailure),
            Effect.flatMap((response) => {
              isCounted = true
              addFacts(span, response, hide)
              return Effect.zipRight(count(call, response.status), receive(response, deadlines))
            }),
            Effect.mapError(hideFailure)
          ),
        // A request that was interrupted at a deadline counts, too.
        () => (isCounted ? Effect.void : count(call, "none"))
      )
    }

    const again = (failure: Errors.Failure<unknown>, wait: number) =>
      Effect.zipRight(
        Effect.tagMetrics(Metric.increment(Metrics.retries), tags),
        Effect.logDebug(`${call.name}: ${failure.message}; trying again in ${wait} ms`).pipe(
          Effect.annotateLogs({
            "http.request.method": call.request.method,
            "http.route": call.pathTemplate,
            "http.response.status_code": failure.status ?? "none",
            "kaleidoscope.attempt": sent,
            "kaleidoscope.request_id": failure.requestId ?? "none"
          })
        )
      )

    const authorize = Effect.mapError(sender.authorize(call.request), (error) => hideFailure(Errors.fromAuth(error)))

    const attempt: Effect.Effect<A, Errors.Failure<E | CallError>> = Effect.suspend(() => {
      const sentBefore = sent
      const deadlines = Deadlines.make(clock, limits, overallEnd)
      return Effect.flatMap(authorize, (authorized) =>
        send(authorized, deadlines, { access: false, identity: false })
      ).pipe(
        deadlines.guard(sender.permits, fromResponseFailure),
        Effect.mapError((failure) => (sent === sentBefore ? { ...failure, certainlyNotDone: true } : failure))
      )
    })

    const tryFrom = (tried: number): Effect.Effect<A, E | CallError> =>
      Effect.matchEffect(attempt, {
        onSuccess: (value) => {
          sender.budget.giveBack(tried - 1)
          return Effect.succeed(value)
        },
        onFailure: (failure) =>
          Effect.flatMap(Random.next, (random) => {
            if (!failure.certainlyNotDone) outcomeUnknown = true
            const mayRepeat = failure.transient && (call.repeatable || failure.certainlyNotDone) && tried < limits.tries
            const wait = mayRepeat ? waitBefore(failure, tried, limits, random) : undefined
            const inTime = wait !== undefined && Monotonic.now(clock) + wait < overallEnd
            if (!inTime) return Effect.fail(errorOf(failure))
            const mayTake = sender.budget.take()
            return Effect.zipRight(
              Metric.set(Metrics.retryBudget, sender.budget.left()),
              mayTake
                ? again(failure, wait).pipe(Effect.zipRight(Clock.sleep(wait)), Effect.zipRight(tryFrom(tried + 1)))
                : Effect.fail(errorOf(failure))
            )
          })
      })

    return tryFrom(1)
  })

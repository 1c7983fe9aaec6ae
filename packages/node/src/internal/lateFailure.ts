/**
 * Delays the failure of a connection that breaks between the headers and the first read of the body. Without it, the body
 * of `@effect/platform-node` (tried on 0.108 with undici 7.30) ends as if it were complete.
 */
import * as Undici from "@effect/platform-node/Undici"

type Controller = Undici.Dispatcher.DispatchController

/** A controller that calls `pulled` when the body is read. */
const watch = (controller: Controller, pulled: () => void): Controller => ({
  get aborted() {
    return controller.aborted
  },
  get paused() {
    return controller.paused
  },
  get reason() {
    return controller.reason
  },
  get rawHeaders() {
    return controller.rawHeaders ?? null
  },
  get rawTrailers() {
    return controller.rawTrailers ?? null
  },
  abort: (reason) => controller.abort(reason),
  pause: () => controller.pause(),
  resume: () => {
    controller.resume()
    pulled()
  }
})

const delayFailure = (handler: Undici.Dispatcher.DispatchHandler): Undici.Dispatcher.DispatchHandler => {
  // It supports undici's old and new form of handlers.
  const inner: Undici.Dispatcher.DispatchHandler = new Undici.DecoratorHandler(handler)
  let watched: Controller | undefined
  let isUnread = false
  let failure: Error | undefined
  const of = (controller: Controller): Controller => {
    watched ??= watch(controller, () => {
      isUnread = false
      if (failure === undefined) return
      const error = failure
      failure = undefined
      inner.onResponseError?.(of(controller), error)
    })
    return watched
  }
  return {
    onRequestStart: (controller, context) => {
      watched = undefined
      inner.onRequestStart?.(of(controller), context)
    },
    onRequestUpgrade: (controller, ...rest) => inner.onRequestUpgrade?.(of(controller), ...rest),
    onResponseStart: (controller, statusCode, ...rest) => {
      // The handler takes one response, and an informational one comes before it.
      if (statusCode < 200) return
      isUnread = true
      inner.onResponseStart?.(of(controller), statusCode, ...rest)
    },
    onResponseData: (controller, chunk) => inner.onResponseData?.(of(controller), chunk),
    onResponseEnd: (controller, trailers) => inner.onResponseEnd?.(of(controller), trailers),
    onResponseError: (controller, error) => {
      if (isUnread) failure = error
      else inner.onResponseError?.(of(controller), error)
    }
  }
}

/** Holds the failure of a connection until the body is read. */
export const interceptor: Undici.Dispatcher.DispatcherComposeInterceptor = (dispatch) => (options, handler) =>
  dispatch(options, delayFailure(handler))

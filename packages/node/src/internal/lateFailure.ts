import * as Undici from "@effect/platform-node/Undici"

type Controller = Undici.Dispatcher.DispatchController

/** The controller of a request that tells when somebody asks for the body. */
const watched = (controller: Controller, pulled: () => void): Controller => ({
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

const holding = (handler: Undici.Dispatcher.DispatchHandler): Undici.Dispatcher.DispatchHandler => {
  // It speaks to handlers of undici's old form and of its new one.
  const inner: Undici.Dispatcher.DispatchHandler = new Undici.DecoratorHandler(handler)
  let ours: Controller | undefined
  let untouched = false
  let late: Error | undefined
  const of = (controller: Controller): Controller => {
    ours ??= watched(controller, () => {
      untouched = false
      if (late === undefined) return
      const error = late
      late = undefined
      inner.onResponseError?.(of(controller), error)
    })
    return ours
  }
  return {
    onRequestStart: (controller, context) => {
      ours = undefined
      inner.onRequestStart?.(of(controller), context)
    },
    onRequestUpgrade: (controller, ...rest) => inner.onRequestUpgrade?.(of(controller), ...rest),
    onResponseStart: (controller, statusCode, ...rest) => {
      // The handler takes one answer: an informational one, which comes before it, is nothing that anybody waits for.
      if (statusCode < 200) return
      untouched = true
      inner.onResponseStart?.(of(controller), statusCode, ...rest)
    },
    onResponseData: (controller, chunk) => inner.onResponseData?.(of(controller), chunk),
    onResponseEnd: (controller, trailers) => inner.onResponseEnd?.(of(controller), trailers),
    onResponseError: (controller, error) => {
      if (untouched) late = error
      else inner.onResponseError?.(of(controller), error)
    }
  }
}

/**
 * If a connection breaks after the headers of an answer came and before its body is first asked for, the platform's
 * client takes the body for an empty one. Here the failure waits until somebody asks.
 */
export const interceptor: Undici.Dispatcher.DispatcherComposeInterceptor = (dispatch) => (options, handler) =>
  dispatch(options, holding(handler))

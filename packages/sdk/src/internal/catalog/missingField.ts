import * as Effect from "effect/Effect"
import { DecodeError } from "../../KaleidoscopeError.js"
import * as Unread from "../json/unread.js"
import * as Method from "../request/method.js"

/** The error of a method that needs a field that is missing in the response or cannot be read. */
export const error = (call: string, thing: string, at: string): DecodeError => {
  const place = { at, expected: `${at} of ${thing}`, excerpt: null }
  return new DecodeError({
    ...Method.localFacts(call, `the response has no readable ${at} of ${thing}, so the result is not known`),
    ...place,
    places: [place]
  })
}

/** A field of a model, or the error if the response does not have it. */
export const required = <M extends { readonly id: string }, Name extends keyof M & string>(
  call: string,
  kind: string,
  model: M,
  name: Name
): Effect.Effect<M[Name], DecodeError> =>
  Unread.isPresent(model, name) ? Effect.succeed(model[name]) : Effect.fail(error(call, `${kind} ${model.id}`, name))

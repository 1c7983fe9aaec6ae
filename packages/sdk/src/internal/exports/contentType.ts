import type * as Headers from "@effect/platform/Headers"
import type * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import { UnexpectedContentType } from "../../KaleidoscopeError.js"
import * as Errors from "../request/errors.js"
import * as Response from "../request/response.js"

/**
 * The media types of exports, as in the official client: CSV, SD file, spreadsheet.
 *
 * @since 0.1.0
 * @category constants
 */
export const VALID_CONTENT_TYPES: ReadonlyArray<string> = [
  "text/csv",
  "chemical/x-mdl-sdfile",
  "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
]

interface WithHeaders {
  readonly headers: Headers.Headers
}

const mediaType = ({ headers }: WithHeaders): string =>
  (headers["content-type"]?.split(";")[0] ?? "").trim().toLowerCase()

/** Refuses a response with a media type that is not one of these. */
export const unexpected =
  (valid: ReadonlyArray<string>, accept: ReadonlyArray<string> = []) =>
  (response: HttpClientResponse.HttpClientResponse): Errors.Failure<UnexpectedContentType> | undefined => {
    const type = mediaType(response)
    const accepted = [...valid, ...accept.map((type) => type.toLowerCase())]
    if (accepted.includes(type)) return undefined
    const message = `the response has ${type === "" ? "no content type" : `the content type ${type}`}, and not ${accepted.join(" or ")}`
    return {
      ...Errors.unusable(
        response,
        message,
        (facts) => new UnexpectedContentType({ ...facts, contentType: type, accepted })
      ),
      ...(Response.isPage(response, "") ? { advice: Errors.checkUrl } : {})
    }
  }

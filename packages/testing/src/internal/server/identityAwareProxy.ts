import type * as Headers from "@effect/platform/Headers"
import * as HttpServerResponse from "@effect/platform/HttpServerResponse"
import * as Either from "effect/Either"
import * as Encoding from "effect/Encoding"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"

const Claims = Schema.parseJson(Schema.Struct({ aud: Schema.Union(Schema.String, Schema.Array(Schema.String)) }))

const decodeClaims = Schema.decodeUnknownOption(Claims)

const audiences = (authorization: string | undefined): ReadonlyArray<string> => {
  const payload = /^Bearer +[^.\s]+\.([^.\s]+)\.[^.\s]*$/i.exec(authorization ?? "")?.[1]
  return payload === undefined
    ? []
    : Encoding.decodeBase64UrlString(payload).pipe(
        Either.getOrElse(() => ""),
        decodeClaims,
        Option.match({ onNone: () => [], onSome: ({ aud }) => [aud].flat() })
      )
}

/** The response of Google's Identity-Aware Proxy to a request without an identity token for `audience`. `undefined` if it has one. */
export const refuse = (
  headers: Headers.Headers,
  audience: string
): HttpServerResponse.HttpServerResponse | undefined => {
  const sent = [headers["authorization"], headers["proxy-authorization"]]
  return sent.some((header) => audiences(header).includes(audience))
    ? undefined
    : HttpServerResponse.text(
        sent.every((header) => header === undefined)
          ? "Invalid IAP credentials: empty token"
          : "Invalid IAP credentials: JWT audience doesn't match this application",
        { status: 401, contentType: "text/html", headers: { "x-goog-iap-generated-response": "true" } }
      )
}

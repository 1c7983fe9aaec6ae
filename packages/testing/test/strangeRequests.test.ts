import { connect } from "node:net"
import { Emulator, Workspace } from "@effect-kaleidoscope/testing"
import * as Effect from "effect/Effect"
import * as TestClock from "effect/TestClock"
import * as FastCheck from "fast-check"
import { describe, expect, it, layer } from "../../../test/vitest.js"
import {
  at,
  call,
  listAt,
  type Method,
  multipart,
  type RequestOptions,
  send,
  signIn,
  stringAt,
  type WholeResponse,
  ways
} from "./support/client.js"
import { fieldId, recordId } from "./support/sample.js"
import { misfits } from "./support/shapes.js"

const { demo } = Workspace

const idsOf = (...items: ReadonlyArray<ReadonlyArray<{ readonly id: string }>>): ReadonlyArray<string> =>
  items.flatMap((some) => some.slice(0, 4).map(({ id }) => id))

const definitions = demo.activity_definitions
const properties = demo.activities.flatMap((activity) => activity.properties)
const columns = demo.record_views.flatMap((view) => view.view_fields)

/** Which ids go where, by what the place is called. */
const kinds: ReadonlyArray<readonly [RegExp, ReadonlyArray<string>]> = [
  [/^(file_id|files)$/, idsOf(demo.files)],
  [/content_layout/, idsOf(definitions.flatMap((definition) => definition.content_layout))],
  [/view_field_id/, idsOf(columns)],
  [/record_view_templates|template_view_id/, idsOf(demo.record_views.filter((view) => view.is_template))],
  [/view_id|record_views|data_table/, idsOf(demo.record_views)],
  [/record_set|set_id|sets/, idsOf(demo.record_sets)],
  [/record_id|records/, idsOf(demo.records)],
  [/key_field/, idsOf(demo.entity_fields.filter((field) => field.is_key))],
  [/property_field/, idsOf(demo.property_fields)],
  [/field/, idsOf(demo.entity_fields.filter((field) => !field.is_key))],
  [/activity_definitions|definition_id/, idsOf(definitions)],
  [/operation|activit|parent_id|dependenc/, idsOf(demo.activities)],
  [/entity_slice/, idsOf(demo.entity_types)],
  [/program/, idsOf(demo.programs)],
  [/label/, idsOf(demo.activity_labels)],
  [/group_ids/, idsOf(demo.groups)],
  [/user|reviewer|subscriber|created_by/, idsOf(demo.members)],
  [/categor/, idsOf(demo.dashboard_categories)],
  [/dashboards/, idsOf(demo.dashboards)],
  [/imports/, idsOf(demo.imports)],
  [/properties/, idsOf(properties)]
]

const names = ["Compound ID", "Batch", "Salt form", "IC50", "SMILES"]
const words = ["", "a", "null", "__proto__", "constructor", "2026-03-01", "\u0000", "\ud800", "ü".repeat(300)]

const garbage: FastCheck.Arbitrary<unknown> = FastCheck.oneof(
  FastCheck.constantFrom(...words, null, true, 0, -1, 1.5, 1e308, 2 ** 53),
  FastCheck.constantFrom(...kinds.flatMap(([, ids]) => ids)),
  FastCheck.string(),
  FastCheck.jsonValue()
)

/** Values that fit a parameter with this name, and sometimes others. */
const textFor = (name: string): FastCheck.Arbitrary<string> => {
  const ids = kinds.find(([pattern]) => pattern.test(name))?.[1] ?? words
  return FastCheck.oneof(
    { arbitrary: FastCheck.constantFrom(...(/names?$/.test(name) ? names : ids)), weight: 12 },
    FastCheck.constantFrom(...words, ...names)
  )
}

const openApi = await Effect.runPromise(
  send("GET", "/openapi.json").pipe(
    Effect.map((answer) => answer.json),
    Effect.provide(Emulator.layer())
  )
)

/** Values that fit a schema of the description, and sometimes others. */
const ofSchema = (schema: unknown, name: string): FastCheck.Arbitrary<unknown> =>
  FastCheck.oneof({ arbitrary: fitting(schema, name), weight: 60 }, garbage)

const fitting = (schema: unknown, name: string): FastCheck.Arbitrary<unknown> => {
  const reference = at(schema, "$ref")
  if (typeof reference === "string") {
    return fitting(at(openApi, ...reference.split("/").slice(1)), name)
  }
  const options = [...listAt(schema, "anyOf"), ...listAt(schema, "oneOf")]
  if (options.length > 0) {
    return FastCheck.oneof(...options.map((option) => fitting(option, name)))
  }
  if (at(schema, "contentSchema") !== undefined) {
    return ofSchema(at(schema, "contentSchema"), name).map((json) => JSON.stringify(json))
  }
  if (listAt(schema, "enum").length > 0) {
    return FastCheck.constantFrom(...listAt(schema, "enum"))
  }
  switch (at(schema, "type")) {
    case "string":
      return at(schema, "format") === "date-time"
        ? FastCheck.constantFrom("2026-03-01", "2026-03-01T10:00:00.123456+00:00")
        : textFor(name)
    case "integer":
    case "number":
      return FastCheck.constantFrom(0, 1, 2, 10, 500, 1.5, -1)
    case "boolean":
      return FastCheck.boolean()
    case "null":
      return FastCheck.constant(null)
    case "array":
      return FastCheck.array(ofSchema(at(schema, "items"), name), { maxLength: 3 })
    case "object": {
      const fields = Object.entries(Object(at(schema, "properties")))
      const required = listAt(schema, "required").map(String)
      return fields.length === 0
        ? FastCheck.dictionary(
            name.includes("name") || name === "data" ? textFor("names") : textFor(name),
            ofSchema(at(schema, "additionalProperties"), name),
            { maxKeys: 3 }
          )
        : FastCheck.tuple(
            ...fields.map(([key, field]) =>
              FastCheck.tuple(
                FastCheck.constant(key),
                FastCheck.nat(40).map((n) => (required.includes(key) ? n > 0 : n < 12)),
                ofSchema(field, key)
              )
            )
          ).map((entries) =>
            Object.fromEntries(entries.filter(([, isThere]) => isThere).map(([key, , value]) => [key, value]))
          )
    }
    default:
      return garbage
  }
}

const asText = (input: unknown): string => (typeof input === "string" ? input : (JSON.stringify(input) ?? ""))

interface Input {
  /** The call as the description names it. */
  readonly call: string
  readonly method: Method
  readonly path: string
  readonly options: RequestOptions
}

const segmentFor = (name: string): FastCheck.Arbitrary<string> =>
  FastCheck.oneof(
    { arbitrary: textFor(name).map((text) => encodeURIComponent(text.replace("\ud800", ""))), weight: 12 },
    FastCheck.constantFrom("%2F", "%00", "..%2f", "%F0%9F%98%80", "%", "%ff", "x".repeat(900), "x".repeat(2000))
  )

const contentTypes = [
  "application/json",
  "application/json; charset=utf-8",
  "multipart/form-data; boundary=----limit7",
  "application/x-www-form-urlencoded",
  "nonsense"
]

/** A body that nearly fits the call, or a completely different one. */
const bodyFor = (content: unknown): FastCheck.Arbitrary<RequestOptions> => {
  const [contentType = ""] = Object.keys(Object(content))
  const schema = at(content, contentType, "schema")
  const near: FastCheck.Arbitrary<RequestOptions> =
    contentType === "multipart/form-data"
      ? ofSchema(at(schema, "properties", "body"), "body").map((json) =>
          multipart([
            { name: "file", fileName: "a", bytes: "b" },
            { name: "body", bytes: JSON.stringify(json) ?? "" }
          ])
        )
      : contentType === "application/x-www-form-urlencoded"
        ? ofSchema(schema, "").map((json) => ({
            text: new URLSearchParams(
              Object.entries(Object(json)).map(([name, value]) => [name, asText(value)])
            ).toString(),
            headers: { "content-type": contentType }
          }))
        : ofSchema(schema, "").map((json) => ({ json }))
  return FastCheck.oneof(
    { arbitrary: near, weight: 20 },
    FastCheck.tuple(near, FastCheck.constantFrom(...contentTypes)).map(([options, type]) => ({
      ...options,
      headers: { "content-type": type }
    })),
    FastCheck.jsonValue().map((json) => ({ json })),
    FastCheck.uint8Array({ maxLength: 60 }).map((bytes) => ({ bytes })),
    FastCheck.constant({})
  )
}

const methods: { readonly [name: string]: Method } = { get: "GET", post: "POST", put: "PUT", delete: "DELETE" }

/** A request of one of the calls that the description names. */
const input: FastCheck.Arbitrary<Input> = FastCheck.oneof(
  ...Object.entries(Object(at(openApi, "paths"))).flatMap(([path, operations]) =>
    Object.entries(Object(operations)).map(([method, operation]) => {
      const pieces = path.split("/")
      const query = listAt(operation, "parameters").filter((parameter) => at(parameter, "in") === "query")
      const content = at(operation, "requestBody", "content")
      return FastCheck.tuple(
        FastCheck.tuple(
          ...pieces.map((piece, index) =>
            !piece.startsWith("{")
              ? FastCheck.constant(piece)
              : segmentFor(piece === "{id}" ? (pieces[index - 1] ?? "") : piece.slice(1, -1))
          )
        ).map((pieces) => pieces.join("/")),
        fitting(
          {
            type: "object",
            properties: Object.fromEntries(
              query.map((parameter) => [stringAt(parameter, "name"), at(parameter, "schema")])
            ),
            required: query.filter((parameter) => at(parameter, "required") === true).map((one) => at(one, "name"))
          },
          ""
        ).map((query) =>
          Object.fromEntries(Object.entries(Object(query)).map(([name, value]) => [name, asText(value)]))
        ),
        content === undefined ? FastCheck.constant<RequestOptions>({}) : bodyFor(content)
      ).map(
        ([requestPath, query, options]): Input => ({
          call: `${method.toUpperCase()} ${path}`,
          method: methods[method] ?? "PATCH",
          path: requestPath,
          options: { ...options, query }
        })
      )
    })
  )
)

/** The response to a strange request is not a 500, and an error has the platform's form. */
const expectAnswer = (request: unknown, answer: WholeResponse): void => {
  expect([request, answer.status]).toEqual([request, expect.toSatisfy((status: number) => status < 500)])
  if (answer.status >= 400) {
    expect([request, answer.json]).toEqual([
      request,
      expect.objectContaining({ code: expect.any(String), message: expect.any(String) })
    ])
  }
}

for (const way of ways) {
  const isInMemory = way.name === "in memory"
  layer(way.make())(`strange requests, ${way.name}`, (it) => {
    it.effect.prop(
      "get a response with any content",
      { input },
      ({ input: { call, method, options, path } }) =>
        Effect.gen(function* () {
          const token = yield* signIn
          const answer = yield* send(method, path, {
            ...options,
            headers: { ...options.headers, "x-kal-authorization": `Bearer ${token}` }
          })
          expectAnswer({ method, path, options }, answer)
          // An empty id makes it the call of the list.
          if (answer.status < 300 && path.endsWith("/") === call.endsWith("/")) {
            expect([path, options, misfits(call, answer.json)]).toEqual([path, options, []])
          }
          yield* TestClock.adjust("1 second") // imports run on the way
        }),
      { fastCheck: { numRuns: isInMemory ? 600 : 150 } }
    )

    const upload = multipart([
      { name: "body", bytes: JSON.stringify({ field_id: fieldId("Certificate of analysis") }) },
      { name: "file", fileName: "rep é.pdf", contentType: "application/pdf", bytes: new Uint8Array(300) }
    ])

    it.effect.prop(
      "get a response if their uploads are broken",
      {
        start: FastCheck.nat(upload.bytes.length),
        length: FastCheck.oneof(FastCheck.constant(Number.POSITIVE_INFINITY), FastCheck.nat(upload.bytes.length)),
        changes: FastCheck.array(FastCheck.tuple(FastCheck.nat(upload.bytes.length - 1), FastCheck.nat(255)), {
          maxLength: 4
        }),
        isWhole: FastCheck.boolean(),
        contentType: FastCheck.constantFrom(
          "multipart/form-data; boundary=----limit7",
          'multipart/form-data; boundary="----limit7"; charset=utf-8',
          "multipart/form-data; boundary=other",
          "multipart/form-data; boundary=",
          `multipart/form-data; boundary=${"y".repeat(500)}`,
          "multipart/form-data",
          "application/json",
          "multipart/mixed; boundary=----limit7"
        )
      },
      ({ changes, contentType, isWhole, length, start }) =>
        Effect.gen(function* () {
          const bytes = isWhole ? upload.bytes.slice() : upload.bytes.slice(start, start + length)
          for (const [index, byte] of changes) {
            if (index < bytes.length) {
              bytes[index] = byte
            }
          }
          const path = `/records/${recordId("EK-0001 B-001")}/values/file`
          const answer = yield* call("POST", path, { bytes, headers: { "content-type": contentType } })
          expectAnswer({ contentType, bytes: new TextDecoder().decode(bytes) }, answer)
        }),
      { fastCheck: { numRuns: isInMemory ? 400 : 100 } }
    )
  })
}

/** Sends bytes, which may not be HTTP, and waits until the server closes the connection or sends bytes. */
const sendRaw = (url: string, bytes: string) =>
  Effect.async<string>((resume) => {
    const { hostname, port } = new URL(url)
    const socket = connect(Number(port), hostname, () => socket.end(bytes, "latin1"))
    let answer = ""
    socket.on("data", (chunk) => {
      answer += chunk.toString("latin1")
    })
    socket.on("error", () => undefined)
    socket.on("close", () => resume(Effect.succeed(answer)))
  })

describe("invalid HTTP", () => {
  it.effect("are refused, and the next client is served", () =>
    Effect.gen(function* () {
      const { url } = yield* Emulator.Emulator
      const token = yield* signIn
      const authorized = `Host: a\r\nX-Kal-Authorization: Bearer ${token}\r\n`
      for (const bytes of [
        "\r\n\r\n",
        "\x16\x03\x01\x02\x00\x01\x00",
        "GET\r\n\r\n",
        `GET /programs HTTP/9.9\r\n${authorized}\r\n`,
        `GET /programs HTTP/1.1\r\n${authorized}bad header\r\n\r\n`,
        `GET /programs HTTP/1.1\r\n${authorized}X: ${"y".repeat(100_000)}\r\n\r\n`,
        `GET ${"/a".repeat(20_000)} HTTP/1.1\r\n${authorized}\r\n`,
        `BREW /programs HTTP/1.1\r\n${authorized}\r\n`,
        `POST /programs HTTP/1.1\r\n${authorized}Content-Length: 100\r\n\r\n{`,
        `POST /programs HTTP/1.1\r\n${authorized}Content-Length: -1\r\n\r\n{`,
        `POST /programs HTTP/1.1\r\n${authorized}Content-Length: 9\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
        `POST /programs HTTP/1.1\r\n${authorized}Transfer-Encoding: chunked\r\n\r\nzz\r\n`,
        `POST /programs HTTP/1.1\r\n${authorized}Transfer-Encoding: chunked\r\n\r\n5\r\nab`,
        `POST /programs HTTP/1.1\r\n${authorized}Content-Encoding: gzip\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}`,
        `GET http://elsewhere.test/programs HTTP/1.1\r\n${authorized}\r\n`,
        `GET //programs HTTP/1.1\r\n${authorized}\r\n`,
        `OPTIONS * HTTP/1.1\r\n${authorized}\r\n`,
        `CONNECT a:1 HTTP/1.1\r\n${authorized}\r\n`,
        `GET /programs HTTP/1.1\r\n${authorized}Connection: upgrade\r\nUpgrade: websocket\r\n\r\n`
      ]) {
        const answer = yield* sendRaw(url, bytes)
        expect([bytes.slice(0, 80), /^HTTP\/1\.1 5/.test(answer)]).toEqual([bytes.slice(0, 80), false])
      }
      expect((yield* call("GET", "/programs")).status).toBe(200)
    }).pipe(Effect.provide(ways[1]?.make() ?? Emulator.layer()))
  )
})

import * as FileSystem from "@effect/platform/FileSystem"
import * as NodeContext from "@effect/platform-node/NodeContext"
import { Auth, Exports, Ids, type KaleidoscopeError } from "@effect-kaleidoscope/sdk"
import * as Chunk from "effect/Chunk"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import * as FastCheck from "fast-check"
import { assert, describe, expect, it } from "../../../test/vitest.js"
import * as Loopback from "./support/loopback.js"
import * as Scripted from "./support/scripted.js"

const compound = Ids.EntityTypeId.make("2d1c6f0e-53f9-4c8a-a9f0-0d1f0a6f3d52")

const AuthTest = Auth.layerToken({ token: Redacted.make("the-access-token"), url: "http://kaleidoscope.test" })

/** The exports of a server that answers with this. */
const answering = (body: BodyInit, contentType?: string) => {
  const server = Scripted.make(() =>
    Scripted.text(body, 200, contentType === undefined ? {} : { "content-type": contentType })
  )
  const layer = Exports.layer.pipe(Layer.provide(Layer.merge(AuthTest, server.layer)))
  return Effect.provide(Exports.Exports, layer)
}

/** The rows that there are, and the failure after them. */
const rowsOf = (body: BodyInit, contentType = "text/csv", options?: Exports.Options) =>
  Effect.gen(function* () {
    const exports = yield* answering(body, contentType)
    const rows: Array<Exports.Row> = []
    const end = yield* exports.rows({ entity_slice_id: compound }, options).pipe(
      Stream.runForEach((row) => Effect.sync(() => rows.push(row))),
      Effect.either
    )
    return { rows, failure: end._tag === "Left" ? end.left : undefined }
  })

const bytes = (...chunks: ReadonlyArray<Uint8Array | string>): ReadableStream<Uint8Array> =>
  new ReadableStream({
    start: (controller) => {
      for (const chunk of chunks) controller.enqueue(typeof chunk === "string" ? Buffer.from(chunk) : chunk)
      controller.close()
    }
  })

describe("the content type", () => {
  for (const type of [
    "text/csv",
    "text/csv; charset=utf-8",
    "TEXT/CSV;header=present",
    "chemical/x-mdl-sdfile",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
  ]) {
    it.effect(`${type} is accepted`, () =>
      Effect.gen(function* () {
        const exports = yield* answering("a,b\n", type)
        const chunks = yield* Stream.runCollect(exports.csv({ entity_slice_id: compound }))
        expect(Buffer.concat(Chunk.toReadonlyArray(chunks)).toString()).toBe("a,b\n")
      })
    )
  }

  for (const [type, found] of [
    ["text/html; charset=utf-8", "text/html"],
    ["text/csvx", "text/csvx"],
    ["application/json", "application/json"],
    [undefined, ""]
  ] as const) {
    it.effect(`${type} is refused before a byte is read`, () =>
      Effect.gen(function* () {
        const exports = yield* answering(Buffer.from("<html>"), type)
        const failure = yield* Effect.flip(Stream.runDrain(exports.csv({ entity_slice_id: compound })))
        expect(failure).toMatchObject({
          _tag: "KaleidoscopeUnexpectedContentType" satisfies KaleidoscopeError.KaleidoscopeError["_tag"],
          call: "Exports.csv",
          status: 200,
          attempts: 1,
          contentType: found,
          accepted: Exports.VALID_CONTENT_TYPES
        })
      })
    )
  }

  it.effect("accepts more types by an option", () =>
    Effect.gen(function* () {
      const exports = yield* answering("PK", "application/zip")
      yield* Stream.runDrain(exports.csv({ entity_slice_id: compound }, { accept: ["application/ZIP"] }))
    })
  )

  it.effect("of rows must be a table, unless the option accepts more", () =>
    Effect.gen(function* () {
      expect((yield* rowsOf("a\n1\n", "chemical/x-mdl-sdfile")).failure).toMatchObject({
        _tag: "KaleidoscopeUnexpectedContentType",
        accepted: ["text/csv"]
      })
      expect((yield* rowsOf("a\n1\n", "text/plain", { accept: ["text/plain"] })).rows).toEqual([{ a: "1" }])
    })
  )
})

describe("rows", () => {
  const table = (rows: ReadonlyArray<Exports.Row>, body: BodyInit, contentType?: string) =>
    Effect.map(rowsOf(body, contentType), (found) => expect(found).toEqual({ rows, failure: undefined }))

  const cases: ReadonlyArray<readonly [name: string, body: string, rows: ReadonlyArray<Exports.Row>]> = [
    ["none but a header", "id,IC50\n", []],
    ["no line break at the end", "id,IC50\nC-1,139", [{ id: "C-1", IC50: "139" }]],
    [
      "CRLF",
      "id,IC50\r\nC-1,139\r\nC-2,\r\n",
      [
        { id: "C-1", IC50: "139" },
        { id: "C-2", IC50: "" }
      ]
    ],
    ["a mark of the byte order", "\ufeffid,IC50\nC-1,139\n", [{ id: "C-1", IC50: "139" }]],
    ["quotes", 'id,note\nC-1,"say ""no"", twice"\n', [{ id: "C-1", note: 'say "no", twice' }]],
    [
      "line breaks in a value",
      'id,note\nC-1,"a\nb\r\nc"\nC-2,x\n',
      [
        { id: "C-1", note: "a\nb\r\nc" },
        { id: "C-2", note: "x" }
      ]
    ],
    ["empty lines", "id,IC50\n\nC-1,139\n\n\n", [{ id: "C-1", IC50: "139" }]],
    ["one column with an empty value", "id\nC-1\n\nC-3\n", [{ id: "C-1" }, { id: "" }, { id: "C-3" }]],
    [
      "columns that are called the same",
      "id,IC50,IC50,IC50 (2)\nC-1,1,2,3\n",
      [{ id: "C-1", IC50: "1", "IC50 (3)": "2", "IC50 (2)": "3" }]
    ],
    [
      "lines that end with CR alone",
      "id,IC50\rC-1,139\rC-2,\r",
      [
        { id: "C-1", IC50: "139" },
        { id: "C-2", IC50: "" }
      ]
    ],
    [
      "lines that end with CR alone, the last without an end",
      "id,IC50\rC-1,139\rC-2,7",
      [
        { id: "C-1", IC50: "139" },
        { id: "C-2", IC50: "7" }
      ]
    ],
    [
      "lines that end with LF, CR and both",
      "id,IC50\nC-1,1\rC-2,2\r\nC-3,3\n\r\r\nC-4,4\r\rC-5,5",
      [1, 2, 3, 4, 5].map((nth) => ({ id: `C-${nth}`, IC50: String(nth) }))
    ],
    [
      "CR in a value",
      'id,note\rC-1,"a\rb\r\nc\r"\rC-2,x\r',
      [
        { id: "C-1", note: "a\rb\r\nc\r" },
        { id: "C-2", note: "x" }
      ]
    ],
    ["one column whose lines end with CR", "id\rC-1\r\rC-3\r", [{ id: "C-1" }, { id: "" }, { id: "C-3" }]],
    ["one column whose lines end with CRLF", "id\r\nC-1\r\nC-2\r\n", [{ id: "C-1" }, { id: "C-2" }]],
    ["a mark of the byte order before CR", "\ufeffid\rC-1\r", [{ id: "C-1" }]],
    ["spaces, which are kept", "id, IC50\nC-1, 139\n", [{ id: "C-1", " IC50": " 139" }]]
  ]
  for (const [name, body, rows] of cases) it.effect(`reads ${name}`, () => table(rows, body))

  for (const [name, body, rows] of cases) {
    it.effect(`reads ${name} that arrives byte by byte`, () =>
      table(rows, bytes(...[...Buffer.from(body)].map((byte) => Uint8Array.of(byte))))
    )
  }

  it.effect("keeps a column __proto__, and changes no prototype", () =>
    Effect.gen(function* () {
      const { rows } = yield* rowsOf("id,__proto__,constructor\nC-1,polluted,x\n")
      const [row] = rows
      assert(row !== undefined)
      expect(Object.getPrototypeOf(row)).toBe(Object.prototype)
      expect(Object.entries(row)).toEqual([
        ["id", "C-1"],
        ["__proto__", "polluted"],
        ["constructor", "x"]
      ])
      expect("polluted" in {}).toBe(false)
    })
  )

  it.effect("reads another character set if the response declares it", () =>
    table([{ id: "é" }], Buffer.from("id\n\xe9\n", "latin1"), 'text/csv; charset="iso-8859-1"')
  )

  for (const [charset, write] of [
    ["utf-16le", (text: string) => Buffer.from(text, "utf16le")],
    ["utf-16be", (text: string) => Buffer.from(text, "utf16le").swap16()]
  ] as const) {
    for (const size of [1, 3, 1000]) {
      it.effect(`reads ${charset} in chunks of ${size} bytes`, () => {
        const body = write("\ufeffid,note\r\nC-1,ČĊ\rC-2,\u0d0a\n")
        const chunks = Array.from({ length: Math.ceil(body.length / size) }, (_, nth) =>
          body.subarray(nth * size, (nth + 1) * size)
        )
        return table(
          [
            { id: "C-1", note: "ČĊ" },
            { id: "C-2", note: "\u0d0a" }
          ],
          bytes(...chunks),
          `text/csv; charset=${charset}`
        )
      })
    }
  }

  it.effect("numbers the columns without a name in linear time", () =>
    Effect.gen(function* () {
      const count = 200_000
      const { failure, rows } = yield* rowsOf(`${",".repeat(count)}\n${",".repeat(count)}\n`)
      expect(failure).toBeUndefined()
      expect(Object.keys(rows[0] ?? {}).at(-1)).toBe(` (${count + 1})`)
    })
  )

  describe("before malformed CSV", () => {
    const good = Array.from({ length: 899 }, (_, index) => `C-${index + 1},"a\n${index}"`)
    const bad: ReadonlyArray<readonly [name: string, row: Uint8Array | string, charset: string, message: RegExp]> = [
      ["a byte that is not text", Buffer.from("C-900,\xe9", "latin1"), "utf-8", /not text.*from byte BYTE\+6 of/],
      ["a byte that is not text at its start", Uint8Array.of(0xff, 44, 49), "utf-8", /not text.*from byte BYTE\+0 of/],
      [
        "a character that is not complete",
        Buffer.concat([Buffer.from("C-900,ab"), Buffer.from("🧪").subarray(0, 3)]),
        "utf-8",
        /not text.*from byte BYTE\+8 of/
      ],
      [
        "a byte that is no Shift_JIS",
        Buffer.from([65, 44, 0x83, 0x65, 0xff]),
        "shift_jis",
        /not text.*from byte BYTE\+4 of/
      ],
      ["a stray quote", 'C-900,x"4', "utf-8", /is not CSV \(/],
      ["quotes that are not closed", 'C-900,"4', "utf-8", /is not CSV \(/],
      ["something behind quotes", 'C-900,"4"x', "utf-8", /is not CSV \(/],
      ["too few columns", "C-900", "utf-8", /has 1 columns, and its header 2/],
      ["too many columns", "C-900,1,2", "utf-8", /has 3 columns, and its header 2/]
    ]
    for (const [lineEnd, ending] of [
      ["LF", "\n"],
      ["CR", "\r"],
      ["CRLF", "\r\n"]
    ] as const) {
      for (const after of ["", "C-901,5"]) {
        for (const [name, row, charset, message] of bad) {
          it.effect(
            `are 899 before ${name}, and the error has its line: ${lineEnd}, then ${JSON.stringify(after)}`,
            () =>
              Effect.gen(function* () {
                const before = Buffer.from(["id,note", ...good, ""].join(ending))
                const rest = after === "" ? "" : ending + after + ending
                const body = Buffer.concat([
                  before,
                  typeof row === "string" ? Buffer.from(row) : row,
                  Buffer.from(rest)
                ])
                const places = [0, before.length - 5, before.length + 3, body.length]
                const whole = [body]
                const inParts = places.slice(1).map((place, index) => body.subarray(places[index], place))
                for (const chunks of [whole, inParts]) {
                  const { failure, rows } = yield* rowsOf(bytes(...chunks), `text/csv; charset=${charset}`)
                  expect([rows.length, rows.at(-1)]).toEqual([899, { id: "C-899", note: "a\n898" }])
                  // The header, and two lines for each row.
                  const place = `row 900 of the table (line ${1 + 899 * 2 + 1})`
                  expect(failure).toMatchObject({ _tag: "KaleidoscopeDecodeError", at: "[899]" })
                  expect(failure?.message).toContain(place)
                  expect(
                    failure?.message.replaceAll(/from byte (\d+)/g, (_, at) => `from byte BYTE+${at - before.length}`)
                  ).toMatch(message)
                }
              })
          )
        }
      }
    }

    it.effect("before a broken connection are complete", () =>
      Effect.gen(function* () {
        const parts = [["id,note", ...good, "C-900,un"].join("\n")]
        const body = new ReadableStream<Uint8Array>({
          pull: (controller) => {
            const part = parts.pop()
            if (part === undefined) controller.error(new Error("broken"))
            else controller.enqueue(Buffer.from(part))
          }
        })
        const { failure, rows } = yield* rowsOf(body)
        expect([rows.length, failure?._tag]).toEqual([899, "KaleidoscopeTransportError"])
      })
    )

    it.effect("fail with the line of an invalid byte within a quoted value", () =>
      Effect.gen(function* () {
        const { failure, rows } = yield* rowsOf(Buffer.from('a,b\n1,2\n3,"x\r\ny\r\xe9"\n', "latin1"))
        expect(rows).toEqual([{ a: "1", b: "2" }])
        expect(failure?.message).toContain("row 2 of the table (line 5) is not text")
      })
    )

    it.effect("fail with an error that names the header if the header is invalid", () =>
      Effect.gen(function* () {
        expect((yield* rowsOf(Buffer.from("a,\xe9\n1,2\n", "latin1"))).failure).toMatchObject({
          at: "",
          message: expect.stringContaining("the header of the table (line 1) is not text")
        })
        expect((yield* rowsOf('a,"b\n1,2\n')).failure?.message).toContain("the header of the table (line 1) is not CSV")
      })
    )
  })

  const broken: ReadonlyArray<
    readonly [name: string, body: BodyInit, type: string, rows: ReadonlyArray<Exports.Row>, error: object]
  > = [
    ["nothing at all", "", "text/csv", [], { at: "", expected: "a table with a header" }],
    ["quotes that are not closed", 'a,b\n1,2\n3,"4\n', "text/csv", [{ a: "1", b: "2" }], { at: "[1]" }],
    ["a stray quote", 'a,b\n1,2\n3,x"4\n', "text/csv", [{ a: "1", b: "2" }], { at: "[1]" }],
    [
      "a row of too few columns",
      "a,b\n1,2\n3\n5,6\n",
      "text/csv",
      [{ a: "1", b: "2" }],
      { at: "[1]", expected: "2 columns" }
    ],
    [
      "a row of too many columns",
      "a,b\n1,2\n3,4,5\n",
      "text/csv",
      [{ a: "1", b: "2" }],
      { at: "[1]", expected: "2 columns" }
    ],
    ["bytes that are no UTF-8", Buffer.from("a\n\xe9\n", "latin1"), "text/csv", [], { expected: "text in utf-8" }],
    ["an unknown character set", "a\n1\n", "text/csv; charset=klingon", [], { expected: "a known character set" }]
  ]
  for (const [name, body, type, rows, error] of broken) {
    it.effect(`fail for ${name}, after the rows before it`, () =>
      Effect.gen(function* () {
        const found = yield* rowsOf(body, type)
        expect(found.rows).toEqual(rows)
        expect(found.failure).toMatchObject({
          _tag: "KaleidoscopeDecodeError",
          call: "Exports.rows",
          status: 200,
          ...error
        })
      })
    )
  }

  const cell = FastCheck.string({
    unit: FastCheck.constantFrom("a", ",", '"', "\n", "\r\n", "\r", " ", "é", "🧪"),
    maxLength: 6
  })
  const quoted = (value: string) => (/[",\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value)

  it.effect.prop(
    "are the same wherever the bytes are split",
    {
      lines: FastCheck.array(FastCheck.tuple(cell, cell, cell), { maxLength: 8 }),
      ending: FastCheck.constantFrom("\n", "\r", "\r\n"),
      cuts: FastCheck.array(FastCheck.nat({ max: 200 }), { maxLength: 6 })
    },
    ({ cuts, ending, lines }) =>
      Effect.gen(function* () {
        const body = Buffer.from(["x,y,z", ...lines.map((line) => line.map(quoted).join(","))].join(ending))
        const places = [0, ...cuts.filter((cut) => cut < body.length).sort((a, b) => a - b), body.length]
        const chunks = places.slice(1).map((place, index) => body.subarray(places[index], place))
        const { failure, rows } = yield* rowsOf(bytes(...chunks.filter((chunk) => chunk.length > 0)))
        expect(failure).toBeUndefined()
        expect(rows.map(({ x, y, z }) => [x, y, z])).toEqual(lines)
      })
  )
})

describe("an export to a file", () => {
  const client = Loopback.clients.undici

  it.live("is written if it is a table, otherwise nothing is written", () =>
    Effect.gen(function* () {
      const fileSystem = yield* FileSystem.FileSystem
      const directory = yield* fileSystem.makeTempDirectoryScoped()
      let type = "text/csv; charset=utf-8"
      const url = yield* Loopback.serve((_, response) => {
        response.writeHead(200, { "content-type": type })
        response.end("a,b\n1,2\n")
      })
      const services = yield* Layer.build(Layer.provide(Exports.layer, Loopback.live(url, client)))
      const exports = Context.get(services, Exports.Exports)
      const write = exports.toFile({ entity_slice_id: compound }, `${directory}/a.csv`)

      yield* write
      expect(yield* fileSystem.readFileString(`${directory}/a.csv`)).toBe("a,b\n1,2\n")
      yield* fileSystem.writeFileString(`${directory}/a.csv`, "old")
      type = "text/html"
      expect(yield* Effect.flip(write)).toMatchObject({
        _tag: "KaleidoscopeUnexpectedContentType",
        call: "Exports.toFile"
      })
      expect(yield* fileSystem.readFileString(`${directory}/a.csv`)).toBe("old")
      expect(yield* fileSystem.readDirectory(directory)).toEqual(["a.csv"])
    }).pipe(Effect.provide(NodeContext.layer))
  )
})

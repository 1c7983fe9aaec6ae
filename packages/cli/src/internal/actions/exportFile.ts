import * as Activities from "@effect-kaleidoscope/sdk/Activities"
import * as EntityFields from "@effect-kaleidoscope/sdk/EntityFields"
import * as EntityTypes from "@effect-kaleidoscope/sdk/EntityTypes"
import * as Exports from "@effect-kaleidoscope/sdk/Exports"
import * as Ids from "@effect-kaleidoscope/sdk/Ids"
import * as TableFile from "@effect-kaleidoscope/sdk/TableFile"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Sink from "effect/Sink"
import * as Stream from "effect/Stream"
import * as Services from "../client/services.js"
import { failed } from "../failure.js"
import * as Output from "../output/output.js"
import * as Progress from "../output/progress.js"
import * as WholeFile from "../output/wholeFile.js"
import * as Page from "../page/page.js"
import * as References from "../references.js"
import * as Query from "./query.js"

const formats = ["csv", "tsv", "xlsx", "json", "ndjson", "html"] as const

type Format = (typeof formats)[number]

const formatOf = (out: string, given: Option.Option<Format>) => {
  const ending = /\.([^./\\]+)$/.exec(out)?.[1]?.toLowerCase()
  const found = Option.getOrElse(given, () => formats.find((format) => format === ending))
  return found === undefined
    ? failed(
        out === "-" ? "The output has no ending that tells the format" : `The name ${out} does not tell the format`,
        `Add --format with one of ${formats.join(", ")}`
      )
    : Effect.succeed(found)
}

type Cell = string | number | null

const decimal = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/

/** A number, if its text is one that a number can hold. `007` and numbers with more digits than that stay text. */
const numberOf = (text: string): Cell => {
  const digits = text
    .replace(/[eE].*$/, "")
    .replace(/[-.]/g, "")
    .replace(/^0+/, "").length
  return decimal.test(text) && digits <= 15 ? Number(text) : text
}

const Texts = Schema.parseJson(Schema.Array(Schema.String))

/** The options of a `multiselect`. The platform exports them as JSON. */
const optionsOf = (text: string): ReadonlyArray<string> | undefined =>
  Option.getOrUndefined(Schema.decodeOption(Texts)(text))

/** The text of an export as the type of its column. A list is its members with `; ` between them, as an import reads it. */
const cellOf = (type: string | undefined, text: string): Cell =>
  text === ""
    ? null
    : type === "number"
      ? numberOf(text)
      : type === "multiselect"
        ? (optionsOf(text)?.join("; ") ?? text)
        : text

/** The same for JSON, where a list is a list. */
const jsonOf = (type: string | undefined, text: string): Cell | ReadonlyArray<string> =>
  (type === "multiselect" ? optionsOf(text) : undefined) ?? cellOf(type, text)

/** The type of each column, by the name of the field. A name of several fields has no type. */
const types = Effect.gen(function* () {
  const fields = yield* EntityFields.EntityFields
  const found = new Map<string, string | undefined>()
  for (const { field_name, field_type } of yield* fields.listDataFields) {
    if (field_name !== null) found.set(field_name, found.has(field_name) ? undefined : (field_type ?? undefined))
  }
  return found
})

/** The cells of rows, with the types of their columns. */
const typed = <A, E, R>(rows: Stream.Stream<Exports.Row, E, R>, cell: (type: string | undefined, text: string) => A) =>
  Stream.unwrap(
    Effect.map(types, (types) =>
      Stream.map(rows, (row): { readonly [name: string]: A } =>
        Object.fromEntries(Object.entries(row).map(([name, text]) => [name, cell(types.get(name), text)]))
      )
    )
  )

interface PageOptions {
  readonly title: string
  readonly about: string
  /** The largest number of structures that are drawn. */
  readonly structures: number
}

/** The rows as a page. Structures are drawn as the rows arrive, each once. */
const page = <E, R>(rows: Stream.Stream<Exports.Row, E, R>, options: PageOptions) =>
  Effect.gen(function* () {
    const fieldTypes = yield* types
    const [first, rest] = yield* Stream.peel(rows, Sink.head<Exports.Row>())
    const columns = Option.match(first, { onNone: () => [], onSome: Object.keys }).map((name): Page.Column => {
      const type = fieldTypes.get(name)
      return { name, kind: type === "number" ? "number" : type === "smiles-string" ? "structure" : "text" }
    })
    const { draw } = columns.some(({ kind }) => kind === "structure")
      ? yield* Effect.promise(() => import("../page/structures.js"))
      : { draw: () => Option.none<string>() }
    const drawings = new Map<string, Option.Option<string>>()
    const drawingOf = (smiles: string): Option.Option<string> => {
      const known = drawings.get(smiles)
      if (known !== undefined || drawings.size >= options.structures) return known ?? Option.none()
      const drawing = draw(smiles)
      drawings.set(smiles, drawing)
      return drawing
    }
    const rowOf = (row: Exports.Row): Page.Row => {
      const values = columns.map(({ name }) => cellOf(fieldTypes.get(name), row[name] ?? ""))
      const drawn = columns.flatMap(({ kind, name }, index) =>
        kind === "structure"
          ? Option.toArray(Option.map(drawingOf(row[name] ?? ""), (svg) => [index, svg] as const))
          : []
      )
      return drawn.length === 0 ? { values } : { values, drawings: Object.fromEntries(drawn) }
    }
    const all = Stream.concat(Stream.fromIterable(Option.toArray(first)), rest)
    // Drawing takes long: between two rows the progress is shown, and Ctrl-C is heard.
    const made = Stream.mapEffect(all, (row) =>
      Effect.zipRight(
        Effect.yieldNow(),
        Effect.sync(() => rowOf(row))
      )
    )
    return Page.write(made, { ...options, columns })
  }).pipe(Stream.unwrapScoped)

const lines = <E, R>(rows: Stream.Stream<unknown, E, R>) => Stream.map(rows, (row) => `${JSON.stringify(row)}\n`)

const array = <E, R>(rows: Stream.Stream<unknown, E, R>) =>
  Stream.make("[\n").pipe(
    Stream.concat(Stream.map(rows, (row) => JSON.stringify(row)).pipe(Stream.intersperse(",\n"))),
    Stream.concat(Stream.make("\n]\n"))
  )

/** As {@link cellOf}, but a number keeps its text. */
const textCell = (type: string | undefined, text: string): Cell => cellOf(type === "number" ? "text" : type, text)

/** The bytes of the file. */
const bytesOf = <E, R>(
  format: Exclude<Format, "csv">,
  rows: Stream.Stream<Exports.Row, E, R>,
  options: PageOptions
) => {
  switch (format) {
    case "tsv":
      return TableFile.write(typed(rows, textCell), { format: "tsv", lineEnd: "\n" })
    case "xlsx":
      return Stream.unwrap(
        Effect.map(
          Effect.promise(() => import("@effect-kaleidoscope/node/XlsxFile")),
          ({ write }) => write(typed(rows, cellOf))
        )
      )
    case "json":
      return Stream.encodeText(array(typed(rows, jsonOf)))
    case "ndjson":
      return Stream.encodeText(lines(typed(rows, jsonOf)))
    case "html":
      return Stream.encodeText(page(rows, options))
  }
}

const unwritable = ({ message }: { readonly message: string }) => Stream.fromEffect(failed(message))

export const exportFile = (
  options: Omit<Query.Options, "type"> & {
    readonly type: string
    readonly view: Option.Option<string>
    readonly out: string
    readonly format: Option.Option<Format>
    readonly structures: number
  }
) =>
  Effect.gen(function* () {
    const exports = yield* Exports.Exports
    const entityTypes = yield* EntityTypes.EntityTypes
    const output = yield* Output.Output
    const { out, structures } = options
    const format = yield* formatOf(out, options.format)
    // The name is checked first: the export of a type that does not exist would say less.
    const { id, slice_name } = yield* entityTypes.get(References.entityType(options.type))
    const query: Exports.Query = {
      ...(yield* Query.read({ ...options, type: Option.none() })),
      entity_slice_id: id,
      record_view_id: Option.getOrUndefined(Option.map(options.view, (view) => Ids.RecordViewId.make(view)))
    }
    const now = DateTime.formatIsoDateUtc(yield* DateTime.now)
    const conditions = options.where.length === 0 ? "" : `, ${options.where.join(", ")}`
    let rows = 0
    let length = 0
    const counted = Stream.tap(exports.rows(query), () =>
      Effect.sync(() => {
        rows += 1
      })
    )
    const bytes = (
      format === "csv"
        ? exports.csv(query)
        : bytesOf(format, counted, {
            title: slice_name ?? options.type,
            about: `Exported from Kaleidoscope on ${now}${conditions}`,
            structures
          })
    ).pipe(
      Stream.tap((part) =>
        Effect.sync(() => {
          length += part.length
        })
      ),
      Stream.catchTags({
        KaleidoscopeInvalidHeader: unwritable,
        KaleidoscopeTableTooLarge: unwritable,
        KaleidoscopeUnreadableTable: unwritable,
        KaleidoscopeUnsupportedFormat: unwritable,
        KaleidoscopeUnwritableValue: unwritable
      })
    )
    if (out === "-") return yield* Stream.runForEach(bytes, output.bytes)
    yield* WholeFile.write(out, bytes).pipe(
      Progress.during(
        () => `Exporting: ${rows > 0 ? `${rows.toLocaleString("en")} rows, ` : ""}${Progress.bytes(length)}`
      ),
      Effect.onInterrupt(() => output.note(`Interrupted: ${out} was not written`))
    )
    yield* Output.either(
      { path: out, bytes: length, rows: format === "csv" ? null : rows },
      output.note(`${out}: ${format === "csv" ? "" : `${rows.toLocaleString("en")} rows, `}${Progress.bytes(length)}`)
    )
  }).pipe(
    Services.provide(Layer.mergeAll(Activities.layer, EntityFields.layer, EntityTypes.layer, Exports.layer), "many")
  )

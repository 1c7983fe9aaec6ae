/** What a command prints: tables for people on a terminal, lines with tabs or JSON for programs. */
import process from "node:process"
import * as Config from "effect/Config"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Globals from "../commandLine/globals.js"
import * as Style from "./style.js"
import * as Table from "./table.js"

export interface Service {
  readonly json: boolean
  /** Whether people read what is printed. */
  readonly isTerminal: boolean
  readonly style: Style.Style
  /** For what is printed on stderr. */
  readonly errorStyle: Style.Style
  readonly write: (text: string) => Effect.Effect<void>
  readonly line: (text: string) => Effect.Effect<void>
  readonly bytes: (bytes: Uint8Array) => Effect.Effect<void>
  /** A line for people on stderr: it is never part of the result. */
  readonly note: (text: string) => Effect.Effect<void>
}

export class Output extends Context.Tag("@effect-kaleidoscope/cli/Output")<Output, Service>() {}

const writeTo = (stream: NodeJS.WriteStream, content: string | Uint8Array): Effect.Effect<void> =>
  Effect.async((resume) => {
    stream.write(content, (error) => {
      // If stdout cannot be written, the program ends: see `main.ts`.
      if (error == null || stream === process.stderr) resume(Effect.void)
    })
  })

/** Whether a stream shows colours. */
const isColored = (stream: NodeJS.WriteStream, wanted: boolean, noColor: boolean, terminal: string): boolean =>
  wanted && !noColor && stream.isTTY === true && terminal !== "dumb"

export const make = Effect.gen(function* () {
  const { color, json } = yield* Globals.GlobalOptions
  const noColor = Option.isSome(yield* Config.option(Config.nonEmptyString("NO_COLOR")))
  const terminal = yield* Config.string("TERM").pipe(Config.withDefault(""))
  const { stderr, stdout } = process
  const service: Service = {
    json,
    isTerminal: stdout.isTTY === true,
    style: Style.make(isColored(stdout, color, noColor, terminal)),
    errorStyle: Style.make(isColored(stderr, color, noColor, terminal)),
    write: (text) => writeTo(stdout, text),
    line: (text) => writeTo(stdout, `${text}\n`),
    bytes: (bytes) => writeTo(stdout, bytes),
    note: (text) => writeTo(stderr, `${text}\n`)
  }
  return service
})

/** The columns of the terminal, now. Some terminals say 0. */
export const width = (): number => process.stdout.columns || 80

const json = (value: unknown): string => JSON.stringify(value, null, 2)

/** An error as a line of JSON, for `--json`. The form is documented in the guide. */
export const error = (error: {
  readonly type: string
  readonly message: string
  readonly wayOut?: string | undefined
  readonly exitCode: number
  readonly whole?: unknown
}): string =>
  JSON.stringify({
    error: {
      type: error.type,
      message: error.message,
      way_out: error.wayOut ?? null,
      exit_code: error.exitCode,
      ...(error.whole === undefined ? {} : { details: error.whole })
    }
  })

/** Prints things: a table, lines with tabs, or a JSON array in the form of the API. */
export const list = <A, I>(
  model: Schema.Schema<A, I>,
  columns: ReadonlyArray<Table.Column<A>>,
  items: ReadonlyArray<A>,
  /** Says on a terminal that there is nothing. */
  nothing: string
): Effect.Effect<void, never, Output> =>
  Effect.gen(function* () {
    const output = yield* Output
    if (output.json) return yield* output.line(json(yield* Effect.orDie(Schema.encode(Schema.Array(model))(items))))
    const names = columns.map(({ name }) => name)
    const cells = items.map((item) => columns.map(({ value }) => Table.textOf(value(item))))
    yield* table(names, cells, nothing)
  })

/** Prints rows of texts under the names of their columns. */
export const table = (
  names: ReadonlyArray<string>,
  rows: ReadonlyArray<ReadonlyArray<string>>,
  nothing: string
): Effect.Effect<void, never, Output> =>
  Effect.gen(function* () {
    const output = yield* Output
    if (!output.isTerminal) {
      return yield* output.write([names, ...rows].map((row) => `${row.map(Table.field).join("\t")}\n`).join(""))
    }
    if (rows.length === 0) return yield* output.note(nothing)
    const { body, head } = Table.aligned(
      names,
      rows.map((row) => row.map(Table.printable)),
      width()
    )
    yield* output.write(`${[output.style.bold(head), ...body].join("\n")}\n`)
  })

/** Prints one thing: its properties with their names, or a JSON object in the form of the API. */
export const one = <A, I>(
  model: Schema.Schema<A, I>,
  columns: ReadonlyArray<Table.Column<A>>,
  item: A
): Effect.Effect<void, never, Output> =>
  Effect.gen(function* () {
    const output = yield* Output
    if (output.json) return yield* output.line(json(yield* Effect.orDie(Schema.encode(model)(item))))
    yield* pairs(columns.map(({ name, value }) => [name, Table.textOf(value(item))] as const))
  })

/** Prints names and values, one pair on each line. On a terminal, pairs without a value are left out. */
export const pairs = (entries: ReadonlyArray<readonly [name: string, value: string]>) =>
  Effect.gen(function* () {
    const output = yield* Output
    if (!output.isTerminal) {
      return yield* output.write(entries.map(([name, value]) => `${name}\t${Table.field(value)}\n`).join(""))
    }
    const shown = entries.filter(([, value]) => value !== "")
    const widest = Math.max(0, ...shown.map(([name]) => name.length))
    yield* output.write(
      shown.map(([name, value]) => `${output.style.dim(Table.pad(name, widest))}  ${Table.printable(value)}\n`).join("")
    )
  })

/** Prints a value as JSON with `--json`, or else runs the effect that prints for people. */
export const either = (value: unknown, otherwise: Effect.Effect<void, never, Output>) =>
  Effect.flatMap(Output, (output) => (output.json ? output.line(json(value)) : otherwise))

import type { Row, Table } from "@effect-kaleidoscope/sdk/TableFile"
import type * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { type Service, SourceError } from "../TableSource.js"

/** Some rows of a table, in memory, so that they can be imported again. */
export interface Part {
  readonly table: Table
  /** The number of rows. */
  readonly size: number
  readonly isLast: boolean
}

/** A table that is being read. */
interface Opened {
  readonly columns: ReadonlyArray<string>
  readonly pull: Effect.Effect<Chunk.Chunk<Row>, Option.Option<SourceError>>
  readonly scope: Scope.CloseableScope
  /** Rows that were pulled and are in no part yet. */
  held: ReadonlyArray<Row>
  /** The position of the first of them: 1 is the first row of the table. */
  position: number
  ended: boolean
}

/** Which part of which table. */
export interface Place {
  readonly source: string
  /** The fingerprint that the table had when the job began. */
  readonly fingerprint: string
  /** The position of the first row of the part. */
  readonly first: number
  readonly size: number
}

const changed = (source: string) =>
  new SourceError({
    message: `${source} has changed since the job began: rows that were imported cannot be told from the others. Start a job with another name.`,
    source
  })

/**
 * Reads tables part by part. A table stays open between two parts, so that a job reads it once; after a new start of the
 * process the rows before the part are read and dropped.
 */
export const make = Effect.gen(function* () {
  const all = new Map<string, Opened>()

  const close = (job: string) =>
    Effect.suspend(() => {
      const opened = all.get(job)
      all.delete(job)
      return opened === undefined ? Effect.void : Scope.close(opened.scope, Exit.void)
    })
  yield* Effect.addFinalizer(() => Effect.forEach([...all.keys()], close, { discard: true }))

  const open = (job: string, tables: Service, { fingerprint, source }: Place) =>
    Effect.gen(function* () {
      yield* close(job)
      if ((yield* tables.fingerprint(source)) !== fingerprint) return yield* changed(source)
      const scope = yield* Scope.make()
      const opened = yield* tables.open(source).pipe(
        Effect.bindTo("table"),
        Effect.bind("pull", ({ table }) => Stream.toPull(table.rows)),
        Scope.extend(scope),
        Effect.map(
          ({ pull, table: { columns } }): Opened => ({ columns, pull, scope, held: [], position: 1, ended: false })
        ),
        Effect.onError((cause) => Scope.close(scope, Exit.failCause(cause)))
      )
      all.set(job, opened)
      return opened
    })

  /** Pulls rows until there is one more than needed, which shows whether this is the last part. */
  const fill = (opened: Opened, count: number): Effect.Effect<void, SourceError> =>
    opened.ended || opened.held.length > count
      ? Effect.void
      : Effect.flatMap(Effect.either(opened.pull), (pulled) => {
          if (Either.isRight(pulled)) {
            opened.held = [...opened.held, ...pulled.right]
            return fill(opened, count)
          }
          opened.ended = true
          return Option.match(pulled.left, { onNone: () => Effect.void, onSome: Effect.fail })
        })

  const drop = (opened: Opened, count: number) => {
    opened.held = opened.held.slice(count)
    opened.position += count
  }

  /** Drops the rows before a position. */
  const skipTo = (opened: Opened, first: number): Effect.Effect<void, SourceError> =>
    Effect.suspend(() => {
      drop(opened, Math.min(first - opened.position, opened.held.length))
      return opened.position === first || opened.ended
        ? Effect.void
        : Effect.zipRight(fill(opened, 0), skipTo(opened, first))
    })

  const take = (job: string, tables: Service, place: Place): Effect.Effect<Part, SourceError> =>
    Effect.gen(function* () {
      const before = all.get(job)
      const opened = before?.position === place.first ? before : yield* open(job, tables, place)
      yield* skipTo(opened, place.first)
      yield* fill(opened, place.size)
      const rows = opened.held.slice(0, place.size)
      drop(opened, rows.length)
      const isLast = opened.ended && opened.held.length === 0
      if (isLast) yield* close(job)
      return { table: { columns: opened.columns, rows: Stream.fromIterable(rows) }, size: rows.length, isLast }
    })

  return { close, take }
})

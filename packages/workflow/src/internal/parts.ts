import * as Imports from "@effect-kaleidoscope/sdk/Imports"
import type { Row, Table } from "@effect-kaleidoscope/sdk/TableFile"
import * as Chunk from "effect/Chunk"
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
  /** The keys of the rows before, in all parts. */
  readonly rowsByKey: Imports.RowsByKey
  readonly isLast: boolean
}

/** A table that is being read. */
interface Opened {
  readonly columns: ReadonlyArray<string>
  readonly pull: Effect.Effect<Chunk.Chunk<Row>, Option.Option<SourceError>>
  readonly scope: Scope.CloseableScope
  readonly rowsByKey: Imports.RowsByKey
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

/** Reads rows whose parts are done, and keeps their keys. */
export type Recall<E, R> = (table: Table<SourceError>, rowsByKey: Imports.RowsByKey) => Effect.Effect<unknown, E, R>

const changed = (source: string) =>
  new SourceError({
    message: `${source} has changed since the job began: rows that were imported cannot be told from the others. Start a job with another name.`,
    source
  })

/**
 * Reads tables part by part. A table stays open between two parts, so that a job reads it once; after a new start of the
 * process the rows before the part are read again, for their keys.
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

  const verify = (tables: Service, { fingerprint, source }: Place) =>
    Effect.flatMap(tables.fingerprint(source), (now) => (now === fingerprint ? Effect.void : changed(source)))

  const open = (job: string, tables: Service, place: Place) =>
    Effect.gen(function* () {
      yield* close(job)
      yield* verify(tables, place)
      const scope = yield* Scope.make()
      const opened = yield* tables.open(place.source).pipe(
        Effect.bindTo("table"),
        Effect.bind("pull", ({ table }) => Stream.toPull(table.rows)),
        Scope.extend(scope),
        Effect.map(
          ({ pull, table: { columns } }): Opened => ({
            columns,
            pull,
            scope,
            rowsByKey: Imports.makeRowsByKey(),
            held: [],
            position: 1,
            ended: false
          })
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

  /** The rows before a position. They are dropped while they are read. */
  const rowsBefore = (opened: Opened, first: number): Stream.Stream<Row, SourceError> =>
    Stream.repeatEffectChunkOption(
      Effect.gen(function* () {
        if (opened.position === first) return yield* Effect.fail(Option.none())
        yield* Effect.mapError(fill(opened, 0), Option.some)
        const rows = opened.held.slice(0, first - opened.position)
        if (rows.length === 0) return yield* Effect.fail(Option.none())
        drop(opened, rows.length)
        return Chunk.unsafeFromArray(rows)
      })
    )

  const take = <E, R>(
    job: string,
    tables: Service,
    place: Place,
    recall: Recall<E, R>
  ): Effect.Effect<Part, E | SourceError, R> =>
    Effect.gen(function* () {
      const before = all.get(job)
      const opened = before?.position === place.first ? before : yield* open(job, tables, place)
      const { columns, rowsByKey } = opened
      if (opened.position < place.first) yield* recall({ columns, rows: rowsBefore(opened, place.first) }, rowsByKey)
      yield* fill(opened, place.size)
      const rows = opened.held.slice(0, place.size)
      drop(opened, rows.length)
      const isLast = opened.ended && opened.held.length === 0
      if (isLast) {
        yield* close(job)
        // A file that was changed while it was read gave rows of both.
        yield* verify(tables, place)
      }
      return { table: { columns, rows: Stream.fromIterable(rows) }, rowsByKey, isLast }
    }).pipe(Effect.onError(() => close(job)))

  return { close, take }
})

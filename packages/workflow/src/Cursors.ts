/**
 * How far each mirror is: its cursor, and the changes after the cursor that were begun. They are in the database of the jobs.
 *
 * @since 0.1.0
 */
import * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as Workspace from "@effect-kaleidoscope/sdk/Workspace"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"

/** How far a mirror is. @since 0.1.0 @category models */
export interface Place {
  /** The cursor of the last batch that was handled; none if no batch was. */
  readonly cursor: Option.Option<Workspace.ChangesCursor>
  /** The ids of the events after the cursor whose handler was begun, and did not end as far as is known. */
  readonly begun: ReadonlySet<string>
  /** The ids of the events after the cursor that were handled. */
  readonly handled: ReadonlySet<string>
}

/** The methods of the service. @since 0.1.0 @category models */
export interface Service {
  readonly find: (job: string) => Effect.Effect<Place, SqlError>
  /** Stores that the handler of an event begins. */
  readonly begin: (job: string, event: string) => Effect.Effect<void, SqlError>
  /** Stores that an event was handled. */
  readonly end: (job: string, event: string) => Effect.Effect<void, SqlError>
  /** Stores a cursor, and forgets the events before it. */
  readonly move: (job: string, cursor: Workspace.ChangesCursor) => Effect.Effect<void, SqlError>
  /** Forgets how far a mirror is: it begins anew when it is started again. */
  readonly forget: (job: string) => Effect.Effect<void, SqlError>
}

/** The tag of the {@link Service}. @since 0.1.0 @category tags */
export class Cursors extends Context.Tag("@effect-kaleidoscope/workflow/Cursors")<Cursors, Service>() {}

/** Cursors in memory: they end with the process. @since 0.1.0 @category layers */
export const layerMemory = Layer.sync(Cursors, (): Service => {
  const cursors = new Map<string, Workspace.ChangesCursor>()
  const changes = new Map<string, Map<string, boolean>>()
  const set = (job: string, event: string, isHandled: boolean) =>
    Effect.sync(() => {
      changes.set(job, (changes.get(job) ?? new Map<string, boolean>()).set(event, isHandled))
    })
  return {
    find: (job) => Effect.sync(() => placeOf(Option.fromNullable(cursors.get(job)), changes.get(job) ?? [])),
    begin: (job, event) => set(job, event, false),
    end: (job, event) => set(job, event, true),
    move: (job, cursor) =>
      Effect.sync(() => {
        cursors.set(job, cursor)
        changes.delete(job)
      }),
    forget: (job) =>
      Effect.sync(() => {
        cursors.delete(job)
        changes.delete(job)
      })
  }
})

const placeOf = (
  cursor: Option.Option<Workspace.ChangesCursor>,
  events: Iterable<readonly [id: string, isHandled: boolean]>
): Place => {
  const all = Array.from(events)
  const idsOf = (wanted: boolean) => new Set(all.flatMap(([id, isHandled]) => (isHandled === wanted ? [id] : [])))
  return { cursor, begun: idsOf(false), handled: idsOf(true) }
}

const CursorText = Schema.parseJson(Workspace.ChangesCursor)

const CursorRows = Schema.Array(Schema.Struct({ place: CursorText }))

const EventRows = Schema.Array(Schema.Struct({ event: Schema.String, state: Schema.Literal("begun", "handled") }))

/**
 * Cursors in tables `kaleidoscope_cursors` and `kaleidoscope_changes` of the database of the engine. The tables are created
 * if they do not exist.
 *
 * @since 0.1.0
 * @category layers
 */
export const layer: Layer.Layer<Cursors, SqlError, SqlClient.SqlClient> = Layer.effect(
  Cursors,
  Effect.gen(function* () {
    const sql = (yield* SqlClient.SqlClient).withoutTransforms()
    const cursors = sql("kaleidoscope_cursors")
    const changes = sql("kaleidoscope_changes")
    yield* sql`CREATE TABLE IF NOT EXISTS ${cursors} (job VARCHAR(500) PRIMARY KEY, place TEXT NOT NULL)`
    yield* sql`CREATE TABLE IF NOT EXISTS ${changes} (
      job VARCHAR(500) NOT NULL, event VARCHAR(200) NOT NULL, state VARCHAR(20) NOT NULL, PRIMARY KEY (job, event))`

    // The tables are ours: a row in another form is a defect.
    const read = <A, I>(schema: Schema.Schema<A, I>, rows: Effect.Effect<unknown, SqlError>) =>
      Effect.flatMap(rows, (rows) => Effect.orDie(Schema.decodeUnknown(schema)(rows)))
    const clear = (job: string) => sql`DELETE FROM ${changes} WHERE job = ${job}`
    return {
      find: (job) =>
        Effect.zipWith(
          read(CursorRows, sql`SELECT place FROM ${cursors} WHERE job = ${job}`),
          read(EventRows, sql`SELECT event, state FROM ${changes} WHERE job = ${job}`),
          ([found], events) =>
            placeOf(
              Option.map(Option.fromNullable(found), ({ place }) => place),
              events.map(({ event, state }) => [event, state === "handled"] as const)
            )
        ),
      begin: (job, event) =>
        Effect.asVoid(
          sql`INSERT INTO ${changes} ${sql.insert({ job, event, state: "begun" })} ON CONFLICT (job, event) DO NOTHING`
        ),
      end: (job, event) =>
        Effect.asVoid(sql`UPDATE ${changes} SET state = 'handled' WHERE job = ${job} AND event = ${event}`),
      move: (job, cursor) =>
        Effect.gen(function* () {
          const place = yield* Effect.orDie(Schema.encode(CursorText)(cursor))
          // The cursor first: if the process ends in between, events before the cursor are left in the table, and do no harm.
          yield* sql`INSERT INTO ${cursors} ${sql.insert({ job, place })}
            ON CONFLICT (job) DO UPDATE SET place = excluded.place`
          yield* clear(job)
        }),
      forget: (job) => Effect.zipRight(sql`DELETE FROM ${cursors} WHERE job = ${job}`, Effect.asVoid(clear(job)))
    }
  })
)

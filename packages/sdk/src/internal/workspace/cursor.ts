import * as DateTime from "effect/DateTime"
import type * as Duration from "effect/Duration"
import * as Schema from "effect/Schema"
import * as Ids from "../../Ids.js"
import type { EventFilter, WorkspaceEvent } from "./model.js"

/**
 * How far the events of a workspace are handled: a place to go on from. It is plain data; its JSON can be stored.
 *
 * @example
 * ```ts
 * import { Workspace } from "@effect-kaleidoscope/sdk"
 * import * as Schema from "effect/Schema"
 *
 * const json = Schema.parseJson(Workspace.ChangesCursor)
 * const toText = Schema.encode(json)
 * const fromText = Schema.decode(json)
 * ```
 *
 * @since 0.1.0
 * @category models
 */
export const ChangesCursor = Schema.Struct({
  version: Schema.Literal(1),
  /** All events before this time are handled, or came too late. `null`: none is. */
  after: Schema.NullOr(Schema.DateTimeUtc),
  /** The events from then on that are handled. */
  seen: Schema.Array(Schema.Struct({ id: Ids.EventId, created_at: Schema.DateTimeUtc }))
})

export interface ChangesCursor extends Schema.Schema.Type<typeof ChangesCursor> {}

/**
 * The cursor for all events from a time on: for a start that leaves out what happened before.
 *
 * @since 0.1.0
 * @category constructors
 */
export const cursorAt = (time: DateTime.DateTime): ChangesCursor => ({
  version: 1,
  after: DateTime.toUtc(time),
  seen: []
})

/** Which events are followed, and how. @since 0.1.0 @category models */
export interface ChangesOptions extends Omit<EventFilter, "after_date" | "before_date"> {
  /** Where to go on: the cursor of the last change that was handled. @default the first event of the workspace */
  readonly since?: ChangesCursor | undefined
  /** How long to wait before it looks for new events again. Without it the stream ends when there are no more. */
  readonly every?: Duration.DurationInput | undefined
  /**
   * How late an event may appear among the others. Each read goes back so far behind the newest event, and leaves out what is
   * handled. The cursor holds the ids of the events of this time.
   *
   * @default 5 minutes
   */
  readonly overlap?: Duration.DurationInput | undefined
}

/** An event, and the cursor to store when it is handled. @since 0.1.0 @category models */
export interface Change {
  readonly event: WorkspaceEvent
  readonly cursor: ChangesCursor
}

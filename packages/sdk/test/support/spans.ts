import * as Context from "effect/Context"
import type * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Tracer from "effect/Tracer"

/** A span that was made. */
export interface Made {
  readonly name: string
  readonly parent: string | undefined
  readonly kind: Tracer.SpanKind
  readonly attributes: ReadonlyMap<string, unknown>
  readonly links: ReadonlyArray<Tracer.SpanLink>
  readonly events: Array<unknown>
  exit: Exit.Exit<unknown, unknown> | undefined
}

/** A tracer that keeps the spans in memory. */
export const make = () => {
  const all: Array<Made> = []
  let count = 0
  const tracer = Tracer.make({
    span: (name, parent, context, links, startTime, kind) => {
      const attributes = new Map<string, unknown>()
      const allLinks = [...links]
      const made: Made = {
        name,
        parent: Option.getOrUndefined(
          Option.map(parent, (span) => (span._tag === "Span" ? span.name : `external ${span.spanId}`))
        ),
        kind,
        attributes,
        links: allLinks,
        events: [],
        exit: undefined
      }
      all.push(made)
      const span: Tracer.Span = {
        _tag: "Span",
        name,
        spanId: `span-${++count}`,
        traceId: "trace",
        parent,
        context: context ?? Context.empty(),
        status: { _tag: "Started", startTime },
        attributes,
        links: allLinks,
        sampled: true,
        kind,
        end: (_, exit) => {
          made.exit = exit
        },
        attribute: (key, value) => {
          attributes.set(key, value)
        },
        event: (...event) => {
          made.events.push(event)
        },
        addLinks: (more) => {
          allLinks.push(...more)
        }
      }
      return span
    },
    context: (run) => run()
  })
  return { tracer, all }
}

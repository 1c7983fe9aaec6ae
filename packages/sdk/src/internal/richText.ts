import * as Predicate from "effect/Predicate"

/**
 * Rich text as the platform has it: a document of paragraphs and what else its editor knows.
 *
 * @since 0.1.0
 * @category models
 */
export interface RichText {
  readonly type: "doc"
  readonly content?: ReadonlyArray<unknown>
  readonly [key: string]: unknown
}

const paragraph = (text: string) =>
  // A text of its own may not be empty.
  text === "" ? { type: "paragraph" } : { type: "paragraph", content: [{ type: "text", text }] }

/** A plain text as rich text, a paragraph for each line. Anything else stays as it is. */
export const of = (content: unknown): unknown =>
  Predicate.isString(content) ? { type: "doc", content: content.split(/\r\n|\r|\n/).map(paragraph) } : content

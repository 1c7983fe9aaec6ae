import * as Predicate from "effect/Predicate"

/** Rich text in the form of the platform: a document of paragraphs and other parts. @since 0.1.0 @category models */
export interface RichText {
  readonly type: "doc"
  readonly content?: ReadonlyArray<unknown> | undefined
  readonly [key: string]: unknown
}

const paragraph = (text: string) =>
  // A text node must not be empty.
  text === "" ? { type: "paragraph" } : { type: "paragraph", content: [{ type: "text", text }] }

/** A string as rich text, with a paragraph for each line. Anything else stays as it is. */
export const of = (content: unknown): unknown =>
  Predicate.isString(content) ? { type: "doc", content: content.split(/\r\n|\r|\n/).map(paragraph) } : content

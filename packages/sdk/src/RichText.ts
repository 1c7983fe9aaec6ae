/**
 * Rich text: the form of comments and descriptions, `{ type: "doc", content: […] }`, from plain text and back.
 *
 * @example
 * ```ts
 * import { Activities, RichText } from "@effect-kaleidoscope/sdk"
 * import * as Effect from "effect/Effect"
 *
 * const discussion = (title: string) =>
 *   Effect.gen(function* () {
 *     const activities = yield* Activities.Activities
 *     const comments = yield* activities.comments({ title })
 *     return comments.map(({ content }) => RichText.toPlainText(content))
 *   })
 *
 * const text = RichText.toPlainText(RichText.fromPlainText("Two lines,\nas they were")) // "Two lines,\nas they were"
 * ```
 *
 * @since 0.1.0
 */
export * from "./internal/richText/richText.js"

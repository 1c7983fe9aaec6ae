import { fromPlainText } from "./richText.js"

/** The content that is sent: a string as rich text. Anything else stays as it is. */
export const toSend = (content: unknown): unknown => (typeof content === "string" ? fromPlainText(content) : content)

import * as Predicate from "effect/Predicate"

/** The text of rich text, a line for each paragraph. */
export const textOf = (content: unknown): string => {
  if (typeof content === "string") return content
  if (!Predicate.isRecord(content)) return ""
  const { content: parts, text, type } = content
  if (typeof text === "string") return text
  if (type === "hardBreak") return "\n"
  if (!Array.isArray(parts)) return ""
  const isBlock = parts.some((part) => Predicate.isRecord(part) && Array.isArray(part["content"]))
  return parts.map(textOf).join(isBlock ? "\n" : "")
}

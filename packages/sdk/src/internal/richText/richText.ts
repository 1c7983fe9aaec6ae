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

/**
 * Makes rich text of plain text, with a paragraph for each line. Lines end with LF, CR or both.
 *
 * @since 0.1.0
 * @category constructors
 */
export const fromPlainText = (text: string): RichText => ({
  type: "doc",
  content: text.split(/\r\n|\r|\n/).map(paragraph)
})

type Node = { readonly [key: string]: unknown }

const childrenOf = (node: Node): ReadonlyArray<Node> =>
  Array.isArray(node["content"]) ? node["content"].filter(Predicate.isRecord) : []

const textIn = (node: Node, ...names: ReadonlyArray<string>): string => {
  const attrs = Predicate.isRecord(node["attrs"]) ? node["attrs"] : {}
  const found = names.map((name) => attrs[name]).find((value) => Predicate.isString(value) && value !== "")
  return Predicate.isString(found) ? found : ""
}

/** The text of a part within a line; `undefined` for a part that has lines of its own. */
const inlineText = (node: Node): string | undefined => {
  switch (node["type"]) {
    case "text":
      return Predicate.isString(node["text"]) ? node["text"] : ""
    case "hardBreak":
    case "hard_break":
      return "\n"
    case "mention": {
      const name = textIn(node, "label", "name", "id")
      return name === "" || name.startsWith("@") ? name : `@${name}`
    }
    case "emoji":
      return textIn(node, "emoji", "name")
    case "image":
      return textIn(node, "alt", "title")
    default:
      return undefined
  }
}

// The parts of a document are nested a few levels deep. Parts below this level are left out.
const deepest = 200

/** The lines of an item of a list: the first behind its mark, the others below its text. */
const marked = (lines: ReadonlyArray<string>, mark: string): ReadonlyArray<string> =>
  (lines.length === 0 ? [""] : lines).map((line, index) => `${index === 0 ? mark : " ".repeat(mark.length)}${line}`)

const startOf = (node: Node): number => {
  const start = Predicate.isRecord(node["attrs"]) ? (node["attrs"]["start"] ?? node["attrs"]["order"]) : 1
  return Predicate.isNumber(start) ? start : 1
}

const linesOf = (node: Node, depth: number): ReadonlyArray<string> => {
  const children = depth > deepest ? [] : childrenOf(node)
  const below = (child: Node) => linesOf(child, depth + 1)
  switch (node["type"]) {
    case "bulletList":
    case "bullet_list":
    case "taskList":
      return children.flatMap((item) => marked(below(item), "- "))
    case "orderedList":
    case "ordered_list":
      return children.flatMap((item, index) => marked(below(item), `${startOf(node) + index}. `))
    case "tableRow":
    case "table_row":
      return [children.map((cell) => below(cell).join(" ")).join("\t")]
  }
  const lines: Array<string> = []
  let line: string | undefined
  const endLine = () => {
    if (line !== undefined) for (const part of line.split("\n")) lines.push(part)
    line = undefined
  }
  for (const child of children) {
    const text = inlineText(child)
    if (text !== undefined) line = (line ?? "") + text
    else {
      endLine()
      for (const one of below(child)) lines.push(one)
    }
  }
  endLine()
  return children.length > 0 || node["type"] === "doc" ? lines : (inlineText(node) ?? "").split("\n")
}

/**
 * The plain text of rich text, such as the `content` of a comment or the `description` of an activity: a line for each
 * paragraph, heading and line of code, `- ` or `1. ` before the items of a list, a tab between the cells of a table, and the
 * name behind `@` for a mention. Of other parts it has the text. Plain text stays as it is, and `null` is empty text.
 *
 * Only `doc`, `paragraph` and `text` were seen in responses; that the other parts have the names of Tiptap is a guess.
 *
 * @since 0.1.0
 * @category conversions
 */
export const toPlainText = (content: unknown): string =>
  Predicate.isString(content) ? content : Predicate.isRecord(content) ? linesOf(content, 0).join("\n") : ""

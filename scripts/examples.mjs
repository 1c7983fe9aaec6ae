/** Finds the examples in prose: the fenced `ts` blocks of Markdown files and of TSDoc comments. */
import { parseSync } from "oxc-parser"

/**
 * A fenced `ts` block. `code` stands at the line and column that it has in its source: what is before it is blank, so
 * that a compiler's positions in `code` are positions in the source.
 *
 * @typedef {{ readonly line: number, readonly check: boolean, readonly closed: boolean, readonly code: string }} Example
 */

/**
 * A fenced block: the indices of its first and last line, fences included, and what stands behind the opening fence.
 *
 * @typedef {{ readonly first: number, readonly last: number, readonly closed: boolean, readonly info: string }} Block
 */

/**
 * @param {ReadonlyArray<string>} lines
 * @returns {ReadonlyArray<Block>}
 */
const blocks = (lines) => {
  /** @type {Array<Block>} */
  const found = []
  /** @type {{ readonly first: number, readonly fence: string, readonly info: string } | undefined} */
  let opening
  lines.forEach((line, index) => {
    const [, fence, info] = /^\s*(`{3,}(?=[^`]*$)|~{3,})(.*)$/.exec(line) ?? []
    if (fence === undefined || info === undefined) return
    if (opening === undefined) {
      opening = { first: index, fence, info: info.trim() }
    } else if (fence.startsWith(opening.fence) && info.trim() === "") {
      found.push({ first: opening.first, last: index, closed: true, info: opening.info })
      opening = undefined
    }
  })
  if (opening !== undefined) {
    found.push({ first: opening.first, last: lines.length, closed: false, info: opening.info })
  }
  return found
}

/** @type {(markdown: string) => ReadonlyArray<string>} */
const linesOf = (markdown) => markdown.split(/\r?\n/)

/**
 * The `ts` blocks of a Markdown text whose first line is line `firstLine` of its source.
 *
 * @param {string} markdown
 * @param {number} firstLine
 * @returns {ReadonlyArray<Example>}
 */
export const inMarkdown = (markdown, firstLine = 1) => {
  const lines = linesOf(markdown)
  return blocks(lines).flatMap(({ closed, first, info, last }) => {
    const [language, ...marks] = info.split(/\s+/)
    if (language !== "ts" && language !== "typescript") return []
    const line = firstLine + first
    const code = `${"\n".repeat(line)}${lines.slice(first + 1, last).join("\n")}\n`
    return [{ line, check: !marks.includes("no-check"), closed, code }]
  })
}

/**
 * A Markdown text without its fenced blocks.
 *
 * @param {string} markdown
 */
export const proseOf = (markdown) => {
  const lines = linesOf(markdown)
  const fenced = blocks(lines)
  return lines.filter((_, index) => !fenced.some(({ first, last }) => index >= first && index <= last)).join("\n")
}

/** @type {(text: string) => string} */
const blank = (text) => " ".repeat(text.length)

/**
 * The text of a comment as Markdown, at the columns that it has in its source.
 *
 * @param {import("oxc-parser").Comment} comment
 */
export const commentText = (comment) =>
  `  ${comment.value}`.replace(/^ {2}\*/, blank).replaceAll(/(?<=\n)[ \t]*\* ?/g, blank)

/** @type {(comment: import("oxc-parser").Comment) => boolean} */
export const isDocumentation = (comment) => comment.type === "Block" && comment.value.startsWith("*")

/**
 * The `ts` blocks in the TSDoc comments of a TypeScript source.
 *
 * @param {string} file
 * @param {string} source
 * @returns {ReadonlyArray<Example>}
 */
export const inSource = (file, source) =>
  parseSync(file, source)
    .comments.filter(isDocumentation)
    .flatMap((comment) => inMarkdown(commentText(comment), source.slice(0, comment.start).split("\n").length))

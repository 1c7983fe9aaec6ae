import assert from "node:assert/strict"
import { test } from "node:test"
import { unconventional, undocumented } from "./documentation.mjs"
import { inMarkdown, inSource } from "./examples.mjs"

/** @type {(...lines: ReadonlyArray<string>) => string} */
const text = (...lines) => lines.join("\n")

/** @type {(modules: Record<string, string>) => ReadonlyArray<string>} */
const findings = (modules) =>
  undocumented(new Map(Object.entries(modules))).map(({ file, line, message }) => `${file}:${line} ${message}`)

/** @type {(modules: Record<string, string>) => ReadonlyArray<string>} */
const conventions = (modules) =>
  unconventional(new Map(Object.entries(modules))).map(({ file, line, message }) => `${file}:${line} ${message}`)

const complete = text("/**", " * What it is.", " *", " * @since 0.1.0", " * @category models", " */", "")

test("a block of Markdown stands at its own line and column", () => {
  const [example, ...others] = inMarkdown(
    text("# Title", "", "- first", "  ```ts", "  const a = 1", "  ```", "", "```sh", "ls", "```")
  )
  assert.deepEqual(others, [])
  assert.deepEqual(example, { line: 4, check: true, closed: true, code: "\n\n\n\n  const a = 1\n" })
})

test("a block that is marked is not checked, one without an end is told, a longer fence holds a shorter one", () => {
  assert.deepEqual(
    inMarkdown(text("```ts no-check", "x", "```", "````md", "```ts", "x", "```", "````", "```ts", "x")).map(
      ({ check, closed, line }) => ({ line, check, closed })
    ),
    [
      { line: 1, check: false, closed: true },
      { line: 9, check: true, closed: false }
    ]
  )
})

test("code within a line is no block, nor is what stands in a comment that is no documentation", () => {
  assert.deepEqual(inMarkdown(text("```ts no-check``` is left out", "", "text")), [])
  assert.deepEqual(inSource("a.ts", text("/*", "```ts", "x", "```", "*/", "// ```ts")), [])
})

test("a block of a TSDoc comment stands at its own line and column", () => {
  const source = text(
    "const a = 1",
    "/**",
    " * Text.",
    " * @example",
    " * ```ts",
    " * const b = 2 // é",
    " *",
    " *   c()",
    " * ```",
    " * @since 0.1.0",
    " */",
    "export const d = '```ts'"
  )
  const [example, ...others] = inSource("a.ts", source)
  assert.deepEqual(others, [])
  assert.equal(example?.line, 5)
  assert.deepEqual(example?.code.split("\n").slice(5), ["   const b = 2 // é", "  ", "     c()", ""])
})

test("every kind of export needs a comment with a description and tags, and a block in its example", () => {
  assert.deepEqual(
    findings({
      "src/A.ts": text(
        "export const a = 1",
        "export function b() {}",
        "export class C {}",
        "export type D = 1",
        "export interface E {}",
        "const f = 1, G = 1",
        "export { f, type G }",
        "export default 1",
        "export const { h } = { h: 1 }"
      )
    }),
    ["a:1", "b:2", "C:3", "D:4", "E:5", "f:6", "G:7", "default:8", "a destructured constant:9"].map((each) => {
      const [name, line] = each.split(":")
      return `src/A.ts:${line} ${name} lacks a TSDoc comment`
    })
  )
  assert.deepEqual(findings({ "src/A.ts": `${complete}export const a = 1` }), [])
  assert.deepEqual(findings({ "src/A.ts": `${complete.replace(" */", " * @example a()\n */")}export const a = 1` }), [
    "src/A.ts:8 a lacks a `ts` block in its @example"
  ])
  assert.deepEqual(findings({ "src/A.ts": `${complete}export interface A {}` }), [])
  assert.deepEqual(
    findings({
      "src/A.ts": text("/**", " * @example", " * ```ts", " * @since", " * ```", " */", "export const a = 1")
    }),
    ["src/A.ts:7 a lacks a description, @since, @category"]
  )
})

test("tags may stand in any order, and other comments below the documentation", () => {
  const source = text(
    "/**",
    " * What it is.",
    " * @example",
    " * ```ts",
    " * a",
    " * ```",
    " * @category models",
    " * @since 0.1.0",
    " */",
    "// Why.",
    "export const a = 1"
  )
  assert.deepEqual(findings({ "src/A.ts": source }), [])
})

test("tags may stand on one line, and a type has the comment of the value of its name", () => {
  const value = "/** What it is. @since 0.1.0 @category ids */\nexport const A = 1\n"
  const type = "export type A = typeof A"
  assert.deepEqual(findings({ "src/A.ts": `${value}${type}` }), [])
  assert.deepEqual(
    findings({ "src/A.ts": 'export { A } from "./internal/a.js"', "src/internal/a.ts": `${value}${type}` }),
    []
  )
  assert.deepEqual(findings({ "src/A.ts": type, "src/B.ts": value }), ["src/A.ts:1 A lacks a TSDoc comment"])
  assert.deepEqual(findings({ "src/A.ts": "/** What it `@since` is. */\nexport const a = 1" }), [
    "src/A.ts:2 a lacks @since, @category"
  ])
})

test("overloads share a comment, and what is internal needs none", () => {
  const documented = complete.replace(" */", text(" * @example", " * ```ts", " * a()", " * ```", " */"))
  assert.deepEqual(
    findings({
      "src/A.ts": `${documented}export function a(b: 1): void\nexport function a(b: 2): void\nexport function a() {}`,
      "src/internal/b.ts": "export const b = 1",
      "src/C.ts": "/** @internal */\nexport const c = 1",
      "src/D.ts": "const d = 1"
    }),
    []
  )
})

test("what is re-exported from an internal module is public", () => {
  const internal = text("export const a = 1", `${complete}export interface B {}`, "export const c = 1")
  assert.deepEqual(
    findings({
      "src/A.ts": 'export { a as z, type B } from "./internal/a.js"',
      "src/internal/a.ts": internal
    }),
    ["src/internal/a.ts:1 z lacks a TSDoc comment"]
  )
  assert.deepEqual(findings({ "src/A.ts": 'export * from "./internal/a.js"', "src/internal/a.ts": internal }), [
    "src/internal/a.ts:1 a lacks a TSDoc comment",
    "src/internal/a.ts:9 c lacks a TSDoc comment"
  ])
})

test("a namespace needs only to say since when it is there", () => {
  assert.deepEqual(
    findings({ "src/index.ts": text("/**", " * @since 0.1.0", " */", 'export * as A from "./A.js"'), "src/A.ts": "" }),
    []
  )
  assert.deepEqual(findings({ "src/index.ts": 'export * as A from "./A.js"', "src/A.ts": "" }), [
    "src/index.ts:1 A lacks a TSDoc comment"
  ])
})

test("the tags of a comment have one order", () => {
  const order = "the order of the tags is @internal, @default, @example, @since, @category"
  assert.deepEqual(conventions({ "src/A.ts": `${complete}export const a = 1` }), [])
  assert.deepEqual(conventions({ "src/A.ts": "/** What it is. @category ids @since 0.1.0 */\nexport const a = 1" }), [
    `src/A.ts:1 ${order}`
  ])
  assert.deepEqual(
    conventions({ "src/A.ts": text("/**", " * @since 0.1.0", " * @example", " * ```ts", " * ```", " */") }),
    [`src/A.ts:1 ${order}`]
  )
})

test("an internal export that is documented as public, or stands among public models, has to be public", () => {
  const modules = {
    "src/A.ts": 'export { A } from "./internal/a/model.js"',
    "src/internal/a/model.ts": text("export const A = 1", "export type A = 1", "export interface B {}"),
    "src/internal/a/values.ts": text("export const c = 1", `${complete}export const d = 1`),
    "src/internal/b/model.ts": "export interface E {}"
  }
  const rest = "belongs to the public exports, and no public module exports it"
  assert.deepEqual(conventions(modules), [
    `src/internal/a/model.ts:3 B ${rest}`,
    `src/internal/a/values.ts:8 d ${rest}`
  ])
  assert.deepEqual(
    conventions({
      ...modules,
      "src/A.ts": 'export * from "./internal/a/model.js"\nexport { d } from "./internal/a/values.js"'
    }),
    []
  )
})

test("an optional property of a public type accepts undefined", () => {
  const options = text(
    "/** Options. @since 0.1.0 @category models */",
    "export interface Options {",
    "  readonly page?: number | undefined",
    "  readonly size?: number",
    "  readonly content?: unknown",
    "}"
  )
  assert.deepEqual(conventions({ "src/Labels.ts": options }), [
    "src/Labels.ts:4 size must accept undefined: write `?: T | undefined`"
  ])
  assert.deepEqual(conventions({ "src/internal/labels/state.ts": options.replace(/^.*\n/, "") }), [])
})

import { RichText } from "@effect-kaleidoscope/sdk"
import * as FastCheck from "fast-check"
import { describe, expect, it } from "../../../test/vitest.js"

const text = (text: string) => ({ type: "text", text })
const paragraph = (...content: ReadonlyArray<unknown>) => ({ type: "paragraph", content })
const doc = (...content: ReadonlyArray<unknown>) => ({ type: "doc", content })
const node = (type: string, ...content: ReadonlyArray<unknown>) => ({ type, content })

describe("plain text of rich text", () => {
  for (const [name, content, expected] of [
    ["a paragraph", doc(paragraph(text("one "), { ...text("two"), marks: [{ type: "bold" }] })), "one two"],
    ["paragraphs, also empty ones", doc(paragraph(text("a")), { type: "paragraph" }, paragraph(text("b"))), "a\n\nb"],
    ["a line break", doc(paragraph(text("a"), { type: "hardBreak" }, text("b"))), "a\nb"],
    ["a heading", doc(node("heading", text("Title")), paragraph(text("a"))), "Title\na"],
    [
      "a list",
      doc(
        node(
          "bulletList",
          node("listItem", paragraph(text("a"))),
          node("listItem", paragraph(text("b"), { type: "hardBreak" }, text("c")))
        )
      ),
      "- a\n- b\n  c"
    ],
    [
      "a list with numbers in a list",
      doc(
        node(
          "bulletList",
          node("listItem", paragraph(text("a")), {
            ...node("orderedList", node("listItem", paragraph(text("b")))),
            attrs: { start: 3 }
          })
        )
      ),
      "- a\n  3. b"
    ],
    [
      "a table",
      doc(
        node(
          "table",
          node("tableRow", node("tableCell", paragraph(text("a"))), node("tableCell", paragraph(text("b"))))
        )
      ),
      "a\tb"
    ],
    ["code", doc(node("codeBlock", text("x = 1\ny = 2"))), "x = 1\ny = 2"],
    ["a mention", doc(paragraph(text("for "), { type: "mention", attrs: { id: "u", label: "Bruno" } })), "for @Bruno"],
    ["an image", doc(paragraph({ type: "image", attrs: { src: "https://x", alt: "a gel" } })), "a gel"],
    ["a part that is not known", doc(node("callout", node("box", paragraph(text("a"))))), "a"],
    ["an empty document", { type: "doc" }, ""],
    ["null", null, ""],
    ["plain text", "as it is", "as it is"],
    ["parts in a wrong form", doc(null, 5, "x", { type: "text", text: 5 }, { type: "paragraph", content: "x" }), "\n"]
  ] as const) {
    it(`is the text of ${name}`, () => {
      expect(RichText.toPlainText(content)).toBe(expected)
    })
  }

  it("is the text that the rich text was made of", () => {
    FastCheck.assert(
      FastCheck.property(
        FastCheck.oneof(FastCheck.fullUnicodeString(), FastCheck.stringOf(FastCheck.constantFrom("a", "\n", "-", " "))),
        (input) => {
          expect(RichText.toPlainText(RichText.fromPlainText(input))).toBe(input.replaceAll(/\r\n|\r/g, "\n"))
        }
      )
    )
  })

  it("is found in a document that is nested very deeply, or very long", () => {
    let deep: unknown = paragraph(text("a"))
    for (let level = 0; level < 100_000; level++) deep = node("blockquote", deep)
    expect(RichText.toPlainText(doc(deep, paragraph(text("b"))))).toContain("b")
    const long = { type: "doc", content: Array.from({ length: 200_000 }, () => paragraph(text("a"))) }
    expect(RichText.toPlainText(long).length).toBe(399_999)
  })
})

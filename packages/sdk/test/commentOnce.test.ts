import { Activities, type KaleidoscopeError, RichText } from "@effect-kaleidoscope/sdk"
import { Emulator } from "@effect-kaleidoscope/testing"
import * as Effect from "effect/Effect"
import { describe, expect, it } from "../../../test/vitest.js"
import { run } from "./support/sample.js"
import * as Scripted from "./support/scripted.js"
import { onEmulator, onScript } from "./support/services.js"

type Tag = KaleidoscopeError.KaleidoscopeError["_tag"]

const onDemo = Effect.provide(onEmulator(Activities.layer))

const comment = { marker: "job 1", text: "Two rows were rejected.\nSee the report." }

const texts = Effect.gen(function* () {
  const activities = yield* Activities.Activities
  return (yield* activities.comments(run(1))).map(({ content }) => RichText.toPlainText(content))
})

const commentOnce = (comment: Activities.MarkedComment) =>
  Effect.flatMap(Activities.Activities, (activities) => activities.commentOnce(run(1), comment))

const isPut = (line: string) => line.startsWith("PUT ")

/** A server whose activity has these comments, and that answers `PUT` in this way. */
const platform = (comments: Array<unknown>, put: (body: string) => ReturnType<Scripted.Script>) =>
  onScript(Activities.layer, ({ body, method, path }) =>
    method === "PUT"
      ? put(body)
      : path === "/activities"
        ? Scripted.json([{ id: "a", title: run(1).title }])
        : Scripted.json(comments)
  )

describe("a comment with a marker", () => {
  it.effect("is added once, with the marker as its last line", () =>
    Effect.gen(function* () {
      const before = yield* texts
      expect(yield* commentOnce(comment)).toBe(true)
      expect(yield* commentOnce({ ...comment, text: "another text" })).toBe(false)
      expect(yield* texts).toEqual([...before, "Two rows were rejected.\nSee the report.\njob 1"])
    }).pipe(onDemo)
  )

  it.effect("is another one than that of a longer marker, and than a text with the marker in a line", () =>
    Effect.gen(function* () {
      expect(yield* commentOnce({ ...comment, marker: "job 10" })).toBe(true)
      expect(yield* commentOnce({ marker: "other", text: "see job 1 for more" })).toBe(true)
      expect(yield* commentOnce(comment)).toBe(true)
    }).pipe(onDemo)
  )

  it.effect("does not get the marker twice if its text has that line", () =>
    Effect.gen(function* () {
      const before = yield* texts
      expect(yield* commentOnce({ marker: "job 1", text: "job 1\nis done" })).toBe(true)
      expect(yield* commentOnce({ marker: " job 1 ", text: "x" })).toBe(false)
      expect((yield* texts).slice(before.length)).toEqual(["job 1\nis done"])
    }).pipe(onDemo)
  )

  it.effect("is added once by calls at the same time", () =>
    Effect.gen(function* () {
      const added = yield* Effect.all(
        Array.from({ length: 20 }, () => commentOnce(comment)),
        { concurrency: "unbounded" }
      )
      expect(added.filter((isAdded) => isAdded).length).toBe(1)
      const all = yield* (yield* Emulator.Emulator).requests
      expect(all.filter(({ method, path }) => isPut(`${method} ${path}`)).length).toBe(1)
    }).pipe(onDemo)
  )

  it.effect("is there if the response is lost, and the call knows it", () => {
    const comments: Array<unknown> = []
    const { layer, sent } = platform(comments, (body) => {
      comments.push({ id: "c", content: JSON.parse(body).comment })
      return Scripted.broken("ECONNRESET")
    })
    return Effect.gen(function* () {
      expect(yield* commentOnce(comment)).toBe(true)
      expect(sent.map(({ method, path }) => `${method} ${path}`)).toEqual([
        "GET /activities",
        "GET /activities/a/comments",
        "PUT /activities/a",
        "GET /activities/a/comments"
      ])
      expect(yield* commentOnce(comment)).toBe(false)
      expect(comments.length).toBe(1)
    }).pipe(Effect.provide(layer))
  })

  it.effect("that is not there after a lost request is an error of unknown outcome, and a later call finds it", () => {
    const comments: Array<unknown> = []
    let late: unknown
    const { layer, sent } = platform(comments, (body) => {
      late = { id: "c", content: JSON.parse(body).comment }
      return Scripted.broken("ECONNRESET")
    })
    return Effect.gen(function* () {
      expect(yield* Effect.flip(commentOnce(comment))).toMatchObject({
        _tag: "KaleidoscopeTransportError" satisfies Tag,
        call: "Activities.commentOnce",
        outcome: "unknown"
      })
      comments.push(late)
      expect(yield* commentOnce(comment)).toBe(false)
      expect(sent.filter(({ method }) => method === "PUT").length).toBe(1)
    }).pipe(Effect.provide(layer))
  })

  it.effect("that is refused is an error, and nothing is looked up again", () => {
    const { layer, sent } = platform([], () => Scripted.json({ message: "no" }, 403))
    return Effect.gen(function* () {
      expect(yield* Effect.flip(commentOnce(comment))).toMatchObject({ _tag: "KaleidoscopeForbidden" satisfies Tag })
      expect(sent.length).toBe(3)
    }).pipe(Effect.provide(layer))
  })

  it.effect("is not added if the comments come without a readable content", () => {
    const { layer, sent } = platform([{ id: "c", text: "job 1" }], () => Scripted.json({ id: "a" }))
    return Effect.gen(function* () {
      expect(yield* Effect.flip(commentOnce(comment))).toMatchObject({
        _tag: "KaleidoscopeDecodeError" satisfies Tag,
        call: "Activities.commentOnce"
      })
      expect(sent.some(({ method }) => method === "PUT")).toBe(false)
    }).pipe(Effect.provide(layer))
  })

  for (const [name, wrong, at] of [
    ["no marker", { marker: " ", text: "x" }, "marker"],
    ["a marker of two lines", { marker: "a\nb", text: "x" }, "marker"],
    ["no text", { marker: "a", text: "\n" }, "text"]
  ] as const) {
    it.effect(`is refused with ${name}, and nothing is sent`, () => {
      const { layer, sent } = platform([], () => Scripted.json({}))
      return Effect.gen(function* () {
        expect(yield* Effect.flip(commentOnce(wrong))).toMatchObject({
          _tag: "KaleidoscopeInvalidRequest" satisfies Tag,
          at
        })
        expect(sent).toEqual([])
      }).pipe(Effect.provide(layer))
    })
  }
})

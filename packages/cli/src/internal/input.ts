import process from "node:process"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { failed } from "./failure.js"

/** The whole input, as text. On a terminal it would wait for someone to type. */
export const text = (what: string) =>
  process.stdin.isTTY === true
    ? failed(`${what} is missing`, "Give it on the command line, or send it as the input")
    : Stream.fromAsyncIterable<Uint8Array, unknown>(process.stdin, (cause) => cause).pipe(
        Stream.decodeText(),
        Stream.mkString,
        Effect.catchAll(() => failed("The input cannot be read"))
      )

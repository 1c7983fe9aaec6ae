import type * as Arbitrary from "effect/Arbitrary"
import * as Either from "effect/Either"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"

/** A kind of value, how it is read from any content, and how it is written. */
export interface Form<A> {
  readonly identifier: string
  /** What is expected, in words. */
  readonly description: string
  readonly is: (input: unknown) => input is A
  /** The value, or the reason why the content is not one. */
  readonly read: (content: unknown) => Either.Either<A, string>
  readonly write: (value: A) => unknown
  readonly arbitrary: Arbitrary.LazyArbitrary<A>
}

/** The schema of a form. A content that cannot be read is an issue with the reason of the form as its message. */
export const schema = <A>({
  arbitrary,
  description,
  identifier,
  is,
  read,
  write
}: Form<A>): Schema.Schema<A, unknown> =>
  Schema.transformOrFail(Schema.Unknown, Schema.declare(is, { identifier, description, arbitrary: () => arbitrary }), {
    strict: true,
    decode: (content, _, ast) => Either.mapLeft(read(content), (reason) => new ParseResult.Type(ast, content, reason)),
    encode: (value) => ParseResult.succeed(write(value))
  }).annotations({ identifier, description })

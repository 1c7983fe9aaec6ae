import * as Records from "@effect-kaleidoscope/sdk/Records"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import { failed } from "../failure.js"
import * as References from "../references.js"

/** Which records are meant, as people write it. */
export interface Options {
  readonly type: Option.Option<string>
  readonly program: Option.Option<string>
  readonly activity: Option.Option<string>
  readonly search: Option.Option<string>
  readonly where: ReadonlyArray<string>
  readonly sort: ReadonlyArray<string>
}

const parsed = <A>(
  option: string,
  texts: ReadonlyArray<string>,
  parse: (text: string) => Either.Either<A, Records.WhereError>
) =>
  Effect.forEach(texts, (text) =>
    Either.match(parse(text), {
      onLeft: ({ message }) => failed(`--${option}: ${message}`),
      onRight: Effect.succeed
    })
  )

const given = <A>(values: ReadonlyArray<A>): ReadonlyArray<A> | undefined => (values.length === 0 ? undefined : values)

/** The query of the SDK. It needs `Activities` only if an activity is named. */
export const read = (options: Options) =>
  Effect.gen(function* () {
    const { activity, program, search, type } = options
    const operation = Option.isNone(activity) ? undefined : (yield* References.activity(activity.value)).id
    const query: Records.Query = {
      entity_slice_id: Option.getOrUndefined(Option.map(type, References.entityType)),
      program_id: Option.getOrUndefined(Option.map(program, References.program)),
      operation_id: operation,
      search_text: Option.getOrUndefined(search),
      where: given(yield* parsed("where", options.where, Records.parseWhere)),
      order_by: given(yield* parsed("sort", options.sort, Records.parseOrderBy))
    }
    return query
  })

/** Options and arguments that several commands have. */
import * as Args from "@effect/cli/Args"
import * as Options from "@effect/cli/Options"
import * as Option from "effect/Option"

export const text = (name: string, value: string, description: string) =>
  Options.text(name).pipe(Options.withPseudoName(value), Options.withDescription(description))

export const one = (name: string, value: string, description: string) =>
  Options.optional(text(name, value, description))

export const several = (name: string, value: string, description: string) =>
  Options.repeated(text(name, value, description))

export const flag = (name: string, description: string) =>
  Options.boolean(name).pipe(Options.withDescription(description))

export const count = (name: string, description: string) =>
  Options.integer(name).pipe(
    Options.filterMap(
      Option.liftPredicate((count) => count >= 0),
      `--${name} must not be negative`
    ),
    Options.withPseudoName("number"),
    Options.withDescription(description),
    Options.optional
  )

export const argument = (name: string, description: string) =>
  Args.text({ name }).pipe(Args.withDescription(description))

export const record = argument(
  "record",
  "The record: its name, its id, or its keys, such as 'Compound ID=EK-0001' (several with ; between)"
)

/** Which records are meant. */
export const query = {
  type: one("type", "name", "Only records of this entity type"),
  program: one("program", "title", "Only records of this program"),
  activity: one("activity", "activity", "Only records of this activity: its title or its id"),
  search: one("search", "text", "Only records with this text"),
  where: several(
    "where",
    "condition",
    "A condition such as 'IC50 < 50', 'Series = A', 'SMILES is set'. Repeat it: all of them must hold"
  ),
  sort: several("sort", "field", "The order: a field, 'IC50' or 'IC50 descending'. Repeat it for equal values")
}

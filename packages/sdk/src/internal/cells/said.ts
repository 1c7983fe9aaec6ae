import * as Either from "effect/Either"
import * as Nearest from "../catalog/nearest.js"
import * as Json from "../json/json.js"

/** The value of a cell, and what is wrong with it: `"<LOD" is not a number`. */
export const said = (content: unknown, reason: string): string => {
  const shown = typeof content === "string" ? content : Either.getOrElse(Json.stringify(content), () => String(content))
  return `${typeof content === "string" ? Nearest.quote(shown) : shown.slice(0, 100)} ${reason}`
}

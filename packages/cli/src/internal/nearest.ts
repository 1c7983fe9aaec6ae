import * as AutoCorrect from "@effect/cli/AutoCorrect"
import * as CliConfig from "@effect/cli/CliConfig"

const mostCompared = 10_000

/** `: did you mean …?` with the most similar name, if one is similar enough. */
export const suggestion = (word: string, names: Iterable<string>): string => {
  let found: { readonly name: string; readonly edits: number } | undefined
  let compared = 0
  for (const name of names) {
    if (++compared > mostCompared) break
    const edits = AutoCorrect.levensteinDistance(word, name, CliConfig.defaultConfig)
    const isNear = edits <= Math.max(1, Math.floor(name.length / 3))
    if (isNear && (found === undefined || edits < found.edits)) found = { name, edits }
  }
  return found === undefined ? "" : `: did you mean ${found.name}?`
}

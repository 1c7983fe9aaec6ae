import { execFile, execFileSync } from "node:child_process"
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { promisify } from "node:util"
import * as Effect from "effect/Effect"
import { expect, layer } from "../../../test/vitest.js"
import { Program, layer as ProgramLive } from "./support/program.js"

const isThere = (shell: string): boolean => {
  try {
    execFileSync(shell, ["-c", "true"])
    return true
  } catch {
    return false
  }
}

/** The script of a shell that has read the completions at `path`, and prints what it completes after the words. */
const scripts = {
  bash: (path: string, words: string) =>
    `source '${path}'; complete -p kaleidoscope > /dev/null || exit 3
    COMP_WORDS=(${words} ""); [[ '${words}' == *- ]] && COMP_WORDS=(${words}); COMP_CWORD=$((\${#COMP_WORDS[@]} - 1))
    _kaleidoscope_bash_completions kaleidoscope; printf '%s\\n' "\${COMPREPLY[@]}"`,
  // In a terminal of its own, since zsh completes nowhere else, and with the function in a file, as zsh looks for it.
  zsh: (path: string, words: string) =>
    `zmodload zsh/zpty; zpty shell 'zsh -f -i'
    zpty -w shell "PS1=; TERM=dumb; LISTMAX=1000; fpath=(\${\${:-${path}}:h} $fpath); autoload -Uz compinit; compinit -u -D; zle-line-init() { zle -M can-\\"type\\" }; zle -N zle-line-init"
    zpty -r shell shown '*can-type*'
    zpty -n -w shell '${words}'; [[ '${words}' == *- ]] || zpty -n -w shell ' '
    zpty -n -w shell $'\\t\\C-ukaleidoscope() { print -r -- the""-end }; kaleidoscope\\n'
    zpty -r shell shown '*the-end*'; print -r -- $shown`,
  fish: (path: string, words: string) =>
    `source '${path}'; complete --do-complete '${words}${words.endsWith("-") ? "" : " "}'`
} as const

const file = { bash: "completions.bash", zsh: "functions/_kaleidoscope", fish: "completions.fish" } as const

layer(ProgramLive, { excludeTestServices: true })("completions", (it) => {
  for (const shell of ["bash", "zsh", "fish"] as const) {
    const isHere = isThere(shell)
    it.effect.skipIf(!isHere)(`${shell} completes commands and options${isHere ? "" : `: ${shell} is not here`}`, () =>
      Effect.gen(function* () {
        const { directory, environment, run } = yield* Program
        const path = join(directory, file[shell])
        mkdirSync(join(directory, "functions"), { recursive: true })
        writeFileSync(path, (yield* run(["completions", shell])).stdout)
        const completed = (words: string) =>
          Effect.map(
            Effect.promise(() =>
              promisify(execFile)(shell, ["-c", scripts[shell](path, words)], {
                timeout: 240_000,
                env: environment
              })
            ),
            ({ stdout }) => stdout
          )
        const first = yield* completed("kaleidoscope")
        for (const name of ["activities", "records", "import"]) expect(first).toContain(name)
        const second = yield* completed("kaleidoscope activities")
        for (const name of ["create", "comment"]) expect(second).toContain(name)
        const options = yield* completed("kaleidoscope activities list -")
        for (const name of ["--status", "--json", "--help"]) expect(options).toContain(name)
        // They are of `@effect/cli`, and the program does not have them.
        for (const name of ["--wizard", "--log-level", "--completions"]) expect(options).not.toContain(name)
      })
    )
  }
})

import * as Effect from "effect/Effect"
// The next line of Effect has no `Either`. An import that is not found ends a program before any module runs, and the error
// names the module that imports: so the name of this file says what to install.
import "effect/Either"

const version = Effect.void[Effect.EffectTypeId]._V
const [, minor] = /^3\.(\d+)\./.exec(version) ?? []

if (Number(minor) < 22) {
  // A program on an older version would fail later, where the reason cannot be seen.
  throw new Error(
    `@effect-kaleidoscope/sdk needs Effect 3.22 or a later 3, and Effect ${version} is installed: run npm install effect@^3.22 @effect/platform@^0.97`
  )
}

import * as Vitest from "@effect/vitest"
import type * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import type * as TestServices from "effect/TestServices"

export * from "@effect/vitest"

interface Tests<R> {
  readonly effect: Vitest.Vitest.Tester<TestServices.TestServices | Scope.Scope | R>
  readonly prop: Vitest.Vitest.Methods["prop"]
}

interface It extends Tests<never> {
  (name: string, test: Vitest.TestFunction, timeout?: number): void
  readonly live: Vitest.Vitest.Tester<Scope.Scope>
  readonly skipIf: Vitest.TestAPI["skipIf"]
}

/** `it.effect` and `it.live` close the scope of a test at its end, as in Effect's next line, which has no `it.scoped`. */
export const it: It = Object.assign(
  (name: string, test: Vitest.TestFunction, timeout?: number) => Vitest.test(name, test, timeout),
  {
    effect: Vitest.scoped,
    live: Vitest.scopedLive,
    prop: Vitest.prop,
    // It asks `this` for `skip`.
    skipIf: (condition: unknown) => Vitest.test.skipIf(condition)
  }
)

/** Tests that share the services of a layer, which is built once. */
export const layer =
  <R, E>(services: Layer.Layer<R, E>, options?: Parameters<typeof Vitest.layer>[1]) =>
  (name: string, tests: (it: Tests<R>) => void): void =>
    Vitest.layer(services, options)(name, (it) => {
      tests({ effect: it.scoped, prop: it.prop })
    })

import type * as HttpClient from "@effect/platform/HttpClient"
import * as Sdk from "@effect-kaleidoscope/sdk"
import type * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import { describe, expectTypeOf, it } from "../../../test/vitest.js"

type Errors = Sdk.KaleidoscopeError.KaleidoscopeError
type Of<T> =
  T extends Effect.Effect<unknown, infer E, unknown>
    ? E
    : T extends (...args: never) => Effect.Effect<unknown, infer E, unknown>
      ? E
      : never
type Tag<T> = T extends { readonly _tag: infer Name } ? Name : never

type Requirement = HttpClient.HttpClient | Sdk.Auth.Auth

/** The services: every module of the SDK with a layer over a client and a credential. `Registrar` has functions in their place. */
type Modules = typeof Sdk
type ServiceName = {
  [Name in keyof Modules]: Modules[Name] extends {
    readonly make: Effect.Effect<unknown, unknown, unknown>
    readonly layer: unknown
  }
    ? Name
    : never
}[keyof Modules]

type LayerOf<Name extends ServiceName> = Modules[Name] extends { readonly layer: infer L } ? L : never
type TagOf<Name extends ServiceName> = Modules[Name] extends { readonly [Key in Name]: new (...args: never) => infer I }
  ? I
  : never

/** The services whose layer is of another type than it should be. */
type Others = {
  [Name in ServiceName]: [LayerOf<Name>] extends [Layer.Layer<TagOf<Name>, never, Requirement>]
    ? [Layer.Layer<TagOf<Name>, never, Requirement>] extends [LayerOf<Name>]
      ? never
      : Name
    : Name
}[ServiceName]

describe("types", () => {
  it("of every service's layer: Layer<Tag, never, HttpClient | Auth>", () => {
    expectTypeOf<Others>().toEqualTypeOf<never>()
    expectTypeOf<"Labels" | "Programs" | "Records" | "Activities" | "EntityFields">().toExtend<ServiceName>()
    expectTypeOf(Sdk.Labels.layer).toEqualTypeOf<Layer.Layer<Sdk.Labels.Labels, never, Requirement>>()
    expectTypeOf(Sdk.Programs.layer).toEqualTypeOf<Layer.Layer<Sdk.Programs.Programs, never, Requirement>>()
    expectTypeOf(Sdk.Kaleidoscope.layer).toEqualTypeOf<Layer.Layer<Sdk.Kaleidoscope.Kaleidoscope, never, Requirement>>()
    expectTypeOf<Sdk.Labels.Labels | Sdk.Programs.Programs>().toExtend<Sdk.Kaleidoscope.Kaleidoscope>()
  })

  it("of credentials: what they need and how they fail", () => {
    expectTypeOf(Sdk.Auth.layer).returns.toEqualTypeOf<Layer.Layer<Sdk.Auth.Auth>>()
    expectTypeOf(Sdk.Auth.layerToken).returns.toEqualTypeOf<Layer.Layer<Sdk.Auth.Auth>>()
    expectTypeOf(Sdk.Auth.layerIap).returns.toEqualTypeOf<
      Layer.Layer<Sdk.Auth.Auth, never, Sdk.IdentityToken.IdentityToken>
    >()
  })

  it("of reads: no NotFound from find, no write's errors from list", () => {
    type Labels = Sdk.Labels.Service
    type Never<Name extends Errors["_tag"], T> = Extract<Tag<Of<T>>, Name>
    expectTypeOf<
      Never<"KaleidoscopeInvalidRequest" | "KaleidoscopeConflict" | "KaleidoscopeNotFound", Labels["list"]>
    >().toEqualTypeOf<never>()
    expectTypeOf<Never<"KaleidoscopeNotFound" | "KaleidoscopeConflict", Labels["find"]>>().toEqualTypeOf<never>()
    expectTypeOf<Never<"KaleidoscopeNotFound", Labels["findMany"]>>().toEqualTypeOf<never>()
    expectTypeOf<Never<"KaleidoscopeNotFound", Labels["get"]>>().toEqualTypeOf<"KaleidoscopeNotFound">()
    expectTypeOf<Never<"KaleidoscopeNotFound", Sdk.Records.Service["find"]>>().toEqualTypeOf<never>()
    expectTypeOf<Never<"KaleidoscopeNotFound", Sdk.Activities.Service["find"]>>().toEqualTypeOf<never>()
    expectTypeOf<Of<Labels["list"]>>().toEqualTypeOf<Sdk.KaleidoscopeError.ReadError>()
  })

  it("of writes: a creation finds no NotFound, an update does, and names may be unknown", () => {
    type Programs = Sdk.Programs.Service
    expectTypeOf<Of<Programs["create"]>>().toEqualTypeOf<Sdk.KaleidoscopeError.WriteError>()
    expectTypeOf<Of<Programs["update"]>>().toEqualTypeOf<
      Sdk.KaleidoscopeError.WriteError | Sdk.KaleidoscopeError.NotFound | Sdk.KaleidoscopeError.ReferenceError
    >()
  })

  it("of combinators: what goes in comes out", () => {
    type Call = Effect.Effect<ReadonlyArray<Sdk.Labels.Label>, Sdk.KaleidoscopeError.ReadError>
    const withTimeout = (call: Call) => call.pipe(Sdk.RequestPolicy.withTimeout("1 second"))
    const withoutRetry = (call: Call) => call.pipe(Sdk.RequestPolicy.withoutRetry)
    expectTypeOf(withTimeout).returns.toEqualTypeOf<Call>()
    expectTypeOf(withoutRetry).returns.toEqualTypeOf<Call>()
  })

  it("of errors: a closed family whose tags meet no other's", () => {
    expectTypeOf<Exclude<Errors["_tag"], `Kaleidoscope${string}`>>().toEqualTypeOf<never>()
    expectTypeOf<Extract<keyof Errors, "cause" | "request" | "response" | "headers" | "body">>().toEqualTypeOf<
      Extract<keyof Errors & keyof Error, "cause">
    >()
  })
})

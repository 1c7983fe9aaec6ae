import type * as HttpBody from "@effect/platform/HttpBody"
import * as Schema from "effect/Schema"
import * as Errors from "./errors.js"
import type { Method } from "./method.js"

/** How sure it is that the platform has this call: seen in a real response, sent by the official client, or guessed. */
export type Known = "seen" | "sent" | "guessed"

/** A method and a path, as the API document writes them: `GET /records/{id}`. */
export type Route<Method extends string = "GET" | "POST" | "PUT" | "PATCH" | "DELETE"> = `${Method} /${string}`

type NamesIn<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}` ? Name | NamesIn<Rest> : never

/** The ids that the path of a route names: `{ id: … }` for `GET /records/{id}`. */
export type Params<Of extends Route> = { readonly [Name in NamesIn<Of>]: string }

/** The values of a query or of a body, by field name. */
export type Content<Field extends string> = { readonly [Name in Field]?: unknown }

/** The body of a write: values of its fields, any JSON if its field is `*`, or an encoded body. */
export type Body<Field extends string> = [Field] extends ["*"] ? unknown : Content<Field> | HttpBody.HttpBody

/** The members of all calls. */
interface Common<Of extends Route, Field extends string, E> {
  /** The name of the call in its span and its errors: the method of the SDK that sends it, as `Records.get`. */
  readonly name: string
  /** The method of the SDK that sends several calls, if this call is one of them. */
  readonly method?: Method
  readonly route: Of
  /** The fields of the query of a read, or of the body of a write. */
  readonly content: ReadonlyArray<Field>
  /** Maps a status that is not 2xx to an error. */
  readonly errors: Errors.StatusErrors<E>
  readonly known: Known
}

/** The members of reads and writes. */
interface Call<Of extends Route, Field extends string, A, I, E> extends Common<Of, Field, E> {
  readonly success: Schema.Schema<A, I>
  /** Makes the result if the response has no body. */
  readonly empty?: () => A
}

/** A call that reads. It may always be repeated. */
export interface Read<Of extends Route<"GET">, Field extends string, A, I, E> extends Call<Of, Field, A, I, E> {
  readonly kind: "read"
}

/** A call that writes. */
export interface Write<Of extends Route, Field extends string, A, I, E> extends Call<Of, Field, A, I, E> {
  readonly kind: "write"
  /** Whether it may be repeated after an attempt with an unknown outcome. */
  readonly repeat: "always" | "never"
  /** The reason for `repeat`: the effect of a second request. */
  readonly because: string
}

/** A call with a file or a table as its response. It may be repeated until its response begins. */
export interface Open<Of extends Route<"GET">, Field extends string, E> extends Common<Of, Field, E> {
  readonly kind: "open"
}

/** A call of any kind, with the members that sending needs. */
export interface Any {
  readonly kind: "read" | "write" | "open"
  readonly name: string
  readonly method?: Method
  readonly route: Route
  readonly repeat?: "always" | "never"
}

/** A call that the SDK does not define. */
export interface Undefined<A, I, E> extends Any, Pick<Call<Route, never, A, I, E>, "success" | "errors"> {
  readonly empty?: (() => A) | undefined
}

/** `Call.read("Records.get", "GET /records/{id}", { success: Record, errors: Errors.item, known: "seen" })` */
export const read = <const Of extends Route<"GET">, A, I, E, const Field extends string = never>(
  name: string,
  route: Of,
  {
    query = [],
    ...rest
  }: Omit<Call<Of, Field, A, I, E>, "name" | "route" | "content"> & { readonly query?: ReadonlyArray<Field> }
): Read<Of, Field, A, I, E> => ({ kind: "read", name, route, content: query, ...rest })

/** A call that lists all things of one kind: `Call.list("Labels.list", "GET /activity_labels", Label, "sent")` */
export const list = <const Of extends Route<"GET">, A, I>(
  name: string,
  route: Of,
  item: Schema.Schema<A, I>,
  known: Known
): Read<Of, never, ReadonlyArray<A>, ReadonlyArray<I>, Errors.StatusError> =>
  read(name, route, { success: Schema.Array(item), errors: Errors.common, known })

/**
 * `Call.write("Programs.create", "POST /programs", { body: ["title"], success: Program, errors: Errors.write,
 * repeat: "never", because: "the program would be there twice", known: "sent" })`
 */
export const write = <const Of extends Route<"POST" | "PUT" | "DELETE">, A, I, E, const Field extends string = never>(
  name: string,
  route: Of,
  {
    body = [],
    ...rest
  }: Omit<Write<Of, Field, A, I, E>, "kind" | "name" | "route" | "content"> & {
    readonly body?: ReadonlyArray<Field>
  }
): Write<Of, Field, A, I, E> => ({ kind: "write", name, route, content: body, ...rest })

/** `Call.open("Files.open", "GET /files/{id}", { errors: Errors.item, known: "sent" })` */
export const open = <const Of extends Route<"GET">, E, const Field extends string = never>(
  name: string,
  route: Of,
  {
    query = [],
    ...rest
  }: Omit<Open<Of, Field, E>, "kind" | "name" | "route" | "content"> & { readonly query?: ReadonlyArray<Field> }
): Open<Of, Field, E> => ({ kind: "open", name, route, content: query, ...rest })

type Names<Text extends string> = Text extends `${infer First} ${infer Rest}` ? First | Names<Rest> : Text

/** Splits field names at spaces, for `query` and `body`: `fields("title status")` is `["title", "status"]`. */
export const fields = <const Text extends string>(...texts: ReadonlyArray<Text>): ReadonlyArray<Names<Text>> =>
  texts.flatMap((text) => text.split(" ")) as Array<Names<Text>> // `Names` splits in the same way

/** A value for `success`: the content of the response is ignored. */
export const nothing: Schema.Schema<void, unknown> = Schema.transform(Schema.Unknown, Schema.Void, {
  strict: true,
  decode: () => undefined,
  encode: () => null
})

/** The `success` and `empty` of a call without a result. */
export const noResult = { success: nothing, empty: (): void => undefined }

/** The method and the path of a route. */
export const split = (route: Route): readonly ["GET" | "POST" | "PUT" | "PATCH" | "DELETE", string] => {
  const at = route.indexOf(" ")
  return [route.slice(0, at) as "GET", route.slice(at + 1)] // the type of a route begins with one of these methods
}

/** The same call with the name of another method of the SDK. */
export const withName = <C extends { readonly name: string }>(call: C, name: string): C => ({ ...call, name })

/** The same call as one step of a method: it has the name of that method, and shares its span. */
export const partOf = <C extends { readonly name: string; readonly method?: Method }>(call: C, method: Method): C => ({
  ...call,
  name: method.name,
  method
})

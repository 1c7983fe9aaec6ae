import * as FetchHttpClient from "@effect/platform/FetchHttpClient"

/** The client of a program that names none. */
export const layer = FetchHttpClient.layer

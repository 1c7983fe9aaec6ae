/** One service on `fetch`, which the runtime has: for a program that is bundled. */
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import { prepareOn } from "./labels.js"

export const prepare = prepareOn(FetchHttpClient.layer)

/** For Node, Bun and Deno: the smoke program on the client of the node package. `node server.mjs URL` */
import * as FetchHttpClient from "@effect/platform/FetchHttpClient"
import * as UndiciHttpClient from "@effect-kaleidoscope/node/UndiciHttpClient"
import { smoke } from "./smoke.mjs"

const [url = ""] = process.argv.slice(2)
await smoke(url, UndiciHttpClient.layerConfig())
await smoke(url, FetchHttpClient.layer)

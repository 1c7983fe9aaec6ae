/** One service and what it needs: what a small program loads. */
import * as NodeHttpClient from "@effect/platform-node/NodeHttpClient"
import { prepareOn } from "./labels.js"

export const prepare = prepareOn(NodeHttpClient.layerUndici)

import { version } from "../version.js"
import * as Runtime from "./runtime.js"

const sdk = `effect-kaleidoscope/${version}`

/** The headers that name the sender of a request. A browser names itself, and would ask the server before it sends another name. */
export const headers = (application: string | undefined): { readonly [name: string]: string } =>
  Runtime.isBrowser() ? {} : { "user-agent": application === undefined ? sdk : `${application} ${sdk}` }

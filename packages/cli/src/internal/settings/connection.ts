/** Which workspace a command talks to, and with which key. */
import * as Config from "effect/Config"
import type * as ConfigError from "effect/ConfigError"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type * as Redacted from "effect/Redacted"
import * as Globals from "../commandLine/globals.js"
import { failed } from "../failure.js"
import * as Profiles from "./profiles.js"

export interface Connection {
  readonly url: string
  readonly clientId: string
  readonly clientSecret: Redacted.Redacted<string>
  readonly iapClientId: string | undefined
  /** Where the key comes from, in words. */
  readonly source: string
  readonly profile: string | undefined
}

export const productionUrl = "https://api.kaleidoscope.bio"

const variable = (name: string) => Config.option(Config.nonEmptyString(name))

const clientIdName = "KALEIDOSCOPE_API_CLIENT_ID"
const clientSecretName = "KALEIDOSCOPE_API_CLIENT_SECRET"

const logIn = "Run `kaleidoscope login`, or set KALEIDOSCOPE_API_CLIENT_ID and KALEIDOSCOPE_API_CLIENT_SECRET"

/** Each setting that is wrong, in a sentence. */
const settingsIn = (error: ConfigError.ConfigError): ReadonlyArray<string> =>
  error._op === "And" || error._op === "Or"
    ? [...settingsIn(error.left), ...settingsIn(error.right)]
    : [`${error.path.join("_")} is not valid: ${error.message}`]

export const configFailed = (error: ConfigError.ConfigError) =>
  failed(settingsIn(error).join("; "), "Correct the variable in the environment, or unset it")

/** What the environment says. */
export const environment = Config.all({
  url: variable("KALEIDOSCOPE_API_URL"),
  clientId: variable(clientIdName),
  clientSecret: Config.option(Config.redacted(Config.nonEmptyString(clientSecretName))),
  iapClientId: variable("KALEIDOSCOPE_IAP_CLIENT_ID"),
  profile: variable("KALEIDOSCOPE_PROFILE")
}).pipe(Effect.catchTag("ConfigError", configFailed))

const withoutSlash = (url: string): string => url.replace(/\/+$/, "")

const ofProfile = (name: string, wanted: string) =>
  Effect.gen(function* () {
    const { profiles } = yield* Profiles.read
    const profile = profiles[name]
    const names = Object.keys(profiles)
    if (profile === undefined) {
      return yield* failed(
        `There is no profile ${JSON.stringify(name)}, which ${wanted}`,
        names.length === 0
          ? `Run \`kaleidoscope login --profile ${name}\``
          : `The profiles are ${names.join(", ")}. \`kaleidoscope login --profile ${name}\` adds one`
      )
    }
    const connection: Connection = {
      url: profile.url,
      clientId: profile.client_id,
      clientSecret: profile.client_secret,
      iapClientId: profile.iap_client_id,
      source: `the profile ${name}`,
      profile: name
    }
    return connection
  })

/**
 * The key and its server always come from one place, so that a key is never sent to another server: `--profile`, or the
 * variables of the environment, or the profile that is the default.
 */
export const current = Effect.gen(function* () {
  const { profile } = yield* Globals.GlobalOptions
  if (profile !== undefined) return yield* ofProfile(profile, "--profile names")
  const { clientId, clientSecret, iapClientId, profile: named, url } = yield* environment
  if (Option.isSome(clientId) || Option.isSome(clientSecret)) {
    if (Option.isNone(clientId) || Option.isNone(clientSecret)) {
      const [is, isNot] = Option.isSome(clientId) ? [clientIdName, clientSecretName] : [clientSecretName, clientIdName]
      return yield* failed(`${is} is set, but ${isNot} is not`, `Set both, or none and run \`kaleidoscope login\``)
    }
    const connection: Connection = {
      url: withoutSlash(Option.getOrElse(url, () => productionUrl)),
      clientId: clientId.value,
      clientSecret: clientSecret.value,
      iapClientId: Option.getOrUndefined(iapClientId),
      source: "the environment",
      profile: undefined
    }
    return connection
  }
  const stored = yield* Profiles.read
  const name = Option.getOrElse(named, () => stored.default)
  if (name === undefined) return yield* failed("There is no API key", logIn)
  const connection = yield* ofProfile(name, Option.isSome(named) ? "KALEIDOSCOPE_PROFILE names" : "is the default")
  if (Option.isSome(url) && withoutSlash(url.value) !== connection.url) {
    return yield* failed(
      `KALEIDOSCOPE_API_URL is ${url.value}, but ${connection.source} has the key of ${connection.url}`,
      "A key is not sent to another server. Unset KALEIDOSCOPE_API_URL, or set the key in the environment, too"
    )
  }
  return connection
})

import * as Either from "effect/Either"

/** What is wrong with a base URL, and what to do about it. The URL is not quoted, since it may hold a secret. */
const wrongWith = (url: string): string | undefined => {
  if (url === "") return "is empty: leave it out to use the URL of production"
  if (!/^https?:\/\//i.test(url)) return "has to begin with https:// or http://"
  if (/^https?:\/\/[^/?#]*@/i.test(url)) {
    return "must not have a user name or a password in it: give the API key as `clientId` and `clientSecret`"
  }
  if (url.includes("?")) return "must not have a query: remove the ? and what follows it"
  if (url.includes("#")) return "must not have a fragment: remove the # and what follows it"
  return /[\s\\]/.test(url) || /^https?:\/\/(?:\/|$)/i.test(url) || !URL.canParse(url)
    ? "is not a valid URL: check its host and its port"
    : undefined
}

/** A base URL without a slash at its end. */
export const normalize = (url: string): Either.Either<string, string> => {
  const trimmed = url.trim()
  const wrong = wrongWith(trimmed)
  if (wrong !== undefined) return Either.left(`The URL of Kaleidoscope ${wrong}`)
  let end = trimmed.length
  while (trimmed[end - 1] === "/") end--
  return Either.right(trimmed.slice(0, end))
}

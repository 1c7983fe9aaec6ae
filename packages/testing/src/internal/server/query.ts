import { optionalParameters } from "./api.js"

/** For these parameters `null` has a meaning: `parent_id=null` asks for activities without a parent. */
const nullHasMeaning: ReadonlySet<string> = new Set(["parent_id"])

const decode = (text: string): string => new URLSearchParams(`name=${text}`).get("name") ?? ""

/** Removes optional parameters that are empty or `null`: clients send them for values that they do not have. */
export const withoutAbsent = (url: string): string => {
  const [path = "", ...rest] = url.split("?")
  const optional = optionalParameters.get(path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path)
  if (optional === undefined || rest.length === 0) {
    return url
  }
  const isPresent = (pair: string): boolean => {
    const [name = "", ...value] = pair.split("=").map(decode)
    const content = value.join("=")
    return !(optional.has(name) && (content === "" || (content === "null" && !nullHasMeaning.has(name))))
  }
  return `${path}?${rest.join("?").split("&").filter(isPresent).join("&")}`
}

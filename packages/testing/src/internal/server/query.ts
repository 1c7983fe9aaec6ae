import { optionalParameters } from "./api.js"

/** Activities without a parent are asked for with `parent_id=null`. */
const nullIsSomething: ReadonlySet<string> = new Set(["parent_id"])

const decode = (text: string): string => new URLSearchParams(`name=${text}`).get("name") ?? ""

/** Clients send nothing, or `null`, for what they do not have: the URL without such parameters, where they are optional. */
export const withoutAbsent = (url: string): string => {
  const [path = "", ...rest] = url.split("?")
  const optional = optionalParameters.get(path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path)
  if (optional === undefined || rest.length === 0) {
    return url
  }
  const isSaid = (pair: string): boolean => {
    const [name = "", ...value] = pair.split("=").map(decode)
    const content = value.join("=")
    return !(optional.has(name) && (content === "" || (content === "null" && !nullIsSomething.has(name))))
  }
  return `${path}?${rest.join("?").split("&").filter(isSaid).join("&")}`
}

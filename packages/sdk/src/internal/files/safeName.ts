// Windows opens a device under these names, with any ending.
const reserved = /^(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³])(?=[. ]|$)/i

// File systems take names of 255 bytes, or of 255 UTF-16 units: never more units than bytes.
const longestName = 255

const encoder = new TextEncoder()

const shorten = (text: string, length: number): string => {
  const { read } = encoder.encodeInto(text, new Uint8Array(length))
  return text.slice(0, read)
}

const dotOrSpace = /[.\s]/

/**
 * A name without dots and spaces at its ends: a leading dot hides a file, and Windows drops trailing ones. It is a loop,
 * since a regular expression for the end is slow for thousands of spaces.
 */
const trim = (name: string): string => {
  let begin = 0
  let end = name.length
  while (begin < end && dotOrSpace.test(name.charAt(begin))) begin++
  while (end > begin && dotOrSpace.test(name.charAt(end - 1))) end--
  return name.slice(begin, end)
}

/**
 * Makes a safe file name from a name that somebody else gave. The result is always the name of one file in a directory,
 * on every operating system: paths are cut off, characters that a file system refuses or that control a terminal become
 * `_`, and it has 255 bytes at most, with its ending. A name that is safe stays as it is.
 *
 * @example
 * ```ts
 * import { Files } from "@effect-kaleidoscope/sdk"
 *
 * Files.safeName("rep é.pdf") // "rep é.pdf"
 * Files.safeName("../../etc/passwd") // "passwd"
 * Files.safeName("nul.txt") // "_nul.txt"
 * Files.safeName("..") // "file"
 * ```
 *
 * @since 0.1.0
 * @category names
 */
export const safeName = (name: string): string => {
  const last = trim(
    (name.split(/[/\\]/).findLast((part) => trim(part) !== "") ?? "").replace(
      /[<>:"|?*\p{Cc}\p{Cs}\p{Bidi_Control}]/gu,
      "_"
    )
  )
  const spelled = reserved.test(last) ? `_${last}` : last
  if (spelled === "") return "file"
  if (encoder.encode(spelled).length <= longestName) return spelled
  const ending = /\.[^.\s]{1,16}$/u.exec(spelled)?.[0] ?? ""
  return `${trim(shorten(spelled.slice(0, spelled.length - ending.length), longestName - encoder.encode(ending).length))}${ending}`
}

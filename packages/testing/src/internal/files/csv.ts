/** A cell of a CSV file (RFC 4180). */
const cellOf = (content: unknown): string => {
  const text =
    content === undefined || content === null
      ? ""
      : typeof content === "string"
        ? content
        : typeof content === "object"
          ? JSON.stringify(content)
          : String(content)
  return /[",\r\n]|^[\s\uFEFF]|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

/** A row of a CSV file, with its line break. A single empty cell is quoted: readers skip an empty line. */
export const rowOf = (contents: ReadonlyArray<unknown>): string => {
  const row = contents.map(cellOf).join(",")
  return `${row === "" ? '""' : row}\r\n`
}

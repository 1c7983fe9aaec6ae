/**
 * Writes `docs/calls.md`: every call of the API that the SDK sends, from the values in which they are defined. With
 * `--check` it writes nothing, and fails if the page is not what it would write.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { fileURLToPath, pathToFileURL } from "node:url"

const root = fileURLToPath(new URL("../", import.meta.url))
const rooms = `${root}packages/sdk/dist/internal/`
const page = `${root}docs/calls.md`

/** @typedef {{ readonly kind: "read" | "write" | "open", readonly name: string, readonly route: string, readonly content: ReadonlyArray<string>, readonly known: string, readonly repeat?: string, readonly because?: string }} Call */

/**
 * @param {unknown} value
 * @returns {value is Call}
 */
const isCall = (value) => Boolean(typeof value === "object" && value !== null && "route" in value && "known" in value)

const known = {
  seen: "seen in a real response",
  sent: "sent by the official client",
  guessed: "guessed"
}

/** @type {Array<Call>} */
const calls = []
for (const room of readdirSync(rooms).sort()) {
  const file = `${rooms}${room}/calls.js`
  if (existsSync(file)) calls.push(...Object.values(await import(pathToFileURL(file).href)).filter(isCall))
}
calls.sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : a.route < b.route ? -1 : 1))

const rows = calls.map((call) => [
  `\`${call.name}\``,
  `\`${call.route}\``,
  call.content.map((field) => (field === "*" ? "any JSON" : `\`${field}\``)).join(", "),
  call.kind === "write" ? `${call.repeat}: ${call.because}` : "always: it only reads",
  known[/** @type {keyof typeof known} */ (call.known)]
])

const heads = ["Method", "Request", "Query or body", "Sent again after an unknown outcome", "How sure"]
const widths = heads.map((head, column) => Math.max(head.length, ...rows.map((row) => row[column]?.length ?? 0)))

/** @type {(cells: ReadonlyArray<string>, fill?: string) => string} */
const line = (cells, fill = " ") =>
  `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0, fill)).join(" | ")} |`

const text = `# The calls

Every request that the SDK sends, from the values in \`packages/sdk/src/internal/*/calls.ts\`. \`npm run calls\` writes this page.

${line(heads)}
${line(
  heads.map(() => ""),
  "-"
)}
${rows.map((row) => line(row)).join("\n")}
`

if (!process.argv.includes("--check")) writeFileSync(page, text)
else if (!existsSync(page) || readFileSync(page, "utf8") !== text) {
  process.stderr.write("docs/calls.md does not show the calls as they are now: run `npm run calls`\n")
  process.exitCode = 1
}

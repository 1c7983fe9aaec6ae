/**
 * Writes `docs/commands.md`: the help of each command of the program, from the descriptions that `--help` prints. With
 * `--check` it writes nothing, and fails if the page is not what it would write.
 */
import { readFileSync, writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import * as Help from "../packages/cli/dist/internal/commandLine/help.js"
import { root } from "../packages/cli/dist/internal/commandLine/root.js"
import * as Style from "../packages/cli/dist/internal/output/style.js"

const page = fileURLToPath(new URL("../docs/commands.md", import.meta.url))
const plain = Style.make(false)

/** @type {(path: ReadonlyArray<string>, definition: import("../packages/cli/dist/internal/commandLine/define.js").Definition) => ReadonlyArray<string>} */
const sections = (path, definition) => [
  `## ${path.join(" ")}\n\n\`\`\`text\n${Help.render(path, definition, plain)}\`\`\`\n`,
  ...(definition._tag === "Group"
    ? definition.commands.flatMap((command) => sections([...path, command.name], command))
    : [])
]

const text = `# Commands

<!-- \`npm run commands\` writes this page. -->

The help of each command of [\`kaleidoscope\`](command-line.md), as \`--help\` prints it. The options of the emulator are in
\`kaleidoscope emulator --help\`.

${sections([root.name], root).join("\n")}`

if (!process.argv.includes("--check")) writeFileSync(page, text)
else if (readFileSync(page, "utf8") !== text) {
  process.stderr.write("docs/commands.md is not current: run `npm run commands`\n")
  process.exitCode = 1
}

/**
 * Writes the version of each package into its `src/internal/version.ts`, if it has one: `package.json` has the version, and
 * code cannot import it. With `--check` it writes nothing, and fails if a file is not what it would write.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"

const packages = fileURLToPath(new URL("../packages/", import.meta.url))
const isCheck = process.argv.includes("--check")

const wrong = []
for (const name of readdirSync(packages)) {
  const file = `${packages}${name}/src/internal/version.ts`
  if (!existsSync(file)) continue
  const { version } = JSON.parse(readFileSync(`${packages}${name}/package.json`, "utf8"))
  const text = `/** The version in \`package.json\`. \`npm run version\` writes this file. */\nexport const version = "${version}"\n`
  if (readFileSync(file, "utf8") === text) continue
  if (isCheck) wrong.push(file)
  else writeFileSync(file, text)
}
if (wrong.length > 0) {
  console.error(`Not the version in package.json: ${wrong.join(", ")}. Run node scripts/versions.mjs`)
  process.exitCode = 1
}

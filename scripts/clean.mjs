/** Removes what builds, tests and checks leave behind: the tree is then as a fresh clone, `node_modules` apart. */
import { existsSync, readdirSync, rmSync } from "node:fs"

const root = new URL("../", import.meta.url)

const packages = readdirSync(new URL("packages/", root), { withFileTypes: true }).filter((entry) => entry.isDirectory())

const generated = [
  ".conformance/",
  ".examples/",
  ".packages/",
  ".runtimes/",
  "coverage/",
  ...packages.flatMap(({ name }) => [`packages/${name}/dist/`, `packages/${name}/coverage/`])
]

for (const path of generated) {
  const url = new URL(path, root)
  if (existsSync(url)) {
    rmSync(url, { recursive: true })
    console.log(`removed ${path}`)
  }
}

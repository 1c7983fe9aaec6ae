#!/usr/bin/env node
import { existsSync, readFileSync, statSync } from "node:fs"
import { fileURLToPath } from "node:url"

const path = (file) => fileURLToPath(new URL(`../${file}`, import.meta.url))
const changedAt = (file) => statSync(path(file), { throwIfNoEntry: false })?.mtimeMs ?? 0

if (process.argv.length === 3 && process.argv[2] === "--version") {
  // The answer needs nothing of the program, which takes longer to load than Node itself.
  process.stdout.write(`${JSON.parse(readFileSync(path("package.json"), "utf8")).version}\n`)
} else {
  // The bundle starts faster. Where the sources are worked on it can be out of date, or not there.
  const bundle = "dist/bundle/main.js"
  const isCurrent = existsSync(path(bundle)) && changedAt(bundle) >= changedAt("dist/src.tsbuildinfo")
  await import(isCurrent ? `../${bundle}` : "../dist/main.js")
}

/**
 * Checks that `docs/reliability.md` names tests that are there: each row has its four cells, each label its file, and
 * each quoted part of a test's name stands in that file.
 */
import { existsSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"

process.chdir(fileURLToPath(new URL("../", import.meta.url)))

const page = "docs/reliability.md"
const lines = readFileSync(page, "utf8").split("\n")

const files = new Map(
  lines.flatMap((line) => {
    const [, label, path] = /^\[(\w+)\]: \.\.\/(\S+)$/.exec(line) ?? []
    return label === undefined || path === undefined ? [] : [[label, path]]
  })
)

/** @type {Array<string>} */
const findings = []

for (const [label, path] of files) {
  if (!existsSync(path)) findings.push(`${page} [${label}]: there is no ${path}`)
}

for (const [index, line] of lines.entries()) {
  if (!line.startsWith("|") || /^\| (?:Promise |-)/.test(line)) continue
  const at = `${page}:${index + 1}`
  const cells = line.slice(1, -1).split(" | ")
  if (cells.length !== 4) findings.push(`${at}: a row has four cells, this one has ${cells.length}`)
  const tests = cells[3] ?? ""
  if (!/\[\w+\]/.test(tests)) findings.push(`${at}: the promise has no test`)
  let text = ""
  for (const [, label, quoted] of tests.matchAll(/\[(\w+)\]|"((?:[^"\\]|\\.)*)"/g)) {
    if (label !== undefined) {
      const path = files.get(label)
      if (path === undefined) findings.push(`${at}: [${label}] is no label`)
      text = path !== undefined && existsSync(path) ? readFileSync(path, "utf8") : ""
    } else if (quoted !== undefined && !text.includes(quoted.replaceAll("\\_", "_"))) {
      findings.push(`${at}: no test has "${quoted}" in its name`)
    }
  }
}

for (const finding of findings) process.stderr.write(`${finding}\n`)
if (findings.length > 0) process.exitCode = 1

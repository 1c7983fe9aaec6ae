#!/usr/bin/env node
"use strict"
const { existsSync, readFileSync, statSync } = require("node:fs")
const { join } = require("node:path")

const path = (file) => join(__dirname, "..", file)
const changedAt = (file) => statSync(path(file), { throwIfNoEntry: false })?.mtimeMs ?? 0

if (process.argv.length === 3 && process.argv[2] === "--version") {
  // The answer needs nothing of the program, which takes longer to load than Node itself.
  process.stdout.write(`${JSON.parse(readFileSync(path("package.json"), "utf8")).version}\n`)
} else {
  // The bundle starts faster. Where the sources are worked on it can be out of date, or not there.
  const bundle = "dist/bundle/main.js"
  const isCurrent = existsSync(path(bundle)) && changedAt(bundle) >= changedAt("dist/src.tsbuildinfo")
  if (isCurrent) require("./bundle.cjs").start(path("dist/bundle"), "main.js")
  else import("../dist/main.js")
}

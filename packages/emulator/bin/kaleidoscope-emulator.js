#!/usr/bin/env node
import { existsSync, statSync } from "node:fs"
import { fileURLToPath } from "node:url"

const path = (file) => fileURLToPath(new URL(`../dist/${file}`, import.meta.url))
const changedAt = (file) => statSync(path(file), { throwIfNoEntry: false })?.mtimeMs ?? 0

// The bundle starts faster. Where the sources are worked on it can be out of date, or not there.
const bundle = "bundle/kaleidoscope-emulator.js"
const isCurrent = existsSync(path(bundle)) && changedAt(bundle) >= changedAt("src.tsbuildinfo")

await import(isCurrent ? `../dist/${bundle}` : "../dist/main.js")

/**
 * Bundles the program, with all it needs, into `dist/bundle` (or into the directory that is given). Each command loads only
 * its own part.
 */
import { rmSync } from "node:fs"
import { join, resolve } from "node:path"
import { fileURLToPath } from "node:url"
import { bundle } from "../../../scripts/bundle.mjs"

const root = fileURLToPath(new URL("..", import.meta.url))
const outdir = resolve(process.argv[2] ?? join(root, "dist/bundle"))

rmSync(outdir, { recursive: true, force: true })
await bundle({
  root,
  outdir,
  name: "main",
  packages: ["sdk", "node", "testing"],
  options: { minify: true }
})

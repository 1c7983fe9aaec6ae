/**
 * Bundles the bin, with all it needs, into `dist/bundle` (or into the directory that is given). Loading some hundred modules
 * one by one takes longer than a second; and the bin's own dependencies need not be installed by those who use the library.
 * The reference page is three megabytes: it stays a chunk of its own.
 */
import { join, resolve } from "node:path"
import { fileURLToPath } from "node:url"
import { bundle } from "../../../scripts/bundle.mjs"

const root = fileURLToPath(new URL("..", import.meta.url))

await bundle({
  root,
  outdir: resolve(process.argv[2] ?? join(root, "dist/bundle")),
  name: "kaleidoscope-emulator",
  packages: ["testing"]
})

/**
 * Bundles the program, with all it needs, into `dist/bundle` (or into the directory that is given). Each command loads only
 * its own part.
 */
import { createHash } from "node:crypto"
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join, resolve } from "node:path"
import { fileURLToPath } from "node:url"
import { transform } from "esbuild"
import { bundle } from "../../../scripts/bundle.mjs"

const root = fileURLToPath(new URL("..", import.meta.url))
const outdir = resolve(process.argv[2] ?? join(root, "dist/bundle"))

rmSync(outdir, { recursive: true, force: true })
await bundle({
  root,
  outdir,
  name: "main",
  packages: ["sdk", "node", "testing"],
  options: { minify: true, banner: {} }
})

// Only CommonJS can be run with stored code (see `bin/bundle.cjs`), and only ES modules can be split into chunks.
const digest = createHash("sha256")
for (const name of readdirSync(outdir).filter((name) => name.endsWith(".js"))) {
  const path = join(outdir, name)
  const { code } = await transform(readFileSync(path, "utf8"), {
    format: "cjs",
    platform: "node",
    target: "node20.19",
    minify: true,
    // `import()` becomes `require`, which `bin/bundle.cjs` gives.
    supported: { "dynamic-import": false },
    define: { "import.meta.dirname": "__dirname", "import.meta.filename": "__filename" },
    logOverride: { "empty-import-meta": "silent", "equals-negative-zero": "silent" },
    logLevel: "warning"
  })
  const wrapped = `(function (exports, require, module, __filename, __dirname) {${code}\n})\n`
  digest.update(name).update(wrapped)
  writeFileSync(path, wrapped)
}
writeFileSync(join(outdir, "package.json"), `${JSON.stringify({ digest: digest.digest("hex") })}\n`)

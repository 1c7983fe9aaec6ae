/**
 * Bundles the program, with all it needs, into `dist/bundle` (or into the directory that is given). Each command loads only
 * its own part.
 */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { dirname, join, resolve } from "node:path"
import { fileURLToPath } from "node:url"
import { build } from "esbuild"

const root = fileURLToPath(new URL("..", import.meta.url))
const outdir = resolve(process.argv[2] ?? join(root, "dist/bundle"))
/** @type {(name: string) => string} */
const sources = (name) => join(root, "..", name, "src")

rmSync(outdir, { recursive: true, force: true })
const { metafile } = await build({
  entryPoints: { main: join(root, "src/main.ts") },
  outdir,
  bundle: true,
  splitting: true,
  minify: true,
  chunkNames: "chunk-[hash]",
  platform: "node",
  format: "esm",
  target: "node20.19",
  // The sources, so that nothing has to be compiled before.
  alias: {
    "@effect-kaleidoscope/sdk": sources("sdk"),
    "@effect-kaleidoscope/node": sources("node"),
    "@effect-kaleidoscope/testing": sources("testing")
  },
  // Some of what is bundled is CommonJS and requires modules of Node.
  banner: {
    js: 'import { createRequire as makeRequire } from "node:module"; const require = makeRequire(import.meta.url);'
  },
  absWorkingDir: root,
  metafile: true,
  logLevel: "warning"
})

const packages = new Map()
for (const input of Object.keys(metafile.inputs)) {
  const [, name] = /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input) ?? []
  if (name !== undefined && !packages.has(name)) {
    const directory = join(dirname(resolve(root, input)).split(`node_modules/${name}`)[0], "node_modules", name)
    const license = existsSync(directory) && readdirSync(directory).find((file) => /^licen[cs]e/i.test(file))
    packages.set(name, license ? readFileSync(join(directory, license), "utf8").trim() : "")
  }
}

writeFileSync(join(outdir, "package.json"), '{ "type": "module" }\n')
writeFileSync(
  join(outdir, "LICENSES.txt"),
  `What is bundled here, and its licenses.\n\n${[...packages]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, license]) => `${name}\n\n${license}\n`)
    .join(`\n${"-".repeat(80)}\n\n`)}`
)

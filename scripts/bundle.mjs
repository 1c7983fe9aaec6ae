/** Bundles a program of a package, with all it needs, from the sources. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { dirname, join, resolve } from "node:path"
import { build } from "esbuild"

/**
 * Writes the program in chunks that are loaded when they are needed, and the licenses of what is in them.
 *
 * @param {{
 *   readonly root: string
 *   readonly outdir: string
 *   readonly name: string
 *   readonly packages: ReadonlyArray<string>
 *   readonly options?: import("esbuild").BuildOptions
 * }} program `name` is the file that starts it; `packages` are the packages of this repository that it needs
 */
export const bundle = async ({ name, options = {}, outdir, packages, root }) => {
  const { metafile } = await build({
    entryPoints: { [name]: join(root, "src/main.ts") },
    outdir,
    bundle: true,
    splitting: true,
    chunkNames: "chunk-[hash]",
    platform: "node",
    format: "esm",
    target: "node20.19",
    // The sources, so that nothing has to be compiled before.
    alias: Object.fromEntries(packages.map((name) => [`@effect-kaleidoscope/${name}`, join(root, "..", name, "src")])),
    // Some of what is bundled is CommonJS and requires modules of Node.
    banner: {
      js: 'import { createRequire as makeRequire } from "node:module"; const require = makeRequire(import.meta.url);'
    },
    absWorkingDir: root,
    logLevel: "warning",
    ...options,
    metafile: true
  })

  /** @type {Map<string, string>} */
  const licenses = new Map()
  for (const input of Object.keys(metafile.inputs)) {
    const [, name] = /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input) ?? []
    if (name === undefined || licenses.has(name)) continue
    const [before = ""] = dirname(resolve(root, input)).split(`node_modules/${name}`)
    const directory = join(before, "node_modules", name)
    const license = existsSync(directory) && readdirSync(directory).find((file) => /^licen[cs]e/i.test(file))
    licenses.set(name, license ? readFileSync(join(directory, license), "utf8").trim() : "")
  }

  writeFileSync(join(outdir, "package.json"), '{ "type": "module" }\n')
  writeFileSync(
    join(outdir, "LICENSES.txt"),
    `What is bundled here, and its licenses.\n\n${[...licenses]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, license]) => `${name}\n\n${license}\n`)
      .join(`\n${"-".repeat(80)}\n\n`)}`
  )
}

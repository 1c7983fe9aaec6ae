/**
 * Bundles the program, with all it needs, into `dist/bundle` (or into the directory that is given): one script, whose modules
 * run when a command needs them, and one for each large part that few commands need. In chunks that share modules each
 * use of another chunk's name would be a call of a getter.
 */
import { createHash } from "node:crypto"
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { join, resolve } from "node:path"
import { fileURLToPath } from "node:url"
import { build } from "esbuild"
import { bundle } from "../../../scripts/bundle.mjs"

const root = fileURLToPath(new URL("..", import.meta.url))
const outdir = resolve(process.argv[2] ?? join(root, "dist/bundle"))

/** What is a script of its own, by the name of its file. It imports nothing of the others. */
const parts = {
  google: "google-auth-library",
  structures: "openchemlib",
  undici: "undici",
  xlsx: "hucre/xlsx",
  // The reference page of the emulator.
  reference: fileURLToPath(
    new URL("./internal/httpApiScalar.js", import.meta.resolve("@effect/platform/HttpApiScalar"))
  )
}

/** @type {import("esbuild").Plugin} */
const ownScripts = {
  name: "own scripts",
  setup: ({ onResolve }) => {
    for (const [name, module] of Object.entries(parts)) {
      const path = `./${name}.js`
      onResolve({ filter: name === "reference" ? /\/httpApiScalar\.js$/ : /^[^./]/ }, ({ kind, path: wanted }) =>
        kind !== "entry-point" && (wanted === module || name === "reference") ? { path, external: true } : undefined
      )
    }
  }
}

/** Modules of Node that few commands use, though many import them. */
const rarelyUsed = ["child_process", "crypto", "dns/promises", "fs/promises", "https", "os", "readline", "tls", "zlib"]

/** The classes of errors take long to make, and a command that ends well needs none. */
const errors = join(root, "../sdk/src/KaleidoscopeError.ts")

const { metafile } = await build({
  entryPoints: [errors],
  packages: "external",
  format: "esm",
  outdir,
  write: false,
  metafile: true
})
const errorNames = Object.values(metafile.outputs).flatMap((output) => output.exports)

/** Loads a module when something of it is used. @type {import("esbuild").Plugin} */
const lazyModules = {
  name: "lazy modules",
  setup: ({ onLoad, onResolve }) => {
    const lazy = (filter, place) =>
      onResolve({ filter }, ({ kind, path }) =>
        kind === "import-statement" ? { path: place ?? path, namespace: "lazy" } : undefined
      )
    lazy(new RegExp(`^(node:)?(${rarelyUsed.join("|")})$`))
    lazy(/\/KaleidoscopeError(\.js)?$/, errors)
    onLoad({ filter: /./, namespace: "lazy" }, async ({ path }) => {
      const names = path === errors ? errorNames : Object.keys(await import(path))
      return {
        contents: names
          .filter((name) => name !== "default" && /^\w+$/.test(name))
          .map((name) => `exports.__defineGetter__("${name}", () => require(${JSON.stringify(path)}).${name})`)
          .join("\n"),
        resolveDir: root
      }
    })
  }
}

rmSync(outdir, { recursive: true, force: true })
await bundle({
  root,
  outdir,
  name: "main",
  packages: ["sdk", "node", "testing"],
  options: {
    entryPoints: { main: join(root, "src/main.ts"), ...parts },
    // Only CommonJS can be run with stored code: see `bin/bundle.cjs`.
    format: "cjs",
    splitting: false,
    // `import()` becomes `require`, which `bin/bundle.cjs` gives.
    supported: { "dynamic-import": false },
    define: {
      "import.meta.dirname": "__dirname",
      "import.meta.filename": "__filename",
      "import.meta.url": "__filename"
    },
    plugins: [ownScripts, lazyModules],
    logOverride: { "empty-import-meta": "silent", "equals-negative-zero": "silent" },
    minify: true,
    banner: {}
  }
})

const digest = createHash("sha256")
for (const name of readdirSync(outdir).filter((name) => name.endsWith(".js"))) {
  const path = join(outdir, name)
  // Regular expressions keep other letters. A script of ASCII alone takes half the memory and a third of the time to read.
  const code = readFileSync(path, "utf8").replace(
    /[^\0-\x7f]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`
  )
  const wrapped = `(function (exports, require, module, __filename, __dirname) {${code}\n})\n`
  digest.update(name).update(wrapped)
  writeFileSync(path, wrapped)
}
writeFileSync(join(outdir, "package.json"), `${JSON.stringify({ digest: digest.digest("hex") })}\n`)

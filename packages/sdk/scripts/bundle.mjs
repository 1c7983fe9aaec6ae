/**
 * Joins the compiled modules of `dist` into few files, since a program that starts opens each file of its own. A module that
 * several services need stays one module: it stands in a chunk that they share. What all services need is one chunk,
 * `internal/service.js`; `Ids`, `CalendarDate` and others that need no service do not load it. The declarations do not change.
 */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { rollup } from "rollup"

const dist = fileURLToPath(new URL("../dist/", import.meta.url))
const catalog = `${dist}internal/catalog/catalog.js`
const sender = `${dist}internal/request/send.js`

const buildInformation = `${dist}src.tsbuildinfo`
if (!existsSync(buildInformation)) {
  throw new Error("The modules are joined already: compile them again with `tsc -b` first")
}

const compiled = readdirSync(dist, { encoding: "utf8", recursive: true })
  .filter((name) => /\.js(\.map)?$/.test(name) && !name.startsWith("test"))
  .map((name) => `${dist}${name}`)

const entries = readdirSync(dist).filter((name) => name.endsWith(".js") && name !== "index.js")

/** Public modules that no program loads without a service. */
const loadedWithServices = ["IdentityToken.js", "Metrics.js", "RequestPolicy.js"]

const bundle = await rollup({
  input: Object.fromEntries(entries.map((name) => [name.slice(0, -".js".length), `${dist}${name}`])),
  external: (id) => /^@?effect\b/.test(id),
  treeshake: false,
  onLog: (_, { message }) => {
    throw new Error(message)
  },
  plugins: [
    {
      name: "source maps of the compiler",
      load: (id) => ({ code: readFileSync(id, "utf8"), map: readFileSync(`${id}.map`, "utf8") })
    }
  ]
})

/** @type {(from: string, importsOf: (id: string) => ReadonlyArray<string>, found?: Set<string>) => ReadonlySet<string>} */
const reached = (from, importsOf, found = new Set()) => {
  if (!found.has(from)) {
    found.add(from)
    for (const id of importsOf(from)) reached(id, importsOf, found)
  }
  return found
}

/** @type {ReadonlyArray<ReadonlySet<string>> | undefined} */
let graphs
const { output } = await bundle.generate({
  dir: dist,
  format: "es",
  chunkFileNames: "internal/[name].js",
  sourcemap: true,
  minifyInternalExports: false,
  hoistTransitiveImports: false,
  onlyExplicitManualChunks: true,
  manualChunks: (id, { getModuleInfo }) => {
    /** @type {(id: string) => ReadonlyArray<string>} */
    const importsOf = (id) => (getModuleInfo(id)?.importedIds ?? []).filter((id) => id.startsWith(dist))
    graphs ??= entries
      .filter((name) => !loadedWithServices.includes(name))
      .map((name) => reached(`${dist}${name}`, importsOf))
    const services = graphs.filter((graph) => graph.has(catalog))
    if (!services.every((graph) => graph.has(id))) return undefined
    if (graphs.every((graph) => !graph.has(id) || graph.has(sender))) return "service"
    // A public module stays a file of its own, and nobody loads it without need.
    const isInternal = [...reached(id, importsOf)].every((id) => id.startsWith(`${dist}internal/`))
    return isInternal ? "values" : undefined
  }
})
await bundle.close()

const kept = ["index.js", "internal/needs-effect-3.22.js"].flatMap((name) => [`${dist}${name}`, `${dist}${name}.map`])
for (const path of compiled) if (!kept.includes(path)) rmSync(path)
for (const file of output) writeFileSync(`${dist}${file.fileName}`, file.type === "chunk" ? file.code : file.source)
// The compiler then writes all its modules again, and not only those that have changed.
rmSync(buildInformation)

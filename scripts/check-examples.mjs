/**
 * Compiles every example of the documentation, and checks that every public export has documentation.
 *
 * Examples are the fenced `ts` blocks of `README.md`, `docs`, the packages' READMEs and TSDoc comments; one that is
 * opened with `ts no-check` is left out. They are written to `.examples`, one module each, and compiled in one project against the
 * packages' declarations, so they see what a user sees.
 */
import { spawnSync } from "node:child_process"
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { unconventional, undocumented } from "./documentation.mjs"
import { inMarkdown, inSource } from "./examples.mjs"

process.chdir(fileURLToPath(new URL("../", import.meta.url)))

const output = ".examples"

/** @type {(folder: string, ending: string) => ReadonlyArray<string>} */
const filesIn = (folder, ending) =>
  existsSync(folder)
    ? readdirSync(folder, { encoding: "utf8", recursive: true })
        .filter((file) => file.endsWith(ending))
        .map((file) => `${folder}/${file.replaceAll("\\", "/")}`)
        .sort()
    : []

/** @type {(file: string) => string} */
const read = (file) => readFileSync(file, "utf8")

const packages = readdirSync("packages", { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && existsSync(`packages/${entry.name}/package.json`))
  .map(({ name }) => ({
    folder: `packages/${name}`,
    isPublic: JSON.parse(read(`packages/${name}/package.json`)).private !== true,
    sources: new Map(filesIn(`packages/${name}/src`, ".ts").map((file) => [file, read(file)]))
  }))

const documents = [
  "README.md",
  // The site's own packages and its generated pages stand below `docs`, too.
  ...filesIn("docs", ".md").filter((file) => !/^docs\/(?:node_modules|reference)\//.test(file)),
  ...packages.map(({ folder }) => `${folder}/README.md`)
].filter((file) => existsSync(file))

const examples = [
  ...documents.flatMap((file) => inMarkdown(read(file)).map((example) => ({ file, ...example }))),
  ...packages.flatMap(({ sources }) =>
    [...sources].flatMap(([file, source]) => inSource(file, source).map((example) => ({ file, ...example })))
  )
]
const checked = examples.filter(({ check }) => check)

const findings = [
  ...examples
    .filter(({ closed }) => !closed)
    .map(({ file, line }) => ({ file, line, message: "a `ts` block without an end" })),
  ...packages
    .filter(({ isPublic }) => isPublic)
    .flatMap(({ sources }) => [...undocumented(sources), ...unconventional(sources)])
]

rmSync(output, { recursive: true, force: true })
mkdirSync(output)
for (const { code, file, line } of checked) {
  const path = join(output, `${file}.${line}.ts`)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, code)
}
writeFileSync(
  join(output, "tsconfig.json"),
  JSON.stringify({
    extends: "../tsconfig.base.json",
    include: ["**/*.ts"],
    references: packages
      .map(({ folder }) => `${folder}/tsconfig.src.json`)
      .filter((path) => existsSync(path))
      .map((path) => ({ path: `../${path}` })),
    compilerOptions: {
      noEmit: true,
      composite: false,
      declaration: false,
      declarationMap: false,
      // An example may define something only to show it.
      noUnusedLocals: false,
      types: ["node"]
    }
  })
)

const compiler = join(dirname(fileURLToPath(import.meta.resolve("typescript/package.json"))), "bin", "tsc")
const compiled =
  checked.length === 0
    ? { status: 0, stdout: "", stderr: "" }
    : spawnSync(process.execPath, [compiler, "-b", output, "--pretty", "false"], { encoding: "utf8" })

for (const { file, line, message } of findings) console.error(`${file}:${line} - ${message}`)
process.stderr.write(compiled.stdout.replaceAll(/\.examples[\\/](.+?)\.\d+\.ts\((\d+),(\d+)\)/g, "$1:$2:$3"))
process.stderr.write(compiled.stderr)

const skipped = examples.length - checked.length
console.log(
  `${checked.length} examples compiled${compiled.status === 0 ? "" : ", with errors"}, ${skipped} marked no-check, ` +
    `${findings.length} findings in the documentation`
)
process.exitCode = compiled.status === 0 && findings.length === 0 ? 0 : 1

/**
 * Packs the packages and uses them as a stranger would: installs the tarballs into empty projects with npm and pnpm, compiles
 * every block of every README and guide with TypeScript 5.9 and 7 without `skipLibCheck`, exports a file with the installed
 * program, runs a program against the packed emulator, also on the lowest versions of the peers, tries wrong versions of Effect, and asks `publint` and `attw`.
 */
import { execFile, spawn } from "node:child_process"
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { dirname, resolve } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { inMarkdown } from "../examples.mjs"

const run = promisify(execFile)
const root = fileURLToPath(new URL("../../", import.meta.url))
const folder = `${root}.packages`
const minutes = 60_000
const npm = process.platform === "win32" ? "npm.cmd" : "npm"

/** @type {Array<string>} */
const failed = []

/** @type {(name: string, step: () => Promise<unknown>) => Promise<void>} */
const step = async (name, step) => {
  const started = performance.now()
  try {
    await step()
    console.log(`${name}: ok, ${((performance.now() - started) / 1000).toFixed(1)} s`)
  } catch (error) {
    failed.push(name)
    const { message, stderr = "", stdout = "" } = /** @type {Error & { stdout?: string, stderr?: string }} */ (error)
    console.error(`${name}: failed\n${`${stdout}${stderr}`.trim() || message}`)
  }
}

/** @type {(command: string, given: ReadonlyArray<string>, cwd: string) => Promise<{ readonly stdout: string }>} */
const exec = (command, given, cwd) => run(command, given, { cwd, timeout: 10 * minutes, maxBuffer: 2 ** 26 })

/**
 * What an install line of a document installs beside the packages: `effect@^3.22` and so on.
 *
 * @type {(text: string) => ReadonlyArray<string>}
 */
const inInstallLines = (text) =>
  [...text.replaceAll("\\\n", " ").matchAll(/^npm install (?!-g)(.*@effect-kaleidoscope.*)$/gm)].flatMap(
    ([, given = ""]) => given.split(/\s+/).filter((word) => /^(@effect\/|effect\b)/.test(word))
  )

/** What the blocks of the documentation use besides. */
const others = [
  "@effect/cli@^0.77",
  "@types/node@^20.19",
  "@effect/opentelemetry@^0.64",
  "@opentelemetry/sdk-metrics@^2",
  "@opentelemetry/sdk-trace-base@^2",
  "typescript@^7",
  "typescript-5@npm:typescript@5.9"
]

rmSync(folder, { recursive: true, force: true })
mkdirSync(`${folder}/tarballs`, { recursive: true })
mkdirSync(`${folder}/tools`)

await step("install the tools", () =>
  exec(
    npm,
    ["install", "--no-audit", "--no-fund", "--prefix", ".", "pnpm@10", "publint@0.3", "@arethetypeswrong/cli@0.18"],
    `${folder}/tools`
  )
)
/** Runs a program of a package in `tools`, of which `bin` is the file. */
const tool = (/** @type {string} */ bin, /** @type {ReadonlyArray<string>} */ given, cwd = folder) =>
  exec(process.execPath, [`${folder}/tools/node_modules/${bin}`, ...given], cwd)

/** @type {Array<{ readonly name: string, readonly folder: string, readonly tarball: string }>} */
const packed = []
for (const name of readdirSync(`${root}packages`)) {
  const path = `${root}packages/${name}`
  const manifest = JSON.parse(readFileSync(`${path}/package.json`, "utf8"))
  if (manifest.private === true) continue
  await step(`pack ${manifest.name}`, async () => {
    // Without `prepack`: the build has just made what it makes.
    const { stdout } = await exec(
      npm,
      ["pack", "--ignore-scripts", "--json", "--pack-destination", `${folder}/tarballs`],
      path
    )
    const [{ filename, files }] = JSON.parse(stdout.slice(stdout.lastIndexOf("\n[") + 1))
    packed.push({ name: manifest.name, folder: path, tarball: `${folder}/tarballs/${filename}` })
    const there = new Set(files.map((/** @type {{ path: string }} */ { path }) => path))
    const missing = ["LICENSE", "README.md", "CHANGELOG.md"].filter((file) => !there.has(file))
    const without = ["repository", "homepage", "bugs", "keywords", "license", "description"].filter(
      (field) => manifest[field] === undefined
    )
    if (missing.length + without.length > 0) throw new Error(`without ${[...missing, ...without].join(", ")}`)
  })
}

/**
 * Runs something with the URL of an emulator, that of the package in `at`.
 *
 * @type {(at: string, use: (url: string) => Promise<unknown>) => Promise<void>}
 */
const withEmulator = (at, use) =>
  new Promise((resolve, reject) => {
    const emulator = spawn(
      process.execPath,
      [`${at}/node_modules/@effect-kaleidoscope/emulator/bin/kaleidoscope-emulator.js`, "--port", "0"],
      {
        stdio: ["ignore", "pipe", "inherit"]
      }
    )
    emulator.once("error", reject)
    emulator.once("exit", (code) => reject(new Error(`the emulator ended with ${code}`)))
    emulator.stdout.on("data", (data) => {
      const url = /listens on (\S+)/.exec(String(data))?.[1]
      if (url === undefined) return
      use(url)
        .then(() => resolve(), reject)
        .finally(() => emulator.kill())
    })
  })

/** @type {(name: string, install: (at: string) => Promise<unknown>) => Promise<string>} */
const project = async (name, install) => {
  const at = `${folder}/${name}`
  mkdirSync(at)
  const overrides = Object.fromEntries(packed.map(({ name, tarball }) => [name, `file:${tarball}`]))
  writeFileSync(`${at}/package.json`, JSON.stringify({ private: true, type: "module", pnpm: { overrides } }))
  writeFileSync(
    `${at}/pnpm-workspace.yaml`,
    `overrides:\n${Object.entries(overrides)
      .map(([name, path]) => `  "${name}": "${path}"\n`)
      .join("")}`
  )
  await step(`${name} install`, () => install(at))
  for (const file of ["smoke.mjs", "server.mjs"]) copyFileSync(`${root}scripts/runtimes/${file}`, `${at}/${file}`)
  await step(`${name}: a program against the packed emulator`, () =>
    withEmulator(at, (url) => run(process.execPath, [`${at}/server.mjs`, url], { cwd: at, timeout: 2 * minutes }))
  )
  return at
}

const documents = [
  "README.md",
  ...readdirSync(`${root}docs`)
    .filter((file) => file.endsWith(".md"))
    .map((file) => `docs/${file}`),
  ...packed.map(({ folder }) => `${folder.slice(root.length)}/README.md`)
].filter((file) => existsSync(`${root}${file}`))
const peers = [...new Set(documents.flatMap((file) => inInstallLines(readFileSync(`${root}${file}`, "utf8"))))]
const unpinned = peers.filter((spec) => !/.@\^\d/.test(spec))
await step("install lines name versions", async () => {
  if (peers.length === 0 || unpinned.length > 0) throw new Error(`without a version: ${unpinned.join(", ")}`)
})

const tarballs = packed.map(({ tarball }) => tarball)
const at = await project("npm", (at) =>
  exec(npm, ["install", "--no-audit", "--no-fund", ...tarballs, ...peers, ...others], at)
)

/** The files of the packed SDK that a module of it loads. @type {(file: string, found?: Set<string>) => ReadonlySet<string>} */
const filesOf = (file, found = new Set()) => {
  if (!found.has(file)) {
    found.add(file)
    for (const [, next = ""] of readFileSync(file, "utf8").matchAll(
      /^(?:import|export) [^;]*? from ["'](\.[^"']+)["']/gm
    )) {
      filesOf(resolve(dirname(file), next), found)
    }
  }
  return found
}
await step("a program that starts opens few files of the SDK", async () => {
  for (const [module, most] of /** @type {const} */ ([
    ["Labels", 9],
    ["Records", 28],
    ["Kaleidoscope", 60]
  ])) {
    const { size } = filesOf(`${at}/node_modules/@effect-kaleidoscope/sdk/dist/${module}.js`)
    if (size < 2 || size > most) throw new Error(`${module} loads ${size} files, and may load ${most}`)
  }
})
await project("pnpm", (at) => tool("pnpm/bin/pnpm.cjs", ["add", ...tarballs, ...peers], at))

/** @type {(name: string) => string} */
const tarballOf = (name) => packed.find((one) => one.name === `@effect-kaleidoscope/${name}`)?.tarball ?? ""

/**
 * The lowest version that a package allows of each of its peers.
 *
 * @type {(...names: ReadonlyArray<string>) => ReadonlyArray<string>}
 */
const lowestPeers = (...names) => {
  /** @type {Map<string, string>} */
  const lowest = new Map()
  for (const name of names) {
    const { peerDependencies = {}, peerDependenciesMeta = {} } = JSON.parse(
      readFileSync(`${root}packages/${name}/package.json`, "utf8")
    )
    for (const [peer, range] of Object.entries(peerDependencies)) {
      if (peerDependenciesMeta[peer]?.optional) continue
      const version = range.replace("^", "")
      const other = lowest.get(peer)
      if (other === undefined || other.localeCompare(version, "en", { numeric: true }) < 0) lowest.set(peer, version)
    }
  }
  return [...lowest].map(([peer, version]) => `${peer}@${version}`)
}

/** @type {(at: string, names: ReadonlyArray<string>, ...given: ReadonlyArray<string>) => Promise<unknown>} */
const installAt = (at, names, ...given) =>
  exec(npm, ["install", "--no-audit", "--no-fund", ...names.map(tarballOf), ...given], at)

/** What a program writes that only imports a package. @type {(at: string, name: string) => Promise<string>} */
const loaded = (at, name) =>
  exec(process.execPath, ["--eval", `import("@effect-kaleidoscope/${name}")`], at).then(
    () => "",
    (error) => String(error.stderr)
  )

/** @type {(name: string, dependencies?: Record<string, string>) => string} */
const empty = (name, dependencies = {}) => {
  const at = `${folder}/${name}`
  mkdirSync(at)
  writeFileSync(`${at}/package.json`, JSON.stringify({ private: true, type: "module", dependencies }))
  return at
}

await step("from nothing to an exported file: three commands", () =>
  withEmulator(at, async (url) => {
    const home = `${folder}/three-commands`
    mkdirSync(home)
    const own = `export HOME=${home} XDG_CONFIG_HOME= npm_config_prefix=${home} PATH=${home}/bin:$PATH; unset \${!KALEIDOSCOPE_@}`
    const shell = (/** @type {string} */ command) => exec("bash", ["-c", `${own}; ${command}`], home)
    await shell(`npm install --global --no-audit --no-fund ${tarballOf("cli")}`)
    // Where there is no terminal to ask, the key is given as scripts give it.
    await shell(`kaleidoscope login --url ${url} --client-id demo <<< demo`)
    await shell("kaleidoscope export --type Compound --out compounds.csv")
    const [head = "", ...rows] = readFileSync(`${home}/compounds.csv`, "utf8").trim().split("\n")
    if (!head.includes("Compound ID") || rows.length === 0 || !rows.every((row) => row.includes("EK-"))) {
      throw new Error(`compounds.csv begins with ${head}, and has ${rows.length} rows`)
    }
  })
)

const libraries = ["sdk", "node", "testing", "workflow"]
const lowest = await project("lowest versions of the peers", (at) =>
  installAt(at, [...libraries, "emulator"], ...lowestPeers(...libraries))
)
const alone = empty("lowest versions of the peers of the SDK alone")
await step("lowest versions of the peers of the SDK alone: install", () =>
  installAt(alone, ["sdk"], ...lowestPeers("sdk"))
)
await step("lowest versions of the peers: every package is loaded", async () => {
  const said = await Promise.all([loaded(alone, "sdk"), ...libraries.map((name) => loaded(lowest, name))])
  if (said.join("") !== "") throw new Error(said.join(""))
})

await step("npm refuses the next line of Effect, and names the right one", async () => {
  const said = await installAt(empty("refused", { effect: "^4.1.0" }), ["sdk"], "--dry-run").then(
    () => "nothing",
    (error) => String(error.stderr)
  )
  if (!(said.includes("ERESOLVE") && said.includes('peer effect@"^3.22'))) throw new Error(`npm said: ${said}`)
})

for (const { effect, expected, names } of [
  { effect: "4.1.0", names: ["sdk", "node"], expected: /Cannot find module .* imported from .*needs-effect-3\.22\.js/ },
  {
    effect: "3.21.0",
    names: ["sdk"],
    expected: /needs Effect 3\.22 or a later 3, and Effect 3\.21\.0 is installed: run npm install/
  }
]) {
  await step(`a program on Effect ${effect} ends with the right version`, async () => {
    const at = empty(`effect-${effect}`, { effect, "@effect/platform": "^0.97", "@effect/platform-node": "^0.108" })
    await installAt(at, ["sdk", "node"], "--legacy-peer-deps")
    for (const name of names) {
      const said = await loaded(at, name)
      if (!expected.test(said)) throw new Error(`${name} said: ${said}`)
    }
  })
}

mkdirSync(`${at}/blocks`)
for (const file of documents) {
  for (const { check, code, line } of inMarkdown(readFileSync(`${root}${file}`, "utf8"))) {
    // The declarations of vitest themselves do not compile without `skipLibCheck`.
    if (!check || code.includes('vitest"')) continue
    writeFileSync(`${at}/blocks/${file.replaceAll(/\W/g, "-")}-${line}.ts`, code)
  }
}
/** @type {(compiler: string, module: string, moduleResolution: string) => Promise<void>} */
const compile = (compiler, module, moduleResolution) =>
  step(`types: ${compiler}, ${moduleResolution}`, async () => {
    const configuration = {
      include: ["blocks", "*.mjs"],
      compilerOptions: {
        module,
        moduleResolution,
        moduleDetection: "force",
        target: "ES2022",
        lib: ["ES2023", "DOM", "DOM.Iterable"],
        types: ["node"],
        strict: true,
        exactOptionalPropertyTypes: true,
        skipLibCheck: false,
        allowJs: true,
        checkJs: true,
        noEmit: true
      }
    }
    const file = `${at}/tsconfig.${compiler}.${moduleResolution}.json`
    writeFileSync(file, JSON.stringify(configuration))
    await exec(process.execPath, [`${at}/node_modules/${compiler}/bin/tsc`, "-p", file, "--pretty", "false"], at)
  })
// TypeScript 5 keeps one processor busy for all the time that the rest takes.
await Promise.all([
  (async () => {
    await compile("typescript-5", "node16", "node16")
    await compile("typescript-5", "nodenext", "nodenext")
    await compile("typescript-5", "esnext", "bundler")
  })(),
  (async () => {
    await compile("typescript", "node16", "node16")
    await compile("typescript", "nodenext", "nodenext")
    await compile("typescript", "esnext", "bundler")
    for (const { name, tarball } of packed) {
      await step(`publint ${name}`, () => tool("publint/src/cli.js", [tarball, "--strict"]))
      // The packages are ESM only, and a program has no types.
      if (name.endsWith("/cli") || name.endsWith("/emulator")) continue
      await step(`attw ${name}`, () => tool("@arethetypeswrong/cli/dist/index.js", [tarball, "--profile", "esm-only"]))
    }
  })()
])

process.exitCode = failed.length === 0 ? 0 : 1

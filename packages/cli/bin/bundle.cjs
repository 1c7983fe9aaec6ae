"use strict"
/**
 * Runs the bundle with the code that V8 compiled in an earlier run: compiling takes longer than a request. The code is in
 * the user's folder for caches. Node 22 has `module.enableCompileCache`, Node 20 has nothing like it.
 */
const fs = require("node:fs")
const { homedir } = require("node:os")
const { isAbsolute, join } = require("node:path")
const { Script } = require("node:vm")
const { crc32 } = require("node:zlib")

const { env } = process

/** The user's folder for caches, by the conventions of the system. */
const cacheFolder = () => {
  if (env.XDG_CACHE_HOME && isAbsolute(env.XDG_CACHE_HOME)) return env.XDG_CACHE_HOME
  if (process.platform === "win32") return env.LOCALAPPDATA ?? join(homedir(), "AppData", "Local")
  return process.platform === "darwin" ? join(homedir(), "Library", "Caches") : join(homedir(), ".cache")
}

const checksumLength = 8
const checksum = (bytes) => crc32(bytes).toString(16).padStart(checksumLength, "0")

/**
 * The stored code, or nothing. V8 trusts it: a file of somebody else, a damaged one, and one of another bundle or Node are
 * not used.
 */
const stored = (file, key) => {
  let descriptor
  try {
    descriptor = fs.openSync(file, "r")
    const { mode, uid } = fs.fstatSync(descriptor)
    if (process.getuid && (uid !== process.getuid() || (mode & 0o022) !== 0)) return undefined
    const bytes = fs.readFileSync(descriptor)
    if (bytes.toString("latin1", 0, checksumLength) !== checksum(bytes.subarray(checksumLength))) return undefined
    const end = bytes.indexOf(0x0a)
    const head = JSON.parse(bytes.toString("utf8", checksumLength, end))
    return head.key === key ? { ...head, code: bytes.subarray(end + 1) } : undefined
  } catch {
    return undefined
  } finally {
    if (descriptor !== undefined) fs.closeSync(descriptor)
  }
}

/** Stores the code of all chunks that were loaded, with the functions that ran. Nothing depends on it: it may fail. */
const store = (file, key, commands, scripts) => {
  const temporary = `${file}.${process.pid}`
  try {
    const chunks = {}
    const parts = []
    let at = 0
    for (const [name, code] of scripts()) {
      chunks[name] = [at, at + code.length]
      at += code.length
      parts.push(code)
    }
    const head = JSON.stringify({ key, commands, chunks })
    // V8 copies code that is not aligned.
    const padding = " ".repeat(7 - ((checksumLength + head.length) % 8))
    const content = Buffer.concat([Buffer.from(`${head}${padding}\n`), ...parts])
    fs.mkdirSync(join(file, ".."), { recursive: true, mode: 0o700 })
    fs.writeFileSync(temporary, Buffer.concat([Buffer.from(checksum(content)), content]), { flag: "wx", mode: 0o600 })
    fs.renameSync(temporary, file)
  } catch {
    try {
      fs.unlinkSync(temporary)
    } catch {
      // It was not written.
    }
  }
}

/** Loads a chunk of the bundle in `directory`. */
exports.start = (directory, chunk) => {
  const { digest } = JSON.parse(fs.readFileSync(join(directory, "package.json"), "utf8"))
  const key = `${digest} ${process.version} ${process.arch}`
  // Node's own variable for this.
  const isUsed = !env.NODE_DISABLE_COMPILE_CACHE
  const file = isUsed ? join(cacheFolder(), "kaleidoscope", "code.bin") : ""
  let known = isUsed ? stored(file, key) : undefined
  const scripts = new Map()
  const modules = new Map()
  const load = (name) => {
    const loaded = modules.get(name)
    if (loaded !== undefined) return loaded.exports
    const module = { exports: {} }
    modules.set(name, module)
    const filename = join(directory, name)
    const place = known?.chunks[name]
    // `scripts/bundle.mjs` makes each chunk a function, of ASCII alone.
    const source = fs.readFileSync(filename, "latin1")
    const script = new Script(source, { filename, cachedData: place && known.code.subarray(...place) })
    scripts.set(name, script)
    // It was compiled with other flags of V8.
    if (script.cachedDataRejected) known = undefined
    script.runInThisContext()(module.exports, requireFrom, module, filename, directory)
    return module.exports
  }
  const requireFrom = (id) => (id.startsWith("./") ? load(id.slice(2)) : require(id))

  // Each command runs other functions: the first time that one ends well, they are added.
  const command = process.argv[2] ?? ""
  if (isUsed) {
    process.once("exit", (code) => {
      if (code !== 0 || known?.commands.includes(command)) return
      store(file, key, [...(known?.commands ?? []), command], function* () {
        for (const [name, script] of scripts) yield [name, script.createCachedData()]
        for (const [name, place] of Object.entries(known?.chunks ?? {})) {
          if (!scripts.has(name)) yield [name, known.code.subarray(...place)]
        }
      })
    })
  }
  // Effect looks at a stack while it loads, and Node would search the whole script for its lines.
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = 0
  load(chunk)
  Error.stackTraceLimit = stackTraceLimit
}

"use strict"
/**
 * Runs the bundle with the code that V8 compiled in an earlier run: compiling takes longer than a request. The code is in
 * the user's folder for caches. Node 22 has `module.enableCompileCache`, Node 20 has nothing like it.
 */
const fs = require("node:fs")
const { createRequire } = require("node:module")
const { homedir } = require("node:os")
const { isAbsolute, join } = require("node:path")
const { cachedDataVersionTag } = require("node:v8")
const { Script } = require("node:vm")
const { constants, gunzipSync, gzipSync } = require("node:zlib")

const { env } = process

/** The user's folder for caches, by the conventions of the system. */
const cacheFolder = () => {
  if (env.XDG_CACHE_HOME && isAbsolute(env.XDG_CACHE_HOME)) return env.XDG_CACHE_HOME
  if (process.platform === "win32") return env.LOCALAPPDATA ?? join(homedir(), "AppData", "Local")
  return process.platform === "darwin" ? join(homedir(), "Library", "Caches") : join(homedir(), ".cache")
}

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
    const content = gunzipSync(bytes, { chunkSize: Math.max(bytes.length, constants.Z_MIN_CHUNK) })
    const end = content.indexOf(0x0a)
    const head = JSON.parse(content.toString("utf8", 0, end))
    return head.key === key ? { ...head, code: content.subarray(end + 1) } : undefined
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
    const content = Buffer.concat([Buffer.from(`${JSON.stringify({ key, commands, chunks })}\n`), ...parts])
    fs.mkdirSync(join(file, ".."), { recursive: true, mode: 0o700 })
    // It is not compressed: gzip has a checksum, and is loaded for the responses in any case.
    const bytes = gzipSync(content, { level: constants.Z_NO_COMPRESSION })
    fs.writeFileSync(temporary, bytes, { flag: "wx", mode: 0o600 })
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
  // The tag has the version of V8, and its flags.
  const key = `${digest} ${process.version} ${process.arch} ${cachedDataVersionTag()}`
  // Node's own variable for this.
  const isUsed = !env.NODE_DISABLE_COMPILE_CACHE
  const file = isUsed ? join(cacheFolder(), "kaleidoscope", "code.bin") : ""
  const known = isUsed ? stored(file, key) : undefined
  const builtin = createRequire(join(directory, chunk))
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
    script.runInThisContext()(module.exports, require, module, filename, directory)
    return module.exports
  }
  const require = (id) => (id.startsWith("./") ? load(id.slice(2)) : builtin(id))

  // Each command runs other functions: the first time that one ends well, they are added.
  const command = process.argv[2] ?? ""
  if (isUsed && !known?.commands.includes(command)) {
    process.once("exit", (code) => {
      if (code !== 0) return
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

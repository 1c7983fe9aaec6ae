/** A Postgres of the tests: the installed programs, with a folder and a port of their own. */
import { type ChildProcess, execFileSync, spawn } from "node:child_process"
import { chmodSync, chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { getuid, kill } from "node:process"
import * as PgClient from "@effect/sql-pg/PgClient"
import * as Effect from "effect/Effect"
import * as Redacted from "effect/Redacted"
import * as Schedule from "effect/Schedule"
import type * as Scope from "effect/Scope"
import { freePort } from "../../../../test/loopback.js"

/** Debian keeps the programs of the server out of the path. */
const debian = "/usr/lib/postgresql"

const folders = [
  ...(existsSync(debian) ? readdirSync(debian).map((version) => `${debian}/${version}/bin`) : []),
  "/usr/local/bin",
  "/usr/bin",
  "/opt/homebrew/bin"
]

const programs = folders.find((folder) => existsSync(`${folder}/initdb`) && existsSync(`${folder}/postgres`))

const isRoot = getuid?.() === 0

/** The server does not run as root: root starts it as the user of Debian's package. */
const owner = (): { readonly uid: number; readonly gid: number } | undefined => {
  const id = (flag: string) => Number(execFileSync("id", [flag, "postgres"], { stdio: "pipe" }))
  return isRoot ? { uid: id("-u"), gid: id("-g") } : undefined
}

/** Why there is no Postgres for the tests; undefined if there is one. */
export const missing =
  programs === undefined ? "Postgres is not installed (Debian: apt-get install postgresql)" : undefined

/** A Postgres that runs. */
export interface Server {
  /** Makes an empty database, and gives its URL. */
  readonly database: Effect.Effect<string>
  /** Ends the server in the way of a machine that fails, and starts it again later. */
  readonly crash: Effect.Effect<void>
  readonly start: Effect.Effect<void>
  /** Stops all processes of the server: its connections stay open, and nothing is answered. */
  readonly stop: Effect.Effect<void>
  readonly continue: Effect.Effect<void>
  /** Ends all connections to a database; gives how many there were. */
  readonly disconnect: (url: string) => Effect.Effect<number>
}

/** Runs SQL in a database, on a connection of its own. */
export const query = (url: string, text: string): Effect.Effect<ReadonlyArray<Record<string, unknown>>> =>
  Effect.flatMap(PgClient.PgClient, (sql) => sql.unsafe<Record<string, unknown>>(text)).pipe(
    Effect.provide(PgClient.layer({ url: Redacted.make(url), maxConnections: 1, connectTimeout: "1 minute" })),
    Effect.orDie
  )

/** A server with an empty folder; it ends with the scope. */
export const server: Effect.Effect<Server, never, Scope.Scope> = Effect.gen(function* () {
  const port = yield* freePort
  const user = owner()
  const folder = yield* Effect.acquireRelease(
    Effect.sync(() => mkdtempSync(`${tmpdir()}/postgres-`)),
    (folder) => Effect.sync(() => rmSync(folder, { recursive: true, force: true }))
  )
  yield* Effect.sync(() => {
    chmodSync(folder, 0o700)
    if (user !== undefined) chownSync(folder, user.uid, user.gid)
    execFileSync(`${programs}/initdb`, ["-D", `${folder}/data`, "-U", "jobs", "-A", "trust", "-E", "UTF8", "-N"], {
      stdio: "pipe",
      cwd: folder,
      ...user
    })
  })
  const admin = `postgres://jobs@127.0.0.1:${port}/postgres`
  const settings = [
    "fsync=off",
    "max_connections=200",
    "listen_addresses=127.0.0.1",
    `unix_socket_directories=${folder}`
  ]
  const running: { child: ChildProcess | undefined } = { child: undefined }
  const isEnded = (child: ChildProcess) => child.exitCode !== null || child.signalCode !== null
  const end = (signal: NodeJS.Signals) =>
    Effect.async<void>((resume) => {
      const { child } = running
      if (child === undefined || isEnded(child)) return resume(Effect.void)
      child.once("exit", () => resume(Effect.void))
      child.kill(signal)
    })
  const start = Effect.suspend(() => {
    const child = spawn(
      `${programs}/postgres`,
      ["-D", `${folder}/data`, "-p", String(port), ...settings.flatMap((setting) => ["-c", setting])],
      { stdio: "ignore", cwd: folder, ...user }
    )
    running.child = child
    return query(admin, "SELECT 1").pipe(
      Effect.catchAllCause(() => Effect.fail(isEnded(child) ? "Postgres ended" : "not yet")),
      Effect.retry({ while: (error) => error === "not yet", schedule: Schedule.spaced("100 millis") }),
      Effect.orDie
    )
  }).pipe(Effect.asVoid)
  /** The server is first: once it is stopped, it starts no process. One of its processes can end before it gets the signal. */
  const signalAll = (signal: NodeJS.Signals) =>
    Effect.suspend(() => {
      running.child?.kill(signal)
      const children = execFileSync("pgrep", ["-P", String(running.child?.pid)], { encoding: "utf8" })
      return Effect.forEach(
        children.trim().split("\n"),
        (child) => Effect.ignore(Effect.try(() => kill(Number(child), signal))),
        { discard: true }
      )
    })
  yield* Effect.addFinalizer(() => end("SIGQUIT"))
  yield* start

  const names = { next: 1 }
  return {
    database: Effect.suspend(() => {
      const name = `jobs${names.next++}`
      return Effect.as(query(admin, `CREATE DATABASE ${name}`), admin.replace(/postgres$/u, name))
    }),
    // SIGQUIT is Postgres' immediate shutdown: it recovers at the next start.
    crash: end("SIGQUIT"),
    start,
    stop: signalAll("SIGSTOP"),
    continue: signalAll("SIGCONT"),
    disconnect: (url) =>
      Effect.map(
        query(
          admin,
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${new URL(url).pathname.slice(1)}'`
        ),
        (rows) => rows.length
      )
  }
})

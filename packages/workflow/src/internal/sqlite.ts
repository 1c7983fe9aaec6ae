import { existsSync, realpathSync } from "node:fs"
import { basename, dirname, join, resolve } from "node:path"
import { setTimeout } from "node:timers/promises"
import { pathToFileURL } from "node:url"
import * as Reactivity from "@effect/experimental/Reactivity"
import * as SqlClient from "@effect/sql/SqlClient"
import type { SqlError } from "@effect/sql/SqlError"
import * as LibsqlClient from "@effect/sql-libsql/LibsqlClient"
import { type Client, createClient, type InStatement, type Transaction } from "@libsql/client"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import { codeOf, reasonOf } from "./reason.js"

/** The file belongs to another process, which runs its jobs. @since 0.1.0 @category errors */
export class DatabaseInUse extends Data.TaggedError("KaleidoscopeDatabaseInUse")<{
  readonly message: string
  readonly filename: string
}> {}

/** The file cannot be opened, is not a database, or cannot be written. @since 0.1.0 @category errors */
export class DatabaseUnusable extends Data.TaggedError("KaleidoscopeDatabaseUnusable")<{
  readonly message: string
  readonly filename: string
}> {}

const unusable = (filename: string, reason: string) =>
  new DatabaseUnusable({ message: `${filename}: the database of the jobs cannot be used: ${reason}`, filename })

/** An error of the database of this file, without its cause. */
const fromSql = (filename: string) => (error: SqlError) => unusable(filename, reasonOf(error.cause))

/** The errors of what is built on this file: those of its database as `DatabaseUnusable`. */
export const withoutSql =
  (filename: string) =>
  <E extends DatabaseInUse | DatabaseUnusable>(error: E | SqlError): E | DatabaseUnusable =>
    error._tag === "SqlError" ? fromSql(filename)(error) : error

/** Whether another connection has the lock that a statement needs. */
export const isBusy = (error: unknown): boolean => codeOf(error).startsWith("SQLITE_BUSY")

/** One path for one file, however it is named: its lock has this name. */
const pathOf = (filename: string): string => {
  const path = resolve(filename)
  if (existsSync(path)) return realpathSync(path)
  const folder = dirname(path)
  return existsSync(folder) ? join(realpathSync(folder), basename(path)) : path
}

/** How many milliseconds SQLite waits for a lock. Meanwhile the process does nothing else. */
const busyTimeout = 500
/** How often a statement is tried again then, and after how many milliseconds: for a minute. */
const tries = 100
const pause = 100

const connect = (path: string): Client => {
  const client = createClient({ url: pathToFileURL(path).href, intMode: "bigint" })
  client.execute(`PRAGMA busy_timeout = ${busyTimeout}`).catch(() => {})
  return client
}

/** A transaction that has begun on a connection. The connection serves the next one when it ends. */
const transactionOn = (connection: Client): Transaction => {
  let closed = false
  // It fails only if SQLite has rolled back already.
  const undo = () =>
    connection.execute("ROLLBACK").then(
      () => {},
      () => {}
    )
  const rollback = () => {
    if (closed) return Promise.resolve()
    closed = true
    return undo()
  }
  return {
    get closed() {
      return closed
    },
    execute: (statement: InStatement) => connection.execute(statement),
    batch: (statements) => Promise.all(statements.map((statement) => connection.execute(statement))),
    executeMultiple: (statements) => connection.executeMultiple(statements),
    commit: () => {
      closed = true
      // After a commit that fails the transaction is open, and no other could begin.
      return connection.execute("COMMIT").then(
        () => {},
        (error) => undo().then(() => Promise.reject(error))
      )
    },
    rollback,
    close: () => {
      rollback()
    }
  }
}

/**
 * A client that waits while another process has the lock that a statement needs. Transactions have a connection of their
 * own: the driver opens a new one after each of them, and closes the old one only when garbage is collected, so that a
 * process that lives for long would run out of files and memory.
 */
const patient = (path: string): Client => {
  const connections = { alone: connect(path), transacting: connect(path) }
  const attempt = <A>(
    name: keyof typeof connections,
    run: (connection: Client) => Promise<A>,
    left = tries
  ): Promise<A> =>
    run(connections[name]).catch((error) => {
      if (!isBusy(error) || left === 1) return Promise.reject(error)
      // The statement stays open on its connection, which could not commit a transaction any more.
      connections[name].close()
      connections[name] = connect(path)
      return setTimeout(pause).then(() => attempt(name, run, left - 1))
    })
  return {
    protocol: "file",
    get closed() {
      return connections.alone.closed
    },
    execute: (statement: InStatement) => attempt("alone", (connection) => connection.execute(statement)),
    batch: (statements, mode) => attempt("alone", (connection) => connection.batch(statements, mode)),
    migrate: (statements) => attempt("alone", (connection) => connection.migrate(statements)),
    executeMultiple: (statements) => attempt("alone", (connection) => connection.executeMultiple(statements)),
    transaction: () =>
      attempt("transacting", (connection) =>
        connection.execute("BEGIN IMMEDIATE").then(() => transactionOn(connection))
      ),
    sync: () => connections.alone.sync(),
    close: () => {
      connections.alone.close()
      connections.transacting.close()
    }
  }
}

/** Opens a file. */
const opened = (path: string, filename: string, open: (path: string) => Client) =>
  Effect.acquireRelease(
    Effect.try({
      try: () => open(path),
      catch: (error) =>
        unusable(
          filename,
          existsSync(dirname(path)) ? reasonOf(error) : `there is no folder ${dirname(path)}. Create it.`
        )
    }),
    (client) => Effect.sync(() => client.close())
  )

/** Writes what is there already: a file that cannot be written is known at once, and not when the first job is stored. */
const writable = (sql: SqlClient.SqlClient) =>
  sql.withTransaction(
    Effect.gen(function* () {
      const [found] = yield* sql<{ user_version: bigint | number }>`PRAGMA user_version`
      yield* sql`PRAGMA user_version = ${sql.literal(String(found?.user_version ?? 0))}`
    })
  )

const make = (path: string, filename: string) =>
  Effect.gen(function* () {
    const liveClient = yield* opened(path, filename, patient)
    const sql = yield* LibsqlClient.make({ liveClient })
    // Readers and the writer of a database in this mode do not wait for each other. It is kept in the file.
    yield* Effect.mapError(sql`PRAGMA journal_mode = WAL`, fromSql(filename))
    yield* Effect.mapError(writable(sql), fromSql(filename))
    // After an orderly end the file has everything, and can be copied alone.
    yield* Effect.addFinalizer(() => Effect.ignore(sql`PRAGMA wal_checkpoint(TRUNCATE)`))
    return sql
  })

/** A SQLite file. It is created if it does not exist. */
export const layer = (filename: string): Layer.Layer<SqlClient.SqlClient, DatabaseUnusable> =>
  Layer.fresh(
    Layer.scoped(
      SqlClient.SqlClient,
      Effect.suspend(() => make(pathOf(filename), filename))
    ).pipe(Layer.provide(Reactivity.layer))
  )

/** A SQLite file that exists. */
export const layerExisting = (filename: string): Layer.Layer<SqlClient.SqlClient, DatabaseUnusable> =>
  Layer.unwrapEffect(
    Effect.suspend(() =>
      existsSync(filename)
        ? Effect.succeed(layer(filename))
        : Effect.fail(unusable(filename, "there is no such file. The process that runs the jobs makes it."))
    )
  )

/**
 * Makes this process the owner of a SQLite file, as long as the scope is open. A second file has the lock, so that other
 * processes can still read and control the jobs. The system releases the lock when the process ends in any way.
 */
export const own = (filename: string): Effect.Effect<void, DatabaseInUse | DatabaseUnusable, Scope.Scope> =>
  Effect.gen(function* () {
    const client = yield* opened(`${pathOf(filename)}.lock`, filename, connect)
    yield* Effect.acquireRelease(
      Effect.tryPromise({
        try: () => client.transaction("write"),
        catch: (error) =>
          isBusy(error)
            ? new DatabaseInUse({
                message: `${filename}: another process runs the jobs of this file. Stop it, or use another file.`,
                filename
              })
            : unusable(filename, reasonOf(error))
      }),
      (transaction) => Effect.sync(() => transaction.close())
    )
  })

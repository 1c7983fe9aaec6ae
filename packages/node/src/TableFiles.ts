/** Table files of every format on disk: CSV, TSV and SDF of `TableFile`, and XLSX of `XlsxFile`. @since 0.1.0 */
import type { PlatformError } from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import type * as Path from "@effect/platform/Path"
import * as TableFile from "@effect-kaleidoscope/sdk/TableFile"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as XlsxFile from "./XlsxFile.js"

/** How a table file is read. Options that do not belong to its format have no effect. @since 0.1.0 @category models */
export interface ReadOptions extends TableFile.ReadOptions, XlsxFile.ReadOptions {}

/** How a table file is written. Options that do not belong to its format have no effect. @since 0.1.0 @category models */
export interface WriteOptions extends TableFile.WriteOptions, XlsxFile.WriteOptions {}

/** A table of text, or of a workbook. @since 0.1.0 @category models */
export type AnyTable<E = never, R = never> = TableFile.TextTable<E, R> | XlsxFile.SheetTable<E, R>

// The first bytes of a ZIP archive.
const archive = [0x50, 0x4b, 0x03, 0x04]

/** Whether a file is XLSX: by its first bytes, or, if it is a pipe, whose bytes come only once, by its name. */
const isXlsx = (path: string): Effect.Effect<boolean, PlatformError, FileSystem.FileSystem> =>
  Effect.gen(function* () {
    if (TableFile.formatOf(path) === "xlsx") return true
    const fileSystem = yield* FileSystem.FileSystem
    if ((yield* fileSystem.stat(path)).type !== "File") return false
    const parts = yield* Stream.runCollect(fileSystem.stream(path, { bytesToRead: archive.length }))
    const first = Array.from(parts).flatMap((part) => [...part])
    return archive.every((byte, index) => first[index] === byte)
  })

/**
 * Reads a table from a file on disk: XLSX if its content or its name says so, or else as `TableFile.readFile`. Fails as those
 * do, and with `PlatformError` if the file cannot be read.
 *
 * @example
 * ```ts
 * import { TableFiles } from "@effect-kaleidoscope/node"
 * import * as NodeFileSystem from "@effect/platform-node/NodeFileSystem"
 * import * as Effect from "effect/Effect"
 * import * as Stream from "effect/Stream"
 *
 * const count = (path: string) =>
 *   Effect.gen(function* () {
 *     const table = yield* TableFiles.readFile(path)
 *     return yield* Stream.runCount(table.rows)
 *   }).pipe(Effect.scoped, Effect.provide(NodeFileSystem.layer))
 * ```
 *
 * @since 0.1.0
 * @category reading
 */
export const readFile = (
  path: string,
  options: ReadOptions = {}
): Effect.Effect<
  AnyTable<TableFile.TableFileError | PlatformError>,
  TableFile.TableFileError | PlatformError,
  FileSystem.FileSystem | Scope.Scope
> =>
  Effect.flatMap(
    options.format === undefined ? isXlsx(path) : Effect.succeed(false),
    (
      isXlsx
    ): Effect.Effect<
      AnyTable<TableFile.TableFileError | PlatformError>,
      TableFile.TableFileError | PlatformError,
      FileSystem.FileSystem | Scope.Scope
    > => (isXlsx ? XlsxFile.readFile(path, options) : TableFile.readFile(path, options))
  )

/**
 * Writes rows to a file on disk, in the format that the ending of its name tells: see `XlsxFile.writeFile` and
 * `TableFile.writeFile`. Fails as those do.
 *
 * @since 0.1.0
 * @category writing
 */
export const writeFile = <E, R>(
  rows: Stream.Stream<TableFile.Values, E, R>,
  path: string,
  options: WriteOptions = {}
): Effect.Effect<void, E | TableFile.TableFileError | PlatformError, R | FileSystem.FileSystem | Path.Path> =>
  options.format === undefined && TableFile.formatOf(path) === "xlsx"
    ? XlsxFile.writeFile(rows, path, options)
    : TableFile.writeFile(rows, path, options)

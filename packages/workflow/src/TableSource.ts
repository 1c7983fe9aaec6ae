/** Where a job reads its table: a place that can be read again, after a new start, with the same content. @since 0.1.0 */
import { createHash } from "node:crypto"
import type { PlatformError } from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import * as TableFile from "@effect-kaleidoscope/sdk/TableFile"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"

/** The table cannot be read, is not a table, or is not the same as when the job began. @since 0.1.0 @category errors */
export class SourceError extends Schema.TaggedError<SourceError>()("KaleidoscopeSourceError", {
  message: Schema.String,
  /** The place, as the job names it. */
  source: Schema.String
}) {}

/** The methods of the service. @since 0.1.0 @category models */
export interface Service {
  /**
   * A text that is different if the content is different, such as a checksum. A job that goes on after a new start compares
   * it with the text of its beginning.
   */
  readonly fingerprint: (source: string) => Effect.Effect<string, SourceError>
  /** Opens the table. Its rows may be run several times, and give the same rows in the same order. */
  readonly open: (source: string) => Effect.Effect<TableFile.Table<SourceError>, SourceError, Scope.Scope>
}

/** The tag of the {@link Service}. @since 0.1.0 @category tags */
export class TableSource extends Context.Tag("@effect-kaleidoscope/workflow/TableSource")<TableSource, Service>() {}

/** An error of a file, without its cause. */
const fromFile = (source: string) => (error: TableFile.TableFileError | PlatformError) =>
  new SourceError({ message: `${source}: ${error.message}`, source })

const digest = (bytes: Stream.Stream<Uint8Array, PlatformError>) =>
  Effect.suspend(() => {
    const hash = createHash("sha256")
    return Effect.map(
      Stream.runForEach(bytes, (chunk) => Effect.sync(() => hash.update(chunk))),
      () => hash.digest("hex")
    )
  })

/** A table that is a file: CSV, TSV or SDF. The source is its path. @since 0.1.0 @category layers */
export const layerFile = (options: TableFile.ReadOptions = {}) =>
  Layer.effect(
    TableSource,
    Effect.map(FileSystem.FileSystem, (fileSystem): Service => {
      const read = Effect.provideService(FileSystem.FileSystem, fileSystem)
      return {
        fingerprint: (path) => Effect.mapError(digest(fileSystem.stream(path)), fromFile(path)),
        open: (path) =>
          TableFile.readFile(path, options).pipe(
            read,
            Effect.map(({ columns, rows }) => ({ columns, rows: Stream.mapError(rows, fromFile(path)) })),
            Effect.mapError(fromFile(path))
          )
      }
    })
  )

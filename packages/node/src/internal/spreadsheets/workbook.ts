/** The only module that uses `hucre`, so that another library can take its place. */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { type CellValue, type ReadOptions, readXlsx, type StreamRow, streamXlsxRows, writeXlsxStream } from "hucre/xlsx"

/** What a cell of a workbook holds. */
export type { CellValue } from "hucre/xlsx"

type SheetFilter = Extract<ReadOptions["sheets"], (...sheet: never) => boolean>

/** A row of a sheet; the index of the first row is 0. */
export type SheetRow = StreamRow

const reasonOf = (error: unknown): string => (error instanceof Error ? error.message : "it cannot be read")

/** The sheets that people see, in their order; the hidden ones come after them. Fails with the reason why it cannot be read. */
export const sheetNames = (bytes: Uint8Array): Effect.Effect<ReadonlyArray<string>, string> =>
  Effect.suspend(() => {
    const visible: Array<string> = []
    const hidden: Array<string> = []
    const sheets: SheetFilter = (sheet) => {
      const names = sheet.hidden || sheet.veryHidden ? hidden : visible
      names.push(sheet.name)
      return false
    }
    return Effect.tryPromise({ try: () => readXlsx(bytes, { sheets }), catch: reasonOf }).pipe(
      Effect.map(() => [...visible, ...hidden])
    )
  })

/**
 * The rows of a sheet, up to the first one that is not accepted, which is given, too. Fails with the reason why it cannot be
 * read. The library reads on while nobody asks for a row, so each row is checked as soon as it is there: otherwise wide
 * rows would fill the memory.
 */
export const sheetRows = (
  bytes: Uint8Array,
  sheet: string,
  isAccepted: (row: SheetRow) => boolean
): Stream.Stream<SheetRow, string> =>
  Stream.asyncPush<SheetRow, string>(
    (emit) =>
      Effect.acquireRelease(
        Effect.sync(() => {
          const rows = streamXlsxRows(bytes, { sheet })
          const next = (): Promise<void> =>
            rows.next().then((result) => {
              if (result.done === true) return emit.end()
              emit.single(result.value)
              return isAccepted(result.value) ? next() : rows.return().then(() => emit.end())
            })
          next().catch((error) => emit.fail(reasonOf(error)))
          return rows
        }),
        // A row that the library is reading ends first.
        (rows) => Effect.promise(() => rows.return())
      ),
    { bufferSize: "unbounded" }
  )

// The library reads `_x0041_` as "A", and writes it as it is. Excel writes the underscore as an escape of its own.
const escape = /_(?=x[0-9A-Fa-f]{4}_)/g

const escaped = (value: CellValue): CellValue => (typeof value === "string" ? value.replace(escape, "_x005F_") : value)

/** The bytes of a workbook with one sheet. Fails with the reason why it cannot be written. */
export const writeSheet = <E, R>(
  rows: Stream.Stream<ReadonlyArray<CellValue>, E, R>,
  name: string,
  onError: (reason: string) => E
): Stream.Stream<Uint8Array, E, R> =>
  Stream.unwrap(
    Effect.gen(function* () {
      // The library gives its own form to an error of the rows, so the error is kept here.
      let failed: Stream.Stream<never, E> | undefined
      const iterable = yield* rows.pipe(
        Stream.map((row) => row.map(escaped)),
        Stream.tapErrorCause((cause) =>
          Effect.sync(() => {
            failed = Stream.failCause(cause)
          })
        ),
        Stream.toAsyncIterableEffect
      )
      const readable = yield* Effect.try({
        try: () => writeXlsxStream(iterable, { name }),
        catch: (error) => onError(reasonOf(error))
      })
      return Stream.fromReadableStream({
        evaluate: () => readable,
        onError: (error) => onError(reasonOf(error))
      }).pipe(Stream.catchAll((error) => failed ?? Stream.fail(error)))
    })
  )

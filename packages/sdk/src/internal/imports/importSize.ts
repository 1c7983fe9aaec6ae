// The limit of the platform is not known. A Fastify server takes 1 MiB by default.
const mostBytes = 768 * 1024

const rowsAtFirst = 2000

const mostRows = 10_000

/** How many rows go into one import. */
export interface ImportSize {
  readonly rows: () => number
  /** The server took rows in a body of this many bytes. */
  readonly taken: (rows: number, bytes: number) => void
  /** The server refused the body of rows, because it is too large. */
  readonly refused: (rows: number, bytes: number) => void
}

export const fixed = (rows: number): ImportSize => ({
  rows: () => rows,
  taken: () => undefined,
  refused: () => undefined
})

/** As many rows as fit into a body of one size, as the rows before show: small imports are slow, and a large body is refused. */
export const fitting = (): ImportSize => {
  let bytesPerImport = mostBytes
  let next = rowsAtFirst
  const fit = (rows: number, bytes: number) => {
    if (bytes > 0) next = Math.max(1, Math.min(mostRows, Math.floor((rows * bytesPerImport) / bytes)))
  }
  return {
    rows: () => next,
    taken: fit,
    refused: (rows, bytes) => {
      // Not a number of rows: a single large row would make all later imports small.
      bytesPerImport = Math.min(bytesPerImport, bytes / 2)
      fit(rows, bytes)
    }
  }
}

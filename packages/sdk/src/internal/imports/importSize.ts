// The limit of the platform is not known. A Fastify server takes 1 MiB by default.
const bytesPerImport = 768 * 1024

const rowsAtFirst = 2000

const mostRows = 10_000

/** How many rows go into one import. */
export interface ImportSize {
  readonly rows: () => number
  /** Rows were sent in a body of this many bytes. */
  readonly sent: (rows: number, bytes: number) => void
  /** The server refused the body of this many rows, because it is too large. */
  readonly refused: (rows: number) => void
}

export const fixed = (rows: number): ImportSize => ({
  rows: () => rows,
  sent: () => undefined,
  refused: () => undefined
})

/** As many rows as fit into a body of one size, as the rows before show: small imports are slow, and a large body is refused. */
export const fitting = (): ImportSize => {
  let most = mostRows
  let rows = rowsAtFirst
  const set = (wanted: number) => {
    rows = Math.max(1, Math.min(most, Math.floor(wanted)))
  }
  return {
    rows: () => rows,
    sent: (sent, bytes) => {
      if (bytes > 0) set((sent * bytesPerImport) / bytes)
    },
    refused: (refused) => {
      most = Math.max(1, Math.floor(refused / 2))
      set(rows)
    }
  }
}

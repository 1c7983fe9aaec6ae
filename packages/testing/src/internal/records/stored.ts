import type { Record } from "./model.js"

/** The records of a workspace by their ids. A record may be made when it is first read: few records of an import are. */
export class StoredRecords {
  private readonly stored: Map<string, Record | (() => Record)>

  constructor(records: ReadonlyArray<Record>) {
    this.stored = new Map(records.map((record) => [record.id, record]))
  }

  get(id: string): Record | undefined {
    const found = this.stored.get(id)
    return typeof found === "function" ? this.made(id, found) : found
  }

  has(id: string): boolean {
    return this.stored.has(id)
  }

  set(id: string, record: Record | (() => Record)): void {
    this.stored.set(id, record)
  }

  *values(): Generator<Record, void> {
    for (const [id, found] of this.stored) {
      yield typeof found === "function" ? this.made(id, found) : found
    }
  }

  private made(id: string, make: () => Record): Record {
    const record = make()
    this.stored.set(id, record)
    return record
  }
}

import * as Scripted from "./scripted.js"

interface Field {
  readonly id: string
  readonly field_name: string | null
  readonly is_archived?: boolean
}

const listed = (fields: ReadonlyArray<string | Field>, isKey: boolean) =>
  fields.map((field) => ({
    is_key: isKey,
    ...(typeof field === "string" ? { id: `id-of-${field}`, field_name: field } : field)
  }))

/** A server that has these fields, and else answers from a script. The lists may be changed. */
export const fields =
  (keyFields: ReadonlyArray<string | Field>, dataFields: ReadonlyArray<string | Field>) =>
  (script: Scripted.Script): Scripted.Script =>
  (sent, nth) =>
    sent.method === "GET" && sent.path === "/key_fields"
      ? Scripted.json(listed(keyFields, true))
      : sent.method === "GET" && sent.path === "/data_fields"
        ? Scripted.json(listed(dataFields, false))
        : script(sent, nth)

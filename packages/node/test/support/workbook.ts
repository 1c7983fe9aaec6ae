import { deflateRawSync } from "node:zlib"

/** An entry of an archive. `declared` is the unpacked size that its directory says. */
export interface Entry {
  readonly name: string
  readonly content: string | Uint8Array
  readonly declared?: number
}

const encoder = new TextEncoder()

const record = (...fields: ReadonlyArray<readonly [bytes: 2 | 4, value: number]>): Buffer =>
  Buffer.concat(
    fields.map(([bytes, value]) => {
      const field = Buffer.alloc(bytes)
      field.writeUIntLE(value, 0, bytes)
      return field
    })
  )

/** A ZIP archive, without checksums. */
export const archive = (entries: ReadonlyArray<Entry>): Uint8Array => {
  const files: Array<Buffer> = []
  const directory: Array<Buffer> = []
  let at = 0
  for (const { content, declared, name } of entries) {
    const bytes = typeof content === "string" ? encoder.encode(content) : content
    const packed = deflateRawSync(bytes)
    const size = declared ?? bytes.length
    const common = [
      [2, 20],
      [2, 0],
      [2, 8],
      [4, 0],
      [4, 0],
      [4, packed.length],
      [4, size],
      [2, name.length],
      [2, 0]
    ] as const
    const file = Buffer.concat([record([4, 0x04034b50], ...common), Buffer.from(name), packed])
    directory.push(
      record([4, 0x02014b50], [2, 20], ...common, [2, 0], [2, 0], [2, 0], [4, 0], [4, at]),
      Buffer.from(name)
    )
    files.push(file)
    at += file.length
  }
  const index = Buffer.concat(directory)
  const end = record(
    [4, 0x06054b50],
    [2, 0],
    [2, 0],
    [2, entries.length],
    [2, entries.length],
    [4, index.length],
    [4, at],
    [2, 0]
  )
  return Uint8Array.from(Buffer.concat([...files, index, end]))
}

export interface SheetXml {
  readonly name: string
  readonly state?: "hidden" | "veryHidden"
  /** The XML of its rows. */
  readonly rows: string
}

const head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
const main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
const relationships = "http://schemas.openxmlformats.org/package/2006/relationships"
const office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"

/** The entries of a workbook, in the order of Excel. Style 1 is a day, 2 a day with a time, 3 a time, 4 a format of its own. */
export const entriesOf = (
  sheets: ReadonlyArray<SheetXml>,
  options: { readonly strings?: ReadonlyArray<string>; readonly from1904?: boolean } = {}
): ReadonlyArray<Entry> => [
  {
    name: "[Content_Types].xml",
    content: `${head}<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>`
  },
  {
    name: "_rels/.rels",
    content: `${head}<Relationships xmlns="${relationships}"><Relationship Id="rId1" Type="${office}/officeDocument" Target="xl/workbook.xml"/></Relationships>`
  },
  {
    name: "xl/workbook.xml",
    content: `${head}<workbook xmlns="${main}" xmlns:r="${office}"><workbookPr${options.from1904 === true ? ' date1904="1"' : ""}/><sheets>${sheets
      .map(
        ({ name, state }, index) =>
          `<sheet name="${name}" sheetId="${index + 1}"${state === undefined ? "" : ` state="${state}"`} r:id="rId${index + 1}"/>`
      )
      .join("")}</sheets></workbook>`
  },
  {
    name: "xl/_rels/workbook.xml.rels",
    content: `${head}<Relationships xmlns="${relationships}">${sheets
      .map(
        (_, index) =>
          `<Relationship Id="rId${index + 1}" Type="${office}/worksheet" Target="worksheets/sheet${index + 1}.xml"/>`
      )
      .join(
        ""
      )}<Relationship Id="rIdS" Type="${office}/styles" Target="styles.xml"/><Relationship Id="rIdT" Type="${office}/sharedStrings" Target="sharedStrings.xml"/></Relationships>`
  },
  ...sheets.map(({ rows }, index) => ({
    name: `xl/worksheets/sheet${index + 1}.xml`,
    content: `${head}<worksheet xmlns="${main}"><sheetData>${rows}</sheetData></worksheet>`
  })),
  {
    name: "xl/styles.xml",
    content: `${head}<styleSheet xmlns="${main}"><numFmts count="1"><numFmt numFmtId="164" formatCode="dd\\.mm\\.yyyy"/></numFmts><fonts count="1"><font/></fonts><fills count="1"><fill/></fills><borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="5">${[0, 14, 22, 21, 164].map((id) => `<xf numFmtId="${id}" applyNumberFormat="1"/>`).join("")}</cellXfs></styleSheet>`
  },
  {
    name: "xl/sharedStrings.xml",
    content: `${head}<sst xmlns="${main}">${(options.strings ?? []).map((text) => `<si>${text}</si>`).join("")}</sst>`
  }
]

export const workbook = (...args: Parameters<typeof entriesOf>): Uint8Array => archive(entriesOf(...args))

/** The XML of a row with cells of text. */
export const textRow = (row: number, ...texts: ReadonlyArray<string>): string =>
  `<row r="${row}">${texts.map((text) => `<c t="inlineStr"><is><t>${text}</t></is></c>`).join("")}</row>`

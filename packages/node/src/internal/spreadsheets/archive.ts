// Signatures and sizes of the records of a ZIP archive.
const endSignature = 0x06054b50
const endLength = 22
const longestComment = 0xffff
const entrySignature = 0x02014b50
const entryLength = 46
const extraOfSizes = 1
const inExtra = 0xffffffff

/** The size of an entry that is too large for its field: it is the first number of an extra field. */
const sizeInExtra = (view: DataView, from: number, length: number): number | undefined => {
  const end = Math.min(from + length, view.byteLength)
  for (let at = from; at + 12 <= end; at += 4 + view.getUint16(at + 2, true)) {
    if (view.getUint16(at, true) === extraOfSizes) return Number(view.getBigUint64(at + 4, true))
  }
  return undefined
}

/**
 * The bytes that the entries of a ZIP archive have when they are unpacked, as its directory says; `undefined` if it is not an
 * archive, or if the directory does not say it. The library unpacks no more of an entry than this, so the sum bounds it.
 */
export const unpackedSize = (bytes: Uint8Array): number | undefined => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let end = bytes.length - endLength
  const first = Math.max(0, end - longestComment)
  while (end >= first && view.getUint32(end, true) !== endSignature) end--
  if (end < first) return undefined
  const entries = view.getUint16(end + 10, true)
  let at = view.getUint32(end + 16, true)
  let sum = 0
  for (let nth = 0; nth < entries; nth++) {
    if (at + entryLength > bytes.length || view.getUint32(at, true) !== entrySignature) return undefined
    const packed = view.getUint32(at + 20, true)
    const declared = view.getUint32(at + 24, true)
    const name = view.getUint16(at + 28, true)
    const extra = view.getUint16(at + 30, true)
    const size = declared === inExtra ? sizeInExtra(view, at + entryLength + name, extra) : declared
    // An empty entry is two bytes when it is packed. The library takes a size of zero for an unknown size.
    if (size === undefined || (size === 0 && packed > 2)) return undefined
    sum += size
    at += entryLength + name + extra + view.getUint16(at + 32, true)
  }
  return sum
}

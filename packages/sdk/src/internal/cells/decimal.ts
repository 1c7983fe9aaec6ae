import type * as BigDecimal from "effect/BigDecimal"

/** All digits of a decimal, the zeros at its end too. */
export const formatDecimal = ({ scale, value }: BigDecimal.BigDecimal): string => {
  const digits = String(value < 0n ? -value : value)
  const sign = value < 0n ? "-" : ""
  if (scale === 0) return sign + digits
  const padded = digits.padStart(scale + 1, "0")
  // Zeros before the point would be digits that nobody wrote.
  if (scale < 0) {
    const behind = digits.slice(1)
    return `${sign}${digits.slice(0, 1)}${behind === "" ? "" : `.${behind}`}e${behind.length - scale}`
  }
  return `${sign}${padded.slice(0, -scale)}.${padded.slice(-scale)}`
}

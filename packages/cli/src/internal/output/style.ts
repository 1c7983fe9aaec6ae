import { styleText } from "node:util"

type Format = Parameters<typeof styleText>[0]

/** Text with colours, or without them. */
export interface Style {
  readonly bold: (text: string) => string
  readonly dim: (text: string) => string
  readonly red: (text: string) => string
  readonly yellow: (text: string) => string
  readonly green: (text: string) => string
}

export const make = (colored: boolean): Style => {
  const style =
    (format: Format) =>
    (text: string): string =>
      colored ? styleText(format, text) : text
  return {
    bold: style("bold"),
    dim: style("dim"),
    red: style("red"),
    yellow: style("yellow"),
    green: style("green")
  }
}

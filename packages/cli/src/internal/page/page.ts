/** A page with a table, in one file that needs no other. */
import * as Stream from "effect/Stream"
import { script, style } from "./look.js"

export interface Column {
  readonly name: string
  readonly kind: "text" | "number" | "structure"
}

export interface Row {
  readonly values: ReadonlyArray<string | number | null>
  /** SVG by the index of its column. The same value always has the same drawing. */
  readonly drawings?: { readonly [index: number]: string } | undefined
}

/** JSON that can stand in a script of a page. */
const json = (value: unknown): string =>
  JSON.stringify(value).replace(
    /[<\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`
  )

const escapes: { readonly [character: string]: string } = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" }

const escaped = (text: string): string => text.replace(/[&<>"]/g, (character) => escapes[character] ?? "")

const policy = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:"

const head = (title: string, about: string, columns: ReadonlyArray<Column>): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<title>${escaped(title)}</title>
<style>${style}</style>
</head>
<body>
<h1>${escaped(title)}</h1>
<p>${escaped(about)}</p>
<div id="tools">
<input id="search" type="search" placeholder="Search all columns" aria-label="Search all columns">
<button id="back" type="button">Back</button>
<button id="on" type="button">Next</button>
<span id="count" aria-live="polite"></span>
</div>
<div id="charts"></div>
<div class="scroll"><table><thead><tr></tr></thead><tbody></tbody></table></div>
<noscript>This page needs JavaScript to show its table.</noscript>
<script type="application/json" id="columns">${json({ columns })}</script>
<script type="application/json" id="rows">[
`

const tail = `
]</script>
<script>${script}</script>
</body>
</html>
`

/** Leaves out the drawings of values that an earlier row has, too: the script of the page finds them by the value. */
const drawnOnce = () => {
  const drawn = new Set<unknown>()
  return ({ drawings = {}, values }: Row): Row => {
    const first = Object.entries(drawings).filter(([index]) => {
      const value = values[Number(index)]
      const isFirst = !drawn.has(value)
      drawn.add(value)
      return isFirst
    })
    return first.length === 0 ? { values } : { values, drawings: Object.fromEntries(first) }
  }
}

/** The text of the page, as the rows arrive. */
export const write = <E, R>(
  rows: Stream.Stream<Row, E, R>,
  { about, columns, title }: { readonly title: string; readonly about: string; readonly columns: ReadonlyArray<Column> }
): Stream.Stream<string, E, R> =>
  Stream.make(head(title, about, columns)).pipe(
    Stream.concat(
      Stream.suspend(() => Stream.map(rows, drawnOnce())).pipe(Stream.map(json), Stream.intersperse(",\n"))
    ),
    Stream.concat(Stream.make(tail))
  )

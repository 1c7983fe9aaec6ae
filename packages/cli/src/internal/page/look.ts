/** The style and the script of a page. The script reads the rows from the page itself: nothing is loaded from elsewhere. */

export const style = `
:root { color-scheme: light dark; --line: #8884; --accent: #2563eb; font: 14px/1.4 system-ui, sans-serif }
body { margin: 0 auto; padding: 1rem; max-width: 110rem }
h1 { font-size: 1.3rem; margin: 0 0 .3rem }
p { margin: 0 0 .8rem; opacity: .75 }
#tools { display: flex; flex-wrap: wrap; gap: .6rem; align-items: center; margin-bottom: .8rem }
input, button, select { font: inherit; padding: .25rem .5rem }
#search { min-width: 16rem }
#charts { display: flex; flex-wrap: wrap; gap: 1rem; margin-bottom: 1rem }
figure { margin: 0; border: 1px solid var(--line); border-radius: 6px; padding: .5rem }
figcaption { font-weight: 600 }
figure svg { display: block }
figure rect { fill: var(--accent) }
figure text { fill: currentColor; font-size: 10px }
.scroll { overflow: auto; max-height: 80vh; border: 1px solid var(--line); border-radius: 6px }
table { border-collapse: collapse; width: 100% }
th, td { padding: .3rem .6rem; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top }
thead th { position: sticky; top: 0; background: Canvas; z-index: 1 }
th button { all: unset; cursor: pointer; font-weight: 600; white-space: nowrap }
th button:focus-visible { outline: 2px solid var(--accent) }
th input { display: block; width: 100%; min-width: 6rem; box-sizing: border-box; margin-top: .2rem }
td.number { text-align: right; font-variant-numeric: tabular-nums }
td img { background: #fff; border-radius: 4px; display: block; width: 180px; height: 120px; object-fit: contain }
td small { display: block; max-width: 180px; overflow-wrap: anywhere; opacity: .7 }
`

export const script = `
const { columns } = JSON.parse(document.getElementById("columns").textContent)
const rows = JSON.parse(document.getElementById("rows").textContent)
// Each drawing is in the first of the rows that have its structure.
const drawings = new Map(rows.flatMap((row) =>
  Object.entries(row.drawings ?? {}).map(([index, drawing]) => [row.values[index], drawing])))
const perPage = 100
let sorted = { column: -1, descending: false }
let page = 0
let shown = rows
const text = (value) => (value === null ? "" : String(value))
const make = (name, properties = {}, children = []) => {
  const element = document.createElement(name)
  Object.assign(element, properties)
  element.append(...children)
  return element
}
const filters = columns.map(() => "")
// "< 50", ">= 3" and "1..5" compare numbers; any other text is looked for.
const accepts = (filter) => {
  const range = /^\\s*(-?[\\d.]+)\\s*\\.\\.\\s*(-?[\\d.]+)\\s*$/.exec(filter)
  if (range) return (value) => value !== null && +value >= +range[1] && +value <= +range[2]
  const limit = /^\\s*(<=|>=|<|>|=)\\s*(-?[\\d.]+(?:e[+-]?\\d+)?)\\s*$/i.exec(filter)
  if (limit) {
    const bound = +limit[2]
    const compare = { "<": (a) => a < bound, ">": (a) => a > bound, "<=": (a) => a <= bound, ">=": (a) => a >= bound, "=": (a) => a === bound }[limit[1]]
    return (value) => value !== null && value !== "" && !Number.isNaN(+value) && compare(+value)
  }
  const wanted = filter.toLowerCase()
  return (value) => text(value).toLowerCase().includes(wanted)
}
const apply = () => {
  const search = document.getElementById("search").value.toLowerCase()
  const checks = filters.flatMap((filter, index) => (filter.trim() === "" ? [] : [[index, accepts(filter)]]))
  shown = rows.filter(({ values }) =>
    checks.every(([index, check]) => check(values[index])) &&
    (search === "" || values.some((value) => text(value).toLowerCase().includes(search))))
  if (sorted.column >= 0) {
    const { column, descending } = sorted
    const numbers = columns[column].kind === "number"
    const sign = descending ? -1 : 1
    shown = [...shown].sort((one, other) => {
      const a = one.values[column]
      const b = other.values[column]
      // Missing values come last in both directions.
      if (a === null || a === "") return b === null || b === "" ? 0 : 1
      if (b === null || b === "") return -1
      return sign * (numbers ? a - b : text(a).localeCompare(text(b), undefined, { numeric: true }))
    })
  }
  page = 0
  draw()
}
const cellOf = (row, index) => {
  const { kind } = columns[index]
  const value = row.values[index]
  const drawing = kind === "structure" ? drawings.get(value) : undefined
  if (drawing !== undefined) {
    // An image runs no script, whatever is in it.
    const image = make("img", { src: "data:image/svg+xml," + encodeURIComponent(drawing), alt: text(value), loading: "lazy" })
    return make("td", {}, [image, make("small", { textContent: text(value) })])
  }
  return make("td", { className: kind, textContent: text(value) })
}
const draw = () => {
  const pages = Math.max(1, Math.ceil(shown.length / perPage))
  const part = shown.slice(page * perPage, (page + 1) * perPage)
  document.querySelector("tbody").replaceChildren(
    ...part.map((row) => make("tr", {}, columns.map((_, index) => cellOf(row, index)))))
  document.getElementById("count").textContent = shown.length + " of " + rows.length + " rows, page " + (page + 1) + " of " + pages
  document.getElementById("back").disabled = page === 0
  document.getElementById("on").disabled = page >= pages - 1
  columns.forEach(({ name }, index) => {
    const heading = document.querySelectorAll("thead th")[index]
    const mark = sorted.column === index ? (sorted.descending ? " ▼" : " ▲") : ""
    heading.querySelector("button").textContent = name + mark
    heading.setAttribute("aria-sort", mark === "" ? "none" : sorted.descending ? "descending" : "ascending")
  })
  histograms()
}
const bins = 24
const histograms = () => {
  document.getElementById("charts").replaceChildren(...columns.flatMap(({ kind, name }, index) => {
    if (kind !== "number") return []
    const numbers = shown.map(({ values }) => values[index]).filter((value) => typeof value === "number")
    if (numbers.length === 0) return []
    const least = numbers.reduce((a, b) => Math.min(a, b))
    const most = numbers.reduce((a, b) => Math.max(a, b))
    const counts = new Array(bins).fill(0)
    for (const number of numbers) counts[most === least ? 0 : Math.min(bins - 1, Math.floor(((number - least) / (most - least)) * bins))]++
    const highest = Math.max(...counts)
    const space = "http://www.w3.org/2000/svg"
    const svg = document.createElementNS(space, "svg")
    svg.setAttribute("width", "240")
    svg.setAttribute("height", "90")
    svg.setAttribute("role", "img")
    svg.setAttribute("aria-label", "Histogram of " + name)
    counts.forEach((count, bin) => {
      const bar = document.createElementNS(space, "rect")
      const height = (count / highest) * 70
      for (const [key, value] of Object.entries({ x: bin * 10, y: 74 - height, width: 9, height })) bar.setAttribute(key, value)
      const title = document.createElementNS(space, "title")
      const low = least + (bin * (most - least)) / bins
      const high = least + ((bin + 1) * (most - least)) / bins
      title.textContent = count + " from " + low.toPrecision(4) + " to " + high.toPrecision(4)
      bar.append(title)
      svg.append(bar)
    })
    for (const [x, anchor, label] of [[0, "start", least], [240, "end", most]]) {
      const words = document.createElementNS(space, "text")
      for (const [key, value] of Object.entries({ x, y: 86, "text-anchor": anchor })) words.setAttribute(key, value)
      words.textContent = label.toPrecision(4)
      svg.append(words)
    }
    return [make("figure", {}, [make("figcaption", { textContent: name + " (" + numbers.length + ")" }), svg])]
  }))
}
document.querySelector("thead tr").append(...columns.map(({ name }, index) => {
  const button = make("button", { type: "button", textContent: name })
  button.addEventListener("click", () => {
    sorted = { column: index, descending: sorted.column === index && !sorted.descending }
    apply()
  })
  const filter = make("input", { type: "search", placeholder: "filter" })
  filter.setAttribute("aria-label", "Filter " + name)
  filter.addEventListener("input", () => {
    filters[index] = filter.value
    apply()
  })
  return make("th", { scope: "col" }, [button, filter])
}))
document.getElementById("search").addEventListener("input", apply)
document.getElementById("back").addEventListener("click", () => { page--; draw() })
document.getElementById("on").addEventListener("click", () => { page++; draw() })
apply()
`

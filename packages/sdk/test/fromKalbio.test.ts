import { readdirSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import * as Sdk from "@effect-kaleidoscope/sdk"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import { expect, it } from "../../../test/vitest.js"
import * as Kalbio from "./support/kalbio.js"
import * as Scripted from "./support/scripted.js"
import { AuthToken } from "./support/workspace.js"

const root = fileURLToPath(new URL("../../../", import.meta.url))

const sources = ["packages/sdk/src", "packages/node/src"].flatMap((folder) =>
  readdirSync(`${root}${folder}`, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => ({ file, text: readFileSync(`${root}${folder}/${file}`, "utf8") }))
)

/** What the sources declare: arguments, options and fields, exports, tags of errors, variables of the environment. */
const declared = new Set(
  sources.flatMap(({ text }) =>
    [
      /\breadonly (\w+)\??:/g,
      /^ {2}(\w+): (?:Wire|Ids|Schema)\b/gm,
      /^export (?:const|class|type|interface) (\w+)/gm,
      /"(Kaleidoscope\w+|KALEIDOSCOPE_\w+)"/g
    ].flatMap((pattern) => Array.from(text.matchAll(pattern), ([, name]) => name ?? ""))
  )
)

const services = Effect.all({
  activities: Sdk.Activities.make,
  dashboards: Sdk.Dashboards.make,
  definitions: Sdk.ActivityDefinitions.make,
  exports: Sdk.Exports.make,
  fields: Sdk.EntityFields.make,
  files: Sdk.Files.make,
  imports: Sdk.Imports.make,
  labels: Sdk.Labels.make,
  programs: Sdk.Programs.make,
  properties: Sdk.Properties.make,
  propertyFields: Sdk.PropertyFields.make,
  records: Sdk.Records.make,
  registration: Sdk.Registration.make,
  templates: Sdk.ResultTableTemplates.make,
  types: Sdk.EntityTypes.make,
  views: Sdk.RecordViews.make,
  workspace: Sdk.Workspace.make
})

/** The module of the package for Node that has this name. */
const inNode = (module: string) => {
  const source = sources.find(({ file, text }) => file === `${module}.ts` && text.includes("@since"))
  return source === undefined
    ? undefined
    : Object.fromEntries(Array.from(source.text.matchAll(/^export const (\w+)/gm), ([, name]) => [name ?? "", true]))
}

/** What is written for something of kalbio: the code in the right column of each table. */
const cells = readFileSync(`${root}docs/from-kalbio.md`, "utf8")
  .split("\n")
  .filter((line) => line.startsWith("| ") && !line.startsWith("| ---") && !line.startsWith("| kalbio"))
  .map((line) => {
    const [, left = "", right = ""] = line.split(/ *\| */)
    return { left, right, spans: Array.from(right.matchAll(/`([^`]+)`/g), ([, code]) => code ?? "") }
  })

it.effect("each service, method, option and field in docs/from-kalbio.md exists", () =>
  Effect.gen(function* () {
    const roots: { readonly [name: string]: unknown } = { ...Sdk, ...(yield* services), Schema }
    const wrong: Array<string> = []
    let count = 0
    for (const { left, spans } of cells) {
      let last: unknown
      const check = (name: string, isThere: boolean) => {
        count++
        if (!isThere) wrong.push(`${name} (for ${left})`)
      }
      for (const span of spans) {
        for (const [path] of span.matchAll(/(?<![\w.@/])[A-Za-z]\w*(?:\.\w+)+|^\.\w+/g)) {
          const [base = "", ...members] = path.split(".")
          let owner = base === "" ? last : (roots[base] ?? inNode(base))
          if (base !== "") last = owner
          for (const member of members) {
            const isThere = (Predicate.isRecord(owner) || Predicate.isFunction(owner)) && member in owner
            check(path, isThere)
            owner = isThere ? Reflect.get(Object(owner), member) : undefined
          }
          // `.attempt` behind `RequestPolicy.defaults.silence` is of the same.
          if (members.length > 1) last = Reflect.get(Object(roots[base]), members[0] ?? "")
        }
        for (const [, key = ""] of span.matchAll(/[{,]\s*([A-Za-z]\w*)\s*(?=[,:}])(?=[^{}]*\})/g)) {
          check(key, declared.has(key))
        }
        if (/^[A-Za-z]\w+$/.test(span) && !["get", "null", "Option"].includes(span)) check(span, declared.has(span))
      }
    }
    expect(wrong).toEqual([])
    expect(count).toBeGreaterThan(150)
  }).pipe(Effect.provide(AuthToken), Effect.provide(Scripted.make(() => Scripted.json([])).layer))
)

it("each public name of kalbio stands in docs/from-kalbio.md, with ours", () => {
  const named = (name: string, owner?: string): boolean =>
    cells.some(
      ({ left, right, spans }) =>
        new RegExp(`(?<!\\w)${name}(?!\\w)`).test(left) &&
        (owner === undefined || left.includes(`${owner}.`)) &&
        (spans.length > 0 || right.startsWith("not needed"))
    )
  const missing = [
    ...Object.values(Kalbio.names).flatMap((names) => names.filter((name) => !named(name))),
    ...Object.entries(Kalbio.members).flatMap(([owner, names]) =>
      names.filter((name) => !named(name, owner)).map((name) => `${owner}.${name}`)
    )
  ]
  expect(missing).toEqual([])
  expect(["no_such_name", "get_activit", "activities.update"].filter((name) => named(name))).toEqual([])
})

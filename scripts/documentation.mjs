/** Finds what the public exports of a package lack in documentation. */
import { dirname, join } from "node:path/posix"
import { parseSync, Visitor } from "oxc-parser"
import { commentText, inMarkdown, isDocumentation, proseOf } from "./examples.mjs"

/** @typedef {"value" | "type" | "namespace"} Kind */
/** @typedef {{ readonly name: string, readonly kind: Kind, readonly file: string, readonly at: number, readonly comment: string | undefined }} Export */
/** @typedef {{ readonly file: string, readonly line: number, readonly message: string }} Finding */
/** @typedef {import("oxc-parser").Program["body"][number]} Statement */
/** @typedef {import("oxc-parser").ModuleExportName} ModuleExportName */

/** @type {(name: ModuleExportName) => string} */
const nameOf = (name) => (name.type === "Literal" ? name.value : name.name)

/**
 * The names that a statement declares, and whether they are values or types.
 *
 * @param {Statement | import("oxc-parser").Declaration} statement
 * @returns {ReadonlyArray<{ readonly name: string, readonly kind: Kind, readonly at: number }>}
 */
const declared = (statement) => {
  switch (statement.type) {
    case "VariableDeclaration":
      return statement.declarations.map(({ id, start }) => ({
        name: id.type === "Identifier" ? id.name : "a destructured constant",
        kind: "value",
        at: start
      }))
    case "FunctionDeclaration":
    case "TSDeclareFunction":
    case "ClassDeclaration":
    case "TSEnumDeclaration":
      return statement.id === null ? [] : [{ name: statement.id.name, kind: "value", at: statement.id.start }]
    case "TSInterfaceDeclaration":
    case "TSTypeAliasDeclaration":
      return [{ name: statement.id.name, kind: "type", at: statement.id.start }]
    case "TSModuleDeclaration":
      return statement.id.type === "Identifier"
        ? [{ name: statement.id.name, kind: "type", at: statement.id.start }]
        : []
    default:
      return []
  }
}

/**
 * What a package's public modules export. A module is public unless a folder of its path is called `internal`; what a
 * public module re-exports from an internal one is public too.
 *
 * @param {ReadonlyMap<string, string>} sources the package's modules by their paths
 * @returns {ReadonlyArray<Export>}
 */
export const publicExports = (sources) => {
  const modules = new Map(
    [...sources].map(([file, text]) => {
      const { comments, program } = parseSync(file, text)
      return [file, { comments, program, text }]
    })
  )

  /** @type {(from: string, specifier: string) => string} */
  const target = (from, specifier) => join(dirname(from), specifier.replace(/\.js$/, ".ts"))

  /** @type {(file: string, start: number) => string | undefined} */
  const commentBefore = (file, start) => {
    const { comments, text } = modules.get(file) ?? { comments: [], text: "" }
    let end = start
    for (const comment of comments.filter((comment) => comment.end <= start).reverse()) {
      if (text.slice(comment.end, end).trim() !== "") return undefined
      if (isDocumentation(comment)) return commentText(comment)
      end = comment.start
    }
    return undefined
  }

  /**
   * Where a module's name comes from: its declarations, here or in the module that it is imported from.
   *
   * @type {(file: string, name: string) => ReadonlyArray<Export>}
   */
  const origins = (file, name) =>
    (modules.get(file)?.program.body ?? []).flatMap((statement) => {
      if (statement.type === "ImportDeclaration") {
        return statement.specifiers.flatMap((specifier) =>
          specifier.type === "ImportSpecifier" && specifier.local.name === name
            ? origins(target(file, statement.source.value), nameOf(specifier.imported))
            : []
        )
      }
      if (statement.type === "ExportNamedDeclaration" && statement.declaration === null) {
        return statement.source === null ? [] : reExported(file, statement).filter((found) => found.name === name)
      }
      const declaration = statement.type === "ExportNamedDeclaration" ? statement.declaration : statement
      return (declaration === null ? [] : declared(declaration))
        .filter((found) => found.name === name)
        .map((found) => ({ ...found, file, comment: commentBefore(file, statement.start) }))
    })

  /** @type {(file: string, statement: import("oxc-parser").ExportNamedDeclaration) => ReadonlyArray<Export>} */
  const reExported = (file, statement) =>
    statement.specifiers.flatMap((specifier) => {
      /** @type {Kind} */
      const kind = statement.exportKind === "type" || specifier.exportKind === "type" ? "type" : "value"
      const name = nameOf(specifier.exported)
      const comment = commentBefore(file, specifier.start) ?? commentBefore(file, statement.start)
      const origin = statement.source === null ? file : target(file, statement.source.value)
      const found = origins(origin, nameOf(specifier.local)).filter((each) => kind === "value" || each.kind === "type")
      return found.length > 0
        ? found.map((each) => ({ ...each, name, comment: comment ?? each.comment }))
        : [{ name, kind, file, at: specifier.start, comment }]
    })

  /** @type {(file: string) => ReadonlyArray<Export>} */
  const exportsOf = (file) =>
    (modules.get(file)?.program.body ?? []).flatMap((statement) => {
      const comment = commentBefore(file, statement.start)
      switch (statement.type) {
        case "ExportDefaultDeclaration":
          return [{ name: "default", kind: "value", file, at: statement.start, comment }]
        case "ExportAllDeclaration": {
          const from = target(file, statement.source.value)
          const exposed = isInternal(from) ? exportsOf(from) : []
          return statement.exported === null
            ? exposed
            : [{ name: nameOf(statement.exported), kind: "namespace", file, at: statement.start, comment }, ...exposed]
        }
        case "ExportNamedDeclaration":
          return statement.declaration === null
            ? reExported(file, statement)
            : declared(statement.declaration).map((each) => ({ ...each, file, comment }))
        default:
          return []
      }
    })

  return [...modules.keys()].filter((file) => !isInternal(file)).flatMap(exportsOf)
}

/** @type {(file: string) => boolean} */
const isInternal = (file) => file.split("/").includes("internal")

/**
 * What the documentation of an export lacks, in words; empty if it is complete.
 *
 * @param {Pick<Export, "kind" | "comment">} exported
 * @returns {ReadonlyArray<string>}
 */
export const lacks = ({ comment, kind }) => {
  if (comment === undefined) return ["a TSDoc comment"]
  const prose = proseOf(comment)
  const tags = new Set([...prose.matchAll(/(?:^|\s)@(\w+)/g)].map(([, tag]) => tag))
  if (tags.has("internal")) return []
  if (kind === "namespace") return tags.has("since") ? [] : ["@since"]
  return [
    ...(/^\s*[^@\s]/.test(prose) ? [] : ["a description"]),
    ...["since", "category"].filter((tag) => !tags.has(tag)).map((tag) => `@${tag}`),
    ...(tags.has("example") && inMarkdown(comment).length === 0 ? ["a `ts` block in its @example"] : [])
  ]
}

/**
 * The public exports of a package whose documentation is not complete. A type without a comment has that of the value
 * of the same name.
 *
 * @param {ReadonlyMap<string, string>} sources the package's modules by their paths
 * @returns {ReadonlyArray<Finding>}
 */
export const undocumented = (sources) => {
  /** @type {Map<string, Export>} */
  const exports = new Map()
  for (const each of publicExports(sources)) {
    // Overloads share the comment of the first one.
    const key = `${each.file} ${each.kind} ${each.name}`
    if (!exports.has(key)) exports.set(key, each)
  }
  return [...exports.values()].flatMap((each) => {
    const { comment, file, kind, name } = each
    if (kind === "type" && comment === undefined && exports.has(`${file} value ${name}`)) return []
    const missing = lacks(each)
    if (missing.length === 0) return []
    const line = (sources.get(file) ?? "").slice(0, each.at).split("\n").length
    return [{ file, line, message: `${name} lacks ${missing.join(", ")}` }]
  })
}

/**
 * The optional properties of all types in a module.
 *
 * @type {(program: import("oxc-parser").Program) => ReadonlyArray<import("oxc-parser").TSPropertySignature>}
 */
const optionalProperties = (program) => {
  /** @type {Array<import("oxc-parser").TSPropertySignature>} */
  const found = []
  new Visitor({
    TSPropertySignature: (property) => {
      if (property.optional) found.push(property)
    }
  }).visit(program)
  return found
}

/** @type {(type: import("oxc-parser").TSType) => boolean} */
const takesUndefined = (type) =>
  type.type === "TSUndefinedKeyword" ||
  type.type === "TSUnknownKeyword" ||
  (type.type === "TSUnionType" && type.types.some(takesUndefined)) ||
  (type.type === "TSParenthesizedType" && takesUndefined(type.typeAnnotation))

/** The order of the tags in a comment. */
const tagOrder = ["internal", "default", "example", "since", "category"]

/**
 * Where a package leaves the conventions of its documentation and types: the tags of a comment stand in another order; a
 * module below `internal` has an export that is documented as public, or stands among public models, and is not public; an
 * optional property of a public type does not accept `undefined`, which users with `exactOptionalPropertyTypes` then cannot pass.
 *
 * @param {ReadonlyMap<string, string>} sources the package's modules by their paths
 * @returns {ReadonlyArray<Finding>}
 */
export const unconventional = (sources) => {
  const published = publicExports(sources)
  return [...sources].flatMap(([file, text]) => {
    const { comments, program } = parseSync(file, text)
    const documented = comments.filter(isDocumentation)
    const places = new Set(published.filter((each) => each.file === file).map(({ at }) => at))
    const isPublicModel = file.endsWith("/model.ts") && places.size > 0
    /** @type {(at: number, message: string) => Finding} */
    const finding = (at, message) => ({ file, line: text.slice(0, at).split("\n").length, message })

    const unordered = documented.flatMap((comment) => {
      const tags = [...proseOf(commentText(comment)).matchAll(/(?:^|\s)@(\w+)/g)].flatMap(([, tag = ""]) =>
        tagOrder.indexOf(tag)
      )
      return tags.some((tag, index) => tag < (tags[index - 1] ?? tag))
        ? [finding(comment.start, `the order of the tags is ${tagOrder.map((tag) => `@${tag}`).join(", ")}`)]
        : []
    })

    const hidden = program.body.flatMap((statement) => {
      if (statement.type !== "ExportNamedDeclaration" || statement.declaration === null || !isInternal(file)) return []
      const comment = documented.findLast(
        ({ end }) => end <= statement.start && text.slice(end, statement.start).trim() === ""
      )
      const isPublic = isPublicModel || (comment !== undefined && /@since /.test(comment.value))
      return declared(statement.declaration)
        .filter(({ at }) => isPublic && !places.has(at))
        .map(({ at, name }) => finding(at, `${name} belongs to the public exports, and no public module exports it`))
    })

    const properties = isInternal(file) && places.size === 0 ? [] : optionalProperties(program)
    const strict = properties.flatMap(({ key, start, typeAnnotation }) =>
      typeAnnotation === null || takesUndefined(typeAnnotation.typeAnnotation)
        ? []
        : [finding(start, `${text.slice(key.start, key.end)} must accept undefined: write \`?: T | undefined\``)]
    )

    return [...unordered, ...hidden, ...strict]
  })
}

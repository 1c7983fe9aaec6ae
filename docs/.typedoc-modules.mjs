import { readFileSync } from "node:fs"
import { Comment, Converter, ReflectionKind } from "typedoc"

/** The text of the comment at the top of a module, without its tags. */
const heading = (/** @type {string} */ source) =>
  (/^\/\*\*([\s\S]*?)\*\//.exec(source)?.[1] ?? "")
    .replace(/^ *\* ?/gm, "")
    .replace(/(?:^|\s)@since[\s\S]*/, "")
    .trim()

/**
 * Names a module as users import it, `sdk/Labels`; puts the comment at the top of its file at the top of its page; and
 * gives the type of a schema the comment of the schema.
 */
export const load = (/** @type {import("typedoc").Application} */ app) => {
  app.converter.on(Converter.EVENT_RESOLVE_BEGIN, (context) => {
    for (const module of context.project.getReflectionsByKind(ReflectionKind.Module)) {
      module.name = module.name.replace("/src/", "/")
      const file = context.getSymbolFromReflection(module)?.declarations?.[0]?.getSourceFile().fileName
      if (file !== undefined) {
        module.comment = new Comment([{ kind: "text", text: heading(readFileSync(file, "utf8")) }])
      }
      if (!module.isDeclaration()) continue
      for (const child of module.children ?? []) {
        const schema = module.children?.find(({ comment, name }) => name === child.name && comment !== undefined)
        child.comment ??= schema?.comment?.clone()
      }
    }
  })
}

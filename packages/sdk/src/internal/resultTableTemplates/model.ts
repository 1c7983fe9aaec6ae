import type * as Ids from "../../Ids.js"
import type * as Catalog from "../catalog/catalog.js"

/**
 * How an argument names a template: by its id, by the template itself, by its name, or by the name of the views that are
 * made from it.
 *
 * @since 0.1.0
 * @category models
 */
export type Reference = Catalog.Reference<Ids.RecordViewId, "template_name" | "view_name">

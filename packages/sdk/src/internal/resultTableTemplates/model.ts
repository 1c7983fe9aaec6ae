import type * as Ids from "../../Ids.js"
import type * as Catalog from "../catalog/catalog.js"

/**
 * A reference to a template: its id, the template itself, its name, or the name of the views that are made from it.
 *
 * @since 0.1.0
 * @category models
 */
export type Reference = Catalog.Reference<Ids.RecordViewId, "template_name" | "view_name">

import "./internal/needs-effect-3.22.js"

/** @since 0.1.0 */
export * as Activities from "./Activities.js"
/** @since 0.1.0 */
export * as ActivityDefinitions from "./ActivityDefinitions.js"
/** @since 0.1.0 */
export * as AssayTable from "./AssayTable.js"
/** @since 0.1.0 */
export * as Auth from "./Auth.js"
/** @since 0.1.0 */
export * as CalendarDate from "./CalendarDate.js"
/** @since 0.1.0 */
export * as Cell from "./Cell.js"
/** @since 0.1.0 */
export * as ColumnGuess from "./ColumnGuess.js"
/** @since 0.1.0 */
export * as Dashboards from "./Dashboards.js"
/** @since 0.1.0 */
export * as EntityFields from "./EntityFields.js"
/** @since 0.1.0 */
export * as EntityTypes from "./EntityTypes.js"
/** @since 0.1.0 */
export * as Exports from "./Exports.js"
/** @since 0.1.0 */
export * as Files from "./Files.js"
/** @since 0.1.0 */
export * as IdentityToken from "./IdentityToken.js"
/** @since 0.1.0 */
export * as Ids from "./Ids.js"
/** @since 0.1.0 */
export * as Imports from "./Imports.js"
/** @since 0.1.0 */
export * as Kaleidoscope from "./Kaleidoscope.js"
/** @since 0.1.0 */
export * as KaleidoscopeError from "./KaleidoscopeError.js"
/** @since 0.1.0 */
export * as Labels from "./Labels.js"
/** @since 0.1.0 */
export * as Metrics from "./Metrics.js"
/** @since 0.1.0 */
export * as Model from "./Model.js"
/** @since 0.1.0 */
export * as Programs from "./Programs.js"
/** @since 0.1.0 */
export * as Properties from "./Properties.js"
/** @since 0.1.0 */
export * as PropertyFields from "./PropertyFields.js"
/** @since 0.1.0 */
export * as QualifiedNumber from "./QualifiedNumber.js"
/** @since 0.1.0 */
export * as Records from "./Records.js"
/** @since 0.1.0 */
export * as RecordViews from "./RecordViews.js"
/** @since 0.1.0 */
export * as Registrar from "./Registrar.js"
/** @since 0.1.0 */
export * as Registration from "./Registration.js"
/** @since 0.1.0 */
export * as RequestPolicy from "./RequestPolicy.js"
/** @since 0.1.0 */
export * as Requests from "./Requests.js"
/** @since 0.1.0 */
export * as ResultTableTemplates from "./ResultTableTemplates.js"
/** @since 0.1.0 */
export * as RichText from "./RichText.js"
/** @since 0.1.0 */
export * as TableFile from "./TableFile.js"
/** @since 0.1.0 */
export * as Upload from "./Upload.js"
/** @since 0.1.0 */
export * as Workspace from "./Workspace.js"

import "./internal/needs-effect-3.22.js"

/** @since 0.1.0 */
export * as Cursors from "./Cursors.js"
/** @since 0.1.0 */
export * as DurableImport from "./DurableImport.js"
/** @since 0.1.0 */
export * as Engine from "./Engine.js"
/** @since 0.1.0 */
export * as Jobs from "./Jobs.js"
/** @since 0.1.0 */
export * as Metrics from "./Metrics.js"
/** @since 0.1.0 */
export * as Mirror from "./Mirror.js"
/** @since 0.1.0 */
export * as RegistrationWorker from "./RegistrationWorker.js"
/** @since 0.1.0 */
export * as Runner from "./Runner.js"
/** @since 0.1.0 */
export * as TableSource from "./TableSource.js"

import "./internal/needs-effect-3.22.js"

/** @since 0.1.0 */
export * as GoogleIdentityToken from "./GoogleIdentityToken.js"
/** @since 0.1.0 */
export * as KaleidoscopeNode from "./KaleidoscopeNode.js"
/** @since 0.1.0 */
export * as TableFiles from "./TableFiles.js"
/** @since 0.1.0 */
export * as UndiciHttpClient from "./UndiciHttpClient.js"
/** @since 0.1.0 */
export * as XlsxFile from "./XlsxFile.js"

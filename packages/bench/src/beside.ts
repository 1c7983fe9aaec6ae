import { fileURLToPath } from "node:url"

/** The path of a file beside this one. */
export const beside = (name: string): string => fileURLToPath(new URL(name, import.meta.url))

/** The bundled program of `start`. */
export const bundleIn = (directory: string): string => `${directory}/start.mjs`

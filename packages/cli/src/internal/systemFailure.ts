/** Why the system refused something, in words. The messages of the platform name its functions. */
import type { PlatformError } from "@effect/platform/Error"
import * as Predicate from "effect/Predicate"

const reasons: { readonly [code: string]: string } = {
  EADDRINUSE: "another program uses the port",
  EACCES: "you do not have the permission",
  EISDIR: "it is a folder",
  ELOOP: "its links lead in a circle",
  EMFILE: "too many files are open",
  ENAMETOOLONG: "the name is too long",
  ENOENT: "it or its folder does not exist",
  ENOSPC: "the disk is full",
  ENOTDIR: "a part of the path is not a folder",
  EPERM: "you do not have the permission",
  EROFS: "the disk is read-only",
  ESPIPE: "it is a pipe"
}

/** The reason in an error of Node. */
export const of = (error: unknown): string => {
  const code = Predicate.hasProperty(error, "code") && typeof error.code === "string" ? error.code : ""
  return reasons[code] ?? (error instanceof Error ? error.message : String(error))
}

/** The reason in an error of the platform. */
export const reason = (error: PlatformError): string =>
  error.cause === undefined ? (error.description ?? error.message) : of(error.cause)

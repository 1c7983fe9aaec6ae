import type { Part } from "../server/multipart.js"
import { newId, type State } from "../server/store.js"
import type { StoredFile } from "./model.js"

/** Stores an uploaded file. */
export const addFile = (state: State, part: Part, activityId: string | null): StoredFile => {
  const file: StoredFile = {
    id: newId(),
    file_name: part.fileName ?? "file",
    content_type: part.contentType,
    activity_id: activityId,
    bytes: part.bytes
  }
  state.files.set(file.id, file)
  return file
}

import * as Call from "../request/call.js"
import * as Errors from "../request/errors.js"

export const download = Call.open("Files.download", "GET /files/{file_id}", { errors: Errors.item, known: "sent" })

export const downloadOfActivity = Call.open("Files.download", "GET /activities/{activity_id}/file/{file_id}", {
  errors: Errors.item,
  known: "sent"
})

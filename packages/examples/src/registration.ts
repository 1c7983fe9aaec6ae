/** React to the webhook of a scientist's upload: read the file, and report the progress and the results. */
import * as NodeRuntime from "@effect/platform-node/NodeRuntime"
import { Activities, Files, Ids, Registration } from "@effect-kaleidoscope/sdk"
import { Workspace } from "@effect-kaleidoscope/testing"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { Emulated } from "./emulated.js"

/** Handles the body of a webhook in an HTTP handler. */
const onSubmitted = (body: unknown) =>
  Effect.gen(function* () {
    const files = yield* Files.Files
    const registration = yield* Registration.Registration
    const submitted = yield* Schema.decodeUnknown(Registration.RegistrationSubmitted)(body)
    const { activity, file } = yield* Registration.fileOf(submitted)
    const id = yield* activity

    yield* registration.register(id, file)
    yield* registration.pushStatus(id, file, { status: "pending", message: "Reading the structures" })
    const size = yield* files
      .download(file, { activity: id })
      .pipe(Stream.runFold(0, (total, chunk) => total + chunk.length))
    yield* registration.pushStatus(id, file, { status: "validated", message: `${size} bytes` })
    yield* registration.submitResults(id, file, {
      status: "success",
      records: submitted.record_ids.map((record_id) => ({ record_id, status: "success" }))
    })
    return yield* registration.list(id)
  })

const program = Effect.gen(function* () {
  const activities = yield* Activities.Activities
  const activity = yield* activities.get({ title: "Registration of March" })
  // The platform sends this; here it is put together from the sample workspace.
  const file = yield* Option.fromNullable(
    Workspace.demo.registration_files.find(({ operation_id }) => operation_id === activity.id)
  )
  const registered = yield* onSubmitted({
    file_url: `/activities/${activity.id}/file/${Ids.FileId.make(file.file_id)}`,
    record_ids: activity.all_record_ids.slice(0, 2)
  })
  yield* Console.log(registered.map(({ status }) => status))
})

NodeRuntime.runMain(program.pipe(Effect.provide(Emulated)))

import * as Activities from "@effect-kaleidoscope/sdk/Activities"
import * as Files from "@effect-kaleidoscope/sdk/Files"
import * as Ids from "@effect-kaleidoscope/sdk/Ids"
import * as Records from "@effect-kaleidoscope/sdk/Records"
import * as Upload from "@effect-kaleidoscope/sdk/Upload"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as Services from "../client/services.js"
import { failed } from "../failure.js"
import * as Input from "../input.js"
import * as Output from "../output/output.js"
import * as Progress from "../output/progress.js"
import * as WholeFile from "../output/wholeFile.js"
import * as References from "../references.js"

type Text = Option.Option<string>

export const get = (options: { readonly file: string; readonly out: Text; readonly activity: Text }) =>
  Effect.gen(function* () {
    const files = yield* Files.Files
    const output = yield* Output.Output
    if (!References.isId(options.file)) {
      return yield* failed(`${JSON.stringify(options.file)} is not the id of a file`, "An id is a UUID")
    }
    const id = Ids.FileId.make(options.file)
    const activity = Option.isNone(options.activity) ? undefined : yield* References.activity(options.activity.value)
    const out = Option.getOrElse(options.out, () => options.file)
    if (out === "-") return yield* Stream.runForEach(files.download(id, { activity }), output.bytes)
    yield* WholeFile.write(out, files.download(id, { activity })).pipe(Progress.during(() => `Downloading ${out}`))
    yield* Output.either({ path: out }, output.line(out))
  }).pipe(Services.provide(Layer.mergeAll(Activities.layer, Files.layer), "many"))

export const put = (options: {
  readonly file: string
  readonly record: string
  readonly field: string
  readonly activity: Text
  readonly name: Text
  readonly contentType: Text
}) =>
  Effect.gen(function* () {
    const records = yield* Records.Records
    const output = yield* Output.Output
    yield* Input.check(options.file)
    const activity = Option.isNone(options.activity) ? undefined : yield* References.activity(options.activity.value)
    const record = yield* References.record(options.record)
    const upload = Upload.path(options.file, {
      name: Option.getOrUndefined(options.name),
      contentType: Option.getOrUndefined(options.contentType)
    })
    const added = yield* records
      .addFile(record, { field: References.field(options.field), activity }, upload)
      .pipe(Progress.during(() => `Uploading ${options.file}`))
    yield* Output.either(
      Option.getOrNull(added),
      output.note(`${upload.name} is added to ${record.record_identifier ?? record.id}`)
    )
  }).pipe(Services.provide(Layer.mergeAll(Activities.layer, Records.layer), "many"))

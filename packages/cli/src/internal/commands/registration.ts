import * as Options from "@effect/cli/Options"
import { group, leaf } from "../commandLine/define.js"
import { one, several, text } from "./parameters.js"

const watch = leaf("watch", {
  description: "Waits for submitted compounds, runs a command for each, and reports what it says",
  examples: [
    {
      command: "kaleidoscope registration watch --run ./register.sh",
      does: "drafts of all activities with a table for them"
    },
    {
      command:
        "kaleidoscope registration watch --activity 'Registration of March' --key 'Compound ID' --run ./register.sh",
      does: "drafts and files of one activity"
    },
    {
      command: "kaleidoscope registration watch --listen 4020 --secret-header x-webhook-secret --run ./register.sh",
      does: "with webhooks, so that nobody waits for the next look"
    }
  ],
  config: () => ({
    run: text(
      "run",
      "command",
      "The command. It gets a draft as JSON in its input, and KALEIDOSCOPE_EVENT (validate, register, file). If it ends with 0, its output is a JSON object with the values of the registered record; otherwise the draft is refused with the text on its stderr"
    ),
    activity: several("activity", "activity", "Only this activity, also its files. Repeat it for several"),
    key: several("key", "field", "A field that identifies a registered record. Repeat it for several"),
    every: Options.integer("every").pipe(
      Options.withPseudoName("seconds"),
      Options.withDescription("How often it looks. Default: 60"),
      Options.withDefault(60)
    ),
    listen: one(
      "listen",
      "port",
      "Receives webhooks, too: a port of this computer, or with a host, such as 0.0.0.0:4020. The secret is KALEIDOSCOPE_WEBHOOK_SECRET; it is the last part of the URL that is registered, http://HOST:4020/SECRET"
    ),
    secretHeader: one("secret-header", "name", "The header that has the secret, where it is not in the URL")
  }),
  load: () => import("../actions/watch.js").then(({ watch }) => watch)
})

export const registration = group("registration", {
  description: "Registration: your program that validates and registers compounds",
  commands: [watch]
})

import * as Args from "@effect/cli/Args"
import * as Options from "@effect/cli/Options"
import { leaf } from "../commandLine/define.js"
import { argument, count, flag, one, several } from "./parameters.js"

export const api = leaf("api", {
  description: "Sends a request to the API and prints its response",
  examples: [
    { command: "kaleidoscope api GET /programs", does: "a read" },
    { command: "kaleidoscope api GET /workspaces/events --query page_size=5", does: "with a query" },
    { command: 'kaleidoscope api POST /programs --body \'{"title":"Apollo"}\'', does: "a write" },
    { command: "kaleidoscope api PUT /programs/ID --body - < program.json", does: "a write with the input as its body" }
  ],
  config: () => ({
    method: argument("method", "GET, POST, PUT or DELETE"),
    path: argument("path", "The path, such as /programs"),
    query: several("query", "name=value", "A parameter of the query. Repeat it for several"),
    body: one("body", "JSON", "The body: JSON, @FILE, or - for the input")
  }),
  load: () => import("../actions/api.js").then(({ api }) => api)
})

export const events = leaf("events", {
  description: "Shows what happened in the workspace",
  examples: [
    { command: "kaleidoscope events --limit 20", does: "the first 20 events that the server gives" },
    { command: "kaleidoscope events --follow", does: "new events, until Ctrl-C" },
    {
      command: "kaleidoscope events --follow --json | jq -c .event_type",
      does: "new events, a JSON object on each line"
    }
  ],
  config: () => ({
    follow: flag("follow", "Waits for new events and shows them, until Ctrl-C"),
    type: several("type", "type", "Only events of this type. Repeat it for any of several"),
    user: several("user", "member", "Only events of this member. Repeat it for any of several"),
    since: one("since", "date", "Only events after this time, such as 2026-11-01 or 2026-11-01T09:00:00Z"),
    every: Options.integer("every").pipe(
      Options.withPseudoName("seconds"),
      Options.withDescription("How often --follow looks for new events. Default: 5"),
      Options.withDefault(5)
    ),
    limit: count("limit", "At most this many. Default: 100")
  }),
  load: () => import("../actions/events.js").then(({ events }) => events)
})

export const emulator = leaf("emulator", {
  description: "Runs a Kaleidoscope on this computer, for tries and tests",
  examples: [
    { command: "kaleidoscope emulator", does: "on port 4010, with the client id and secret demo" },
    { command: "kaleidoscope emulator --port 0 --state workspace.json", does: "on a free port, and it keeps its data" },
    { command: "kaleidoscope emulator --help", does: "all of its options" }
  ],
  config: () => ({}),
  load: () =>
    import("../actions/emulator.js").then(
      ({ emulator }) =>
        () =>
          emulator([])
    ),
  raw: () => import("../actions/emulator.js").then(({ emulator }) => emulator)
})

export const completions = leaf("completions", {
  description: "Prints what a shell needs to complete commands and options",
  examples: [
    { command: "source <(kaleidoscope completions bash)", does: "for this shell. For all shells: in ~/.bashrc" },
    { command: "kaleidoscope completions zsh > ~/.zfunc/_kaleidoscope", does: "for zsh, in a folder of its fpath" },
    { command: "kaleidoscope completions fish > ~/.config/fish/completions/kaleidoscope.fish", does: "for fish" }
  ],
  config: () => ({
    shell: Args.choice(
      [
        ["bash", "bash"],
        ["zsh", "zsh"],
        ["fish", "fish"]
      ] as const,
      { name: "shell" }
    ).pipe(Args.withDescription("bash, zsh or fish"))
  }),
  load: () => import("../actions/completions.js").then(({ completions }) => completions)
})

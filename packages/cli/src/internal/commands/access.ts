import * as Options from "@effect/cli/Options"
import { leaf } from "../commandLine/define.js"

export const login = leaf("login", {
  description: "Asks for the API key of a workspace, checks it, and stores it for the next commands",
  examples: [
    { command: "kaleidoscope login", does: "asks for the key of a workspace" },
    { command: "kaleidoscope login --profile lab", does: "one more workspace, for `--profile lab`" },
    {
      command: "kaleidoscope login --client-id my-client < secret.txt",
      does: "without a terminal: the secret is the first line of the input"
    }
  ],
  config: () => ({
    url: Options.text("url").pipe(
      Options.withPseudoName("URL"),
      Options.withDescription("The server of your installation. Default: https://api.kaleidoscope.bio"),
      Options.optional
    ),
    clientId: Options.text("client-id").pipe(
      Options.withPseudoName("id"),
      Options.withDescription("The client id of the key. The secret is never on the command line"),
      Options.optional
    ),
    iapClientId: Options.text("iap-client-id").pipe(
      Options.withPseudoName("id"),
      Options.withDescription("The OAuth client id of the Identity-Aware Proxy, if the server is behind one"),
      Options.optional
    )
  }),
  load: () => import("../actions/login.js").then(({ login }) => login)
})

export const doctor = leaf("doctor", {
  description: "Checks everything between this computer and the workspace, and says what to do",
  examples: [
    { command: "kaleidoscope doctor", does: "checks the key, the clock, the network and the answers of the server" },
    { command: "kaleidoscope doctor --profile lab --json", does: "another workspace, for a program" }
  ],
  config: () => ({}),
  load: () => import("../actions/doctor.js").then(({ doctor }) => doctor)
})

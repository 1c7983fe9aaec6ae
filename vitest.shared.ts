import { fileURLToPath } from "node:url"
import type { ViteUserConfig } from "vitest/config"

const packages = fileURLToPath(new URL("./packages/", import.meta.url))

/** Tests run against the sources of every package, so that nothing has to be built before them. */
export default {
  resolve: {
    alias: [
      { find: /^@effect-kaleidoscope\/([a-z]+)$/, replacement: `${packages}$1/src/index.ts` },
      { find: /^@effect-kaleidoscope\/([a-z]+)\/([A-Za-z]+)$/, replacement: `${packages}$1/src/$2.ts` }
    ]
  },
  test: {
    include: ["test/**/*.test.ts"],
    sequence: { shuffle: true },
    // Nothing has to be fast on a machine that is busy: these end only what hangs.
    testTimeout: 300_000,
    hookTimeout: 300_000
  }
} satisfies ViteUserConfig

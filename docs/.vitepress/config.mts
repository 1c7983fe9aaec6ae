import { existsSync, readFileSync } from "node:fs"
import { type DefaultTheme, defineConfig } from "vitepress"

const repository = "https://github.com/effect-kaleidoscope/effect-kaleidoscope"

/** The pages of the reference, as `npm run reference` has listed them. */
const reference = (): DefaultTheme.SidebarItem[] => {
  const list = new URL("../reference/typedoc-sidebar.json", import.meta.url)
  return existsSync(list) ? JSON.parse(readFileSync(list, "utf8")) : []
}

const guides: DefaultTheme.SidebarItem[] = [
  {
    text: "Begin",
    items: [
      { text: "Start", link: "/start" },
      { text: "Authentication", link: "/authentication" },
      { text: "Errors, retries and time limits", link: "/errors" },
      { text: "Coming from the Python client", link: "/from-kalbio" }
    ]
  },
  {
    text: "Data",
    items: [
      { text: "Records and values", link: "/records" },
      { text: "Importing", link: "/importing" },
      { text: "Filtering and sorting", link: "/filtering" },
      { text: "Exporting", link: "/exporting" },
      { text: "Table files", link: "/table-files" },
      { text: "Values and dates", link: "/values-and-dates" },
      { text: "Registration of compounds", link: "/registration" },
      { text: "Jobs that outlive their process", link: "/durable-jobs" }
    ]
  },
  {
    text: "At a shell",
    items: [
      { text: "The command line", link: "/command-line" },
      { text: "All commands", link: "/commands" }
    ]
  },
  {
    text: "In production",
    items: [
      { text: "Networks and proxies", link: "/networks" },
      { text: "Testing", link: "/testing" },
      { text: "Observability", link: "/observability" },
      { text: "What you can rely on", link: "/reliability" },
      { text: "How fast it is", link: "/performance" },
      { text: "Every request that is sent", link: "/calls" }
    ]
  }
]

export default defineConfig({
  title: "effect-kaleidoscope",
  description: "An Effect SDK for the Kaleidoscope life-science platform",
  lang: "en",
  cleanUrls: true,
  srcExclude: ["node_modules/**"],
  // Fonts and icons come with the theme: a page requests nothing from other hosts.
  themeConfig: {
    nav: [
      { text: "Guides", link: "/start", activeMatch: "^/(?!reference)." },
      { text: "Reference", link: "/reference/", activeMatch: "^/reference/" }
    ],
    sidebar: { "/reference/": [{ text: "Reference", items: reference() }], "/": guides },
    search: { provider: "local" },
    outline: [2, 3],
    socialLinks: [{ icon: "github", link: repository }]
  },
  markdown: {
    config: (markdown) => {
      // Links to files of the repository work in the repository, and on the site.
      const normalizeLink = markdown.normalizeLink
      markdown.normalizeLink = (url) =>
        normalizeLink(
          url.startsWith("../") && !/\.\.\/reference\//.test(url) ? `${repository}/blob/main/${url.slice(3)}` : url
        )
    }
  }
})

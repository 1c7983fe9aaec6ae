import * as Data from "./data.js"

/** The task of a contestant, and its server. */
export interface Input {
  readonly url: string
  readonly size: number
  readonly directory: string
}

/** The result of a contestant: the number of items, and the last one. */
export interface Proof {
  readonly count: number
  readonly last: string
}

/** The counts of the server. */
export interface Counts {
  readonly requests: number
  readonly bytes: number
  readonly rows: number
  readonly lastRow: number
  /** How the body of the last uploaded file ends. */
  readonly tail: string
}

/**
 * The contestants, in the order in which they are shown. `floor` uses no Effect, `HttpClient` no SDK. "SDK, bundled" is on
 * `fetch`, and one file with all that it imports. `kaleidoscope` is the program.
 */
export const contestants = [
  "floor",
  "Python",
  "HttpClient",
  "SDK",
  "SDK, bundled",
  "KaleidoscopeNode",
  "kaleidoscope"
] as const

export type Contestant = (typeof contestants)[number]

/** The code that a job runs with a client of the API. */
export type ClientTask =
  | "activities"
  | "cliRequest"
  | "cliVersion"
  | "decoding"
  | "export"
  | "gets"
  | "getsAtOnce"
  | "import"
  | "labels"
  | "push"
  | "pushStream"
  | "records"
  | "rows"
  | "rowsTyped"
  | "start"
  | "upload"

/** The code that a job runs. */
export type Task = ClientTask | "durable"

/** A row of the table. */
export interface Job {
  readonly task: Task
  /** The description. `#` stands for the size. */
  readonly title: string
  readonly sizes: ReadonlyArray<number>
  readonly quick: ReadonlyArray<number>
  /** The contestants in addition to the floor, the SDK and `KaleidoscopeNode`. */
  readonly others: ReadonlyArray<Contestant>
  /** The contestants that are left out. */
  readonly without?: ReadonlyArray<Contestant>
  /** The number of repetitions in the same process. */
  readonly again: number
  /** The most rounds, for a job that takes minutes. */
  readonly mostRounds?: number
  /** The size of the warm-up job. Without it, the measured job is the first one of the process. */
  readonly warmUp?: number
  readonly onEmulator?: true
  readonly proof: (size: number) => Proof
  /** The fewest requests that do the job. */
  readonly requests: (size: number) => number
  /** The counts that the server must have after all jobs of one process. */
  readonly seen?: (counts: Counts, sizes: ReadonlyArray<number>) => boolean
}

const sum = (numbers: ReadonlyArray<number>): number => numbers.reduce((sum, one) => sum + one, 0)

const largeRecords = { proof: (count: number) => ({ count, last: Data.lastLarge(count) }) }

const smallRecords = { proof: (count: number) => ({ count, last: `C-${count - 1}` }) }

const tableRows = { proof: (blocks: number) => ({ count: blocks * 1000 + 1, last: "the-last" }), requests: () => 1 }

const pushedRows = (counts: Counts, sizes: ReadonlyArray<number>): boolean =>
  counts.rows === sum(sizes) && counts.lastRow === Math.max(...sizes) - 1

const records: Omit<Job, "title" | "sizes" | "quick"> = {
  ...largeRecords,
  task: "records",
  others: ["Python"],
  again: 1,
  requests: (count) => count / 1000
}

const exportToFile: Omit<Job, "title" | "sizes" | "quick"> = {
  task: "export",
  others: ["Python"],
  again: 1,
  proof: (megabytes) => ({ count: Data.csv.bytes(Data.csv.blocksIn(megabytes)), last: Data.csv.last }),
  requests: () => 1
}

const program: Omit<Job, "task" | "title"> = {
  sizes: [10],
  quick: [3],
  others: ["kaleidoscope"],
  without: ["SDK", "KaleidoscopeNode"],
  again: 0,
  proof: (count) => ({ count, last: "" }),
  // The floor sends none.
  requests: () => 0
}

/** All jobs, by the names that select them. */
export const jobs: { readonly [name: string]: Job } = {
  records: {
    ...records,
    title: "# records of 6 KB with 24 timestamps by their ids: `records.getMany`",
    sizes: [10_000],
    quick: [1000]
  },
  gets: {
    ...smallRecords,
    task: "gets",
    title: "# × `records.get`, 8 at a time",
    sizes: [1000],
    quick: [200],
    others: ["Python", "HttpClient"],
    again: 2,
    requests: (count) => count / 8
  },
  "gets-at-once": {
    ...smallRecords,
    task: "getsAtOnce",
    title:
      "# × `records.get` at once; the floor asks for 250 in one request, and `HttpClient` has a fiber and a span for each id, " +
      "which wait for such a request",
    sizes: [1000],
    quick: [200],
    others: ["HttpClient"],
    again: 2,
    requests: (count) => count / 1000
  },
  labels: {
    task: "labels",
    title: "# × `labels.list`, one after the other",
    sizes: [500],
    quick: [100],
    others: ["Python", "HttpClient"],
    again: 2,
    proof: (count) => ({ count: count * 10, last: "label 9" }),
    requests: (count) => count
  },
  activities: {
    task: "activities",
    title: "# activities in one response: `activities.list`",
    sizes: [5000],
    quick: [500],
    others: ["Python", "HttpClient"],
    again: 2,
    proof: (count) => ({ count, last: `IC50, run ${count - 1}` }),
    requests: () => 1
  },
  push: {
    task: "push",
    title: "# rows of ten columns in one request: `imports.push`",
    sizes: [20_000],
    quick: [2000],
    others: ["Python"],
    again: 2,
    proof: () => ({ count: 1, last: "import" }),
    requests: () => 1,
    seen: pushedRows
  },
  export: {
    ...exportToFile,
    title: "a table of # MB into a file: `exports.toFile`",
    sizes: [200],
    quick: [20]
  },
  decoding: {
    ...largeRecords,
    task: "decoding",
    title: "# records of 6 KB from memory; the floor is `JSON.parse` of their bytes",
    sizes: [10_000],
    quick: [1000],
    others: [],
    without: ["KaleidoscopeNode"],
    again: 4,
    requests: () => 0
  },
  rows: {
    ...tableRows,
    task: "rows",
    title: "#,000 rows of seven columns: `exports.rows`; the floor is bare `csv-parse`",
    sizes: [200],
    quick: [10],
    others: [],
    again: 2
  },
  "rows-typed": {
    ...tableRows,
    task: "rowsTyped",
    title: "#,000 rows, typed by a schema of strings, numbers and dates; the floor converts the cells by hand",
    sizes: [200],
    quick: [10],
    others: [],
    again: 2
  },
  upload: {
    task: "upload",
    title: "a file of # MB up: `records.addFile`",
    sizes: [1000],
    quick: [50],
    others: ["Python"],
    again: 1,
    proof: () => ({ count: 1, last: "file" }),
    requests: () => 1,
    seen: ({ bytes, tail }, sizes) => {
      const beyond = bytes - sum(sizes) * 1e6
      return beyond > 0 && beyond < 5000 && tail.includes(Data.endOfFile)
    }
  },
  import: {
    task: "import",
    title: "# rows of ten columns imported by the emulator, to their end: `imports.pushStream` with its defaults",
    sizes: [100_000],
    quick: [5000],
    others: ["Python"],
    again: 0,
    onEmulator: true,
    proof: (count) => ({ count, last: `EK-${count - 1}` }),
    requests: () => 2
  },
  durable: {
    task: "durable",
    title:
      "a file of # rows of ten columns imported by the emulator as a job that outlives its process, on SQLite: " +
      "`DurableImport.run`; the floor is `imports.importRows` of the same file",
    sizes: [100_000],
    quick: [5000],
    others: [],
    without: ["KaleidoscopeNode"],
    again: 0,
    mostRounds: 3,
    onEmulator: true,
    proof: (count) => ({ count, last: "" }),
    requests: () => 2
  },
  start: {
    task: "start",
    title: "the start of a process, the `import` of one service, and a first call",
    sizes: [1],
    quick: [1],
    others: ["Python", "HttpClient", "SDK, bundled"],
    again: 0,
    proof: () => ({ count: 10, last: "label 9" }),
    requests: () => 1
  },
  "cli-version": {
    ...program,
    task: "cliVersion",
    title: "# × `kaleidoscope --version`, a process each; the floor is `node -e 0`"
  },
  "cli-request": {
    ...program,
    task: "cliRequest",
    title: "# × `kaleidoscope labels`, a process with two requests each; the floor is `node -e 0`"
  },
  "growth-records": {
    ...records,
    title: "growth: # records by their ids",
    sizes: [1000, 10_000, 100_000],
    quick: [500, 2000],
    others: [],
    again: 0,
    mostRounds: 3,
    warmUp: 1000
  },
  "growth-rows": {
    task: "pushStream",
    title: "growth: # rows pushed to a server that imports at once: `imports.pushStream`",
    sizes: [10_000, 100_000, 1_000_000],
    quick: [2000, 10_000],
    others: [],
    again: 0,
    mostRounds: 3,
    warmUp: 2000,
    proof: (count) => ({ count, last: `EK-${count - 1}` }),
    requests: () => 2,
    seen: pushedRows
  },
  "growth-export": {
    ...exportToFile,
    title: "growth: a table of # MB into a file",
    sizes: [20, 200, 2000],
    quick: [5, 20],
    others: [],
    again: 0,
    mostRounds: 3,
    warmUp: 5
  }
}

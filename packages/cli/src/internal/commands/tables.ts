import * as Args from "@effect/cli/Args"
import * as Options from "@effect/cli/Options"
import { leaf } from "../commandLine/define.js"
import { flag, one, query, several, text } from "./parameters.js"

const encodings = ["utf-8", "utf-16le", "utf-16be", "windows-1252", "iso-8859-1"] as const

export const importFile = leaf("import", {
  description: "Imports the rows of a table file: CSV, TSV, SDF, XLSX",
  examples: [
    { command: "kaleidoscope import results.csv --type Compound --dry-run", does: "checks everything, sends nothing" },
    {
      command: "kaleidoscope import results.csv --type Compound",
      does: "shows what each column is, asks, and imports"
    },
    {
      command:
        "kaleidoscope import results.csv --type Compound --activity 'PK study 7' --map 'IC50 nM=IC50' --skip Remarks --yes",
      does: "without questions: in cron or CI"
    },
    {
      command: "kaleidoscope import results.rejected.csv --type Compound --yes",
      does: "the rejected rows, after mending"
    }
  ],
  config: () => ({
    file: Args.text({ name: "file" }).pipe(Args.withDescription("The table file, or - for the input")),
    type: text("type", "name", "The entity type of the records. Its key fields are the keys"),
    activity: one("activity", "activity", "The activity in which the values were measured: its title or its id"),
    program: one("program", "title", "The program of new records"),
    set: one("set", "name", "A set that gets the records"),
    map: several("map", "column=field", "The field of a column, where the names differ. Repeat it for several"),
    skip: several("skip", "column", "A column that is left out. Repeat it for several"),
    addFields: flag("add-fields", "Adds a field for each column that is no field"),
    replicates: flag(
      "replicates",
      "Rows with the same keys are further values of one record. Without it they are rejected"
    ),
    resend: flag("resend", "Sends all rows. Without it, rows whose values are there are skipped"),
    decimalComma: flag("decimal-comma", "Numbers have a decimal comma: 2,5"),
    sheet: one("sheet", "name", "The sheet of an XLSX file. Default: the first one"),
    encoding: Options.choice("encoding", encodings).pipe(
      Options.withDescription("The encoding of the file. Without it, it is found out"),
      Options.optional
    ),
    rejected: one(
      "rejected",
      "path",
      "The file for rejected rows. Default: beside the file, with .rejected.csv at the end; for the input rejected.csv"
    ),
    dryRun: flag("dry-run", "Reads, checks and looks up every row, and sends nothing"),
    yes: flag("yes", "Asks nothing. A column that is not clear is an error")
  }),
  load: () => import("../actions/importFile.js").then(({ importFile }) => importFile)
})

export const exportFile = leaf("export", {
  description: "Exports records as a table file, or as a page to look at",
  examples: [
    { command: "kaleidoscope export --type Compound --out compounds.csv", does: "all compounds" },
    {
      command: "kaleidoscope export --type Compound --where 'IC50 < 50' --sort IC50 --out potent.html",
      does: "a page with structures, histograms and filters"
    },
    { command: "kaleidoscope export --type Compound --format ndjson --out - | jq .IC50", does: "into a pipe" }
  ],
  config: () => ({
    ...query,
    type: text("type", "name", "The entity type of the records"),
    view: one("view", "id", "The id of a record view: only its columns"),
    out: text(
      "out",
      "path",
      "The file. Its ending is the format: .csv .tsv .xlsx .json .ndjson .html. - is the output"
    ),
    format: Options.choice("format", ["csv", "tsv", "xlsx", "json", "ndjson", "html"] as const).pipe(
      Options.withDescription("The format, where the name of the file does not tell it"),
      Options.optional
    ),
    structures: Options.integer("structures").pipe(
      Options.withPseudoName("number"),
      Options.withDescription("How many structures a page draws at most. Default: 2000"),
      Options.withDefault(2000)
    )
  }),
  load: () => import("../actions/exportFile.js").then(({ exportFile }) => exportFile)
})

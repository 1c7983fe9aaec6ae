import type * as HttpClient from "@effect/platform/HttpClient"
import * as Sdk from "@effect-kaleidoscope/sdk"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Redacted from "effect/Redacted"
import { assert, describe, expect, it } from "../../../test/vitest.js"
import * as ActivitiesRows from "./support/endpoints/Activities.js"
import * as ActivityDefinitionsRows from "./support/endpoints/ActivityDefinitions.js"
import * as DashboardsRows from "./support/endpoints/Dashboards.js"
import { callOf, calls } from "./support/endpoints/document.js"
import * as EntityFieldsRows from "./support/endpoints/EntityFields.js"
import * as EntityTypesRows from "./support/endpoints/EntityTypes.js"
import * as ExportsRows from "./support/endpoints/Exports.js"
import * as FilesRows from "./support/endpoints/Files.js"
import * as ImportsRows from "./support/endpoints/Imports.js"
import * as LabelsRows from "./support/endpoints/Labels.js"
import * as ProgramsRows from "./support/endpoints/Programs.js"
import * as PropertiesRows from "./support/endpoints/Properties.js"
import * as PropertyFieldsRows from "./support/endpoints/PropertyFields.js"
import * as RecordsRows from "./support/endpoints/Records.js"
import * as RecordViewsRows from "./support/endpoints/RecordViews.js"
import * as RegistrationRows from "./support/endpoints/Registration.js"
import * as ResultTableTemplatesRows from "./support/endpoints/ResultTableTemplates.js"
import type { Answer, Row } from "./support/endpoints/row.js"
import * as WorkspaceRows from "./support/endpoints/Workspace.js"
import * as Scripted from "./support/scripted.js"

const rows: Array<Row<never>> = []

const AuthTest = Sdk.Auth.layerToken({ token: Redacted.make("the-access-token"), url: "http://kaleidoscope.test/base" })

const answerWith = ({ body, headers, status }: Answer) =>
  body === undefined ? Scripted.text(null, status, headers) : Scripted.json(body, status, headers)

/** A server that answers a row's request, after so many failures, and what else the row asks for. */
const serverFor = (row: Row<never>, failures: number, said?: string) => {
  const key = `${row.request.method} /base${row.request.path}`
  const others = new Map(
    Object.entries(row.others ?? {}).map(([other, answer]) => [other.replace(" ", " /base"), answer])
  )
  let count = 0
  const isOwn = (sent: Scripted.Sent) => `${sent.method} ${sent.path}` === key
  const server = Scripted.make((sent) => {
    if (isOwn(sent)) {
      count++
      if (count <= failures) return Scripted.text(null, 500)
      return said === undefined ? answerWith(row.answer) : Scripted.text(said)
    }
    const other = others.get(`${sent.method} ${sent.path}`)
    if (other !== undefined) return answerWith(other)
    // What is read again after an answer that says nothing is not there.
    return said === undefined
      ? Effect.die(new Error(`not in the row: ${sent.method} ${sent.path}${sent.url.search}`))
      : Scripted.json([])
  })
  return { layer: server.layer, own: () => server.sent.filter(isOwn) }
}

const table = <R>(
  service: string,
  layer: Layer.Layer<R, never, HttpClient.HttpClient | Sdk.Auth.Auth>,
  ofService: ReadonlyArray<Row<R>>
) =>
  describe(service, () => {
    for (const row of ofService) {
      const run = (server: Layer.Layer<HttpClient.HttpClient>) =>
        row.call.pipe(
          Effect.provide(layer),
          Effect.provide(Layer.mergeAll(AuthTest, server, Sdk.RequestPolicy.layer({ backoff: 0 })))
        )
      const bare: Row<never> = { ...row, call: Effect.void }
      rows.push(bare)

      it.effect(`${row.name}: ${row.request.method} ${row.request.path}`, () =>
        Effect.gen(function* () {
          const server = serverFor(bare, 0)
          const result = yield* run(server.layer)

          const [sent, ...more] = server.own()
          assert(sent !== undefined)
          expect(more).toEqual([])
          expect(sent.query).toEqual(row.request.query ?? [])
          expect(sent.headers["x-kal-authorization"]).toBe("Bearer the-access-token")
          expect(sent.headers).toMatchObject(row.request.headers ?? {})
          if (row.request.content !== undefined) {
            row.request.content(sent.body, sent.headers["content-type"] ?? "")
          } else if (row.request.body === undefined) {
            expect([sent.body, sent.headers["content-type"]]).toEqual(["", undefined])
          } else {
            expect(sent.headers["content-type"]).toBe("application/json")
            expect(JSON.parse(sent.body)).toEqual(row.request.body)
          }

          if (typeof row.result === "function") row.result(result)
          else expect(result).toEqual(row.result)
        })
      )

      if (row.request.method !== "GET") {
        const isNothing = row.isNothingAlone === true
        const what = isNothing
          ? "fails with the outcome none if the response is empty or has another shape"
          : "fails with the outcome done if the response is empty or has another shape"
        it.effect(`${row.name} ${what}`, () =>
          Effect.gen(function* () {
            for (const said of ["", " \r\n", "null", '""', "{}", "[]", "7", '{"message":"done"}', '[{"id":7}]']) {
              const server = serverFor(bare, 0, said)
              const exit = yield* Effect.either(run(server.layer))
              expect(server.own().length).toBe(1)
              if (exit._tag === "Right") continue
              expect([said, exit.left]).toMatchObject([
                said,
                { call: row.name, attempts: 1, outcome: isNothing ? "none" : "done" }
              ])
              expect(String(exit.left)).toContain(
                isNothing ? "you can repeat it" : "The write is done, so do not repeat it"
              )
            }
          })
        )
      }

      if (callOf(row.request.method, row.request.path)?.includes("{") === true) {
        it.effect(`${row.name} fails with NotFound if the item of its path is missing`, () =>
          Effect.gen(function* () {
            const server = serverFor(
              { ...bare, answer: { status: 404, body: { code: "NOT_FOUND", message: "no" } } },
              0
            )
            const exit = yield* Effect.either(run(server.layer))
            expect(exit).toMatchObject(
              /\.find/.test(row.name)
                ? { _tag: "Right", right: { _tag: "None" } }
                : { _tag: "Left", left: { _tag: "KaleidoscopeNotFound", call: row.name } }
            )
          })
        )
      }

      it.effect(
        `${row.name} is ${row.repeatable === true ? "sent again" : row.repeatable === false ? "sent once" : "looked up"} if the server fails`,
        () =>
          Effect.gen(function* () {
            const server = serverFor(bare, 1)
            const exit = yield* Effect.either(run(server.layer))
            expect(server.own().length).toBe(row.repeatable === true ? 2 : 1)
            expect(exit).toMatchObject(
              row.repeatable !== false
                ? { _tag: "Right" }
                : {
                    _tag: "Left",
                    left: {
                      _tag: "KaleidoscopeServerError" satisfies Sdk.KaleidoscopeError.KaleidoscopeError["_tag"],
                      call: row.name,
                      attempts: 1,
                      outcome: "unknown"
                    }
                  }
            )
          })
      )
    }
  })

table("Activities", Sdk.Activities.layer, ActivitiesRows.rows)
table("ActivityDefinitions", Sdk.ActivityDefinitions.layer, ActivityDefinitionsRows.rows)
table("Dashboards", Sdk.Dashboards.layer, DashboardsRows.rows)
table("EntityFields", Sdk.EntityFields.layer, EntityFieldsRows.rows)
table("EntityTypes", Sdk.EntityTypes.layer, EntityTypesRows.rows)
table("Exports", Sdk.Exports.layer, ExportsRows.rows)
table("Files", Sdk.Files.layer, FilesRows.rows)
table("Imports", Sdk.Imports.layer, ImportsRows.rows)
table("Labels", Sdk.Labels.layer, LabelsRows.rows)
table("Programs", Sdk.Programs.layer, ProgramsRows.rows)
table("Properties", Sdk.Properties.layer, PropertiesRows.rows)
table("PropertyFields", Sdk.PropertyFields.layer, PropertyFieldsRows.rows)
table("Records", Sdk.Records.layer, RecordsRows.rows)
table("RecordViews", Sdk.RecordViews.layer, RecordViewsRows.rows)
table("Registration", Sdk.Registration.layer, RegistrationRows.rows)
table("ResultTableTemplates", Sdk.ResultTableTemplates.layer, ResultTableTemplatesRows.rows)
table("Workspace", Sdk.Workspace.layer, WorkspaceRows.rows)

describe("the table of calls", () => {
  it("has only calls of the API's document", () => {
    expect(rows.filter(({ request }) => callOf(request.method, request.path) === undefined)).toEqual([])
  })

  it("has every call of the API's document", () => {
    const covered = new Set(rows.map(({ request }) => callOf(request.method, request.path)))
    expect(calls.filter((call) => !covered.has(call))).toEqual([])
  })
})

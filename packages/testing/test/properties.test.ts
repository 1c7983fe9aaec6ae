import { Workspace } from "@effect-kaleidoscope/testing"
import * as Effect from "effect/Effect"
import { describe, expect, it } from "../../../test/vitest.js"
import { at, call, listAt, multipart, stringAt, ways } from "./support/client.js"
import { activityId, definitionId, nobody } from "./support/sample.js"

const propertyOf = (title: string, name: string): string =>
  [...Workspace.demo.activities, ...Workspace.demo.activity_definitions]
    .find((owner) => owner.title === title)
    ?.properties.find((property) => property.property_name === name)?.id ?? ""

for (const way of ways) {
  describe(`properties, ${way.name}`, () => {
    const ofActivity = (title: string) =>
      Effect.map(call("GET", "/activities"), ({ json }) =>
        listAt(
          listAt(json).find((activity) => at(activity, "id") === activityId(title)),
          "properties"
        )
      )

    it.effect("are updated on activities and on definitions", () =>
      Effect.gen(function* () {
        const id = propertyOf("EGFR IC50, run 1", "Cell line")
        for (const content of ["H1975", { any: [1, null] }, null, 12, true]) {
          const answer = yield* call("PUT", `/properties/${id}`, { json: { content } })
          expect(answer.json).toMatchObject({
            id,
            content,
            property_name: "Cell line",
            field_type: "text",
            property_field_id: expect.any(String),
            created_at: expect.any(String),
            created_by: expect.any(String),
            last_updated_by: Workspace.demo.api_user_id
          })
          const stored = (yield* ofActivity("EGFR IC50, run 1")).find((property) => at(property, "id") === id)
          expect(stored).toEqual(answer.json)
        }
        const events = yield* call("GET", `/activities/${activityId("EGFR IC50, run 1")}/events`)
        expect(at(events.json, 0)).toMatchObject({ event_type: "property_updated", event_attrs: { property_id: id } })

        const ofDefinition = propertyOf("IC50 assay", "Cell line")
        yield* call("PUT", `/properties/${ofDefinition}`, { json: { content: "A549" } })
        const definitions = listAt((yield* call("GET", "/activity_definitions")).json)
        const definition = definitions.find((one) => at(one, "id") === definitionId("IC50 assay"))
        expect(at(definition, "properties", 0, "content")).toBe("A549")
      }).pipe(Effect.provide(way.make()))
    )

    it.effect("are refused without content, and for unknown ids", () =>
      Effect.gen(function* () {
        const path = `/properties/${propertyOf("EGFR IC50, run 1", "Cell line")}`
        expect(at((yield* call("PUT", path, { json: {} })).json, "issues", 0, "path")).toEqual(["content"])
        expect((yield* call("PUT", path, { json: { content: 1, color: 1 } })).status).toBe(400)
        expect((yield* call("PUT", `/properties/${nobody}`, { json: { content: 1 } })).status).toBe(404)
        const file = multipart([{ name: "file", fileName: "a", bytes: "b" }])
        expect((yield* call("POST", `/properties/${nobody}/file`, file)).status).toBe(404)
      }).pipe(Effect.provide(way.make()))
    )

    it.effect("accept files", () =>
      Effect.gen(function* () {
        const id = propertyOf("Registration of March", "Uploaded file")
        const names = ["a.sdf", "rep é.pdf", 'a "b".txt', "日本.csv", "a/b\\c", "..", "%41"]
        for (const fileName of names) {
          for (const contentType of [undefined, "application/json"]) {
            const bytes = new TextEncoder().encode(`content of ${fileName}\r\n--x\r\n`)
            const upload = multipart([{ name: "file", fileName, contentType: "text/x-mine", bytes }], contentType)
            const answer = yield* call("POST", `/properties/${id}/file`, upload)
            const file = stringAt(answer.json, "content", 0)
            const stored = yield* call("GET", `/activities/${activityId("Registration of March")}/file/${file}`)
            expect([fileName, stored.status, stored.bytes]).toEqual([fileName, 200, bytes])
            expect(stored.headers["content-type"]).toBe("text/x-mine")
            const header = stored.headers["content-disposition"]?.split("filename*=UTF-8''")[1] ?? ""
            expect(decodeURIComponent(header)).toBe(fileName)
          }
        }
      }).pipe(Effect.provide(way.make()))
    )
  })
}

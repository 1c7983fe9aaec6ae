import { describe, expect, it } from "@effect/vitest"
import { Workspace } from "@effect-kaleidoscope/testing"
import * as Effect from "effect/Effect"
import { at, call, listAt, ways } from "./client.js"

const { activities, activity_labels: labels, members } = Workspace.demo

const idOf = (title: string): string => activities.find((activity) => activity.title === title)?.id ?? ""
const labelId = (name: string): string => labels.find((label) => label.label_name === name)?.id ?? ""
const memberId = (name: string): string => members.find((member) => member.preferred_name === name)?.id ?? ""

const titles = (json: unknown): ReadonlyArray<unknown> => listAt(json).map((activity) => at(activity, "title"))

for (const way of ways) {
  describe(`activities, ${way.name}`, () => {
    const search = (query: { readonly [name: string]: string }) =>
      Effect.map(call("GET", "/activities/search", { query }), (answer) => titles(answer.json))

    it.effect("are listed", () =>
      Effect.gen(function* () {
        const answer = yield* call("GET", "/activities")
        expect(answer.json).toEqual(activities)
      }).pipe(Effect.provide(way.make()))
    )

    it.effect("are found by what they are and by who has to do with them", () =>
      Effect.gen(function* () {
        expect(yield* search({})).toEqual(activities.map(({ title }) => title))
        expect(yield* search({ search_text: "ic50, RUN" })).toEqual([
          "EGFR IC50, run 1",
          "EGFR IC50, run 2",
          "EGFR IC50, run 3",
          "EGFR IC50, run 4"
        ])
        expect(yield* search({ activity_types: '["milestone","cycle"]' })).toEqual([
          "Candidate nomination",
          "Design cycle 7",
          "Design cycle 8"
        ])
        const definition = activities.find(({ title }) => title === "Design cycle 7")?.definition_id
        expect(yield* search({ definition_ids: JSON.stringify([definition]) })).toEqual([
          "Design cycle 7",
          "Design cycle 8"
        ])
        const record = activities.find(({ title }) => title === "Design cycle 7")?.all_record_ids[0]
        expect(yield* search({ record_ids: JSON.stringify([record]) })).toEqual(["EGFR IC50, run 4", "Design cycle 7"])
        expect(yield* search({ created_by: memberId("Ada") })).toEqual(["Repeat of outliers"])
        expect((yield* search({ limit: "2" })).length).toBe(2)
        expect(yield* search({ parent_id: idOf("EGFR IC50, run 3") })).toEqual(["Review dose-response curves"])
        expect(yield* search({ parent_id: "null" })).toEqual(
          activities.filter(({ parent_id }) => parent_id === null).map(({ title }) => title)
        )
      }).pipe(Effect.provide(way.make()))
    )

    it.effect("are found by any of some, and all of others", () =>
      Effect.gen(function* () {
        expect(yield* search({ statuses: '[["in design","in synthesis"]]' })).toEqual([
          "Design cycle 7",
          "Design cycle 8"
        ])
        expect(yield* search({ statuses: '[["in design"],["in synthesis"]]' })).toEqual([])
        const [vitro, urgent] = [labelId("in vitro"), labelId("urgent")]
        expect(yield* search({ label_ids: JSON.stringify([[vitro], [urgent]]) })).toEqual(["EGFR IC50, run 3"])
        expect((yield* search({ label_ids: JSON.stringify([[vitro, urgent]]) })).length).toBe(6)
        const [ada, bruno] = [memberId("Ada"), memberId("Bruno")]
        expect(yield* search({ assigned_user_ids: JSON.stringify([[ada], [bruno]]) })).toEqual(["Design cycle 8"])
      }).pipe(Effect.provide(way.make()))
    )

    it.effect("can be searched without what is completed", () =>
      Effect.gen(function* () {
        const open = yield* search({ completed_behavior: "hide-all" })
        expect(open).not.toContain("Hit to lead")
        expect(open).not.toContain("Order reagents")
        expect(open).toContain("EGFR IC50, run 3")
        expect(yield* search({ completed_behavior: "hide-completed-trees" })).toEqual(open)
        expect((yield* search({ completed_behavior: "show-all" })).length).toBe(activities.length)
        const wrong = yield* call("GET", "/activities/search", { query: { completed_behavior: "all" } })
        expect(wrong.status).toBe(400)
      }).pipe(Effect.provide(way.make()))
    )

    it.effect("have children", () =>
      Effect.gen(function* () {
        const answer = yield* call("GET", `/activities/${idOf("EGFR lead optimisation")}/activities`)
        expect(titles(answer.json)).toEqual(["Hit to lead", "Lead optimisation", "Candidate nomination"])
      }).pipe(Effect.provide(way.make()))
    )
  })
}

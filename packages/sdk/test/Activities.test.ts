import { Activities, Ids, Programs, RequestPolicy } from "@effect-kaleidoscope/sdk"
import { Emulator, Faults, Workspace } from "@effect-kaleidoscope/testing"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { assert, describe, expect, it, layer } from "../../../test/vitest.js"
import { activityCalled, bodiesOf, compound, fieldId, idsOf, recordCalled, run, userId } from "./support/sample.js"
import * as Scripted from "./support/scripted.js"
import { onEmulator, onScript } from "./support/services.js"

const unknown = Ids.ActivityId.make("00000000-0000-4000-8000-000000000000")

const { activities: all, record_views } = Workspace.demo

const titles = (activities: Iterable<Activities.Activity>) => Array.from(activities, ({ title }) => title)
/** Each test has an emulator of its own: they write. */
const onDemo = Effect.provide(onEmulator(Layer.merge(Activities.layer, Programs.layer)))

describe("Activities", () => {
  layer(onEmulator(Activities.layer))("on the unchanged emulator", (it) => {
    it.effect("are listed, and found by id, model, title and external id", () =>
      Effect.gen(function* () {
        const activities = yield* Activities.Activities
        expect(idsOf(yield* activities.list)).toEqual(idsOf(all))
        const { id } = activityCalled("EGFR IC50, run 2")
        const activity = yield* activities.get(run(2))
        expect(activity.id).toBe(id)
        for (const reference of [id, activity, { id }, { external_id: "ELN-1041" }]) {
          expect(yield* activities.get(reference)).toEqual(activity)
          expect(yield* activities.find(reference)).toEqual(Option.some(activity))
        }
        expect(yield* activities.find({ title: "none" })).toEqual(Option.none())
        expect(yield* Effect.flip(activities.get(unknown))).toMatchObject({
          _tag: "KaleidoscopeNotFound",
          call: "Activities.get",
          missing: [unknown]
        })
        expect(Activities.ofType(yield* activities.list, "milestone").map(({ title }) => title)).toEqual([
          "Candidate nomination"
        ])
      })
    )

    it.effect("fail with AmbiguousReference and all ids if several activities have the title", () =>
      Effect.gen(function* () {
        const activities = yield* Activities.Activities
        const reference = { title: "Repeat of outliers" }
        const ids = idsOf(all.filter(({ title }) => title === reference.title))
        expect(ids.length).toBe(2)
        for (const [call, effect] of [
          ["find", activities.find(reference)],
          ["get", activities.get(reference)],
          ["findMany", activities.findMany([unknown, reference])],
          ["children", activities.children(reference)],
          ["update", activities.update(reference, { title: "other" })],
          ["search", activities.search({ parent_id: reference })]
        ] as const) {
          expect(yield* Effect.flip(Effect.asVoid<unknown, unknown, never>(effect))).toMatchObject({
            _tag: "KaleidoscopeAmbiguousReference",
            call: `Activities.${call}`,
            reference: 'activity {"title":"Repeat of outliers"}',
            ids
          })
        }
      })
    )

    it.effect("are given in the order of the arguments, duplicates too, and NotFound names the missing ones", () =>
      Effect.gen(function* () {
        const activities = yield* Activities.Activities
        const references = [run(3), activityCalled("EGFR IC50, run 1").id, run(3)]
        const expected = ["EGFR IC50, run 3", "EGFR IC50, run 1", "EGFR IC50, run 3"]
        expect(titles(yield* activities.getMany(references))).toEqual(expected)
        expect(titles(yield* activities.findMany([unknown, ...references, { title: "none" }]))).toEqual(expected)
        expect(yield* Effect.flip(activities.getMany([...references, unknown, { title: "none" }]))).toMatchObject({
          _tag: "KaleidoscopeNotFound",
          call: "Activities.getMany",
          missing: [unknown, '{"title":"none"}']
        })
      })
    )

    it.effect("match a search if they match all conditions, and any member of each condition", () =>
      Effect.gen(function* () {
        const activities = yield* Activities.Activities
        expect(
          titles(
            yield* activities.search({
              search_text: "ic50",
              activity_types: ["experiment"],
              record_ids: [compound("EK-0001")],
              statuses: ["complete", "in progress"],
              label_ids: [{ label_name: "in vitro" }],
              definition_ids: [{ title: "IC50 assay" }],
              assigned_user_ids: [{ full_name: "Chiyo Tanaka" }],
              parent_id: { title: "Lead optimisation" }
            })
          )
        ).toEqual(["EGFR IC50, run 1", "EGFR IC50, run 3"])
        // An activity has to match all lists, and any member of each.
        expect(
          titles(yield* activities.search({ label_ids: [[{ label_name: "in vitro" }], [{ label_name: "urgent" }]] }))
        ).toEqual(["EGFR IC50, run 3"])
        const roots = all.filter(({ parent_id }) => parent_id === null)
        expect(titles(yield* activities.search({ parent_id: null }))).toEqual(roots.map(({ title }) => title))
        expect((yield* activities.search({ limit: 2 })).length).toBe(2)
        expect(yield* Effect.flip(activities.search({ label_ids: [{ label_name: "none" }] }))).toMatchObject({
          _tag: "KaleidoscopeUnknownReference",
          call: "Activities.search",
          reference: 'label {"label_name":"none"}'
        })
      })
    )

    it.effect("have children, programs, labels, events and comments", () =>
      Effect.gen(function* () {
        const activities = yield* Activities.Activities
        const parent = activityCalled("Lead optimisation")
        expect(idsOf(yield* activities.children(parent.id))).toEqual(parent.child_ids)
        const activity = yield* activities.get(run(3))
        expect((yield* activities.labels(activity)).map(({ label_name }) => label_name)).toEqual(["in vitro", "urgent"])
        expect((yield* activities.programs(activity)).map(({ title }) => title)).toEqual(["EGFR inhibitors"])
        expect((yield* activities.events(activity)).map(({ event_type }) => event_type).toSorted()).toEqual([
          "activity_created",
          "activity_updated"
        ])
        const comments = yield* activities.comments({ external_id: "ELN-1042" })
        expect(comments.map(({ created_by }) => created_by)).toEqual(
          [userId("Chiyo Tanaka"), userId("Ada Okafor")].map(String)
        )
        expect(yield* Effect.flip(activities.events(unknown))).toMatchObject({
          _tag: "KaleidoscopeNotFound",
          call: "Activities.events",
          missing: [unknown]
        })
      })
    )

    it.effect("have a definition, assigned users and groups, and record views", () =>
      Effect.gen(function* () {
        const activities = yield* Activities.Activities
        const project = yield* activities.get({ title: "EGFR lead optimisation" })
        const activity = yield* activities.get(run(1))
        expect(Option.map(yield* activities.definition(activity), ({ title }) => title)).toEqual(
          Option.some("IC50 assay")
        )
        expect(yield* activities.definition(project)).toEqual(Option.none())
        expect((yield* activities.assignedUsers(activity)).map(({ full_name }) => full_name)).toEqual(["Chiyo Tanaka"])
        expect((yield* activities.assignedGroups(project)).map(({ group_name }) => group_name)).toEqual([
          "Chemistry",
          "Biology"
        ])
        expect((yield* activities.recordViews(run(1))).map(({ view_name }) => view_name)).toEqual(["IC50 results"])
        expect(yield* activities.recordViews({ title: "Design cycle 8" })).toEqual([])
        expect(yield* Effect.flip(activities.recordViews({ title: "none" }))).toMatchObject({
          _tag: "KaleidoscopeUnknownReference",
          call: "Activities.recordViews"
        })
      })
    )

    it.effect("hold records, with their values in them", () =>
      Effect.gen(function* () {
        const activities = yield* Activities.Activities
        const { all_record_ids, id } = activityCalled("EGFR IC50, run 1")
        expect(idsOf(yield* activities.records(id))).toEqual(all_record_ids)
        expect(titles(yield* activities.withRecord(compound("EK-0030")))).toEqual([
          "EGFR IC50, run 4",
          "Design cycle 7"
        ])
        expect(yield* activities.hasRecord(run(1), compound("EK-0001"))).toBe(true)
        expect(yield* activities.hasRecord(run(4), recordCalled("EK-0001").id)).toBe(false)
        const data = yield* activities.recordData(run(1))
        expect(idsOf(data.map(({ record }) => record))).toEqual(all_record_ids)
        for (const { record, values } of data) {
          // Only its key and the values of this activity.
          expect([...values.keys()].toSorted()).toEqual([fieldId("Compound ID"), fieldId("IC50")].toSorted())
          expect(values.get(fieldId("Compound ID"))).toBe(record.record_identifier)
          const stored = Workspace.demo.records.find((one) => one.id === record.id)?.record_values[fieldId("IC50")]
          expect(values.get(fieldId("IC50"))).toBe(stored?.find(({ operation_id }) => operation_id === id)?.content)
        }
      })
    )
  })

  it.effect("give the records on a view in the order of the view", () => {
    const idOf = (nth: number) => `00000000-0000-4000-8000-${String(nth).padStart(12, "0")}`
    const { layer } = onScript(Activities.layer, ({ path, url }) =>
      path === "/activities"
        ? Scripted.json([
            { id: "a", data_table_record_mapping: { view: [idOf(3), idOf(1), idOf(9), idOf(2), idOf(3)] } }
          ])
        : Scripted.json(
            (url.searchParams.get("record_ids") ?? "")
              .split(",")
              .toSorted()
              .flatMap((id) => (id === idOf(9) ? [] : [{ id }]))
          )
    )
    return Effect.gen(function* () {
      const activities = yield* Activities.Activities
      const activity = Ids.ActivityId.make("a")
      const onView = (view: string) => activities.recordsOnView(activity, Ids.RecordViewId.make(view))
      // A record that is listed twice is given once.
      expect(idsOf(yield* onView("view"))).toEqual([idOf(3), idOf(1), idOf(2)])
      expect(yield* onView("another")).toEqual([])
      expect(yield* onView("constructor")).toEqual([])
      expect(yield* Effect.flip(activities.recordsOnView(unknown, Ids.RecordViewId.make("view")))).toMatchObject({
        _tag: "KaleidoscopeNotFound",
        call: "Activities.recordsOnView"
      })
    }).pipe(Effect.provide(layer))
  })

  it.effect("give the records on the views of the sample", () =>
    Effect.gen(function* () {
      const activities = yield* Activities.Activities
      const { data_table_record_mapping } = activityCalled("EGFR IC50, run 1")
      const view = record_views.find(({ view_name }) => view_name === "IC50 results")
      assert(view !== undefined)
      const found = yield* activities.recordsOnView(run(1), { view_name: "IC50 results" })
      expect(idsOf(found)).toEqual(data_table_record_mapping[view.id])
      expect(yield* Effect.flip(activities.recordsOnView(run(1), { view_name: "none" }))).toMatchObject({
        _tag: "KaleidoscopeUnknownReference",
        call: "Activities.recordsOnView",
        reference: 'record view {"view_name":"none"}'
      })
    }).pipe(onDemo)
  )

  it.effect("are created with references by name, and are found by name right after", () =>
    Effect.gen(function* () {
      const activities = yield* Activities.Activities
      const programs = yield* Programs.Programs
      yield* activities.find(run(1))
      yield* programs.create({ title: "Apollo" })
      const created = yield* activities.create({
        title: "EGFR IC50, run 5",
        activity_type: "experiment",
        program_ids: [{ title: "Apollo" }, { title: "EGFR inhibitors" }],
        definition_id: { external_id: "ASSAY-1" },
        assigned_user_ids: [{ email: "chiyo@northlight.example" }],
        start_date: DateTime.unsafeMake("2026-03-01T08:00:00Z"),
        duration: 2
      })
      expect(created).toMatchObject({ title: "EGFR IC50, run 5", duration: 2, child_ids: [] })
      expect(created.assigned_user_ids).toEqual([userId("Chiyo Tanaka")])
      expect(Option.map(yield* activities.definition(created), ({ title }) => title)).toEqual(Option.some("IC50 assay"))
      expect((yield* activities.programs(created)).map(({ title }) => title)).toEqual(["Apollo", "EGFR inhibitors"])
      expect(created.start_date).toEqual(DateTime.unsafeMake("2026-03-01T08:00:00Z"))
      expect(yield* activities.get(run(5))).toEqual(created)
      expect((yield* activities.update(run(5), { parent_id: run(1) })).parent_id).toBe(
        activityCalled("EGFR IC50, run 1").id
      )
      expect(idsOf(yield* activities.children(run(1)))).toEqual([created.id])
    }).pipe(onDemo)
  )

  it.effect("are not created if a reference does not exist", () =>
    Effect.gen(function* () {
      const activities = yield* Activities.Activities
      const create = (more: Partial<Activities.NewActivity>) =>
        Effect.flip(activities.create({ title: "new", activity_type: "task", ...more }))
      expect(yield* create({ program_ids: [{ title: "none" }] })).toMatchObject({
        _tag: "KaleidoscopeUnknownReference",
        call: "Activities.create",
        reference: 'program {"title":"none"}'
      })
      expect(yield* create({ definition_id: { title: "none" } })).toMatchObject({
        _tag: "KaleidoscopeUnknownReference",
        reference: 'activity definition {"title":"none"}'
      })
      expect(yield* create({ assigned_user_ids: [{ full_name: "Nobody" }] })).toMatchObject({
        _tag: "KaleidoscopeUnknownReference",
        reference: 'member {"full_name":"Nobody"}'
      })
      expect(yield* create({ start_date: "tomorrow" })).toMatchObject({
        _tag: "KaleidoscopeInvalidRequest",
        call: "Activities.create",
        at: "body.start_date"
      })
      expect(yield* create({ duration: Number.POSITIVE_INFINITY })).toMatchObject({
        _tag: "KaleidoscopeInvalidRequest",
        at: "body.duration"
      })
      expect(yield* bodiesOf("POST /activities")).toEqual([])
    }).pipe(onDemo)
  )

  it.effect("are created once when the response is lost, and the error has the outcome unknown", () =>
    Effect.gen(function* () {
      const activities = yield* Activities.Activities
      expect(yield* Effect.flip(activities.create({ title: "new", activity_type: "task" }))).toMatchObject({
        _tag: "KaleidoscopeTransportError",
        call: "Activities.create",
        attempts: 1,
        outcome: "unknown"
      })
      expect((yield* activities.find({ title: "new" }))._tag).toBe("Some")
    }).pipe(
      Effect.provide(
        onEmulator(Activities.layer, {
          faults: [Faults.on({ method: "POST", path: "/activities" }, Faults.resetAfter)]
        })
      )
    )
  )

  it.effect("fail with the outcome done if the response to a creation is an empty list", () => {
    const { layer } = onScript(Activities.layer, () => Scripted.json([]))
    return Effect.gen(function* () {
      const activities = yield* Activities.Activities
      expect(yield* Effect.flip(activities.create({ title: "new", activity_type: "task" }))).toMatchObject({
        _tag: "KaleidoscopeDecodeError",
        call: "Activities.create",
        outcome: "done"
      })
    }).pipe(Effect.provide(layer))
  })

  it.effect("are updated: a field that is left out stays, null clears it", () =>
    Effect.gen(function* () {
      const activities = yield* Activities.Activities
      const before = yield* activities.get(run(3))
      const updated = yield* activities.update(run(3), {
        status: "needs review",
        due_date: "2026-04-01",
        add_label_ids: [{ label_name: "outsourced" }],
        remove_label_ids: [{ label_name: "urgent" }],
        add_program_ids: [{ title: "Backup series" }],
        add_dependencies: [run(1)],
        add_assigned_group_ids: [{ group_name: "Chemistry" }],
        add_reviewer_ids: [{ full_name: "Ada Okafor" }],
        external_id: null,
        duration: null
      })
      expect(updated).toMatchObject({
        id: before.id,
        title: before.title,
        priority: before.priority,
        description: before.description,
        start_date: before.start_date,
        status: "needs review",
        due_date: DateTime.unsafeMake("2026-04-01"),
        reviewer_ids: [...before.reviewer_ids, userId("Ada Okafor")],
        dependencies: [...before.dependencies, activityCalled("EGFR IC50, run 1").id],
        external_id: null,
        duration: null
      })
      expect((yield* activities.labels(updated)).map(({ label_name }) => label_name)).toEqual([
        "in vitro",
        "outsourced"
      ])
      expect(yield* activities.get(before.id)).toEqual(updated)
      // The update removed the name by which it was found.
      expect(yield* Effect.flip(activities.children({ external_id: "ELN-1042" }))).toMatchObject({
        _tag: "KaleidoscopeUnknownReference",
        call: "Activities.children"
      })
      const cleared = yield* activities.update(updated, { due_date: null, priority: null, parent_id: null })
      expect(cleared).toMatchObject({ due_date: null, priority: null, parent_id: null, status: "needs review" })
      const path = `/activities/${before.id}`
      expect((yield* bodiesOf(`PUT ${path}`))[1]).toEqual({ due_date: null, priority: null, parent_id: null })
      const events = yield* activities.events(before)
      expect(events.filter(({ event_type }) => event_type === "activity_updated").length).toBe(3)
    }).pipe(onDemo)
  )

  it.effect("keep due dates to the microsecond", () =>
    Effect.gen(function* () {
      const activities = yield* Activities.Activities
      const { id } = activityCalled("EGFR IC50, run 3")
      const precise = DateTime.mapEpochMillis(
        DateTime.unsafeMake("2026-04-01T10:00:00.250Z"),
        (millis) => millis + 0.115
      )
      const zoned = DateTime.unsafeMakeZoned("2026-04-01T10:00:00Z", { timeZone: "America/New_York" })
      for (const [date, text] of [
        [new Date("2026-04-01T10:00:00Z"), "2026-04-01T10:00:00.000Z"],
        [precise, "2026-04-01T10:00:00.250115Z"],
        [zoned, "2026-04-01T10:00:00.000Z"],
        ["2026-04-01", "2026-04-01"],
        ["2026-04-01T10:00:00.852115+02:00", "2026-04-01T10:00:00.852115+02:00"]
      ] as const) {
        const { due_date } = yield* activities.update(id, { due_date: date })
        expect((yield* bodiesOf(`PUT /activities/${id}`)).at(-1)).toEqual({ due_date: text })
        expect(due_date).toEqual((yield* activities.get(id)).due_date)
      }
      const read = yield* activities.get(id)
      assert(read.due_date !== null)
      // A date that was read is sent back unchanged.
      yield* activities.update(id, { due_date: read.due_date })
      expect((yield* bodiesOf(`PUT /activities/${id}`)).at(-1)).toEqual({
        due_date: "2026-04-01T10:00:00.852115+02:00"
      })
    }).pipe(onDemo)
  )

  for (const date of ["tomorrow", "", "0", "1.4.2026", "2026-02-30", new Date("never")]) {
    it.effect(`refuse the due date ${JSON.stringify(date)} before sending`, () => {
      const { layer, sent } = onScript(Activities.layer, () => Scripted.json({}))
      return Effect.gen(function* () {
        const activities = yield* Activities.Activities
        for (const at of ["due_date", "start_date"]) {
          expect(yield* Effect.flip(activities.update(unknown, { title: "a", [at]: date }))).toMatchObject({
            _tag: "KaleidoscopeInvalidRequest",
            call: "Activities.update",
            at: `body.${at}`,
            outcome: "none"
          })
        }
        expect(sent).toEqual([])
      }).pipe(Effect.provide(layer))
    })
  }

  it.effect("send no field that is undefined", () => {
    const { layer, sent } = onScript(Activities.layer, ({ method }) =>
      Scripted.json(method === "PUT" ? { id: unknown } : [{ id: unknown }])
    )
    return Effect.gen(function* () {
      const activities = yield* Activities.Activities
      yield* activities.search({ statuses: undefined, record_ids: undefined, parent_id: undefined, limit: undefined })
      yield* activities.create({
        title: "new",
        activity_type: "task",
        definition_id: undefined,
        program_ids: undefined
      })
      yield* activities.update(unknown, { comment: undefined, due_date: undefined, add_label_ids: undefined })
      expect(sent.map(({ body, query }) => [query, body === "" ? body : JSON.parse(body)])).toEqual([
        [[], ""],
        [[], { title: "new", activity_type: "task", program_ids: [], assigned_user_ids: [], subscriber_ids: [] }],
        [[], {}]
      ])
    }).pipe(Effect.provide(layer))
  })

  it.effect("are updated again after an unknown outcome only without a comment", () =>
    Effect.gen(function* () {
      const activities = yield* Activities.Activities
      const { id } = activityCalled("EGFR IC50, run 1")
      expect(yield* Effect.flip(activities.update(id, { comment: "Repeat it." }))).toMatchObject({
        _tag: "KaleidoscopeTransportError",
        attempts: 1,
        outcome: "unknown"
      })
      expect((yield* activities.comments(id)).length).toBe(1)
      expect((yield* activities.update(id, { status: "locked" })).status).toBe("locked")
      expect((yield* bodiesOf(`PUT /activities/${id}`)).length).toBe(3)
    }).pipe(
      Effect.provide(
        onEmulator(Activities.layer.pipe(Layer.provide(RequestPolicy.layer({ backoff: 0 }))), {
          faults: [Faults.on({ method: "PUT", path: "/activities/:id", times: 2 }, Faults.resetAfter)]
        })
      )
    )
  )

  it.effect("get added records, and keep the records that they have", () =>
    Effect.gen(function* () {
      const activities = yield* Activities.Activities
      const before = activityCalled("Design cycle 8").all_record_ids
      yield* activities.addRecords({ title: "Design cycle 8" }, [compound("EK-0002"), recordCalled("EK-0001").id])
      yield* activities.addRecords({ title: "Design cycle 8" }, [compound("EK-0002")])
      const after = [...before, recordCalled("EK-0002").id, recordCalled("EK-0001").id]
      expect((yield* activities.get({ title: "Design cycle 8" })).all_record_ids).toEqual(after)
      expect(yield* activities.hasRecord({ title: "Design cycle 8" }, compound("EK-0001"))).toBe(true)
      expect(idsOf(yield* activities.records({ title: "Design cycle 8" }))).toEqual(after)
      expect(
        yield* Effect.flip(activities.addRecords({ title: "Design cycle 8" }, [compound("EK-0003"), compound("none")]))
      ).toMatchObject({ _tag: "KaleidoscopeUnknownReference", call: "Activities.addRecords" })
      expect(yield* activities.hasRecord({ title: "Design cycle 8" }, compound("EK-0003"))).toBe(false)
    }).pipe(onDemo)
  )

  it.effect("from which no records are removed are read, and nothing is sent", () =>
    Effect.gen(function* () {
      const activities = yield* Activities.Activities
      const { all_record_ids, id } = yield* activities.removeRecords(run(1), [])
      expect([id, all_record_ids]).toEqual([
        activityCalled(run(1).title).id,
        activityCalled(run(1).title).all_record_ids
      ])
      const { requests } = yield* Emulator.Emulator
      expect((yield* requests).map(({ method, path }) => `${method} ${path}`)).toEqual([
        "POST /auth/oauth/token",
        "GET /activities"
      ])
    }).pipe(onDemo)
  )

  it.effect("accept the callback that a job is done", () =>
    Effect.gen(function* () {
      const activities = yield* Activities.Activities
      yield* activities.callback(run(1), { rows: 3 })
      const [event] = (yield* activities.events(run(1))).filter(({ event_type }) => event_type === "operation_callback")
      expect(event?.event_attrs).toEqual({ payload: { rows: 3 } })
      expect(yield* Effect.flip(activities.callback(unknown, null))).toMatchObject({
        _tag: "KaleidoscopeNotFound",
        call: "Activities.callback"
      })
    }).pipe(onDemo)
  )
})

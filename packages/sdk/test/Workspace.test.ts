import { Ids, Workspace } from "@effect-kaleidoscope/sdk"
import { Emulator } from "@effect-kaleidoscope/testing"
import * as Chunk from "effect/Chunk"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { assert, describe, expect, it, layer } from "../../../test/vitest.js"
import * as Scripted from "./support/scripted.js"
import { onEmulator, onScript } from "./support/services.js"

const nobody = Ids.UserId.make("00000000-0000-4000-8000-000000000000")

const state = Effect.flatMap(Emulator.Emulator, (emulator) => emulator.state)

const ids = <Id extends string>(things: Iterable<{ readonly id: Id }>): Array<Id> => Array.from(things, ({ id }) => id)

/** Pages of events on a server that counts them from 0 or from 1, with what was asked of it. */
const paged = (pages: ReadonlyArray<ReadonlyArray<string>>, first: 0 | 1) =>
  onScript(Workspace.layer, ({ url }) => {
    const page = Number(url.searchParams.get("page") ?? first) - first
    return Scripted.json((pages[page] ?? []).map((id) => ({ id })))
  })

const streamed = (filter?: Workspace.EventFilter) =>
  Effect.flatMap(Workspace.Workspace, (workspace) => Stream.runCollect(workspace.streamEvents(filter))).pipe(
    Effect.map((events) => ids(Chunk.toReadonlyArray(events)))
  )

describe("Workspace", () => {
  layer(onEmulator(Workspace.layer))("on the emulator", (it) => {
    it.effect("is the workspace of the credentials", () =>
      Effect.gen(function* () {
        const workspace = yield* Workspace.Workspace
        expect(yield* workspace.get).toEqual((yield* state).workspace)
      })
    )

    it.effect("lists members and groups", () =>
      Effect.gen(function* () {
        const workspace = yield* Workspace.Workspace
        const { groups, members } = yield* state
        assert(members.length > 0 && groups.length > 0)
        expect(yield* workspace.members).toEqual(members)
        expect(yield* workspace.groups).toEqual(groups)
      })
    )

    it.effect("finds members by id, e-mail and name", () =>
      Effect.gen(function* () {
        const workspace = yield* Workspace.Workspace
        const bruno = yield* workspace.getMember({ email: "bruno@northlight.example" })
        expect(bruno.full_name).toBe("Bruno Lindqvist")
        expect(yield* workspace.getMember({ full_name: "Bruno Lindqvist" })).toEqual(bruno)
        expect(yield* workspace.findMember(bruno.id)).toEqual(Option.some(bruno))
        expect(yield* workspace.findMembers([nobody, bruno])).toEqual([bruno])
        expect(yield* workspace.findMember({ full_name: "Bruno" })).toEqual(Option.none())
      })
    )

    it.effect("finds groups by id and name", () =>
      Effect.gen(function* () {
        const workspace = yield* Workspace.Workspace
        const [chemistry, biology] = yield* workspace.getGroups([
          { group_name: "Chemistry" },
          { group_name: "Biology" }
        ])
        assert(chemistry !== undefined && biology !== undefined)
        expect(yield* workspace.getGroup(biology.id)).toEqual(biology)
        expect(yield* workspace.findGroups([biology, { group_name: "none" }, chemistry])).toEqual([biology, chemistry])
        expect(yield* workspace.findGroup({ group_name: "none" })).toEqual(Option.none())
      })
    )

    it.effect("fails with errors that have the name of the called method", () =>
      Effect.gen(function* () {
        const workspace = yield* Workspace.Workspace
        expect(yield* Effect.flip(workspace.getMembers([nobody]))).toMatchObject({
          _tag: "KaleidoscopeNotFound",
          call: "Workspace.getMembers",
          missing: [nobody]
        })
        expect(yield* Effect.flip(workspace.getGroup({ group_name: "none" }))).toMatchObject({
          _tag: "KaleidoscopeNotFound",
          call: "Workspace.getGroup"
        })
      })
    )

    it.effect("reads events that match all filters", () =>
      Effect.gen(function* () {
        const workspace = yield* Workspace.Workspace
        const all = yield* workspace.events({ page_size: 1000 })
        const pivot = all[Math.floor(all.length / 2)]
        assert(pivot?.created_at !== undefined && pivot.created_at !== null && pivot.event_user_id !== null)
        const { created_at } = pivot
        const expected = all.filter(
          (event) =>
            event.event_type === pivot.event_type &&
            event.resource_type === pivot.resource_type &&
            event.event_user_id === pivot.event_user_id &&
            event.created_at !== null &&
            DateTime.lessThan(event.created_at, DateTime.add(created_at, { millis: 1 }))
        )
        expect(
          yield* workspace.events({
            event_types: pivot.event_type === null ? [] : [pivot.event_type],
            resource_type: pivot.resource_type ?? "",
            event_user_ids: [{ full_name: pivot.full_name ?? "" }],
            before_date: DateTime.add(created_at, { millis: 1 }),
            page_size: 1000
          })
        ).toEqual(expected)
        expect(expected.length).toBeLessThan(all.length)
      })
    )

    it.effect("streams every event once", () =>
      Effect.gen(function* () {
        const workspace = yield* Workspace.Workspace
        const all = ids(yield* workspace.events({ page_size: 1000 }))
        expect(all.length).toBeGreaterThan(7)
        expect(yield* streamed({ page_size: 3 })).toEqual(all)
      })
    )
  })

  it.effect.each([0, 1] as const)("streams every page of a server that numbers pages from %s", (first) =>
    Effect.gen(function* () {
      const server = paged([["a", "b"], ["c"], ["d", "e"]], first)
      expect(yield* Effect.provide(streamed({ page_size: 2 }), server.layer)).toEqual(["a", "b", "c", "d", "e"])
      expect(server.sent[0]?.query).toEqual([["page_size", "2"]])
      expect(server.sent.at(-1)?.query).toEqual([
        ["page_size", "2"],
        ["page", String(3 + first)]
      ])
    })
  )

  it.effect("emits an event once if it moves to the next page", () =>
    Effect.gen(function* () {
      const server = paged([["a", "b"], ["b", "c"], ["d"]], 0)
      expect(yield* Effect.provide(streamed(), server.layer)).toEqual(["a", "b", "c", "d"])
    })
  )

  it.effect("requests a page only on demand", () =>
    Effect.gen(function* () {
      const server = paged([["a", "b"], ["c"], ["d"]], 0)
      const taken = Effect.flatMap(Workspace.Workspace, (workspace) =>
        Stream.runCollect(Stream.take(workspace.streamEvents(), 2))
      )
      expect(ids(yield* Effect.provide(taken, server.layer))).toEqual(["a", "b"])
      expect(server.sent).toHaveLength(1)
    })
  )

  it.effect("ends if the server ignores the page number", () =>
    Effect.gen(function* () {
      const server = onScript(Workspace.layer, () => Scripted.json([{ id: "a" }, { id: "b" }]))
      expect(yield* Effect.provide(streamed(), server.layer)).toEqual(["a", "b"])
      expect(server.sent.map(({ url }) => url.searchParams.get("page"))).toEqual([null, "1", "2"])
    })
  )

  it.effect("sends no condition that is undefined", () =>
    Effect.gen(function* () {
      const server = onScript(Workspace.layer, () => Scripted.json([]))
      const workspace = yield* Effect.provide(Workspace.Workspace, server.layer)
      const filter = { event_types: undefined, event_user_ids: undefined, after_date: undefined, page_size: undefined }
      yield* workspace.events({ ...filter, page: undefined })
      yield* Stream.runDrain(workspace.streamEvents(filter))
      expect(server.sent.map(({ query }) => query)).toEqual([[], []])
    })
  )

  it.effect("resolves members once for all pages", () =>
    Effect.gen(function* () {
      const server = onScript(Workspace.layer, ({ path, url }) =>
        path === "/workspaces/members"
          ? Scripted.json([{ id: "u", email: "ada@northlight.example" }])
          : Scripted.json(url.searchParams.get("page") === "2" ? [] : [{ id: url.searchParams.get("page") ?? "0" }])
      )
      const once = (function* () {
        yield { email: "ada@northlight.example" }
      })()
      expect(yield* Effect.provide(streamed({ event_user_ids: once }), server.layer)).toEqual(["0", "1"])
      expect(server.sent.map(({ path }) => path)).toEqual([
        "/workspaces/members",
        ...Array.from({ length: 3 }, () => "/workspaces/events")
      ])
      expect(server.sent.slice(1).map(({ url }) => url.searchParams.get("event_user_ids"))).toEqual(
        Array.from({ length: 3 }, () => '["u"]')
      )
    })
  )

  it.effect("refuses an invalid date and an unknown member before sending", () =>
    Effect.gen(function* () {
      const server = onScript(Workspace.layer, () => Scripted.json([]))
      const workspace = yield* Effect.provide(Workspace.Workspace, server.layer)
      expect(yield* Effect.flip(workspace.events({ after_date: "yesterday" }))).toMatchObject({
        _tag: "KaleidoscopeInvalidRequest",
        call: "Workspace.events",
        at: "after_date"
      })
      expect(yield* Effect.flip(Stream.runDrain(workspace.streamEvents({ page_size: Number.NaN })))).toMatchObject({
        _tag: "KaleidoscopeInvalidRequest",
        call: "Workspace.streamEvents",
        at: "page_size"
      })
      expect(server.sent).toEqual([])
      expect(
        yield* Effect.flip(Stream.runDrain(workspace.streamEvents({ event_user_ids: [{ full_name: "Nobody" }] })))
      ).toMatchObject({ _tag: "KaleidoscopeUnknownReference", call: "Workspace.streamEvents" })
      expect(server.sent.map(({ path }) => path)).toEqual(["/workspaces/members"])
    })
  )

  it.effect("decodes models with only an id, and keeps unknown fields", () =>
    Effect.gen(function* () {
      expect(yield* Schema.decodeUnknown(Workspace.Group)({ id: "g", user_ids: null, color: "red" })).toEqual({
        id: "g",
        group_name: null,
        user_ids: [],
        program_ids: [],
        email: null,
        color: "red"
      })
      expect(yield* Schema.decodeUnknown(Workspace.Member)({ id: "m", access_level: "auditor" })).toMatchObject({
        access_level: "auditor",
        email: null
      })
      expect(yield* Schema.decodeUnknown(Workspace.WorkspaceEvent)({ id: "e" })).toMatchObject({
        event_attrs: {},
        created_at: null
      })
    })
  )
})

import { Emulator } from "@effect-kaleidoscope/testing"
import * as Effect from "effect/Effect"
import { describe, expect, it } from "../../../test/vitest.js"
import { at, type Method, send } from "./support/client.js"

/** Every call of the platform that is known. */
const calls: ReadonlyArray<readonly [Method, string]> = [
  ["POST", "/auth/oauth/token"],
  ["GET", "/programs"],
  ["POST", "/programs"],
  ["PUT", "/programs/{id}"],
  ["GET", "/activity_labels"],
  ["GET", "/property_fields"],
  ["PUT", "/properties/{id}"],
  ["POST", "/properties/{id}/file"],
  ["GET", "/workspaces/active"],
  ["GET", "/workspaces/members"],
  ["GET", "/workspaces/groups"],
  ["GET", "/workspaces/events"],
  ["GET", "/entity_slices"],
  ["GET", "/key_fields"],
  ["GET", "/data_fields"],
  ["POST", "/key_fields/"],
  ["POST", "/data_fields/"],
  ["PUT", "/key_fields/{id}"],
  ["PUT", "/data_fields/{id}"],
  ["GET", "/records/{id}"],
  ["GET", "/records"],
  ["GET", "/records/identifiers"],
  ["POST", "/records"],
  ["GET", "/records/search"],
  ["GET", "/records/{id}/values"],
  ["POST", "/records/{id}/values"],
  ["POST", "/records/{id}/values/file"],
  ["GET", "/records/{id}/operations"],
  ["GET", "/records/export/csv"],
  ["GET", "/record_views"],
  ["PUT", "/record_views/{id}/add_key_field"],
  ["PUT", "/record_views/{id}/replace_key_fields"],
  ["GET", "/record_view_templates"],
  ["GET", "/record_view_templates/{id}"],
  ["POST", "/record_view_templates"],
  ["PUT", "/record_view_templates/{id}"],
  ["DELETE", "/record_view_templates/{id}"],
  ["POST", "/record_view_templates/{id}/duplicate"],
  ["POST", "/record_view_templates/promote"],
  ["POST", "/record_view_templates/link"],
  ["POST", "/record_view_templates/{id}/unlink"],
  ["POST", "/record_view_templates/bulk/link"],
  ["POST", "/record_view_templates/bulk/unlink"],
  ["GET", "/activities"],
  ["GET", "/activities/search"],
  ["POST", "/activities"],
  ["PUT", "/activities/{id}"],
  ["GET", "/activities/{id}/activities"],
  ["GET", "/activities/{id}/events"],
  ["GET", "/activities/{id}/comments"],
  ["GET", "/operations/{id}/records"],
  ["PUT", "/operations/{id}/records"],
  ["POST", "/operations/{id}/records/remove"],
  ["POST", "/operations/{id}/callback"],
  ["GET", "/activity_definitions"],
  ["PUT", "/activity_definitions/{id}"],
  ["GET", "/dashboards"],
  ["GET", "/dashboards/{id}/categories"],
  ["POST", "/dashboards/{id}/categories"],
  ["DELETE", "/dashboards/{id}/categories/{category_id}"],
  ["POST", "/dashboards/{id}/records"],
  ["DELETE", "/dashboards/{id}/records/{record_id}"],
  ["POST", "/dashboards/{id}/sets"],
  ["DELETE", "/dashboards/{id}/sets/{set_id}"],
  ["POST", "/push/imports"],
  ["POST", "/push/imports/{source_id}"],
  ["POST", "/push/imports/by-field-id"],
  ["GET", "/imports"],
  ["GET", "/imports/{id}"],
  ["GET", "/files/{id}"],
  ["GET", "/activities/{id}/file/{file_id}"],
  ["POST", "/operations/{id}/register/{file_id}"],
  ["GET", "/operations/{id}/registrations"],
  ["POST", "/operations/{id}/registration_files/{file_id}/status"],
  ["POST", "/operations/{id}/register/{file_id}/results"]
]

const shown = (calls: Iterable<readonly [string, string]>): ReadonlyArray<string> =>
  [...calls].map(([method, path]) => `${method} ${path}`).sort()

describe("the calls", () => {
  it.effect("are all described, and no others", () =>
    Effect.gen(function* () {
      const { json } = yield* send("GET", "/openapi.json")
      const described = Object.entries(Object(at(json, "paths"))).flatMap(([path, operations]) =>
        Object.keys(Object(operations)).map((method) => [method.toUpperCase(), path] as const)
      )
      expect(shown(described)).toEqual(shown(calls))
    }).pipe(Effect.provide(Emulator.layer()))
  )

  it.effect("all need a token, but the one that asks for it", () =>
    Effect.gen(function* () {
      for (const [method, path] of calls) {
        const answer = yield* send(method, path.replaceAll(/\{\w+\}/g, "a"), method === "GET" ? {} : { json: {} })
        expect([method, path, answer.status]).toEqual([method, path, path === "/auth/oauth/token" ? 400 : 401])
        expect(answer.json).toMatchObject({ code: expect.any(String), message: expect.any(String) })
      }
    }).pipe(Effect.provide(Emulator.layer()))
  )
})

import * as Catalog from "../catalog/catalog.js"
import type * as Api from "../request/api.js"
import * as Calls from "./calls.js"

export type { Group, GroupReference, Member, MemberReference } from "./model.js"

/** All members, by id, by email and by full name. */
export const members = (api: Api.Api) =>
  Catalog.make(api, {
    kind: "member",
    call: Calls.members,
    methods: { find: "findMember", get: "getMember", findMany: "findMembers", getMany: "getMembers" },
    names: ["email", "full_name"]
  })

/** All groups, by id and by name. */
export const groups = (api: Api.Api) =>
  Catalog.make(api, {
    kind: "group",
    call: Calls.groups,
    methods: { find: "findGroup", get: "getGroup", findMany: "findGroups", getMany: "getGroups" },
    names: ["group_name"]
  })

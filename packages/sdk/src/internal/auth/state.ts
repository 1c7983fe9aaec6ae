import type * as HttpClient from "@effect/platform/HttpClient"
import * as Duration from "effect/Duration"
import * as Budget from "./budget.js"
import type { Service } from "./model.js"
import * as Permits from "./permits.js"
import * as Secrets from "./secrets.js"

/** The state that the services of one credential on one client share. It belongs to no layer, so it needs no scope. */
export interface State {
  readonly client: HttpClient.HttpClient
  readonly auth: Service
  readonly permits: Permits.Permits
  readonly budget: Budget.Budget
  readonly secrets: Secrets.Secrets
  /** The time for which a catalog's list is used to look up names, in milliseconds. */
  readonly catalogTimeToLive: number
  /** The shared value with this name. The first caller makes it. */
  readonly shared: <A>(name: string, make: () => A) => A
}

const states = new WeakMap<Service, WeakMap<HttpClient.HttpClient, State>>()

const make = (auth: Service, client: HttpClient.HttpClient): State => {
  const things = new Map<string, unknown>()
  return {
    client,
    auth,
    permits: Permits.make(auth.settings?.concurrency ?? 16),
    budget: Budget.make(auth.settings?.retryBudget ?? 100),
    secrets: auth.secrets ?? Secrets.make(),
    catalogTimeToLive: Duration.toMillis(auth.settings?.catalogTimeToLive ?? Duration.minutes(1)),
    shared: <A>(name: string, make: () => A) => {
      if (!things.has(name)) things.set(name, make())
      return things.get(name) as A // each name is used in one place, with one type
    }
  }
}

/** The state of a credential on a client. */
export const of = (auth: Service, client: HttpClient.HttpClient): State => {
  const clients = states.get(auth) ?? new WeakMap<HttpClient.HttpClient, State>()
  states.set(auth, clients)
  const existing = clients.get(client)
  if (existing !== undefined) return existing
  const created = make(auth, client)
  clients.set(client, created)
  return created
}

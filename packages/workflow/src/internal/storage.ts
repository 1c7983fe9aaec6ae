import type { PersistenceError } from "@effect/cluster/ClusterError"
import * as Message from "@effect/cluster/Message"
import * as MessageStorage from "@effect/cluster/MessageStorage"
import * as SqlMessageStorage from "@effect/cluster/SqlMessageStorage"
import type * as Rpc from "@effect/rpc/Rpc"
import type { SqlError } from "@effect/sql/SqlError"
import * as Array from "effect/Array"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Schedule from "effect/Schedule"
import { seldom, varied } from "./patience.js"
import { sqlReasonOf } from "./reason.js"

const pause = varied(Schedule.spaced("500 millis"))

/**
 * Tries again after a failure, and logs the reason once in a minute. The waits can be interrupted, also where the work itself
 * cannot: a process that ends while the database is away would wait for it otherwise.
 */
const again = <A, E, R>(effect: Effect.Effect<A, E, R>, isPassing: (error: E) => boolean): Effect.Effect<A, E, R> =>
  Effect.catchIf(effect, isPassing, (first) => {
    const tell = seldom(
      (error: E) => Effect.logWarning(`The database of the jobs failed, and is asked again: ${sqlReasonOf(error)}`),
      60_000
    )
    const later = Effect.tapError(Effect.delay(effect, "500 millis"), tell)
    return Effect.zipRight(
      tell(first),
      Effect.interruptible(Effect.retry(later, { schedule: pause, while: isPassing }))
    )
  })

/** Asks a database again that fails, for as long as it takes: `Jobs.watch` ends a process that waits too long. */
export const untilStored = <A, R>(effect: Effect.Effect<A, SqlError, R>): Effect.Effect<A, never, R> =>
  // It has no end, so it does not die.
  Effect.orDie(again(effect, () => true))

const isPersistence = (error: { readonly _tag: string }): boolean => error._tag === "PersistenceError"

const patient = <A, E extends { readonly _tag: string }, R>(effect: Effect.Effect<A, E, R>) =>
  again(effect, isPersistence)

/**
 * The messages of the engine in a database, that asks again while the database fails. The engine itself lets a workflow die for
 * good, or forgets its reply, when the database fails for a second.
 *
 * A process can be given a message just when it hands the shard over to another one. Then none of them has it, and the engine
 * waits for ten minutes. With `giveAgain` messages are given again so often; those that are in work are left out by the engine.
 */
export const layer = (giveAgain: Duration.DurationInput) =>
  Layer.effect(
    MessageStorage.MessageStorage,
    Effect.map(MessageStorage.MessageStorage, (storage) => {
      let givenAgainAt = 0
      type Reply = Parameters<typeof storage.saveReply>[0]
      /** Whether a reply was stored, and the connection broke before the database said so. */
      const isStored = ({ reply }: Reply): Effect.Effect<boolean, PersistenceError> =>
        storage.repliesForUnfiltered([reply.requestId]).pipe(
          Effect.map((replies) => replies.some(({ _tag, id }) => _tag === "WithExit" || id === String(reply.id))),
          Effect.catchTag("MalformedMessage", Effect.die)
        )
      const saveReply = (reply: Reply) => {
        const first = storage.saveReply(reply)
        const later = Effect.flatMap(isStored(reply), (done) => (done ? Effect.void : first))
        return Effect.catchTag(first, "PersistenceError", () => patient(later))
      }
      /** Messages that came from the database answer by the storage that they came from, which is the one below. */
      const answered = Effect.map(
        Array.map((message: Message.Incoming<Rpc.Any>) =>
          message._tag === "IncomingRequest" ? new Message.IncomingRequest({ ...message, respond: saveReply }) : message
        )
      )
      return MessageStorage.MessageStorage.of({
        ...storage,
        saveRequest: (request) => patient(storage.saveRequest(request)),
        saveEnvelope: (envelope) => patient(storage.saveEnvelope(envelope)),
        saveReply,
        clearReplies: (request) => patient(storage.clearReplies(request)),
        repliesFor: (requests) => patient(storage.repliesFor(requests)),
        repliesForUnfiltered: (requests) => patient(storage.repliesForUnfiltered(requests)),
        requestIdForPrimaryKey: (key) => patient(storage.requestIdForPrimaryKey(key)),
        unprocessedMessages: (shards) => {
          const all = Array.fromIterable(shards)
          const first = storage.unprocessedMessages(all)
          // Messages that the database gave away, and that did not arrive, would be given again after ten minutes.
          const later = Effect.zipRight(storage.resetShards(all), first)
          const either = Effect.flatMap(Clock.currentTimeMillis, (now) => {
            if (now - givenAgainAt < Duration.toMillis(giveAgain)) return first
            givenAgainAt = now
            return later
          })
          return answered(Effect.catchTag(either, "PersistenceError", () => patient(later)))
        },
        unprocessedMessagesById: (messages) => answered(patient(storage.unprocessedMessagesById(messages))),
        resetShards: (shards) => patient(storage.resetShards(shards)),
        resetAddress: (address) => patient(storage.resetAddress(address)),
        clearAddress: (address) => patient(storage.clearAddress(address))
      })
    })
  ).pipe(Layer.provide(SqlMessageStorage.layer))

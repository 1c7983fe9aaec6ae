import type { Readable } from "node:stream"
import * as Stream from "effect/Stream"

/**
 * The bytes of a Node stream, which is ended with them. Its own iterator would wait for the read that it is in: an
 * interruption would have to wait for the other side.
 */
export const bytes = <E>(source: Readable, onError: (cause: unknown) => E): Stream.Stream<Uint8Array, E> =>
  Stream.fromAsyncIterable<Uint8Array, E>(
    {
      [Symbol.asyncIterator]: () => {
        const iterator = source[Symbol.asyncIterator]()
        return {
          next: () => iterator.next(),
          return: () => {
            source.destroy()
            return Promise.resolve({ done: true, value: undefined })
          }
        }
      }
    },
    onError
  )

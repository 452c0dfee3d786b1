// The object that proves that the store, the bucket and the credentials are the right ones: placed once, and never
// again by itself, or an empty bucket would pass for ours. Without the right to list, S3 answers 403 for what is
// gone as well as for what is forbidden; only beside a sentinel that answers can the two be told apart.

import { randomUUID } from 'node:crypto'
import * as Clock from 'effect/Clock'
import * as Effect from 'effect/Effect'
import { Database } from '../db/database.ts'
import * as sweeps from '../db/asset-sweeps.ts'
import { SENTINEL_KEY } from '../domain/asset.ts'
import { groundOf, type Ground, type Look } from '../domain/asset-sweep.ts'
import type { DbError } from '../domain/errors.ts'
import { failedLook, look } from './looks.ts'
import type { Bytes, ObjectStore, StoreError } from './store.ts'

const BYTES_MAX = 1_024

const contentOf = (token: string): Buffer =>
  Buffer.from(`${JSON.stringify({ roomkeeper: 'sentinel', token })}\n`)

const tokenIn = (bytes: Buffer): string | null => {
  const [, token] =
    /^\{"roomkeeper":"sentinel","token":"([0-9a-f-]{36})"\}\n$/.exec(bytes.toString('latin1')) ?? []
  return token ?? null
}

const readAll = async (body: Bytes): Promise<Buffer> => {
  const pieces: Uint8Array[] = []
  let size = 0
  for await (const piece of body) {
    pieces.push(piece)
    size += piece.byteLength
    if (size > BYTES_MAX) break
  }
  return Buffer.concat(pieces)
}

interface Seen {
  readonly look: Look
  readonly token: string | null
}

export interface Sentinel {
  /** Looks whether it says what it must; places it when none was ever placed, or when a person asks for it anew. */
  readonly ensure: (place: boolean) => Effect.Effect<Ground, DbError, Database>
  /** Looks again whether it is the one that `ensure` saw. */
  readonly look: Effect.Effect<Ground>
}

export const makeSentinel = (store: ObjectStore['Service']): Sentinel => {
  let etag: string | null = null

  const read: Effect.Effect<Seen> = store.get(SENTINEL_KEY).pipe(
    Effect.flatMap((found) =>
      Effect.map(
        Effect.promise(() => readAll(found.body).catch(() => null)),
        (bytes): Seen =>
          bytes === null
            ? { look: { said: 'silent' }, token: null }
            : {
                look: { said: 'there', sizeBytes: found.sizeBytes, etag: found.etag },
                token: tokenIn(bytes),
              },
      ),
    ),
    Effect.catch((error: StoreError) => Effect.succeed({ look: failedLook(error), token: null })),
  )

  const trust = (seen: string): Ground => {
    etag = seen
    return { trusted: true }
  }

  const place = Effect.gen(function* () {
    const token = randomUUID()
    const bytes = contentOf(token)
    const put = yield* store
      .put(
        { key: SENTINEL_KEY, mimeType: 'application/json', sizeBytes: bytes.byteLength, ifAbsent: false },
        // oxlint-disable-next-line require-await
        (async function* () {
          yield bytes
        })(),
      )
      .pipe(Effect.catch((error: StoreError) => Effect.succeed(failedLook(error))))
    if ('said' in put) return groundOf(put, false)
    const database = yield* Database
    yield* database.write({ statements: [sweeps.saveSentinel(token, yield* Clock.currentTimeMillis)] })
    return trust(put.etag)
  })

  return {
    ensure: Effect.fnUntraced(function* (isAsked: boolean) {
      const known = yield* sweeps.findSentinel
      const seen = yield* read
      if (seen.look.said === 'there') {
        const isOurs = seen.token !== null && (known === null || known === seen.token)
        if (isOurs && seen.token !== null) {
          if (known === null) {
            const database = yield* Database
            yield* database.write({
              statements: [sweeps.saveSentinel(seen.token, yield* Clock.currentTimeMillis)],
            })
          }
          return trust(seen.look.etag)
        }
        return isAsked ? yield* place : groundOf(seen.look, false)
      }
      // A 403 may mean that it is not there; whether it may be placed, placing it shows.
      const isAbsent = seen.look.said === 'not_found' || seen.look.said === 'forbidden'
      return isAbsent && (known === null || isAsked) ? yield* place : groundOf(seen.look, false)
    }),
    look: Effect.map(look(store, SENTINEL_KEY), (seen) =>
      groundOf(seen, seen.said === 'there' && seen.etag === etag),
    ),
  }
}

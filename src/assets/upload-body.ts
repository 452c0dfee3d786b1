// What happens to an upload's bytes: compared with what is there, or put into the store, and what became of them when
// the store does not say. Rows are written by `upload.ts`, but for the seal, which goes to disk before the last byte.

import * as Effect from 'effect/Effect'
import * as rows from '../db/asset-writes.ts'
import type { Database, Statement } from '../db/database.ts'
import type { Asset, AssetErrorCode } from '../domain/asset.ts'
import { DbError, type CommandRefused } from '../domain/errors.ts'
import type { Uploaded } from './assets.ts'
import { commit, refuse, type AssetDesk, type Running } from './desk.ts'
import { drain, hashOf, inspected, Rejected, type Inspection, type Sealed } from './inspection.ts'
import { quotaGuard } from './quota.ts'
import { bodyFailure, putFailure, readRefusal, refusalOf } from './refusals.ts'
import { StoreError, type Bytes, type StoredObject } from './store.ts'
import type { Plan } from './upload-plan.ts'

export type Flow<A> = Effect.Effect<A, CommandRefused | DbError, Database>

/** The content is there already: nothing is stored. */
class Same extends Error {}

const inspectionOf = (
  plan: Plan,
  received: (bytes: number) => void,
  seal: Inspection['seal'],
): Inspection => ({
  format: plan.format,
  maxBytes: plan.maxBytes,
  sizeBytes: plan.request.sizeBytes,
  sha256: plan.request.sha256,
  received,
  seal,
})

/** The hash of what the store has; read when the row does not know it. */
const hashOfStored = (desk: AssetDesk, asset: Asset): Flow<string | null> =>
  asset.sha256 !== null
    ? Effect.succeed(asset.sha256)
    : desk.store.get(asset.key).pipe(
        Effect.flatMap(({ body }) =>
          Effect.tryPromise({ try: () => hashOf(body), catch: (error) => error as StoreError }),
        ),
        Effect.map(({ sha256 }): string | null => sha256),
        Effect.catchIf(
          (error) => error.code === 'not_found',
          () => Effect.succeed(null),
        ),
        Effect.mapError(readRefusal),
      )

/** Ready content under the key, and nobody wants it replaced: the body is only compared. */
export const compare = (desk: AssetDesk, plan: Plan, asset: Asset, body: Bytes): Flow<Uploaded> =>
  Effect.gen(function* () {
    const known = yield* hashOfStored(desk, asset)
    const audit = { ...plan.audit, target: asset.id }
    let code: AssetErrorCode | null = null
    const seal = ({ sha256 }: Sealed): Promise<void> => {
      if (sha256 !== known) throw new Rejected('key_conflict')
      return Promise.resolve()
    }
    const inspection = inspectionOf(plan, () => {}, seal)
    yield* Effect.promise(() =>
      drain(inspected(body, inspection)).catch((error: unknown) => {
        code = bodyFailure(error) ?? 'interrupted'
      }),
    )
    if (code !== null) return yield* refuse(desk, audit, refusalOf(code))
    yield* commit(desk, audit, { statements: [], outcome: 'noop' })
    return { asset, uploadId: null, effect: 'noop' }
  })

/** Whether the store has exactly this, in spite of what it answered or did not; `unknown` when it does not say. */
export const isThere = (
  desk: AssetDesk,
  key: string,
  sealed: Sealed,
): Effect.Effect<StoredObject | 'gone' | 'unknown'> =>
  Effect.gen(function* () {
    const head = yield* desk.store.head(key)
    if (head.sizeBytes !== sealed.sizeBytes) return 'gone'
    const { body } = yield* desk.store.get(key, { etag: head.etag })
    const { sha256 } = yield* Effect.tryPromise({
      try: () => hashOf(body),
      catch: (error) => error as StoreError,
    })
    return sha256 === sealed.sha256 ? { ...head, attempts: 1 } : 'gone'
  }).pipe(
    Effect.catch(({ code }) =>
      Effect.succeed(
        code === 'throttled' || code === 'unavailable' ? ('unknown' as const) : ('gone' as const),
      ),
    ),
  )

/** One try at storing a body. */
export interface Attempt {
  readonly uploadId: string
  readonly assetId: string
  readonly running: Running
  /** What is there, with content; null for a new one. */
  readonly before: Asset | null
}

/** What became of it. */
export type Ending =
  | { readonly stored: StoredObject; readonly sealed: Sealed }
  | { readonly same: true }
  | { readonly code: AssetErrorCode; readonly attempts: number }
  | { readonly fault: DbError }

/** Puts the body, and finds out what became of it. Nothing but the seal is written here. */
export const store = (desk: AssetDesk, plan: Plan, attempt: Attempt, ifAbsent: boolean, body: Bytes) =>
  Effect.gen(function* () {
    const { key } = plan.request
    const services = yield* Effect.context<Database>()
    const write = (statement: Statement, guard: Statement | null = null) =>
      Effect.runPromiseWith(services)(
        desk.database.write({
          statements: guard === null ? [statement] : [guard, statement],
          ...(guard !== null && { guard: 0 }),
        }),
      )
    let sealed: Sealed | null = null
    let broken: unknown = null
    const { before } = attempt
    const seal = async (found: Sealed): Promise<void> => {
      if (before !== null && found.sha256 === before.sha256) {
        if (before.status === 'ready') throw new Same()
      } else if (before !== null && !plan.request.replace) throw new Rejected('key_conflict')
      const guard = quotaGuard(desk, {
        owner: before?.owner ?? plan.owner,
        uploadId: attempt.uploadId,
        count: 0,
        bytes: Math.max(0, found.sizeBytes - (before?.sizeBytes ?? 0)),
      })
      const { applied } = await write(rows.seal(attempt.uploadId, found.sizeBytes, found.sha256), guard)
      if (!applied) throw new Rejected('quota_exceeded')
      sealed = found
    }
    const inspection = inspectionOf(
      plan,
      (bytes) => {
        attempt.running.receivedBytes = bytes
      },
      seal,
    )
    async function* remembered(): AsyncGenerator<Uint8Array> {
      try {
        yield* inspected(body, inspection)
      } catch (error) {
        broken = error
        throw error
      }
    }
    const put = {
      key,
      mimeType: plan.format.mimeType,
      sizeBytes: plan.request.sizeBytes,
      ifAbsent,
      began: async (storeUpload: string) => {
        await write(rows.noteStoreUpload(attempt.uploadId, storeUpload))
      },
    }
    const answer = yield* Effect.match(desk.store.put(put, remembered()), {
      onSuccess: (stored) => stored,
      onFailure: (error) => error,
    })
    const known = sealed as Sealed | null
    if (!(answer instanceof StoreError)) {
      // Without a seal the body cannot have come to its end.
      if (known !== null) return { stored: answer, sealed: known } satisfies Ending
      return { code: 'store_unavailable', attempts: answer.attempts } satisfies Ending
    }
    if (broken instanceof Same) return { same: true } satisfies Ending
    if (broken instanceof DbError) return { fault: broken } satisfies Ending
    if (broken !== null)
      return { code: bodyFailure(broken) ?? 'interrupted', attempts: answer.attempts } satisfies Ending
    if (known !== null && (answer.mayHaveHappened || answer.code === 'exists')) {
      const there = yield* isThere(desk, key, known)
      if (typeof there !== 'string') {
        return { stored: { ...there, attempts: answer.attempts }, sealed: known } satisfies Ending
      }
    }
    return { code: putFailure(answer), attempts: answer.attempts } satisfies Ending
  })

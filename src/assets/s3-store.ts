// The object store that is S3, or a server that speaks it. It never lists a bucket and never deletes in bulk: a
// caller without those rights misses nothing. Bodies in parts are in `s3-parts.ts`.

import type { Readable } from 'node:stream'
import {
  AbortMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3'
import * as Effect from 'effect/Effect'
import * as Layer from 'effect/Layer'
import * as Semaphore from 'effect/Semaphore'
import { isOwnKey, KEY_MAX_BYTES, keyProblem } from '../domain/asset.ts'
import { makeClient, type S3Options } from './s3-client.ts'
import { s3Error } from './s3-errors.ts'
import { makeResumable } from './s3-resumable.ts'
import { putParts, type PartsContext } from './s3-parts.ts'
import { ObjectStore, StoreError, type Bytes, type ObjectHead } from './store.ts'

/** Uploads that are read at the same time; each holds one part in memory while it fills. */
const UPLOADS_AT_ONCE = 64
/** Parts that are under way at the same time, over all uploads. */
const PARTS_AT_ONCE = 16

const refused = (code: StoreError['code'], status: number | null = null): StoreError =>
  new StoreError({ code, status, mayHaveHappened: false, attempts: 1, message: `refused: ${code}` })

const unquoted = (etag: string | undefined): string => (etag ?? '').replace(/^W\//, '').replaceAll('"', '')

interface Described {
  readonly ContentLength?: number | undefined
  readonly ETag?: string | undefined
  readonly LastModified?: Date | undefined
}

const headOf = (answer: Described, sizeBytes = answer.ContentLength ?? 0): ObjectHead => ({
  sizeBytes,
  etag: unquoted(answer.ETag),
  modifiedAt: answer.LastModified?.getTime() ?? null,
})

/** Of the whole object, when only a part of it was asked for. */
const wholeSize = (contentRange: string | undefined): number | undefined => {
  const [, total] = /\/([0-9]+)$/.exec(contentRange ?? '') ?? []
  return total === undefined ? undefined : Number(total)
}

/** The answer's stream; whoever stops reading closes its socket, begun or not. */
const bytesOf = (stream: Readable): Bytes => {
  const source = stream[Symbol.asyncIterator]()
  return {
    [Symbol.asyncIterator]: () => ({
      next: async () => {
        try {
          return (await source.next()) as IteratorResult<Uint8Array>
        } catch (error) {
          throw s3Error(error, 'GetObject')
        }
      },
      return: () => {
        stream.destroy()
        return Promise.resolve({ done: true, value: undefined })
      },
    }),
  }
}

/** What is missing when there is nothing to remove is as good as removed. */
const orGone = (effect: Effect.Effect<unknown, StoreError>): Effect.Effect<void, StoreError> =>
  effect.pipe(
    Effect.catchIf(
      (error) => error.code === 'not_found',
      () => Effect.void,
    ),
    Effect.asVoid,
  )

/** The key as the bucket has it. Throws for what cannot be one. */
const placeIn = (options: S3Options) => (key: string) => {
  const whole = options.prefix + key
  const isOurs = isOwnKey(key) || keyProblem(key) === null
  if (!isOurs || Buffer.byteLength(whole) > KEY_MAX_BYTES) throw refused('bad_key')
  return { Bucket: options.bucket, Key: whole }
}

const makeStore = (options: S3Options, client: S3Client, signer: S3Client) =>
  Effect.gen(function* () {
    const uploads = yield* Semaphore.make(UPLOADS_AT_ONCE)
    const sending = yield* Semaphore.make(PARTS_AT_ONCE)
    const placeOf = placeIn(options)
    const attempt = <A>(operation: string, act: (signal: AbortSignal) => Promise<A>) =>
      Effect.tryPromise({ try: act, catch: (error) => s3Error(error, operation) })
    const context: PartsContext = {
      client,
      sending,
      attempt,
      // Servers other than AWS may take the condition and not look at it.
      trustsConditions: options.endpoint === null,
    }
    const head = (key: string) =>
      attempt('HeadObject', async (abortSignal) =>
        headOf(await client.send(new HeadObjectCommand(placeOf(key)), { abortSignal })),
      )
    return ObjectStore.of({
      kind: 's3',
      put: (put, body) =>
        Effect.try({ try: () => placeOf(put.key), catch: (error) => s3Error(error, 'PutObject') }).pipe(
          Effect.flatMap((place) =>
            Semaphore.withPermit(uploads, putParts(context, place, put, head(put.key), body)),
          ),
        ),
      get: (key, { range = null, etag = null } = {}) =>
        attempt('GetObject', async (abortSignal) => {
          const answer = await client.send(
            new GetObjectCommand({
              ...placeOf(key),
              ...(range !== null && { Range: `bytes=${range.first}-${range.last}` }),
              ...(etag !== null && { IfMatch: `"${etag}"` }),
            }),
            { abortSignal },
          )
          const head = headOf(answer, wholeSize(answer.ContentRange) ?? answer.ContentLength)
          const body = answer.Body as Readable | undefined
          if (body === undefined) throw refused('unavailable')
          const isOther = etag !== null && head.etag !== etag
          const isWhole = range !== null && answer.ContentRange === undefined
          if (isOther || isWhole) {
            body.destroy()
            throw refused(isOther ? 'altered' : 'range_unsatisfiable')
          }
          return { ...head, body: bytesOf(body) }
        }).pipe(
          // The condition of a read is that it is the content that was meant.
          Effect.mapError((error) => (error.status === 412 ? refused('altered', 412) : error)),
        ),
      head,
      remove: (key) =>
        orGone(
          attempt('DeleteObject', (abortSignal) =>
            client.send(new DeleteObjectCommand(placeOf(key)), { abortSignal }),
          ),
        ),
      parts: makeResumable(context, signer, placeOf),
      abandon: (key, storeUpload) =>
        orGone(
          attempt('AbortMultipartUpload', (abortSignal) =>
            client.send(new AbortMultipartUploadCommand({ ...placeOf(key), UploadId: storeUpload }), {
              abortSignal,
            }),
          ),
        ),
    })
  })

/** The service over a bucket. Its scope owns the sockets. */
export const s3Store = (options: S3Options): Layer.Layer<ObjectStore> =>
  Layer.effect(
    ObjectStore,
    Effect.gen(function* () {
      const held = (make: () => S3Client) =>
        Effect.acquireRelease(Effect.sync(make), (made) => Effect.sync(() => made.destroy()))
      const client = yield* held(() => makeClient(options))
      const signer = yield* held(() => makeClient(options, 'WHEN_REQUIRED'))
      return yield* makeStore(options, client, signer)
    }),
  )

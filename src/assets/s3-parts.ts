// How a body gets into a bucket: what fits into one part is put at once, more goes in parts that are sent while the
// next one fills. A part is in memory so that it can be sent again; nothing larger ever is.

import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  UploadPartCommand,
  type S3Client,
} from '@aws-sdk/client-s3'
import * as Effect from 'effect/Effect'
import * as Exit from 'effect/Exit'
import * as Fiber from 'effect/Fiber'
import * as Schedule from 'effect/Schedule'
import * as Semaphore from 'effect/Semaphore'
import { StoreError, type Bytes, type ObjectHead, type PutObject, type StoredObject } from './store.ts'

/** The smallest that S3 takes; 10,000 of them are the largest upload. */
export const PART_BYTES = 5 * 1_048_576
const PARTS_MAX = 10_000
/** Parts of one upload that are under way. */
const PARTS_AHEAD = 3
const ABORT_TRIES = 3

export interface PartsContext {
  readonly client: S3Client
  readonly sending: Semaphore.Semaphore
  readonly attempt: <A>(
    operation: string,
    act: (signal: AbortSignal) => Promise<A>,
  ) => Effect.Effect<A, StoreError>
  readonly trustsConditions: boolean
}

interface Place {
  readonly Bucket: string
  readonly Key: string
}

const failure = (code: StoreError['code'], message: string): StoreError =>
  new StoreError({ code, status: null, mayHaveHappened: false, attempts: 1, message })

const bodyFailed = (): StoreError => failure('body_failed', 'the body ended with an error')

/** Cuts a body into parts: full ones, and a last one that is smaller or empty. */
class Cutter {
  readonly #source: AsyncIterator<Uint8Array>
  #rest: Uint8Array = new Uint8Array()
  isOver = false

  constructor(body: Bytes) {
    this.#source = body[Symbol.asyncIterator]()
  }

  /** Gives each piece on as it comes, up to a part of them. */
  async #take(give: (piece: Uint8Array) => void): Promise<void> {
    let size = 0
    let piece = this.#rest
    this.#rest = new Uint8Array()
    for (;;) {
      const fits = piece.subarray(0, PART_BYTES - size)
      if (fits.byteLength > 0) give(fits)
      size += fits.byteLength
      if (size === PART_BYTES) {
        this.#rest = piece.subarray(fits.byteLength)
        return
      }
      const step = await this.#source.next()
      if (step.done === true) {
        this.isOver = true
        return
      }
      piece = step.value
    }
  }

  /** No larger than it must be: most files are one part, and a small one. */
  async first(): Promise<Buffer> {
    const pieces: Uint8Array[] = []
    await this.#take((piece) => void pieces.push(piece))
    return Buffer.concat(pieces)
  }

  /** In a place that has been used before, so that a large file is not a heap of parts that nobody needs any more. */
  async next(place: Buffer): Promise<Buffer> {
    let size = 0
    await this.#take((piece) => {
      place.set(piece, size)
      size += piece.byteLength
    })
    return place.subarray(0, size)
  }

  async leave(): Promise<void> {
    if (!this.isOver) await this.#source.return?.()
    this.isOver = true
  }
}

const isUnsupported = (error: StoreError): boolean => error.status === 501

/**
 * Does it on the condition that nothing is there, where the server knows such a thing. 409 is two at once: the
 * other one decides it in a moment.
 */
export const conditionally = <A>(
  ifAbsent: boolean,
  act: (condition: { readonly IfNoneMatch?: '*' }) => Effect.Effect<A, StoreError>,
): Effect.Effect<A, StoreError> => {
  if (!ifAbsent) return act({})
  return act({ IfNoneMatch: '*' }).pipe(
    Effect.retry({ while: ({ code }) => code === 'conflict', times: 4, schedule: Schedule.exponential(100) }),
    Effect.catchIf(isUnsupported, () => act({})),
  )
}

/** Fails with `exists` when something is there. What may not be asked (403) is left to the condition of the put. */
const absent = (head: Effect.Effect<ObjectHead, StoreError>): Effect.Effect<void, StoreError> =>
  Effect.matchEffect(head, {
    onSuccess: () => Effect.fail(failure('exists', 'something is there')),
    onFailure: (error) =>
      error.code === 'not_found' || error.code === 'forbidden' ? Effect.void : Effect.fail(error),
  })

const putWhole = ({ client, attempt }: PartsContext, place: Place, put: PutObject, bytes: Buffer) =>
  conditionally(put.ifAbsent, (condition) =>
    attempt('PutObject', (abortSignal) =>
      client.send(
        new PutObjectCommand({
          ...place,
          ...condition,
          Body: bytes,
          ContentLength: bytes.byteLength,
          ContentType: put.mimeType,
        }),
        { abortSignal },
      ),
    ),
  )

interface Sent {
  readonly PartNumber: number
  readonly ETag: string | undefined
}

const putMany = (
  { client, sending, attempt }: PartsContext,
  place: Place,
  put: PutObject,
  cutter: Cutter,
  first: Buffer,
) =>
  Effect.gen(function* () {
    const { UploadId = '' } = yield* attempt('CreateMultipartUpload', (abortSignal) =>
      client.send(new CreateMultipartUploadCommand({ ...place, ContentType: put.mimeType }), { abortSignal }),
    )
    let attempts = 1
    let sizeBytes = 0
    const one = (number: number, bytes: Buffer) =>
      attempt('UploadPart', (abortSignal) =>
        client.send(
          new UploadPartCommand({
            ...place,
            UploadId,
            PartNumber: number,
            Body: bytes,
            ContentLength: bytes.byteLength,
          }),
          { abortSignal },
        ),
      ).pipe(
        Effect.map(({ ETag, $metadata }): Sent => {
          attempts = Math.max(attempts, $metadata.attempts ?? 1)
          return { PartNumber: number, ETag }
        }),
      )
    const abort = attempt('AbortMultipartUpload', (abortSignal) =>
      client.send(new AbortMultipartUploadCommand({ ...place, UploadId }), { abortSignal }),
    ).pipe(Effect.retry({ times: ABORT_TRIES - 1, schedule: Schedule.exponential(200) }), Effect.ignore)
    const ahead: Fiber.Fiber<Sent, StoreError>[] = []
    /** Of parts that the server has. */
    const free: Buffer[] = []
    const all = Effect.gen(function* () {
      if (put.began !== undefined) {
        const { began } = put
        yield* Effect.tryPromise({ try: () => began(UploadId), catch: bodyFailed })
      }
      const sent: Sent[] = []
      let bytes = first
      for (let number = 1; bytes.byteLength > 0; number += 1) {
        if (number > PARTS_MAX) return yield* failure('full', 'more parts than S3 takes')
        sizeBytes += bytes.byteLength
        if (ahead.length === PARTS_AHEAD) sent.push(yield* Fiber.join(ahead.shift()!))
        // The permit is taken before the next part is read: memory holds what is sent and one part that fills.
        yield* Semaphore.take(sending, 1)
        const part = bytes
        ahead.push(
          yield* Effect.forkChild(
            one(number, part).pipe(
              Effect.tap(() => Effect.sync(() => void free.push(part))),
              Effect.ensuring(Semaphore.release(sending, 1)),
            ),
          ),
        )
        bytes = cutter.isOver
          ? Buffer.alloc(0)
          : yield* Effect.tryPromise({
              try: () => cutter.next(free.pop() ?? Buffer.allocUnsafe(PART_BYTES)),
              catch: bodyFailed,
            })
      }
      for (const fiber of ahead) sent.push(yield* Fiber.join(fiber))
      return yield* conditionally(put.ifAbsent, (condition) =>
        attempt('CompleteMultipartUpload', (abortSignal) =>
          client.send(
            new CompleteMultipartUploadCommand({
              ...place,
              ...condition,
              UploadId,
              MultipartUpload: { Parts: sent },
            }),
            { abortSignal },
          ),
        ),
      )
    })
    // A part that lands after the abort would stay: what is under way ends first.
    const answer = yield* Effect.onExit(all, (exit) =>
      Exit.isFailure(exit) ? Effect.andThen(Fiber.interruptAll(ahead), abort) : Effect.void,
    )
    return { ETag: answer.ETag, attempts, sizeBytes }
  })

export const putParts = (
  context: PartsContext,
  place: Place,
  put: PutObject,
  head: Effect.Effect<ObjectHead, StoreError>,
  body: Bytes,
): Effect.Effect<StoredObject, StoreError> =>
  Effect.suspend(() => {
    const cutter = new Cutter(body)
    return Effect.gen(function* () {
      if (put.ifAbsent && !context.trustsConditions) yield* absent(head)
      const first = yield* Effect.tryPromise({ try: () => cutter.first(), catch: bodyFailed })
      if (cutter.isOver) {
        const { ETag, $metadata } = yield* putWhole(context, place, put, first)
        return {
          sizeBytes: first.byteLength,
          etag: (ETag ?? '').replaceAll('"', ''),
          modifiedAt: null,
          attempts: $metadata.attempts ?? 1,
        }
      }
      const { ETag, attempts, sizeBytes } = yield* putMany(context, place, put, cutter, first)
      return { sizeBytes, etag: (ETag ?? '').replaceAll('"', ''), modifiedAt: null, attempts }
    }).pipe(Effect.ensuring(Effect.promise(() => cutter.leave().catch(() => undefined))))
  })

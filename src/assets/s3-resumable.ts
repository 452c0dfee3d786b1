// Uploads in parts that a client puts into the bucket itself, by addresses that are good for one part and a while, or
// through here.

import {
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  UploadPartCommand,
  type S3Client,
} from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import * as Effect from 'effect/Effect'
import * as Semaphore from 'effect/Semaphore'
import { conditionally, type PartsContext } from './s3-parts.ts'
import type { PartsStore } from './store.ts'

interface Place {
  readonly Bucket: string
  readonly Key: string
}

/** `signer` adds no checksum of its own: it would be that of an empty body, and a part with a body would not match. */
export const makeResumable = (
  { client, attempt, sending }: Pick<PartsContext, 'client' | 'attempt' | 'sending'>,
  signer: S3Client,
  placeOf: (key: string) => Place,
): PartsStore => ({
  create: (key, mimeType) =>
    attempt('CreateMultipartUpload', async (abortSignal) => {
      const command = new CreateMultipartUploadCommand({ ...placeOf(key), ContentType: mimeType })
      return (await client.send(command, { abortSignal })).UploadId ?? ''
    }),
  address: (key, storeUpload, number, expiresMs) =>
    attempt('UploadPart', () =>
      getSignedUrl(
        signer,
        new UploadPartCommand({ ...placeOf(key), UploadId: storeUpload, PartNumber: number }),
        { expiresIn: Math.ceil(expiresMs / 1_000) },
      ),
    ),
  put: (key, storeUpload, number, bytes) =>
    Semaphore.withPermits(
      sending,
      1,
    )(
      attempt('UploadPart', async (abortSignal) => {
        const command = new UploadPartCommand({
          ...placeOf(key),
          UploadId: storeUpload,
          PartNumber: number,
          Body: bytes,
        })
        return ((await client.send(command, { abortSignal })).ETag ?? '').replaceAll('"', '')
      }),
    ),
  complete: (key, storeUpload, parts) =>
    Effect.asVoid(
      conditionally(true, (condition) =>
        attempt('CompleteMultipartUpload', (abortSignal) =>
          client.send(
            new CompleteMultipartUploadCommand({
              ...placeOf(key),
              ...condition,
              UploadId: storeUpload,
              MultipartUpload: {
                Parts: parts.map(({ number, etag }) => ({ PartNumber: number, ETag: `"${etag}"` })),
              },
            }),
            { abortSignal },
          ),
        ),
      ),
    ),
  copy: (from, to) =>
    attempt('CopyObject', async (abortSignal) => {
      const { Bucket, Key } = placeOf(from)
      const source = `${Bucket}/${Key.split('/').map(encodeURIComponent).join('/')}`
      const command = new CopyObjectCommand({ ...placeOf(to), CopySource: source })
      const { CopyObjectResult } = await client.send(command, { abortSignal })
      return (CopyObjectResult?.ETag ?? '').replaceAll('"', '')
    }),
})

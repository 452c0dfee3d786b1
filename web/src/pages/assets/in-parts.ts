// A file in parts: begun or found again, the parts that are missing sent two at a time through this origin, and joined
// by the server. What was sent is remembered, so that the same file can go on later. Null when the store takes none.

import { api } from '../../api/fetch.ts'
import { ApiProblem } from '../../api/problem.ts'
import type { AssetType } from './kinds.ts'
import { missingOf, PART_BYTES, partsOf, sentBytes, type Kept, type Part } from './parts-plan.ts'
import { send } from './send.ts'
import type { Asset } from './types.ts'
import { findKept, forget, keep, othersOf } from './upload-memory.ts'

export const contentPath = '/api/s3/upload'
const AT_ONCE = 2

interface Parts {
  readonly file: File
  readonly key: string
  readonly type: AssetType | null
  /** A new version of what is there. */
  readonly replace: boolean
  readonly signal: AbortSignal
  readonly onProgress: (bytes: number) => void
  readonly onResumed: () => void
  readonly onComplete: () => void
  /** False when it was given up, not only paused: then the server is told. */
  readonly isWanted: () => boolean
}

const pathOf = (id: string): string => `/api/s3/uploads/${id}`

const isRunning = async (id: string): Promise<boolean> => {
  try {
    return (await api.get<{ readonly state: string }>(pathOf(id))).state === 'running'
  } catch (error) {
    if (error instanceof ApiProblem && error.status === 404) return false
    throw error
  }
}

const begin = async ({ file, key, type, replace }: Parts): Promise<Kept | null> => {
  try {
    const { id } = await api.post<{ readonly id: string }>('/api/s3/uploads', {
      key,
      size_bytes: file.size,
      ...(type !== null && { type }),
      ...(replace && { replace }),
    })
    return {
      uploadId: id,
      key,
      name: file.name,
      sizeBytes: file.size,
      modifiedAt: file.lastModified,
      partBytes: PART_BYTES,
      etags: {},
      startedAt: Date.now(),
    }
  } catch (error) {
    if (error instanceof ApiProblem && error.code === 'conflict') return null
    throw error
  }
}

const giveUp = async (id: string): Promise<void> => {
  forget(id)
  await api.delete(pathOf(id)).catch(() => undefined)
}

const found = async (parts: Parts): Promise<Kept | null> => {
  for (const { uploadId } of othersOf(parts.file, parts.key)) await giveUp(uploadId)
  const known = findKept(parts.file, parts.key)
  if (known === null) return begin(parts)
  if (await isRunning(known.uploadId)) {
    parts.onResumed()
    return known
  }
  forget(known.uploadId)
  return begin(parts)
}

export const sendParts = async (parts: Parts): Promise<Asset | null> => {
  const { file, signal, onProgress, onComplete } = parts
  let kept = await found(parts)
  if (kept === null) return null
  const { uploadId, partBytes } = kept
  const path = pathOf(uploadId)
  const all = partsOf(file.size, partBytes)
  const onTheWay = new Map<number, number>()
  const tell = (): void => onProgress(Math.min(file.size - 1, sentBytes(all, kept?.etags ?? {}, onTheWay)))
  const queue: Part[] = [...missingOf(all, kept.etags)]

  const sendOne = async ({ number, start, end }: Part): Promise<void> => {
    const { etag } = await send<{ readonly etag: string }>({
      path: `${path}/parts/${number}`,
      body: file.slice(start, end),
      signal,
      onProgress: (bytes) => {
        onTheWay.set(number, bytes)
        tell()
      },
    })
    onTheWay.delete(number)
    if (kept !== null) {
      kept = { ...kept, etags: { ...kept.etags, [number]: etag } }
      keep(kept)
    }
    tell()
  }
  const worker = async (): Promise<void> => {
    for (let part = queue.shift(); part !== undefined; part = queue.shift()) await sendOne(part)
  }

  keep(kept)
  tell()
  try {
    const workers = await Promise.allSettled(Array.from({ length: AT_ONCE }, worker))
    const failed = workers.find(({ status }) => status === 'rejected')
    if (failed?.status === 'rejected') throw failed.reason
    onComplete()
    const asset = await api.post<Asset>(`${path}/complete`, {
      parts: all.map(({ number }) => ({ number, etag: kept?.etags[number] ?? '' })),
    })
    forget(uploadId)
    return asset
  } catch (error) {
    if (!parts.isWanted()) void giveUp(uploadId)
    else if (error instanceof ApiProblem && error.status === 404) {
      // The server does not know it any more, so what was sent is gone with it.
      forget(uploadId)
    }
    throw error
  }
}

/** Tells the server that an upload that rests is not wanted any more. */
export const abandon = (file: File, key: string): void => {
  const known = findKept(file, key)
  if (known !== null) void giveUp(known.uploadId)
}

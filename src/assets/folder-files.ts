// What the folder does with single files: where a key's file lies, how it is written, named and read. What is put
// where, and what that means, is in `folder.ts`.

import { createHash } from 'node:crypto'
import { link, lstat, mkdir, open, rename, unlink, type FileHandle } from 'node:fs/promises'
import { dirname, resolve, sep } from 'node:path'
import { keyProblem, SENTINEL_KEY } from '../domain/asset.ts'
import { failed, refused } from './folder-errors.ts'
import type { Bytes, ObjectHead } from './store.ts'

const WRITE_BYTES = 1_048_576
const READ_BYTES = 131_072
/** What a file name may have on every file system there is. */
const NAME_MAX_BYTES = 255

/** A segment as a file's name: itself, or its hash when it is too long or could be taken for one. */
const nameOf = (segment: string): string =>
  Buffer.byteLength(segment) > NAME_MAX_BYTES || segment.startsWith('~')
    ? `~${createHash('sha256').update(segment).digest('hex')}`
    : segment

/** Where a key's file lies. Throws `bad_key` for what is none, whoever let it through. */
export const pathOf = (root: string, key: string): string => {
  if (key !== SENTINEL_KEY && keyProblem(key) !== null) throw refused('bad_key')
  const path = resolve(root, ...key.split('/').map(nameOf))
  if (!path.startsWith(root + sep)) throw refused('bad_key')
  return path
}

export const syncFolder = async (path: string): Promise<void> => {
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

/** Makes a file's folder, and makes sure that the folder's own name outlives a power cut. */
export const makeFolder = async (path: string): Promise<void> => {
  const first = await mkdir(path, { recursive: true, mode: 0o700 })
  if (first === undefined) return
  for (let at = path; ; at = dirname(at)) {
    await syncFolder(dirname(at))
    if (at === first) return
  }
}

const writeAll = async (file: FileHandle, pieces: readonly Uint8Array[]): Promise<void> => {
  let left = pieces
  while (left.length > 0) {
    let { bytesWritten } = await file.writev(left)
    // A disk that takes a part of it, as one that is nearly full does, is given the rest.
    const whole = left.findIndex(({ byteLength }) => {
      if (bytesWritten < byteLength) return true
      bytesWritten -= byteLength
      return false
    })
    left =
      whole === -1
        ? []
        : left.slice(whole).map((piece, n) => (n === 0 ? piece.subarray(bytesWritten) : piece))
  }
}

/** Writes in large pieces, however small the ones are that come, and takes the next while one is written. */
export const writeBody = async (file: FileHandle, body: Bytes, signal: AbortSignal): Promise<void> => {
  let pieces: Uint8Array[] = []
  let size = 0
  let writing: Promise<void> = Promise.resolve()
  const flush = async (): Promise<void> => {
    const due = pieces
    pieces = []
    size = 0
    await writing
    writing = writeAll(file, due)
    // Whoever awaits it next hears of its failure.
    writing.catch(() => undefined)
  }
  try {
    for await (const piece of failed(body)) {
      signal.throwIfAborted()
      pieces.push(piece)
      size += piece.byteLength
      if (size >= WRITE_BYTES) await flush()
    }
    if (size > 0) await flush()
  } finally {
    // The file is closed after this: nothing may still be writing to it.
    await writing
  }
}

export const headOf = (stats: { readonly size: number; readonly mtimeMs: number }): ObjectHead => ({
  sizeBytes: stats.size,
  etag: `${stats.size.toString(36)}-${Math.floor(stats.mtimeMs).toString(36)}`,
  modifiedAt: Math.floor(stats.mtimeMs),
})

/** Gives the file its name, if nothing else has it. Without hard links the question is asked first. */
export const create = async (from: string, to: string): Promise<void> => {
  try {
    await link(from, to)
    await unlink(from)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null
    if (code === 'EEXIST') throw refused('exists')
    if (code !== 'EPERM' && code !== 'ENOTSUP' && code !== 'ENOSYS') throw error
    const isThere = await lstat(to).then(
      () => true,
      () => false,
    )
    if (isThere) throw refused('exists')
    await rename(from, to)
  }
}

/** Bytes of a file, which is closed at the end, at a failure, and by whoever stops reading. */
export const bytesOf = (file: FileHandle, first: number, last: number): Bytes => {
  let at = first
  const close = async (): Promise<IteratorReturnResult<undefined>> => {
    at = last + 1
    await file.close()
    return { done: true, value: undefined }
  }
  const next = async (): Promise<IteratorResult<Uint8Array, undefined>> => {
    if (at > last) return close()
    try {
      const bytes = Buffer.allocUnsafe(Math.min(READ_BYTES, last - at + 1))
      const { bytesRead } = await file.read(bytes, 0, bytes.byteLength, at)
      if (bytesRead === 0) throw refused('altered')
      at += bytesRead
      return { done: false, value: bytes.subarray(0, bytesRead) }
    } catch (error) {
      await close()
      throw error
    }
  }
  return { [Symbol.asyncIterator]: () => ({ next, return: close }) }
}

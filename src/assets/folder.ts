// The object store that needs no account: a folder, each key a file at its own path. A file is written beside,
// synced and then named, so that what has a name is whole, after a crash and a power cut too.

import { randomUUID } from 'node:crypto'
import { constants } from 'node:fs'
import { lstat, open, readdir, rename, rm, unlink } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import * as Effect from 'effect/Effect'
import * as Layer from 'effect/Layer'
import { RESERVED_PREFIX } from '../domain/asset.ts'
import { folderError, refused } from './folder-errors.ts'
import { bytesOf, create, headOf, makeFolder, pathOf, syncFolder, writeBody } from './folder-files.ts'
import { ObjectStore, type Bytes, type ObjectHead, type PutObject, type StoredObject } from './store.ts'

const isCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code

class Folder {
  readonly #root: string
  readonly #beside: string
  #lastStamp = 0

  constructor(root: string) {
    this.#root = resolve(root)
    this.#beside = join(this.#root, RESERVED_PREFIX, 'tmp')
  }

  /** What a crash left beside is nobody's: one process has this folder. */
  async prepare(): Promise<void> {
    await makeFolder(this.#beside)
    for (const name of await readdir(this.#beside)) await rm(join(this.#beside, name), { force: true })
  }

  async put({ key, ifAbsent }: PutObject, body: Bytes, signal: AbortSignal): Promise<StoredObject> {
    const path = pathOf(this.#root, key)
    const beside = join(this.#beside, randomUUID())
    const file = await open(beside, 'wx', 0o600)
    try {
      let head: ObjectHead
      try {
        await writeBody(file, body, signal)
        // Two contents of one size in one tick of the file system's clock must not look the same.
        const stamp = Math.max(Date.now(), this.#lastStamp + 1)
        this.#lastStamp = stamp
        await file.utimes(stamp / 1_000, stamp / 1_000)
        await file.sync()
        head = headOf(await file.stat())
      } finally {
        await file.close()
      }
      await makeFolder(dirname(path))
      await (ifAbsent ? create(beside, path) : rename(beside, path))
      await syncFolder(dirname(path))
      return { ...head, attempts: 1 }
    } catch (error) {
      await rm(beside, { force: true })
      // A key below another key's file: that is not a folder, and cannot become one.
      throw isCode(error, 'ENOTDIR') ? refused('bad_key') : error
    }
  }

  async open(key: string) {
    const file = await open(pathOf(this.#root, key), constants.O_RDONLY | constants.O_NOFOLLOW)
    const stats = await file.stat()
    if (!stats.isFile()) {
      await file.close()
      throw refused('not_found')
    }
    return { file, head: headOf(stats) }
  }

  async head(key: string): Promise<ObjectHead> {
    const stats = await lstat(pathOf(this.#root, key))
    if (!stats.isFile()) throw refused('not_found')
    return headOf(stats)
  }

  async remove(key: string): Promise<void> {
    const path = pathOf(this.#root, key)
    const gone = await unlink(path).then(
      () => true,
      (error: unknown) => {
        if (folderError(error).code === 'not_found') return false
        throw error
      },
    )
    if (gone) await syncFolder(dirname(path))
  }
}

/** The server must not start with a folder that it cannot use; 78 is `EX_CONFIG` of sysexits. */
class Unusable extends Error {
  readonly exitCode = 78
  constructor(why: string) {
    super(`ASSETS_DIR cannot be used: ${why}`)
    this.name = 'Unusable'
  }
}

const attempt = <A>(act: (signal: AbortSignal) => Promise<A>) =>
  Effect.tryPromise({ try: act, catch: folderError })

/** The service over a folder, which is made when it is not there. */
export const folderStore = (root: string): Layer.Layer<ObjectStore> =>
  Layer.effect(
    ObjectStore,
    Effect.gen(function* () {
      const folder = new Folder(root)
      yield* Effect.promise(() =>
        folder.prepare().catch((error: unknown) => {
          throw new Unusable(folderError(error).message)
        }),
      )
      return ObjectStore.of({
        kind: 'folder',
        put: (put, body) => attempt((signal) => folder.put(put, body, signal)),
        get: (key, { range = null, etag = null } = {}) =>
          attempt(async () => {
            const { file, head } = await folder.open(key)
            const first = range?.first ?? 0
            const last = range?.last ?? head.sizeBytes - 1
            const wrong =
              etag !== null && etag !== head.etag
                ? 'altered'
                : range !== null && (first > last || last >= head.sizeBytes)
                  ? 'range_unsatisfiable'
                  : null
            if (wrong !== null) {
              await file.close()
              throw refused(wrong)
            }
            return { ...head, body: bytesOf(file, first, last) }
          }),
        head: (key) => attempt(() => folder.head(key)),
        remove: (key) => attempt(() => folder.remove(key)),
        parts: null,
        abandon: () => Effect.void,
      })
    }),
  )

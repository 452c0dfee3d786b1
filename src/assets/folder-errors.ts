// How a folder fails, as every store does. Messages of the file system hold paths, so none is repeated.

import { StoreError, type Bytes } from './store.ts'

const CODES: Readonly<Record<string, StoreError['code']>> = {
  ENOENT: 'not_found',
  ENOTDIR: 'not_found',
  ELOOP: 'not_found',
  EACCES: 'forbidden',
  EPERM: 'forbidden',
  EROFS: 'forbidden',
  ENOSPC: 'full',
  EDQUOT: 'full',
  EFBIG: 'full',
  // The name is a folder's already, or too long for this file system.
  EISDIR: 'bad_key',
  EEXIST: 'bad_key',
  ENOTEMPTY: 'bad_key',
  ENAMETOOLONG: 'bad_key',
}

export const refused = (code: StoreError['code'], detail: string = code): StoreError =>
  new StoreError({
    code,
    status: null,
    mayHaveHappened: false,
    attempts: 1,
    message: `the folder said ${detail}`,
  })

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : 'an unknown error'

export const folderError = (error: unknown): StoreError => {
  if (error instanceof StoreError) return error
  const code = codeOf(error)
  return refused(CODES[code] ?? 'unavailable', /^[A-Z0-9_]{2,32}$/.test(code) ? code : undefined)
}

/** The body as it comes; whatever it throws becomes `body_failed`, so that it is not taken for the store's trouble. */
export async function* failed(body: Bytes): AsyncGenerator<Uint8Array> {
  const iterator = body[Symbol.asyncIterator]()
  let isOver = false
  try {
    for (;;) {
      const step = await iterator.next().catch(() => {
        isOver = true
        throw refused('body_failed')
      })
      isOver = step.done === true
      if (step.done === true) return
      yield step.value
    }
  } finally {
    if (!isOver) await iterator.return?.()
  }
}

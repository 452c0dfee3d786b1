// What is remembered of uploads in parts over a reload, in this browser alone: ids, keys and etags, no bytes. Where
// the browser keeps nothing, an upload that was broken off begins anew.

import { isSame, readKept, withKept, type FileFacts, type Kept } from './parts-plan.ts'

const NAME = 'roomkeeper.uploads'

const list = (): readonly Kept[] => {
  try {
    return readKept(localStorage.getItem(NAME), Date.now())
  } catch {
    return []
  }
}

const write = (all: readonly Kept[]): void => {
  try {
    if (all.length === 0) localStorage.removeItem(NAME)
    else localStorage.setItem(NAME, JSON.stringify(all))
  } catch {
    // Full, or not allowed: it goes on for as long as the page is open.
  }
}

export const keep = (kept: Kept): void => write(withKept(list(), kept))

export const forget = (id: string): void => write(list().filter(({ uploadId }) => uploadId !== id))

export const findKept = (file: FileFacts, key: string): Kept | null =>
  list().find((kept) => isSame(kept, file, key, Date.now())) ?? null

/** What was begun under this key with another file: it has to end before the key is free. */
export const othersOf = (file: FileFacts, key: string): readonly Kept[] =>
  list().filter((kept) => kept.key === key && !isSame(kept, file, key, Date.now()))

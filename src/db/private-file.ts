// Who may read the database files: their owner. SQLite gives the files beside one its mode, so what is done to
// the file itself, before it is opened, goes for its journal too.

import { chmodSync, closeSync, openSync } from 'node:fs'

/** Files of an earlier start that was killed keep the mode they were made with. */
const BESIDE = ['', '-wal', '-shm', '-journal'] as const

/** What cannot be done here is not complained of: opening the file says better what is wrong with it. */
const quietly = (attempt: () => void): void => {
  try {
    attempt()
  } catch {
    // Nothing is there, or it is somebody else's to change.
  }
}

/**
 * Makes the file with mode 0600, or gives it that mode. One that is there is never opened here: closing it again
 * would drop the locks that this process holds on it.
 */
export const keepPrivate = (path: string): void => {
  quietly(() => closeSync(openSync(path, 'wx', 0o600)))
  for (const end of BESIDE) quietly(() => chmodSync(path + end, 0o600))
}

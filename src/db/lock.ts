// One process per database file: a write lock on a small file beside it, held as long as the process lives.
// The kernel lets go of it when the process ends in any way, so there is nothing to clean up after a crash.
// A database elsewhere has no such lock; fencing by epoch is what protects it.

import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { holdLock } from './local.ts'
import { Refusal } from './failure.ts'

export interface Lock {
  readonly release: () => void
}

/** Opening the lock's own file here would drop the lock when it is closed again, so the holder's pid has its own. */
const pidPath = (path: string): string => `${path}.lock.pid`

const holderOf = (path: string): string => {
  try {
    const pid = /^[0-9]{1,10}$/.exec(readFileSync(pidPath(path), 'utf8').trim())?.[0]
    return pid === undefined ? 'another process' : `process ${pid}`
  } catch {
    return 'another process'
  }
}

/** Throws `Refusal` `lock_held` at once when another server has this file. */
export const takeLock = (path: string): Lock => {
  const held = holdLock(`${path}.lock`)
  if (held === null) throw new Refusal('lock_held', `${holderOf(path)} has this database open`)
  writeFileSync(pidPath(path), `${process.pid}\n`, { mode: 0o600 })
  return {
    release: () => {
      rmSync(pidPath(path), { force: true })
      held.release()
    },
  }
}

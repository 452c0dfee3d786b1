// What is looked at before a database file is used: cheap on any size, thorough on a small one.
// The full check of a big file is the nightly one in `integrity.ts`.

import { statSync } from 'node:fs'
import type { Connection } from './client.ts'
import { Failure, Refusal } from './failure.ts'

/** Below this, every page is read at boot; above, only the ends of the trees that grow. */
const THOROUGH_BYTES = 16 * 1024 * 1024

const PROBES = [
  'SELECT count(*) FROM sqlite_schema',
  'SELECT max(no) FROM sessions',
  'SELECT min(id), max(id) FROM events',
  'SELECT min(id), max(id) FROM frames',
  'SELECT max(seq) FROM journal',
  'SELECT max(seq) FROM audit',
  'SELECT count(*) FROM rooms',
] as const

/** Throws `Refusal` `damaged` when SQLite finds a page it cannot trust. */
export const bootCheck = async (connection: Connection): Promise<void> => {
  if (connection.path === null) return
  try {
    for (const probe of PROBES) await connection.query(probe)
    const orphans = await connection.query('PRAGMA foreign_key_check')
    if (orphans.rows.length > 0) throw new Refusal('damaged', 'rows point at rows that are not there')
    if (statSync(connection.path).size > THOROUGH_BYTES) return
    const found = (await connection.query('PRAGMA quick_check(1)')).rows[0]?.['quick_check']
    if (found !== 'ok') throw new Refusal('damaged', 'quick_check does not say ok: restore a copy')
  } catch (error) {
    if (error instanceof Failure && /^SQLITE_(CORRUPT|NOTADB)/.test(error.message)) {
      throw new Refusal('damaged', `${error.message}: restore a copy`)
    }
    throw error
  }
}

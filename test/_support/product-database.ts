// The product's database as a stranger finds it: a copy of its files, so that looking changes nothing.

import { copyFile, mkdtemp, rm } from 'node:fs/promises'
import { existsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openConnection } from '../../src/db/client.ts'
import type { Row, SqlValue } from '../../src/db/database.ts'

export const databaseFile = (dataDir: string): string => join(dataDir, 'roomkeeper.db')

export interface Copy {
  readonly rows: (sql: string, ...args: readonly SqlValue[]) => Promise<readonly Row[]>
  /** The only cell of the only row. */
  readonly value: (sql: string, ...args: readonly SqlValue[]) => Promise<Row[string]>
}

/** Copies the file and its WAL and looks at them. The product should not be running, or be stopped. */
export const withDatabase = async <A>(dataDir: string, look: (copy: Copy) => Promise<A>): Promise<A> => {
  const folder = await mkdtemp(join(tmpdir(), 'roomkeeper-copy-'))
  try {
    for (const suffix of ['', '-wal']) {
      const file = `${databaseFile(dataDir)}${suffix}`
      if (existsSync(file)) await copyFile(file, `${databaseFile(folder)}${suffix}`)
    }
    const connection = await openConnection({ url: `file:${databaseFile(folder)}`, mode: 'read' })
    try {
      const rows: Copy['rows'] = async (sql, ...args) => (await connection.query(sql, args)).rows
      return await look({
        rows,
        value: async (sql, ...args) => Object.values((await rows(sql, ...args))[0] ?? {})[0] ?? null,
      })
    } finally {
      connection.close()
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** What no database of ours may ever show, whatever happened to the process. */
export const wrongIn = async (copy: Copy): Promise<readonly string[]> => {
  const checks: readonly (readonly [string, string])[] = [
    [
      'integrity',
      `SELECT integrity_check AS wrong FROM pragma_integrity_check WHERE integrity_check <> 'ok'`,
    ],
    ['foreign keys', `SELECT "table" AS wrong FROM pragma_foreign_key_check`],
    [
      'S1 one open session a room',
      `SELECT room_id AS wrong FROM sessions WHERE archived_at IS NULL GROUP BY room_id HAVING count(*) > 1`,
    ],
    [
      'S6 event_count',
      `SELECT s.id AS wrong FROM sessions s WHERE s.archived_at IS NOT NULL AND s.event_count <>
       (SELECT count(*) FROM events e WHERE e.id > s.no << 26 AND e.id < (s.no + 1) << 26 AND e.late = 0)`,
    ],
    ['S4 received', `SELECT id AS wrong FROM sessions WHERE received <> event_count + duplicates + poison`],
    [
      'S2 a session for every event',
      `SELECT e.id AS wrong FROM events e LEFT JOIN sessions s ON s.no = e.id >> 26 WHERE s.no IS NULL LIMIT 5`,
    ],
    [
      'S2 the room of every event',
      `SELECT e.id AS wrong FROM events e JOIN sessions s ON s.no = e.id >> 26 WHERE s.room_no <> e.room_no LIMIT 5`,
    ],
    [
      'S13 one done attempt a session',
      `SELECT s.id AS wrong FROM sessions s WHERE s.archived_at IS NOT NULL AND
       (SELECT count(*) FROM archive_attempts a WHERE a.session_no = s.no AND a.outcome = 'done') <> 1`,
    ],
    [
      'S10 sessions of a room do not overlap',
      `SELECT a.id AS wrong FROM sessions a JOIN sessions b ON a.room_id = b.room_id AND a.no < b.no
       WHERE coalesce(a.archived_at, 9e15) > b.opened_at`,
    ],
    [
      'gaps of archived sessions are closed',
      `SELECT g.session_id AS wrong FROM session_gaps g JOIN sessions s ON s.no = g.session_no
       WHERE g.to_at IS NULL AND s.archived_at IS NOT NULL`,
    ],
  ]
  const wrong: string[] = []
  for (const [name, sql] of checks) {
    for (const row of await copy.rows(sql)) wrong.push(`${name}: ${String(row['wrong'])}`)
  }
  return wrong
}

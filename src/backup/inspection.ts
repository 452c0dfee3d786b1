// A copy of the database read through: whether every page can be trusted, whether it is the one that was copied, and
// what is in it. It makes a single file of it first, without a log beside it.

import { open } from 'node:fs/promises'
import { DatabaseSync } from 'node:sqlite'
import { BackupFailure } from './failure.ts'
import type { Counts } from './manifest.ts'
import { marksOf, type Marks } from './snapshot.ts'

export interface Inspected {
  readonly schema: number
  readonly lastFact: number
  readonly counts: Counts
  readonly assetBytes: number
  /** Names of the keys that its secrets are sealed with. */
  readonly keys: readonly string[]
}

type Cells = Readonly<Record<string, unknown>>

const COUNTS = `SELECT (SELECT count(*) FROM rooms) AS rooms, (SELECT count(*) FROM sessions) AS sessions,
(SELECT count(*) FROM sessions WHERE archived_at IS NULL) AS openSessions, (SELECT count(*) FROM events) AS events,
(SELECT count(*) FROM journal) AS facts, (SELECT count(*) FROM audit) AS audit,
(SELECT count(*) FROM assets WHERE removed_at IS NULL) AS assets,
(SELECT coalesce(sum(size_bytes), 0) FROM assets WHERE removed_at IS NULL) AS assetBytes,
(SELECT coalesce(max(seq), 0) FROM journal) AS lastFact,
(SELECT coalesce(max(version), 0) FROM schema_migrations) AS version`

/** Every column of ours that holds a sealed text is called so. */
const SEALED = `SELECT m.name AS "table", p.name AS "column" FROM sqlite_schema m, pragma_table_info(m.name) p
WHERE m.type = 'table' AND p.name LIKE '%\\_sealed' ESCAPE '\\'`

const keysIn = (database: DatabaseSync): readonly string[] => {
  const found = new Set<string>()
  for (const row of database.prepare(SEALED).all()) {
    const [table, column] = [String(row['table']), String(row['column'])]
    const sql = `SELECT DISTINCT substr("${column}", 1, 40) AS head FROM "${table}" WHERE "${column}" IS NOT NULL`
    for (const { head } of database.prepare(sql).all()) found.add(String(head).split('.')[1] ?? '')
  }
  return [...found].sort()
}

const wrongIn = (database: DatabaseSync): string | null => {
  const [first] = database.prepare('PRAGMA integrity_check(1)').all()
  const said = String(first?.['integrity_check'])
  if (said !== 'ok') return said
  return database.prepare('PRAGMA foreign_key_check').all().length > 0
    ? 'rows point at rows that are not there'
    : null
}

/** `marks` are those of the source, when it was copied just now. */
export const inspect = (path: string, marks: Marks | null): Inspected => {
  const database = new DatabaseSync(path)
  try {
    database.exec('PRAGMA journal_mode = DELETE')
    const wrong = wrongIn(database)
    if (wrong !== null) throw new BackupFailure(`The copy is damaged: ${wrong}.`)
    if (marks !== null && JSON.stringify(marksOf(database)) !== JSON.stringify(marks)) {
      throw new BackupFailure('The copy is not what was copied.')
    }
    const cells: Cells = database.prepare(COUNTS).get() ?? {}
    const count = (name: string): number => Number(cells[name] ?? 0)
    return {
      schema: count('version'),
      lastFact: count('lastFact'),
      assetBytes: count('assetBytes'),
      keys: keysIn(database),
      counts: {
        rooms: count('rooms'),
        sessions: count('sessions'),
        openSessions: count('openSessions'),
        events: count('events'),
        facts: count('facts'),
        audit: count('audit'),
        assets: count('assets'),
      },
    }
  } catch (error) {
    if (error instanceof BackupFailure) throw error
    const said = error instanceof Error ? error.message : 'unknown error'
    throw new BackupFailure(`The copy cannot be read: ${said}.`)
  } finally {
    database.close()
  }
}

/** One line an asset: what the store must have beside this backup. */
export const writeAssetIndex = async (path: string, to: string): Promise<void> => {
  const database = new DatabaseSync(path, { readOnly: true })
  const file = await open(to, 'w', 0o600)
  try {
    const rows = database
      .prepare(
        `SELECT s3_key AS key, type, status, version, size_bytes AS sizeBytes, sha256, etag FROM assets
WHERE removed_at IS NULL ORDER BY s3_key`,
      )
      .iterate()
    for (const row of rows) await file.write(`${JSON.stringify(row)}\n`)
    await file.sync()
  } finally {
    await file.close()
    database.close()
  }
}

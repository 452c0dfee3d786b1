// Brings the schema up to date: each migration is one transaction with its entry in `schema_migrations` and,
// in a file, `PRAGMA user_version`. Killed at any point, the next start finds either all of a step or nothing.

import { createHash } from 'node:crypto'
import type { Connection } from './client.ts'
import { Refusal } from './failure.ts'
import { recording } from './migrations/0001-recording.ts'
import { outbound } from './migrations/0002-outbound.ts'
import { assets } from './migrations/0003-assets.ts'
import { assetCare } from './migrations/0004-asset-care.ts'
import { webhooks } from './migrations/0005-webhooks.ts'
import { assetPages } from './migrations/0006-asset-pages.ts'

export interface Migration {
  readonly version: number
  readonly name: string
  readonly statements: readonly string[]
}

/** In order, without holes; a released one is never edited. */
export const MIGRATIONS: readonly Migration[] = [recording, outbound, assets, assetCare, webhooks, assetPages]

export interface Migrated {
  readonly from: number
  readonly to: number
}

const hashOf = (migration: Migration): string =>
  createHash('sha256')
    .update(migration.statements.map((sql) => sql.replace(/\s+/g, ' ').trim()).join(';'))
    .digest('hex')

const LEDGER = `CREATE TABLE IF NOT EXISTS schema_migrations (
  version INTEGER PRIMARY KEY, name TEXT NOT NULL, sha256 TEXT NOT NULL, applied_at INTEGER NOT NULL)`

/** Throws `Refusal` when a newer program, or another version of a migration, has been here. */
export const migrate = async (
  connection: Connection,
  migrations: readonly Migration[] = MIGRATIONS,
  now: () => number = Date.now,
): Promise<Migrated> => {
  const isFile = connection.path !== null
  const newest = migrations.at(-1)?.version ?? 0
  const userVersion = isFile
    ? Number((await connection.query('PRAGMA user_version')).rows[0]?.['user_version'] ?? 0)
    : 0
  if (userVersion > newest) {
    throw new Refusal(
      'newer_schema',
      `the schema is version ${userVersion}, this program knows ${newest}: start the newer program`,
    )
  }
  await connection.batch([{ sql: LEDGER }])
  const ledger = await connection.query('SELECT version, sha256 FROM schema_migrations ORDER BY version')
  const applied = new Map(ledger.rows.map((row) => [Number(row['version']), String(row['sha256'])]))
  const from = Math.max(0, ...applied.keys())
  if (from > newest) {
    throw new Refusal('newer_schema', `the schema is version ${from}, this program knows ${newest}`)
  }
  if (isFile && from !== userVersion) {
    throw new Refusal('damaged', `user_version is ${userVersion}, the ledger of migrations ends at ${from}`)
  }
  for (const migration of migrations) {
    const sha256 = hashOf(migration)
    const known = applied.get(migration.version)
    if (known === sha256) continue
    if (known !== undefined || migration.version <= from) {
      throw new Refusal(
        'migration_changed',
        `migration ${migration.version} (${migration.name}) is not the one that made this database`,
      )
    }
    await connection.batch([
      ...migration.statements.map((sql) => ({ sql })),
      {
        sql: 'INSERT INTO schema_migrations (version, name, sha256, applied_at) VALUES (?, ?, ?, ?)',
        args: [migration.version, migration.name, sha256, now()],
      },
      ...(isFile ? [{ sql: `PRAGMA user_version = ${migration.version}` }] : []),
    ])
  }
  return { from, to: newest }
}

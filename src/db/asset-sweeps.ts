// The rows of sweeps: who has the lease, how far it is, what it found; and the rows of assets as a sweep reads and
// changes them. What it concludes is `domain/asset-sweep.ts`.

import * as Effect from 'effect/Effect'
import { OPERATOR } from '../domain/asset.ts'
import type { Doubtful } from '../domain/asset-sweep.ts'
import type { DbError } from '../domain/errors.ts'
import type { Fact } from '../domain/facts.ts'
import { assetOf } from './assets.ts'
import { Database, type AuditEntry, type Row, type Statement, type Transaction } from './database.ts'
import { bool, int, intOrNull, text, textOrNull } from './row.ts'

export const SWEEP_COUNTS = [
  'requests',
  'looked',
  'missing',
  'suspect',
  'found',
  'altered',
  'failed',
] as const
export type SweepCounts = { -readonly [K in (typeof SWEEP_COUNTS)[number]]: number }

export interface SweepRow extends Readonly<SweepCounts> {
  readonly no: number
  readonly startedAt: number
  readonly endedAt: number | null
  readonly lease: string | null
  readonly leaseUntil: number | null
  readonly cursor: string | null
  readonly dryRun: boolean
  readonly askedBy: string
  readonly confirmed: boolean
  readonly outcome: string | null
  readonly errorCode: string | null
}

const sweepOf = (row: Row): SweepRow => ({
  no: int(row['no']),
  startedAt: int(row['started_at']),
  endedAt: intOrNull(row['ended_at']),
  lease: textOrNull(row['lease']),
  leaseUntil: intOrNull(row['lease_until']),
  cursor: textOrNull(row['cursor']),
  requests: int(row['requests']),
  looked: int(row['looked']),
  missing: int(row['missing']),
  suspect: int(row['suspect']),
  found: int(row['found']),
  altered: int(row['altered']),
  failed: int(row['failed']),
  dryRun: bool(row['dry_run']),
  askedBy: text(row['asked_by']),
  confirmed: bool(row['confirmed']),
  outcome: textOrNull(row['outcome']),
  errorCode: textOrNull(row['error_code']),
})

type Query<A> = Effect.Effect<A, DbError, Database>

const one = (sql: string, ...args: readonly (string | number)[]): Query<SweepRow | null> =>
  Effect.map(
    Database.use((database) => database.read(`SELECT * FROM asset_sweeps ${sql}`, args)),
    ([row]) => (row === undefined ? null : sweepOf(row)),
  )

export const find = (no: number): Query<SweepRow | null> => one('WHERE no = ?', no)
/** The newest first; `before` is the number of the last of the page before. */
export const list = (before: number | null, limit: number): Query<readonly SweepRow[]> =>
  Effect.map(
    Database.use((database) =>
      database.read('SELECT * FROM asset_sweeps WHERE no < ? ORDER BY no DESC LIMIT ?', [
        before ?? Number.MAX_SAFE_INTEGER,
        limit,
      ]),
    ),
    (rows) => rows.map(sweepOf),
  )
export const findOpen: Query<SweepRow | null> = one('WHERE ended_at IS NULL')
/** The last one that was to change something. */
export const findLast: Query<SweepRow | null> = one('WHERE dry_run = 0 ORDER BY no DESC LIMIT 1')

/** Opens a sweep unless one is open; nobody has its lease yet. */
export const open = (asked: {
  readonly at: number
  readonly by: string
  readonly dryRun: boolean
  readonly confirmed: boolean
}): Statement => ({
  sql: `INSERT INTO asset_sweeps (started_at, asked_by, dry_run, confirmed)
SELECT ?, ?, ?, ? WHERE NOT EXISTS (SELECT 1 FROM asset_sweeps WHERE ended_at IS NULL) RETURNING no`,
  args: [asked.at, asked.by, asked.dryRun ? 1 : 0, asked.confirmed ? 1 : 0],
})

/** Takes the lease of the open sweep when nobody has it, or who had it is overdue. */
export const take = (lease: string, now: number, untilMs: number): Statement => ({
  sql: `UPDATE asset_sweeps SET lease = ?1, lease_until = ?2
WHERE ended_at IS NULL AND (lease IS NULL OR lease = ?1 OR lease_until <= ?3) RETURNING no`,
  args: [lease, untilMs, now],
})

export const renew = (no: number, lease: string, untilMs: number): Statement => ({
  sql: 'UPDATE asset_sweeps SET lease_until = ? WHERE no = ? AND lease = ? AND ended_at IS NULL',
  args: [untilMs, no, lease],
})

export const release = (lease: string): Statement => ({
  sql: 'UPDATE asset_sweeps SET lease = NULL, lease_until = NULL WHERE lease = ? AND ended_at IS NULL',
  args: [lease],
})

export const releaseAny: Statement = {
  sql: 'UPDATE asset_sweeps SET lease = NULL, lease_until = NULL WHERE ended_at IS NULL',
}

/** Moves on from one cursor to the next, once, and adds what was counted on the way. */
export const advance = (
  sweep: {
    readonly no: number
    readonly lease: string
    readonly from: string | null
    readonly to: string | null
  },
  counts: SweepCounts,
): Statement => ({
  sql: `UPDATE asset_sweeps SET cursor = ?, ${SWEEP_COUNTS.map((name) => `${name} = ${name} + ?`).join(', ')}
WHERE no = ? AND lease = ? AND cursor IS ? AND ended_at IS NULL`,
  args: [sweep.to, ...SWEEP_COUNTS.map((name) => counts[name]), sweep.no, sweep.lease, sweep.from],
})

/** Sweeps that are remembered. */
const KEPT = 2_000

export const end = (
  no: number,
  lease: string,
  ended: { readonly at: number; readonly outcome: string; readonly code: string | null },
): readonly Statement[] => [
  {
    sql: `UPDATE asset_sweeps SET ended_at = ?, outcome = ?, error_code = ?, lease = NULL, lease_until = NULL
WHERE no = ? AND lease = ? AND ended_at IS NULL`,
    args: [ended.at, ended.outcome, ended.code, no, lease],
  },
  { sql: 'DELETE FROM asset_sweeps WHERE no <= ? AND ended_at IS NOT NULL', args: [no - KEPT] },
]

const doubtfulOf = (row: Row): Doubtful => ({
  ...assetOf(row),
  doubtedAt: intOrNull(row['doubted_at']),
  doubts: int(row['doubts']),
})

const assets = (where: string, ...args: readonly (string | number)[]): Query<readonly Doubtful[]> =>
  Effect.map(
    Database.use((database) =>
      database.read(`SELECT * FROM assets WHERE removed_at IS NULL AND ${where}`, args),
    ),
    (rows) => rows.map(doubtfulOf),
  )

/** What a sweep looks at, in the order of keys. */
export const listAfter = (key: string | null, limit: number): Query<readonly Doubtful[]> =>
  assets(
    `s3_key > ? AND (status IN ('ready', 'suspect', 'missing') OR (status = 'failed' AND error_code = 'altered'))
ORDER BY s3_key LIMIT ?`,
    key ?? '',
    limit,
  )

const RIPE = `status = 'suspect' AND checked_at >= ?1
AND (error_code = 'head_404' OR (error_code = 'head_403_no_list' AND doubts >= ?2))`

/** Those that this sweep has doubted and that are to be looked at for the last time, in the order of keys. */
export const listRipe = (
  since: number,
  doubts: number,
  key: string,
  limit: number,
): Query<readonly Doubtful[]> =>
  assets(`${RIPE} AND s3_key > ?3 ORDER BY s3_key LIMIT ?4`, since, doubts, key, limit)

export const countRipe = (
  since: number,
  doubts: number,
): Query<{ readonly count: number; readonly doubtedAt: number }> =>
  Effect.map(
    Database.use((database) =>
      database.read(
        `SELECT count(*) AS n, max(doubted_at) AS at FROM assets WHERE removed_at IS NULL AND ${RIPE}`,
        [since, doubts],
      ),
    ),
    ([row]) => ({ count: int(row?.['n']), doubtedAt: int(row?.['at']) }),
  )

/** How many are missing, and how many in doubt. */
export const countLeft: Query<{ readonly missing: number; readonly suspect: number }> = Effect.map(
  Database.use((database) =>
    database.read(
      `SELECT (SELECT count(*) FROM assets WHERE removed_at IS NULL AND status = 'missing') AS missing,
(SELECT count(*) FROM assets WHERE removed_at IS NULL AND status = 'suspect') AS suspect`,
    ),
  ),
  ([row]) => ({ missing: int(row?.['missing']), suspect: int(row?.['suspect']) }),
)

/** They are as they were. Whoever changed one in the meantime has said more. */
export const checked = (ids: readonly string[], at: number): Statement => ({
  sql: `UPDATE assets SET checked_at = ? WHERE id IN (SELECT value FROM json_each(?)) AND removed_at IS NULL`,
  args: [at, JSON.stringify(ids)],
})

export interface Change {
  readonly status: 'ready' | 'suspect' | 'missing' | 'failed'
  readonly errorCode: string | null
  readonly doubts: number
  readonly doubtedAt: number | null
  readonly etag: string | null
}

/** Changes a row that is still the one that was looked at, and that no upload is about to change. */
export const change = (row: Doubtful, to: Change, at: number): Statement => ({
  sql: `UPDATE assets SET status = ?1, error_code = ?2, doubts = ?3, doubted_at = ?4, etag = ?5, checked_at = ?6,
updated_at = CASE WHEN status = ?1 AND error_code IS ?2 THEN updated_at ELSE ?6 END
WHERE id = ?7 AND version = ?8 AND status = ?9 AND etag IS ?10 AND removed_at IS NULL
AND NOT EXISTS (SELECT 1 FROM asset_uploads WHERE asset_id = ?7 AND state = 'running')`,
  args: [
    to.status,
    to.errorCode,
    to.doubts,
    to.doubtedAt,
    to.etag,
    at,
    row.id,
    row.version,
    row.status,
    row.etag,
  ],
})

/** A change that is told: with its fact and its row in the audit, or, when the asset has changed since, not at all. */
export const toldChange = (
  row: Doubtful,
  to: Change,
  at: number,
  name: Extract<Fact['name'], 'asset.missing' | 'asset.found' | 'asset.failed'>,
): Transaction => {
  const roomId = row.owner === OPERATOR ? null : row.owner
  const code = to.errorCode
  const audit: AuditEntry = {
    at,
    actor: 'system',
    ip: null,
    action: name,
    roomId,
    target: row.id,
    outcome: 'done',
    code,
    detail: null,
  }
  const body = { assetId: row.id, key: row.key, status: to.status, code }
  return {
    statements: [change(row, to, at)],
    guard: 0,
    facts: [{ name, at, roomId, sessionId: null, body }],
    audit,
  }
}

export const findSentinel: Query<string | null> = Effect.map(
  Database.use((database) => database.read('SELECT token FROM asset_sentinel WHERE no = 1')),
  ([row]) => textOrNull(row?.['token']),
)

export const saveSentinel = (token: string, at: number): Statement => ({
  sql: `INSERT INTO asset_sentinel (no, token, placed_at) VALUES (1, ?, ?)
ON CONFLICT (no) DO UPDATE SET token = excluded.token, placed_at = excluded.placed_at`,
  args: [token, at],
})

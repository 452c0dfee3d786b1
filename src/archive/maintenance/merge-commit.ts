// Carries out a plan of merges: one transaction with its log row, audit row and facts. Rows of events never
// move; a merge is two columns of the session's row, so it can be taken back.

import * as Clock from 'effect/Clock'
import * as Effect from 'effect/Effect'
import { Database, type Statement } from '../../db/database.ts'
import { CommandRefused } from '../../domain/errors.ts'
import type { Fact } from '../../domain/facts.ts'
import { sessionId } from '../../domain/session.ts'
import { int, intOrNull } from '../pieces.ts'
import { record, recordOf, type Asker, type Entry } from './log.ts'
import type { Merge } from './merge-plan.ts'
import { LISTED_MAX, type MergeReport } from './requests.ts'

/** What a session's two columns were, and what they become. */
export interface Change {
  readonly no: number
  readonly roomId: string
  readonly was: { readonly into: number | null; readonly kind: string | null }
  readonly becomes: { readonly into: number | null; readonly kind: string | null }
}

export interface RoomMove {
  readonly from: string
  readonly into: string
  readonly sessionsMoved: number
  readonly assetsMoved: number
  readonly handles: number
  /** Numbers that the moved sessions' events carry: what tells them apart from the others afterwards. */
  readonly roomNos: readonly number[]
  readonly statements: readonly Statement[]
  readonly guard: Statement
}

export interface Job {
  readonly asker: Asker
  readonly dryRun: boolean
  readonly roomId: string | null
  readonly target: string | null
  readonly changes: readonly Change[]
  readonly move: RoomMove | null
  readonly undone: boolean
  readonly truncated: boolean
}

const CHILDREN = `SELECT no, merged_into, merge_kind FROM sessions
WHERE merged_into IN (SELECT value FROM json_each(?1)) ORDER BY no`

/** The plan, and what had been merged into the planned sessions before: it follows them. */
export const changesOf = Effect.fnUntraced(function* (
  merges: readonly Merge[],
  roomIdOf: (no: number) => string,
) {
  const database = yield* Database
  const rows = yield* database.read(CHILDREN, [JSON.stringify(merges.map(({ no }) => no))])
  const parents = new Map(merges.map((merge) => [merge.no, merge]))
  const children = rows.map((row): Change => {
    const was = { into: intOrNull(row['merged_into']), kind: String(row['merge_kind']) }
    const parent = parents.get(was.into ?? 0)
    const kind = parent?.kind === 'duplicate' ? 'duplicate' : was.kind
    return {
      no: int(row['no']),
      roomId: roomIdOf(parent?.no ?? 0),
      was,
      becomes: { into: parent?.into ?? was.into, kind },
    }
  })
  const own = merges.map(({ no, into, kind }): Change => ({
    no,
    roomId: roomIdOf(no),
    was: { into: null, kind: null },
    becomes: { into, kind },
  }))
  return [...own, ...children]
})

// Each row as the plan saw it, archived, and no target that is open, gone, or still merged afterwards.
const GUARD = `SELECT 1 WHERE NOT EXISTS (
  SELECT 1 FROM json_each(?1) AS c LEFT JOIN sessions AS s ON s.no = c.value ->> '$.no'
  LEFT JOIN sessions AS t ON t.no = c.value ->> '$.becomes.into'
  WHERE s.archived_at IS NULL OR s.merged_into IS NOT (c.value ->> '$.was.into')
    OR (c.value ->> '$.becomes.into' IS NOT NULL AND (t.archived_at IS NULL OR (t.merged_into IS NOT NULL
      AND t.no NOT IN (SELECT value ->> '$.no' FROM json_each(?1) WHERE value ->> '$.becomes.into' IS NULL)))))`

const UPDATE = `UPDATE sessions SET merged_into = c.into_no, merge_kind = c.kind
FROM (SELECT value ->> '$.no' AS no, value ->> '$.becomes.into' AS into_no, value ->> '$.becomes.kind' AS kind
  FROM json_each(?1)) AS c WHERE sessions.no = c.no`

const reportOf = (job: Job, logId: number | null): MergeReport => {
  const merged = job.changes.flatMap(({ no, becomes }) =>
    becomes.into === null || (becomes.kind !== 'fragment' && becomes.kind !== 'duplicate')
      ? []
      : [{ sessionId: sessionId(no), into: sessionId(becomes.into), kind: becomes.kind } as const],
  )
  return {
    dryRun: job.dryRun,
    logId,
    merged: job.undone ? 0 : merged.length,
    sessions: job.undone ? [] : merged.slice(0, LISTED_MAX),
    rooms: job.move && {
      from: job.move.from,
      into: job.move.into,
      sessionsMoved: job.move.sessionsMoved,
      assetsMoved: job.move.assetsMoved,
      handles: job.move.handles,
    },
    undone: job.undone ? job.changes.length : 0,
    truncated: job.truncated || merged.length > LISTED_MAX,
  }
}

const entryOf = (job: Job): Entry => {
  const report = reportOf(job, null)
  const { merged, undone, rooms } = report
  const undo = { sessions: job.changes, rooms: job.move && { ...rooms, roomNos: job.move.roomNos } }
  return {
    kind: 'merge',
    dryRun: job.dryRun,
    asker: job.asker,
    roomId: job.roomId,
    target: job.target,
    result: { ...report, undo },
    summary: { merged, undone, rooms },
    outcome: merged + undone === 0 && rooms === null ? 'noop' : 'done',
  }
}

const factsOf = (job: Job, at: number): readonly Fact[] => [
  ...job.changes.map(({ no, roomId, becomes }): Fact => ({
    name: 'session.merged',
    at,
    roomId,
    sessionId: sessionId(no),
    body: { into: becomes.into === null ? null : sessionId(becomes.into), kind: becomes.kind },
  })),
  ...(job.move === null
    ? []
    : [
        {
          name: 'room.merged',
          at,
          roomId: job.move.from,
          sessionId: null,
          body: {
            into: job.move.into,
            sessionsMoved: job.move.sessionsMoved,
            assetsMoved: job.move.assetsMoved,
          },
        } as const,
      ]),
]

/** Does it, or with `dryRun` only says and logs what it would do. Refused as `conflict` when the rows changed meanwhile. */
export const commit = Effect.fnUntraced(function* (job: Job) {
  const entry = entryOf(job)
  if (job.dryRun || entry.outcome === 'noop') return reportOf(job, yield* record(entry))
  const database = yield* Database
  const at = yield* Clock.currentTimeMillis
  const { statement, fact, audit } = recordOf(entry, at)
  const plan = JSON.stringify(job.changes)
  const guard: Statement =
    job.move === null
      ? { sql: GUARD, args: [plan] }
      : { sql: `${job.move.guard.sql} AND EXISTS (${GUARD})`, args: [plan, ...(job.move.guard.args ?? [])] }
  const committed = yield* database.write({
    statements: [guard, ...(job.move?.statements ?? []), { sql: UPDATE, args: [plan] }, statement],
    guard: 0,
    facts: [...factsOf(job, at), fact],
    audit,
  })
  if (!committed.applied) {
    return yield* new CommandRefused({
      code: 'conflict',
      message: 'What was to be merged changed meanwhile, or records now. Nothing was done.',
    })
  }
  return reportOf(job, Number(committed.results.at(-1)?.rows[0]?.['id'] ?? 0))
})

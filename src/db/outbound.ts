// The rows of sending out: sessions, what is wanted of each destination, and every attempt. Writes are idempotent
// statements for the caller's transaction; what a destination is doing is in memory, not here.

import * as Effect from 'effect/Effect'
import type { EgressState } from '../domain/egress.ts'
import type { EgressFailure } from '../domain/egress-failures.ts'
import type { DbError } from '../domain/errors.ts'
import { Database, type Row, type SqlValue, type Statement } from './database.ts'
import { int, intOrNull, text, textOrNull } from './row.ts'

export interface SessionRow {
  readonly id: string
  readonly roomId: string
  readonly livekitRoom: string
  readonly startedAt: number
}

/** One a destination and session. */
export interface EgressRow {
  readonly id: string
  readonly sessionId: string
  readonly roomId: string
  readonly platform: string
  readonly desired: 'on' | 'off'
  readonly generation: number
  readonly state: EgressState
  readonly attempt: number
  readonly nextAt: number | null
  readonly errorCode: EgressFailure | null
  readonly liveAt: number | null
  readonly updatedAt: number
}

export interface AttemptRow {
  readonly id: string
  readonly egressId: string
  readonly lkEgressId: string | null
  readonly startedAt: number
  readonly errorCode: EgressFailure | null
}

export const insertSession = (session: SessionRow, by: string): Statement => ({
  sql: `INSERT INTO outbound_sessions (id, room_id, livekit_room, started_at, started_by)
VALUES (?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`,
  args: [session.id, session.roomId, session.livekitRoom, session.startedAt, by],
})

export const endSession = (id: string, at: number, reason: string): Statement => ({
  sql: 'UPDATE outbound_sessions SET ended_at = ?, end_reason = ? WHERE id = ? AND ended_at IS NULL',
  args: [at, reason, id],
})

type Wanted = Pick<EgressRow, 'id' | 'sessionId' | 'roomId' | 'platform' | 'generation'>

/** It shall be on air from this generation on. */
export const wantOn = (egress: Wanted, at: number): Statement => ({
  sql: `INSERT INTO egresses (id, session_id, room_id, platform, desired, generation, state, created_at, updated_at)
VALUES (?1, ?2, ?3, ?4, 'on', ?5, 'idle', ?6, ?6)
ON CONFLICT (session_id, platform) DO UPDATE SET desired = 'on', generation = excluded.generation, ended_at = NULL,
updated_at = excluded.updated_at WHERE excluded.generation > egresses.generation`,
  args: [egress.id, egress.sessionId, egress.roomId, egress.platform, egress.generation, at],
})

export const wantOff = (id: string, generation: number, at: number): Statement => ({
  sql: `UPDATE egresses SET desired = 'off', generation = ?1, updated_at = ?2 WHERE id = ?3 AND generation < ?1`,
  args: [generation, at, id],
})

export interface EgressProgress {
  readonly id: string
  readonly state: EgressState
  readonly attempt: number
  readonly nextAt: number | null
  readonly errorCode: EgressFailure | null
  readonly lkEgressId: string | null
  readonly liveAt: number | null
  readonly at: number
}

/** Where it is now. */
export const progress = (egress: EgressProgress): Statement => ({
  sql: `UPDATE egresses SET state = ?1, attempt = ?2, next_at = ?3, error_code = ?4, lk_egress_id = ?5, live_at = ?6,
updated_at = ?7, ended_at = iif(?1 = 'stopped', ?7, NULL) WHERE id = ?8`,
  args: [
    egress.state,
    egress.attempt,
    egress.nextAt,
    egress.errorCode,
    egress.lkEgressId,
    egress.liveAt,
    egress.at,
    egress.id,
  ],
})

export interface NewAttempt {
  readonly id: string
  readonly egressId: string
  readonly sessionId: string
  readonly roomId: string
  readonly platform: string
  readonly generation: number
  readonly no: number
  readonly at: number
}

const ATTEMPT = `INSERT INTO egress_attempts (id, egress_id, session_id, room_id, platform, generation, no, started_at`
const valuesOf = ({ id, egressId, sessionId, roomId, platform, generation, no, at }: NewAttempt) =>
  [id, egressId, sessionId, roomId, platform, generation, no, at] satisfies readonly SqlValue[]

/** Written before StartEgress is sent. Guard on it: a repetition changes nothing. */
export const intendAttempt = (attempt: NewAttempt): Statement => ({
  sql: `${ATTEMPT}) VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING`,
  args: valuesOf(attempt),
})

/** LiveKit has this egress for it. */
export const acceptAttempt = (attempt: NewAttempt, lkEgressId: string, isAdopted: boolean): Statement => ({
  sql: `${ATTEMPT}, lk_egress_id, accepted_at, adopted) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?8, ?10)
ON CONFLICT (id) DO UPDATE SET lk_egress_id = excluded.lk_egress_id,
accepted_at = coalesce(egress_attempts.accepted_at, excluded.accepted_at),
adopted = max(egress_attempts.adopted, excluded.adopted)`,
  args: [...valuesOf(attempt), lkEgressId, isAdopted ? 1 : 0],
})

/** What LiveKit said of it last. */
export interface LkSaid {
  readonly status: string
  /** Milliseconds UTC. */
  readonly updatedAt: number
}

export const liveAttempt = (id: string, at: number, said: LkSaid | null): Statement => ({
  sql: `UPDATE egress_attempts SET live_at = coalesce(live_at, ?1), lk_status = coalesce(?2, lk_status),
lk_updated_at = coalesce(?3, lk_updated_at) WHERE id = ?4 AND ended_at IS NULL`,
  args: [at, said?.status ?? null, said?.updatedAt ?? null, id],
})

interface AttemptEnd {
  readonly code: EgressFailure | null
  /** Scrubbed. */
  readonly error: string | null
}

/** It is not gone on with, and it has not been seen to end. */
export const giveUpAttempt = (id: string, { code, error }: AttemptEnd): Statement => ({
  sql: 'UPDATE egress_attempts SET error_code = coalesce(error_code, ?), error = coalesce(error, ?) WHERE id = ?',
  args: [code, error, id],
})

/** The first end that is written stays. */
export const endAttempt = (
  id: string,
  at: number,
  said: LkSaid | null,
  { code, error }: AttemptEnd,
): Statement => ({
  sql: `UPDATE egress_attempts SET ended_at = ?1, lk_status = coalesce(?2, lk_status),
lk_updated_at = coalesce(?3, lk_updated_at), error_code = coalesce(error_code, ?4), error = coalesce(error, ?5)
WHERE id = ?6 AND ended_at IS NULL`,
  args: [at, said?.status ?? null, said?.updatedAt ?? null, code, error, id],
})

/** Attempts of a destination that was stopped, of which nothing can be running. */
export const closeAttempts = (egressId: string, at: number): Statement => ({
  sql: 'UPDATE egress_attempts SET ended_at = ? WHERE egress_id = ? AND ended_at IS NULL',
  args: [at, egressId],
})

const sessionOf = (row: Row): SessionRow => ({
  id: text(row['id']),
  roomId: text(row['room_id']),
  livekitRoom: text(row['livekit_room']),
  startedAt: int(row['started_at']),
})

const egressOf = (row: Row): EgressRow => ({
  id: text(row['id']),
  sessionId: text(row['session_id']),
  roomId: text(row['room_id']),
  platform: text(row['platform']),
  desired: row['desired'] === 'on' ? 'on' : 'off',
  generation: int(row['generation']),
  state: text(row['state']) as EgressState,
  attempt: int(row['attempt']),
  nextAt: intOrNull(row['next_at']),
  errorCode: textOrNull(row['error_code']) as EgressFailure | null,
  liveAt: intOrNull(row['live_at']),
  updatedAt: int(row['updated_at']),
})

const attemptOf = (row: Row): AttemptRow => ({
  id: text(row['id']),
  egressId: text(row['egress_id']),
  lkEgressId: textOrNull(row['lk_egress_id']),
  startedAt: int(row['started_at']),
  errorCode: textOrNull(row['error_code']) as EgressFailure | null,
})

type Query<A> = Effect.Effect<A, DbError, Database>

const rows = <A>(of: (row: Row) => A, sql: string, args: readonly SqlValue[] = []): Query<readonly A[]> =>
  Effect.map(
    Database.use((database) => database.read(sql, args)),
    (found) => found.map(of),
  )

/** Sessions that the last process left open: at most one a room. */
export const openSessions: Query<readonly SessionRow[]> = rows(
  sessionOf,
  'SELECT * FROM outbound_sessions WHERE ended_at IS NULL ORDER BY started_at',
)

const OF_OPEN = 'session_id IN (SELECT id FROM outbound_sessions WHERE ended_at IS NULL)'

export const openEgresses: Query<readonly EgressRow[]> = rows(
  egressOf,
  `SELECT * FROM egresses WHERE ${OF_OPEN} ORDER BY created_at, id`,
)

const BY_EGRESS = `egress_id IN (SELECT id FROM egresses WHERE ${OF_OPEN})`

/** Attempts that may be running, or that may have started something. */
export const openAttempts: Query<readonly AttemptRow[]> = rows(
  attemptOf,
  `SELECT * FROM egress_attempts WHERE ${BY_EGRESS} AND ended_at IS NULL ORDER BY started_at, no`,
)

/** When starts were asked for since then, oldest first: the pace survives a restart. */
export const startsSince = (
  at: number,
): Query<readonly { readonly egressId: string; readonly startedAt: number }[]> =>
  rows(
    attemptOf,
    `SELECT * FROM egress_attempts WHERE ${BY_EGRESS} AND started_at >= ? ORDER BY started_at`,
    [at],
  )

export interface UnknownRow {
  readonly egressId: string
  readonly sessionId: string
  readonly roomId: string
  readonly platform: string
  readonly livekitRoom: string
  readonly generation: number
  readonly endedAt: number
}

/** Destinations of which a start was given up since then without anybody knowing whether it will be carried out. */
export const unknownSince = (at: number): Query<readonly UnknownRow[]> =>
  rows(
    (row) => ({
      egressId: text(row['egress_id']),
      sessionId: text(row['session_id']),
      roomId: text(row['room_id']),
      platform: text(row['platform']),
      livekitRoom: text(row['livekit_room']),
      generation: int(row['generation']),
      endedAt: int(row['ended_at']),
    }),
    `SELECT a.egress_id, a.session_id, a.room_id, a.platform, s.livekit_room, max(a.ended_at) AS ended_at,
(SELECT max(generation) FROM egresses e WHERE e.room_id = a.room_id AND e.platform = a.platform) AS generation
FROM egress_attempts a JOIN outbound_sessions s ON s.id = a.session_id
WHERE a.error_code = 'start_unknown' AND a.ended_at >= ? GROUP BY a.room_id, a.platform`,
    [at],
  )

export const lastNumbers: Query<ReadonlyMap<string, number>> = Effect.map(
  rows(
    (row) => [text(row['egress_id']), int(row['no'])] as const,
    `SELECT egress_id, max(no) AS no FROM egress_attempts WHERE ${BY_EGRESS} GROUP BY egress_id`,
  ),
  (found) => new Map(found),
)

/** The highest generation that a destination ever had. */
export const lastGeneration = (roomId: string, platform: string): Query<number> =>
  Effect.map(
    rows(
      (row) => int(row['generation']),
      'SELECT max(generation) AS generation FROM egresses WHERE room_id = ? AND platform = ?',
      [roomId, platform],
    ),
    ([generation]) => generation ?? 0,
  )

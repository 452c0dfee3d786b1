// Prune: sessions that recorded nothing go; of sessions past their retention the events go and the session, with
// its totals and its receipt, stays. Old facts and old idempotency keys go too. Open sessions are never touched.

import * as Clock from 'effect/Clock'
import * as Effect from 'effect/Effect'
import { sessionId } from '../../domain/session.ts'
import { record, recordingFailure, type Asker, type Entry } from './log.ts'
import { pruneEmpty } from './prune-empty.ts'
import { pruneJournal, pruneKeys } from './prune-rest.ts'
import { pruneRetention } from './prune-retention.ts'
import { LISTED_MAX, type PruneReport, type PruneRequest } from './requests.ts'
import { roomOf } from './room-of.ts'

/** Repeated requests must find their first answer for a day. */
const IDEMPOTENCY_MS = 86_400_000

/** What has been removed, or would be. */
export interface Removed {
  emptySessions: number
  prunedSessions: number
  events: number
  frames: number
  gifts: number
  poison: number
  journal: number
  idempotency: number
  readonly sessions: Set<number>
  /** Limits of one run were reached; the next goes on. */
  more: boolean
}

export interface Scope {
  readonly dryRun: boolean
  readonly roomId: string | null
  readonly now: number
  readonly removed: Removed
}

const reportOf = ({ dryRun, removed: { sessions, more, ...counts } }: Scope): PruneReport => ({
  dryRun,
  ...counts,
  sessionIds: [...sessions].slice(0, LISTED_MAX).map(sessionId),
  truncated: more || sessions.size > LISTED_MAX,
  more,
})

const entryOf = (
  scope: Scope,
  request: PruneRequest,
  asker: Asker,
  outcome: Entry['outcome'] | null,
): Entry => {
  const { sessions, more: _, ...counts } = scope.removed
  const nothing = Object.values(counts).every((count) => count === 0)
  return {
    kind: 'prune',
    dryRun: scope.dryRun,
    asker,
    roomId: scope.roomId,
    target: scope.roomId,
    result: { request, ...reportOf(scope) },
    summary: { ...counts, sessions: sessions.size },
    outcome: outcome ?? (nothing ? 'noop' : 'done'),
  }
}

/** As asked; what is not asked for is kept, but for idempotency keys older than a day. */
export const prune = Effect.fn('prune')(function* (request: PruneRequest, asker: Asker) {
  const now = yield* Clock.currentTimeMillis
  const scope: Scope = {
    dryRun: request.dryRun === true,
    roomId: request.room === undefined ? null : (yield* roomOf(request.room)).id,
    now,
    removed: {
      emptySessions: 0,
      prunedSessions: 0,
      events: 0,
      frames: 0,
      gifts: 0,
      poison: 0,
      journal: 0,
      idempotency: 0,
      sessions: new Set(),
      more: false,
    },
  }
  const work = Effect.gen(function* () {
    const { emptyOlderThanMs, olderThanMs, keepPerRoom, journalOlderThanMs, keepFacts } = request
    if (olderThanMs !== undefined || keepPerRoom !== undefined) {
      yield* pruneRetention(scope, olderThanMs === undefined ? null : now - olderThanMs, keepPerRoom ?? null)
    }
    // After retention, whose places count empty sessions too: so a dry run finds what the real run finds.
    if (emptyOlderThanMs !== undefined) yield* pruneEmpty(scope, now - emptyOlderThanMs)
    if (journalOlderThanMs !== undefined || keepFacts !== undefined) {
      const before = journalOlderThanMs === undefined ? null : now - journalOlderThanMs
      yield* pruneJournal(scope, before, keepFacts ?? null)
    }
    yield* pruneKeys(scope, now - (request.idempotencyOlderThanMs ?? IDEMPOTENCY_MS))
  })
  yield* recordingFailure(work, () => entryOf(scope, request, asker, 'failed'))
  yield* record(entryOf(scope, request, asker, null))
  return reportOf(scope)
})

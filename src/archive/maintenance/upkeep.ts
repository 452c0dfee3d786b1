// What is kept in bounds without being asked, once a day: old facts, idempotency keys and webhooks are forgotten,
// and the file is read through. It is logged like any prune, by `system`. Sessions, their events and the audit are only
// ever removed by a person, or never.

import * as Clock from 'effect/Clock'
import * as Effect from 'effect/Effect'
import { Database } from '../../db/database.ts'
import type { IntegrityReport } from '../../db/integrity.ts'
import type { DbError } from '../../domain/errors.ts'
import { intOrNull } from '../pieces.ts'
import { pruneInbox } from './prune-inbox.ts'
import { prune } from './prune.ts'

const DAY = 86_400_000
export const UPKEEP = {
  everyMs: DAY,
  /** Not while a server that was just started has more urgent things to do. */
  afterStartMs: 300_000,
  journalKeptMs: 90 * DAY,
  journalFactsMax: 5_000_000,
  /** Longer than any webhook can be sent again. */
  webhooksKeptMs: 7 * DAY,
} as const

const SYSTEM = { actor: 'system', ip: null } as const
const LAST = `SELECT max(at) AS at FROM maintenance_log WHERE kind = 'prune' AND actor = 'system'`

export interface UpkeepOptions {
  /** Reads the whole file; null for a database elsewhere, which looks after itself. */
  readonly check: Effect.Effect<IntegrityReport, DbError> | null
  readonly onReport: (report: IntegrityReport) => void
}

const untilDue = Effect.gen(function* () {
  const database = yield* Database
  const [row] = yield* database.read(LAST)
  const last = intOrNull(row?.['at'])
  const dueInMs = last === null ? 0 : last + UPKEEP.everyMs - (yield* Clock.currentTimeMillis)
  // A clock that was set does not put it off for longer than a day.
  return Math.min(Math.max(dueInMs, UPKEEP.afterStartMs), UPKEEP.everyMs)
}).pipe(Effect.orElseSucceed(() => UPKEEP.afterStartMs))

const once = Effect.fnUntraced(function* ({ check, onReport }: UpkeepOptions) {
  yield* prune({ journalOlderThanMs: UPKEEP.journalKeptMs, keepFacts: UPKEEP.journalFactsMax }, SYSTEM)
  yield* pruneInbox((yield* Clock.currentTimeMillis) - UPKEEP.webhooksKeptMs)
  if (check === null) return
  const report = yield* check
  onReport(report)
  const say = report.ok ? Effect.logInfo : Effect.logError
  yield* say('the database file was read through', { ...report })
})

/** Never ends; a run that fails is logged and due again a while later. */
export const upkeep = (options: UpkeepOptions): Effect.Effect<never, never, Database> =>
  Effect.gen(function* () {
    yield* Effect.sleep(yield* untilDue)
    yield* once(options).pipe(Effect.catch((error) => Effect.logWarning('the upkeep failed', error)))
  }).pipe(Effect.forever)

// Repair: looks for what does not fit together in the record and mends it, in small guarded transactions beside
// the recording. Open sessions are their room's business: they are reported where odd, and never touched.

import * as Effect from 'effect/Effect'
import { Database } from '../../db/database.ts'
import { sessionId, sessionNo } from '../../domain/session.ts'
import { int, text } from '../pieces.ts'
import { finishPruned } from './erase.ts'
import { record, recordingFailure, type Asker, type Entry } from './log.ts'
import { CHECKS, mendOf, type Check } from './repair-checks.ts'
import { repairCounters } from './repair-counters.ts'
import { repairOrphans } from './repair-orphans.ts'
import type { RepairRequest } from './requests.ts'
import { Tally } from './tally.ts'

/** Findings of one check that one transaction mends. */
const BATCH = 500
/** A mend that does not change what its check finds must not be tried for ever. */
const ROUNDS_MAX = 10_000

const runCheck = Effect.fnUntraced(function* (
  check: Check,
  scope: string | null,
  dryRun: boolean,
  tally: Tally,
) {
  const database = yield* Database
  const seen = new Set<number>()
  for (let round = 0; round < ROUNDS_MAX; round += 1) {
    // Without a mend the same rows would be found again, so the limit grows past those already seen.
    const rows = yield* database.read(check.find, [scope, seen.size + BATCH])
    const fresh = rows.filter((row) => !seen.has(int(row['no'])))
    if (fresh.length === 0) return
    const nos = fresh.map((row) => int(row['no']))
    const fixed = check.mend !== null && !dryRun
    if (check.mend !== null && !dryRun) yield* database.write({ statements: [mendOf(check.mend, nos)] })
    for (const row of fresh) {
      seen.add(int(row['no']))
      tally.add({
        kind: check.kind,
        sessionId: sessionId(int(row['no'])),
        fixed,
        detail: text(row['detail']),
      })
    }
  }
})

const entryOf = (tally: Tally, dryRun: boolean, asker: Asker, outcome: Entry['outcome'] | null): Entry => {
  const report = tally.report(dryRun)
  const { checked, found, fixed } = report
  return {
    kind: 'repair',
    dryRun,
    asker,
    roomId: null,
    target: null,
    result: report,
    summary: { checked, found, fixed },
    outcome: outcome ?? (found === 0 ? 'noop' : 'done'),
  }
}

/** Everything, or the named sessions. A dry run finds the same and changes nothing. */
export const repair = Effect.fn('repair')(function* (request: RepairRequest, asker: Asker) {
  const dryRun = request.dryRun === true
  const nos = request.sessions?.flatMap((id) => sessionNo(id) ?? []) ?? null
  const scope = nos === null ? null : JSON.stringify(nos)
  const tally = new Tally()
  const work = Effect.gen(function* () {
    yield* repairOrphans(nos === null ? null : new Set(nos), dryRun, tally)
    yield* finishPruned(scope, dryRun, tally)
    // Counters first: the report that a check writes anew is made of them.
    yield* repairCounters(scope, dryRun, tally)
    for (const check of CHECKS) yield* runCheck(check, scope, dryRun, tally)
  })
  yield* recordingFailure(work, () => entryOf(tally, dryRun, asker, 'failed'))
  yield* record(entryOf(tally, dryRun, asker, null))
  return tally.report(dryRun)
})

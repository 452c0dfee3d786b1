// All that a report says, read from the database before a word of it is written. Only what stays with the session:
// the journal forgets, and a report shall be the same next year.

import * as Effect from 'effect/Effect'
import { Database } from '../../../db/database.ts'
import { DbError } from '../../../domain/errors.ts'
import { attempts, find, type Attempt } from '../../../db/sessions.ts'
import type { SessionRow } from '../../../db/session-row.ts'
import { lastEventId } from '../../pieces.ts'
import { sessionStats, type SessionStats } from '../../stats.ts'
import { interruptionsOf, type Interruption } from '../interruptions.ts'
import type { ExportPlan } from '../plan.ts'
import type { Read } from '../walk.ts'

export interface Gathered {
  readonly plan: ExportPlan
  readonly row: SessionRow
  /** The row of its last part: how the broadcast ended. The same one where there is but one. */
  readonly last: SessionRow
  readonly stats: SessionStats
  readonly attempts: readonly Attempt[]
  readonly interruptions: readonly Interruption[]
  /** Events that came after the archive: in the record, in no total. */
  readonly late: number
}

const PLACES = 20

/** A database that is only read. */
const readOnly = (read: Read): Database['Service'] => ({
  read: (sql, args) =>
    Effect.tryPromise({
      try: () => read(sql, args ?? []),
      catch: () => new DbError({ kind: 'sql', outcome: 'failed', message: 'a query of a report failed' }),
    }),
  write: () => Effect.die(new Error('a report writes nothing')),
  append: () => undefined,
  subscribe: () => () => undefined,
  health: () => {
    throw new Error('a report asks for no health')
  },
})

const countLate = async (plan: ExportPlan, read: Read): Promise<number> => {
  const nos = JSON.stringify(plan.stretches.map(({ no }) => no))
  const rows = await read('SELECT no, last_seq FROM sessions WHERE no IN (SELECT value FROM json_each(?1))', [
    nos,
  ])
  const counted = new Map(rows.map((row) => [Number(row['no']), BigInt(Number(row['last_seq'] ?? 0))]))
  let late = 0
  for (const { no, last } of plan.stretches) {
    const after = lastEventId(no - 1) + 1n + (counted.get(no) ?? 0n)
    if (after >= last) continue
    const [row] = await read('SELECT count(*) AS n FROM events WHERE id > ?1 AND id <= ?2', [after, last])
    late += Number(row?.['n'] ?? 0)
  }
  return late
}

export const gather = async (plan: ExportPlan, read: Read): Promise<Gathered> => {
  const run = <A, E>(effect: Effect.Effect<A, E, Database>): Promise<A> =>
    Effect.runPromise(Effect.provideService(effect, Database, readOnly(read)))
  const row = await run(find(plan.no))
  const end = plan.stretches.reduce((a, b) => (b.endedAt > a.endedAt ? b : a)).no
  const last = end === plan.no ? row : await run(find(end))
  if (row === null || last === null) throw new Error('the session is gone')
  return {
    plan,
    row,
    last,
    stats: await run(sessionStats(plan.no, { top: PLACES })),
    attempts: await run(attempts(plan.no)),
    interruptions: await interruptionsOf(plan, read),
    late: await countLate(plan, read),
  }
}

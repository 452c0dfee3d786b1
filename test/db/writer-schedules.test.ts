// Random schedules of everything the writer takes, in random weather, against a model that knows only what
// was asked and what was answered: each thing is there as often as the answer says, and in the order of asking.

import * as Effect from 'effect/Effect'
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { verify } from '../../src/db/audit.ts'
import { Database, type Statement, type Transaction } from '../../src/db/database.ts'
import { Mood, newMoods } from '../_support/db-moods.ts'
import { startDatabase, until, type TestDatabase } from '../_support/db.ts'

type Step =
  | { readonly do: 'ingest' | 'refusedIngest' | 'append' | 'pause' }
  | { readonly do: 'write' | 'missedGuard' | 'refusedWrite' }
  | { readonly do: 'lies' | 'fails'; readonly times: number }

const steps: fc.Arbitrary<readonly Step[]> = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.constant<Step>({ do: 'ingest' }) },
    { weight: 1, arbitrary: fc.constant<Step>({ do: 'refusedIngest' }) },
    { weight: 2, arbitrary: fc.constant<Step>({ do: 'append' }) },
    { weight: 3, arbitrary: fc.constant<Step>({ do: 'write' }) },
    { weight: 1, arbitrary: fc.constant<Step>({ do: 'missedGuard' }) },
    { weight: 1, arbitrary: fc.constant<Step>({ do: 'refusedWrite' }) },
    { weight: 2, arbitrary: fc.constant<Step>({ do: 'pause' }) },
    {
      weight: 1,
      arbitrary: fc.record({ do: fc.constant('lies' as const), times: fc.integer({ min: 1, max: 2 }) }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ do: fc.constant('fails' as const), times: fc.integer({ min: 1, max: 2 }) }),
    },
  ),
  { minLength: 5, maxLength: 40 },
)

/** A row whose place in the table is the order of commits; there once however often it is run. */
const trace = (n: number): Statement => ({
  sql: `INSERT INTO session_pauses (session_no, from_at) SELECT ?1, ?1
    WHERE NOT EXISTS (SELECT 1 FROM session_pauses WHERE session_no = ?1)`,
  args: [n],
})
const refused: Statement = { sql: `INSERT INTO settings VALUES ('x', NULL, 1)` }
const audit = (at: number): NonNullable<Transaction['audit']> => ({
  at,
  actor: 'system',
  ip: null,
  action: 'test',
  roomId: null,
  target: null,
  outcome: 'done',
  code: null,
  detail: null,
})

const fact = (at: number) => ({ name: 'room.looked' as const, at, roomId: null, sessionId: null, body: {} })

describe('the writer', () => {
  const moods = newMoods()
  let db: TestDatabase
  const heard: number[] = []
  let next = 1
  beforeAll(async () => {
    db = await startDatabase({ ingest: moods.data })
    db.database.subscribe(({ name, at }) => void (name === 'room.looked' && heard.push(at)))
  })
  afterAll(() => db.remove())

  /** What may be there, in the order it was asked for; `must`: that it is there is known. */
  interface Asked {
    readonly n: number
    readonly kind: 'row' | 'fact' | 'both'
    must: boolean
    mustNot: boolean
  }

  const ask = (step: Step, asked: Asked[], waiting: Promise<unknown>[]): void => {
    const n = next++
    const one: Asked = { n, kind: 'row', must: true, mustNot: false }
    const write = (transaction: Transaction, expected: boolean): void => {
      const own: Asked = { n, kind: 'both', must: false, mustNot: false }
      asked.push(own)
      waiting.push(
        db.write({ ...transaction, facts: [fact(n)], audit: audit(n) }).then(
          ({ applied }) => {
            expect(applied).toBe(expected)
            return Object.assign(own, { must: applied, mustNot: !applied })
          },
          ({ outcome }: { outcome: 'unknown' | 'failed' }) =>
            Object.assign(own, { mustNot: outcome === 'failed' }),
        ),
      )
    }
    if (step.do === 'ingest') {
      db.ingest({ id: n, statements: [trace(n)] })
      asked.push(one)
    } else if (step.do === 'refusedIngest') {
      db.ingest({ id: n, statements: [trace(n), refused] })
      asked.push({ ...one, must: false, mustNot: true })
    } else if (step.do === 'append') {
      db.database.append(fact(n))
      asked.push({ ...one, kind: 'fact' })
    } else if (step.do === 'write') write({ statements: [trace(n)], guard: 0 }, true)
    else if (step.do === 'missedGuard') {
      write({ statements: [trace(n), { sql: 'DELETE FROM rooms WHERE no = -1' }], guard: 1 }, false)
    } else if (step.do === 'refusedWrite') write({ statements: [trace(n), refused] }, true)
    else if (step.do === 'lies') moods.set(Mood.liesAfterCommit, step.times)
    else if (step.do === 'fails') moods.set(Mood.failsBeforeCommit, step.times)
  }

  const check = (asked: readonly Asked[], found: readonly number[], kind: 'row' | 'fact'): void => {
    const mine = asked.filter((one) => one.kind === kind || one.kind === 'both')
    expect(found, 'each once, in the order of asking').toEqual(
      mine.filter(({ n, must }) => must || found.includes(n)).map(({ n }) => n),
    )
    for (const { n, mustNot } of mine) if (mustNot) expect(found).not.toContain(n)
  }

  it('S3 S5: writes what it was given once, in order, whatever the disk says', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (schedule) => {
        const first = next
        const asked: Asked[] = []
        const waiting: Promise<unknown>[] = []
        for (const step of schedule) {
          if (step.do === 'pause') await new Promise((done) => setTimeout(done, 3))
          else ask(step, asked, waiting)
        }
        await Promise.all(waiting)
        const last = next++
        db.database.append(fact(last))
        await until('everything before the last fact', () => heard.includes(last))
        const rows = await db.read(
          'SELECT session_no AS n FROM session_pauses WHERE session_no >= ? ORDER BY id',
          [first],
        )
        const facts = await db.read(
          `SELECT at FROM journal WHERE at >= ? AND name = 'room.looked' ORDER BY seq`,
          [first],
        )
        check(
          asked,
          rows.map(({ n }) => Number(n)),
          'row',
        )
        const ats = facts.map(({ at }) => Number(at))
        check([...asked, { n: last, kind: 'fact', must: true, mustNot: false }], ats, 'fact')
        expect(heard.filter((at) => at >= first)).toEqual(ats)
      }),
      { numRuns: 40 },
    )
    expect(moods.fired(), 'the faults fired').toBeGreaterThan(20)
    const chain = await Effect.runPromise(Effect.provideService(verify, Database, db.database))
    expect(chain.brokenAt).toBeNull()
    expect(chain.rows).toBeGreaterThan(40)
    expect(await db.read('SELECT count(*) AS n, count(DISTINCT at) AS d FROM audit')).toMatchObject([
      { n: chain.rows, d: chain.rows },
    ])
  })
})

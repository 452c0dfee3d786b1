// How pauses reach the disk, with a disk in the test's hand.

import { it } from '@effect/vitest'
import * as Effect from 'effect/Effect'
import * as TestClock from 'effect/testing/TestClock'
import { describe, expect, onTestFinished } from 'vitest'
import { LiveSession } from '../../src/archive/live-session.ts'
import { makePauses } from '../../src/archive/pauses.ts'
import type { Database, Transaction } from '../../src/db/database.ts'
import { DbError } from '../../src/domain/errors.ts'
import { NO_COUNTERS } from '../../src/domain/session.ts'
import { head, newHeard, sessionOf, startDesk } from '../_support/archive.ts'
import { buildFrame } from '../_support/tiktok/frames.ts'
import { control } from '../_support/tiktok/messages.ts'

const liveSession = (no: number): LiveSession => {
  const live = new LiveSession(sessionOf(no, `room${no}`, 1), NO_COUNTERS, { ms: 0, atMs: 0 })
  live.state = 'open'
  return live
}

/** Session and epoch, what, and when. */
const told = ({ facts, statements }: Transaction): readonly unknown[] => [
  ...(statements[0]?.args ?? []).slice(0, 2),
  facts?.[0]?.name,
  facts?.[0]?.at,
]

const start = Effect.fnUntraced(function* () {
  const refusing = new Set<unknown>()
  const written: (readonly unknown[])[] = []
  const tries: (readonly unknown[])[] = []
  const write: Database['Service']['write'] = (transaction) =>
    Effect.suspend(() => {
      const change = told(transaction)
      tries.push(change)
      if (refusing.has(change[0])) {
        return Effect.fail(new DbError({ kind: 'sql', outcome: 'failed', message: 'not this one' }))
      }
      written.push(change)
      return Effect.succeed({ applied: true, results: [], entries: [] })
    })
  const pauses = yield* makePauses({ write } as Database['Service'])
  return { pauses, refusing, written, tries }
})

describe('a pause', () => {
  it.effect('of one session does not wait for another one’s that cannot be written', () =>
    Effect.gen(function* () {
      const { pauses, refusing, written } = yield* start()
      const [one, two] = [liveSession(1), liveSession(2)]
      refusing.add(1)
      pauses.heard(one, true, 10)
      pauses.heard(two, true, 11)
      pauses.heard(one, false, 12)
      pauses.heard(two, false, 13)
      yield* TestClock.adjust(5_000)
      expect(written).toEqual([
        [2, 1, 'session.paused', 11],
        [2, 1, 'session.unpaused', 13],
      ])
      refusing.clear()
      yield* TestClock.adjust(1_000)
      expect(written.slice(2)).toEqual([
        [1, 1, 'session.paused', 10],
        [1, 1, 'session.unpaused', 12],
      ])
    }),
  )

  it.effect('is written under the epoch that the session has when it is written', () =>
    Effect.gen(function* () {
      const { pauses, refusing, written } = yield* start()
      const live = liveSession(1)
      refusing.add(1)
      pauses.heard(live, true, 10)
      yield* TestClock.adjust(3_000)
      live.session = { ...live.session, epoch: 7 }
      refusing.clear()
      yield* TestClock.adjust(1_000)
      expect(written).toEqual([[1, 7, 'session.paused', 10]])
    }),
  )

  it.effect('is not tried any more for a session that is archived or another’s', () =>
    Effect.gen(function* () {
      const { pauses, refusing, tries } = yield* start()
      const live = liveSession(1)
      refusing.add(1)
      pauses.heard(live, true, 10)
      pauses.heard(live, false, 11)
      yield* TestClock.adjust(1_500)
      const before = tries.length
      expect(before).toBeGreaterThan(1)
      live.state = 'fenced'
      yield* TestClock.adjust(60_000)
      expect(tries.length).toBe(before)
    }),
  )

  it.effect('that is known is not written again, whoever says it', () =>
    Effect.gen(function* () {
      const { pauses, written } = yield* start()
      const live = liveSession(1)
      for (const at of [10, 20, 30]) pauses.heard(live, true, at)
      for (const at of [40, 50]) pauses.heard(live, false, at)
      yield* TestClock.adjust(10)
      expect(written).toEqual([
        [1, 1, 'session.paused', 10],
        [1, 1, 'session.unpaused', 40],
      ])
    }),
  )
})

describe('a pause that a look notices', () => {
  it('opens and closes the interval like a message, and neither says again what the other said', async () => {
    const desk = await startDesk()
    onTestFinished(() => desk.close())
    const { recorder } = desk
    const session = await desk.open()
    const tap = recorder.tap(session, newHeard().listener)
    const message = (action: number, at: number) =>
      tap.frame('push', buildFrame([control(head(), action)]).bytes, at)
    recorder.notePause(session.no, false, 40)
    message(1, 50)
    await desk.run(recorder.flush(session.no))
    // The connection was lost in the pause, and so was the message that ended it.
    recorder.notePause(session.no, true, 60)
    recorder.notePause(session.no, false, 70)
    recorder.notePause(session.no, true, 80)
    message(2, 90)
    await desk.run(recorder.flush(session.no))
    const rows = () => desk.rows('SELECT from_at, to_at FROM session_pauses ORDER BY id')
    await expect.poll(rows).toEqual([
      { from_at: 50, to_at: 70 },
      { from_at: 80, to_at: 90 },
    ])
    const facts = await desk.rows(
      `SELECT name, at FROM journal WHERE name LIKE 'session.%paused' ORDER BY seq`,
    )
    expect(facts).toEqual([
      { name: 'session.paused', at: 50 },
      { name: 'session.unpaused', at: 70 },
      { name: 'session.paused', at: 80 },
      { name: 'session.unpaused', at: 90 },
    ])
  })

  it('closes an interval that the process before this one left open', async () => {
    const desk = await startDesk()
    onTestFinished(() => desk.close())
    const session = await desk.open()
    await desk.run(
      desk.database.write({
        statements: [
          { sql: 'INSERT INTO session_pauses (session_no, from_at) VALUES (?, 5)', args: [session.no] },
        ],
      }),
    )
    desk.recorder.notePause(session.no, false, 9)
    const rows = () => desk.rows('SELECT from_at, to_at FROM session_pauses')
    await expect.poll(rows).toEqual([{ from_at: 5, to_at: 9 }])
  })
})

// What is read of sessions and what hangs on them.

import * as Effect from 'effect/Effect'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Database } from '../../src/db/database.ts'
import { openSessionOf } from '../../src/db/session-row.ts'
import * as sessions from '../../src/db/sessions.ts'
import type { DbError } from '../../src/domain/errors.ts'
import { archived, session } from '../_support/db-rows.ts'
import { startDatabase, type TestDatabase } from '../_support/db.ts'

const HOUR = 3_600_000

let db: TestDatabase
beforeAll(async () => {
  db = await startDatabase()
})
afterAll(() => db.remove())
const run = <A>(effect: Effect.Effect<A, DbError, Database>) =>
  Effect.runPromise(Effect.provideService(effect, Database, db.database))

const nos = async (filter: Omit<sessions.SessionFilter, 'limit'>, limit = 10) =>
  (await run(sessions.list({ ...filter, limit }))).map(({ no }) => no)

describe('sessions', () => {
  beforeAll(async () => {
    await db.write({
      statements: [
        session(1, 'a', 3 * HOUR, archived),
        session(2, 'a', 27 * HOUR, { ...archived, end_reason: 'manual_stop' }),
        session(3, 'b', 5 * HOUR, archived),
        session(4, 'a', 4 * HOUR, { ...archived, merged_into: 2, merge_kind: 'fragment' }),
        session(5, 'a', 51 * HOUR, { ending_reason: 'stream_end', ending_at: 9 }),
        session(6, 'b', 6 * HOUR),
      ],
    })
  })
  it('are listed newest first, by room, reason, state and time, and page by number', async () => {
    expect(await nos({})).toEqual([6, 5, 3, 2, 1])
    expect(await nos({ merged: true })).toEqual([6, 5, 4, 3, 2, 1])
    expect(await nos({ roomId: 'a' })).toEqual([5, 2, 1])
    expect(await nos({ reasons: ['manual_stop'] })).toEqual([2])
    expect(await nos({ open: true })).toEqual([6, 5])
    expect(await nos({ open: false, broadcastId: '3' })).toEqual([3])
    expect(await nos({ from: 5 * HOUR, to: 27 * HOUR })).toEqual([6, 3])
    expect(await nos({}, 2)).toEqual([6, 5])
    expect(await nos({ before: 5 }, 2)).toEqual([3, 2])
  })

  it('that are open are what the next start takes over', async () => {
    const open = await run(sessions.openSessions)
    expect(open.map(openSessionOf)).toMatchObject([
      { no: 5, roomId: 'a', broadcastId: '5', ending: { reason: 'stream_end', at: 9, detail: null } },
      { no: 6, roomId: 'b', ending: null, parkedAt: null },
    ])
    expect(await run(sessions.find(77))).toBeNull()
    expect(await run(sessions.find(2))).toMatchObject({
      id: 's2',
      endReason: 'manual_stop',
      counters: { events: 0 },
    })
  })

  it('tell a room its habitual hours, without what was merged', async () => {
    const hours = await run(sessions.habitualHours('a'))
    expect(hours).toHaveLength(24)
    expect(hours[3]).toBe(3)
    expect(hours.reduce((sum, n) => sum + n, 0)).toBe(3)
    expect(await run(sessions.habitualHours('nobody'))).toEqual(Array.from({ length: 24 }, () => 0))
  })

  it('bring along the gaps, pauses, attempts and gifts of their fragments', async () => {
    await db.write({
      statements: [
        ...[2, 4, 3].map((no) => ({
          sql: `INSERT INTO session_gaps (session_no, from_at, cause) VALUES (?, ?, 'disconnected')`,
          args: [no, 100 - no],
        })),
        { sql: 'INSERT INTO session_pauses (session_no, from_at, to_at) VALUES (4, 1, 2), (3, 1, 2)' },
        {
          sql: `INSERT INTO archive_attempts (session_no, trigger, started_at, finished_at, duration_ms, outcome)
            VALUES (2, 'stream_end', 1, 2, 1, 'done'), (4, 'shutdown', 1, 2, 1, 'noop')`,
        },
        {
          sql: `INSERT INTO gifts (session_no, user_id, gift_id, group_id, value, count, frames, first_at, last_at)
            VALUES (2, 9223372036854775807, 5655, 7, 1, 3, 2, 10, 11), (4, 8, 5655, 7, 1, 1, 1, 5, 5)`,
        },
      ],
    })
    expect((await run(sessions.gaps(2))).map(({ sessionNo, toAt }) => [sessionNo, toAt])).toEqual([
      [4, null],
      [2, null],
    ])
    expect((await run(sessions.pauses(2))).map(({ sessionNo }) => sessionNo)).toEqual([4])
    expect((await run(sessions.attempts(2))).map(({ outcome }) => outcome)).toEqual(['done', 'noop'])
    const gifts = await run(sessions.gifts(2, { offset: 0, limit: 10 }))
    expect(gifts.map(({ userId, count }) => [userId, count])).toEqual([
      ['8', 1],
      ['9223372036854775807', 3],
    ])
    expect((await run(sessions.gifts(2, { offset: 1, limit: 1 }))).map(({ userId }) => userId)).toEqual([
      '9223372036854775807',
    ])
  })
})

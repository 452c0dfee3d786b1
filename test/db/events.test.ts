// Events and the journal: pages that never skip or repeat a row.

import * as Effect from 'effect/Effect'
import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Database, type Statement } from '../../src/db/database.ts'
import * as events from '../../src/db/events.ts'
import * as journal from '../../src/db/journal.ts'
import type { DbError } from '../../src/domain/errors.ts'
import { archived, event, eventId, session } from '../_support/db-rows.ts'
import { startDatabase, type TestDatabase } from '../_support/db.ts'

let db: TestDatabase
beforeAll(async () => {
  db = await startDatabase()
})
afterAll(() => db.remove())
const run = <A>(effect: Effect.Effect<A, DbError, Database>) =>
  Effect.runPromise(Effect.provideService(effect, Database, db.database))

const walk = async (filter: Omit<events.EventFilter, 'limit'>, limit: number) => {
  const ids: string[] = []
  let cursor: string | null = null
  do {
    const at: Partial<events.EventFilter> =
      cursor === null ? {} : filter.order === 'desc' ? { before: cursor } : { after: cursor }
    const page: events.EventPage = await run(events.page({ ...filter, ...at, limit }))
    ids.push(...page.events.map(({ id }) => id))
    cursor = page.next
  } while (cursor !== null)
  return ids
}

describe('events', () => {
  const all: string[] = []
  beforeAll(async () => {
    const statements: Statement[] = []
    for (const no of [2, 4]) {
      for (let seq = 1; seq <= 40; seq += 1) {
        const gift = seq % 4 === 0
        statements.push(
          event(no, seq, gift ? 'gift' : 'chat', {
            text: gift ? '' : `Hello 100%_${seq}`,
            user_id: seq % 3,
            ...(gift && { data: '{"name":"Rose"}' }),
          }),
        )
        all.push(eventId(no, seq))
      }
    }
    statements.push(event(3, 1), event(3, 2, 'control', { msg_id: -5, late: 1 }))
    await db.write({
      statements: [
        session(2, 'a', 1, archived),
        session(3, 'b', 1, archived),
        session(4, 'a', 1, { ...archived, merged_into: 2, merge_kind: 'fragment' }),
        ...statements,
      ],
    })
  })
  it('page through a session and its fragments without a gap or a double, in both directions', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 90 }),
        fc.constantFrom('asc' as const, 'desc' as const),
        async (limit, order) => {
          const expected = order === 'asc' ? all : all.toReversed()
          expect(await walk({ sessionNo: 2, order }, limit)).toEqual(expected)
        },
      ),
      { numRuns: 20 },
    )
    expect(await walk({ sessionNo: 4 }, 7), 'a fragment alone').toEqual(all.slice(40))
    expect(await walk({ sessionNo: 99 }, 7)).toEqual([])
  })

  it('are filtered by kind, user, text and bounds', async () => {
    const gifts = await walk({ sessionNo: 2, kinds: ['gift'] }, 3)
    expect(gifts).toEqual(all.filter((_, index) => (index + 1) % 4 === 0))
    expect(await walk({ sessionNo: 2, userId: '2', kinds: ['chat', 'gift'] }, 100)).toHaveLength(26)
    expect(await walk({ sessionNo: 2, text: 'hello 100%_7' }, 100)).toEqual([eventId(2, 7), eventId(4, 7)])
    expect(await walk({ sessionNo: 2, text: '100__7' }, 100)).toEqual([])
    const between = await run(
      events.page({ sessionNo: 2, after: eventId(2, 39), before: eventId(4, 3), limit: 10 }),
    )
    expect(between.events.map(({ id }) => id)).toEqual([eventId(2, 40), eventId(4, 1), eventId(4, 2)])
    expect(between.next).toBeNull()
  })

  it('look at a bounded number of rows for one page and say how far they came', async () => {
    await db.write({
      statements: [
        session(9, 'c', 1, archived),
        {
          sql: `INSERT INTO events (id, room_no, msg_id, frame_id, idx, at, kind, method)
WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 29)
SELECT (9 << 26) + i * 50000 + 1, 9, i, 0, 0, i, iif(i = 29, 'gift', 'chat'), 'M' FROM n`,
        },
      ],
    })
    const first = await run(events.page({ sessionNo: 9, kinds: ['gift'], limit: 5 }))
    expect(first.events).toEqual([])
    expect(first.next).not.toBeNull()
    const second = await run(events.page({ sessionNo: 9, kinds: ['gift'], after: first.next!, limit: 5 }))
    expect(second.events.map(({ at }) => at)).toEqual([29])
    expect(second.next).toBeNull()
    expect(await walk({ sessionNo: 9, kinds: ['gift'], order: 'desc' }, 5)).toHaveLength(1)
  })

  it('give ids as text, no id where there was none, and where their bytes lie', async () => {
    await db.write({
      statements: [
        {
          sql: `INSERT INTO frames (id, at, conn, kind, payload) VALUES (?, 1, 1, 'fetch', ?)`,
          args: [(2n << 26n) + 1n, Uint8Array.of(9, 8, 7)],
        },
      ],
    })
    expect(await run(events.find(eventId(3, 2)))).toMatchObject({
      id: eventId(3, 2),
      msgId: null,
      late: true,
      sessionId: 's3',
    })
    expect(await run(events.find(eventId(2, 4)))).toMatchObject({
      msgId: eventId(2, 4),
      data: { name: 'Rose' },
    })
    expect(await run(events.payloadOf(eventId(2, 4)))).toEqual({
      kind: 'fetch',
      payload: Uint8Array.of(9, 8, 7),
      idx: 4,
    })
    expect(await run(events.payloadOf(eventId(3, 1))), 'a frame that was pruned').toBeNull()
    expect(await run(events.find('12'))).toBeNull()
  })
})

describe('the journal', () => {
  it('is read by number, by room, and knows its ends after the oldest were dropped', async () => {
    expect(await run(journal.newest)).toBe(0)
    expect(await run(journal.oldest)).toBeNull()
    const facts = Array.from({ length: 10 }, (_, index) => ({
      name: 'room.looked' as const,
      at: index + 1,
      roomId: index % 2 === 0 ? 'a' : 'b',
      sessionId: null,
      body: { index },
    }))
    await db.write({ statements: [], facts })
    const page = await run(journal.page({ after: 3, limit: 2 }))
    expect(page).toEqual([
      { seq: 4, ...facts[3] },
      { seq: 5, ...facts[4] },
    ])
    expect((await run(journal.page({ after: 3, limit: 9, roomId: 'b' }))).map(({ seq }) => seq)).toEqual([
      4, 6, 8, 10,
    ])
    const dropped = await db.write({ statements: [journal.removeBefore(8, 4), journal.removeBefore(8, 4)] })
    expect(dropped.results.map(({ rowsAffected }) => rowsAffected)).toEqual([4, 3])
    expect(await run(journal.oldest)).toBe(8)
    await db.write({ statements: [journal.removeBefore(99, 99)] })
    expect(await run(journal.oldest)).toBeNull()
    expect(await run(journal.newest), 'numbers are never used again').toBe(10)
  })
})

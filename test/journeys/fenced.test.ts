// Another owner takes a session, as in a deploy that went wrong: the room's actor starts again, and one that is
// never left alone is set aside. The file is written to by this process, which plays the other owner.

import { createClient } from '@libsql/client/sqlite3'
import { describe, expect, it } from 'vitest'
import { databaseFile, withDatabase, wrongIn } from '../_support/product-database.ts'
import { openHouse, type House } from '../_support/product-house.ts'

/** The session belongs to an owner of a higher epoch than the room's. */
const takeAway = async (house: House, sessionId: string): Promise<void> => {
  const other = createClient({ url: `file:${databaseFile(house.product.dataDir)}`, timeout: 10_000 })
  try {
    await other.execute({
      sql: `UPDATE sessions SET epoch = 1 + (SELECT epoch FROM rooms r WHERE r.id = room_id) WHERE id = ?`,
      args: [sessionId],
    })
  } finally {
    other.close()
  }
}

const restartsOf = async (house: House, handle: string): Promise<number> =>
  (await house.product.get<{ evidence: { restarts: number } }>(`/api/rooms/${handle}/diagnosis`)).evidence
    .restarts

describe('a room whose session is taken away', () => {
  it('T33 P01: goes on six times at most, is set aside alone, stays so over a restart, and is let out by a person', async ({
    onTestFinished,
  }) => {
    const house = await openHouse()
    onTestFinished(() => house.close())
    const [creator, calm] = await Promise.all([house.record('taken'), house.record('calm')])
    const { id } = (await house.room('taken')).session!
    creator.say('before')
    await house.stored('taken', id)
    for (let time = 1; time <= 6; time += 1) {
      await takeAway(house, id)
      await house.until(`failure ${time}`, async () => {
        creator.say(`word ${time}`)
        return (await restartsOf(house, 'taken')) >= time
      })
      // The next actor makes a connection of its own.
      const viewers = () =>
        house.tiktok.viewers.filter(({ handle, entered }) => handle === 'taken' && entered)
      if (time < 6) await house.until(`connection ${time + 1}`, () => viewers().length > time)
      if (time === 1) calm.say('untouched')
    }
    await house.reaches('taken', 'quarantined')
    const sessions = await house.archived('taken')
    expect(sessions).toMatchObject([{ id, endReason: 'actor_failed' }])
    expect((await house.events(id)).map(({ text }) => text)).toContain('before')

    await house.stored('calm', (await house.room('calm')).session!.id)
    expect(await restartsOf(house, 'calm')).toBe(0)
    expect((await house.sessions('calm'))[0]?.gaps).toEqual([])

    expect(await house.product.end('SIGTERM')).toMatchObject({ code: 0 })
    await withDatabase(house.product.dataDir, async (copy) => expect(await wrongIn(copy)).toEqual([]))
    await house.product.start()
    expect((await house.room('taken')).state).toBe('quarantined')
    await house.recording('calm')
    await house.product.post('/api/rooms/taken/release')
    await house.recording('taken')
    expect(await house.sessions('taken')).toHaveLength(2)
  }, 400_000)
})

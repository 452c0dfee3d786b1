// Rooms in a bad world: creators, sockets, the sign server, operators and the process itself do anything in any
// order. What was promised holds all the same.

import { describe, expect, it } from 'vitest'
import { makeChaos } from '../_support/product-chaos.ts'
import { withDatabase, wrongIn } from '../_support/product-database.ts'
import { openHouse } from '../_support/product-house.ts'

const HANDLES = ['ana', 'bo', 'cleo', 'dora', 'emil', 'fay'] as const
/** Another seed and more steps make it a soak. */
const SEED = Number(process.env['CHAOS_SEED'] ?? 20_261_122)
const STEPS = Number(process.env['CHAOS_STEPS'] ?? 120)

describe('anything in any order', () => {
  it('S1 S2 S3 S4 S6: no acknowledged message is lost or in the wrong session, and everything comes to its end', async ({
    onTestFinished,
  }) => {
    const house = await openHouse({
      env: { RESUME_WINDOW_MS: '8000', MANUAL_COOLDOWN_MS: '500' },
      tiktok: { history: 10 },
    })
    onTestFinished(() => house.close())
    for (const handle of HANDLES) {
      house.tiktok.creator(handle).goLive()
      await house.add(handle)
    }
    const chaos = makeChaos(house, HANDLES, SEED)
    await chaos.run(STEPS)
    chaos.heal()
    for (const handle of HANDLES) {
      await house.until(
        `the end of everything of ${handle} (seed ${SEED})`,
        async () => {
          const { state } = await house.room(handle)
          const { items } = await house.product.get<{ items: readonly unknown[] }>(
            `/api/sessions?room=${handle}&open=true`,
          )
          return items.length === 0 && ['watching', 'off', 'cooldown'].includes(state)
        },
        60_000,
      )
    }
    expect(await house.product.end('SIGTERM')).toMatchObject({ code: 0 })
    expect(house.product.output).not.toMatch(/FATAL|failed/)

    await withDatabase(house.product.dataDir, async (copy) => {
      expect(await wrongIn(copy), `seed ${SEED}`).toEqual([])
      const truth = new Map(house.tiktok.truth.entries().map((entry) => [entry.msgId, entry]))
      const events = await copy.rows(
        `SELECT CAST(e.msg_id AS TEXT) AS id, s.broadcast_id AS broadcast, s.handle AS handle, s.id AS session
         FROM events e JOIN sessions s ON s.no = e.id >> 26 WHERE e.msg_id > 0`,
      )
      const strayed = events.filter(
        ({ id, broadcast, handle }) =>
          truth.get(String(id))?.broadcastId !== broadcast || truth.get(String(id))?.handle !== handle,
      )
      expect(strayed, `seed ${SEED}`).toEqual([])
      const poison = await copy.rows('SELECT CAST(msg_id AS TEXT) AS id FROM poison')
      const kept = new Set([...events, ...poison].map(({ id }) => String(id)))
      expect(
        chaos.acked().filter((id) => !kept.has(id)),
        `seed ${SEED}`,
      ).toEqual([])
      expect(chaos.acked().length).toBeGreaterThan(500)

      // A broadcast that said its end is not begun again while pages may lag behind, not by another process either.
      const again = await copy.rows(
        `SELECT a.handle AS handle, a.id AS ended, b.id AS again, b.opened_at - a.archived_at AS afterMs,
           (SELECT count(*) FROM journal j WHERE j.name = 'server.started' AND j.at BETWEEN a.archived_at AND b.opened_at)
           AS boots
         FROM sessions a JOIN sessions b ON a.room_id = b.room_id AND b.no > a.no
         WHERE a.broadcast_id = b.broadcast_id AND a.end_reason IN ('stream_end', 'stream_suspended')
         AND b.opened_at - a.archived_at < 55000`,
      )
      const { length } = await copy.rows('SELECT DISTINCT end_reason FROM sessions')
      expect(length).toBeGreaterThan(2)
      expect(again, `seed ${SEED}`).toEqual([])
    })
  }, 600_000)
})

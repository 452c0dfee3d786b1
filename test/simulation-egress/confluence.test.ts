import * as fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { attemptsOf, egressesOf } from './oracle.ts'
import { judgeAtRest } from './oracle-at-rest.ts'
import { accept, goLive, jobOf, open, ROOM } from './plays.ts'
import type { Studio } from './studio.ts'

let studio: Studio
afterEach(() => studio.close())

/** Longer than two polls and than a recovery is waited for. */
const LOOKED_MS = 45_000

/** What happens to one that is on air while nobody is told of it. */
const STORIES: Readonly<Record<string, () => void>> = {
  dropped: () => {
    jobOf(studio, 'youtube').drop()
    studio.time.advance(6_000)
  },
  stopped: () => {
    accept(studio, 'stop', ['youtube'])
    studio.time.advance(2_000)
  },
  ended: () => {
    jobOf(studio, 'youtube').end('failed', 503, 'connection closed remotely', 'End reason: Failure')
    studio.time.advance(500)
  },
  'stopped by another': () => {
    jobOf(studio, 'youtube').stop()
    studio.time.advance(500)
  },
}

const rows = () => ({
  egresses: egressesOf(studio).map(({ platform, state, desired, lk_egress_id: id, error_code: code }) =>
    [platform, state, desired, id, code].join(' '),
  ),
  attempts: attemptsOf(studio).map(
    ({ no, lk_egress_id: id, lk_status: status, error_code: code, ended_at: at }) =>
      [no, id, status, code, at === null ? 'open' : 'over'].join(' '),
  ),
})

describe('webhooks', () => {
  for (const [name, happens] of Object.entries(STORIES)) {
    it(`S20: in any order, lost or doubled, end in the same rows after a poll (${name})`, () => {
      /** Which are delivered, in this order, while LiveKit cannot be asked; then it can. */
      const tell = (order: readonly number[]) => {
        studio = open()
        studio.livekit.webhooks.mood = 'held'
        goLive(studio, ROOM, ['youtube'])
        studio.time.advance(10_000)
        studio.livekit.list = 'hanging'
        happens()
        const { held } = studio.livekit.webhooks
        const chosen = order.map((index) => held[index % held.length]!)
        studio.livekit.webhooks.release(chosen)
        studio.time.advance(5)
        studio.livekit.list = 'ok'
        studio.livekit.webhooks.mood = 'lost'
        studio.time.advance(LOOKED_MS)
        const told = rows()
        judgeAtRest(studio)
        studio.close()
        return told
      }
      const polled = tell([])
      expect(polled.attempts.length).toBeGreaterThan(0)
      fc.assert(
        fc.property(fc.array(fc.nat(11), { maxLength: 12 }), (order) => {
          expect(tell(order)).toEqual(polled)
        }),
        { numRuns: 40 },
      )
      studio = open()
    })
  }
})

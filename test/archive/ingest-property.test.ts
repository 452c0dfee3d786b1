// Any sequence of frames, repeats, replays, broken messages, commits and lost answers: what is stored is the set of
// what was sent, and what is counted adds up.

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { startBench } from '../_support/archive-ingest.ts'
import { buildFrame } from '../_support/tiktok/frames.ts'
import { person } from '../_support/tiktok/ids.ts'
import { chat, gift, like, viewers, type Message } from '../_support/tiktok/messages.ts'

const ROSE = { id: '5655', name: 'Rose', diamonds: 7, combo: true }
const POOL = 24
const idOf = (n: number): string => String(7_300_000_000_000_000_000n + BigInt(n))

/** The n-th message of the pool, always the same one. */
const messageOf = (n: number): Message => {
  const head = { msgId: idOf(n), roomId: '1', at: 1_700_000_000_000 + n }
  switch (n % 4) {
    case 0:
      return chat(head, person(n), `message ${n}`)
    case 1:
      return like(head, person(n), n, 1_000)
    case 2:
      return viewers(head, n * 10, 5_000)
    default:
      return gift(head, person(n % 3), ROSE, { repeat: n, group: String(1 + (n % 2)), final: n % 5 === 0 })
  }
}
const BROKEN: Message = { method: 'WebcastChatMessage', msgId: '0', payload: Uint8Array.from([0x0a, 0xff]) }

type Step =
  | {
      readonly do: 'frame'
      readonly messages: readonly number[]
      readonly history: boolean
      readonly broken: boolean
    }
  | { readonly do: 'commit' }
  /** The commit is done, its answer is lost, and it is run again. */
  | { readonly do: 'commit twice' }
  | { readonly do: 'garbage' }

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('frame' as const),
      messages: fc.array(fc.nat(POOL - 1), { minLength: 1, maxLength: 6 }),
      history: fc.boolean(),
      broken: fc.boolean(),
    }),
  },
  { weight: 2, arbitrary: fc.constant({ do: 'commit' as const }) },
  { weight: 1, arbitrary: fc.constant({ do: 'commit twice' as const }) },
  { weight: 1, arbitrary: fc.constant({ do: 'garbage' as const }) },
)

describe('the ingest', () => {
  it('stores the set of what was sent, and received = stored + duplicates + poison, whatever happens between', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), async (steps) => {
        const bench = await startBench()
        try {
          await bench.session(1)
          const sent = new Set<number>()
          let [received, poison, frames] = [0, 0, 0]
          for (const one of steps) {
            if (one.do === 'frame') {
              const messages = [...one.messages.map(messageOf), ...(one.broken ? [BROKEN] : [])]
              bench.frame(1, buildFrame(messages, { history: one.history, gzip: false }).bytes, { at: 1 })
              for (const n of one.messages) sent.add(n)
              received += messages.length
              poison += one.broken ? 1 : 0
              frames += 1
            } else if (one.do === 'garbage') {
              bench.frame(1, Uint8Array.from([0xff, 0xff]))
              received += 1
              poison += 1
              frames += 1
            } else {
              const units = bench.take()
              if (units.length > 0) await bench.commitUnits(units)
              if (units.length > 0 && one.do === 'commit twice') await bench.commitUnits(units)
            }
          }
          await bench.commit()
          const all = [...sent]
          const most = new Map<string, number>()
          for (const n of all.filter((n) => n % 4 === 3)) {
            const streak = `${n % 3} ${n % 2}`
            most.set(streak, Math.max(most.get(streak) ?? 0, n))
          }
          const seen = all.filter((n) => n % 4 === 2).map((n) => n * 10)
          const stored = await bench.rows('SELECT CAST(msg_id AS TEXT) AS id FROM events')
          expect(new Set(stored.map((row) => row['id']))).toEqual(new Set(all.map(idOf)))
          expect(await bench.row('SELECT * FROM sessions')).toMatchObject({
            frames,
            received,
            poison,
            event_count: all.length,
            duplicates: received - poison - all.length,
            chats: all.filter((n) => n % 4 === 0).length,
            likes: all.filter((n) => n % 4 === 1).reduce((sum, n) => sum + n, 0),
            gifts: all.filter((n) => n % 4 === 3).length,
            gift_value: [...most.values()].reduce((sum, count) => sum + count * ROSE.diamonds, 0),
            viewers_peak: Math.max(0, ...seen),
            viewers_sum: seen.reduce((sum, count) => sum + count, 0),
            viewers_samples: seen.length,
          })
          expect(await bench.row('SELECT count(*) AS n FROM poison')).toEqual({ n: poison })
          const counted = bench.said.findLast((one) => one.type === 'counted')
          const session = await bench.row('SELECT event_count, gift_value FROM sessions')
          if (counted !== undefined && frames > 0) {
            const [, counters] = counted.sessions[0]!
            expect(counters.events).toBeLessThanOrEqual(Number(session['event_count']))
          }
          // What no frame was there for has no events either.
          const orphans =
            'SELECT count(*) AS n FROM events e LEFT JOIN frames f ON f.id = e.frame_id WHERE f.id IS NULL'
          expect(await bench.row(orphans)).toEqual({ n: 0 })
        } finally {
          bench.close()
        }
      }),
      { numRuns: 200 },
    )
  })
})

// Gifts as streaks, on the table of what TikTok sends: repeat counts that rise with gaps, a final frame that
// repeats the last count, frames out of order, gifts that are no streak.

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startBench, type Bench } from '../_support/archive-ingest.ts'
import { head } from '../_support/archive.ts'
import { buildFrame } from '../_support/tiktok/frames.ts'
import { person } from '../_support/tiktok/ids.ts'
import { chat, gift, type GiftKind, type Message } from '../_support/tiktok/messages.ts'

const ROSE: GiftKind = { id: '5655', name: 'Rose', diamonds: 1, combo: true }
const GALAXY: GiftKind = { id: '11046', name: 'Galaxy', diamonds: 1_000, combo: false }
const START = 1_700_000_000_000

let bench: Bench
beforeEach(async () => {
  bench = await startBench()
  await bench.session(1)
})
afterEach(() => bench.close())

const rose = (who: number, group: string, repeat: number, final = false): Message =>
  gift(head(), person(who), ROSE, { repeat, group, final })

const galaxy = (): Message => gift(head(), person(1), GALAXY, { repeat: 1, group: '0', final: false })

/** One frame a batch, a second apart, or as far apart as `at` says. */
const send = async (
  messages: readonly Message[],
  at: (index: number) => number = (index) => START + index * 1_000,
) => {
  for (const [index, message] of messages.entries()) {
    bench.frame(1, buildFrame([message]).bytes, { at: at(index) })
    await bench.commit()
  }
}
const streaks = () =>
  bench.rows(
    'SELECT CAST(group_id AS TEXT) AS "group", value, count, frames, closed_by FROM gifts ORDER BY first_at',
  )
const session = () => bench.row('SELECT gifts, gift_value FROM sessions')

describe('a gift streak', () => {
  it.each([
    [
      'rises with gaps and ends',
      [[1], [3], [4], [4, true]],
      { count: 4, frames: 4, closed_by: 'repeat_end' },
    ],
    [
      '13 to 23 in six frames',
      [[13], [15], [17], [21], [22], [23]],
      { count: 23, frames: 6, closed_by: null },
    ],
    ['arrives out of order', [[3], [1], [2]], { count: 3, frames: 3, closed_by: null }],
    ['is a single one', [[1, true]], { count: 1, frames: 1, closed_by: 'repeat_end' }],
    ['goes on after its end was said', [[2, true], [5]], { count: 5, frames: 2, closed_by: 'repeat_end' }],
  ] as const)('that %s counts once, at its highest', async (_, frames, expected) => {
    await send(frames.map(([repeat, final]) => rose(1, '1696447170769', repeat, final)))
    expect(await streaks()).toEqual([{ group: '1696447170769', value: 1, ...expected }])
    expect(await session()).toEqual({ gifts: frames.length, gift_value: expected.count })
  })

  it('is one person, one gift and one group: others stand beside it', async () => {
    await send([rose(1, '11', 2), rose(2, '11', 3), rose(1, '12', 4), rose(1, '11', 5, true)])
    expect(await streaks()).toMatchObject([{ count: 5 }, { count: 3 }, { count: 4 }])
    expect(await session()).toEqual({ gifts: 4, gift_value: 12 })
  })

  it('counts the same whether its frames come in one batch or in many', async () => {
    const frames = [1, 3, 7, 12].map((repeat) => rose(1, '11', repeat))
    bench.frame(1, buildFrame(frames.slice(0, 3)).bytes, { at: START })
    bench.frame(1, buildFrame([frames[3]!, rose(1, '11', 12, true)]).bytes, { at: START + 1 })
    expect(await bench.commit()).toBe(1)
    expect(await streaks()).toEqual([
      { group: '11', value: 1, count: 12, frames: 5, closed_by: 'repeat_end' },
    ])
    expect(await session()).toEqual({ gifts: 5, gift_value: 12 })
  })

  it('is not counted again when history repeats its frames', async () => {
    const frames = [rose(1, '11', 2), rose(1, '11', 6, true)]
    await send(frames)
    bench.frame(1, buildFrame(frames, { history: true }).bytes)
    await bench.commit()
    expect(await streaks()).toMatchObject([{ count: 6, frames: 2 }])
    expect(await session()).toEqual({ gifts: 2, gift_value: 6 })
  })

  it('is over after 30 s of silence, and open again when it goes on after all', async () => {
    await send([rose(1, '11', 2)])
    bench.frame(1, buildFrame([chat(head(), person(3), 'still here')]).bytes, { at: START + 29_000 })
    await bench.commit()
    expect(await streaks()).toMatchObject([{ closed_by: null }])
    bench.frame(1, buildFrame([chat(head(), person(3), 'still here')]).bytes, { at: START + 35_000 })
    await bench.commit()
    expect(await streaks()).toMatchObject([{ closed_by: 'timeout' }])
    await send([rose(1, '11', 9)], () => START + 40_000)
    expect(await streaks()).toMatchObject([{ count: 9, closed_by: null }])
    expect(await session()).toEqual({ gifts: 2, gift_value: 9 })
  })

  it('a gift without a group stands alone and is closed at once', async () => {
    await send([galaxy(), galaxy()])
    expect(await streaks()).toMatchObject([
      { value: 1_000, count: 1, closed_by: 'repeat_end' },
      { value: 1_000, count: 1, closed_by: 'repeat_end' },
    ])
    expect(await session()).toEqual({ gifts: 2, gift_value: 2_000 })
    expect(await bench.row('SELECT name, handle FROM gifts LIMIT 1')).toEqual({
      name: 'Galaxy',
      handle: 'viewer.1',
    })
  })

  it('a batch that is run again, or recounted because some of it was there, adds nothing', async () => {
    bench.frame(1, buildFrame([rose(1, '11', 2), rose(1, '11', 3)]).bytes, { at: START })
    const units = bench.take()
    await bench.commitUnits(units)
    await bench.commitUnits(units)
    expect(await streaks()).toMatchObject([{ count: 3, frames: 2 }])
    expect(await session()).toEqual({ gifts: 2, gift_value: 3 })
  })

  it.each([false, true])(
    'of absurd size is cut, and the value stays a whole number (recounted: %s)',
    async (again) => {
      const absurd: GiftKind = { id: '1', name: 'Absurd', diamonds: 2 ** 31 - 1, combo: true }
      const given = ['7', '8', '9'].map((group) =>
        gift(head(), person(1), absurd, { repeat: 2 ** 31 - 1, group, final: true }),
      )
      if (again) {
        // A message that another session of the room has: this batch is counted by the database.
        await bench.session(2)
        bench.frame(2, buildFrame(given.slice(0, 1)).bytes)
        await bench.commit()
      }
      bench.frame(1, buildFrame(given).bytes)
      await bench.commit()
      const row = await bench.row('SELECT gift_value, typeof(gift_value) AS type FROM sessions WHERE no = 1')
      expect(row).toEqual({ gift_value: (again ? 2 : 3) * 2 ** 40, type: 'integer' })
      expect(await bench.row('SELECT max(amount) AS amount, max(value) AS value FROM events')).toEqual({
        amount: 2 ** 20,
        value: 2 ** 20,
      })
    },
  )
})

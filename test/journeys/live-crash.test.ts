// The process is interrupted while rooms are on air: interrupting is letting go. What runs goes on, and the next
// boot takes it over without starting anything twice.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openStudio, PLATFORMS, type LiveView, type Studio } from '../_support/product-studio.ts'

const ROOMS = ['one', 'two', 'three', 'four']

const starts = ({ livekit }: Studio) => livekit.truth.callsOf('StartEgress').length
const egressIds = ({ platforms }: LiveView) => PLATFORMS.map((platform) => platforms[platform]?.egress_id)

/** The ids of the eight egresses, once all of them are live. */
const allLive = async (studio: Studio): Promise<readonly (string | null | undefined)[]> => {
  const views = await studio.house.until('eight egresses being live', async () => {
    const all = await Promise.all(ROOMS.map((room) => studio.status(room)))
    const live = all.every(({ platforms }) =>
      PLATFORMS.every((platform) => platforms[platform]?.state === 'live'),
    )
    return live ? all : null
  })
  return views.flatMap(egressIds)
}

describe('interrupting with four rooms on two platforms', () => {
  let studio: Studio
  let before: readonly (string | null | undefined)[]
  beforeAll(async () => {
    studio = await openStudio()
    await Promise.all(ROOMS.map((room) => studio.add(room)))
    await Promise.all(ROOMS.map((room) => studio.start(room)))
    before = await allLive(studio)
  })
  afterAll(() => studio.close())

  it('L18: kill -9: eight adopted, nothing started, right within a second of the first poll', async () => {
    expect(new Set(before)).toHaveLength(8)
    await studio.product.kill()
    expect(studio.livekit.truth.running()).toHaveLength(8)
    const killedAt = Date.now()
    await studio.product.start()
    const bootedAt = Date.now()
    expect(await allLive(studio)).toEqual(before)
    const views = await Promise.all(ROOMS.map((room) => studio.status(room)))
    const rightAt = Math.max(
      ...views.flatMap(({ platforms }) => Object.values(platforms).map(({ since }) => since)),
    )
    const poll = studio.livekit.truth.callsOf('ListEgress').find(({ at }) => at > killedAt)
    // Where the machine is so busy that booting alone takes long, a second is as long as that.
    expect(rightAt - (poll?.at ?? 0)).toBeLessThan(Math.max(1_000, (bootedAt - killedAt) / 2))
    expect(starts(studio)).toBe(8)
    expect(studio.livekit.truth.callsOf('StopEgress')).toEqual([])
    expect(studio.livekit.platform('youtube').publishers).toHaveLength(4)
  })

  it('P01 S18: SIGTERM leaves everything running, and the next boot has it again', async () => {
    expect(await studio.product.end('SIGTERM')).toMatchObject({ code: 0 })
    expect(studio.livekit.truth.running()).toHaveLength(8)
    await studio.product.start()
    expect(await allLive(studio)).toEqual(before)
    expect(starts(studio)).toBe(8)
    expect(studio.livekit.truth.callsOf('StopEgress')).toEqual([])
  })

  it('L20: what ended while nobody looked is started once more, and the rest is left as it is', async () => {
    await studio.product.kill()
    studio.livekit.egress(before[0] ?? '').fail()
    await studio.product.start()
    const after = await allLive(studio)
    expect(after.slice(1)).toEqual(before.slice(1))
    expect(after[0]).not.toBe(before[0])
    expect(starts(studio)).toBe(9)
    expect(studio.doubles).toEqual([])
    // And those that were adopted obey.
    await studio.stop('two')
    await studio.stopped('two')
    expect(studio.livekit.truth.running()).toHaveLength(6)
  })
})

describe('kill -9 in the middle of a command', () => {
  it('L19: what was wanted is started once, what was started is adopted, what was to stop is stopped', async ({
    onTestFinished,
  }) => {
    const studio = await openStudio()
    onTestFinished(() => studio.close())
    const { livekit, house, product } = studio
    for (const room of ['wanted', 'begun', 'ended']) await studio.add(room)
    await studio.start('ended')
    await studio.live('ended')

    const unsent = livekit.fault('StartEgress', { kind: 'hang', room: 'wanted' })
    const unheard = livekit.fault('StartEgress', { kind: 'hang', done: true, room: 'begun' })
    const unstopped = livekit.fault('StopEgress', { kind: 'hang', room: 'ended' })
    await Promise.all([
      studio.start('wanted', ['youtube']),
      studio.start('begun', ['youtube']),
      studio.stop('ended'),
    ])
    await house.until(
      'all four requests being on their way',
      () => unsent.fired() === 1 && unheard.fired() === 1 && unstopped.fired() >= 2,
    )
    await product.kill()
    livekit.clearFaults()
    expect(livekit.truth.running('wanted')).toEqual([])
    expect(livekit.truth.running('begun')).toHaveLength(1)
    expect(livekit.truth.running('ended')).toHaveLength(2)

    await product.start()
    const { egress_id: adopted } = await studio.reaches('begun', 'youtube', 'live')
    expect(livekit.truth.lives.find(({ room }) => room === 'begun')?.egressId).toBe(adopted)
    await studio.stopped('ended')
    expect(livekit.truth.running('ended')).toEqual([])
    // Only when it is sure that nothing came of the first request.
    await studio.reaches('wanted', 'youtube', 'live', 45_000)
    expect(livekit.truth.lives.map(({ room }) => room).sort()).toEqual(['begun', 'ended', 'ended', 'wanted'])
    expect(livekit.truth.callsOf('StartEgress', 'begun')).toHaveLength(1)
    expect(livekit.truth.callsOf('StartEgress', 'wanted')).toHaveLength(2)
  })
})

// The process is interrupted while rooms are on air: interrupting is letting go. What runs goes on, and the next
// boot takes it over without starting anything twice.

import { describe, expect, it, type TestContext } from 'vitest'
import { openStudio, PLATFORMS, type LiveView, type Studio } from '../_support/product-studio.ts'

const ROOMS = ['one', 'two', 'three', 'four']

const open = async ({ onTestFinished }: TestContext): Promise<Studio> => {
  const studio = await openStudio()
  onTestFinished(() => studio.close())
  return studio
}
const starts = ({ livekit }: Studio) => livekit.truth.callsOf('StartEgress').length
const egressIds = ({ platforms }: LiveView) => PLATFORMS.map((platform) => platforms[platform]?.egress_id)
const allLive = (studio: Studio, withinMs?: number): Promise<readonly LiveView[]> =>
  studio.house.until(
    'eight egresses being live',
    async () => {
      const views = await Promise.all(ROOMS.map((room) => studio.status(room)))
      const live = views.every(({ platforms }) =>
        PLATFORMS.every((platform) => platforms[platform]?.state === 'live'),
      )
      return live ? views : null
    },
    withinMs,
  )
/** Four rooms on two platforms; the ids of their egresses. */
const onAir = async (studio: Studio) => {
  await Promise.all(ROOMS.map((room) => studio.add(room)))
  await Promise.all(ROOMS.map((room) => studio.start(room)))
  return (await allLive(studio)).flatMap(egressIds)
}

describe('interrupting while on air', () => {
  it('L18: kill -9 with eight on air: eight adopted, nothing started, right within a second of the first poll', async (test) => {
    const studio = await open(test)
    const before = await onAir(studio)
    expect(new Set(before)).toHaveLength(8)
    await studio.product.kill()
    expect(studio.livekit.truth.running()).toHaveLength(8)
    const killedAt = Date.now()
    await studio.product.start()
    const views = await allLive(studio)
    const rightAt = Date.now()
    const poll = studio.livekit.truth.callsOf('ListEgress').find(({ at }) => at > killedAt)
    expect(rightAt - (poll?.at ?? 0)).toBeLessThan(1_000)
    expect(views.flatMap(egressIds)).toEqual(before)
    expect(starts(studio)).toBe(8)
    expect(studio.livekit.truth.callsOf('StopEgress')).toEqual([])
    expect(studio.livekit.platform('youtube').publishers).toHaveLength(4)
    await studio.stop('one')
    await studio.stopped('one')
    expect(studio.livekit.truth.running()).toHaveLength(6)
  })
})

describe.concurrent('interrupting, and what comes of it', () => {
  it('L20: what ended while nobody looked is started once more, and the rest is left as it is', async (test) => {
    const studio = await open(test)
    const before = await onAir(studio)
    await studio.product.kill()
    studio.livekit.egress(before[0] ?? '').fail()
    await studio.product.start()
    const views = await allLive(studio)
    const after = views.flatMap(egressIds)
    expect(after.slice(1)).toEqual(before.slice(1))
    expect(after[0]).not.toBe(before[0])
    expect(starts(studio)).toBe(9)
    expect(studio.doubles).toEqual([])
  })

  it('SIGTERM leaves everything running, and the next boot has it again', async (test) => {
    const studio = await open(test)
    const before = await onAir(studio)
    expect(await studio.product.end('SIGTERM')).toMatchObject({ code: 0 })
    expect(studio.livekit.truth.running()).toHaveLength(8)
    await studio.product.start()
    const views = await allLive(studio)
    expect(views.flatMap(egressIds)).toEqual(before)
    expect(starts(studio)).toBe(8)
    expect(studio.livekit.truth.callsOf('StopEgress')).toEqual([])
  })

  it('L19: kill -9 between what is wanted and StartEgress: it is started once', async (test) => {
    const studio = await open(test)
    await studio.add('one')
    const hang = studio.livekit.fault('StartEgress', { kind: 'hang' })
    await studio.start('one', ['youtube'])
    await studio.house.until('the request being on its way', () => hang.fired() === 1)
    await studio.product.kill()
    hang.clear()
    expect(studio.livekit.truth.lives).toEqual([])
    await studio.product.start()
    await studio.reaches('one', 'youtube', 'live', 45_000)
    expect(studio.livekit.truth.lives).toHaveLength(1)
  })

  it('L19: kill -9 between StartEgress and its answer: what runs is adopted', async (test) => {
    const studio = await open(test)
    await studio.add('one')
    const hang = studio.livekit.fault('StartEgress', { kind: 'hang', done: true })
    await studio.start('one', ['youtube'])
    await studio.house.until('the request being carried out', () => hang.fired() === 1)
    await studio.product.kill()
    hang.clear()
    await studio.product.start()
    const { egress_id: id } = await studio.reaches('one', 'youtube', 'live')
    expect(studio.livekit.truth.lives.map(({ egressId }) => egressId)).toEqual([id])
    expect(starts(studio)).toBe(1)
  })

  it('a stop that was interrupted is carried out by the next boot', async (test) => {
    const studio = await open(test)
    await studio.add('one')
    await studio.start('one')
    await studio.live('one')
    const lost = studio.livekit.fault('StopEgress', { kind: 'hang' })
    await studio.stop('one')
    await studio.house.until('both stops being on their way', () => lost.fired() === 2)
    await studio.product.kill()
    lost.clear()
    expect(studio.livekit.truth.running()).toHaveLength(2)
    await studio.product.start()
    await studio.house.until('nothing running any more', () => studio.livekit.truth.running().length === 0)
    await studio.stopped('one')
    expect(starts(studio)).toBe(2)
  })
})

// The console in front of many rooms, one of them busy for a minute: everything stays in reach, what happens is
// seen, and no more is drawn than what is in view.

import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openHouse, type House } from '../_support/product-house.ts'
import { person } from '../_support/tiktok/standin.ts'
import { runScript, type Running } from '../_support/tiktok/script.ts'
import { buildConsole } from './stage.ts'
import { visit, type Visit } from './visit.ts'

const MANY = 300
const EVENTS_PER_SECOND = 400
const MINUTE_MS = 60_000
/** What may be drawn of a list, however long it is. */
const LINES_DRAWN_MAX = 120

let house: House
let v: Visit
let running: Running
let begun: number
beforeAll(async () => {
  buildConsole()
  house = await openHouse()
  const handles = Array.from({ length: MANY }, (_, index) => `many.${String(index).padStart(3, '0')}`)
  for (const handle of handles) house.tiktok.creator(handle)
  await house.product.post('/api/rooms', { handles, monitor: false })
  const creator = await house.record('busy.room')
  const share = EVENTS_PER_SECOND / 4
  begun = performance.now()
  running = runScript(creator, {
    chatsPerSecond: share * 2,
    likesPerSecond: share,
    joinsPerSecond: share,
    seed: 1,
  })
  v = await visit(house.product)
})
afterAll(async () => {
  running?.stop()
  await v?.close()
  await house?.close()
})

const row = (handle: string) => v.page.locator('[data-room]').filter({ hasText: `@${handle}` })
const lines = () => v.page.locator('.line')
const lastLine = () => lines().last().textContent()
const stored = async (): Promise<number> => (await house.room('busy.room')).session?.counters.events ?? 0

describe('300 rooms, and one with 400 events a second for a minute', () => {
  it('has every room in reach, and shows what happens to any of them', async () => {
    await v.open('/rooms')
    await row('busy.room').waitFor()
    await v.page.getByRole('tab', { name: new RegExp(`^All\\s*${MANY + 1}$`) }).waitFor()
    await row('many.299').scrollIntoViewIfNeeded()
    await house.product.post('/api/rooms/many.150/start')
    await v.page.getByPlaceholder('Find a room').fill('many.150')
    await row('many.150').getByText('watching').waitFor()
    expect(await v.page.locator('[data-room]').count()).toBe(1)
    await house.product.post('/api/rooms/many.150/stop')
    await row('many.150').getByText('cooldown').waitFor()
  })

  it('follows the busy one, draws only what is in view, and can be paused and searched meanwhile', async () => {
    await v.open('/rooms/busy.room')
    await lines().first().waitFor()
    for (let look = 0; look < 5; look += 1) {
      const before = await lastLine()
      await expect.poll(lastLine).not.toBe(before)
      expect(await lines().count()).toBeLessThan(LINES_DRAWN_MAX)
    }
    await v.page.getByRole('feed').focus()
    await v.page.keyboard.press('ArrowUp')
    const resume = v.page.getByRole('button', { name: /new lines · go on/ })
    await resume.waitFor()
    const held = await lastLine()
    await setTimeout(1_000)
    expect(await lastLine()).toBe(held)
    await resume.click()
    await expect.poll(lastLine).not.toBe(held)
    house.tiktok.creator('busy.room').say('a needle in the hay', person(7))
    await v.page.getByRole('searchbox').fill('needle')
    await v.page.getByRole('article').filter({ hasText: 'a needle in the hay' }).waitFor()
    await expect.poll(() => lines().count()).toBe(1)
    await v.page.getByRole('searchbox').fill('')
  })

  it('has, after the minute, the count that is on disk, which is what was sent', async () => {
    await setTimeout(Math.max(0, MINUTE_MS - (performance.now() - begun)))
    const made = running.made()
    running.stop()
    expect(made).toBeGreaterThan((EVENTS_PER_SECOND * MINUTE_MS) / 1_000 / 2)
    // Every single message, by its id.
    await house.stored('busy.room', await house.recording('busy.room'))
    expect(await stored()).toBeGreaterThan(made)
    const shown = v.page.locator('.figure').filter({ has: v.page.getByText('Events', { exact: true }) })
    const missing = async (): Promise<number> =>
      (await stored()) - Number((await shown.getAttribute('title'))?.replace(/\D/g, ''))
    await expect.poll(missing, { timeout: 30_000 }).toBe(0)
    expect(await lines().count()).toBeLessThan(LINES_DRAWN_MAX)
    expect(await v.axe()).toEqual([])
    expect(v.wrong).toEqual([])
  })
})

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openStudio, type Studio } from '../_support/product-studio.ts'
import { buildConsole } from './stage.ts'
import { visit, type Visit } from './visit.ts'

const HANDLE = 'machine.seen'

let studio: Studio
let v: Visit
beforeAll(async () => {
  buildConsole()
  studio = await openStudio({ env: { MANUAL_COOLDOWN_MS: '600000' } })
  await studio.house.record(HANDLE)
  v = await visit(studio.product)
})
afterAll(async () => {
  await v?.close()
  await studio?.close()
})

const active = (state: string) => v.page.locator(`.machine .node.is-active[data-state="${state}"]`)
const picture = () => v.page.getByRole('group', { name: 'The machine room' })
const chosen = () => v.page.locator('.story-line[aria-pressed="true"]')
const scale = async (): Promise<number> => {
  const transform = await v.page.locator('.canvas-picture > g').getAttribute('transform')
  return Number(/scale\(([\d.]+)\)/.exec(transform ?? '')?.[1])
}

describe('the page of machines', () => {
  it('shows where everybody is, in pictures and in tables', async () => {
    await v.open('/machines')
    await v.page.locator('.machine .node-count').first().waitFor()
    await v.page.getByRole('link', { name: new RegExp(HANDLE) }).waitFor()
    await v.page.getByText('As a table').click()
    await v.page.getByRole('table', { name: 'Every transition of room' }).waitFor()
    for (const machine of ['Outbound', 'Destination']) {
      await v.page.getByRole('tab', { name: machine }).click()
      await v.page.locator('.machine .node').first().waitFor()
    }
    expect(await v.axe()).toEqual([])
  })

  it('follows an actor: the state that it enters is lit, and the way it took', async () => {
    await v.open('/machines')
    await v.page.getByRole('link', { name: new RegExp(HANDLE) }).click()
    await active('live.receiving').waitFor()
    const { id } = await studio.house.room(HANDLE)
    // It glows for some seconds only, so whoever wants to see it looks before it is there.
    const lit = v.page.locator('.edge-lit').first().waitFor({ state: 'attached' })
    await studio.product.post(`/api/rooms/${id}/stop`, {})
    await Promise.all([lit, active('cooldown').waitFor()])
    await expect.poll(() => v.page.locator('.machine .edge-lit').count()).toBe(0)
    await v.shoot('machines-followed')
  })

  it('steps back and forward through what it did, by keyboard alone', async () => {
    const newest = (await chosen().textContent()) ?? ''
    expect(newest).toContain('archive done')
    await v.page.getByRole('slider').focus()
    await v.page.keyboard.press('ArrowLeft')
    await active('archiving.writing').waitFor()
    // A straight line has no area, which a browser's test calls hidden.
    await v.page.locator('.machine .edge.is-held').first().waitFor({ state: 'attached' })
    expect(await chosen().textContent()).not.toBe(newest)
    await v.page.keyboard.press('End')
    await active('cooldown').waitFor()
    await v.page.getByText('Following live').waitFor()
  })

  it('shows what an actor did at the moment that the address names', async () => {
    const { items } = await studio.product.get<{ items: { event: string | null; at: number }[] }>(
      `/api/machines/${HANDLE}/history`,
    )
    const connected = items.find(({ event }) => event === 'link.connected')
    await v.open(`/machines/${HANDLE}?at=${connected?.at ?? 0}`)
    await active('live.receiving').waitFor()
    expect(await chosen().textContent()).toContain('link.connected')
    await v.open(`/machines/${HANDLE}`)
    await active('cooldown').waitFor()
  })

  it('moves and zooms the picture by keyboard', async () => {
    await picture().focus()
    await v.page.keyboard.press('0')
    const before = await scale()
    await v.page.keyboard.press('+')
    expect(await scale()).toBeGreaterThan(before)
    await v.page.keyboard.press('ArrowRight')
    await v.page.keyboard.press('0')
    expect(await scale()).toBe(before)
  })

  it('says where events would lead, draws it, and changes nothing', async () => {
    const before = await studio.house.room(HANDLE)
    await v.page.getByLabel('Event to try').selectOption('room.start')
    await v.page.getByRole('button', { name: 'Send to a copy' }).click()
    await v.page.locator('.machine .node.is-ghost[data-state="watching"]').waitFor()
    await v.page.getByLabel('Event to try').selectOption('watch done')
    await v.page.getByRole('button', { name: 'And then' }).click()
    await v.page.locator('.machine .node.is-ghost[data-state="connecting"]').waitFor()
    expect(await v.page.locator('.trial-step').count()).toBe(2)
    expect(await v.axe()).toEqual([])
    await v.shoot('machines-what-if')
    expect((await studio.house.room(HANDLE)).state).toBe(before.state)
  })

  it('fits a phone in the dark, and says that an actor is gone', async () => {
    await v.page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' })
    await v.page.setViewportSize({ width: 360, height: 740 })
    await v.settled()
    expect(await v.overflow()).toBeLessThanOrEqual(0)
    expect(await v.axe()).toEqual([])
    await v.shoot('machines-360-dark')
    await v.open('/machines/rNobodyKnows')
    await v.page.getByText('This actor is not here any more.').waitFor()
  })

  it('says of an actor that is followed that it is gone, and keeps what it did', async () => {
    const { id } = await studio.house.add('machine.gone', { monitor: false })
    await v.open('/machines/machine.gone')
    await v.page.getByText('Following live').waitFor()
    await studio.product.ask(`/api/rooms/${id}`, { method: 'DELETE' })
    await v.page.getByText('This actor is not here any more.').waitFor()
    expect(await v.page.getByText('Following live').count()).toBe(0)
    expect(await v.page.locator('.story-line').count()).toBeGreaterThan(0)
    expect(v.wrong).toEqual([])
  })
})

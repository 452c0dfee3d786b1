// The pages of a session as a person uses them: the tape by keyboard, one event in full, the receipt, what is joined
// into it, what a rename would do.

import { setTimeout } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freePort } from '../_support/free-port.ts'
import { openHouse, type House } from '../_support/product-house.ts'
import { person } from '../_support/tiktok/standin.ts'
import { LEAST_MS } from '../../web/src/pages/session/brush.ts'
import { buildConsole } from './stage.ts'
import { visit, type Visit } from './visit.ts'

const LONG = `\u202Ekeep \u200B<b>bold</b> ${'x'.repeat(10_000)}`
const LINES = 400

let house: House
let v: Visit
let archived: string
beforeAll(async () => {
  buildConsole()
  house = await openHouse({ env: { PORT: String(await freePort()) } })
  const creator = house.tiktok.creator('tape.room')
  creator.goLive()
  // Part of the answer to the connect: at the very beginning of the session.
  creator.say(LONG, person(1))
  await house.add('tape.room')
  await house.recording('tape.room')
  creator.seen(77)
  for (let n = 1; n <= LINES; n += 1) creator.say(`told ${n}`, person(n % 9))
  creator.gift(person(2), '5655', { repeat: 5, final: true })
  await house.stored('tape.room', (await house.room('tape.room')).session?.id ?? '')
  await creator.mishaps.dropHard()
  await house.tiktok.watched('tape.room')
  // The shortest stretch that can be brushed is a second: what is not in the first one comes well after it.
  await setTimeout(2 * LEAST_MS)
  creator.say('after the gap', person(3))
  await house.stored('tape.room', (await house.room('tape.room')).session?.id ?? '')
  creator.end()
  const [session] = await house.archived('tape.room')
  archived = session?.id ?? ''
  await house.add('other.room')
  v = await visit(house.product)
})
afterAll(async () => {
  expect(v?.wrong).toEqual([])
  await v?.close()
  await house?.close()
})

const lines = () => v.page.locator('.line')
const line = (text: string) => v.page.getByRole('article').filter({ hasText: text })
const focused = () => v.page.evaluate<string>('document.activeElement.textContent')

describe('the page of a session', () => {
  it('shows how it ended, where it has a gap, and a receipt that adds up', async () => {
    await v.open(`/sessions/${archived}`)
    await v.page.getByText('It ended because TikTok said that the broadcast ended.').waitFor()
    await expect.poll(() => v.page.locator('.tape-gap').count()).toBe(1)
    const receipt = v.page.getByRole('region', { name: 'Receipt' })
    await receipt.getByText('It adds up.').waitFor()
    const numbers = (await receipt.locator('dd').allTextContents()).slice(0, 4)
    const [stored, duplicates, poison, received] = numbers.map((text) => Number(text.replace(/\D/g, '')))
    expect((stored ?? 0) + (duplicates ?? 0) + (poison ?? 0)).toBe(received)
    expect(received).toBeGreaterThan(LINES)
  })

  it('offers every format with the size it will about have', async () => {
    const asked = () => v.requests.filter((request) => request.url().endsWith('/exports')).length
    const before = asked()
    await v.page.getByRole('button', { name: 'Export' }).click()
    // As much as there is when somebody looks.
    await expect.poll(asked).toBeGreaterThan(before)
    const items = v.page.getByRole('menuitem')
    await items.first().waitFor()
    const texts = await items.allTextContents()
    expect(texts.length).toBeGreaterThanOrEqual(11)
    for (const text of texts) expect(text).toMatch(/about [\d.]+ [kM]?B/)
    await v.page.keyboard.press('Escape')
  })

  it('is brushed with the keyboard alone: address, feed and numbers are of that stretch, and let go again', async () => {
    const slider = v.page.getByRole('slider')
    await slider.focus()
    await v.page.keyboard.press('Home')
    await v.page.waitForURL(/from=/)
    await line('<b>bold</b>').waitFor()
    const search = v.page.getByRole('searchbox', { name: 'Search words' })
    await search.fill('after the gap')
    await v.page.getByText('No event fits the filter.').waitFor()
    expect(await slider.getAttribute('aria-valuetext')).toMatch(/ to /)
    await slider.focus()
    await v.page.keyboard.press('Escape')
    await line('after the gap').waitFor()
    expect(await v.page.evaluate('location.search')).toBe('')
    expect(await slider.getAttribute('aria-valuetext')).toBe('The whole session')
    await search.fill('')
    await line('<b>bold</b>').waitFor()
  })

  it('keeps what was chosen when the browser takes the pointer to scroll with', async () => {
    const slider = v.page.getByRole('slider')
    const box = await slider.boundingBox()
    if (box === null) throw new Error('there is no tape')
    const half = box.x + box.width / 2
    await v.page.mouse.move(box.x + 3, box.y + box.height / 2)
    await v.page.mouse.down()
    await v.page.mouse.move(half, box.y + box.height / 2)
    await expect.poll(() => slider.getAttribute('aria-valuetext')).toMatch(/ to /)
    await slider.dispatchEvent('pointercancel', { clientX: half })
    await v.page.mouse.up()
    await expect.poll(() => slider.getAttribute('aria-valuetext')).toBe('The whole session')
    expect(await v.page.evaluate('location.search')).toBe('')
  })

  it('opens a line with Enter, shows all of a long hostile text as text, and gives the focus back', async () => {
    await v.page.getByRole('feed').focus()
    await v.page.keyboard.press('Home')
    await expect.poll(() => v.page.locator('.line:focus').count()).toBe(1)
    // The last line there is, of those that were read, is not drawn while the first is looked at: the focus follows.
    await v.page.keyboard.press('End')
    await v.page
      .locator('.line:focus')
      .filter({ hasText: /told \d{3}/ })
      .waitFor()
    // A line that is scrolled away leaves the focus to the list, or the keys would do nothing.
    await v.page.evaluate(`document.querySelector('[role=feed]').scrollTop = 0`)
    await v.page.locator('[role=feed]:focus').waitFor()
    await v.page.keyboard.press('Home')
    await v.page.locator('.line:focus').and(lines().first()).waitFor()
    for (let n = 0; n < 9 && !(await focused()).includes('<b>bold</b>'); n += 1) {
      await v.page.keyboard.press('ArrowDown')
    }
    await v.page.keyboard.press('Enter')
    const sheet = v.page.getByRole('dialog')
    await sheet.getByRole('button', { name: /Show all 10,\d+ characters/ }).click()
    const text = await sheet.locator('.event-text').textContent()
    expect(text).toContain('⟨U+202E⟩keep ⟨U+200B⟩<b>bold</b>')
    expect(text?.length).toBeGreaterThan(10_000)
    expect(await sheet.locator('b').count()).toBe(0)
    await sheet.getByRole('button', { name: 'Show the bytes' }).click()
    await sheet
      .getByText(/WebcastChatMessage/)
      .last()
      .waitFor()
    await v.page.keyboard.press('Escape')
    await sheet.waitFor({ state: 'detached' })
    expect(await focused()).toContain('<b>bold</b>')
  })

  it('steps through what happened, and says what the room did then', async () => {
    await v.page.locator('.tape-mark[tabindex="0"]').focus()
    await v.page.keyboard.press('End')
    await v.page.keyboard.press('Enter')
    const fact = v.page.locator('.fact')
    await fact.waitFor()
    const last = await fact.locator('h3').textContent()
    await fact.getByRole('button', { name: 'Before' }).click()
    await expect.poll(() => fact.locator('h3').textContent()).not.toBe(last)
  })
})

describe('what is joined into a session that somebody looks at', () => {
  it('is there by itself with its events and numbers, and is gone when that is undone', async () => {
    const creator = await house.record('parts.room')
    const before = await house.tiktok.watched('parts.room')
    const into = await house.recording('parts.room')
    creator.say('the first part', person(1))
    await house.stored('parts.room', into)
    await house.product.post('/api/rooms/parts.room/end-session')
    await house.until('another viewer', () =>
      house.tiktok.viewers.some((one) => one !== before && one.handle === 'parts.room' && one.entered),
    )
    for (const n of [1, 2, 3]) creator.say('the second part', person(n))
    creator.end()
    const from = (await house.archived('parts.room', 2))[1]?.id
    await v.open(`/sessions/${into}`)
    await v.page.getByRole('tab', { name: 'Chatters' }).click()
    const people = () => v.page.getByRole('region', { name: 'Leaderboards' }).getByRole('row').count()
    const second = () => line('the second part').count()
    await expect.poll(people).toBe(2)
    await line('the first part').waitFor()
    expect(await second()).toBe(0)
    const merge = (body: object) =>
      house.product.post<{ readonly logId: number }>('/api/maintenance/merge', body)
    const { logId } = await merge({ what: 'sessions', into, from: [from] })
    await v.page.getByText('With 1 session merged into it').waitFor()
    await expect.poll(second).toBe(3)
    await expect.poll(people).toBe(4)
    await merge({ what: 'undo', logId })
    await expect.poll(second).toBe(0)
    await expect.poll(people).toBe(2)
  })
})

describe('a rename and a merge', () => {
  it('say what they would do before anything is done', async () => {
    await v.open('/rooms/other.room')
    const choose = async (name: string) => {
      await v.page.getByRole('button', { name: 'More', exact: true }).click()
      await v.page.getByRole('menuitem', { name, exact: true }).click()
    }
    await choose('Rename')
    const dialog = v.page.getByRole('dialog')
    await dialog.getByRole('textbox').fill('@tape.room')
    await dialog.getByText('@tape.room is a room already').waitFor()
    await dialog.getByRole('button', { name: 'Merge instead' }).click()
    await dialog.getByText('@other.room is removed; @tape.room keeps everything.').waitFor()
    expect((await house.room('other.room')).handle).toBe('other.room')
    await v.page.keyboard.press('Escape')
    await choose('Rename')
    await dialog.getByRole('textbox').fill('@new.name')
    await dialog.getByText('From now on TikTok is asked for @new.name.').waitFor()
    house.tiktok.creator('new.name')
    await dialog.getByRole('textbox').press('Enter')
    await v.page.waitForURL(/\/rooms\/new\.name$/)
    expect((await house.room('new.name')).handle).toBe('new.name')
  })
})

it('sessions are found by room and reason, and lead to their page', async () => {
  await v.open('/sessions?q=tape.room')
  await v.page.getByRole('link', { name: '@tape.room' }).waitFor()
  expect(await v.page.getByRole('row').count()).toBe(2)
  await v.page.getByLabel('Ended because').selectOption('trouble')
  await v.page.getByText('No session fits').waitFor()
  await v.page.getByRole('button', { name: 'Show all' }).first().click()
  await v.page.getByRole('link', { name: '@parts.room' }).first().click()
  await v.page.getByRole('heading', { name: /@parts.room/ }).waitFor()
})

it('what was asked for with one filter gets into no other list', async () => {
  const items = await house.sessions('tape.room')
  const listed = (newest: number) =>
    Array.from({ length: 50 }, (_, index) => ({ ...items[0], id: `s${newest - index}` }))
  const late = Promise.withResolvers<void>()
  const lists = /\/api\/sessions\?/
  await v.page.route(lists, async (route) => {
    const query = new URL(route.request().url()).searchParams
    if (!query.has('cursor')) {
      const isOpen = query.get('open') === 'true'
      return route.fulfill({ json: isOpen ? { items, next: null } : { items: listed(1_100), next: 'c' } })
    }
    await late.promise
    return route.fulfill({ json: { items: listed(1_050), next: null } })
  })
  await v.open('/sessions')
  await v.page.getByRole('button', { name: 'Load more' }).click()
  await v.page.getByLabel('State').selectOption('open')
  await expect.poll(() => v.page.getByRole('row').count()).toBe(2)
  const answer = v.page.waitForResponse(/cursor=/)
  late.resolve()
  await (await answer).finished()
  await v.page.evaluate('new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))')
  expect(await v.page.getByRole('row').count()).toBe(2)
  await v.page.unroute(lists)
})

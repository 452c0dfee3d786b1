// What can be done to a room from its page and from the list, beside starting and stopping it.

import { createClient } from '@libsql/client/sqlite3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { databaseFile } from '../_support/product-database.ts'
import { freePort } from '../_support/free-port.ts'
import { openHouse, type House } from '../_support/product-house.ts'
import { person } from '../_support/tiktok/standin.ts'
import { buildConsole } from './stage.ts'
import { visit, type Visit } from './visit.ts'

interface Told {
  readonly monitor: boolean
  readonly displayName: string | null
  readonly state: string
}

let house: House
let v: Visit
beforeAll(async () => {
  buildConsole()
  house = await openHouse({ env: { PORT: String(await freePort()), MANUAL_COOLDOWN_MS: '600000' } })
  v = await visit(house.product)
})
afterAll(async () => {
  expect(v?.wrong).toEqual([])
  await v?.close()
  await house?.close()
})

const dialog = () => v.page.getByRole('dialog').last()
const told = (handle: string): Promise<Told> => house.product.get<Told>(`/api/rooms/${handle}`)
const choose = async (name: string): Promise<void> => {
  await v.page.getByRole('button', { name: 'More', exact: true }).click()
  await v.page.getByRole('menuitem', { name, exact: true }).click()
}
const statusFor = async (token: string, handle: string): Promise<number> => {
  const headers = { authorization: `Bearer ${token}` }
  return (await fetch(`${house.product.origin}/api/rooms/${handle}`, { headers })).status
}

describe('a room’s own page', () => {
  it('is watched and not watched by one choice', async () => {
    await house.add('to.watch', { monitor: false })
    await v.open('/rooms/to.watch')
    const sentence = () => v.page.locator('.diagnosis-sentence').textContent()
    const before = await sentence()
    await v.page.locator('.diagnosis summary').press('Enter')
    await choose('Watch')
    await house.until('being watched', async () => (await told('to.watch')).monitor)
    await house.reaches('to.watch', 'watching')
    await expect.poll(sentence, { timeout: 30_000 }).not.toBe(before)
    // What is read there goes on being read while the answer changes.
    expect(await v.page.locator('.diagnosis details[open]').count()).toBe(1)
    await choose('Do not watch')
    await house.until('not being watched', async () => !(await told('to.watch')).monitor)
    await house.reaches('to.watch', 'off')
  })

  it('stays the page of its room, also of what it sends out, when the handle is changed elsewhere', async () => {
    const { id } = await house.add('to.rename', { monitor: false })
    const names = ['to.rename', 'renamed.once', 'renamed.twice']
    for (const [index, place] of ['rooms', 'live'].entries()) {
      const [from = '', to = ''] = names.slice(index)
      await v.open(`/${place}/${from}`)
      if (place === 'rooms') await choose('Settings of the room')
      await house.product.post(`/api/rooms/${id}/rename`, { handle: to })
      await v.page.waitForURL(new RegExp(`/${place}/${to}$`))
      await v.page.locator('h1', { hasText: to }).waitFor()
      expect(await v.page.getByRole('dialog').count()).toBe(place === 'rooms' ? 1 : 0)
      await v.page.reload()
      await v.page.locator('h1', { hasText: to }).waitFor()
    }
  })

  it('is given a name, a proxy that is checked and never shown, and a new owner’s token, shown once', async () => {
    const { ownerToken: old = '' } = await house.add('to.set', { monitor: false })
    await v.open('/rooms/to.set')
    await choose('Settings of the room')
    await dialog().getByLabel('Name').fill('<i>Somebody</i>')
    await dialog().getByLabel('Proxy of its own').fill('gopher://user:hunter22@10.0.0.1:70')
    await dialog().getByRole('button', { name: 'Save' }).click()
    await dialog().locator('.field-error').first().waitFor()
    expect((await told('to.set')).displayName).toBe(null)
    await dialog().getByLabel('Proxy of its own').fill('http://user:hunter22@127.0.0.1:9')
    await dialog().getByRole('button', { name: 'New owner token' }).click()
    await dialog().getByText('Every earlier token of this room ends').waitFor()
    await dialog().getByRole('button', { name: 'New owner token' }).click()
    const token = await v.page.getByLabel('Shown this once').inputValue()
    expect(await statusFor(token, 'to.set')).toBe(200)
    expect(await statusFor(old, 'to.set')).toBe(401)
    await dialog().getByRole('button', { name: 'Save' }).click()
    await v.page.getByText('<i>Somebody</i>').waitFor()
    expect((await told('to.set')).displayName).toBe('<i>Somebody</i>')
    const all = (await v.page.content()) + (await (await house.product.request('/api/rooms/to.set')).text())
    expect(all).not.toContain('hunter22')
    expect(all).not.toContain(token)
    await choose('Settings of the room')
    await dialog().getByRole('button', { name: 'Use the server’s proxy' }).click()
    await v.page.getByText('The room uses the server’s proxy now').waitFor()
    await v.page.keyboard.press('Escape')
  })

  it('is removed after a question, and what was recorded stays', async () => {
    const creator = await house.record('to.remove')
    creator.say('kept', person(1))
    await house.stored('to.remove', await house.recording('to.remove'))
    creator.end()
    const [session] = await house.archived('to.remove')
    await v.open('/rooms/to.remove')
    await choose('Remove')
    await dialog()
      .getByText(/Sessions that were recorded stay/)
      .waitFor()
    await dialog().getByRole('button', { name: 'Remove' }).click()
    await v.page.getByRole('heading', { level: 1, name: 'Rooms' }).waitFor()
    expect((await house.product.request('/api/rooms/to.remove')).status).toBe(404)
    await v.open(`/sessions/${session?.id}`)
    await v.page.getByText('kept', { exact: true }).waitFor()
  })

  it('is merged into another one, whose page has its sessions then', async () => {
    const creator = await house.record('merge.from')
    creator.say('moved', person(2))
    creator.end()
    const [session] = await house.archived('merge.from')
    await house.add('merge.into', { monitor: false })
    await v.open('/rooms/merge.from')
    await choose('Merge into another room')
    await dialog().getByLabel('Into').selectOption({ label: '@merge.into' })
    await dialog().getByText('1 session moves over.').waitFor()
    expect(await house.sessions('merge.into')).toEqual([])
    await dialog().getByRole('button', { name: 'Merge', exact: true }).click()
    await v.page.waitForURL(/\/rooms\/merge\.into$/)
    expect((await house.sessions('merge.into')).map(({ id }) => id)).toEqual([session?.id])
    await v.page.locator(`a[href="/sessions/${session?.id}"]`).first().waitFor()
  })
})

/** Looked at until it is so. */
const soon = <T>(look: () => T | Promise<T>) => expect.poll(look, { timeout: 30_000 })
const bar = (name: string) => v.page.getByRole('toolbar').getByRole('button', { name, exact: true })
const rowOf = (handle: string) => v.page.locator('[data-room]').filter({ hasText: `@${handle}` })
const select = async (...handles: string[]): Promise<void> => {
  for (const handle of handles) await v.page.getByRole('checkbox', { name: `Select ${handle}` }).check()
  await v.page.getByText(`${handles.length} selected`).waitFor()
}
/** The room whose row has the focus, or something in it. */
const focused = (): Promise<string | null> =>
  v.page.evaluate("document.activeElement?.closest('[data-room]')?.dataset.room ?? null")

/** As it is on disk after six failures in a row. */
const setAside = async (handle: string): Promise<void> => {
  await house.product.stop()
  const file = createClient({ url: `file:${databaseFile(house.product.dataDir)}` })
  await file.execute({
    sql: 'UPDATE rooms SET quarantined_at = ?, quarantine_error = ? WHERE handle = ?',
    args: [Date.now(), 'it went wrong', handle],
  })
  file.close()
  await house.product.start()
}

describe('the list of rooms', () => {
  it('puts a room that is set aside first, says so on top, and releases it from there', async () => {
    house.tiktok.creator('set.aside').goLive()
    await house.add('set.aside', { monitor: false })
    await setAside('set.aside')
    await v.open('/rooms')
    const row = v.page.locator('[data-room]').first()
    await row.getByText('@set.aside').waitFor()
    await row.getByText('quarantined').waitFor()
    await v.page
      .getByText(/needs? to be released|until it is released/)
      .first()
      .waitFor()
    expect(await v.axe()).toEqual([])
    await row.getByRole('button', { name: 'Release' }).click()
    await house.until('its release', async () => (await told('set.aside')).state !== 'quarantined')
    await row.getByText('quarantined').waitFor({ state: 'detached' })
  })

  it('ends the sessions of several after one question, and goes on watching them', async () => {
    for (const handle of ['end.one', 'end.two']) await house.record(handle)
    await v.open('/rooms')
    await select('end.one', 'end.two')
    await bar('End session').click()
    await dialog().getByText('End 2 sessions?').waitFor()
    await dialog().getByRole('button', { name: 'End session', exact: true }).click()
    for (const handle of ['end.one', 'end.two']) {
      const ended = await house.until(`the end of ${handle}`, async () =>
        (await house.sessions(handle)).find(({ archivedAt }) => archivedAt !== null),
      )
      expect(ended.endReason).toBe('manual_end_session')
      await house.reaches(handle, 'live')
    }
  })

  it('starts over somebody’s stop only when that is said, and one command at a time', async () => {
    await house.add('was.off', { monitor: false })
    await house.add('was.stopped')
    await house.reaches('was.stopped', 'watching')
    await house.product.post('/api/rooms/was.stopped/stop')
    await house.reaches('was.stopped', 'cooldown')
    await v.open('/rooms')
    await select('was.stopped', 'was.off')
    await bar('Start').click()
    await v.page.getByText('Start: 1 room', { exact: true }).waitFor()
    expect((await told('was.stopped')).state).toBe('cooldown')
    await bar('Start anyway').click()
    await v.page.getByText('Start anyway: 1 room', { exact: true }).waitFor()
    await house.reaches('was.stopped', 'watching')
    let answer = (): void => {}
    const asked = new Promise<void>((done) => (answer = done))
    await v.page.route('**/api/rooms/*', async (route) => {
      if (route.request().method() === 'PATCH') await asked
      await route.continue()
    })
    await bar('Do not watch').click()
    await v.page.getByText(/^0 of \d$/).waitFor()
    await v.page
      .getByRole('toolbar')
      .getByRole('button', { name: /^Remove/ })
      .click({ force: true })
    answer()
    await v.page.getByText('2 selected').waitFor()
    expect(await v.page.getByRole('dialog').count()).toBe(0)
    await v.page.unroute('**/api/rooms/*')
  })

  it('takes a held Enter and a double click for one command', async () => {
    await house.record('one.press')
    const { id } = await house.room('one.press')
    const likely = (name: string) => v.page.getByRole('button', { name: `${name} @one.press`, exact: true })
    await v.open('/rooms?sort=handle&q=one.press')
    await rowOf('one.press').focus()
    await likely('Stop').focus()
    await v.page.keyboard.down('Enter')
    await likely('Start anyway').waitFor()
    // A button that went meanwhile left the focus to its row.
    await soon(focused).toBe(id)
    await likely('Start anyway').focus()
    await v.page.keyboard.down('Enter')
    await v.page.keyboard.up('Enter')
    await likely('Start anyway').hover()
    await v.page.mouse.down({ clickCount: 2 })
    await v.page.mouse.up({ clickCount: 2 })
    await rowOf('one.press').getByRole('button', { name: 'Commands for one.press' }).click()
    await v.page.getByRole('menuitem', { name: 'Do not watch', exact: true }).click()
    await house.until('not being watched', async () => !(await told('one.press')).monitor)
    expect(v.requests.map((request) => request.url()).filter((url) => url.endsWith(`${id}/start`))).toEqual(
      [],
    )
  })

  it('leaves the focus to a room that goes live, and moves to the section of those', async () => {
    const { id } = await house.add('goes.live')
    await v.open('/rooms')
    await rowOf('goes.live').focus()
    house.tiktok.creator('goes.live').goLive()
    await v.page.locator('[data-group=live]').locator(rowOf('goes.live')).waitFor()
    await soon(focused).toBe(id)
  })

  it('removes several after one question, which is not asked again by itself', async () => {
    for (const handle of ['gone.one', 'gone.two']) await house.add(handle, { monitor: false })
    const rooms = v.page.getByRole('link', { name: 'Rooms', exact: true }).first()
    await v.open('/sessions')
    await rooms.click()
    await select('gone.one', 'gone.two')
    await bar('Remove').click()
    await dialog().getByText('Remove 2 rooms?').waitFor()
    await v.page.goBack()
    await v.page.getByRole('heading', { level: 1, name: 'Sessions' }).waitFor()
    await rooms.click()
    await v.page.getByText('2 selected').waitFor()
    expect(await v.page.getByRole('dialog').count()).toBe(0)
    await bar('Remove').click()
    await dialog().getByText('Remove 2 rooms?').waitFor()
    expect((await told('gone.one')).state).toBe('off')
    await dialog().getByRole('button', { name: 'Remove' }).click()
    for (const handle of ['gone.one', 'gone.two']) {
      await house.until(
        `${handle} being gone`,
        async () => (await house.product.request(`/api/rooms/${handle}`)).status === 404,
      )
      await v.page.locator('[data-room]').filter({ hasText: handle }).waitFor({ state: 'detached' })
    }
  })
})

import { readFile } from 'node:fs/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openStudio, type Studio } from '../_support/product-studio.ts'
import { buildConsole } from './stage.ts'
import { visit, type Visit } from './visit.ts'

const KEY = 'abcd-efgh-ijkl-CANARYKEY4f2a'
const GUEST = '<b onclick="window.__harm=1">guest</b>'

let studio: Studio
let v: Visit
beforeAll(async () => {
  buildConsole()
  studio = await openStudio({ env: { EGRESS_BACKOFF_BASE_MS: '20000', EGRESS_BACKOFF_CAP_MS: '20000' } })
  await studio.add('steer.room')
  await studio.house.add('bare.room', { monitor: false })
  studio.livekit.room('bare.room').join(GUEST, { publishes: true })
  v = await visit(studio.product)
})
afterAll(async () => {
  await v?.close()
  await studio?.close()
})

const lane = (name: string) => v.page.getByRole('region', { name, exact: true })
const button = (name: string | RegExp) =>
  v.page.getByRole('button', { name, exact: typeof name === 'string' })
const dialog = () => v.page.getByRole('dialog').last()

describe('going live', () => {
  it('takes a key in, shows how it ends, and never the key', async () => {
    await v.open('/live/bare.room')
    await v.page.getByText(GUEST).waitFor()
    await lane('YouTube')
      .getByRole('button', { name: /^Set up/ })
      .click()
    await dialog().getByLabel('Stream key').fill(KEY)
    await dialog().getByRole('button', { name: 'Save' }).click()
    await lane('YouTube').getByText('set, ends in 4f2a').waitFor()
    expect(await v.page.content()).not.toContain(KEY)
    expect(await v.page.evaluate('JSON.stringify(localStorage)')).not.toContain(KEY)
    expect(await v.page.evaluate('window.__harm')).toBeUndefined()
  })

  it('sends of a destination what was changed in its form, not what others changed meanwhile', async () => {
    await lane('YouTube')
      .getByRole('button', { name: /^Set up/ })
      .click()
    await v.page.getByRole('menuitem', { name: 'Change', exact: true }).click()
    const path = '/api/rooms/bare.room/destinations/youtube'
    const body = JSON.stringify({ source: { type: 'room', layout: 'grid' } })
    await studio.product.ask(path, { method: 'PUT', body })
    await lane('YouTube').getByText('the room, grid').waitFor()
    await dialog().getByLabel('Stream key').fill(KEY)
    const sent = v.page.waitForRequest((request) => request.url().endsWith('/destinations/youtube'))
    await dialog().getByRole('button', { name: 'Save' }).click()
    expect((await sent).postDataJSON()).toEqual({ key: KEY })
    await dialog().waitFor({ state: 'detached' })
  })

  it('starts what is set up with one click and stops it with one, asking nothing', async () => {
    await button('Go live').click()
    await studio.reaches('bare.room', 'youtube', 'live')
    await lane('YouTube').getByText('live', { exact: true }).waitFor()
    expect(await lane('Twitch').getByText('not set').count()).toBe(1)
    await button('Stop all').click()
    await studio.reaches('bare.room', 'youtube', 'stopped')
    await lane('YouTube').getByText('stopped', { exact: true }).waitFor()
  })

  it('says of a platform in trouble what it is, when it is tried again and what to do; the other goes on', async () => {
    studio.livekit.platform('twitch').behaviour = 'refuse'
    await v.open('/live/steer.room')
    await button('Go live').click()
    await studio.reaches('steer.room', 'youtube', 'live')
    await studio.reaches('steer.room', 'twitch', 'backoff')
    const twitch = lane('Twitch')
    await twitch.getByText('The platform cannot be reached.').waitFor()
    await twitch.getByText(/Trying again in \d+ s \(2 of 8\)\./).waitFor()
    await twitch.getByText('Check the URL.').waitFor()
    expect(await v.axe()).toEqual([])
    studio.livekit.platform('twitch').behaviour = 'accept'
    await twitch.getByRole('button', { name: /^Try now/ }).click()
    await studio.reaches('steer.room', 'twitch', 'live')
    await lane('Twitch').getByText('live', { exact: true }).waitFor()
  })

  it('adds a destination while on air, and takes it away again', async () => {
    await button(/^Add a destination/).click()
    await dialog().getByLabel('Name').fill('relay')
    await dialog().getByLabel('Stream key').fill('relay-key-0001-9876')
    await dialog().getByLabel('Address').fill('rtmp://10.0.0.1/app')
    await dialog().getByRole('button', { name: 'Save' }).click()
    await dialog()
      .getByText(/Expected a host in the public internet/)
      .waitFor()
    await dialog().getByLabel('Address').fill('rtmps://ingest.global-contribute.live-video.net:443/app')
    await dialog().getByRole('button', { name: 'Save' }).click()
    await lane('relay').getByText('set, ends in 9876').waitFor()
    await lane('relay')
      .getByRole('button', { name: /^Start/ })
      .click()
    await lane('relay').getByText('live', { exact: true }).waitFor()
    await lane('relay')
      .getByRole('button', { name: /^Set up/ })
      .click()
    await v.page.getByRole('menuitem', { name: 'Remove' }).click()
    await dialog().getByText('It is on air and is stopped first.').waitFor()
    await dialog().getByRole('button', { name: 'Remove' }).click()
    await lane('relay').waitFor({ state: 'detached' })
    // The button that led to the question is gone with its lane.
    await v.page.locator('main:focus').waitFor()
    expect((await studio.status('steer.room')).platforms['youtube']?.state).toBe('live')
    const { items } = await studio.product.get<{ items: { platform: string }[] }>(
      '/api/rooms/steer.room/destinations',
    )
    expect(items.map(({ platform }) => platform).sort()).toEqual(['twitch', 'youtube'])
  })

  it('makes a way in whose key is shown once', async () => {
    await button('New ingress').click()
    await dialog().getByRole('button', { name: 'Make', exact: true }).click()
    const key = await dialog().getByLabel('Stream key').inputValue()
    expect(key.length).toBeGreaterThan(8)
    await dialog().getByRole('button', { name: 'Close' }).last().click()
    await v.page.getByText('waiting for the encoder').waitFor()
    expect(await v.page.content()).not.toContain(key)
  })
})

describe('the page of the system', () => {
  it('changes a setting, says what is wrong with one, and shows the default', async () => {
    await v.open('/system?tab=settings')
    const field = v.page.getByLabel('Rest after a natural end')
    await field.fill('soon')
    await v.page.getByText('A duration like 90 s, 2 min or 1 h').waitFor()
    await studio.product.patch('/api/settings', { silenceTimeoutMs: 61_000 })
    await v.page.waitForResponse(async (response) =>
      response.url().endsWith('/api/system') ? (await response.text()).includes('61000') : false,
    )
    await field.fill('12 min')
    const sent = v.page.waitForRequest((request) => request.method() === 'PATCH')
    await button('Save').click()
    await v.page.getByText('The settings are saved.').waitFor()
    // What somebody else has set meanwhile is left as it is, and seen once nothing is unsaved.
    expect((await sent).postDataJSON()).toEqual({ cooldownMs: 720_000 })
    await expect.poll(() => v.page.getByLabel('Silence before the first question').inputValue()).toBe('61 s')
    expect(await studio.product.get('/api/settings')).toMatchObject({ cooldownMs: 720_000 })
    await field.fill('400 d')
    await button('Save').click()
    await v.page.locator('.field-error').first().waitFor()
  })

  it('looks before it prunes, and shows the token of an owner once', async () => {
    await v.open('/system?tab=maintenance')
    await v.page.getByLabel('Facts older than (days)').fill('0')
    await button('Look').nth(1).click()
    await button('Carry out').waitFor()
    await v.open('/system?tab=tokens&room=steer.room')
    await button('New token').click()
    await dialog().getByLabel('Label').fill(GUEST)
    await dialog().getByRole('button', { name: 'New token' }).click()
    const token = await dialog().getByLabel('Owner’s token').inputValue()
    expect(
      (await fetch(`${studio.product.origin}/api/rooms`, { headers: { authorization: `Bearer ${token}` } }))
        .status,
    ).toBe(200)
    await dialog().getByRole('button', { name: 'Close' }).last().click()
    await v.page.getByText(GUEST).waitFor()
    expect(await v.page.content()).not.toContain(token)
    await button('Revoke').first().click()
    await dialog().getByRole('button', { name: 'Revoke' }).click()
    await v.page.getByText('revoked').first().waitFor()
  })

  it('has the audit of all of it, whole, as a file that is no formula', async () => {
    await v.open('/system?tab=audit&action=live.start')
    await v.page.getByText('live.start').first().waitFor()
    await button('Verify the chain').click()
    await v.page.getByText('the chain holds').waitFor()
    const download = v.page.waitForEvent('download')
    await button('Export').click()
    await v.page.getByRole('menuitem', { name: 'Export as CSV' }).click()
    const text = await readFile(await (await download).path(), 'utf8')
    expect(text.split('\r\n')[0]).toBe('seq,at,actor,ip,action,room,target,outcome,code,detail,hash')
    expect(text).toContain(`"'@steer.room"`)
    expect(text).not.toMatch(/(?:^|,)[=+@]/m)
    expect(v.wrong).toEqual([])
  })
})

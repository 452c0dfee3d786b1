// The overlay in a real browser, behind its own little server, beside a room that records.

import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { acquireBrowser } from '../_support/browser.ts'
import { until } from '../_support/db.ts'
import { startHarness, type Harness } from '../http/harness.ts'
import { eventId, seedSession } from '../http/seed.ts'

const SERVER = fileURLToPath(new URL('../../examples/overlay-server.mjs', import.meta.url))
const EVIL = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>\u202egpj'

let held: Awaited<ReturnType<typeof acquireBrowser>>
let h: Harness
let room: { readonly id: string; readonly token: string }
let child: ChildProcess
let page: Page
let asked: string[]

const serve = async (token: string | null): Promise<string> => {
  const { ROOMKEEPER_TOKEN: _none, ...env } = process.env
  child = spawn(process.execPath, [SERVER], {
    env: { ...env, PORT: '0', ROOMKEEPER_URL: h.url, ...(token !== null && { ROOMKEEPER_TOKEN: token }) },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  if (child.stdout === null) throw new Error('no output')
  const [said] = (await once(child.stdout, 'data')) as [Buffer]
  return said.toString().trim()
}

beforeAll(async () => {
  held = await acquireBrowser()
  h = await startHarness()
  room = await h.addRoom('overlay.room')
  await seedSession(h, { no: 1, roomId: room.id, open: true })
}, 400_000)
afterAll(async () => {
  await held.release()
  await h.stop()
})
beforeEach(async () => {
  page = await held.browser.newPage()
  asked = []
  page.on('request', (request) => void asked.push(request.url()))
})
afterEach(async () => {
  await page.close()
  child.kill()
  await once(child, 'exit')
})

let seq = 0
const say = (event: Readonly<Record<string, unknown>>): void => {
  seq += 1
  h.say(1, [JSON.stringify({ id: String(eventId(1, seq)), sessionId: 's1', ...event })])
}
const lines = (): Promise<string[]> => page.locator('p').allInnerTexts()

describe('the overlay', () => {
  it('shows chat and gifts as they come, as text, and asks its own origin alone', async () => {
    const address = await serve(room.token)
    await page.goto(`${address}overlay.room`)
    await until('it listens', () => h.followed() === 1)
    say({ kind: 'chat', nickname: EVIL, text: EVIL })
    say({ kind: 'like', amount: 3 })
    say({ kind: 'gift', nickname: 'Bo', amount: 5, final: true, data: { name: 'Rose' } })
    await page.locator('p').nth(1).waitFor()
    const [chat = '', gift = ''] = await lines()
    expect(chat).toContain('<img src=x onerror="window.hacked=1">')
    expect(chat).not.toContain('\u202e')
    expect(gift).toContain('gave 5 × Rose')
    expect(await page.evaluate('window.hacked')).toBeUndefined()
    const own = new URL(address).origin
    expect(asked.filter((url) => new URL(url).origin !== own)).toEqual([])
    expect(asked.join('\n')).not.toContain(room.token)
    for (let count = 0; count < 20; count += 1) say({ kind: 'chat', handle: 'ann', text: `line ${count}` })
    await page.getByText('line 19').waitFor()
    expect(await page.locator('p').count()).toBe(12)
  })

  it('with a token of its own, trades it for a ticket and never shows it in an address', async () => {
    const address = await serve(null)
    await page.goto(`${address}overlay.room#token=${room.token}`)
    await until('it listens', () => h.followed() === 1)
    say({ kind: 'chat', nickname: 'Ann', text: 'by ticket' })
    await page.getByText('by ticket').waitFor()
    expect(asked.some((url) => url.includes('ticket=tk_'))).toBe(true)
    expect(asked.filter((url) => url.split('#')[0]?.includes(room.token))).toEqual([])
  })

  it('gives away nothing else of the server behind it', async () => {
    const address = await serve(room.token)
    const origin = new URL(address).origin
    for (const path of [
      '/api/rooms',
      '/api/sessions/s1/export',
      '/api/settings',
      '/metrics',
      '/overlay-server.mjs',
    ]) {
      expect((await fetch(origin + path)).status, path).toBe(404)
    }
    expect((await fetch(`${origin}/api/rooms/overlay.room/stop`, { method: 'POST' })).status).toBe(404)
  })
})

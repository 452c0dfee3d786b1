// The command palette by keyboard alone: each command has its effect in the API, pages and sessions are opened, and
// language and theme are chosen here or in the menu of the page and stay chosen.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openStudio, type Studio } from '../_support/product-studio.ts'
import { buildConsole } from './stage.ts'
import { visit, type Visit } from './visit.ts'

const ROOM = 'palette.room'
const AIR = 'air.room'
const NAME = '<img src=x onerror="window.__harm=1">'

let studio: Studio
let v: Visit
let session: string
beforeAll(async () => {
  buildConsole()
  studio = await openStudio({ env: { MANUAL_COOLDOWN_MS: '600000' } })
  await studio.house.record(ROOM)
  session = await studio.house.recording(ROOM)
  await studio.house.add('other.room', { monitor: false, displayName: NAME })
  const { house, livekit } = studio
  await house.add(AIR, { monitor: false })
  livekit.room(AIR)
  // One of the two is set up, and one of its own; nothing is known of the other.
  const url = 'rtmps://relay.twitch.tv/app'
  await studio.put(AIR, 'twitch', { key: 'live_palette_key_0001' })
  await studio.put(AIR, 'relay', { key: 'live_palette_key_0002', url })
  v = await visit(studio.product)
})
afterAll(async () => {
  await v?.close()
  await studio?.close()
})

/** Looked at until it is so. */
const soon = <T>(look: () => T | Promise<T>) => expect.poll(look, { timeout: 30_000 })
const box = () => v.page.getByRole('combobox', { name: 'Search and commands' })
const options = () => v.page.locator('.palette [role=option]')
const chosen = () => v.page.locator('.palette [aria-selected=true]')
const heading = (name: RegExp | string) => v.page.getByRole('heading', { level: 1, name }).waitFor()
const focused = () =>
  v.page.evaluate<string>(
    `(({ ariaLabel, textContent }) => ariaLabel || textContent)(document.activeElement)`,
  )

/** Opens the palette with a key, types, and carries out what is chosen then; nothing is pointed at. */
const say = async (typed: string, first: RegExp | string, open = '/'): Promise<void> => {
  await v.page.keyboard.press(open)
  await box().waitFor()
  await v.page.keyboard.type(typed)
  await chosen().filter({ hasText: first }).waitFor()
  await v.page.keyboard.press('Enter')
  await box().waitFor({ state: 'detached' })
}
const audited = async (): Promise<readonly string[]> => {
  const { items } = await studio.product.get<{ items: { action: string }[] }>('/api/audit?limit=100')
  return items.map(({ action }) => action)
}

describe('the palette', () => {
  it('opens with a slash or Control and K, is chosen from with the arrows, and gives the focus back', async () => {
    await v.open('/rooms')
    await v.tabTo(/^Live$|^Assets$/)
    const before = await focused()
    await v.page.keyboard.press('Control+k')
    await box().waitFor()
    await options().first().waitFor()
    const last = (await options().count()) - 1
    expect(last).toBeGreaterThan(10)
    const at = async (): Promise<number> => {
      const id = await box().getAttribute('aria-activedescendant')
      expect(await chosen().getAttribute('id')).toBe(id)
      return options().evaluateAll((all, id) => all.findIndex((one) => one.id === id), id)
    }
    const ways = [
      ['ArrowDown', 1],
      ['ArrowUp', 0],
      ['ArrowUp', last],
      ['ArrowDown', 0],
      ['PageDown', 8],
      ['PageUp', 0],
    ] as const
    for (const [key, to] of ways) {
      await v.page.keyboard.press(key)
      await soon(at).toBe(to)
    }
    expect(await v.axe()).toEqual([])
    await v.page.keyboard.type('nothing is called this')
    await v.page.getByText('Nothing fits. Try a handle, a command, or a page.').waitFor()
    expect(await v.axe()).toEqual([])
    await v.page.keyboard.press('Enter')
    expect(await box().count()).toBe(1)
    await v.page.keyboard.press('Escape')
    await box().waitFor({ state: 'detached' })
    expect(await focused()).toBe(before)
    await v.page.keyboard.press('/')
    await box().waitFor()
    await v.page.keyboard.press('Control+k')
    await box().waitFor({ state: 'detached' })
    expect(await focused()).toBe(before)
  })

  it('leaves a slash alone where somebody types, and stays closed before a dialog', async () => {
    await v.page.getByRole('searchbox').first().focus()
    await v.page.keyboard.type('a/b')
    expect(await v.page.getByRole('searchbox').first().inputValue()).toBe('a/b')
    expect(await box().count()).toBe(0)
    await v.open('/rooms?add=1')
    await v.page.getByRole('dialog').waitFor()
    await v.page.keyboard.press('Control+k')
    await v.page.keyboard.press('Escape')
    await v.page.getByRole('dialog').waitFor({ state: 'detached' })
    expect(await box().count()).toBe(0)
  })

  it('shows what strangers are called as text', async () => {
    await v.page.keyboard.press('/')
    await v.page.keyboard.type('other.room')
    await options().filter({ hasText: NAME }).first().waitFor()
    expect(await v.page.evaluate('window.__harm ?? null')).toBe(null)
    await v.page.keyboard.press('Escape')
    await box().waitFor({ state: 'detached' })
  })
})

describe('what is typed', () => {
  it('opens rooms, sessions and pages', async () => {
    await v.open('/rooms')
    await say(`open @${ROOM}`, `Open @${ROOM}`, 'Control+k')
    await heading(/palette\.room/)
    await say(`open session ${session}`, `Open session ${session}`)
    await v.page.waitForURL(`**/sessions/${session}`)
    await heading(/palette\.room/)
    for (const place of ['Sessions', 'Assets', 'Machines', 'System', 'API reference', 'Rooms'] as const) {
      await say(`go to ${place}`, `Go to ${place}`)
      await heading(place === 'API reference' ? /API/ : place)
    }
    await say(`session @${ROOM}`, `Last session of @${ROOM}`)
    await v.page.waitForURL(`**/sessions/${session}`)
    // From an address that is none, too.
    await v.open('/login?to=/no/such/page')
    await heading('Nothing here')
    await say('add rooms', 'Add rooms')
    await v.page.getByRole('dialog').waitFor()
    await v.page.keyboard.press('Escape')
    await v.page.getByRole('dialog').waitFor({ state: 'detached' })
  })

  it('ends a session, stops and starts a room, and lets go of watching it', async () => {
    const { house } = studio
    await say(`end session @${ROOM}`, `End session of @${ROOM}`)
    await v.page.getByText(`Done: End session of @${ROOM}`).waitFor()
    await house.until('the end', async () =>
      (await house.sessions(ROOM)).some(({ id, archivedAt }) => id === session && archivedAt !== null),
    )
    await house.reaches(ROOM, 'live')
    await say(`STOP  ${ROOM}`, `Stop @${ROOM}`)
    await v.page.getByText(`Done: Stop @${ROOM}`).waitFor()
    await house.reaches(ROOM, 'cooldown')
    // A rest after somebody's stop is overridden by who says so.
    await say(`start @${ROOM}`, `Start anyway @${ROOM}`)
    await v.page.getByText(`Done: Start anyway @${ROOM}`).waitFor()
    await house.reaches(ROOM, 'live')
    await say(`unwatch @${ROOM}`, `Do not watch @${ROOM}`)
    await v.page.getByText(`Done: Do not watch @${ROOM}`).waitFor()
    expect(await house.room(ROOM)).toMatchObject({ monitor: false })
    await say(`watch @${ROOM}`, `Watch @${ROOM}`)
    await v.page.getByText(`Done: Watch @${ROOM}`).waitFor()
    expect(await house.room(ROOM)).toMatchObject({ monitor: true })
    expect(await audited()).toEqual(
      expect.arrayContaining(['room.end_session', 'room.stop', 'room.start', 'room.change']),
    )
  })

  it('carries out what is chosen, though another room leaves what was found meanwhile', async () => {
    const { house, product } = studio
    const aims = ['aim.one', 'aim.three', 'aim.two']
    for (const handle of aims) await house.add(handle)
    for (const handle of aims) await house.reaches(handle, 'watching')
    await v.open('/rooms')
    for (const handle of aims) await v.page.getByText(`@${handle}`).first().waitFor()
    await v.page.keyboard.press('/')
    await box().waitFor()
    await v.page.keyboard.type('stop aim')
    await soon(() => options().count()).toBe(3)
    await v.page.keyboard.press('ArrowDown')
    await chosen().filter({ hasText: 'Stop @aim.three' }).waitFor()
    await product.post('/api/rooms/aim.one/stop')
    // From now on the first one would not be found.
    await options().filter({ hasText: '@aim.one' }).getByText('cooldown', { exact: true }).waitFor()
    await v.page.keyboard.press('Enter')
    await v.page.getByText('Done: Stop @aim.three').waitFor()
    expect((await house.room('aim.two')).state).toBe('watching')
  })

  it('sends a room out to all that is set up, and takes it off air', async () => {
    await say(`go live @${AIR}`, `Go live: @${AIR}`)
    await heading(new RegExp(AIR))
    await studio.reaches(AIR, 'twitch', 'live')
    await studio.house.until('the relay', async () => {
      const { platforms } = await studio.status(AIR)
      return platforms['relay']?.state === 'live'
    })
    await v.page.getByRole('button', { name: 'Stop: Twitch', exact: true }).waitFor()
    await say(`off air ${AIR}`, `Take off air: @${AIR}`)
    await v.page.getByText(`Done: Take off air: @${AIR}`).waitFor()
    await studio.reaches(AIR, 'twitch', 'stopped')
  })

  it('says what a room lacks that has nowhere to go', async () => {
    await say('go live @other.room', 'Go live: @other.room')
    await heading(/other\.room/)
    await v.page.locator('.toast-problem').getByText('Set a stream key first.').waitFor()
    expect((await studio.status('other.room')).platforms).toEqual({})
    await v.page.locator('.toast-problem .toast-close').click()
  })
})

describe('language and theme', () => {
  const lang = () => v.page.evaluate<string>('document.documentElement.lang')
  const ink = () => v.page.evaluate<string>('getComputedStyle(document.body).color')

  it('are chosen by keyboard, hold after a reload, and commands are understood in both', async () => {
    await v.open('/rooms')
    expect(await lang()).toBe('en')
    await say('chinese', '中文')
    await heading('房间')
    expect(await lang()).toBe('zh-CN')
    await v.open('/assets')
    await heading('素材')
    await v.page.getByRole('button', { name: '上传' }).first().waitFor()
    expect([await lang(), await v.page.title()]).toEqual(['zh-CN', '素材 · Roomkeeper'])
    await v.page.keyboard.press('/')
    const zh = v.page.getByRole('combobox', { name: '搜索与命令' })
    await zh.fill(`停止@${ROOM}`)
    await chosen()
      .filter({ hasText: `停止 @${ROOM}` })
      .waitFor()
    expect(await v.axe()).toEqual([])
    await v.page.keyboard.press('Enter')
    await v.page.getByText(`已完成：停止 @${ROOM}`).waitFor()
    await studio.house.reaches(ROOM, 'cooldown')
    await v.page.keyboard.press('/')
    await zh.fill('english')
    await v.page.keyboard.press('Enter')
    await heading('Assets')
    expect(await lang()).toBe('en')
  })

  it('are chosen in the menu of the page as well', async () => {
    const light = await ink()
    const pick = async (name: string, item: string): Promise<void> => {
      await v.page.getByRole('button', { name, exact: true }).click()
      await v.page.getByRole('menuitemradio', { name: item, exact: true }).click()
    }
    await pick('Settings of this page', 'Dark')
    await soon(ink).not.toBe(light)
    const dark = await ink()
    await v.open('/rooms')
    expect(await ink()).toBe(dark)
    expect(await v.axe()).toEqual([])
    await say('light theme', 'Light theme')
    await soon(ink).toBe(light)
    await v.page.emulateMedia({ colorScheme: 'dark', reducedMotion: 'reduce' })
    await v.open('/rooms')
    expect(await ink()).toBe(light)
    await say('theme of the system', 'Theme of the system')
    await soon(ink).toBe(dark)
    await pick('Settings of this page', '中文')
    await heading('房间')
    await pick('页面设置', 'English')
    await heading('Rooms')
  })

  it('outlive a signing out, which is said in the palette too', async () => {
    await say('dark theme', 'Dark theme')
    await say('sign out', 'Sign out')
    await v.page.locator('input[name="token"]').waitFor()
    expect(await v.page.evaluate('document.documentElement.dataset.theme')).toBe('dark')
    const { status } = await v.page.evaluate<{ status: number }>(
      `fetch('/api/me').then(({ status }) => ({ status }))`,
    )
    expect(status).toBe(401)
    expect(v.wrong).toEqual([])
  })
})

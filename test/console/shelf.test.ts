// The page of assets with its own folder behind it: how it is looked through, what is heard and read of a file, who
// may read it, another version of it, and what the queue of uploads can be told.

import { readFile, rename, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cube } from '../_support/model.ts'
import { openHouse, type House } from '../_support/product-house.ts'
import { buildConsole } from './stage.ts'
import { visit, type Visit } from './visit.ts'

const HARM = '<img src=x onerror="window.__harm=1">'
const HERO = 'avatars/Hero (1)+.vrm'
const SONG = 'music/theme song.wav'
const PLAN = 'scenes/plan.json'
const HZ = 8_000

/** A second of silence that every browser plays: one channel of eight bits. */
const wave = (): Buffer => {
  const head = Buffer.from(`RIFF    WAVEfmt ${' '.repeat(20)}data    `)
  const fields = { 4: 36 + HZ, 16: 16, 20: 0x1_0001, 24: HZ, 28: HZ, 32: 0x8_0001, 40: HZ }
  for (const [at, value] of Object.entries(fields)) head.writeUInt32LE(value, Number(at))
  return Buffer.concat([head, Buffer.alloc(HZ, 128)])
}
const FILES = [
  [HERO, cube(2_000)],
  [SONG, wave()],
  [PLAN, Buffer.from(JSON.stringify({ title: HARM, rows: 'x'.repeat(20_000) }))],
] as const

let house: House
let v: Visit
beforeAll(async () => {
  buildConsole()
  house = await openHouse({ env: { ASSET_SWEEP_INTERVAL_MS: '1000' } })
  v = await visit(house.product)
  await v.context.grantPermissions(['clipboard-read', 'clipboard-write'])
})
afterAll(async () => {
  await v?.close()
  await house?.close()
})

/** Looked at until it is so. */
const soon = <T>(look: () => T | Promise<T>) => expect.poll(look, { timeout: 30_000 })
const button = (name: string) => v.page.getByRole('button', { name, exact: true })
const sheet = () => v.page.locator('dialog.sheet')
const question = () => v.page.locator('dialog:not(.sheet)')
const act = (name: string) => sheet().getByRole('button', { name, exact: true })
const card = (name: string) => v.page.locator('.asset-card', { hasText: name })
const names = () => v.page.locator('.asset-card-name').allTextContents()
const title = () => sheet().getByRole('heading', { level: 2 }).first()
const shut = async (): Promise<void> => {
  await v.page.keyboard.press('Escape')
  await sheet().waitFor({ state: 'detached' })
}
const find = async (key: string) => {
  const { items } = await house.product.get<{ items: { id: string; s3_key: string }[] }>('/api/s3/resources')
  return items.find(({ s3_key: other }) => other === key)
}
const address = (key: string) =>
  `${house.product.origin}/api/s3/read-object?${new URLSearchParams({ key }).toString()}`
/** What somebody who is not signed in is answered, but for what differs each time. */
const stranger = async (key: string): Promise<readonly [status: number, code: unknown]> => {
  const response = await fetch(address(key))
  if (response.ok) return [response.status, (await response.arrayBuffer()).byteLength]
  return [response.status, ((await response.json()) as { code: unknown }).code]
}
const upload = (state: string, name: string) =>
  v.page.locator(`.upload[data-state="${state}"]`, { hasText: name })
const TYPE = 'application/octet-stream'
const input = () => v.page.locator('input[type=file][multiple]').first()
const choose = (name: string, buffer: Buffer) => input().setInputFiles({ name, mimeType: TYPE, buffer })

describe('the list', () => {
  it('says what to do while there is nothing, and shows what comes without being asked', async () => {
    await v.open('/assets')
    await v.page.getByText('Nothing here yet.').waitFor()
    for (const [key, body] of FILES) {
      const init = { method: 'PUT', body, headers: { 'content-type': TYPE } }
      await house.product.ask(`/api/s3/upload?key=${encodeURIComponent(key)}`, init)
    }
    for (const name of ['Hero (1)+.vrm', 'theme song.wav', 'plan.json']) await card(name).waitFor()
  })

  it('is sorted as one chooses, and says how many there are', async () => {
    await v.page.getByText('3 assets').waitFor()
    const orders = [
      ['size_bytes', ['Hero (1)+.vrm', 'theme song.wav', 'plan.json']],
      ['-size_bytes', ['plan.json', 'theme song.wav', 'Hero (1)+.vrm']],
      ['display_name', ['Hero (1)+.vrm', 'plan.json', 'theme song.wav']],
      ['-created_at', ['plan.json', 'theme song.wav', 'Hero (1)+.vrm']],
    ] as const
    for (const [sort, expected] of orders) {
      await v.page.getByLabel('Sort').selectOption(sort)
      await soon(names).toEqual(expected)
    }
  })

  it('is narrowed to a type, also by the arrows, and let go again', async () => {
    await v.page.getByRole('tab', { name: 'Music' }).click()
    await soon(names).toEqual(['theme song.wav'])
    await v.page.keyboard.press('ArrowRight')
    await v.page.getByText('Nothing is called that.').waitFor()
    expect(new URL(v.page.url()).search).toBe('?type=hdr')
    await v.page.keyboard.press('ArrowRight')
    await soon(names).toEqual(['plan.json'])
    await v.page.keyboard.press('Home')
    await soon(async () => (await names()).length).toBe(3)
  })

  it('is a table as well, which stays after a reload and opens what is pressed', async () => {
    await button('List').click()
    const rows = () => v.page.getByRole('table', { name: 'All assets' }).getByRole('row')
    await rows().first().waitFor()
    expect(await card('Hero').count()).toBe(0)
    await v.open('/assets?sort=size_bytes')
    await soon(() => rows().count()).toBe(4)
    expect(await button('List').getAttribute('aria-pressed')).toBe('true')
    expect(await rows().nth(2).textContent()).toMatch(/theme song\.wav.*Music.*ready.*private.*8.*kB/)
    expect(await v.axe()).toEqual([])
    await rows().nth(3).getByText('Scenes').click()
    await title().getByText('plan.json').waitFor()
    await shut()
    await button('Grid').click()
    await card('Hero').waitFor()
  })
})

describe('one asset', () => {
  it('that is music is played from here, and its address is copied and loaded down', async () => {
    await card('theme song').click()
    const music = (what: string) => v.page.evaluate<unknown>(`document.querySelector('audio').${what}`)
    await sheet().locator('audio').waitFor()
    // What the policy or a wrong answer kept away would have no length.
    await soon(() => music('duration')).toBeCloseTo(1, 1)
    expect(await music('currentSrc')).toBe(address(SONG))
    expect(await v.axe()).toEqual([])
    await act('Copy address').click()
    await v.page.getByText('The address is copied.').waitFor()
    expect(await v.page.evaluate('navigator.clipboard.readText()')).toBe(address(SONG))
    const download = v.page.waitForEvent('download')
    await sheet().getByRole('link', { name: 'Download' }).click()
    const saved = await download
    expect(saved.suggestedFilename()).toBe('theme song.wav')
    expect(await readFile(await saved.path())).toEqual(FILES[1][1])
  })

  it('leads to the next one and back, by keyboard, with the focus where it was', async () => {
    await shut()
    await card('Hero').focus()
    await v.page.keyboard.press('Enter')
    await act('Next').focus()
    for (const name of ['theme song.wav', 'plan.json']) {
      await v.page.keyboard.press('Enter')
      await title().getByText(name).waitFor()
    }
    expect(await act('Next').isDisabled()).toBe(true)
    await act('Previous').focus()
    for (const name of ['theme song.wav', 'Hero']) {
      await v.page.keyboard.press('Enter')
      await title().getByText(name).waitFor()
    }
    await shut()
    expect(await v.page.locator('.asset-card:focus').textContent()).toContain('Hero')
  })

  it('that is text is shown as text, only its beginning', async () => {
    await card('plan.json').click()
    const shown = sheet().locator('pre')
    await shown.getByText(HARM.replaceAll('"', '\\"')).waitFor()
    await sheet()
      .getByText(/^The first \d/)
      .waitFor()
    expect((await shown.textContent())?.length).toBeLessThan(7_000)
    expect(await v.page.evaluate('window.__harm ?? null')).toBe(null)
  })

  it('has another name when it is given one, under the same key', async () => {
    expect(await act('Rename').isDisabled()).toBe(true)
    await sheet().getByLabel('Name').fill('  Plan of the stage ')
    await v.page.keyboard.press('Enter')
    await title().getByText('Plan of the stage').waitFor()
    await shut()
    await card('Plan of the stage').waitFor()
    expect(await find(PLAN)).toMatchObject({ display_name: 'Plan of the stage', version: 1 })
    await v.page.getByPlaceholder('Find by name or key').fill('scenes/pl')
    await soon(names).toEqual(['Plan of the stage'])
    await v.page.getByPlaceholder('Find by name or key').fill('')
    await card('theme song').waitFor()
  })

  it('is read by anybody while it is public, and like none at all while it is not', async () => {
    const none = await stranger('music/nobody has this.wav')
    expect(none).toEqual([404, 'asset_unknown'])
    expect(await stranger(SONG)).toEqual(none)
    await card('theme song').click()
    await act('Make public').click()
    await question().getByText('Anybody who has its address can then read it.').waitFor()
    await question().getByRole('button', { name: 'Cancel' }).click()
    expect(await stranger(SONG)).toEqual(none)
    await act('Make public').click()
    await question().getByRole('button', { name: 'Make public' }).click()
    await act('Make private').waitFor()
    expect(await stranger(SONG)).toEqual([200, FILES[1][1].byteLength])
    await act('Make private').click()
    await act('Make public').waitFor()
    expect(await stranger(SONG)).toEqual(none)
    await shut()
  })

  it('is replaced by another version from its own sheet', async () => {
    await card('Hero').click()
    const other = cube(3_000)
    const version = sheet().locator('dt:text-is("Version") + dd')
    expect(await version.textContent()).toBe('1')
    const files = { name: 'anything.vrm', mimeType: TYPE, buffer: other }
    await sheet().locator('input[type=file]').setInputFiles(files)
    await version.getByText('2').waitFor()
    const read = await house.product.ask(`/api/s3/read-object?key=${encodeURIComponent(HERO)}`)
    expect(Buffer.from(await read.arrayBuffer())).toEqual(other)
    await shut()
    await button('Clear finished').click()
  })

  it('that is gone from the store comes first and says so, until it is back', async () => {
    const file = join(house.product.dataDir, 'assets', HERO)
    await rename(file, `${file}.away`)
    const attention = v.page.getByRole('region', { name: 'Need attention' })
    const why = 'Its object is gone from the store. Upload it again, or put it back.'
    await attention.getByText(why).waitFor()
    expect((await names())[0]).toBe('Hero (1)+.vrm')
    await attention.locator('.asset-card[data-status="missing"]').click()
    await sheet().getByText(why).waitFor()
    await sheet().getByText('There is nothing to see until it is ready.').waitFor()
    expect(await sheet().getByRole('link', { name: 'Download' }).count()).toBe(0)
    expect(await v.axe()).toEqual([])
    await shut()
    await rename(`${file}.away`, file)
    await attention.waitFor({ state: 'detached' })
    await card('Hero').waitFor()
  })

  it('goes for good after a question, from the list and from the store', async () => {
    const file = join(house.product.dataDir, 'assets', PLAN)
    expect((await stat(file)).isFile()).toBe(true)
    const { id } = (await find(PLAN)) ?? { id: '' }
    await card('Plan of the stage').click()
    await act('Delete').click()
    await question().getByText('The file goes from the store for good.').waitFor()
    await v.page.keyboard.press('Escape')
    await question().waitFor({ state: 'detached' })
    expect(await find(PLAN)).toBeDefined()
    await act('Delete').click()
    await question().getByRole('button', { name: 'Delete' }).click()
    await sheet().waitFor({ state: 'detached' })
    await card('Plan of the stage').waitFor({ state: 'detached' })
    expect((await house.product.request(`/api/s3/resources/${id}`)).status).toBe(404)
    await expect(stat(file)).rejects.toThrow('ENOENT')
    await v.open(`/assets?asset=${id}`)
    await sheet().getByText('It is not there any more.').waitFor()
    await shut()
  })
})

describe('the queue', () => {
  it('waits, is held, goes on, is given up, is told to try again, is folded, and opens what is done', async () => {
    const puts = /\/api\/s3\/upload\?/
    await v.page.route(puts, (route) => route.abort())
    await choose('held.vrm', cube(4_000))
    await upload('again', 'held.vrm')
      .getByText(/^The connection broke off\. Again in/)
      .waitFor()
    await choose('unwanted.vrm', cube(5_000))
    await upload('again', 'held.vrm').getByRole('button', { name: 'Pause' }).click()
    await upload('paused', 'held.vrm').waitFor()
    await button('Cancel upload: unwanted.vrm').click()
    await v.page.locator('.upload', { hasText: 'unwanted.vrm' }).waitFor({ state: 'detached' })
    await choose('empty.vrm', Buffer.alloc(0))
    await upload('failed', 'empty.vrm').getByText('The file is empty.').waitFor()
    await v.page.unroute(puts)
    await upload('paused', 'held.vrm').getByRole('button', { name: 'Resume' }).click()
    await upload('done', 'held.vrm').waitFor()
    const full = { status: 507, json: { code: 'upload_failed', title: 'The store is full.' } }
    await v.page.route(puts, (route) => route.fulfill(full), { times: 1 })
    await choose('second.vrm', cube(6_000))
    await upload('failed', 'second.vrm').getByText('The store is full.').waitFor()
    await upload('failed', 'second.vrm').getByRole('button', { name: 'Try again' }).click()
    await upload('done', 'second.vrm').waitFor()
    await button('Fold').click()
    await v.page.locator('.upload').first().waitFor({ state: 'detached' })
    await button('Unfold').click()
    await upload('done', 'held.vrm').getByRole('button', { name: 'Open' }).click()
    await title().getByText('held.vrm').waitFor()
    await shut()
    expect(await find('vrm/held.vrm')).toMatchObject({ version: 1, visibility: 'private' })
    expect(await find('vrm/unwanted.vrm')).toBeUndefined()
    expect(v.wrong).toEqual([])
  })
})

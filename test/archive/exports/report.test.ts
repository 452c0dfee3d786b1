// The report in a real browser: what it shows, that nothing of a stranger runs, and that it asks nobody for anything.

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { columnsOf, roundUp, ticksOf } from '../../../src/archive/exports/report/series.ts'
import { acquireBrowser } from '../../_support/browser.ts'
import { addRoom, addSession, T0, type EventSeed } from '../record.ts'
import { openStore, type Store } from '../store.ts'
import { exported, textOf } from './exported.ts'

let held: Awaited<ReturnType<typeof acquireBrowser>>
let context: BrowserContext
let folder: string
let store: Store
beforeAll(async () => {
  held = await acquireBrowser()
  context = await held.browser.newContext()
}, 400_000)
afterAll(async () => {
  await context.close()
  await held.release()
})
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'report-'))
  store = await openStore()
  await addRoom(store, { no: 1, handle: 'maker' })
})
afterEach(async () => {
  await store.close()
  await rm(folder, { recursive: true, force: true })
})

const EVIL = '<script>window.hacked = 1</script><img src=x onerror="window.hacked=2">"\'&\u202egpj'

const viewers = (minute: number, total: number): EventSeed => ({
  kind: 'viewers',
  at: T0 + minute * 60_000 + 5_000,
  total,
})
const EVENTS: readonly EventSeed[] = [
  viewers(0, 10),
  { kind: 'chat', at: T0 + 30_000, userId: 1n, nickname: EVIL, handle: 'evil', text: EVIL },
  { kind: 'chat', at: T0 + 31_000, userId: 2n, nickname: 'Ann', handle: 'ann', text: 'hi' },
  { kind: 'chat', at: T0 + 61_000, userId: 2n, nickname: 'Ann', handle: 'ann', text: 'again' },
  viewers(1, 1_234),
  {
    kind: 'gift',
    at: T0 + 62_000,
    userId: 2n,
    nickname: 'Ann',
    handle: 'ann',
    giftId: 5n,
    value: 100,
    amount: 3,
  },
  { kind: 'like', at: T0 + 122_000, userId: 3n, nickname: 'Bo', amount: 15, total: 15 },
  viewers(3, 500),
]

const seed = async (): Promise<void> => {
  await addSession(store, { no: 1, roomNo: 1, handle: 'maker', events: EVENTS, endedAt: T0 + 300_000 })
  await store.rows(`INSERT INTO session_gaps (session_no, from_at, to_at, cause)
VALUES (1, ${T0 + 130_000}, ${T0 + 170_000}, 'process_crash')`)
  await store.rows(`INSERT INTO session_pauses (session_no, from_at, to_at)
VALUES (1, ${T0 + 200_000}, ${T0 + 230_000})`)
  await store.rows(
    `UPDATE sessions SET received = event_count + 7, duplicates = 5, poison = 2, snapshot_json = ?1`,
    [JSON.stringify({ start: { title: EVIL } })],
  )
}

interface Shown {
  readonly page: Page
  readonly asked: string[]
  readonly errors: string[]
}
const show = async (html: string): Promise<Shown> => {
  const path = join(folder, 'report.html')
  await writeFile(path, html)
  const page = await context.newPage()
  const asked: string[] = []
  const errors: string[] = []
  page.on('request', (request) => void asked.push(request.url()))
  page.on('pageerror', (error) => void errors.push(error.message))
  page.on('console', (message) => void errors.push(message.text()))
  await page.goto(pathToFileURL(path).href)
  return { page, asked, errors }
}
const made = async (): Promise<string> => textOf((await exported(store, 1, { format: 'html' })).bytes)

describe('the report', () => {
  it('shows totals, charts, leaderboards, gifts, what happened and the receipt', async () => {
    await seed()
    const { page, errors } = await show(await made())
    const text = await page.locator('body').innerText()
    for (const said of ['@maker', '1,234', 'lasted', '5 min', 'Ann', 'gift 5', '300', 'Made by Roomkeeper']) {
      expect(text, said).toContain(said)
    }
    expect(text).toContain('Nothing was recorded for 40 s: the recorder crashed')
    expect(text).toContain('The broadcast was paused for 30 s')
    expect(text).toContain('It ended: the creator ended the broadcast')
    expect(await page.locator('svg[role=img]').count()).toBe(4)
    expect(await page.locator('rect.gap').count()).toBe(4)
    expect(await page.locator('rect.chats').count()).toBe(2)
    const drawn = await page.locator('rect.gifts').first().boundingBox()
    expect(drawn?.height).toBeGreaterThan(50)
    const receipt = await page.locator('table').last().innerText()
    expect(receipt.replace(/\s+/g, ' ')).toContain(
      `stored as events ${EVENTS.length} known already (duplicates) 5 could not be read, kept aside 2 received ${EVENTS.length + 7}`,
    )
    expect(errors).toEqual([])
    await page.close()
  })

  it('runs nothing, loads nothing, and shows what strangers wrote as text', async () => {
    await seed()
    await store.rows(`UPDATE sessions SET handle = ?1`, [EVIL])
    await store.rows(`UPDATE gifts SET name = ?1`, [EVIL])
    const html = await made()
    expect(html.match(/<script/gi)).toBeNull()
    const { page, asked, errors } = await show(html)
    expect(await page.evaluate(() => Reflect.get(globalThis, 'hacked') as unknown)).toBeUndefined()
    expect(await page.locator('meta[http-equiv]').getAttribute('content')).toMatch(
      /^default-src 'none'; style-src 'sha256-[\w+/=]+'; base-uri 'none'; form-action 'none'$/,
    )
    expect(await page.locator('img, script, iframe, link, object, a').count()).toBe(0)
    expect(asked).toHaveLength(1)
    expect(errors).toEqual([])
    const text = await page.locator('body').innerText()
    expect(text).toContain('<script>window.hacked = 1</script>')
    expect(text).not.toMatch(/[\u202a-\u202e\u2066-\u2069]/)
    await page.close()
  })

  it('is drawn in both themes and on paper, and fits a narrow window', async () => {
    await seed()
    const { page } = await show(await made())
    const paper = (): Promise<string> => page.evaluate('getComputedStyle(document.body).backgroundColor')
    await page.emulateMedia({ colorScheme: 'light' })
    const light = await paper()
    await page.emulateMedia({ colorScheme: 'dark' })
    expect(await paper()).not.toBe(light)
    await page.emulateMedia({ colorScheme: 'dark', media: 'print' })
    expect(await paper()).toBe(light)
    await page.setViewportSize({ width: 360, height: 700 })
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(360)
    await page.close()
  })

  it('is the same bytes each time, whatever the journal forgot meanwhile', async () => {
    await seed()
    await store.rows(
      `INSERT INTO journal (at, name, room_id, session_id, body) VALUES (1, 'session.archived', 'r1', 's1', '{}')`,
    )
    const first = await made()
    await store.rows('DELETE FROM journal')
    expect(await made()).toBe(first)
  })

  it('says what it lacks: an open session, a pruned one, one of several parts, and one in which nothing happened', async () => {
    await addSession(store, { no: 1, roomNo: 1, open: true })
    expect(await made()).toContain('The session was still open when this was made.')
    await store.rows(
      `UPDATE sessions SET archived_at = 1, end_reason = 'shutdown', ended_at = last_at, pruned_at = 5`,
    )
    const pruned = await made()
    expect(pruned).toContain('Retention removed its events')
    expect(pruned).toContain('Nobody.')
    await addSession(store, {
      no: 2,
      roomNo: 1,
      openedAt: T0 + 900_000,
      events: [{ kind: 'chat', text: 'x' }],
    })
    await store.rows(
      `UPDATE sessions SET merged_into = 1, merge_kind = 'fragment', end_reason = 'manual_stop' WHERE no = 2`,
    )
    const merged = await made()
    expect(merged).toContain('the first of 2 parts')
    expect(merged).toContain('it was recorded in parts')
    expect(merged).toContain('It ended: recording was stopped by hand')
  })
})

describe('the columns of a chart', () => {
  const point = (minute: number, chats: number) => ({
    at: T0 + minute * 60_000,
    chats,
    giftValue: 0,
    likes: 0,
    joins: 0,
    viewersAvg: null,
    viewersMax: null,
  })

  it('hold every minute once, as means where several share one', () => {
    const short = columnsOf([point(0, 4), point(2, 6)], { openedAt: T0 + 20_000, endedAt: T0 + 150_000 })
    expect(short.map(({ chats, minutes }) => [chats, minutes])).toEqual([
      [4, 1],
      [0, 1],
      [6, 1],
    ])
    const day = Array.from({ length: 1_440 }, (_, minute) => point(minute, 2))
    const long = columnsOf(day, { openedAt: T0, endedAt: T0 + 86_399_000 })
    expect(long.length).toBeLessThanOrEqual(240)
    expect(new Set(long.map(({ chats }) => chats))).toEqual(new Set([2]))
  })

  it('end at round numbers, and time has few marks', () => {
    expect([0, 1, 3, 7, 12, 499, 501].map(roundUp)).toEqual([1, 1, 5, 10, 20, 500, 1_000])
    for (const minutes of [1, 59, 240, 1_441, 14_400]) {
      expect(ticksOf(minutes * 60_000).length).toBeLessThanOrEqual(11)
    }
  })
})

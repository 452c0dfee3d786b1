// The console in a real browser: how soon it is seen, how soon a fact is seen in it, and what it costs to leave it
// open beside a busy room. The product is a process of its own against a stand-in; the browser is headless.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { BrowserContext, CDPSession, Page } from 'playwright-core'
import { acquireBrowser } from '../test/_support/browser.ts'
import { Product } from '../test/_support/product.ts'
import { runScript } from '../test/_support/tiktok/script.ts'
import { startTikTok } from '../test/_support/tiktok/standin.ts'
import type { Bench, Figure } from './figures.ts'
import { median, quantile } from './figures.ts'

const ROOMS = 300
const EVENTS_PER_SECOND = 400
const BUSY = 'busy.room'

/** What the page notes of itself. Times are milliseconds UTC. */
interface Noted {
  readonly changes: { readonly room: string; readonly state: string; readonly at: number }[]
  readonly longTasksMs: number[]
}

/** Runs in the page: notes each new state of a row once the frame that shows it was made, and every long task. */
const note = (): void => {
  const noted: Noted = { changes: [], longTasksMs: [] }
  Object.assign(globalThis, { noted })
  const utc = (): number => performance.timeOrigin + performance.now()
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) noted.longTasksMs.push(duration)
  }).observe({ type: 'longtask' as unknown as 'function' })
  // A room that moves to another section is drawn there anew.
  new MutationObserver((mutations) => {
    const elements = mutations.flatMap(({ target, addedNodes }) => [
      target,
      ...[...addedNodes].flatMap((node) => [node, ...(node.querySelectorAll?.('[data-room]') ?? [])]),
    ])
    const seen = elements.flatMap(({ dataset }) =>
      dataset?.['room'] === undefined ? [] : [{ room: dataset['room'], state: dataset['kind'] ?? '' }],
    )
    const frame = globalThis as unknown as { readonly requestAnimationFrame: (act: () => void) => void }
    frame.requestAnimationFrame(() => noted.changes.push(...seen.map((one) => ({ ...one, at: utc() }))))
  }).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ['data-kind'] })
}
interface Drawn {
  readonly dataset?: Record<string, string | undefined>
  readonly querySelectorAll?: (selector: string) => Iterable<Drawn>
}
declare const document: object
declare class MutationObserver {
  constructor(
    hear: (mutations: readonly { readonly target: Drawn; readonly addedNodes: Iterable<Drawn> }[]) => void,
  )
  observe(target: object, options: object): void
}

const notedBy = (page: Page): Promise<Noted> =>
  page.evaluate(() => (globalThis as unknown as { readonly noted: Noted }).noted)

const costs = async (cdp: CDPSession) => {
  const { metrics } = await cdp.send('Performance.getMetrics')
  const of = (name: string): number => metrics.find((metric) => metric.name === name)?.value ?? 0
  return { scriptS: of('ScriptDuration'), taskS: of('TaskDuration'), heapBytes: of('JSHeapUsedSize') }
}

const opened = async (context: BrowserContext, url: string, ready: string) => {
  const page = await context.newPage()
  await page.addInitScript(note)
  const cdp = await context.newCDPSession(page)
  await cdp.send('Performance.enable')
  const from = performance.now()
  await page.goto(url)
  await page.locator(ready).first().waitFor()
  const readyMs = performance.now() - from
  const paintMs = await page.evaluate(
    () => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0,
  )
  return { page, cdp, readyMs, paintMs }
}

interface RoomFact {
  readonly name: string
  readonly at: number
  readonly body: { readonly to?: string }
}

/** Starts and stops rooms, and compares when each fact happened with when its row showed it. */
const factToPixel = async (product: Product, page: Page, rooms: readonly string[]) => {
  for (const room of rooms) {
    await product.post(`/api/rooms/${room}/start`)
    await wait(200)
    await product.post(`/api/rooms/${room}/stop`)
    await wait(200)
  }
  await wait(2_000)
  const { changes } = await notedBy(page)
  const samples: number[] = []
  let [told, missed] = [0, 0]
  for (const handle of rooms) {
    const { id } = await product.get<{ id: string }>(`/api/rooms/${handle}`)
    const { items } = await product.get<{ items: readonly RoomFact[] }>(`/api/rooms/${handle}/facts?limit=50`)
    for (const { name, at, body } of items) {
      if (name !== 'room.state_changed') continue
      told += 1
      const shown = changes.find(
        (change) => change.room === id && change.state === body.to && change.at >= at - 1,
      )
      if (shown !== undefined) samples.push(shown.at - at)
      // A state that another one follows within a frame is never drawn; the last one has to be.
      else if (!items.some((later) => later.name === name && later.at > at)) missed += 1
    }
  }
  return { samples, told, missed }
}

const stay = async (page: Page, cdp: CDPSession, forMs: number) => {
  await wait(3_000)
  const before = await costs(cdp)
  const longBefore = (await notedBy(page)).longTasksMs.length
  await wait(forMs)
  const after = await costs(cdp)
  const long = (await notedBy(page)).longTasksMs.slice(longBefore)
  const seconds = forMs / 1000
  return {
    scriptMsPerS: ((after.scriptS - before.scriptS) * 1000) / seconds,
    taskMsPerS: ((after.taskS - before.taskS) * 1000) / seconds,
    heapMB: [before.heapBytes / 1e6, after.heapBytes / 1e6] as const,
    longTasks: long.length,
    longestMs: Math.max(0, ...long),
  }
}

const opening = (view: string, it: { readonly paintMs: number; readonly readyMs: number }) =>
  [view, Math.round(it.paintMs), Math.round(it.readyMs)] as const

export const bench: Bench = async ({ quick }): Promise<readonly Figure[]> => {
  const seconds = quick ? 20 : 600
  const dataDir = await mkdtemp(join(tmpdir(), 'roomkeeper-bench-'))
  const tiktok = await startTikTok({ truth: 'counts' })
  const product = new Product({ dataDir, env: { ...tiktok.env, SIGN_REQUESTS_PER_MINUTE: '600' } })
  await product.start()
  const { browser, release } = await acquireBrowser()
  try {
    const quiet = Array.from({ length: ROOMS - 1 }, (_, index) => `room.${String(index).padStart(3, '0')}`)
    for (const handle of quiet) tiktok.creator(handle)
    tiktok.creator(BUSY).goLive()
    await product.post('/api/rooms', { handles: quiet, monitor: false })
    await product.post('/api/rooms', { handles: [BUSY] })
    await tiktok.watched(BUSY)
    const share = EVENTS_PER_SECOND / 4
    const script = { chatsPerSecond: share * 2, likesPerSecond: share, joinsPerSecond: share }
    const running = runScript(tiktok.creator(BUSY), { ...script, seed: 1 })

    const context = await browser.newContext({ viewport: { width: 1360, height: 820 } })
    const { origin } = product
    await context.request.post(`${origin}/api/login`, { data: { token: product.token }, headers: { origin } })
    const list = await opened(context, `${origin}/rooms`, '[data-room]')
    const {
      samples: pixels,
      told,
      missed,
    } = await factToPixel(product, list.page, quiet.slice(0, quick ? 10 : 40))
    const beside = await stay(list.page, list.cdp, quick ? 10_000 : 60_000)
    await list.page.close()
    const room = await opened(context, `${origin}/rooms/${BUSY}`, '[role="feed"]')
    const watching = await stay(room.page, room.cdp, seconds * 1000)
    running.stop()
    const row = (view: string, it: typeof watching) => [
      view,
      it.scriptMsPerS,
      it.taskMsPerS,
      it.heapMB[0],
      it.heapMB[1],
      it.longTasks,
      Math.round(it.longestMs),
    ]
    const p99 = quantile(pixels, 0.99)
    const paints = [list.paintMs, room.paintMs]
    return [
      {
        title: `The console opens (${ROOMS} rooms, one with ${EVENTS_PER_SECOND} events/s)`,
        columns: ['view', 'first paint ms', 'its content ms'],
        rows: [opening('rooms', list), opening('room', room)],
        aims: [
          {
            what: 'first paint within 1 s',
            value: `${Math.round(Math.max(...paints))} ms`,
            met: Math.max(...paints) < 1_000,
          },
        ],
      },
      {
        title: `From a fact to its pixel, ${pixels.length} of ${told} states of rooms`,
        columns: ['', 'ms'],
        rows: [
          ['median', Math.round(median(pixels))],
          ['p99', Math.round(p99)],
        ],
        aims: [
          { what: 'p99 within 1 s', value: `${Math.round(p99)} ms`, met: pixels.length > 0 && p99 < 1_000 },
          { what: 'the last state of each is shown', value: `${missed} missed`, met: missed === 0 },
        ],
        notes: [
          'From the time that the fact carries to the frame that was made with the new state in it.',
          'A state that another follows within one frame is never drawn.',
        ],
      },
      {
        title: `What an open page costs; the room for ${seconds} s`,
        columns: ['view', 'script ms/s', 'task ms/s', 'heap MB', 'after', 'long tasks', 'longest ms'],
        rows: [row('rooms', beside), row('room', watching)],
        aims: [],
      },
    ]
  } finally {
    await release()
    await product.stop()
    await tiktok.close()
    await rm(dataDir, { recursive: true, force: true })
  }
}

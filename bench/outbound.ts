// Sending out, seen from outside: how soon the status stream says what happened at LiveKit and at the platforms, how
// fast the status is answered, and what a thousand destinations on air cost. Platforms are simulated.

import { readFileSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { followFacts, type Fact } from '../test/_support/demo/facts.ts'
import {
  openStudio,
  PLATFORMS,
  streamKey,
  type Platform,
  type Studio,
} from '../test/_support/product-studio.ts'
import type { Bench, Figure } from './figures.ts'
import { quantile } from './figures.ts'

/** Times as the product has them when nothing is set. */
const SERVER = {
  EGRESS_BACKOFF_BASE_MS: '1000',
  EGRESS_STABLE_MS: '2000',
  EGRESS_POLL_MS: '3000',
}
const AT_ONCE = 4
const HEARD_WITHIN_MS = 60_000

type Fits = (body: Fact['body']) => boolean
const turned =
  (platform: Platform, to: string): Fits =>
  (body) =>
    body['platform'] === platform && body['to'] === to
const failed =
  (platform: Platform): Fits =>
  (body) =>
    body['platform'] === platform && 'code' in body

/** Waits for facts of a room; answers when they arrived. */
class Ear {
  readonly #waiting = new Set<(fact: Fact, at: number) => void>()
  readonly stop: () => void

  constructor(studio: Studio) {
    const facts = followFacts(studio.product, (fact) => {
      const at = performance.now()
      for (const hear of this.#waiting) hear(fact, at)
    })
    this.stop = facts.stop
  }

  next(roomId: string, fits: Fits): Promise<number> {
    return new Promise((done, fail) => {
      const hear = (fact: Fact, at: number): void => {
        if (fact.roomId !== roomId || !fits(fact.body)) return
        clearTimeout(timer)
        this.#waiting.delete(hear)
        done(at)
      }
      const timer = setTimeout(() => fail(new Error('a fact did not come')), HEARD_WITHIN_MS)
      this.#waiting.add(hear)
    })
  }
}

/** Milliseconds from doing it until each of these is heard. */
const timed = async (heard: readonly Promise<number>[], act: () => unknown): Promise<readonly number[]> => {
  const from = performance.now()
  await act()
  return (await Promise.all(heard)).map((at) => at - from)
}

const each = async (count: number, run: (n: number) => Promise<void>): Promise<void> => {
  let next = 0
  const worker = async (): Promise<void> => {
    for (let n = next++; n < count; n = next++) await run(n)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
}

const samples = async (studio: Studio, ear: Ear, runs: number): Promise<Map<string, number[]>> => {
  const found = new Map<string, number[]>()
  const note = (what: string, ms: number | undefined): void => {
    found.set(what, [...(found.get(what) ?? []), ms ?? 0])
  }
  const { livekit } = studio
  await each(runs, async (n) => {
    const room = `run${n}`
    const id = await studio.add(room)
    const live = PLATFORMS.map((platform) => ear.next(id, turned(platform, 'live')))
    const accepted = PLATFORMS.map((platform) => ear.next(id, turned(platform, 'connecting')))
    const [youtube, twitch] = await timed(accepted, () => studio.start(room))
    note('start to accepted, youtube', youtube)
    note('start to accepted, twitch', twitch)
    await Promise.all(live)
    const { platforms: views } = await studio.status(room)
    const egress = livekit.egress(views['youtube']?.egress_id ?? '')
    while (!egress.isMoving) await wait(20)
    const lost = [ear.next(id, turned('youtube', 'reconnecting'))]
    const key = studio.keys[`${room}/youtube`] ?? ''
    note(
      'dropped ingest to reconnecting',
      (await timed(lost, () => livekit.platform('youtube').drop(key)))[0],
    )
    const stopped = [ear.next(id, turned('twitch', 'stopped'))]
    note('stop to stopped', (await timed(stopped, () => studio.stop(room)))[0])
  })
  await each(runs, async (n) => {
    const room = `refused${n}`
    const id = await studio.add(room)
    livekit.platform('twitch').ofKey.set(studio.keys[`${room}/twitch`] ?? '', 'reject')
    const [refused] = await timed([ear.next(id, failed('twitch'))], () => studio.start(room, ['twitch']))
    note('start with a refused key to error', refused)
    await studio.stop(room)
    // A token may make 20 changes a second.
    await wait(1_000)
  })
  livekit.webhooks.mood = { drop: () => true }
  await each(runs, async (n) => {
    const room = `deaf${n}`
    const id = await studio.add(room)
    const live = ear.next(id, turned('youtube', 'live'))
    await studio.start(room, ['youtube'])
    await live
    const { egress_id: egressId } = await studio.platform(room, 'youtube')
    const [told] = await timed([ear.next(id, failed('youtube'))], () => livekit.egress(egressId ?? '').fail())
    note('lost webhook to truth', told)
    await studio.stop(room)
  })
  livekit.webhooks.mood = {}
  return found
}

const megabytes = (pid: number): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '0') / 1_024
/** Ticks of a hundredth of a second. */
const cpuMs = (pid: number): number => {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[11]) + Number(fields[12])) * 10
}

/** Many rooms, each set up and started by its owner, so that no limit of changes is met. */
const onAir = async (studio: Studio, rooms: number, seconds: number) => {
  const { product, livekit } = studio
  const names = Array.from({ length: rooms }, (_, n) => `air${n}`)
  const body = { handles: names, monitor: false }
  const { added } = await product.post<{ added: { handle: string; ownerToken: string }[] }>(
    '/api/rooms',
    body,
  )
  for (const name of names) livekit.room(name)
  const send = (n: number, method: string, path: string, json: object) =>
    product.ask(path, {
      method,
      headers: { authorization: `Bearer ${added[n]!.ownerToken}` },
      body: JSON.stringify(json),
    })
  await each(rooms, async (n) => {
    for (const platform of PLATFORMS) {
      await send(n, 'PUT', `/api/rooms/${added[n]!.handle}/destinations/${platform}`, { key: streamKey() })
    }
  })
  const before = megabytes(product.pid)
  await each(rooms, async (n) => {
    await send(n, 'POST', '/api/live/start', { room: added[n]!.handle, platforms: 'both' })
  })
  await each(rooms, async (n) => void (await studio.live(names[n]!)))
  const from = cpuMs(product.pid)
  await wait(seconds * 1_000)
  const cpu = (cpuMs(product.pid) - from) / (seconds * 10)
  const latencies: number[] = []
  for (let n = 0; n < 2_000; n += 1) {
    const at = performance.now()
    await studio.status(names[n % rooms]!)
    latencies.push(performance.now() - at)
  }
  return { rooms, before, after: megabytes(product.pid), cpu, latencies }
}

const withStudio = async <A>(run: (studio: Studio) => Promise<A>): Promise<A> => {
  const studio = await openStudio({ env: SERVER })
  try {
    return await run(studio)
  } finally {
    await studio.close()
  }
}

export const bench: Bench = async function* ({ quick }): AsyncIterable<Figure> {
  const runs = quick ? 10 : 100
  const found = await withStudio(async (studio) => {
    const ear = new Ear(studio)
    const all = await samples(studio, ear, runs)
    ear.stop()
    return all
  })
  const [polled] = [found.get('lost webhook to truth') ?? []]
  yield {
    title: `What the status stream says, in ms, over ${runs} runs, ${AT_ONCE} at a time`,
    columns: ['', 'p50', 'p99'],
    rows: [...found].map(([what, ms]) => [what, quantile(ms, 0.5), quantile(ms, 0.99)]),
    aims: [
      {
        what: 'a lost webhook is made up for within two polls (6 s)',
        value: `${quantile(polled, 0.99).toFixed(0)} ms`,
        met: quantile(polled, 0.99) < 6_000,
      },
    ],
    notes: [
      "LiveKit's stand-in takes 30 ms to start an egress and 40 ms to end one; a platform 20 ms to answer.",
    ],
  }
  const loads = []
  for (const rooms of quick ? [20] : [200, 500]) loads.push(await withStudio((one) => onAir(one, rooms, 20)))
  yield {
    title: 'On air and nothing happens: two destinations a room',
    columns: [
      'rooms',
      'status p50 ms',
      'status p99 ms',
      'MB before',
      'MB on air',
      'kB a destination',
      'CPU %',
    ],
    rows: loads.map(({ rooms, before, after, cpu, latencies }) => [
      rooms,
      quantile(latencies, 0.5),
      quantile(latencies, 0.99),
      before,
      after,
      ((after - before) * 1_024) / (rooms * 2),
      cpu,
    ]),
    aims: loads.map(({ rooms, latencies }) => ({
      what: `the status of one of ${rooms} rooms within 10 ms`,
      value: `p99 ${quantile(latencies, 0.99).toFixed(1)} ms over HTTP`,
      met: quantile(latencies, 0.99) < 10,
    })),
  }
}

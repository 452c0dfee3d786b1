// The main job, from outside: an operator adds rooms and leaves; every broadcast is there afterwards as one
// session with every message that was sent, byte for byte.

import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openHouse, type House, type SessionWhole } from '../_support/product-house.ts'
import { ran } from '../_support/product.ts'
import { wrongIn, withDatabase } from '../_support/product-database.ts'
import { compare } from '../_support/product-truth.ts'
import { runScript } from '../_support/tiktok/script.ts'
import { person, type Creator } from '../_support/tiktok/standin.ts'

const HANDLES = ['ana', 'bo', 'cleo'] as const
const RATES = { chatsPerSecond: 25, likesPerSecond: 15, joinsPerSecond: 8, giftsPerSecond: 6 } as const

/** A broadcast of about two seconds with something of every kind in it. */
const broadcast = async (creator: Creator, seed: number): Promise<void> => {
  const script = runScript(creator, {
    ...RATES,
    followsPerSecond: 2,
    sharesPerSecond: 2,
    viewersEveryMs: 300,
    seed,
  })
  await creator.streak(person(7), '5655', { counts: [1, 3, 8, 15, 23], gapMs: 120 })
  creator.pause()
  await wait(300)
  creator.unpause()
  creator.batch(() => {
    creator.question(person(3), 'where is this?')
    creator.poll('again?')
    creator.envelope(person(4))
    creator.pin(person(5), 'pinned')
    creator.emote(person(6))
    creator.battle()
    creator.intro('welcome')
    creator.raw('WebcastNobodyKnowsMessage', Buffer.from('0a0210077a0568656c6c6f', 'hex'))
  })
  await wait(1_200)
  script.stop()
  creator.end()
}

describe('three rooms, from the first look to the last export', { timeout: 100_000 }, () => {
  let house: House
  const ended = new Map<string, SessionWhole>()

  beforeAll(async () => {
    house = await openHouse()
    for (const handle of HANDLES) await house.add(handle)
    const live = HANDLES.map((handle) => {
      const creator = house.tiktok.creator(handle)
      creator.goLive({ title: `${handle} is on air` })
      return creator
    })
    await Promise.all(HANDLES.map((handle) => house.recording(handle)))
    await Promise.all(live.map((creator, seed) => broadcast(creator, seed + 1)))
    for (const handle of HANDLES) {
      const sessions = await house.archived(handle)
      expect(sessions).toHaveLength(1)
      ended.set(handle, sessions[0]!)
    }
  })
  afterAll(() => house.close())

  const sessionOf = (handle: string): SessionWhole => ended.get(handle)!

  it('makes one session of each broadcast, ended by its own end', async () => {
    for (const handle of HANDLES) {
      expect(sessionOf(handle)).toMatchObject({
        endReason: 'stream_end',
        broadcastId: house.tiktok.creator(handle).broadcastId,
        gaps: [],
        secondary: [],
      })
      expect(sessionOf(handle).attempts.map(({ outcome }) => outcome)).toEqual(['done'])
    }
  })

  it('keeps every message that was sent, byte for byte, and nothing else', async () => {
    for (const handle of HANDLES) {
      const { broadcastId } = house.tiktok.creator(handle)
      const compared = await compare(house, [sessionOf(handle).id], { broadcastId: broadcastId ?? '' })
      expect(compared).toMatchObject({ missing: [], surplus: [], stored: compared.sent })
      expect(compared.sent).toBeGreaterThan(60)
    }
  })

  it('gives a receipt that adds up to what was put on the wire', () => {
    for (const handle of HANDLES) {
      const { counters, report } = sessionOf(handle)
      const { broadcastId } = house.tiktok.creator(handle)
      const deliveries = house.tiktok.truth.deliveries({ broadcastId: broadcastId ?? '' })
      expect(counters).toMatchObject({ received: deliveries, poison: 0 })
      expect(counters['received']).toBe(counters['events']! + counters['duplicates']!)
      expect(report).toMatchObject({
        messages: counters['received'],
        stored: counters['events'],
        duplicates: counters['duplicates'],
        frames: counters['frames'],
        gaps: { count: 0, totalMs: 0 },
        pauses: { count: 1 },
      })
    }
  })

  it('exports all of it, as lines and as a table', async () => {
    for (const handle of HANDLES) {
      const { id, counters } = sessionOf(handle)
      const answer = await house.product.ask(`/api/sessions/${id}/export?format=ndjson`)
      const lines = (await answer.text()).trim().split('\n')
      expect(answer.headers.get('x-total-rows')).toBe(String(counters['events']))
      expect(lines).toHaveLength(counters['events']!)
      const ids = lines.map((line) => BigInt((JSON.parse(line) as { id: string }).id))
      expect(ids).toEqual(ids.toSorted((a, b) => (a < b ? -1 : 1)))
      const csv = await (await house.product.ask(`/api/sessions/${id}/export?format=csv`)).text()
      expect(csv.trim().split('\r\n')).toHaveLength(counters['events']! + 1)
    }
  })

  it('counts what the creator counted', async () => {
    for (const handle of HANDLES) {
      const creator = house.tiktok.creator(handle)
      const stats = await house.product.get<{
        totals: Record<string, number>
        viewers: { peak: number }
        perMinute: readonly unknown[]
        leaderboards: { gifters: readonly { userId: string }[] }
      }>(`/api/sessions/${sessionOf(handle).id}/stats`)
      expect(stats.totals).toMatchObject({
        chats: creator.chats,
        likes: creator.likes,
        follows: creator.follows,
        shares: creator.shares,
        joins: creator.viewersTotal,
        giftValue: creator.gifts.diamonds,
      })
      expect(stats.perMinute.length).toBeGreaterThan(0)
      expect(stats.leaderboards.gifters.length).toBeGreaterThan(0)
    }
  })

  it('tells the whole story of each in order', async () => {
    const told = [
      'session.opened',
      'session.paused',
      'session.unpaused',
      'session.ending',
      'session.archived',
    ]
    for (const handle of HANDLES) {
      const { entries } = await house.product.get<{ entries: readonly { name: string }[] }>(
        `/api/sessions/${sessionOf(handle).id}/timeline`,
      )
      const names = entries.map(({ name }) => name)
      expect(names.filter((name) => told.includes(name))).toEqual(told)
      expect(names).toEqual(expect.arrayContaining(['connection.opened', 'pause', 'done']))
    }
  })

  it('does the same from the command line: add, list, show, stop, sessions, export', async () => {
    const { product, tiktok } = house
    const env = { ROOMKEEPER_URL: product.origin, ROOMKEEPER_TOKEN: product.token }
    const cli = async (...args: readonly string[]) => {
      const { code, out, err } = await ran(process.execPath, ['bin/roomkeeper.mjs', ...args], { env })
      expect({ args, code, err }).toMatchObject({ code: 0 })
      return out
    }
    const creator = tiktok.creator('dora.live')
    creator.goLive()
    expect(await cli('rooms', 'add', 'https://www.tiktok.com/@Dora.Live/live')).toMatch(/rk_\w+/)
    const id = await house.recording('dora.live')
    for (let n = 0; n < 30; n += 1) creator.say(`word ${n}`)
    await house.stored('dora.live', id)
    const [list, show] = await Promise.all([cli('rooms', 'list'), cli('rooms', 'show', '@dora.live')])
    expect(list).toMatch(new RegExp(`@dora\\.live +live\\.receiving .*${id}`))
    expect(show).toContain('The room is being recorded.')
    await cli('rooms', 'stop', 'dora.live')
    await house.archived('dora.live')

    const folder = await mkdtemp(join(tmpdir(), 'roomkeeper-cli-'))
    try {
      const file = join(folder, 'dora.ndjson')
      const [sessions] = await Promise.all([cli('sessions', 'list'), cli('export', id, '--out', file)])
      expect(sessions).toMatch(new RegExp(`${id} .*dora\\.live.*manual_stop`))
      const lines = (await readFile(file, 'utf8')).trim().split('\n')
      const texts = lines.map((line) => (JSON.parse(line) as { text: string }).text)
      expect(texts).toEqual(Array.from({ length: 30 }, (_, n) => `word ${n}`))
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })

  it('leaves a database in which every invariant holds, after SIGTERM too', async () => {
    expect(await house.product.end('SIGTERM')).toMatchObject({ code: 0, signal: null })
    await withDatabase(house.product.dataDir, async (copy) => {
      expect(await wrongIn(copy)).toEqual([])
      expect(await copy.value('SELECT count(*) FROM sessions')).toBe(HANDLES.length + 1)
    })
  })
})

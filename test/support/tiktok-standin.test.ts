// The stand-in for TikTok, seen through the unmodified connector: what it promises to every other test.

import { hash } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { hasCaptures, MISSING, replayCaptures } from '../_support/tiktok/captures.ts'
import { runScript } from '../_support/tiktok/script.ts'
import { openStage, type Stage } from '../_support/tiktok/stage.ts'
import { buildFrame, person, startTikTok } from '../_support/tiktok/standin.ts'

let stage: Stage
beforeEach(async () => {
  stage = await openStage()
})
afterEach(() => stage.close())

const until = (claim: () => boolean) => expect.poll(claim, { interval: 5 }).toBe(true)

interface GiftEvent {
  readonly repeatCount: number
  readonly repeatEnd: number
}

const texts = (heard: readonly { data: unknown }[]) =>
  heard.map(({ data }) => (data as { content: string }).content)

describe('a creator', () => {
  it('is found offline, then live, paused as live, then offline again', async () => {
    const ana = stage.tiktok.creator('ana')
    const viewer = stage.connector('ana')
    expect(await viewer.fetchIsLive()).toBe(false)
    ana.goLive()
    expect(await viewer.fetchIsLive()).toBe(true)
    ana.pause()
    expect(await viewer.fetchIsLive()).toBe(true)
    ana.end()
    expect(await viewer.fetchIsLive()).toBe(false)
    await expect(viewer.connect()).rejects.toThrow("isn't online")
  })

  it('keeps the broadcast id when it goes offline, and gets another with the next broadcast', async () => {
    const ana = stage.tiktok.creator('ana')
    const first = ana.goLive()
    ana.goOffline()
    expect(await stage.connector('ana').fetchRoomId()).toBe(first)
    const second = ana.goLive()
    expect(second).not.toBe(first)
    expect(second).toMatch(/^\d{19}$/)
    expect(await stage.connector('ana').fetchRoomId()).toBe(second)
  })

  it('is found under the new handle only after a rename', async () => {
    const ana = stage.tiktok.creator('ana')
    const broadcastId = ana.goLive()
    ana.rename('ana.new')
    expect(await stage.connector('ana.new').fetchRoomId()).toBe(broadcastId)
    await expect(stage.connector('ana').fetchRoomId()).rejects.toThrow('all sources')
  })

  it('reaches every handler of the connector, and sees its acknowledgements', async () => {
    const ana = stage.tiktok.creator('ana')
    const broadcastId = ana.goLive()
    const connector = stage.connector('ana', { enableExtendedGiftInfo: true })
    const names =
      'chat gift like member roomUser follow share questionNew linkMicBattle envelope pollMessage roomPin emote liveIntro imDelete controlMessage streamEnd'.split(
        ' ',
      )
    const heard = stage.listen(connector, ...names)
    const seen = await stage.connect(connector)
    expect(connector.roomId).toBe(broadcastId)
    expect(stage.tiktok.asked('sign_url')).toHaveLength(1)

    ana.say('hello', person(2))
    await ana.streak(person(3), '5655', { counts: [1, 3, 7] })
    ana.like(person(4), 15)
    ana.join(person(5))
    ana.seen(100, 250)
    ana.follow(person(6))
    ana.share(person(7))
    ana.question(person(8), 'why?')
    ana.battle()
    ana.envelope(person(9))
    ana.poll('tea?')
    ana.pin(person(2), 'hello')
    ana.emote(person(2))
    ana.intro('welcome')
    ana.remove(['1'])
    ana.pause()
    ana.unpause()
    await until(() => heard.length === 20 && seen.acks.length === seen.asked.length)
    ana.end()
    await until(() => heard.some(({ name }) => name === 'streamEnd'))

    expect(new Set(heard.map(({ name }) => name))).toEqual(new Set(names))
    // In any order: the connector lets frames overtake one another.
    const gifts = heard.flatMap(({ name, data }) => (name === 'gift' ? [data as GiftEvent] : []))
    const streak = gifts.map(({ repeatCount, repeatEnd }) => `${repeatCount}/${repeatEnd}`)
    expect(streak.sort()).toEqual(['1/0', '3/0', '7/0', '7/1'])
    expect(seen.asked).toEqual(expect.arrayContaining(seen.acks.map(({ logId }) => logId)))
    expect(seen.acks[0]?.internalExt).toContain('wss_info')
    expect(stage.tiktok.truth.delivered({ broadcastId })).toHaveLength(21)
  })
})

describe('the truth', () => {
  it('has the hash of every payload as the client got it, and on which connection', async () => {
    const ana = stage.tiktok.creator('ana')
    const broadcastId = ana.goLive()
    const connector = stage.connector('ana')
    const hashes: string[] = []
    connector.on('decodedData', (_method: string, _data: unknown, payload: Uint8Array) =>
      hashes.push(hash('sha256', payload, 'hex')),
    )
    const viewer = await stage.connect(connector)
    ana.batch(() => {
      for (let n = 0; n < 50; n += 1) ana.say(`line ${n}`, person(n))
    })
    await until(() => hashes.length === 50)
    const delivered = stage.tiktok.truth.delivered({ broadcastId, connection: viewer.n })
    expect(delivered.map(({ sha256 }) => sha256)).toEqual(hashes)
    expect(new Set(delivered.map(({ msgId }) => msgId)).size).toBe(50)
    expect(delivered[0]?.msgId).toMatch(/^\d{19}$/)
  })

  it('tells what nobody was there for', () => {
    const ana = stage.tiktok.creator('ana')
    ana.goLive()
    ana.say('to nobody')
    expect(stage.tiktok.truth.missed({ handle: 'ana' })).toHaveLength(1)
    expect(stage.tiktok.truth.delivered({ handle: 'ana' })).toHaveLength(0)
  })

  it('keeps forced ids: none, the greatest, and one twice', () => {
    const ana = stage.tiktok.creator('ana')
    ana.goLive()
    ana.forceIds('0', '9223372036854775807', '9223372036854775807')
    const ids = ['a', 'b', 'c', 'd'].map((text) => ana.say(text).msgId)
    expect(ids.slice(0, 3)).toEqual(['0', '9223372036854775807', '9223372036854775807'])
    expect(ids[3]).toMatch(/^\d{19}$/)
    expect(stage.tiktok.truth.entries()).toHaveLength(4)
  })
})

describe('a connect answer', () => {
  it('gives the welcome before the socket is open, and the last messages again as history', async () => {
    const ana = stage.tiktok.creator('ana')
    const broadcastId = ana.goLive()
    for (let n = 0; n < 10; n += 1) ana.say(`early ${n}`)
    ana.welcome.push(...ana.compose(() => ana.say('welcome')))
    const connector = stage.connector('ana')
    const heard = stage.listen(connector, 'chat', 'websocketConnected')
    await stage.connect(connector)
    expect(heard.at(-1)?.name).toBe('websocketConnected')
    // The window holds six; the welcome, made last, is one of them and is also given as new.
    expect(texts(heard.slice(0, -1))).toEqual(
      [5, 6, 7, 8, 9].map((n) => `early ${n}`).concat('welcome', 'welcome'),
    )
    const flags = stage.tiktok.truth
      .delivered({ broadcastId })
      .flatMap(({ deliveries }) => deliveries.map(({ history }) => history))
    expect(flags).toEqual([true, true, true, true, true, true, false])
  })

  it('fills from the cursor when told to', async () => {
    const ana = stage.tiktok.creator('ana')
    ana.historySize = 0
    ana.fillsFromCursor = true
    const broadcastId = ana.goLive()
    const connector = stage.connector('ana')
    const heard = stage.listen(connector, 'chat')
    ana.say('one')
    const cursor = ana.cursorAt()
    ana.say('two')
    ana.say('three')
    connector.clientParams['cursor'] = cursor
    await connector.connect(broadcastId)
    expect(texts(heard)).toEqual(['two', 'three'])
    expect(stage.tiktok.asked('sign')[0]?.query.get('cursor')).toBe(cursor)
  })
})

describe('load', () => {
  it('sends a burst whole, in order', async () => {
    const ana = stage.tiktok.creator('ana')
    ana.goLive()
    const connector = stage.connector('ana')
    let frames = 0
    connector.on('websocketData', () => (frames += 1))
    await stage.connect(connector)
    const before = frames
    await ana.mishaps.burst({ events: 2_000, ms: 100, messagesPerFrame: 20 })
    await until(() => frames - before >= 100)
    await until(() => stage.tiktok.truth.delivered({ handle: 'ana' }).length === 2_000)
    expect(stage.tiktok.fired('burst')).toBe(1)
  })

  it('sends frames that were built before, and only counts when it shall only count', async () => {
    const counting = await startTikTok({ truth: 'counts' })
    const ana = counting.creator('ana')
    ana.goLive()
    const frame = buildFrame(ana.compose(() => ana.say('once')))
    for (let n = 0; n < 5; n += 1) ana.sendFrame(frame)
    expect(counting.truth.said).toBe(5)
    expect(counting.truth.entries()).toHaveLength(0)
    await counting.close()
  })

  it('repeats a script for the same seed', async () => {
    const said = await Promise.all(
      ['ana', 'bo'].map(async (handle) => {
        const creator = stage.tiktok.creator(handle)
        creator.goLive()
        const running = runScript(creator, { chatsPerSecond: 200, giftsPerSecond: 50, seed: 7 })
        await until(() => running.made() >= 40)
        running.stop()
        return stage.tiktok.truth.entries({ handle }).map(({ method }) => method)
      }),
    )
    expect(new Set(said[0]).size).toBe(2)
    expect(said[0]?.slice(0, 40)).toEqual(said[1]?.slice(0, 40))
  })

  it('replays the captures, each with its own bytes', async ({ annotate }) => {
    if (!hasCaptures()) {
      await annotate(MISSING)
      return
    }
    const ana = stage.tiktok.creator('ana')
    ana.goLive()
    await stage.connect(stage.connector('ana'))
    const replayed = replayCaptures(ana)
    expect(replayed.messages).toHaveLength(1_902)
    expect(new Set(replayed.messages.map(({ method }) => method)).size).toBe(77)
    await until(() => stage.tiktok.truth.delivered({ handle: 'ana' }).length === 1_902)
  })
})

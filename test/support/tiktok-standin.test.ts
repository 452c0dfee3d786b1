// The stand-in for TikTok, seen through the unmodified connector: what it promises to every other test.

import { afterEach, describe, expect, it } from 'vitest'

import { person, startTikTok, type TikTok, type TikTokOptions } from '../_support/tiktok/standin.ts'
import { connectorAt, type UnmodifiedConnector } from '../_support/tiktok/unmodified.ts'

const open: { close: () => Promise<unknown> }[] = []

afterEach(async () => {
  for (const one of open.splice(0).toReversed()) await one.close()
})

const started = async (options?: TikTokOptions): Promise<TikTok> => {
  const tiktok = await startTikTok(options)
  open.push(tiktok)
  return tiktok
}

const connection = (tiktok: TikTok, handle: string): UnmodifiedConnector => {
  const made = connectorAt(tiktok.origin, handle)
  open.push({ close: () => made.disconnect() })
  return made
}

const until = async (claim: () => boolean): Promise<void> => {
  await expect.poll(claim, { timeout: 5_000, interval: 5 }).toBe(true)
}

describe('a creator on air', () => {
  it('is found offline, then live, then offline again', async () => {
    const tiktok = await started()
    const ana = tiktok.creator('ana')
    const viewer = connection(tiktok, 'ana')
    expect(await viewer.fetchIsLive()).toBe(false)
    ana.goLive()
    expect(await viewer.fetchIsLive()).toBe(true)
    ana.end()
    expect(await viewer.fetchIsLive()).toBe(false)
  })

  it('reaches every handler of the connector, and sees its acknowledgements', async () => {
    const tiktok = await started()
    const ana = tiktok.creator('ana')
    const broadcastId = ana.goLive()
    const viewer = connection(tiktok, 'ana')
    const heard: string[] = []
    const names = [
      'chat',
      'gift',
      'like',
      'member',
      'roomUser',
      'follow',
      'share',
      'questionNew',
      'linkMicBattle',
      'envelope',
      'pollMessage',
      'roomPin',
      'emote',
      'liveIntro',
      'imDelete',
      'controlMessage',
      'streamEnd',
    ] as const
    for (const name of names) viewer.on(name, () => heard.push(name))
    const [seen] = await Promise.all([tiktok.next(), viewer.connect()])
    expect(viewer.roomId).toBe(broadcastId)

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
    await until(() => heard.includes('imDelete') && seen.acks.length === seen.asked.length)
    ana.end()
    await until(() => heard.includes('streamEnd'))

    expect(new Set(heard)).toEqual(new Set(names))
    expect(heard.filter((name) => name === 'gift')).toHaveLength(4)
    expect(seen.entered).toBe(true)
    expect(tiktok.truth.delivered({ broadcastId })).toHaveLength(21)
  })
})

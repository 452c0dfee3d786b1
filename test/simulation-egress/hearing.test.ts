import { afterEach, describe, expect, it } from 'vitest'
import { attemptsOf } from './oracle.ts'
import { judgeAtRest } from './oracle-at-rest.ts'
import { accept, goLive, jobOf, open, pathOf, ROOM, shown, stateOf, until, untilState } from './plays.ts'
import type { Studio } from './studio.ts'

let studio: Studio
afterEach(() => studio.close())

const key = (platform: string) => studio.town.key(ROOM, platform)
const starts = (platform: string) => studio.livekit.callsOf('start', key(platform))

describe('what LiveKit says', () => {
  it('L27: in the wrong order leaves the end as the end', () => {
    studio = open()
    studio.livekit.webhooks.mood = 'held'
    goLive(studio, ROOM, ['youtube'])
    const job = jobOf(studio, 'youtube')
    studio.livekit.list = 'hanging'
    studio.livekit.ingest(key('youtube')).mood = 'refuse'
    job.end('failed', 503, 'connection closed remotely', 'End reason: Failure')
    studio.time.advance(50)
    const held = studio.livekit.webhooks.held.filter(({ isPresent }) => isPresent === null)
    expect(held.map(({ event }) => event)).toEqual([
      'egress_started',
      'egress_updated',
      'egress_updated',
      'egress_ended',
    ])
    expect(stateOf(studio, 'youtube')).toBe('live')
    studio.livekit.webhooks.release(held.toReversed())
    studio.time.advance(50)
    expect(stateOf(studio, 'youtube')).toBe('backoff')
    const [attempt] = attemptsOf(studio)
    expect(attempt).toMatchObject({ lk_egress_id: job.id, lk_status: 'failed', ended_at: job.endedAt })
    studio.livekit.webhooks.release([...held, ...held])
    studio.time.advance(50)
    expect(attemptsOf(studio)[0]).toEqual(attempt)
    studio.livekit.heal()
    untilState(studio, 'youtube', 'live')
    studio.time.advance(100)
    judgeAtRest(studio)
  })

  it('L28: is learnt by asking when every webhook is lost', () => {
    studio = open()
    studio.livekit.webhooks.mood = 'lost'
    accept(studio, 'start')
    untilState(studio, 'youtube', 'live', 10_000)
    studio.time.advance(20_000)
    jobOf(studio, 'youtube').end('failed', 503, 'connection closed remotely')
    expect(untilState(studio, 'youtube', 'backoff')).toBeLessThan(6_000)
    untilState(studio, 'youtube', 'live', 15_000)
    studio.livekit.breakIngest(key('twitch'), 'refuse')
    expect(until(studio, () => stateOf(studio, 'twitch') !== 'live')).toBeLessThan(6_000)
    studio.livekit.ingest(key('twitch')).mood = 'accept'
    studio.time.advance(60_000)
    accept(studio, 'stop')
    until(
      studio,
      () => stateOf(studio, 'youtube') === 'stopped' && stateOf(studio, 'twitch') === 'stopped',
      6_000,
    )
    expect(studio.livekit.webhooks.met.lost).toBeGreaterThan(10)
    expect(shown(studio, 'youtube').observedBy).not.toBe('webhook')
    studio.time.advance(100)
    judgeAtRest(studio)
  })

  it('L28: is learnt from webhooks when LiveKit cannot be asked', () => {
    studio = open()
    goLive(studio, ROOM, ['youtube'])
    studio.time.advance(20_000)
    studio.livekit.list = 'hanging'
    studio.livekit.breakIngest(key('youtube'), 'refuse')
    expect(untilState(studio, 'youtube', 'reconnecting')).toBeLessThan(200)
    expect(shown(studio, 'youtube').observedBy).toBe('webhook')
    studio.livekit.heal()
    untilState(studio, 'youtube', 'live')
  })

  it('L31: before the answer to our start belongs to it all the same', () => {
    studio = open()
    studio.livekit.nextStarts.push('slow')
    accept(studio, 'start', ['youtube'])
    studio.time.advance(9_000)
    expect(studio.livekit.webhooks.met.ok).toBeGreaterThan(2)
    expect(starts('youtube')[0]?.heard).toBeNull()
    untilState(studio, 'youtube', 'live', 40_000)
    studio.time.advance(60_000)
    expect(attemptsOf(studio).map((row) => row.lk_egress_id)).toEqual(['EG_1'])
    expect(starts('youtube').length).toBe(1)
    judgeAtRest(studio)
  })

  it('L32: later than a webhook, by a list that is eight seconds old, changes nothing', () => {
    studio = open()
    goLive(studio, ROOM, ['youtube'])
    studio.time.advance(5_000)
    studio.livekit.list = 'stale'
    studio.time.advance(4_000)
    const job = jobOf(studio, 'youtube')
    job.end('failed', 503, 'connection closed remotely')
    untilState(studio, 'youtube', 'backoff', 100)
    studio.livekit.ingest(key('youtube')).mood = 'accept'
    studio.time.advance(60_000)
    expect(
      studio.livekit.callsOf('list').filter(({ mood, heard }) => mood === 'stale' && heard === 'ok').length,
    ).toBeGreaterThan(3)
    untilState(studio, 'youtube', 'live', 30_000)
    studio.time.advance(100)
    expect(attemptsOf(studio)[0]).toMatchObject({ lk_status: 'failed', ended_at: job.endedAt })
    const path = pathOf(studio, 'youtube')
    // What came late neither brought the old one back nor took the new one for gone.
    expect(path.filter((state) => state === 'live').length).toBe(2)
    expect(starts('youtube').length).toBe(2)
    judgeAtRest(studio)
  })

  it('L29: of an egress of nobody, or of a room that is not ours, changes nothing', () => {
    studio = open()
    goLive(studio, ROOM, ['youtube'])
    const before = JSON.stringify([attemptsOf(studio), studio.live.status(ROOM)])
    const { view } = studio.livekit.webhooks.sent[0]!
    expect(studio.live.observe({ ...view, egressId: 'EG_stranger', roomName: 'elsewhere' }, 'webhook')).toBe(
      false,
    )
    studio.time.advance(1)
    expect(JSON.stringify([attemptsOf(studio), studio.live.status(ROOM)])).toBe(before)
  })
})

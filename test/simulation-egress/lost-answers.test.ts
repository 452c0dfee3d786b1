import { afterEach, describe, expect, it } from 'vitest'
import type { StartMood } from './moods.ts'
import { judgeAtRest } from './oracle-at-rest.ts'
import { accept, goLive, open, ROOM, shown, stateOf, until, untilState } from './plays.ts'
import type { Studio } from './studio.ts'

let studio: Studio
afterEach(() => studio.close())

const key = (platform: string) => studio.town.key(ROOM, platform)
const starts = (platform: string) => studio.livekit.callsOf('start', key(platform))

describe('a start whose answer is lost', () => {
  for (const mood of ['lost_done', 'slow', 'late'] as const satisfies readonly StartMood[]) {
    it(`${mood === 'lost_done' ? 'L04' : 'L03'}: is found in the list and taken over, not started again (${mood})`, () => {
      studio = open()
      studio.livekit.nextStarts.push(mood)
      accept(studio, 'start', ['youtube'])
      until(studio, () => shown(studio, 'youtube').errorCode === 'start_unknown', 11_000)
      untilState(studio, 'youtube', 'live', 40_000)
      expect(starts('youtube').map((call) => call.mood)).toEqual([mood])
      expect(starts('youtube')[0]?.heard).not.toBe('ok')
      expect(studio.livekit.jobs.length).toBe(1)
      expect(shown(studio, 'youtube')).toMatchObject({ status: 'live', errorCode: null })
      studio.time.advance(120_000)
      expect(studio.livekit.jobs.length).toBe(1)
      judgeAtRest(studio)
    })
  }

  for (const mood of ['lost_undone', 'hanging'] as const) {
    it(`L03: is not repeated before it was absent twice and the grace is over (${mood})`, () => {
      studio = open()
      studio.livekit.nextStarts.push(mood)
      accept(studio, 'start', ['youtube'])
      untilState(studio, 'youtube', 'live', 60_000)
      const [first, second] = starts('youtube')
      expect(first?.heard).not.toBe('ok')
      expect((second?.atMs ?? 0) - (first?.heardMs ?? 0)).toBeGreaterThanOrEqual(15_000)
      const looks = studio.livekit
        .callsOf('list')
        .filter(({ atMs, heard }) => heard === 'ok' && atMs > first!.heardMs! && atMs < second!.atMs)
      expect(looks.length).toBeGreaterThanOrEqual(2)
      judgeAtRest(studio)
    })
  }

  it('L03: that LiveKit carries out long after everybody gave it up leaves one in the end', () => {
    studio = open()
    studio.livekit.nextStarts.push('very_late')
    accept(studio, 'start', ['youtube'])
    studio.time.advance(120_000)
    expect(starts('youtube').length).toBe(2)
    expect(studio.livekit.jobs.length).toBe(2)
    expect(studio.livekit.running.length).toBe(1)
    const [one, other] = studio.livekit.jobs
    const bothMs =
      Math.min(one?.endedMs ?? Infinity, other?.endedMs ?? Infinity) -
      Math.max(one!.createdMs, other!.createdMs)
    expect(bothMs).toBeLessThan(10_000)
    expect(stateOf(studio, 'youtube')).toBe('live')
    judgeAtRest(studio)
  })

  for (const disk of ['failing', 'unknown'] as const) {
    it(`L03: that LiveKit carries out while the next one waits for the disk, has ended before that is sent (${disk})`, () => {
      studio = open()
      const { livekit, time } = studio
      livekit.nextStarts.push('very_late')
      accept(studio, 'start', ['youtube'])
      until(studio, () => stateOf(studio, 'youtube') === 'backoff')
      studio.disk.mood = disk
      livekit.stop = 'hanging'
      until(studio, () => livekit.running.length > 0)
      time.advance(6_000)
      expect(livekit.callsOf('stop').length).toBeGreaterThan(0)
      expect(studio.disk.met[disk]).toBeGreaterThan(2)
      studio.disk.heal()
      time.advance(20_000)
      expect(starts('youtube').length).toBe(1)
      livekit.heal()
      untilState(studio, 'youtube', 'live')
      const [late, ours] = livekit.jobs
      expect(ours!.createdMs).toBeGreaterThanOrEqual(late?.endedMs ?? Infinity)
      time.advance(5_000)
      judgeAtRest(studio)
    })
  }

  it('L03: that LiveKit carries out while nobody can hear of it is looked for before the next one is sent', () => {
    studio = open()
    const { livekit, time } = studio
    livekit.nextStarts.push('very_late')
    accept(studio, 'start', ['youtube'])
    until(studio, () => stateOf(studio, 'youtube') === 'backoff')
    studio.disk.mood = 'failing'
    untilState(studio, 'youtube', 'starting')
    time.advance(2_000)
    expect(studio.disk.met.failing).toBeGreaterThan(2)
    livekit.list = 'unreachable'
    livekit.webhooks.mood = 'lost'
    until(studio, () => livekit.running.length > 0)
    studio.disk.heal()
    time.advance(20_000)
    expect(livekit.calls.filter(({ heard }) => heard === 'unreachable').length).toBeGreaterThan(2)
    expect(starts('youtube').length).toBe(1)
    livekit.heal()
    untilState(studio, 'youtube', 'live')
    const [late, ...others] = livekit.jobs
    for (const { createdMs } of others) expect(createdMs).toBeGreaterThanOrEqual(late?.endedMs ?? Infinity)
    time.advance(5_000)
    judgeAtRest(studio)
  })

  it('L03: is not believed absent by a list that was asked before it', () => {
    studio = open()
    goLive(studio, ROOM, ['twitch'])
    studio.livekit.list = 'stale'
    studio.livekit.nextStarts.push('late')
    accept(studio, 'start', ['youtube'])
    until(studio, () => starts('youtube').length > 0, 30_000)
    studio.time.advance(120_000)
    expect(studio.livekit.callsOf('list').filter(({ mood }) => mood === 'stale').length).toBeGreaterThan(3)
    expect(starts('youtube').length).toBe(1)
    studio.livekit.heal()
    untilState(studio, 'youtube', 'live')
    judgeAtRest(studio)
  })

  it('L03: is not believed absent by an old list when LiveKit told of it while that was on its way', () => {
    studio = open()
    goLive(studio, ROOM, ['twitch'])
    studio.livekit.nextStarts.push('very_late')
    accept(studio, 'start', ['youtube'])
    studio.time.advance(20_000)
    studio.kill()
    studio.livekit.list = 'stale'
    studio.time.advance(100)
    studio.boot()
    until(studio, () => studio.livekit.runningOf(key('youtube')).length > 0, 30_000)
    studio.time.advance(120_000)
    expect(studio.livekit.callsOf('list').filter(({ mood }) => mood === 'stale').length).toBeGreaterThan(3)
    expect(starts('youtube').map(({ mood }) => mood)).toEqual(['very_late'])
    judgeAtRest(studio)
  })
})

describe('a command whose write is answered by nobody', () => {
  it('is carried out once the disk says that it is there, although writes failed for certain since', () => {
    studio = open()
    const { disk, time } = studio
    studio.command('start', ROOM, ['youtube'])
    disk.mood = 'unknown'
    time.advance(10)
    disk.mood = 'failing'
    time.advance(10_000)
    expect(disk.met.unknown).toBe(1)
    expect(disk.met.failing).toBeGreaterThan(2)
    expect(studio.commanded[0]?.outcome).toBe('full')
    expect(stateOf(studio, 'youtube')).toBe('idle')
    disk.heal()
    untilState(studio, 'youtube', 'live')
    expect(starts('youtube').length).toBe(1)
    judgeAtRest(studio)
  })
})

import { afterEach, describe, expect, it } from 'vitest'
import { egressesOf, judge } from './oracle.ts'
import { judgeAtRest } from './oracle-at-rest.ts'
import {
  accept,
  ask,
  factsOf,
  goLive,
  jobOf,
  open,
  ROOM,
  shown,
  stateOf,
  until,
  untilState,
} from './plays.ts'
import type { Studio } from './studio.ts'
import type { StartMood } from './moods.ts'

let studio: Studio
afterEach(() => studio.close())

const key = (platform: string) => studio.town.key(ROOM, platform)
const settle = (ms = 90_000) => studio.time.advance(ms)

describe('a stop', () => {
  const moods: readonly StartMood[] = ['ok', 'lost_done', 'slow', 'late', 'lost_undone', 'room_not_found']
  for (const mood of moods) {
    it(`L13: before its start is complete wins, whenever it comes (${mood})`, () => {
      const afterMs =
        mood === 'ok' ? Array.from({ length: 40 }, (_, step) => step * 17) : [0, 3, 9, 25, 60, 5_000, 12_000]
      let begun = 0
      for (const ms of afterMs) {
        studio = open()
        studio.livekit.startOf.set(key('youtube'), mood)
        studio.command('start', ROOM, ['youtube'])
        studio.time.advance(ms)
        studio.command('stop', ROOM, ['youtube'])
        settle()
        begun += studio.livekit.callsOf('start').length
        studio.livekit.heal()
        settle()
        expect(studio.commanded.map(({ outcome }) => outcome)).toEqual(['ok', 'ok'])
        expect(stateOf(studio, 'youtube')).toBe('stopped')
        expect(studio.livekit.running).toEqual([])
        judgeAtRest(studio)
        if (ms !== afterMs.at(-1)) studio.close()
      }
      expect(begun).toBeGreaterThan(0)
    })
  }

  it('L14: between two starts within 100 ms leaves only what the last start asked for', () => {
    for (const mood of ['ok', 'lost_done'] as const) {
      for (const gapMs of [0, 1, 4, 9, 13, 20, 31, 50]) {
        studio = open()
        studio.livekit.start = mood
        studio.command('start', ROOM, ['youtube'])
        studio.time.advance(gapMs)
        studio.command('stop', ROOM, ['youtube'])
        studio.time.advance(gapMs)
        studio.command('start', ROOM, ['youtube'])
        settle()
        expect(studio.commanded.map(({ outcome }) => outcome)).toEqual(['ok', 'ok', 'ok'])
        expect(stateOf(studio, 'youtube')).toBe('live')
        expect(studio.livekit.running.length).toBe(1)
        judgeAtRest(studio)
        studio.close()
      }
    }
    studio = open()
  })

  it('L15: of two starts at once makes one egress, and says so', () => {
    studio = open()
    studio.command('start', ROOM, ['youtube'])
    studio.command('start', ROOM, ['youtube'])
    untilState(studio, 'youtube', 'live')
    expect(studio.commanded.map(({ outcome }) => outcome)).toEqual(['ok', 'already_active'])
    expect(studio.livekit.jobs.length).toBe(1)
    expect(ask(studio, 'start', ['youtube'])).toBe('already_active')
    accept(studio, 'start', ['youtube', 'twitch'])
    untilState(studio, 'twitch', 'live')
    expect(studio.livekit.jobs.length).toBe(2)
    expect(new Set(egressesOf(studio).map((row) => row.session_id)).size).toBe(1)
    judgeAtRest(studio)
  })

  it('L16: of an egress that has ended already is a stop', () => {
    studio = open()
    goLive(studio)
    studio.livekit.webhooks.mood = 'lost'
    studio.livekit.list = 'hanging'
    jobOf(studio, 'youtube').end('complete')
    studio.livekit.forget(jobOf(studio, 'twitch'))
    studio.time.advance(100)
    expect(stateOf(studio, 'youtube')).toBe('live')
    accept(studio, 'stop')
    until(
      studio,
      () => stateOf(studio, 'youtube') === 'stopped' && stateOf(studio, 'twitch') === 'stopped',
      15_000,
    )
    const heard = studio.livekit.callsOf('stop').map((call) => call.heard)
    expect(heard.toSorted()).toEqual(['not_found', 'precondition'])
    studio.time.advance(100)
    judgeAtRest(studio)
  })

  it('L16: twice, or of nothing, is as good as once', () => {
    studio = open()
    goLive(studio)
    for (let nth = 0; nth < 50; nth += 1) studio.command('stop', ROOM, ['youtube', 'twitch'])
    until(studio, () => stateOf(studio, 'youtube') === 'stopped' && stateOf(studio, 'twitch') === 'stopped')
    studio.time.advance(1_000)
    expect(studio.commanded.filter(({ kind, outcome }) => kind === 'stop' && outcome === 'ok').length).toBe(
      50,
    )
    expect(studio.livekit.callsOf('stop').length).toBe(2)
    accept(studio, 'stop')
    expect(studio.livekit.callsOf('stop').length).toBe(2)
    expect(studio.disk.audit.filter(({ action }) => action === 'live.stop').length).toBe(51)
    expect(
      studio.disk.audit.filter(({ action, outcome }) => action === 'live.stop' && outcome === 'done').length,
    ).toBe(1)
    judgeAtRest(studio)
  })

  it('lets a destination of an earlier session join the next one', () => {
    studio = open()
    goLive(studio, ROOM, ['youtube'])
    accept(studio, 'stop')
    untilState(studio, 'youtube', 'stopped')
    goLive(studio, ROOM, ['twitch'])
    goLive(studio, ROOM, ['youtube'])
    const rows = egressesOf(studio)
    expect(rows.map(({ platform }) => platform)).toEqual(['youtube', 'twitch', 'youtube'])
    expect(rows[2]?.session_id).toBe(rows[1]?.session_id)
    expect(rows[0]?.session_id).not.toBe(rows[1]?.session_id)
    judgeAtRest(studio)
  })

  it('and a start of which nobody knows whether it was written leave no session over and wanted', () => {
    for (const mood of ['unknown', 'lost'] as const) {
      for (const ms of [0, 5, 16, 100, 210, 230, 260, 400]) {
        studio = open()
        goLive(studio)
        studio.command('stop', ROOM, ['youtube', 'twitch'])
        studio.time.advance(ms)
        studio.disk.mood = mood
        studio.command('start', ROOM, ['youtube'])
        studio.time.advance(4_000)
        expect(studio.disk.met[mood]).toBeGreaterThan(0)
        studio.disk.heal()
        settle(30_000)
        judgeAtRest(studio)
        studio.kill()
        studio.boot()
        settle(30_000)
        judgeAtRest(studio)
        studio.close()
      }
    }
    studio = open()
  })

  it('L17: is answered at once and asked for again until LiveKit has done it', () => {
    studio = open()
    goLive(studio)
    studio.livekit.stop = 'hanging'
    const from = studio.time.ms
    accept(studio, 'stop', ['youtube'])
    expect(studio.time.ms - from).toBeLessThan(100)
    expect(stateOf(studio, 'youtube')).toBe('stopping')
    until(studio, () => studio.livekit.callsOf('stop').length === 5, 180_000)
    expect(studio.livekit.callsOf('stop').filter(({ heard }) => heard === 'timeout').length).toBe(4)
    expect(stateOf(studio, 'youtube')).toBe('stopping')
    studio.livekit.heal()
    untilState(studio, 'youtube', 'stopped', 45_000)
    expect(stateOf(studio, 'twitch')).toBe('live')
    studio.time.advance(100)
    judgeAtRest(studio)
  })

  it('L17: whose answer was lost is confirmed by the webhook or the list', () => {
    for (const webhooks of ['ok', 'lost'] as const) {
      studio = open()
      goLive(studio)
      studio.livekit.stop = 'lost_done'
      studio.livekit.webhooks.mood = webhooks
      accept(studio, 'stop')
      expect(untilState(studio, 'youtube', 'stopped')).toBeLessThan(webhooks === 'ok' ? 1_000 : 6_000)
      expect(studio.livekit.callsOf('stop').every(({ mood }) => mood === 'lost_done')).toBe(true)
      studio.time.advance(5_000)
      judgeAtRest(studio)
      studio.close()
    }
    studio = open()
  })

  it('L12: that LiveKit never confirms stays unconfirmed and alarms; only force starts beside it', () => {
    studio = open()
    goLive(studio)
    const ghost = jobOf(studio, 'youtube')
    expect(ghost.die()).toBe(true)
    accept(studio, 'stop', ['youtube'])
    until(studio, () => shown(studio, 'youtube').errorCode === 'stop_unconfirmed', 10_000)
    expect(shown(studio, 'youtube')).toMatchObject({ state: 'stopping', status: 'error' })
    expect(factsOf(studio, 'egress.alarm')).toEqual([])
    studio.time.advance(65_000)
    expect(factsOf(studio, 'egress.alarm').length).toBe(1)
    const asked = studio.livekit.callsOf('stop').length
    studio.time.advance(120_000)
    expect(studio.livekit.callsOf('stop').length).toBeGreaterThan(asked)
    expect(studio.livekit.callsOf('stop').every(({ heard }) => heard === 'no_response')).toBe(true)
    expect(ask(studio, 'start', ['youtube'])).toBe('stop_unconfirmed')
    expect(studio.livekit.runningOf(key('youtube'))).toEqual([ghost])
    judge(studio)
    accept(studio, 'start', ['youtube'], { force: true })
    untilState(studio, 'youtube', 'live', 10_000)
    studio.livekit.forget(ghost)
    studio.time.advance(60_000)
    expect(stateOf(studio, 'twitch')).toBe('live')
    judgeAtRest(studio)
  })

  it('L12: that becomes known to be over is confirmed after all', () => {
    studio = open()
    goLive(studio)
    const ghost = jobOf(studio, 'youtube')
    ghost.die()
    accept(studio, 'stop', ['youtube'])
    studio.time.advance(90_000)
    expect(stateOf(studio, 'youtube')).toBe('stopping')
    studio.livekit.forget(ghost)
    untilState(studio, 'youtube', 'stopped', 40_000)
    studio.time.advance(100)
    judgeAtRest(studio)
  })
})

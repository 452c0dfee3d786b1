import * as Exit from 'effect/Exit'
import { afterEach, describe, expect, it } from 'vitest'
import { attemptsOf, egressesOf } from './oracle.ts'
import { judgeAtRest } from './oracle-at-rest.ts'
import { accept, factsOf, goLive, jobOf, open, ROOM, shown, stateOf, until, untilState } from './plays.ts'
import type { Studio } from './studio.ts'
import { PLATFORMS } from './town.ts'

let studio: Studio
afterEach(() => studio.close())

const FOUR = ['r1', 'r2', 'r3', 'r4']
const key = (platform: string, room = ROOM) => studio.town.key(room, platform)
const everywhere = (state: string) =>
  FOUR.every((room) => PLATFORMS.every((platform) => stateOf(studio, platform, room) === state))

const onAir = () => {
  studio = open(FOUR)
  for (const room of FOUR) goLive(studio, room)
  studio.time.advance(20_000)
  expect(studio.livekit.running.length).toBe(8)
}

describe('a process that begins', () => {
  for (const how of ['kill', 'leave'] as const) {
    it(`L18: takes over eight egresses within two seconds and starts none (${how})`, () => {
      onAir()
      const before = studio.livekit.running
      const since = shown(studio, 'youtube').liveSince
      if (how === 'kill') studio.kill()
      else expect(studio.leave().running).toBe(8)
      studio.time.advance(5_000)
      expect(studio.livekit.running).toEqual(before)
      studio.boot()
      until(studio, () => everywhere('live'), 2_000)
      expect(studio.livekit.callsOf('start').length).toBe(8)
      expect(shown(studio, 'youtube').liveSince).toBe(since)
      studio.time.advance(120_000)
      expect(studio.livekit.callsOf('start').length).toBe(8)
      expect(studio.livekit.callsOf('stop')).toEqual([])
      expect(studio.livekit.running).toEqual(before)
      expect(factsOf(studio, 'egress.adopted').length).toBe(8)
      judgeAtRest(studio)
    })
  }

  it('L18: after one that left while a start was being written carries it out, once', () => {
    studio = open()
    const command = studio.command('start', ROOM, PLATFORMS)
    const left = studio.fork(studio.live.letGo)
    expect(Exit.isSuccess(studio.outcome(command))).toBe(true)
    expect(Exit.isSuccess(studio.outcome(left))).toBe(true)
    expect(egressesOf(studio).map(({ desired }) => desired)).toEqual(['on', 'on'])
    studio.time.advance(10_000)
    expect(studio.livekit.calls).toEqual([])
    studio.kill()
    studio.boot()
    until(studio, () => PLATFORMS.every((platform) => stateOf(studio, platform) === 'live'))
    expect(studio.livekit.callsOf('start').length).toBe(2)
    studio.time.advance(5_000)
    judgeAtRest(studio)
  })

  it('L18: that cannot ask LiveKit starts nothing and shows what it knows until it can', () => {
    onAir()
    studio.kill()
    studio.livekit.list = 'unreachable'
    studio.boot()
    studio.time.advance(120_000)
    expect(
      studio.livekit.calls.filter(({ boot, heard }) => boot === 2 && heard === 'unreachable').length,
    ).toBeGreaterThan(5)
    expect(studio.livekit.callsOf('start').length).toBe(8)
    studio.livekit.heal()
    until(studio, () => everywhere('live'), 40_000)
    expect(studio.livekit.callsOf('start').length).toBe(8)
    judgeAtRest(studio)
  })

  it('L33: takes nothing for absent on a list that is incomplete', () => {
    onAir()
    studio.livekit.list = 'incomplete'
    studio.time.advance(30_000)
    expect(everywhere('live')).toBe(true)
    studio.kill()
    studio.boot()
    studio.time.advance(60_000)
    expect(
      studio.livekit.callsOf('list').filter(({ heard }) => heard === 'bad_answer').length,
    ).toBeGreaterThan(10)
    expect(studio.livekit.callsOf('start').length).toBe(8)
    studio.livekit.heal()
    until(studio, () => everywhere('live'), 40_000)
    expect(studio.livekit.callsOf('start').length).toBe(8)
    judgeAtRest(studio)
  })

  for (const mood of ['ok', 'lost_done', 'slow'] as const) {
    it(`L19: killed in any millisecond of a start leaves one egress (${mood})`, () => {
      let startedTwice = 0
      for (let ms = 0; ms < 80; ms += 1) {
        studio = open()
        studio.livekit.nextStarts.push(mood)
        studio.command('start', ROOM, ['youtube'])
        studio.time.advance(ms)
        const sent = studio.livekit.callsOf('start').length
        studio.kill()
        studio.time.advance(ms % 3 === 0 ? 0 : 700)
        studio.boot()
        studio.time.advance(90_000)
        if (egressesOf(studio).length > 0) {
          expect(stateOf(studio, 'youtube')).toBe('live')
          expect(studio.livekit.jobs.length).toBe(1)
        } else expect(studio.livekit.jobs.length).toBe(0)
        if (sent > 0 && studio.livekit.callsOf('start').length > 1) startedTwice += 1
        judgeAtRest(studio)
        if (ms < 79) studio.close()
      }
      expect(startedTwice).toBe(0)
    })
  }

  it('L19: killed again and again in the middle of a start multiplies nothing', () => {
    studio = open()
    studio.livekit.startOf.set(key('youtube'), 'lost_done')
    studio.command('start', ROOM, ['youtube'])
    for (let nth = 0; nth < 20; nth += 1) {
      studio.time.advance(5 + nth * 3)
      studio.kill()
      studio.boot()
    }
    studio.time.advance(90_000)
    expect(studio.boots).toBe(21)
    expect(studio.livekit.jobs.length).toBe(1)
    judgeAtRest(studio)
  })

  it('L20: starts anew what ended while it was down and is wanted', () => {
    studio = open()
    goLive(studio)
    studio.time.advance(10_000)
    const gone = jobOf(studio, 'youtube')
    studio.kill()
    studio.time.advance(30_000)
    gone.end('failed', 503, 'connection closed remotely', 'End reason: Failure')
    studio.time.advance(30_000)
    studio.boot()
    untilState(studio, 'youtube', 'live', 20_000)
    expect(stateOf(studio, 'twitch')).toBe('live')
    expect(studio.livekit.callsOf('start').length).toBe(3)
    studio.time.advance(100)
    const ended = attemptsOf(studio).find((row) => row.lk_egress_id === gone.id)
    expect(ended).toMatchObject({ lk_status: 'failed', ended_at: gone.endedAt })
    judgeAtRest(studio)
  })

  it('L20: leaves off what ended while it was down and is not wanted', () => {
    studio = open()
    goLive(studio)
    studio.livekit.stop = 'hanging'
    accept(studio, 'stop', ['youtube'])
    studio.time.advance(500)
    studio.kill()
    jobOf(studio, 'youtube').end('complete')
    studio.time.advance(10_000)
    studio.livekit.heal()
    studio.boot()
    untilState(studio, 'youtube', 'stopped', 5_000)
    expect(studio.livekit.callsOf('start').length).toBe(2)
    studio.time.advance(100)
    judgeAtRest(studio)
  })

  it('finishes a stop that was accepted before the process died', () => {
    for (let ms = 0; ms < 40; ms += 1) {
      studio = open()
      goLive(studio, ROOM, ['youtube'])
      studio.command('stop', ROOM, ['youtube'])
      studio.time.advance(ms)
      studio.kill()
      studio.boot()
      studio.time.advance(20_000)
      const isStopped = egressesOf(studio)[0]?.desired === 'off'
      expect(studio.livekit.running.length).toBe(isStopped ? 0 : 1)
      judgeAtRest(studio)
      studio.close()
    }
    studio = open()
  })

  it('leaves a stopped destination of an open session stopped', () => {
    studio = open()
    goLive(studio)
    accept(studio, 'stop', ['twitch'])
    untilState(studio, 'twitch', 'stopped')
    studio.time.advance(100)
    const before = egressesOf(studio).find(({ platform }) => platform === 'twitch')
    expect(before?.ended_at).not.toBeNull()
    studio.kill()
    studio.boot()
    studio.time.advance(10_000)
    expect(stateOf(studio, 'twitch')).toBe('stopped')
    expect(egressesOf(studio).find(({ platform }) => platform === 'twitch')).toEqual(before)
    judgeAtRest(studio)
  })

  it('keeps the waits and the count of attempts of the process before', () => {
    studio = open()
    studio.livekit.ingest(key('youtube')).mood = 'refuse'
    accept(studio, 'start', ['youtube'])
    for (let nth = 0; nth < 30; nth += 1) {
      studio.time.advance(900)
      studio.kill()
      studio.boot()
    }
    untilState(studio, 'youtube', 'failed', 300_000)
    // One whose failure was not on disk yet when the process died is not counted.
    const tried = studio.livekit.callsOf('start').length
    expect(tried).toBeLessThanOrEqual(10)
    studio.kill()
    studio.boot()
    studio.time.advance(60_000)
    expect(shown(studio, 'youtube')).toMatchObject({ state: 'failed', errorCode: 'destination_unreachable' })
    expect(studio.livekit.callsOf('start').length).toBe(tried)
  })

  it('L34: never takes an egress of another room for its own, however alike their keys look', () => {
    studio = open(['r1', 'r2'])
    studio.town.keys.set('r1 youtube', 'abcd-first-of-all-wxyz')
    studio.town.keys.set('r2 youtube', 'abcd-other-as-well-wxyz')
    studio.livekit.nextStarts.push('lost_undone')
    studio.command('start', 'r1', ['youtube'])
    studio.time.advance(100)
    goLive(studio, 'r2', ['youtube'])
    expect(studio.livekit.running.length).toBe(1)
    expect(studio.livekit.running[0]?.info.streams[0]?.redactedUrl).toContain('{abc...xyz}')
    studio.time.advance(12_000)
    studio.kill()
    studio.boot()
    untilState(studio, 'youtube', 'live', 60_000)
    expect(stateOf(studio, 'youtube', 'r2')).toBe('live')
    expect(jobOf(studio, 'youtube', 'r1')).not.toBe(jobOf(studio, 'youtube', 'r2'))
    expect(studio.livekit.callsOf('stop')).toEqual([])
    judgeAtRest(studio)
  })

  it('L34: keeps two destinations of one room apart whose addresses look alike, and starts none twice', () => {
    for (const mood of ['ok', 'lost_done', 'lost_undone', 'slow'] as const) {
      studio = open()
      for (const platform of ['one', 'two']) {
        studio.town.urls.set(platform, 'rtmp://relay.test/live')
        studio.town.keys.set(`${ROOM} ${platform}`, `abcd-${platform}-and-more-wxyz`)
      }
      goLive(studio, ROOM, ['two'])
      studio.livekit.nextStarts.push(mood)
      studio.command('start', ROOM, ['one'])
      studio.time.advance(5_000)
      studio.kill()
      studio.boot()
      untilState(studio, 'one', 'live', 120_000)
      untilState(studio, 'two', 'live', 120_000)
      expect(jobOf(studio, 'one')).not.toBe(jobOf(studio, 'two'))
      studio.time.advance(60_000)
      judgeAtRest(studio)
      studio.close()
    }
    studio = open()
  })

  it('S17: keeps the pace of a start that the process before it took over', () => {
    studio = open()
    accept(studio, 'start', ['youtube'])
    studio.time.advance(300)
    for (const empties of [false, true]) {
      if (empties) studio.livekit.emptyRoom(ROOM)
      studio.time.advance(30)
      studio.kill()
      studio.time.advance(100)
      studio.boot()
    }
    studio.livekit.empty.clear()
    untilState(studio, 'youtube', 'live')
    expect(factsOf(studio, 'egress.adopted').length).toBe(1)
    const [first, second, ...more] = studio.livekit.callsOf('start', key('youtube'))
    expect(more).toEqual([])
    expect(second!.atMs - first!.atMs).toBeGreaterThanOrEqual(800)
  })
})

import { afterEach, describe, expect, it } from 'vitest'
import { attemptsOf, judge } from './oracle.ts'
import { judgeAtRest } from './oracle-at-rest.ts'
import {
  accept,
  factsOf,
  goLive,
  jobOf,
  open,
  pathOf,
  ROOM,
  shown,
  stateOf,
  until,
  untilState,
} from './plays.ts'
import type { Studio } from './studio.ts'

let studio: Studio
afterEach(() => studio.close())

const key = (platform: string) => studio.town.key(ROOM, platform)
const starts = (platform: string) => studio.livekit.callsOf('start', key(platform))

describe('a destination on air', () => {
  it('L08: that breaks leaves the other untouched', () => {
    studio = open()
    goLive(studio)
    studio.time.advance(20_000)
    const other = jobOf(studio, 'twitch')
    const calls = () => studio.livekit.calls.filter(({ egressId }) => egressId === other.id).length
    const before = calls()
    studio.livekit.breakIngest(key('youtube'), 'refuse')
    expect(untilState(studio, 'youtube', 'reconnecting')).toBeLessThan(200)
    untilState(studio, 'youtube', 'backoff', 60_000)
    expect(['destination_lost', 'destination_unreachable']).toContain(shown(studio, 'youtube').errorCode)
    studio.time.advance(60_000)
    expect(studio.livekit.ingest(key('youtube')).turnedAway).toBeGreaterThan(3)
    expect(jobOf(studio, 'twitch')).toBe(other)
    expect(other.published).toEqual([{ fromMs: other.published[0]?.fromMs, toMs: null }])
    expect(calls()).toBe(before)
    expect(pathOf(studio, 'twitch').at(-1)).toBe('live')
    studio.livekit.heal()
    untilState(studio, 'youtube', 'live', 60_000)
    judgeAtRest(studio)
  })

  it('that LiveKit brings back by itself is reconnecting and then live, without another start', () => {
    studio = open()
    goLive(studio, ROOM, ['youtube'])
    studio.time.advance(20_000)
    studio.livekit.breakIngest(key('youtube'), 'refuse')
    untilState(studio, 'youtube', 'reconnecting', 200)
    expect(shown(studio, 'youtube').status).toBe('error')
    studio.time.advance(5_000)
    studio.livekit.ingest(key('youtube')).mood = 'accept'
    // LiveKit tells of no recovery, so the silence has to last.
    expect(untilState(studio, 'youtube', 'live', 60_000)).toBeLessThan(40_000)
    expect(starts('youtube').length).toBe(1)
    expect(jobOf(studio, 'youtube').published.length).toBe(2)
    judgeAtRest(studio)
  })

  it('is begun anew, and counted anew, each time it breaks after a minute', () => {
    studio = open()
    goLive(studio, ROOM, ['youtube'])
    for (let nth = 0; nth < 12; nth += 1) {
      studio.time.advance(70_000)
      studio.livekit.breakIngest(key('youtube'), 'refuse')
      untilState(studio, 'youtube', 'backoff', 60_000)
      expect(shown(studio, 'youtube').attempt).toBeLessThanOrEqual(2)
      studio.livekit.heal()
      untilState(studio, 'youtube', 'live', 30_000)
    }
    expect(starts('youtube').length).toBeGreaterThanOrEqual(13)
    studio.time.advance(100)
    judgeAtRest(studio)
  })

  for (const launch of ['mute', 'stuck'] as const) {
    it(`L11: that never begins to send (${launch}) is stopped first, then started again`, () => {
      studio = open()
      studio.livekit.nextLaunches.push(launch)
      accept(studio, 'start', ['youtube'])
      until(studio, () => attemptsOf(studio).some((row) => row.error_code === 'stalled'), 120_000)
      expect(studio.livekit.jobs[0]?.launch).toBe(launch)
      untilState(studio, 'youtube', 'live', 60_000)
      const [wedged, next] = studio.livekit.jobs
      expect(wedged?.endedMs).not.toBeNull()
      expect(next?.createdMs).toBeGreaterThan(wedged?.endedMs ?? Infinity)
      expect(studio.livekit.callsOf('stop').map(({ egressId }) => egressId)).toContain(wedged?.id)
      studio.time.advance(100)
      judgeAtRest(studio)
    })
  }

  it('L11: that is stalled and cannot be stopped is not started beside', () => {
    studio = open()
    studio.livekit.nextLaunches.push('stuck')
    accept(studio, 'start', ['youtube'])
    studio.time.advance(2_000)
    jobOf(studio, 'youtube').die()
    studio.time.advance(300_000)
    expect(studio.livekit.callsOf('stop').some(({ heard }) => heard === 'no_response')).toBe(true)
    expect(studio.livekit.jobs.length).toBe(1)
    expect(shown(studio, 'youtube').errorCode).toBe('stop_unconfirmed')
    judge(studio)
    studio.livekit.forget(jobOf(studio, 'youtube'))
    untilState(studio, 'youtube', 'live', 60_000)
    studio.time.advance(100)
    judgeAtRest(studio)
  })

  it('whose node is killed is known by its participant: no longer live, and not started beside', () => {
    studio = open()
    goLive(studio)
    studio.time.advance(20_000)
    const ghost = jobOf(studio, 'youtube')
    expect(ghost.die()).toBe(true)
    // One that is ending leaves the room too, and has half a minute to say so.
    until(studio, () => shown(studio, 'youtube').errorCode === 'stalled', 45_000)
    expect(shown(studio, 'youtube').status).toBe('error')
    studio.time.advance(120_000)
    expect(shown(studio, 'youtube').errorCode).toBe('stop_unconfirmed')
    expect(starts('youtube').length).toBe(1)
    expect(stateOf(studio, 'twitch')).toBe('live')
    accept(studio, 'start', ['youtube'], { force: true })
    untilState(studio, 'youtube', 'live', 60_000)
    expect(starts('youtube').length).toBe(2)
    studio.livekit.forget(ghost)
    studio.time.advance(60_000)
    judgeAtRest(studio)
  })

  it('that leaves the room and comes back is left alone', () => {
    studio = open()
    goLive(studio, ROOM, ['youtube'])
    studio.time.advance(20_000)
    const { id } = jobOf(studio, 'youtube')
    studio.live.notice(id, false)
    studio.time.advance(3_000)
    studio.live.notice(id, true)
    studio.time.advance(60_000)
    expect(jobOf(studio, 'youtube').id).toBe(id)
    expect(stateOf(studio, 'youtube')).toBe('live')
    judgeAtRest(studio)
  })

  it('L11: that stands still for ninety seconds and is then reported is begun anew, once', () => {
    studio = open()
    goLive(studio)
    studio.time.advance(20_000)
    expect(jobOf(studio, 'youtube').wedge(90_000)).toBe(true)
    studio.time.advance(89_000)
    // LiveKit says that all is well: only the platform itself could know better, and it stops nothing.
    studio.live.see(ROOM, 'youtube', { state: 'not_live', observedAt: studio.time.wall, issues: [] })
    expect(shown(studio, 'youtube').platformView?.state).toBe('not_live')
    expect(starts('youtube').length).toBe(1)
    studio.time.advance(2_000)
    untilState(studio, 'youtube', 'live', 60_000)
    expect(starts('youtube').length).toBe(2)
    studio.time.advance(100)
    judgeAtRest(studio)
  })

  it('L11: whose retries go on and on is begun anew, stop first', () => {
    studio = open()
    goLive(studio, ROOM, ['youtube'])
    const [first] = studio.livekit.jobs
    const drops = () => {
      for (let nth = 0; nth < 60; nth += 1) {
        first?.drop()
        studio.time.advance(5_000)
      }
    }
    studio.time.advance(10_000)
    drops()
    expect(first?.info.streams[0]?.retries).toBeGreaterThan(3)
    expect(stateOf(studio, 'youtube')).not.toBe('stopped')
    studio.time.advance(90_000)
    untilState(studio, 'youtube', 'live', 60_000)
    judgeAtRest(studio)
  })
})

describe('two destinations', () => {
  /** What happened to a destination, without its times. */
  const history = (platform: string) => ({
    asked: studio.livekit.callsOf('start', key(platform)).map(({ mood, heard }) => `${mood} ${heard}`),
    path: pathOf(studio, platform),
    attempts: attemptsOf(studio)
      .filter((row) => row.platform === platform)
      .map(({ no, lk_status: status, error_code: code }) => `${no} ${status} ${code}`),
    audit: studio.disk.audit.map(({ action, outcome }) => `${action} ${outcome}`),
    spans: studio.livekit.jobs
      .filter((job) => job.key === key(platform))
      .map(({ published }) => published.length),
  })

  /** An hour of one platform, while the other is left alone or fails in every way. */
  const hour = (faults: boolean) => {
    studio = open()
    if (faults) studio.livekit.ingest(key('youtube')).mood = 'refuse'
    accept(studio, 'start')
    for (let minute = 0; minute < 60; minute += 1) {
      studio.time.advance(60_000)
      if (minute === 20) studio.livekit.breakIngest(key('twitch'), 'refuse')
      if (minute === 21) studio.livekit.ingest(key('twitch')).mood = 'accept'
      if (minute === 22 && stateOf(studio, 'twitch') === 'failed') accept(studio, 'retry', ['twitch'])
      if (!faults) continue
      const moods = ['refuse', 'reject', 'kick', 'hang', 'accept'] as const
      studio.livekit.breakIngest(key('youtube'), moods[minute % moods.length]!)
      studio.livekit.startOf.set(key('youtube'), minute % 3 === 0 ? 'internal' : 'ok')
      if (stateOf(studio, 'youtube') === 'failed') studio.command('retry', ROOM, ['youtube'])
    }
    const failed = factsOf(studio, 'egress.failed').filter(({ platform }) => platform === 'youtube').length
    const told = history('twitch')
    const audit = told.audit.filter((row) => !row.startsWith('live.retry'))
    studio.close()
    return { ...told, audit, failed }
  }

  it('L36: an hour of endless failure of one leaves no trace in the history of the other', () => {
    const { failed: failures, ...with1 } = hour(true)
    const { failed: none, ...without } = hour(false)
    expect(failures).toBeGreaterThan(2)
    expect(none).toBe(0)
    expect(with1).toEqual(without)
    expect(without.asked.length).toBeGreaterThan(1)
    studio = open()
  }, 400_000)
})

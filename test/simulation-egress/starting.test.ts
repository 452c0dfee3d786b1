import { afterEach, describe, expect, it } from 'vitest'
import { attemptsOf, checkKeys } from './oracle.ts'
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

let studio: Studio
afterEach(() => studio.close())

const key = (platform: string) => studio.town.key(ROOM, platform)
const starts = (platform: string) => studio.livekit.callsOf('start', key(platform))
const waits = (platform: string) =>
  starts(platform)
    .slice(1)
    .map(({ atMs }, index) => atMs - (starts(platform)[index]?.atMs ?? 0))

describe('a start that LiveKit does not carry out', () => {
  it('L01: is tried again with growing waits while LiveKit cannot be reached; the other goes live', () => {
    studio = open()
    studio.livekit.startOf.set(key('twitch'), 'unreachable')
    accept(studio, 'start')
    expect(untilState(studio, 'twitch', 'backoff')).toBeLessThan(1_000)
    expect(shown(studio, 'twitch')).toMatchObject({ status: 'error', errorCode: 'livekit_unreachable' })
    expect(shown(studio, 'twitch').nextAttemptAt).toBeGreaterThan(studio.time.wall)
    untilState(studio, 'youtube', 'live')
    studio.time.advance(300_000)
    expect(stateOf(studio, 'twitch')).toBe('backoff')
    expect(waits('twitch').length).toBeGreaterThan(9)
    for (const [index, wait] of waits('twitch').entries()) {
      expect(wait).toBeGreaterThanOrEqual(800)
      expect(wait).toBeLessThan(Math.min(30_000, 1_000 * 2 ** index) * 1.2 + 500)
    }
    expect(stateOf(studio, 'youtube')).toBe('live')
    expect(jobOf(studio, 'youtube').published.length).toBe(1)
    studio.livekit.heal()
    untilState(studio, 'twitch', 'live', 45_000)
    judgeAtRest(studio)
  })

  it('L01: with everything of LiveKit down nothing is started blindly, and what is on air stays live', () => {
    studio = open()
    goLive(studio, ROOM, ['youtube'])
    studio.livekit.start = studio.livekit.list = studio.livekit.stop = 'unreachable'
    accept(studio, 'start', ['twitch'])
    untilState(studio, 'twitch', 'backoff', 1_000)
    studio.time.advance(180_000)
    expect(studio.livekit.calls.filter(({ heard }) => heard === 'unreachable').length).toBeGreaterThan(10)
    expect(starts('twitch')).toEqual([])
    expect(stateOf(studio, 'youtube')).toBe('live')
    expect(factsOf(studio, 'livekit.unreachable').length).toBe(1)
    studio.livekit.heal()
    untilState(studio, 'twitch', 'live', 45_000)
    expect(factsOf(studio, 'livekit.reachable').length).toBeGreaterThan(0)
    judgeAtRest(studio)
  })

  for (const mood of ['internal', 'no_response', 'bad_answer'] as const) {
    it(`L02: is looked for and tried again when LiveKit answers ${mood}`, () => {
      studio = open()
      studio.livekit.nextStarts.push(mood, mood)
      accept(studio, 'start')
      until(studio, () => shown(studio, 'youtube').errorCode !== null, 1_000)
      expect(['start_unknown', 'livekit_unreachable']).toContain(shown(studio, 'youtube').errorCode)
      untilState(studio, 'youtube', 'live', 120_000)
      untilState(studio, 'twitch', 'live', 120_000)
      const heard = studio.livekit.callsOf('start').map((call) => call.heard)
      expect(heard.toSorted()).toEqual([mood, mood, 'ok', 'ok'].toSorted())
      // The answer may have come from a proxy behind which the start went on.
      const [first, second] = starts('youtube')
      expect(second!.atMs - first!.heardMs!).toBeGreaterThanOrEqual(15_000)
      judgeAtRest(studio)
    })
  }

  it('L05: is tried ten times while there is no room for it, then waits for a person', () => {
    studio = open()
    studio.livekit.startOf.set(key('youtube'), 'quota')
    accept(studio, 'start')
    untilState(studio, 'youtube', 'backoff')
    expect(shown(studio, 'youtube').errorCode).toBe('quota_exceeded')
    untilState(studio, 'youtube', 'failed', 600_000)
    expect(shown(studio, 'youtube')).toMatchObject({ status: 'error', errorCode: 'blocked_quota' })
    expect(starts('youtube').length).toBe(10)
    studio.time.advance(600_000)
    expect(starts('youtube').length).toBe(10)
    expect(stateOf(studio, 'twitch')).toBe('live')
    studio.livekit.heal()
    accept(studio, 'retry', ['youtube'])
    untilState(studio, 'youtube', 'live', 5_000)
    judgeAtRest(studio)
  })

  it('L06: is tried for as long as it is wanted while nobody is in the room', () => {
    studio = open()
    studio.livekit.empty.add(ROOM)
    accept(studio, 'start', ['youtube'])
    untilState(studio, 'youtube', 'backoff')
    expect(shown(studio, 'youtube').errorCode).toBe('room_not_found')
    studio.time.advance(900_000)
    expect(starts('youtube').filter(({ heard }) => heard === 'room_not_found').length).toBeGreaterThan(20)
    expect(stateOf(studio, 'youtube')).toBe('backoff')
    studio.livekit.heal()
    untilState(studio, 'youtube', 'live', 45_000)
    judgeAtRest(studio)
    studio.livekit.emptyRoom(ROOM)
    untilState(studio, 'youtube', 'backoff', 5_000)
    expect(['source_closed', 'room_not_found']).toContain(shown(studio, 'youtube').errorCode)
    accept(studio, 'stop')
    const before = starts('youtube').length
    studio.time.advance(300_000)
    expect(starts('youtube').length).toBe(before)
    judgeAtRest(studio)
  })

  it('goes on when a person retries in the moment in which it tries by itself', () => {
    for (let beforeMs = 0; beforeMs < 8; beforeMs += 1) {
      studio = open()
      studio.livekit.nextStarts.push('room_not_found', 'room_not_found', 'room_not_found')
      accept(studio, 'start', ['youtube'])
      until(studio, () => shown(studio, 'youtube').attempt === 3 && stateOf(studio, 'youtube') === 'backoff')
      const leftMs = (shown(studio, 'youtube').nextAttemptAt ?? 0) - studio.time.wall
      studio.time.advance(leftMs - beforeMs)
      studio.command('retry', ROOM, ['youtube'])
      untilState(studio, 'youtube', 'live', 20_000)
      expect(starts('youtube').length).toBe(4)
      judgeAtRest(studio)
      studio.close()
    }
    studio = open()
  })

  it('L35: waits without a storm while LiveKit refuses the API key, and goes on by itself', () => {
    studio = open(['r1', 'r2'])
    goLive(studio, 'r2')
    studio.livekit.start = studio.livekit.list = studio.livekit.stop = 'unauthorized'
    const from = studio.livekit.calls.length
    accept(studio, 'start')
    untilState(studio, 'youtube', 'backoff')
    expect(shown(studio, 'youtube')).toMatchObject({ status: 'error', errorCode: 'livekit_auth' })
    studio.time.advance(60_000)
    const asked = studio.livekit.calls.slice(from)
    expect(asked.every(({ heard }) => heard === 'unauthorized')).toBe(true)
    expect(asked.length).toBeGreaterThan(4)
    expect(asked.length).toBeLessThan(60)
    expect(stateOf(studio, 'youtube', 'r2')).toBe('live')
    studio.livekit.heal()
    until(studio, () => stateOf(studio, 'youtube') === 'live' && stateOf(studio, 'twitch') === 'live', 45_000)
    judgeAtRest(studio)
  })
})

describe('an egress that ends as soon as it began', () => {
  it('L07: gives up after three tries when the platform rejects the key, and says no key', () => {
    studio = open()
    studio.livekit.ingest(key('youtube')).mood = 'reject'
    accept(studio, 'start')
    expect(untilState(studio, 'youtube', 'backoff')).toBeLessThan(1_500)
    expect(shown(studio, 'youtube')).toMatchObject({ status: 'error', errorCode: 'destination_rejected' })
    untilState(studio, 'youtube', 'failed', 120_000)
    expect(shown(studio, 'youtube')).toMatchObject({ status: 'error', errorCode: 'destination_rejected' })
    expect(starts('youtube').length).toBe(3)
    expect(studio.livekit.ingest(key('youtube')).turnedAway).toBe(3)
    studio.time.advance(900_000)
    expect(starts('youtube').length).toBe(3)
    expect(factsOf(studio, 'egress.failed').length).toBeGreaterThan(0)
    checkKeys(studio)
    studio.livekit.heal()
    accept(studio, 'retry', ['youtube'])
    untilState(studio, 'youtube', 'live', 5_000)
    judgeAtRest(studio)
  })

  it('is never shown as live when the platform accepts the connection and closes it a moment later', () => {
    studio = open()
    studio.livekit.ingest(key('youtube')).mood = 'kick'
    accept(studio, 'start', ['youtube'])
    untilState(studio, 'youtube', 'failed', 120_000)
    expect(studio.livekit.ingest(key('youtube')).turnedAway).toBe(3)
    expect(factsOf(studio, 'egress.state_changed').some(({ to }) => to === 'live')).toBe(false)
  })

  it('L09: is started again after a wait when LiveKit aborted it', () => {
    studio = open()
    studio.livekit.nextLaunches.push('aborted')
    accept(studio, 'start', ['youtube'])
    untilState(studio, 'youtube', 'backoff')
    expect(shown(studio, 'youtube').errorCode).toBe('start_aborted')
    untilState(studio, 'youtube', 'live')
    studio.time.advance(50)
    const [first, second] = attemptsOf(studio)
    expect(first).toMatchObject({ lk_egress_id: 'EG_1', lk_status: 'aborted', error_code: 'start_aborted' })
    expect(first?.ended_at).not.toBeNull()
    expect(second).toMatchObject({ lk_egress_id: 'EG_2', no: 2, ended_at: null })
    judgeAtRest(studio)
  })

  it('L10: is started again at once when it reached the time limit', () => {
    studio = open()
    goLive(studio, ROOM, ['youtube'])
    studio.time.advance(90_000)
    expect(jobOf(studio, 'youtube').limit()).toBe(true)
    const from = studio.time.ms
    until(studio, () => starts('youtube').length === 2, 5_000)
    expect(studio.time.ms - from).toBeLessThan(1_000)
    untilState(studio, 'youtube', 'live', 5_000)
    studio.time.advance(50)
    expect(attemptsOf(studio)[0]).toMatchObject({ lk_status: 'limit_reached', error_code: 'limit_reached' })
    judgeAtRest(studio)
  })

  it('tries no more than eight times when the platform cannot be reached', () => {
    studio = open()
    studio.livekit.ingest(key('youtube')).mood = 'refuse'
    accept(studio, 'start', ['youtube'])
    untilState(studio, 'youtube', 'failed', 600_000)
    expect(starts('youtube').length).toBe(8)
    expect(shown(studio, 'youtube').errorCode).toBe('destination_unreachable')
    expect(ask(studio, 'retry', ['youtube'])).toBe('ok')
    until(studio, () => starts('youtube').length === 9, 5_000)
  })
})

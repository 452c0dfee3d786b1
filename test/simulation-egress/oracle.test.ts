import * as Effect from 'effect/Effect'
import * as Redacted from 'effect/Redacted'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { StartMood } from './moods.ts'
import { checkKeys, checkOne, checkOwnership, checkPace, checkStops, checkTerminal } from './oracle.ts'
import { Studio } from './studio.ts'

// An oracle that finds nothing proves nothing: here a program that does everything wrong is caught.

let studio: Studio
beforeEach(() => {
  studio = new Studio()
  studio.furnish('r1')
})
afterEach(() => studio.close())

/** StartEgress, as a careless program would send it. */
const start = (platform = 'youtube', mood: StartMood = 'ok', waitMs = 100, boot = 1): void => {
  studio.livekit.nextStarts.push(mood)
  const request = {
    roomName: 'r1',
    streamUrl: Redacted.make(`rtmp://${platform}.test/live/${studio.town.key('r1', platform)}`),
    source: { type: 'room', layout: 'grid' },
    encoding: { width: 1, height: 1, framerate: 1, videoKbps: 1, audioKbps: 1, keyframeSeconds: 2 },
    webhookUrl: null,
  } as const
  Effect.runForkWith(studio.time.context(() => 0.5))(studio.livekit.service(boot).start(request))
  studio.time.advance(waitMs)
}

const look = (): void => {
  Effect.runForkWith(studio.time.context(() => 0.5))(studio.livekit.service(1).listActive(null))
  studio.time.advance(100)
}

const attempt = (platform: string, egressId: string, status: string, endedAt: number | null): void => {
  studio.disk.change(
    `INSERT INTO egress_attempts (id, egress_id, session_id, room_id, platform, generation, no, lk_egress_id, started_at,
lk_status, ended_at) VALUES (?, 'e1', 's1', 'r1', ?, 1, 1, ?, 0, ?, ?)`,
    [`a-${platform}-${egressId}`, platform, egressId, status, endedAt],
  )
}

describe('the oracle', () => {
  it('S14: finds two egresses of one destination, and allows one after the other', () => {
    start()
    start('twitch')
    checkOne(studio)
    studio.livekit.jobs[0]?.end('complete')
    start()
    studio.time.advance(1_000)
    checkOne(studio)
    start()
    studio.time.advance(1_000)
    expect(() => checkOne(studio)).toThrow(/S14: EG_3 .* and EG_4/)
  })

  it('S14: allows two only when the first could not be known of, was looked for twice and waited for', () => {
    start('youtube', 'very_late', 11_000)
    look()
    studio.time.advance(5_000)
    look()
    start()
    studio.time.advance(40_000)
    expect(studio.livekit.running.length).toBe(2)
    checkOne(studio)
  })

  it('S14: finds a start after a lost answer that nobody looked for, or that could be seen', () => {
    start('youtube', 'lost_done', 20_000)
    start()
    studio.time.advance(100)
    expect(() => checkOne(studio)).toThrow(/S14/)
    studio.livekit.wipe()
    start('youtube', 'lost_done', 8_000)
    look()
    studio.time.advance(8_000)
    look()
    start()
    studio.time.advance(100)
    expect(() => checkOne(studio)).toThrow(/S14/)
  })

  it('S16: finds a start after a stop, until somebody asks again', () => {
    const noted = { roomId: 'r1', platforms: ['youtube'], force: false, outcome: 'ok' } as const
    start()
    studio.commanded.push({ ...noted, kind: 'stop', issuedMs: studio.time.ms, doneMs: studio.time.ms + 5 })
    studio.time.advance(1_000)
    checkStops(studio)
    start()
    expect(() => checkStops(studio)).toThrow(/S16: youtube of r1 was started 995 ms/)
    studio.commanded.push({ ...noted, kind: 'start', issuedMs: 500, doneMs: 505 })
    checkStops(studio)
  })

  it('S17: finds attempts that are too close or too many', () => {
    start('youtube', 'unreachable', 1_000)
    start('youtube', 'unreachable', 1_000)
    checkPace(studio)
    start('youtube', 'unreachable', 500)
    start('youtube', 'unreachable', 500)
    expect(() => checkPace(studio)).toThrow(/two attempts of r1 youtube within 500 ms/)
    for (let nth = 0; nth < 9; nth += 1) start('twitch', 'unreachable', 5_000)
    studio.livekit.calls.splice(0, 4)
    expect(() => checkPace(studio)).toThrow(/9 attempts of r1 twitch in a minute/)
  })

  it('S17: measures from when a start was written where another process makes the next one', () => {
    const write = (id: string): void => {
      attempt('youtube', id, 'starting', null)
      studio.disk.change('UPDATE egress_attempts SET started_at = ? WHERE lk_egress_id = ?', [
        studio.time.wall,
        id,
      ])
      studio.time.advance(20)
    }
    write('first')
    start('youtube', 'unreachable', 770)
    write('second')
    start('youtube', 'unreachable', 700, 2)
    checkPace(studio)
    start('youtube', 'unreachable', 100, 3)
    expect(() => checkPace(studio)).toThrow(/two attempts of r1 youtube within 720 ms/)
  })

  it('S18, S20, S22: finds rows of strangers, ends that are not ends, and keys', () => {
    start()
    studio.time.advance(1_000)
    attempt('youtube', 'EG_1', 'active', null)
    checkOwnership(studio)
    checkTerminal(studio)
    checkKeys(studio)
    attempt('twitch', 'EG_1', 'active', null)
    expect(() => checkOwnership(studio)).toThrow(/S18: twitch of r1 has taken EG_1/)
    attempt('youtube', 'EG_1 ', 'active', null)
    expect(() => checkOwnership(studio)).toThrow(/S18/)
    studio.disk.change("UPDATE egress_attempts SET lk_status = 'failed' WHERE platform = 'youtube'")
    expect(() => checkTerminal(studio)).toThrow(/S20: attempt 1 is failed, EG_1 is active/)
    studio.disk.change('UPDATE egress_attempts SET error_code = ?', [`x ${studio.town.key('r1', 'youtube')}`])
    expect(() => checkKeys(studio)).toThrow(/S22: the key of r1 youtube/)
  })
})

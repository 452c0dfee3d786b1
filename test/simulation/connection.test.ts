import { afterEach, describe, expect, it } from 'vitest'
import { CONTROL } from './fake-tiktok.ts'
import { House, OPERATOR } from './house.ts'
import { judge, judgeAtRest } from './oracle.ts'
import { ends, factsOf, play, record, socketOf, stage, stateOf, until } from './plays.ts'
import { heal, type Scene } from './steps.ts'

let scene: Scene
afterEach(() => scene.house.close())

const gaps = () => scene.house.disk.read('SELECT from_at, to_at, cause FROM session_gaps ORDER BY id')

describe('a connection', () => {
  it('T11: a room that is found offline at connect is one clear room_offline: no session, no retry', () => {
    scene = play()
    scene.house.tiktok.connect = 'room_offline'
    stage(scene).broadcastId = '100'
    until(scene, 'connecting')
    until(scene, 'watching')
    expect(scene.house.tiktok.refused).toBe(1)
    expect(scene.house.rooms.find('r1')?.lastError).toBe('room_offline')
    stage(scene).broadcastId = null
    scene.house.time.advance(60_000)
    expect(scene.house.tiktok.connects.length).toBe(1)
    expect(ends(scene)).toEqual([])
  })

  it('T12: a limited sign server is not asked again before its time, and no session is opened', () => {
    scene = play()
    scene.house.tiktok.connect = 'sign_rate_limited'
    scene.house.tiktok.retryAfterMs = 37_000
    stage(scene).broadcastId = '100'
    until(scene, 'connecting')
    scene.house.time.advance(120_000)
    const [first, second, ...more] = scene.house.tiktok.connects.map(({ at }) => at)
    expect((second ?? 0) - (first ?? 0)).toBeGreaterThanOrEqual(37_000)
    expect(more.length).toBeLessThanOrEqual(2)
    expect(ends(scene)).toEqual([])
    expect(scene.house.rooms.diagnose('r1')?.code).toBe('sign_limited')
    expect(factsOf(scene, 'sign.limited')[0]).toEqual({ retryAfterMs: 37_000 })
    expect(factsOf(scene, 'sign.key_cooled').length).toBe(scene.house.tiktok.refused)
  })

  it('T14: an answer that points elsewhere is told to the audit, and the room is tried again later', () => {
    scene = play()
    scene.house.tiktok.connect = 'sign_bad_endpoint'
    stage(scene).broadcastId = '100'
    until(scene, 'connecting')
    scene.house.time.advance(1_000)
    expect(scene.house.tiktok.refused).toBeGreaterThan(0)
    expect(factsOf(scene, 'sign.bad_endpoint').length).toBe(scene.house.tiktok.refused)
    expect(scene.house.disk.audit[0]).toMatchObject({ outcome: 'denied', code: 'sign_bad_endpoint' })
    expect(ends(scene)).toEqual([])
    scene.house.tiktok.connect = 'ok'
    until(scene, 'live.receiving', 70_000)
  })

  it('T13: a sign server in trouble is tried with growing pauses of at most a minute, and then recorded', () => {
    scene = play()
    scene.house.tiktok.connect = 'sign_unavailable'
    stage(scene).broadcastId = '100'
    until(scene, 'connecting')
    scene.house.time.advance(1_800_000)
    const times = scene.house.tiktok.connects.map(({ at }) => at)
    const pauses = times.slice(1).map((at, index) => at - (times[index] ?? 0))
    expect(Math.max(...pauses)).toBeLessThanOrEqual(61_000)
    expect(Math.max(...pauses.slice(0, 3))).toBeLessThanOrEqual(4_100)
    expect(times.length).toBeLessThan(120)
    scene.house.tiktok.connect = 'ok'
    until(scene, 'live.receiving', 61_000)
  })

  it('a hanging connect ends as a refusal and gives its permit back', () => {
    scene = play({ budget: { attemptsAtOnce: 1 } })
    scene.house.tiktok.connect = 'hanging'
    stage(scene).broadcastId = '100'
    until(scene, 'connecting')
    scene.house.time.advance(61_000)
    expect(factsOf(scene, 'connection.refused').map(({ code }) => code)).toEqual(['connect_timeout'])
    scene.house.tiktok.connect = 'ok'
    until(scene, 'live.receiving', 70_000)
  })

  it('T16: a half-open socket of a room that is over ends the session after 30 to 36 seconds of silence', () => {
    scene = play()
    const socket = record(scene)
    socket.send()
    scene.house.time.advance(100)
    const silentSince = scene.house.time.ms
    socket.stalled = true
    stage(scene).broadcastId = null
    until(scene, 'draining')
    const silentMs = scene.house.time.ms - silentSince
    expect(silentMs).toBeGreaterThanOrEqual(29_800)
    expect(silentMs).toBeLessThanOrEqual(36_000)
    heal(scene)
    expect(ends(scene)).toEqual(['heartbeat_offline'])
    expect(socket.open).toBe(false)
    judgeAtRest(scene.house)
  })

  it('L3: the first offline answer alone ends nothing', () => {
    scene = play()
    const socket = record(scene)
    socket.stalled = true
    stage(scene).broadcastId = null
    scene.house.time.advance(31_000)
    expect(scene.house.rooms.find('r1')?.lastLook?.answer).toBe('offline')
    expect(stateOf(scene)).toBe('live.receiving')
    stage(scene).broadcastId = '100'
    socket.stalled = false
    socket.send()
    scene.house.time.advance(29_000)
    expect(stateOf(scene)).toBe('live.receiving')
  })

  it('unknown answers end nothing: a silent socket is recycled instead, and the session goes on', () => {
    scene = play()
    record(scene).stalled = true
    scene.house.tiktok.look = 'unknown'
    scene.house.time.advance(89_000)
    expect(stateOf(scene)).toBe('live.receiving')
    until(scene, 'live.reconnecting', 15_000)
    until(scene, 'live.receiving', 15_000)
    expect(factsOf(scene, 'connection.recycled').length).toBe(1)
    expect(gaps().map(({ cause }) => cause)).toEqual(['zombie'])
    expect(ends(scene)).toEqual([null])
  })

  it('a quiet room that is live is asked about and keeps its connection until it is a zombie', () => {
    scene = play()
    const socket = record(scene)
    for (let quiet = 0; quiet < 4; quiet += 1) {
      scene.house.time.advance(50_000)
      socket.send()
    }
    expect(scene.house.tiktok.sockets.length).toBe(1)
    expect(stateOf(scene)).toBe('live.receiving')
  })

  it('a paused stream is neither ended nor recycled by its silence', () => {
    scene = play()
    const socket = record(scene)
    socket.send(CONTROL.paused)
    stage(scene).paused = true
    until(scene, 'live.paused')
    scene.house.time.advance(1_200_000)
    expect(stateOf(scene)).toBe('live.paused')
    expect(scene.house.tiktok.sockets.length).toBe(1)
    stage(scene).paused = false
    socket.send(CONTROL.unpaused)
    until(scene, 'live.receiving')
    expect(ends(scene)).toEqual([null])
  })

  it('T24: a dropped socket that is back within seconds goes on in the same session, with one gap', () => {
    scene = play()
    const socket = record(scene)
    socket.send()
    scene.house.time.advance(5_000)
    socket.close(1_006)
    expect(stateOf(scene)).toBe('live.reconnecting')
    expect(until(scene, 'live.receiving')).toBeLessThan(3_000)
    socketOf(scene).send()
    scene.house.time.advance(100)
    expect(ends(scene)).toEqual([null])
    expect(gaps().length).toBe(1)
    const [gap] = gaps()
    expect(Number(gap?.['to_at'])).toBeGreaterThan(Number(gap?.['from_at']))
    expect(gap?.['cause']).toBe('disconnected')
    expect(new Set(scene.house.disk.events.map(({ sessionNo }) => sessionNo))).toEqual(new Set([1]))
  })

  it('T25: a connection that cannot be made again inside the window ends the session as disconnected', () => {
    scene = play()
    const socket = record(scene)
    scene.house.tiktok.connect = 'network'
    socket.close(1_006)
    until(scene, 'draining', 16_000)
    expect(scene.house.tiktok.refused).toBeGreaterThan(1)
    scene.house.time.advance(5_000)
    expect(ends(scene)).toEqual(['disconnected'])
    judge(scene.house)
  })

  it('T26: a late frame of an old connection is never in the new session', () => {
    scene = play()
    const old = record(scene, '100')
    old.send()
    stage(scene).broadcastId = '101'
    old.close(1_006)
    until(scene, 'draining')
    until(scene, 'live.receiving')
    scene.house.time.advance(100)
    old.send()
    old.send(CONTROL.ended)
    scene.house.time.advance(1_000)
    expect(stateOf(scene)).toBe('live.receiving')
    const late = scene.house.disk.events.filter((event) => event.late)
    expect(late.length).toBe(2)
    expect(late.every(({ sessionNo }) => sessionNo === 1)).toBe(true)
    judge(scene.house)
  })

  it('T15: ten minutes of flapping every second open few sessions, each archived once, and quarantine nobody', () => {
    scene = play()
    const { house } = scene
    for (let second = 0; second < 600; second += 1) {
      stage(scene).broadcastId = second % 2 === 0 ? '100' : null
      if (second % 2 === 1) for (const socket of house.tiktok.openSockets('alice')) socket.close(1_006)
      house.time.advance(1_000)
    }
    expect(house.tiktok.sockets.length).toBeGreaterThan(5)
    expect(stateOf(scene)).not.toBe('quarantined')
    heal(scene)
    expect(ends(scene).length).toBeLessThanOrEqual(600 / 5)
    judgeAtRest(house)
  })

  it('T34: 500 rooms that lose their connections together come back at the pace of the budget, spread out', () => {
    const house = new House({
      settings: { signRequestsPerMinute: 1_200, resumeWindowMs: 120_000, silenceTimeoutMs: 600_000 },
      tuning: { looksPerSecond: 200, looksAtOnce: 200 },
      budget: { attemptsAtOnce: 100 },
    })
    scene = { house, room: 'r0', handle: 'h0' }
    for (let room = 0; room < 500; room += 1) {
      house.furnish(`r${room}`, `h${room}`)
      house.tiktok.stage(`h${room}`).broadcastId = `${1_000 + room}`
    }
    house.boot()
    const live = () => house.rooms.list().filter(({ state }) => state === 'live.receiving').length
    for (let seconds = 0; seconds < 120 && live() < 500; seconds += 1) house.time.advance(1_000)
    expect(live()).toBe(500)
    house.tiktok.connects = []
    const lostAt = house.time.ms
    for (const socket of house.tiktok.sockets) socket.close(1_006)
    expect(live()).toBe(0)
    for (let seconds = 0; seconds < 120 && live() < 500; seconds += 1) house.time.advance(1_000)
    expect(live()).toBe(500)
    const times = house.tiktok.connects.map(({ at }) => at).toSorted((a, b) => a - b)
    const within = (ms: number) =>
      Math.max(...times.map((from, index) => times.slice(index).findIndex((at) => at >= from + ms)))
    expect(within(60_000)).toBeLessThanOrEqual(1_200)
    // A second never holds more than three seconds' worth of the minute's budget.
    expect(within(1_000)).toBeLessThanOrEqual(60)
    expect(house.time.ms - lostAt).toBeLessThan(60_000)
    expect(ends(scene).every((reason) => reason === null)).toBe(true)
  })

  it('a look that never comes back does not hold up the others', () => {
    scene = play({ tuning: { looksAtOnce: 1 } })
    scene.house.tiktok.look = 'hanging'
    scene.house.time.advance(15_000)
    scene.house.tiktok.look = 'truth'
    stage(scene).broadcastId = '100'
    until(scene, 'live.receiving', 30_000)
    scene.house.run(scene.house.rooms.stop('r1', OPERATOR))
  })
})

import { afterEach, describe, expect, it } from 'vitest'
import { OPERATOR } from './house.ts'
import { judge, judgeAtRest } from './oracle.ts'
import { ends, play, record, stage, stateOf, until } from './plays.ts'
import { heal, type Scene } from './steps.ts'

let scene: Scene
afterEach(() => scene.house.close())

const HOUR = 3_600_000

describe('clocks', () => {
  for (const jump of [HOUR, -HOUR]) {
    it(`T30: a wall clock that jumps ${jump / HOUR} h ends nothing early and makes nothing negative`, () => {
      scene = play()
      const { house } = scene
      const socket = record(scene)
      socket.send()
      house.time.advance(5_000)
      house.time.jumpWall(jump)
      house.time.advance(20_000)
      expect(stateOf(scene)).toBe('live.receiving')
      socket.close(1_006)
      until(scene, 'live.receiving', 5_000)
      house.run(house.rooms.stop('r1', OPERATOR))
      until(scene, 'cooldown')
      house.time.jumpWall(jump)
      house.time.advance(890_000)
      expect(stateOf(scene)).toBe('cooldown')
      until(scene, 'watching', 11_000)
      const gaps = house.disk.read('SELECT from_at, to_at FROM session_gaps')
      expect(gaps.length).toBe(1)
      expect(gaps.every((gap) => Number(gap['to_at']) >= Number(gap['from_at']))).toBe(true)
      heal(scene)
      judge(house)
    })
  }

  it('T30: a wall clock set back during a rest does not make the rest longer than a whole one after a boot', () => {
    scene = play()
    const { house } = scene
    record(scene)
    house.run(house.rooms.stop('r1', OPERATOR))
    until(scene, 'cooldown')
    house.time.jumpWall(-24 * HOUR)
    house.kill()
    house.boot()
    expect(stateOf(scene)).toBe('cooldown')
    house.time.advance(901_000)
    expect(stateOf(scene)).not.toBe('cooldown')
  })

  it('P06: an event loop that stands still for two seconds puts no room offline', () => {
    scene = play()
    const { house } = scene
    const socket = record(scene)
    house.time.advance(29_000)
    // What arrives meanwhile is read after the timers that were due.
    house.time.stall(2_000)
    socket.send()
    house.time.advance(25_000)
    expect(stateOf(scene)).toBe('live.receiving')
    expect(house.tiktok.sockets.length).toBe(1)
    expect(ends(scene)).toEqual([null])
  })

  it('P07: a process that was stopped for a minute counts the silence anew and keeps its sessions', () => {
    scene = play()
    const { house } = scene
    const socket = record(scene)
    house.time.advance(10_000)
    house.time.stall(60_000)
    house.time.stall(60_000)
    const looksBefore = house.tiktok.looks
    house.time.advance(10_000)
    // Silent for more than two minutes by the clock, and yet not one question: the count began anew.
    expect(house.tiktok.looks).toBe(looksBefore)
    expect(stateOf(scene)).toBe('live.receiving')
    socket.send()
    heal(scene)
    judgeAtRest(house)
    expect(ends(scene).length).toBe(1)
  })

  it('P07: a resume window does not run out while the process is stopped', () => {
    scene = play()
    const { house } = scene
    record(scene).close(1_006)
    expect(stateOf(scene)).toBe('live.reconnecting')
    house.tiktok.connect = 'network'
    house.time.advance(3_000)
    house.time.stall(60_000)
    expect(stateOf(scene)).toBe('live.reconnecting')
    house.tiktok.connect = 'ok'
    until(scene, 'live.receiving', 20_000)
    expect(ends(scene)).toEqual([null])
  })

  it('P07: a resume window that is really over ends the session after the process goes on', () => {
    scene = play()
    const { house } = scene
    record(scene).close(1_006)
    stage(scene).broadcastId = null
    house.tiktok.look = 'unknown'
    house.tiktok.connect = 'network'
    house.time.stall(60_000)
    until(scene, 'draining', 40_000)
    heal(scene)
    expect(ends(scene)).toEqual(['disconnected'])
  })
})

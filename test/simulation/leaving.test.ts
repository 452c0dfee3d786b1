import { afterEach, describe, expect, it } from 'vitest'
import { CONTROL } from './fake-tiktok.ts'
import { OPERATOR } from './house.ts'
import { judge, judgeAtRest } from './oracle.ts'
import { ends, play, record, socketOf, stage, stateOf, until } from './plays.ts'
import { heal, type Scene } from './steps.ts'

let scene: Scene
afterEach(() => scene.house.close())

const parked = () => scene.house.disk.read('SELECT parked_at FROM sessions')[0]?.['parked_at']

describe('leaving', () => {
  it('P01: parks the open session, and the next boot goes on in it with a gap', () => {
    scene = play()
    const { house } = scene
    const socket = record(scene)
    socket.send()
    house.time.advance(1_000)
    expect(house.leave()).toEqual({ parked: 1, unfinished: 0 })
    expect(socket.open).toBe(false)
    expect(parked()).toBeGreaterThan(0)
    expect(ends(scene)).toEqual([null])
    house.time.advance(5_000)
    house.boot()
    expect(stateOf(scene)).toBe('live.reconnecting')
    until(scene, 'live.receiving')
    socketOf(scene).send()
    house.time.advance(100)
    expect(parked()).toBeNull()
    expect(house.disk.read('SELECT cause FROM session_gaps').map(({ cause }) => cause)).toEqual(['shutdown'])
    expect(ends(scene)).toEqual([null])
    heal(scene)
    judgeAtRest(house)
  })

  it('P01: a parked session whose broadcast is over, or that waited too long, ends as shutdown', () => {
    for (const away of [2_000, 60_000]) {
      scene = play()
      const { house } = scene
      record(scene)
      house.leave()
      if (away < 15_000) stage(scene).broadcastId = null
      house.time.advance(away)
      house.boot()
      house.time.advance(12_000)
      expect(ends(scene)[0]).toBe('shutdown')
      heal(scene)
      judgeAtRest(house)
      if (away < 15_000) house.close()
    }
  })

  it('P01: leaves from every state, archives nothing because of it, and starts nothing any more', () => {
    const states = [
      'off',
      'watching',
      'connecting',
      'live.receiving',
      'live.paused',
      'live.reconnecting',
      'draining',
      'archiving.waiting',
      'cooldown',
    ]
    for (const state of states) {
      scene = play()
      const { house } = scene
      if (state === 'off') house.run(house.rooms.change('r1', { monitor: false }, OPERATOR))
      if (state === 'connecting') house.tiktok.connect = 'hanging'
      if (state !== 'off' && state !== 'watching') stage(scene).broadcastId = '100'
      if (state !== 'off' && state !== 'watching' && state !== 'connecting') {
        const socket = record(scene)
        if (state === 'live.paused') socket.send(CONTROL.paused)
        if (state === 'live.reconnecting') socket.close(1_006)
        if (['draining', 'archiving.waiting', 'cooldown'].includes(state)) socket.send(CONTROL.ended)
        if (state === 'archiving.waiting') {
          until(scene, 'draining')
          house.disk.mood = 'failing'
        }
      }
      until(scene, state)
      const before = ends(scene).filter((reason) => reason !== null).length
      if (state === 'archiving.waiting') house.disk.heal()
      const connects = house.tiktok.connects.length
      const began = house.time.ms
      const left = house.leave(10_000)
      expect(house.time.ms - began).toBeLessThanOrEqual(10_000)
      expect(left.unfinished, state).toBe(0)
      expect(house.tiktok.connects.length).toBe(connects)
      expect(house.tiktok.sockets.every(({ open }) => !open)).toBe(true)
      const finishing = state === 'draining' || state === 'archiving.waiting' ? 1 : 0
      expect(ends(scene).filter((reason) => reason !== null).length, state).toBe(before + finishing)
      expect(left.parked, state).toBe(state.startsWith('live') ? 1 : 0)
      judge(house)
      house.close()
    }
    scene = play()
  })

  it('P02: an archive that cannot be written within the limit stays open, and the next boot finishes it', () => {
    scene = play()
    const { house } = scene
    record(scene).send(CONTROL.ended)
    until(scene, 'draining')
    house.time.advance(100)
    house.disk.mood = 'hanging'
    const began = house.time.ms
    expect(house.leave(10_000)).toEqual({ parked: 0, unfinished: 1 })
    expect(house.disk.met.hanging).toBeGreaterThan(0)
    expect(house.time.ms - began).toBeLessThanOrEqual(10_000)
    expect(ends(scene)).toEqual([null])
    house.disk.heal()
    house.boot()
    house.time.advance(1_000)
    expect(ends(scene)).toEqual(['stream_end'])
    judge(house)
  })

  it('P03: a second signal speeds it up and parks all the same', () => {
    scene = play({ settings: { drainTimeoutMs: 9_000 } })
    const { house } = scene
    record(scene).stalled = true
    const began = house.time.ms
    expect(house.leave(10_000, true)).toEqual({ parked: 1, unfinished: 0 })
    expect(house.time.ms - began).toBeLessThan(1_000)
    expect(parked()).toBeGreaterThan(0)
  })

  it('P04: killed while it leaves, the session is there once', () => {
    for (const afterMs of [0, 1, 3, 8, 15, 40]) {
      scene = play()
      const { house } = scene
      record(scene).send()
      house.start(house.rooms.letGo(10_000))
      house.time.advance(afterMs)
      house.kill()
      house.time.advance(60_000)
      house.boot()
      heal(scene)
      expect(ends(scene).length).toBe(1)
      expect(['process_crash', 'shutdown']).toContain(ends(scene)[0])
      judgeAtRest(house)
      house.close()
    }
    scene = play()
  })

  it('P13: a crash loop of twenty boots leaves the session as it is and asks for nothing twice', () => {
    scene = play()
    const { house } = scene
    record(scene)
    house.kill()
    for (let boot = 0; boot < 20; boot += 1) {
      house.boot()
      house.time.advance(20)
      house.kill()
    }
    expect(ends(scene)).toEqual([null])
    const connects = house.tiktok.connects.length
    expect(connects).toBeLessThan(25)
    house.boot()
    until(scene, 'live.receiving')
    heal(scene)
    judgeAtRest(house)
    expect(ends(scene).length).toBe(1)
  })
})

import { afterEach, describe, expect, it } from 'vitest'
import { CONTROL } from './fake-tiktok.ts'
import { House, OPERATOR } from './house.ts'
import { judge } from './oracle.ts'
import { attemptsOf, ends, factsOf, play, record, stage, stateOf, until } from './plays.ts'
import { heal, type Scene } from './steps.ts'

/** What three rooms live through, one of them with a connector that throws in the middle of its session. */
const history = (poison: boolean) => {
  const house = new House({ seed: 5 })
  for (const name of ['alice', 'bob', 'eve']) house.furnish(`r-${name}`, name)
  house.boot()
  for (const name of ['alice', 'bob', 'eve']) house.tiktok.stage(name).broadcastId = `b-${name}`
  house.time.advance(15_000)
  if (poison) {
    house.tiktok.poisoned.add('eve')
    for (const socket of house.tiktok.openSockets('eve')) socket.close(1_006)
  }
  house.time.advance(15_000)
  for (const name of ['alice', 'bob']) {
    for (const socket of house.tiktok.openSockets(name)) socket.send(CONTROL.ended)
    house.tiktok.stage(name).broadcastId = null
  }
  house.time.advance(60_000)
  const told = house.disk.facts
    .filter(({ name, roomId }) => name === 'room.state_changed' && roomId !== 'r-eve')
    .map(({ roomId, body }) => `${roomId} ${String(body['from'])} ${String(body['to'])}`)
    .toSorted()
  const state = house.rooms.find('r-eve')?.state
  house.close()
  return { told, state, died: house.tiktok.died }
}

let scene: Scene
afterEach(() => scene.house.close())

describe('an actor that fails', () => {
  it('T32: is started again and resumes its session, with a gap that says why', () => {
    scene = play()
    const { house } = scene
    const socket = record(scene)
    socket.send()
    house.time.advance(100)
    house.tiktok.connect = 'dying'
    socket.close(1_006)
    while (house.tiktok.died === 0) house.time.advance(1)
    house.tiktok.connect = 'ok'
    until(scene, 'live.receiving')
    house.time.advance(100)
    expect(ends(scene)).toEqual([null])
    expect(house.disk.read('SELECT cause FROM session_gaps').length).toBe(1)
    const [session] = house.disk.read('SELECT epoch FROM sessions')
    const [room] = house.disk.read('SELECT epoch FROM rooms')
    expect(session?.['epoch']).toBe(room?.['epoch'])
    expect(Number(room?.['epoch'])).toBeGreaterThan(2)
    expect(stateOf(scene)).toBe('live.receiving')
  })

  it('T32: goes on with the end it was carrying out, the first reason first and the others noted', () => {
    scene = play()
    const { house } = scene
    const socket = record(scene)
    house.disk.deaths = 2
    socket.send(CONTROL.ended)
    until(scene, 'draining')
    house.run(house.rooms.stop('r1', OPERATOR))
    until(scene, 'cooldown')
    expect(house.disk.deaths).toBe(0)
    house.time.advance(100)
    expect(ends(scene)).toEqual(['stream_end'])
    expect(attemptsOf(scene, 1)).toEqual(['done stream_end', 'noop manual_stop'])
    expect(house.rooms.find('r1')?.cooldownReason).toBe('manual_stop')
  })

  it('T33: more often than allowed is quarantined, its session is archived, and only a release lets it out', () => {
    scene = play()
    const { house } = scene
    const socket = record(scene)
    house.tiktok.connect = 'dying'
    socket.close(1_006)
    until(scene, 'quarantined', 60_000)
    expect(house.tiktok.died).toBe(6)
    expect(ends(scene)).toEqual(['actor_failed'])
    expect(factsOf(scene, 'room.quarantined').length).toBe(1)
    expect(house.rooms.diagnose('r1')?.code).toBe('quarantined')
    house.time.advance(600_000)
    expect(house.tiktok.died).toBe(6)
    house.kill()
    house.boot()
    expect(stateOf(scene)).toBe('quarantined')
    house.tiktok.connect = 'ok'
    house.run(house.rooms.release('r1', OPERATOR))
    until(scene, 'live.receiving')
    expect(factsOf(scene, 'room.released').length).toBe(1)
    heal(scene)
    judge(house)
  })

  it('T33: does not touch the others: their history is what it is without it', () => {
    scene = play()
    const clean = history(false)
    const poisoned = history(true)
    expect(poisoned.died).toBeGreaterThan(5)
    expect(poisoned.state).toBe('quarantined')
    expect(poisoned.told).toEqual(clean.told)
  })

  it('hears afterwards what it was told while there was no actor', () => {
    scene = play()
    const { house } = scene
    const socket = record(scene)
    house.tiktok.connect = 'dying'
    house.disk.mood = 'ok'
    socket.close(1_006)
    // The restart waits for its epoch to be written; the stop is accepted meanwhile.
    while (house.tiktok.died === 0) house.time.advance(1)
    house.start(house.rooms.stop('r1', OPERATOR))
    house.tiktok.connect = 'ok'
    house.time.advance(5_000)
    expect(ends(scene)).toEqual(['manual_stop'])
    expect(stateOf(scene)).toBe('cooldown')
    stage(scene).broadcastId = null
    judge(house)
  })
})

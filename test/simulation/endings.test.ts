import { afterEach, describe, expect, it } from 'vitest'
import * as Fiber from 'effect/Fiber'
import { CONTROL } from './fake-tiktok.ts'
import { OPERATOR } from './house.ts'
import { judge, judgeAtRest } from './oracle.ts'
import { attemptsOf, ends, factsOf, play, record, socketOf, stage, stateOf, until } from './plays.ts'
import { heal, type Scene } from './steps.ts'

let scene: Scene
afterEach(() => scene.house.close())

const stop = () => scene.house.start(scene.house.rooms.stop(scene.room, OPERATOR))

describe('the end of a session', () => {
  it('T17: of two end triggers in one tick the first is the reason and the second is noted', () => {
    scene = play()
    const socket = record(scene)
    // Both are heard in the same moment: the stream's end while the stop's write is being answered.
    socket.send(CONTROL.ended)
    stop()
    scene.house.time.advance(5_000)
    expect(ends(scene)).toEqual(['stream_end'])
    expect(attemptsOf(scene, 1)).toEqual(['done stream_end', 'noop manual_stop'])
    judge(scene.house)
  })

  it('T17: the other way round, the stop is the reason and the stream end is noted', () => {
    scene = play()
    const socket = record(scene)
    stop()
    scene.house.time.advance(1)
    socket.send(CONTROL.ended)
    scene.house.time.advance(5_000)
    expect(ends(scene)).toEqual(['manual_stop'])
    expect(attemptsOf(scene, 1)).toEqual(['done manual_stop', 'noop stream_end'])
  })

  it('T06: what follows the end of the stream belongs to the session that ended', () => {
    scene = play()
    const socket = record(scene)
    socket.send()
    socket.send(CONTROL.ended)
    socket.send()
    stage(scene).broadcastId = '101'
    socket.close(1_000)
    until(scene, 'cooldown')
    scene.house.time.advance(20_000)
    const { events } = scene.house.disk
    expect(events.filter(({ sessionNo }) => sessionNo === 1).map(({ late }) => late)).toEqual([
      false,
      false,
      false,
    ])
    expect(ends(scene)).toEqual(['stream_end', null])
  })

  it('T07: a suspended stream ends as stream_suspended, not as stream_end', () => {
    scene = play()
    record(scene).send(CONTROL.suspended)
    scene.house.time.advance(5_000)
    expect(ends(scene)).toEqual(['stream_suspended'])
  })

  it('T19: a stop while connecting, before anything arrived, leaves no session and rests', () => {
    scene = play()
    scene.house.tiktok.connect = 'hanging'
    stage(scene).broadcastId = '100'
    until(scene, 'connecting')
    scene.house.time.advance(10)
    stop()
    scene.house.time.advance(1_000)
    expect(scene.house.tiktok.connects.length).toBe(1)
    expect(ends(scene)).toEqual([])
    expect(stateOf(scene)).toBe('cooldown')
  })

  it('T19: a stop while connecting, after the first bytes, leaves exactly one session', () => {
    scene = play()
    scene.house.tiktok.firstBatch = 2
    stage(scene).broadcastId = '100'
    until(scene, 'connecting')
    scene.house.time.advance(10)
    expect(stateOf(scene)).toBe('connecting')
    stop()
    scene.house.time.advance(5_000)
    expect(ends(scene)).toEqual(['manual_stop'])
    expect(stateOf(scene)).toBe('cooldown')
    judgeAtRest(scene.house)
  })

  it('T19: bytes that still arrive while the connection is given up open nothing', () => {
    scene = play()
    scene.house.tiktok.connect = 'stubborn'
    stage(scene).broadcastId = '100'
    until(scene, 'connecting')
    scene.house.time.advance(10)
    expect(stateOf(scene)).toBe('connecting')
    stop()
    scene.house.time.advance(1_000)
    expect(scene.house.tiktok.late).toBe(1)
    expect(ends(scene)).toEqual([])
    expect(stateOf(scene)).toBe('cooldown')
  })

  it('T10: what the sign server sent before the socket opened is in the session, even when no socket opens', () => {
    scene = play()
    scene.house.tiktok.connect = 'ws_refused'
    scene.house.tiktok.firstBatch = 3
    stage(scene).broadcastId = '100'
    until(scene, 'live.reconnecting')
    scene.house.tiktok.firstBatch = 0
    scene.house.time.advance(30_000)
    expect(scene.house.tiktok.refused).toBeGreaterThan(0)
    expect(ends(scene)[0]).toBe('connect_failed')
    expect(scene.house.disk.events.filter(({ sessionNo }) => sessionNo === 1).length).toBe(3)
  })

  it('T29: a session without an event is archived like any other', () => {
    scene = play()
    const socket = record(scene)
    stage(scene).broadcastId = null
    socket.close(1_006)
    heal(scene)
    expect(scene.house.disk.events).toEqual([])
    expect(ends(scene)).toEqual(['room_offline'])
    judgeAtRest(scene.house)
  })

  it('T31: another broadcast of the same creator closes the session and opens the next one at once', () => {
    scene = play()
    const socket = record(scene, '100')
    socket.send()
    stage(scene).broadcastId = '101'
    socket.close(1_006)
    until(scene, 'draining')
    until(scene, 'live.receiving')
    socketOf(scene).send()
    stop()
    scene.house.time.advance(5_000)
    expect(ends(scene)).toEqual(['broadcast_changed', 'manual_stop'])
    judgeAtRest(scene.house)
  })

  it('T35: an archive that fails is tried until it succeeds, visibly, and there is one session', () => {
    scene = play()
    const socket = record(scene)
    scene.house.disk.mood = 'failing'
    socket.send(CONTROL.ended)
    // Frames cannot be stored either, so the end is heard once they can; a stop needs no frame.
    socket.close(1_000)
    stage(scene).broadcastId = null
    until(scene, 'archiving.waiting', 60_000)
    expect(scene.house.rooms.find(scene.room)?.lastError).toContain('full')
    scene.house.time.advance(60_000)
    expect(scene.house.rooms.find(scene.room)?.state).toMatch(/^archiving/)
    expect(scene.house.disk.met.failing).toBeGreaterThan(3)
    scene.house.disk.heal()
    scene.house.time.advance(40_000)
    expect(ends(scene).length).toBe(1)
    expect(attemptsOf(scene, 1).filter((attempt) => attempt.startsWith('done')).length).toBe(1)
    expect(attemptsOf(scene, 1).filter((attempt) => attempt.startsWith('failed')).length).toBeGreaterThan(1)
    expect(factsOf(scene, 'archive.failed').length).toBeGreaterThan(1)
  })

  it('T36: an archive whose answer was lost is repeated, and the first one stays', () => {
    scene = play()
    const socket = record(scene)
    socket.send(CONTROL.ended)
    until(scene, 'draining')
    scene.house.time.advance(100)
    scene.house.disk.mood = 'unknown'
    scene.house.time.advance(3_000)
    expect(scene.house.disk.met.unknown).toBeGreaterThan(0)
    scene.house.disk.heal()
    scene.house.time.advance(40_000)
    expect(ends(scene)[0]).toBe('stream_end')
    judge(scene.house)
    expect(attemptsOf(scene, 1)).toEqual(['done stream_end'])
  })

  it('L1: from the trigger to the archive it takes no longer than the drain and three seconds', () => {
    scene = play()
    const socket = record(scene)
    socket.send()
    const fiber = stop()
    const began = scene.house.time.ms
    until(scene, 'cooldown')
    expect(scene.house.time.ms - began).toBeLessThan(1_500 + 3_000)
    expect(fiber.pollUnsafe()).toBeDefined()
    scene.house.run(Fiber.await(fiber))
  })
})

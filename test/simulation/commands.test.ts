import * as Exit from 'effect/Exit'
import * as Fiber from 'effect/Fiber'
import { afterEach, describe, expect, it } from 'vitest'
import { OPERATOR } from './house.ts'
import { judgeAtRest } from './oracle.ts'
import { attemptsOf, ends, factsOf, play, record, refusalIn, stage, stateOf, until } from './plays.ts'
import { heal, type Scene } from './steps.ts'
import { CONTROL } from './fake-tiktok.ts'

let scene: Scene
afterEach(() => scene.house.close())

const rooms = () => scene.house.rooms
const start = (force = false, wait = false) => rooms().start('r1', { force, wait }, OPERATOR)
const stop = () => rooms().stop('r1', OPERATOR)
const outcomes = (action: string) =>
  scene.house.disk.audit.filter((row) => row.action === action).map(({ outcome, code }) => code ?? outcome)

describe('a command', () => {
  it('T20: a start while archiving is refused, or waits for the archive when it is asked to', () => {
    scene = play()
    const socket = record(scene)
    socket.send(CONTROL.ended)
    until(scene, 'draining')
    const refusal = refusalIn(scene.house.run(start()))
    expect(refusal?.code).toBe('archiving')
    expect(refusal?.retryAfterMs).toBeGreaterThan(0)
    stage(scene).broadcastId = '101'
    const waiting = scene.house.start(start(false, true))
    until(scene, 'live.receiving')
    expect(Exit.isSuccess(scene.house.run(Fiber.await(waiting)))).toBe(true)
    scene.house.time.advance(100)
    const [first, second] = scene.house.disk.spans.values()
    expect(second?.openedMs).toBeGreaterThanOrEqual(first?.archivedMs ?? Infinity)
  })

  it('T21: a start in the rest after a manual stop is refused, also after a restart; force overrides it', () => {
    scene = play()
    record(scene)
    scene.house.run(stop())
    until(scene, 'cooldown')
    const refusal = refusalIn(scene.house.run(start()))
    expect(refusal?.code).toBe('cooldown')
    expect(refusal?.retryAfterMs).toBeGreaterThan(890_000)
    scene.house.kill()
    scene.house.time.advance(300_000)
    scene.house.boot()
    expect(stateOf(scene)).toBe('cooldown')
    const later = refusalIn(scene.house.run(start()))
    expect(later?.code).toBe('cooldown')
    expect(later?.retryAfterMs).toBeLessThan(600_000)
    expect(later?.retryAfterMs).toBeGreaterThan(590_000)
    expect(Exit.isSuccess(scene.house.run(start(true)))).toBe(true)
    expect(factsOf(scene, 'room.forced').length).toBe(1)
    expect(scene.house.disk.audit.at(-1)?.detail).toContain('forced')
    until(scene, 'live.receiving')
    scene.house.time.advance(10)
    expect(ends(scene)).toEqual(['manual_stop', null])
  })

  it('T21: a rest lasts from the archive, even when the process dies right after it', () => {
    scene = play({ settings: { manualCooldownMs: 60_000 } })
    record(scene)
    scene.house.disk.mood = 'ok'
    scene.house.start(stop())
    until(scene, 'draining')
    // The archive is late: storage stands still for a while.
    scene.house.disk.mood = 'hanging'
    scene.house.time.advance(30_000)
    scene.house.disk.heal()
    until(scene, 'cooldown')
    scene.house.kill()
    scene.house.boot()
    const rest = scene.house.rooms.find('r1')?.waiting?.untilAt ?? 0
    expect(rest - scene.house.time.wall).toBeGreaterThan(55_000)
    scene.house.time.advance(58_000)
    expect(stateOf(scene)).toBe('cooldown')
    until(scene, 'live.receiving', 20_000)
  })

  it('the short rest after a natural end survives a restart too', () => {
    scene = play({ settings: { cooldownMs: 60_000 } })
    record(scene).send(CONTROL.ended)
    until(scene, 'cooldown')
    scene.house.time.advance(10_000)
    scene.house.kill()
    scene.house.boot()
    expect(stateOf(scene)).toBe('cooldown')
    expect(until(scene, 'watching')).toBeLessThanOrEqual(50_000)
    scene.house.kill()
    scene.house.boot()
    expect(['watching', 'connecting']).toContain(stateOf(scene))
  })

  it('T22: fifty stops at once have one effect, one session and an audit row each', () => {
    scene = play()
    record(scene)
    const fibers = Array.from({ length: 50 }, () => scene.house.start(stop()))
    scene.house.time.advance(5_000)
    const exits = fibers.map((fiber) => fiber.pollUnsafe())
    expect(exits.every((exit) => exit !== undefined && Exit.isSuccess(exit))).toBe(true)
    const ids = exits.map((exit) =>
      exit !== undefined && Exit.isSuccess(exit)
        ? (exit.value.session?.id ?? exit.value.lastSessionId)
        : null,
    )
    expect(new Set(ids)).toEqual(new Set(['s1']))
    expect(ends(scene)).toEqual(['manual_stop'])
    expect(attemptsOf(scene, 1)).toEqual(['done manual_stop'])
    expect(outcomes('room.stop').length).toBe(50)
    expect(outcomes('room.stop').filter((outcome) => outcome === 'done').length).toBe(1)
  })

  it('T22: a stop after the stop changes nothing, however late it comes', () => {
    scene = play()
    record(scene)
    scene.house.run(stop())
    until(scene, 'cooldown')
    const before = scene.house.rooms.find('r1')?.waiting?.untilAt
    scene.house.time.advance(60_000)
    scene.house.run(stop())
    expect(scene.house.rooms.find('r1')?.waiting?.untilAt).toBe(before)
    expect(outcomes('room.stop')).toEqual(['done', 'noop'])
  })

  it('T23: of two starts at once one is accepted and the other is already_active', () => {
    scene = play({ settings: { watchIntervalMs: 60_000 } })
    scene.house.run(rooms().change('r1', { monitor: false }, OPERATOR))
    stage(scene).broadcastId = '100'
    const fibers = [scene.house.start(start()), scene.house.start(start())]
    scene.house.time.advance(1_000)
    const codes = fibers.map((fiber) => {
      const exit = fiber.pollUnsafe()
      return exit === undefined ? 'pending' : (refusalIn(exit)?.code ?? 'accepted')
    })
    expect(codes).toEqual(['accepted', 'already_active'])
    expect(stateOf(scene)).toBe('live.receiving')
    expect(scene.house.rooms.find('r1')?.monitor).toBe(true)
  })

  it('S24: every command leaves exactly one audit row, refused and vain ones too', () => {
    scene = play()
    scene.house.run(rooms().endSession('r1', OPERATOR))
    scene.house.run(rooms().release('r1', OPERATOR))
    scene.house.run(rooms().change('r1', { monitor: true }, OPERATOR))
    scene.house.run(rooms().stop('nobody', OPERATOR))
    expect(scene.house.disk.audit.map(({ action, outcome, code }) => `${action} ${code ?? outcome}`)).toEqual(
      [
        'room.end_session not_recording',
        'room.release not_quarantined',
        'room.change noop',
        'room.stop room_unknown',
      ],
    )
  })

  it('is on disk before the room hears of it, and not at all when it cannot be written', () => {
    scene = play()
    record(scene)
    scene.house.disk.mood = 'failing'
    const exit = scene.house.run(stop())
    expect(Exit.isFailure(exit)).toBe(true)
    expect(stateOf(scene)).toBe('live.receiving')
    scene.house.disk.heal()
    scene.house.start(stop())
    scene.house.time.advance(2)
    expect(stateOf(scene)).toBe('live.receiving')
    scene.house.time.advance(2)
    expect(stateOf(scene)).toBe('draining')
    const [row] = scene.house.disk.read('SELECT ending_reason FROM sessions')
    expect(row?.['ending_reason']).toBe('manual_stop')
  })

  it('ends the session and goes on watching: the broadcast that goes on is the next session', () => {
    scene = play()
    record(scene)
    scene.house.run(rooms().endSession('r1', OPERATOR))
    until(scene, 'cooldown')
    until(scene, 'live.receiving')
    scene.house.time.advance(10)
    expect(ends(scene)).toEqual(['manual_end_session', null])
  })

  it('renames a room and its session stays; another room cannot have the handle', () => {
    scene = play()
    record(scene)
    scene.house.run(rooms().rename('r1', 'alicia', OPERATOR))
    expect(rooms().find('alicia')?.id).toBe('r1')
    expect(rooms().find('alice')).toBeNull()
    expect(ends(scene)).toEqual([null])
    const added = scene.house.run(
      rooms().add({ handle: 'alicia', displayName: null, monitor: true, proxyUrl: null }, OPERATOR),
    )
    expect(refusalIn(added)?.code).toBe('room_exists')
    expect(scene.house.disk.read('SELECT handle FROM room_handles WHERE until IS NULL').length).toBe(1)
  })

  it('removes a room after its open session is archived as monitor_disabled', () => {
    scene = play()
    record(scene)
    expect(Exit.isSuccess(scene.house.run(rooms().remove('r1', OPERATOR)))).toBe(true)
    expect(ends(scene)).toEqual(['monitor_disabled'])
    expect(rooms().find('r1')).toBeNull()
    expect(rooms().list()).toEqual([])
    judgeAtRest(scene.house)
  })

  it('switches watching off for all rooms and on again, and each room keeps its own monitor', () => {
    scene = play()
    const { house } = scene
    house.run(rooms().add({ handle: 'bob', displayName: null, monitor: false, proxyUrl: null }, OPERATOR))
    record(scene)
    house.run(rooms().changeSettings({ autoMonitorEnabled: false }, OPERATOR))
    until(scene, 'off')
    expect(ends(scene)).toEqual(['monitor_disabled'])
    expect(rooms().find('r1')?.monitor).toBe(true)
    expect(rooms().diagnose('r1')?.code).toBe('monitor_disabled')
    expect(refusalIn(house.run(start()))?.code).toBe('conflict')
    house.kill()
    house.boot()
    expect(stateOf(scene)).toBe('off')
    house.run(rooms().changeSettings({ autoMonitorEnabled: true }, OPERATOR))
    until(scene, 'live.receiving')
    expect(rooms().find('bob')?.state).toBe('off')
    heal(scene)
    judgeAtRest(house)
  })

  it('does not start a room while watching is being switched off for all of them', () => {
    scene = play()
    const { house } = scene
    house.run(rooms().change('r1', { monitor: false }, OPERATOR))
    until(scene, 'off')
    stage(scene).broadcastId = '101'
    // Both are on their way to the disk at once, and the switch is the first there.
    const switching = house.start(rooms().changeSettings({ autoMonitorEnabled: false }, OPERATOR))
    const starting = house.start(start())
    house.run(Fiber.await(switching))
    house.run(Fiber.await(starting))
    house.time.advance(60_000)
    expect(stateOf(scene)).toBe('off')
    expect(ends(scene)).toEqual([])
    expect(rooms().find('r1')?.monitor).toBe(true)
    house.run(rooms().changeSettings({ autoMonitorEnabled: true }, OPERATOR))
    until(scene, 'live.receiving')
  })

  it('is refused once the process leaves', () => {
    scene = play()
    scene.house.start(rooms().letGo(5_000))
    expect(refusalIn(scene.house.run(stop()))?.code).toBe('busy')
  })
})

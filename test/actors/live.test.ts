import * as Cause from 'effect/Cause'
import * as Effect from 'effect/Effect'
import * as Exit from 'effect/Exit'
import * as Option from 'effect/Option'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { verify } from '../../src/db/audit.ts'
import { Database } from '../../src/db/database.ts'
import { CommandRefused } from '../../src/domain/errors.ts'
import { until } from '../_support/db.ts'
import { CALLER, furnish, openStage, type Stage } from './live-stage.ts'

let stage: Stage
beforeEach(async () => {
  stage = await openStage()
  furnish(stage, 'r1')
})
afterEach(() => stage.close())

const BOTH = ['youtube', 'twitch']
const start = (platforms: readonly string[] = BOTH, room = 'r1') =>
  Effect.runPromiseExit(stage.live.start(room, platforms, { force: false }, CALLER))
const stateOf = (platform: string, room = 'r1') =>
  stage.live.status(room)?.destinations.find((one) => one.platform === platform)?.state ?? 'none'
const untilState = (platform: string, state: string, room = 'r1') =>
  until(`${platform} of ${room} is ${state}`, () => stateOf(platform, room) === state)
const codeOf = (exit: Exit.Exit<unknown, unknown>): string => {
  if (Exit.isSuccess(exit)) return 'ok'
  const error = Option.getOrNull(Cause.findErrorOption(exit.cause))
  return error instanceof CommandRefused ? error.code : String(exit.cause)
}
const audit = () => stage.db.read('SELECT action, target, outcome, code FROM audit ORDER BY seq')

describe('commands', () => {
  it('S24: each leave one audit row with their effect, refused or not, in a chain that holds', async () => {
    stage.keys.set('r1 keyless', null)
    expect(codeOf(await start(['nowhere']))).toBe('destination_unknown')
    expect(codeOf(await start(['youtube', 'keyless']))).toBe('destination_incomplete')
    expect(codeOf(await start([]))).toBe('invalid')
    expect(codeOf(await start(BOTH, 'r9'))).toBe('room_unknown')
    expect(codeOf(await start())).toBe('ok')
    expect(codeOf(await start())).toBe('already_active')
    const retry = await Effect.runPromiseExit(stage.live.retry('r1', 'youtube', CALLER))
    expect(codeOf(retry)).toBe('already_active')
    await Effect.runPromise(stage.live.stop('r1', ['youtube'], CALLER))
    await Effect.runPromise(stage.live.stop('r1', ['youtube'], CALLER))
    expect(await audit()).toEqual([
      { action: 'live.start', target: 'nowhere', outcome: 'refused', code: 'destination_unknown' },
      { action: 'live.start', target: 'youtube,keyless', outcome: 'refused', code: 'destination_incomplete' },
      { action: 'live.start', target: null, outcome: 'refused', code: 'invalid' },
      { action: 'live.start', target: 'youtube,twitch', outcome: 'refused', code: 'room_unknown' },
      { action: 'live.start', target: 'youtube,twitch', outcome: 'done', code: null },
      { action: 'live.start', target: 'youtube,twitch', outcome: 'refused', code: 'already_active' },
      { action: 'live.retry', target: 'youtube', outcome: 'refused', code: 'already_active' },
      { action: 'live.stop', target: 'youtube', outcome: 'done', code: null },
      { action: 'live.stop', target: 'youtube', outcome: 'noop', code: null },
    ])
    const chain = await Effect.runPromise(Effect.provideService(verify, Database, stage.db.database))
    expect(chain.brokenAt).toBeNull()
  })

  it('are refused where no LiveKit is configured', async () => {
    await stage.leave()
    stage.livekit.configured = false
    stage = await openStage(stage)
    expect(codeOf(await start())).toBe('livekit_unconfigured')
    expect(stage.live.status('r1')).toMatchObject({ state: 'idle', sessionId: null, destinations: [] })
  })

  it('S14: two rooms with one address and key are not both on air, however close their starts', async () => {
    furnish(stage, 'r2')
    stage.keys.set('r1 youtube', 'the-very-same-key')
    stage.keys.set('r2 youtube', 'the-very-same-key')
    const both = await Promise.all([start(['youtube']), start(['youtube'], 'r2')])
    expect(both.map(codeOf).toSorted()).toEqual(['destination_in_use', 'ok'])
    const [first, second] = codeOf(both[0]) === 'ok' ? ['r1', 'r2'] : ['r2', 'r1']
    await untilState('youtube', 'live', first)
    expect(codeOf(await start(['youtube'], second))).toBe('destination_in_use')
    expect(stage.livekit.starts).toBe(1)
    await Effect.runPromise(stage.live.stop(first, null, CALLER))
    await untilState('youtube', 'stopped', first)
    expect(codeOf(await start(['youtube'], second))).toBe('ok')
    await untilState('youtube', 'live', second)
    expect(stage.livekit.running).toHaveLength(1)
  })

  it('S14: a key that becomes another’s while it is on air is not sent to beside it, and is once that is free', async () => {
    furnish(stage, 'r2')
    stage.keys.set('r1 youtube', 'the-very-same-key')
    stage.keys.set('r2 youtube', 'a-key-of-its-own')
    await start(['youtube'])
    await start(['youtube'], 'r2')
    for (const room of ['r1', 'r2']) await untilState('youtube', 'live', room)
    stage.keys.set('r2 youtube', 'the-very-same-key')
    const lost = stage.livekit.running.find(({ roomName }) => roomName === 'stage-r2')!
    const failed = { ...lost, status: 'failed', updatedAtNs: lost.updatedAtNs + 1n } as const
    stage.livekit.views.set(lost.egressId, failed)
    stage.live.observe(failed, 'webhook')
    const codes = () => stage.live.status('r2')?.destinations.map(({ errorCode }) => errorCode)
    await until('it is refused', () => codes()?.[0] === 'destination_in_use')
    expect(stage.livekit.starts).toBe(2)
    expect(stateOf('youtube')).toBe('live')
    await Effect.runPromise(stage.live.stop('r1', null, CALLER))
    await untilState('youtube', 'live', 'r2')
    expect(stage.livekit.starts).toBe(3)
  })

  it('are on disk before anything is started', async () => {
    await start(['youtube'])
    await untilState('youtube', 'live')
    const attempts = () => stage.db.read('SELECT * FROM egress_attempts')
    await expect.poll(async () => (await attempts())[0]?.['lk_egress_id']).toBe('EG_1')
    const [attempt] = await attempts()
    const entries = await stage.db.read('SELECT name, at FROM journal ORDER BY seq')
    const names = entries.map(({ name }) => name)
    expect(names.slice(0, 2)).toEqual(['outbound.started', 'egress.desired'])
    expect(names.indexOf('egress.attempted')).toBeGreaterThan(names.indexOf('egress.desired'))
    expect(Number(attempt?.['started_at'])).toBeLessThanOrEqual(stage.livekit.running[0]?.startedAt ?? 0)
    expect(attempt).toMatchObject({ adopted: 0, no: 1, generation: 1 })
  })
})

describe('a process', () => {
  it('S18: that leaves lets go, and the next one takes over without a start', async () => {
    await start()
    await Promise.all(BOTH.map((platform) => untilState(platform, 'live')))
    expect(await Effect.runPromise(stage.live.letGo)).toEqual({ running: 2 })
    expect(codeOf(await start())).toBe('busy')
    await stage.leave()
    expect(stage.livekit.running.length).toBe(2)
    stage = await openStage(stage)
    await Promise.all(BOTH.map((platform) => untilState(platform, 'live')))
    expect(stage.livekit.starts).toBe(2)
    // The state is in memory; that it was taken over is written after it.
    const ids = async () => {
      const rows = await stage.db.read('SELECT lk_egress_id FROM egresses ORDER BY lk_egress_id')
      return rows.map((row) => row['lk_egress_id'])
    }
    await expect.poll(ids).toEqual(['EG_1', 'EG_2'])
  })

  it('stops what a room sent out when the room is removed, even if it was down then', async () => {
    await start()
    await Promise.all(BOTH.map((platform) => untilState(platform, 'live')))
    const removed = { name: 'room.removed', at: Date.now(), roomId: 'r1', sessionId: null, body: {} } as const
    stage.db.database.append(removed)
    await Promise.all(BOTH.map((platform) => untilState(platform, 'stopped')))
    expect(stage.livekit.running).toEqual([])
    expect(await stage.db.read(`SELECT actor FROM audit WHERE action = 'live.stop'`)).toEqual([
      { actor: 'system' },
    ])

    await start(['youtube'])
    await untilState('youtube', 'live')
    await stage.leave()
    stage.rooms.delete('r1')
    stage = await openStage(stage)
    await until('nothing runs', () => stage.livekit.running.length === 0)
    await until('nothing is kept in memory', () => stage.live.list().length === 0)
    expect(stage.live.status('r1')).toBeNull()
  })
})

describe('a destination', () => {
  it('S15: that dies of a mistake of ours is given up by itself; the other room never hears of it', async () => {
    furnish(stage, 'r2')
    stage.livekit.deadly.add('stage-r1')
    await start(['youtube'])
    await start(['youtube'], 'r2')
    await untilState('youtube', 'live', 'r2')
    await untilState('youtube', 'failed')
    expect(stage.live.status('r1')?.destinations[0]).toMatchObject({ errorCode: 'internal', attempt: 3 })
    expect(stateOf('youtube', 'r2')).toBe('live')
    stage.livekit.deadly.clear()
    await Effect.runPromise(stage.live.retry('r1', 'youtube', CALLER))
    await untilState('youtube', 'live')
  })

  it('tells its session that it is over only when the last of them has stopped', async () => {
    await start()
    await Promise.all(BOTH.map((platform) => untilState(platform, 'live')))
    const { sessionId } = stage.live.status('r1') ?? {}
    await Effect.runPromise(stage.live.stop('r1', ['youtube'], CALLER))
    await untilState('youtube', 'stopped')
    expect(stage.live.status('r1')).toMatchObject({ state: 'live', sessionId })
    await Effect.runPromise(stage.live.stop('r1', null, CALLER))
    await untilState('twitch', 'stopped')
    expect(stage.live.status('r1')).toMatchObject({ state: 'idle', sessionId })
    const ended = () =>
      stage.db.read('SELECT id, end_reason FROM outbound_sessions WHERE ended_at IS NOT NULL')
    let rows = await ended()
    for (const end = Date.now() + 5_000; rows.length === 0 && Date.now() < end;) rows = await ended()
    expect(rows).toEqual([{ id: sessionId, end_reason: 'stopped' }])
  })

  it('L31: knows a webhook that is faster than the answer to its start as its own', async () => {
    await start(['youtube'])
    await untilState('youtube', 'live')
    const [view] = stage.livekit.running
    expect(stage.live.roomOf('stage-r1', 'EG_1')).toBe('r1')
    expect(stage.live.roomOf('stage-r1', null)).toBe('r1')
    expect(stage.live.roomOf('stage-r1', 'EG_other')).toBeNull()
    expect(stage.live.observe(view!, 'webhook')).toBe(true)
    expect(stage.live.status('r1')?.destinations[0]).toMatchObject({
      observedBy: 'webhook',
      egressId: 'EG_1',
    })
  })
})

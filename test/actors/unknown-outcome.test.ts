// Commands on a real database whose answers get lost: what was asked for once is done once, and audited once.

import { join } from 'node:path'
import * as Context from 'effect/Context'
import * as Effect from 'effect/Effect'
import * as Layer from 'effect/Layer'
import * as ManagedRuntime from 'effect/ManagedRuntime'
import { describe, expect, it, onTestFinished } from 'vitest'
import { Rooms } from '../../src/actors/rooms.ts'
import { roomsLive } from '../../src/actors/rooms-live.ts'
import { recorderLive } from '../../src/archive/recorder-live.ts'
import { Database } from '../../src/db/database.ts'
import { layer } from '../../src/db/database-live.ts'
import { DbError } from '../../src/domain/errors.ts'
import { signBudget } from '../../src/tiktok/sign-budget.ts'
import { TikTok } from '../../src/tiktok/tiktok.ts'
import { tempFolder } from '../_support/db.ts'
import { OPERATOR, SETTINGS } from '../simulation/house.ts'

/** `answer`: the write is done and nobody hears of it. `write`: it is not done either. `known`: so, and it is said. */
type Lost = 'answer' | 'write' | 'known'

const startRooms = async () => {
  const folder = tempFolder()
  /** What gets lost of the next writes that are audited, and of the next of any kind. */
  const losing = { audited: [] as Lost[], any: [] as Lost[], met: 0 }
  const unknown = new DbError({ kind: 'io', outcome: 'unknown', message: 'nobody knows' })
  const known = new DbError({ kind: 'full', outcome: 'failed', message: 'the disk is full' })
  const lossy = Layer.effect(
    Database,
    Effect.map(Database, (database) => ({
      ...database,
      write: (transaction: Parameters<typeof database.write>[0]) =>
        Effect.suspend(() => {
          const lost =
            transaction.audit !== undefined && losing.audited.length > 0
              ? losing.audited.shift()
              : losing.any.shift()
          if (lost === undefined) return database.write(transaction)
          losing.met += 1
          const done = lost === 'answer' ? Effect.asVoid(database.write(transaction)) : Effect.void
          return Effect.andThen(done, Effect.fail(lost === 'known' ? known : unknown))
        }),
    })),
  )
  const offline = { at: 0, answer: 'offline' as const, broadcastId: null, paused: false }
  const tiktok = Layer.succeed(TikTok, {
    look: () => Effect.succeed({ ...offline, sources: [], snapshot: null }),
    connect: () => Effect.never,
  })
  const runtime = ManagedRuntime.make(
    roomsLive({ defaults: SETTINGS, keys: { keys: new Map() } }).pipe(
      Layer.provide(tiktok),
      Layer.provide(signBudget({ perMinute: 6_000, keys: [] })),
      Layer.provide(recorderLive()),
      Layer.provideMerge(lossy),
      Layer.provideMerge(
        layer({ url: `file:${join(folder.path, 'rooms.db')}`, authToken: null, onFatal: () => {} }),
      ),
    ),
  )
  onTestFinished(async () => {
    await runtime.dispose()
    folder.remove()
  })
  const context = await runtime.context()
  const rooms = Context.get(context, Rooms)
  const database = Context.get(context, Database)
  const read = (sql: string) => Effect.runPromise(database.read(sql))
  const add = (handle: string) =>
    Effect.runPromise(rooms.add({ handle, displayName: null, monitor: false, proxyUrl: null }, OPERATOR))
  const name = (id: string, displayName: string) =>
    Effect.runPromise(rooms.change(id, { displayName }, OPERATOR))
  const audited = async () =>
    (await read('SELECT action, outcome, code FROM audit ORDER BY seq')).map(
      ({ action, outcome, code }) => `${action} ${code ?? outcome}`,
    )
  const facts = async (fact: string) => (await read(`SELECT seq FROM journal WHERE name = '${fact}'`)).length
  return { rooms, losing, read, add, name, audited, facts }
}

describe('a command whose outcome is unknown', () => {
  it.each([[['answer']], [['write']], [['write', 'write', 'answer']]] as const)(
    'is carried out once, with one audit row and one fact (lost: %j)',
    async (lost) => {
      const { add, name, losing, audited, facts } = await startRooms()
      const { status } = await add('maker')
      losing.audited.push(...lost)
      expect((await name(status.id, 'The Maker')).displayName).toBe('The Maker')
      expect(losing.met).toBe(lost.length)
      expect(await audited()).toEqual(['room.add done', 'room.change done'])
      expect(await facts('room.changed')).toBe(1)
    },
  )

  it('is settled although the question about it is lost as well', async () => {
    const { add, name, losing, audited } = await startRooms()
    const { status } = await add('maker')
    losing.audited.push('answer')
    losing.any.push('write')
    await name(status.id, 'The Maker')
    expect(losing.met).toBe(2)
    expect(await audited()).toEqual(['room.add done', 'room.change done'])
  })

  it('stays unknown when every question about it fails for certain', async () => {
    const { rooms, add, losing, audited } = await startRooms()
    const { status } = await add('maker')
    losing.audited.push('answer')
    losing.any.push('known', 'known', 'known')
    const change = rooms.change(status.id, { displayName: 'The Maker' }, OPERATOR)
    const failed = await Effect.runPromise(Effect.flip(change))
    expect(losing.met).toBe(4)
    expect(failed).toMatchObject({ kind: 'full', outcome: 'unknown' })
    expect(await audited()).toEqual(['room.add done', 'room.change done'])
  })

  it('that adds a room is not refused because of the room that it added', async () => {
    const { rooms, add, losing, read, audited } = await startRooms()
    await add('first')
    losing.audited.push('answer')
    const { status, ownerToken } = await add('second')
    expect(losing.met).toBe(1)
    expect(ownerToken).toMatch(/^rk_ow_/)
    expect(await read('SELECT id, no FROM rooms ORDER BY no')).toMatchObject([
      { no: 1 },
      { id: status.id, no: 2 },
    ])
    expect(rooms.row(status.id)?.no).toBe(2)
    expect(await audited()).toEqual(['room.add done', 'room.add done'])
  })

  it('and that is refused is audited once', async () => {
    const { rooms, add, losing, audited } = await startRooms()
    const { status } = await add('maker')
    losing.audited.push('answer')
    const refused = await Effect.runPromise(Effect.flip(rooms.endSession(status.id, OPERATOR)))
    expect(refused).toMatchObject({ code: 'not_recording' })
    expect(await audited()).toEqual(['room.add done', 'room.end_session not_recording'])
  })
})

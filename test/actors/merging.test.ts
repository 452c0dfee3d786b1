// Two rooms of one creator, merged while the server runs: the rooms on their real database, with a TikTok on which
// nobody is ever live, or always.

import { join } from 'node:path'
import * as Context from 'effect/Context'
import * as Effect from 'effect/Effect'
import * as Layer from 'effect/Layer'
import * as ManagedRuntime from 'effect/ManagedRuntime'
import { describe, expect, it, onTestFinished } from 'vitest'
import { Rooms } from '../../src/actors/rooms.ts'
import { roomsLive } from '../../src/actors/rooms-live.ts'
import { merge } from '../../src/archive/maintenance/merge.ts'
import { recorderLive } from '../../src/archive/recorder-live.ts'
import { Database } from '../../src/db/database.ts'
import { layer } from '../../src/db/database-live.ts'
import { signBudget } from '../../src/tiktok/sign-budget.ts'
import { TikTok, type Answer } from '../../src/tiktok/tiktok.ts'
import { tempFolder } from '../_support/db.ts'
import { OPERATOR, SETTINGS } from '../simulation/house.ts'

const startRooms = async (answer: Answer) => {
  const folder = tempFolder()
  let connects = 0
  let letGo = 0
  const tiktok = Layer.succeed(TikTok, {
    look: () =>
      Effect.sync(() => ({
        at: Date.now(),
        answer,
        broadcastId: answer === 'live' ? '7000' : null,
        paused: false,
        sources: [],
        snapshot: null,
      })),
    // It is asked, and never answers: no session can be open.
    connect: () =>
      Effect.sync(() => (connects += 1)).pipe(
        Effect.andThen(Effect.never),
        Effect.onInterrupt(() => Effect.sync(() => (letGo += 1))),
      ),
  })
  const url = `file:${join(folder.path, 'rooms.db')}`
  const runtime = ManagedRuntime.make(
    roomsLive({ defaults: SETTINGS, keys: { keys: new Map() } }).pipe(
      Layer.provide(tiktok),
      Layer.provide(signBudget({ perMinute: 6_000, keys: [] })),
      Layer.provide(recorderLive()),
      Layer.provideMerge(layer({ url, authToken: null, onFatal: () => {} })),
    ),
  )
  onTestFinished(async () => {
    await runtime.dispose()
    folder.remove()
  })
  const context = await runtime.context()
  const rooms = Context.get(context, Rooms)
  const database = Context.get(context, Database)
  const add = async (handle: string) =>
    (
      await Effect.runPromise(
        rooms.add({ handle, displayName: null, monitor: true, proxyUrl: null }, OPERATOR),
      )
    ).status.id
  const mergeInto = (from: string, into: string) =>
    Effect.runPromise(
      Effect.provideService(
        merge({ what: 'rooms', from, into }, { actor: 'operator', ip: null }),
        Database,
        database,
      ),
    )
  return { rooms, add, mergeInto, connects: () => connects, letGo: () => letGo }
}

describe('a room that was merged into another', () => {
  it('is gone from memory with the merge, and its handle is free', async () => {
    const { rooms, add, mergeInto } = await startRooms('offline')
    const into = await add('maker')
    const from = await add('maker.old')
    await expect.poll(() => rooms.find(from)?.lastLook?.answer).toBe('offline')

    await mergeInto(from, into)
    expect(rooms.find(from)).toBeNull()
    expect(rooms.list().map(({ id }) => id)).toEqual([into])
    expect(rooms.find(into)?.state).toBe('watching')
    expect(
      await Effect.runPromise(Effect.flip(rooms.start(from, { force: false, wait: false }, OPERATOR))),
    ).toMatchObject({
      code: 'room_unknown',
    })
    expect(rooms.find(await add('maker.old'))?.handle).toBe('maker.old')
  })

  it('lets go of the connection that it was just making', async () => {
    const { rooms, add, mergeInto, connects, letGo } = await startRooms('live')
    const into = await add('maker')
    const from = await add('maker.old')
    await expect.poll(connects).toBe(2)
    expect(rooms.find(from)?.state).toBe('connecting')
    await mergeInto(from, into)
    expect(rooms.find(from)).toBeNull()
    await expect.poll(letGo).toBe(1)
    expect(rooms.find(into)?.state).toBe('connecting')
  })
})

// The process leaves while it records two rooms, one of which it has lost: on their real database, with sockets
// that are always open.

import { join } from 'node:path'
import * as Context from 'effect/Context'
import * as Effect from 'effect/Effect'
import * as Layer from 'effect/Layer'
import * as ManagedRuntime from 'effect/ManagedRuntime'
import { expect, it, onTestFinished } from 'vitest'
import { Rooms } from '../../src/actors/rooms.ts'
import { roomsLive } from '../../src/actors/rooms-live.ts'
import { recorderLive } from '../../src/archive/recorder-live.ts'
import { Database } from '../../src/db/database.ts'
import { layer } from '../../src/db/database-live.ts'
import { signBudget } from '../../src/tiktok/sign-budget.ts'
import { TikTok } from '../../src/tiktok/tiktok.ts'
import { tempFolder } from '../_support/db.ts'
import { OPERATOR, SETTINGS } from '../simulation/house.ts'

const tiktok = Layer.succeed(TikTok, {
  look: (handle) =>
    Effect.sync(() => ({
      at: Date.now(),
      answer: 'live' as const,
      broadcastId: `7000${handle.length}`,
      paused: false,
      sources: [],
      snapshot: null,
    })),
  connect: ({ broadcastId }) =>
    Effect.succeed({
      broadcastId,
      ack: () => {},
      hold: () => {},
      lastFrameAt: () => 0,
      finish: () => Effect.void,
    }),
})

it('P01: a room whose session another owner has does not keep the others from being parked', async () => {
  const folder = tempFolder()
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
  const sessions = () =>
    Effect.runPromise(database.read('SELECT handle, parked_at FROM sessions ORDER BY handle'))
  for (const handle of ['lost', 'kept.one', 'kept.too']) {
    const room = { handle, displayName: null, monitor: true, proxyUrl: null }
    await Effect.runPromise(rooms.add(room, OPERATOR))
  }
  await expect.poll(async () => (await sessions()).length).toBe(3)
  await Effect.runPromise(
    database.write({ statements: [{ sql: `UPDATE sessions SET epoch = epoch + 9 WHERE handle = 'lost'` }] }),
  )

  expect(await Effect.runPromise(rooms.letGo(5_000))).toEqual({ parked: 2, unfinished: 1 })
  expect(await sessions()).toEqual([
    { handle: 'kept.one', parked_at: expect.any(Number) as number },
    { handle: 'kept.too', parked_at: expect.any(Number) as number },
    { handle: 'lost', parked_at: null },
  ])
})

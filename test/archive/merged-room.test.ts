// A session whose room is merged into another one in the moment in which it begins.

import * as Effect from 'effect/Effect'
import { expect, it, onTestFinished } from 'vitest'
import { merge } from '../../src/archive/maintenance/merge.ts'
import { Database } from '../../src/db/database.ts'
import { archiveSpec, chats, give, newHeard, startDesk } from '../_support/archive.ts'

it('a session that began as its room was merged away is archived under the room that is left', async () => {
  const desk = await startDesk()
  onTestFinished(() => desk.close())
  const room = (no: number, id: string) => ({
    sql: `INSERT INTO rooms (no, id, handle, created_at, updated_at) VALUES (?, ?, ?, 1, 1)`,
    args: [no, id, `maker${no}`],
  })
  const statements = [room(1, 'r-old1'), room(2, 'r-new2'), room(3, 'r-last3')]
  await desk.run(desk.database.write({ statements }))
  const mergeInto = (from: string, into: string) =>
    desk.run(
      Effect.provideService(
        merge({ what: 'rooms', from, into }, { actor: 'operator', ip: null }),
        Database,
        desk.database,
      ),
    )
  await mergeInto('r-old1', 'r-new2')
  // Both are recorded at once: the one that is gone had its socket open already.
  const [gone, left] = [await desk.open('old1'), await desk.open('new2')]
  give(desk.recorder.tap(gone, newHeard().listener), chats(2))
  expect(await desk.run(desk.recorder.archive(archiveSpec(gone, 'monitor_disabled')))).toMatchObject({
    outcome: 'done',
    counters: { events: 2 },
  })
  const rows = () =>
    desk.rows('SELECT no, room_id, room_no, archived_at IS NULL AS open FROM sessions ORDER BY no')
  expect(await rows()).toEqual([
    { no: gone.no, room_id: 'r-new2', room_no: 1, open: 0 },
    { no: left.no, room_id: 'r-new2', room_no: 2, open: 1 },
  ])
  await desk.run(desk.recorder.archive(archiveSpec(left, 'stream_end')))
  // It follows the room from now on, like every other session of it.
  await mergeInto('r-new2', 'r-last3')
  expect((await rows()).map((row) => row['room_id'])).toEqual(['r-last3', 'r-last3'])
})

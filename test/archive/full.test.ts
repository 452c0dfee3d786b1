// A disk that is really full: the recording waits, the archive is refused and tried again, and all of it is there
// when there is room again, without a restart.

import { expect, it, onTestFinished } from 'vitest'
import { archiveSpec, chats, give, newHeard, sessionRow, startDesk } from '../_support/archive.ts'
import { newMoods } from '../_support/archive-moods.ts'
import { until } from '../_support/db.ts'

it('D03 D04: a full disk holds frames and the archive back, and loses neither', async () => {
  const disk = newMoods()
  // A little more than the empty tables take.
  disk.set('maxPages', 120)
  const desk = await startDesk({
    ingest: disk.moods,
    tuning: { transactionLimitMs: 500 },
    writerEntry: new URL('../_support/archive-writer.ts', import.meta.url),
  })
  onTestFinished(() => desk.close())
  const session = await desk.open()
  const tap = desk.recorder.tap(session, newHeard().listener)
  const isFull = () => desk.database.health().lastError?.kind === 'full'
  let given = 0
  for (; !isFull() && given < 400; given += 1) {
    give(tap, chats(20, 'x'.repeat(500)), { gzip: false })
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
  await until('the disk is full', isFull)
  expect(desk.database.health().queuedFrames).toBeGreaterThan(0)
  const refused = await desk.run(desk.recorder.archive(archiveSpec(session))).catch((error: unknown) => error)
  expect(refused).toMatchObject({ kind: 'full', outcome: 'failed' })
  expect(await sessionRow(desk, session.no)).toMatchObject({ archived_at: null })

  disk.set('maxPages', 0)
  await desk.run(desk.recorder.flush(session.no))
  await until('storage has recovered', () => !desk.database.health().failing)
  const { outcome, counters } = await desk.run(desk.recorder.archive(archiveSpec(session)))
  expect(outcome).toBe('done')
  expect(counters).toMatchObject({ frames: given, events: given * 20, duplicates: 0, poison: 0 })
  expect(await desk.row('SELECT count(*) AS n FROM events')).toEqual({ n: given * 20 })
  const storage = await desk.rows(`SELECT name FROM journal WHERE name LIKE 'storage.%' ORDER BY seq`)
  expect(storage.map((row) => row['name'])).toEqual(['storage.failed', 'storage.recovered'])
})

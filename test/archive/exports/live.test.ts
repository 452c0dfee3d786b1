// Exports and maintenance on the database as it runs: its own threads, its own limits.

import * as Effect from 'effect/Effect'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { makeExporter, type OwnExporter } from '../../../src/archive/exports/exporter-live.ts'
import { planExport, type ExportOptions } from '../../../src/archive/exports/plan.ts'
import { prune } from '../../../src/archive/maintenance/prune.ts'
import { sessionStats } from '../../../src/archive/stats.ts'
import { Database } from '../../../src/db/database.ts'
import { READ_BYTES_MAX } from '../../../src/db/reader-thread.ts'
import { startDatabase, type TestDatabase } from '../../_support/db.ts'
import { ASKER, T0 } from '../record.ts'

let live: TestDatabase
let own: OwnExporter
beforeEach(async () => {
  live = await startDatabase()
  own = makeExporter({ url: `file:${live.path}`, authToken: null })
})
afterEach(async () => {
  await own.close()
  await live.remove()
})

const run = <A, E>(effect: Effect.Effect<A, E, Database>): Promise<A> =>
  Effect.runPromise(Effect.provideService(effect, Database, live.database))

const opened = async (no: number, options: ExportOptions) => {
  const plan = await run(planExport(no, options))
  return { ...plan, stream: own.exporter.open(plan) }
}

const EVENTS = `INSERT INTO events (id, room_no, msg_id, frame_id, idx, at, kind, method, user_id, text)
SELECT (1 << 26) + value, 1, value, 1, 0, ?1, 'chat', 'm', 7, ?2 FROM generate_series_of_ours`

/** One archived session of that many events with that text each. */
const seed = async (count: number, text: string): Promise<void> => {
  const series = `(WITH RECURSIVE n(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < ${count})
SELECT value FROM n)`
  await live.write({
    statements: [
      { sql: `INSERT INTO rooms (no, id, handle, created_at, updated_at) VALUES (1, 'r1', 'maker', 1, 1)` },
      {
        sql: `INSERT INTO sessions (no, room_id, room_no, handle, broadcast_id, epoch, opened_at, last_at, archived_at,
end_reason, ended_at, duration_ms, event_count, last_seq)
VALUES (1, 'r1', 1, 'maker', '7', 1, ?1, ?1, ?1, 'stream_end', ?1, 0, ?2, ?2)`,
        args: [T0, count],
      },
      { sql: EVENTS.replace('generate_series_of_ours', series), args: [T0, text] },
    ],
  })
}

it('exports while others read and write, every row once', async () => {
  await seed(5_000, 'hello')
  const { stream, totalRows } = await opened(1, { format: 'ndjson' })
  let rows = 0
  for await (const chunk of stream) {
    rows += Buffer.from(chunk).toString().split('\n').length - 1
    await Promise.all([
      run(sessionStats(1)),
      live.write({ statements: [{ sql: 'UPDATE rooms SET updated_at = updated_at + 1' }] }),
    ])
  }
  expect(rows).toBe(5_000)
  expect(totalRows).toBe(5_000)
})

it('exports texts so long that a page of them is more than the reader gives', async () => {
  // A control character is six in JSON, so the page is larger than what is stored.
  await seed(1_000, '\u0001'.repeat(12_000))
  const { stream } = await opened(1, { format: 'ndjson' })
  let bytes = 0
  let chunks = 0
  for await (const chunk of stream) {
    bytes += chunk.byteLength
    chunks += 1
  }
  expect(bytes).toBeGreaterThan(READ_BYTES_MAX)
  expect(chunks).toBeGreaterThan(1)
})

it('prunes beside a writer that goes on', async () => {
  await seed(10_000, 'hello')
  const state = { pruning: true }
  const pruned = run(prune({ keepPerRoom: 0 }, ASKER)).finally(() => {
    state.pruning = false
  })
  let written = 0
  while (state.pruning) {
    await live.write({ statements: [{ sql: 'UPDATE rooms SET updated_at = updated_at + 1' }] })
    written += 1
  }
  expect(await pruned).toMatchObject({ prunedSessions: 1, events: 10_000 })
  expect(written).toBeGreaterThan(2)
  expect(await live.read('SELECT count(*) AS n FROM events')).toEqual([{ n: 0 }])
})

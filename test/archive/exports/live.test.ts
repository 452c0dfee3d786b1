// Maintenance and exports on the database as it runs: its own threads, its own limits.

import { spawnSync } from 'node:child_process'
import { gunzipSync, zstdDecompressSync } from 'node:zlib'
import * as Effect from 'effect/Effect'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { makeExporter, type OwnExporter } from '../../../src/archive/exports/exporter-live.ts'
import { EXPORT_FORMATS, type ExportFormat } from '../../../src/archive/exports/formats.ts'
import { planExport, type ExportOptions } from '../../../src/archive/exports/plan.ts'
import { produce } from '../../../src/archive/exports/produce.ts'
import { prune } from '../../../src/archive/maintenance/prune.ts'
import { sessionStats } from '../../../src/archive/stats.ts'
import { Database } from '../../../src/db/database.ts'
import { READ_BYTES_MAX } from '../../../src/db/reader-thread.ts'
import { startDatabase, type TestDatabase } from '../../_support/db.ts'
import { ASKER, T0 } from '../record.ts'
import { gathered } from './exported.ts'

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

describe('an export in its thread', () => {
  const bytesOf = async (format: ExportFormat): Promise<Buffer> =>
    gathered((await opened(1, { format })).stream)

  it('is the same bytes each time, in every format, in whatever thread', async () => {
    await seed(2_500, 'hello <b>{\\an8} =1')
    for (const format of EXPORT_FORMATS) {
      const first = await bytesOf(format)
      expect(first.length, format).toBeGreaterThan(1_000)
      const plan = await run(planExport(1, { format }))
      expect(Buffer.compare(await gathered(produce(plan, live.read)), first), format).toBe(0)
      await expect.poll(() => own.exporter.running()).toBe(0)
    }
  })

  it('comes out of gzip and zstd as it went in', async () => {
    await seed(3_000, 'hello')
    for (const format of ['ndjson', 'csv'] as const) {
      const plain = await bytesOf(format)
      const gz = await bytesOf(`${format}.gz`)
      const zst = await bytesOf(`${format}.zst`)
      expect(gz.length).toBeLessThan(plain.length / 4)
      expect(Buffer.compare(gunzipSync(gz), plain)).toBe(0)
      expect(Buffer.compare(zstdDecompressSync(zst), plain)).toBe(0)
      // One member, and nothing after it: what reads the first only, reads all.
      const { stdout } = spawnSync('gzip', ['-dc'], { input: gz, maxBuffer: 64 * 1024 * 1024 })
      expect(Buffer.compare(stdout, plain)).toBe(0)
    }
  })

  it('ends with whoever leaves it half way, and reads no further', async () => {
    await seed(60_000, 'x'.repeat(200))
    for (const format of ['ndjson', 'ndjson.zst', 'parquet', 'srt'] as const) {
      const pieces = (await opened(1, { format })).stream[Symbol.asyncIterator]()
      expect((await pieces.next()).done).toBe(false)
      expect(own.exporter.running()).toBe(1)
      await pieces.return?.()
      await expect.poll(() => own.exporter.running()).toBe(0)
      expect((await pieces.next()).done).toBe(true)
    }
  })

  it('starts no thread before it is read, and none when it is left before', async () => {
    await seed(10, 'x')
    const pieces = (await opened(1, { format: 'ndjson' })).stream[Symbol.asyncIterator]()
    await pieces.return?.()
    expect((await pieces.next()).done).toBe(true)
    await expect.poll(() => own.exporter.running()).toBe(0)
  })

  it('fails where the database fails, instead of ending as if it were complete', async () => {
    await seed(10, 'x')
    for (const format of ['ndjson', 'csv.gz', 'ndjson.zst', 'parquet', 'vtt'] as const) {
      const { stream } = await opened(1, { format })
      await live.write({ statements: [{ sql: 'ALTER TABLE events RENAME COLUMN text TO gone' }] })
      await expect(gathered(stream), format).rejects.toBeInstanceOf(Error)
      await live.write({ statements: [{ sql: 'ALTER TABLE events RENAME COLUMN gone TO text' }] })
      await expect.poll(() => own.exporter.running()).toBe(0)
    }
  })

  it('is ended when the server leaves', async () => {
    await seed(60_000, 'x'.repeat(200))
    const pieces = (await opened(1, { format: 'ndjson' })).stream[Symbol.asyncIterator]()
    await pieces.next()
    await own.close()
    await expect.poll(() => own.exporter.running()).toBe(0)
  })
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

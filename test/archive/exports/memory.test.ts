// What an export holds does not grow with the session: measured in a process of its own.

import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { ExportFormat } from '../../../src/archive/exports/formats.ts'
import { addRoom, addSession, T0 } from '../record.ts'
import { openStore } from '../store.ts'

const EVENTS = 80_000
const CHILD = fileURLToPath(new URL('../../_support/export-child.ts', import.meta.url))

let folder: string
let file: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'export-memory-'))
  file = join(folder, 'record.db')
  const store = await openStore(file)
  await addRoom(store, { no: 1, handle: 'maker' })
  await addSession(store, { no: 1, roomNo: 1, handle: 'maker', endedAt: T0 + EVENTS * 20 })
  await store.rows(`INSERT INTO events (id, room_no, msg_id, frame_id, idx, at, kind, method, user_id, handle, nickname,
text, data) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${EVENTS})
SELECT (1 << 26) + i, 1, i, 1, 0, ${T0} + i * 20, 'chat', 'WebcastChatMessage', i % 5000, 'viewer' || (i % 5000),
'Viewer ' || (i % 5000), 'message ' || i || ' ' || hex(randomblob(60)), '{"a":' || i || '}' FROM n`)
  await store.close()
}, 400_000)
afterAll(() => rm(folder, { recursive: true, force: true }))

/** Threads, a row group of 25,000 events, and what waits between threads. */
const LIMITS_MB: Partial<Record<ExportFormat, number>> = { parquet: 300 }
const LIMIT_MB = 180

it('is bounded, however large the session', { timeout: 120_000 }, async () => {
  for (const format of ['ndjson', 'parquet', 'srt'] as const) {
    const { stdout } = await promisify(execFile)(process.execPath, [CHILD, `file:${file}`, format])
    const { bytes, grownMb } = JSON.parse(stdout) as { readonly bytes: number; readonly grownMb: number }
    expect(bytes, format).toBeGreaterThan(4_000_000)
    expect(grownMb, `${format}: ${Math.round(bytes / 1e6)} MB`).toBeLessThan(LIMITS_MB[format] ?? LIMIT_MB)
  }
})

// Parquet as other readers see it: DuckDB and hyparquet, which share no code with what wrote it but hyparquet's schema.

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { zstdDecompressSync } from 'node:zlib'
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api'
import { parquetMetadata, parquetReadObjects } from 'hyparquet'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { addRoom, addSession, eventId, T0, type EventSeed } from '../record.ts'
import { openStore, type Store } from '../store.ts'
import { exported, textOf } from './exported.ts'

let store: Store
let folder: string
let duck: DuckDBConnection
let instance: DuckDBInstance
beforeEach(async () => {
  store = await openStore()
  await addRoom(store, { no: 1, handle: 'maker' })
  folder = await mkdtemp(join(tmpdir(), 'parquet-'))
  instance = await DuckDBInstance.create(':memory:')
  duck = await instance.connect()
  await duck.run(`SET TimeZone = 'UTC'`)
})
afterEach(async () => {
  duck.closeSync()
  instance.closeSync()
  await store.close()
  await rm(folder, { recursive: true, force: true })
})

const HOSTILE = [
  '<script>alert(1)</script>',
  '=HYPERLINK("x")',
  'a\nb\r\nc\u2028d',
  '\u202egpj.exe\u202c',
  '\u0001\u001f\u007f',
  "'); DROP TABLE events; --",
  'العربية 日本語 👩‍👩‍👧‍👦',
  'x'.repeat(10_000),
]
const EVENTS: readonly EventSeed[] = [
  ...HOSTILE.map((text): EventSeed => ({
    kind: 'chat',
    text,
    userId: 7_123_456_789_012_345_678n,
    handle: 'ann',
    nickname: text.slice(0, 20),
    data: { text: text.slice(0, 40), n: [1, null] },
  })),
  { kind: 'gift', userId: 5n, giftId: 5_655n, groupId: 9n, amount: 3, value: 1, final: true, msgId: -12n },
  { kind: 'like', amount: 15, total: 9_007_199_254_740_991, history: true },
]

const exportTo = async (no: number, kinds?: readonly EventSeed['kind'][]) => {
  const found = await exported(store, no, { format: 'parquet', ...(kinds !== undefined && { kinds }) })
  const path = join(folder, `${no}.parquet`)
  await writeFile(path, found.bytes)
  const buffer = found.bytes.buffer.slice(
    found.bytes.byteOffset,
    found.bytes.byteOffset + found.bytes.byteLength,
  ) as ArrayBuffer
  return { ...found, path, buffer }
}
const ask = async (sql: string) => (await duck.runAndReadAll(sql)).getRowObjectsJson()
const objects = (buffer: ArrayBuffer) =>
  parquetReadObjects({ file: buffer, compressors: { ZSTD: (bytes) => zstdDecompressSync(bytes) } })

describe('Parquet', () => {
  it('is read by DuckDB with these columns and types', async () => {
    await addSession(store, { no: 4, roomNo: 1, handle: 'maker', events: EVENTS })
    const { path } = await exportTo(4)
    const columns = await ask(`DESCRIBE SELECT * FROM '${path}'`)
    expect(columns.map((row) => [row['column_name'], row['column_type']])).toEqual([
      ['id', 'BIGINT'],
      ['sessionId', 'VARCHAR'],
      ['at', 'TIMESTAMP WITH TIME ZONE'],
      ['sourceAt', 'TIMESTAMP WITH TIME ZONE'],
      ['kind', 'VARCHAR'],
      ['method', 'VARCHAR'],
      ['msgId', 'VARCHAR'],
      ['userId', 'VARCHAR'],
      ['handle', 'VARCHAR'],
      ['nickname', 'VARCHAR'],
      ['text', 'VARCHAR'],
      ['amount', 'BIGINT'],
      ['total', 'BIGINT'],
      ['value', 'BIGINT'],
      ['giftId', 'VARCHAR'],
      ['groupId', 'VARCHAR'],
      ['final', 'BOOLEAN'],
      ['history', 'BOOLEAN'],
      ['late', 'BOOLEAN'],
      ['data', 'VARCHAR'],
    ])
    expect(
      await ask(`SELECT kind, count(*) AS n, sum(amount) AS amount FROM '${path}' GROUP BY 1 ORDER BY 1`),
    ).toEqual([
      { kind: 'chat', n: '8', amount: null },
      { kind: 'gift', n: '1', amount: '3' },
      { kind: 'like', n: '1', amount: '15' },
    ])
    const [first] = await ask(
      `SELECT epoch_ms("at") AS at, id, userId, msgId, data->>'$.n[0]' AS n FROM '${path}' LIMIT 1`,
    )
    expect(first).toEqual({
      at: String(T0 + 1_000),
      id: String(eventId(4, 1)),
      userId: '7123456789012345678',
      msgId: '7000000000268435457',
      n: '1',
    })
    const [like] = await ask(
      `SELECT total, history, final, msgId IS NULL AS none FROM '${path}' WHERE kind = 'like'`,
    )
    expect(like).toMatchObject({ total: '9007199254740991', history: true, final: false })
  })

  it('says the same as NDJSON, cell by cell, whoever reads it', async () => {
    await addSession(store, { no: 4, roomNo: 1, handle: 'maker', events: EVENTS })
    const { bytes } = await exported(store, 4, { format: 'ndjson' })
    const wanted = textOf(bytes)
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>)
    const { path, buffer } = await exportTo(4)
    const plain = (row: Record<string, unknown>): Record<string, unknown> => ({
      ...row,
      id: String(row['id']),
      at: Number(new Date(row['at'] as string | Date)),
      ...Object.fromEntries(
        ['amount', 'total', 'value'].map((name) => [name, row[name] === null ? null : Number(row[name])]),
      ),
      data: typeof row['data'] === 'string' ? (JSON.parse(row['data']) as unknown) : row['data'],
    })
    expect((await objects(buffer)).map(plain)).toEqual(wanted)
    const columns = wanted[0] === undefined ? [] : Object.keys(wanted[0])
    const times = columns.map((name) => (name === 'at' ? `epoch_ms("at") AS at` : `"${name}"`)).join(', ')
    const duckRows = (await ask(`SELECT ${times} FROM '${path}' ORDER BY id`)).map((row) =>
      plain({ ...row, at: new Date(Number(row['at'])) }),
    )
    expect(duckRows).toEqual(wanted)
  })

  it('has as many row groups as it needs, in the order of ids, and says where it came from', async () => {
    const events = 51_000
    await addSession(store, { no: 9, roomNo: 1, handle: 'maker', broadcastId: '77' })
    await store.rows(`INSERT INTO events (id, room_no, msg_id, frame_id, idx, at, kind, method, user_id, text)
WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${events})
SELECT (9 << 26) + i, 1, i, 1, 0, ${T0} + i, 'chat', 'm', i % 500, 'message ' || i FROM n`)
    const { path, buffer, bytes } = await exportTo(9)
    const metadata = parquetMetadata(buffer)
    expect(metadata.row_groups.map(({ num_rows }) => Number(num_rows))).toEqual([25_000, 25_000, 1_000])
    expect(metadata.key_value_metadata).toEqual([
      { key: 'roomkeeper.session', value: 's9' },
      { key: 'roomkeeper.handle', value: 'maker' },
      { key: 'roomkeeper.broadcast', value: '77' },
    ])
    const [row] = await ask(
      `SELECT count(*) AS n, count(DISTINCT id) AS ids, min(id) AS low, max(id) AS high FROM '${path}'`,
    )
    expect(row).toEqual({
      n: String(events),
      ids: String(events),
      low: String(eventId(9, 1)),
      high: String(eventId(9, events)),
    })
    const [out] = await ask(
      `SELECT count(*) AS n FROM (SELECT id, lag(id) OVER () AS before FROM '${path}') WHERE before >= id`,
    )
    expect(out).toEqual({ n: '0' })
    const again = await exportTo(9)
    expect(Buffer.compare(again.bytes, bytes)).toBe(0)
  })

  it('of nothing is a file with columns and no rows; kinds are chosen', async () => {
    await addSession(store, { no: 3, roomNo: 1 })
    const empty = await exportTo(3)
    expect(await ask(`SELECT count(*) AS n FROM '${empty.path}'`)).toEqual([{ n: '0' }])
    expect(await objects(empty.buffer)).toEqual([])
    await addSession(store, { no: 4, roomNo: 1, handle: 'maker', events: EVENTS })
    const gifts = await exportTo(4, ['gift'])
    expect(gifts.totalRows).toBe(1)
    expect(await ask(`SELECT kind, giftId, "value" FROM '${gifts.path}'`)).toEqual([
      { kind: 'gift', giftId: '5655', value: '1' },
    ])
  })
})

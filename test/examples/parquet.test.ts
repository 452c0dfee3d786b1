// The examples are run as they stand: DuckDB with the queries over a real export.

import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { expect, it } from 'vitest'
import { exported } from '../archive/exports/exported.ts'
import { addRoom, addSession, T0, type EventSeed } from '../archive/record.ts'
import { openStore } from '../archive/store.ts'

const streak = (amount: number, at: number): EventSeed => ({
  kind: 'gift',
  at: T0 + at,
  userId: 5n,
  giftId: 77n,
  groupId: 1n,
  amount,
  value: 10,
  data: { name: 'Rose' },
})

it('every query of parquet.sql runs on an exported session, and gifts count a streak once', async () => {
  const store = await openStore()
  const folder = await mkdtemp(join(tmpdir(), 'example-'))
  const instance = await DuckDBInstance.create(':memory:')
  const duck = await instance.connect()
  try {
    await addRoom(store, { no: 1, handle: 'maker' })
    const events: readonly EventSeed[] = [
      { kind: 'chat', at: T0 + 1_000, userId: 2n, nickname: 'Ann', text: 'hi' },
      { kind: 'chat', at: T0 + 61_000, userId: 2n, nickname: 'Ann B', text: 'again' },
      { kind: 'viewers', at: T0 + 62_000, total: 40 },
      ...[1, 2, 3].map((amount) => streak(amount, 63_000 + amount)),
    ]
    await addSession(store, { no: 1, roomNo: 1, handle: 'maker', events })
    await writeFile(join(folder, 'session.parquet'), (await exported(store, 1, { format: 'parquet' })).bytes)
    await duck.run(`SET file_search_path = '${folder}'`)
    const script = await readFile(new URL('../../examples/parquet.sql', import.meta.url), 'utf8')
    const answers: unknown[] = []
    for (const statement of script.replace(/^--.*$/gm, '').split(';')) {
      if (statement.trim() === '') continue
      answers.push((await duck.runAndReadAll(statement)).getRowObjectsJson())
    }
    expect(answers.slice(1)).toMatchObject([
      [{ kind: 'gift', events: '3' }, { kind: 'chat', events: '2' }, { kind: 'viewers' }],
      [
        { minute: '2026-01-02 03:04:00+00', chats: '1' },
        { minute: '2026-01-02 03:05:00+00', chats: '1', viewers: '40' },
      ],
      [{ userId: '2', name: 'Ann B', messages: '2' }],
      [{ name: 'Rose', given: '3', diamonds: '30' }],
      [{ delay_ms: null }],
    ])
  } finally {
    duck.closeSync()
    instance.closeSync()
    await store.close()
    await rm(folder, { recursive: true, force: true })
  }
})

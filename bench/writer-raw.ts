// A child: the same rows through a driver alone, prepared statements in one transaction a batch, WAL and
// synchronous=FULL as the product has them.

import Database from 'libsql'
import { mkdtempSync, rmSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parent } from './child.ts'
import { meter } from './meter.ts'
import { COUNT_SESSION, GROW_GIFT, INSERT_EVENT, INSERT_FRAME, makeBatches, SCHEMA } from './writer-rows.ts'

export interface RawInput {
  readonly driver: 'libsql' | 'node:sqlite'
  readonly messages: number
  readonly perFrame: number
  readonly perBatch: number
}

interface Driver {
  readonly exec: (sql: string) => void
  readonly prepare: (sql: string) => (args: readonly unknown[]) => void
}

const PRAGMAS = 'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA wal_autocheckpoint = 4000'

const openers: Readonly<Record<RawInput['driver'], (path: string) => Driver>> = {
  libsql: (path) => {
    const database = new Database(path)
    return {
      exec: (sql) => {
        database.exec(sql)
      },
      prepare: (sql) => {
        const statement = database.prepare(sql)
        return (args) => {
          statement.run(args)
        }
      },
    }
  },
  'node:sqlite': (path) => {
    const database = new DatabaseSync(path)
    return {
      exec: (sql) => database.exec(sql),
      prepare: (sql) => {
        const statement = database.prepare(sql)
        return (args) => {
          statement.run(...(args as string[]))
        }
      },
    }
  },
}

const { driver, messages, perFrame, perBatch } = parent.input<RawInput>()
const batches = makeBatches(messages, perFrame, perBatch)
const folder = mkdtempSync(join(tmpdir(), 'roomkeeper-bench-'))
const database = openers[driver](join(folder, 'raw.db'))
for (const sql of [...PRAGMAS.split(';'), ...SCHEMA]) database.exec(sql)
database.exec(`INSERT INTO sessions (no, room_id, room_no, handle, broadcast_id, epoch, opened_at, last_at)
  VALUES (1, 'r1', 1, 'one', '7', 1, 1, 1)`)
const growGift = database.prepare(GROW_GIFT)
const countSession = database.prepare(COUNT_SESSION)
const insertFrame = database.prepare(INSERT_FRAME)
const insertEvent = database.prepare(INSERT_EVENT)
const stop = meter()
for (const batch of batches) {
  database.exec('BEGIN IMMEDIATE')
  for (const row of batch.frames) insertFrame(row)
  for (const row of batch.events) insertEvent(row)
  for (const row of batch.gifts) growGift(row)
  countSession(batch.session)
  database.exec('COMMIT')
}
parent.tell('written', stop())
rmSync(folder, { recursive: true, force: true })
process.exit(0)

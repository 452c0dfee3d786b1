// A second process for tests of the database layer, spoken to in lines of JSON.
// `hold <file>`: another program that has the file open and its write lock taken.
// `serve <folder>`: the whole layer with the test's writer thread.

import { readdirSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { createClient } from '@libsql/client/sqlite3'
import { DatabaseRefused } from '../../src/db/database-live.ts'
import { startDatabase, type TestDatabase } from './db.ts'
import { openMany, type Told, type Wish } from './db-process.ts'

const tell = (told: Told): void => void process.stdout.write(`${JSON.stringify(told)}\n`)

const hold = async (path: string): Promise<void> => {
  const client = createClient({ url: `file:${path}`, concurrency: 1, timeout: 5_000 })
  const transaction = await client.transaction('write')
  tell({ held: true })
  for await (const line of createInterface(process.stdin)) {
    if (line !== 'release') continue
    await transaction.rollback()
    client.close()
    process.exit(0)
  }
}

const grant = async (db: TestDatabase, wish: Wish, say: () => void): Promise<void> => {
  if ('ingest' in wish) db.ingest(...wish.ingest)
  else if ('write' in wish) {
    // Not awaited: what is asked next must not wait for a commit that hangs.
    void db.write({ statements: wish.write }).then(
      () => tell({ wrote: true }),
      ({ kind, outcome }: { kind: string; outcome: string }) => tell({ wrote: false, kind, outcome }),
    )
  } else if ('read' in wish) {
    await db.read(wish.read).then(
      (rows) => tell({ rows }),
      ({ kind }: { kind: string }) => tell({ unread: kind }),
    )
  } else if ('exhaust' in wish) openMany(wish.exhaust)
  else if ('health' in wish) {
    const { failing, lastError, dbStallMs } = db.database.health()
    tell({ failing, kind: lastError?.kind ?? null, dbStallMs, fds: readdirSync('/proc/self/fd').length })
  } else {
    await db.close()
    say()
    process.exit(0)
  }
}

const serve = async (folder: string): Promise<void> => {
  let db: TestDatabase
  try {
    db = await startDatabase({ folder, tuning: { transactionLimitMs: 3_000 } })
  } catch (error) {
    if (!(error instanceof DatabaseRefused)) throw error
    tell({ code: error.code, message: error.message })
    process.exit(error.exitCode)
  }
  let told = 0
  const say = (): void => {
    for (; told < db.said.length; told += 1) tell(db.said[told]!)
  }
  setInterval(say, 5)
  tell({ ready: process.pid })
  for await (const line of createInterface(process.stdin)) await grant(db, JSON.parse(line) as Wish, say)
  // Whoever started this is gone.
  process.exit(1)
}

const [mode, path = ''] = process.argv.slice(2)
await (mode === 'hold' ? hold(path) : serve(path))

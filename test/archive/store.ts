// A record in a temporary folder, written by the product's own connection and commit, and told to be what a
// test needs. It owns no recording: rows are put where the recording would have put them.

import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as Effect from 'effect/Effect'
import { openConnection, type Connection } from '../../src/db/client.ts'
import { commit, newAttempt, readLedger, type Unit } from '../../src/db/commit.ts'
import { Database, type Committed, type Row, type SqlValue, type Transaction } from '../../src/db/database.ts'
import { migrate } from '../../src/db/migrate.ts'
import { DbError } from '../../src/domain/errors.ts'
import { failureFrom } from '../../src/db/failure.ts'

export interface Store {
  readonly connection: Connection
  readonly database: { -readonly [K in keyof Database['Service']]: Database['Service'][K] }
  readonly run: <A, E>(effect: Effect.Effect<A, E, Database>) => Promise<A>
  readonly rows: (sql: string, args?: readonly SqlValue[]) => Promise<readonly Row[]>
  /** Every table as text, the records that maintenance keeps of itself left out. */
  readonly dump: () => Promise<string>
  /** SQL of every read and write so far. */
  readonly asked: string[]
  /** Called before each write; what it throws fails that write. */
  beforeWrite: (transaction: Transaction) => Promise<void>
  afterWrite: (committed: Committed) => void
  readonly close: () => Promise<void>
}

const OWN = new Set(['maintenance_log', 'audit', 'journal', 'meta', 'sqlite_sequence', 'schema_migrations'])

const dbError = (error: unknown): DbError => {
  const { kind, outcome, message } = failureFrom(error)
  return new DbError({ kind, outcome, message })
}

/** In a folder of its own, which goes with it, or in `file`, which stays. */
export const openStore = async (file?: string): Promise<Store> => {
  const folder = file === undefined ? await mkdtemp(join(tmpdir(), 'record-')) : null
  const path = file ?? join(folder ?? '', 'record.db')
  const connection = await openConnection({ url: `file:${path}`, mode: 'write' })
  await migrate(connection)
  const asked: string[] = []
  const rows = async (sql: string, args: readonly SqlValue[] = []) => (await connection.query(sql, args)).rows
  const write = async (transaction: Transaction) => {
    await store.beforeWrite(transaction)
    const unit: Unit = { kind: 'transaction', id: 1, transaction, arrivedAt: 0, attempts: 0, answered: false }
    const attempt = newAttempt([unit], await readLedger(connection))
    await commit(connection, attempt)
    const answer = attempt.answers[0]
    if (answer === undefined || !answer.ok) throw answer?.failure ?? new Error('no answer')
    store.afterWrite(answer.committed)
    return answer.committed
  }
  const database: Store['database'] = {
    write: (transaction) => {
      asked.push(...transaction.statements.map(({ sql }) => sql))
      return Effect.tryPromise({ try: () => write(transaction), catch: dbError })
    },
    read: (sql, args) => {
      asked.push(sql)
      return Effect.tryPromise({ try: () => rows(sql, args), catch: dbError })
    },
    append: () => {
      throw new Error('nothing here appends facts alone')
    },
    subscribe: () => () => {},
    health: () => {
      throw new Error('nothing here asks for health')
    },
  }
  const store: Store = {
    connection,
    database,
    asked,
    rows,
    beforeWrite: () => Promise.resolve(),
    afterWrite: () => {},
    run: (effect) => Effect.runPromise(Effect.provideService(effect, Database, database)),
    dump: async () => {
      const tables = await rows(`SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name`)
      const texts: string[] = []
      for (const { name } of tables) {
        if (OWN.has(String(name))) continue
        const all = await rows(`SELECT * FROM ${String(name)}`)
        texts.push(
          `${String(name)}\n${all
            .map((row) => JSON.stringify(Object.values(row)))
            .sort()
            .join('\n')}`,
        )
      }
      return texts.join('\n\n')
    },
    close: async () => {
      connection.close()
      if (folder !== null) await rm(folder, { recursive: true, force: true })
    },
  }
  return store
}

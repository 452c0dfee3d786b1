// The full check of a database file, table by table, in a reader thread of its own so that nobody waits for it.
// It reads everything: meant for the quiet hours. What is looked at before each start is `boot-check.ts`.

import * as Clock from 'effect/Clock'
import * as Effect from 'effect/Effect'
import type { DbError } from '../domain/errors.ts'
import type { Row } from './database.ts'
import type { DbFailure } from './failure.ts'
import { pending } from './pending.ts'
import type { FromReader, ReaderData, ToReader } from './reader-thread.ts'
import { text } from './row.ts'
import { startThread } from './thread.ts'

export interface IntegrityReport {
  readonly ok: boolean
  /** What SQLite said, at most 20 lines; names of tables and indexes, no values. */
  readonly problems: readonly string[]
  readonly tables: number
  readonly tookMs: number
}

export interface IntegrityOptions {
  /** Of the file; a database elsewhere checks itself. */
  readonly url: string
  readonly readerEntry?: URL
}

const PROBLEMS_MAX = 20
const CLOSE_LIMIT_MS = 2_000
const DIED: DbFailure = { kind: 'io', outcome: 'failed', message: 'the check ended early' }

/** Each table is a read of its own, so that the log of a busy server can be reset in between. */
export const checkIntegrity = Effect.fn('checkIntegrity')(function* (options: IntegrityOptions) {
  const startedAt = yield* Clock.currentTimeMillis
  const answers = pending<readonly Row[]>(1)
  const data: ReaderData = { url: options.url, authToken: null }
  const open = Effect.promise(() =>
    startThread<ToReader, FromReader>({
      name: 'integrity',
      entry: options.readerEntry ?? new URL('../reader.ts', import.meta.url),
      data,
      onMessage: (message) => {
        if (message.type === 'rows') answers.succeed(message.id, message.rows)
        else if (message.type === 'failed') answers.fail(message.id, message.failure)
      },
      onDeath: () => answers.end(DIED),
    }),
  )
  return yield* Effect.scoped(
    Effect.gen(function* () {
      const thread = yield* Effect.acquireRelease(open, (own) =>
        Effect.promise(() => own.close({ type: 'close' }, CLOSE_LIMIT_MS)),
      )
      const ask = (sql: string): Effect.Effect<readonly Row[], DbError> =>
        answers.ask((id) => thread.post({ type: 'read', id, sql, args: [] }))
      const tables = (yield* ask(
        `SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'`,
      )).map((row) => text(row['name']))
      const problems: string[] = []
      for (const table of tables) {
        const rows = yield* ask(`PRAGMA integrity_check('${table.replaceAll("'", "''")}')`)
        problems.push(...rows.map((row) => text(row['integrity_check'])).filter((line) => line !== 'ok'))
      }
      const tookMs = (yield* Clock.currentTimeMillis) - startedAt
      const report: IntegrityReport = {
        ok: problems.length === 0,
        problems: problems.slice(0, PROBLEMS_MAX),
        tables: tables.length,
        tookMs,
      }
      return report
    }),
  )
})

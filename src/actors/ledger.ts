// Commands that need no room's turn, written down: the change, its facts and its audit row are durable together,
// and a refusal leaves a row too. What belongs to a room's actor goes through `desk.ts`.

import * as Clock from 'effect/Clock'
import * as Effect from 'effect/Effect'
import type { AuditEntry, Committed, Database, Transaction } from '../db/database.ts'
import type { DbError } from '../domain/errors.ts'
import { refusalOf, type Commanded, type Refusal, type Request } from './desk.ts'
import { writeOnce } from './writing.ts'

export interface Ledger {
  readonly commit: (
    request: Request,
    change: Transaction,
    detail?: string | null,
  ) => Effect.Effect<Committed, DbError>
  /** It was so before; only the audit hears of it. */
  readonly noop: (
    request: Request,
    code?: string | null,
    detail?: string | null,
  ) => Effect.Effect<void, DbError>
  readonly refuse: (request: Request, refusal: Refusal) => Commanded<never>
}

export const makeLedger = (database: Database['Service']): Ledger => {
  const write = Effect.fnUntraced(function* (
    { caller, action, roomId, target }: Request,
    change: Transaction,
    outcome: AuditEntry['outcome'],
    code: string | null,
    detail: string | null,
  ) {
    const at = yield* Clock.currentTimeMillis
    const { actor, ip } = caller
    const audit: AuditEntry = { at, actor, ip, action, roomId, target, outcome, code, detail }
    return yield* writeOnce(database, { ...change, audit })
  })
  const nothing: Transaction = { statements: [] }
  return {
    commit: (request, change, detail = null) => write(request, change, 'done', null, detail),
    noop: (request, code = null, detail = null) =>
      Effect.asVoid(write(request, nothing, 'noop', code, detail)),
    refuse: (request, refusal) =>
      Effect.andThen(write(request, nothing, 'refused', refusal.code, null), Effect.fail(refusalOf(refusal))),
  }
}

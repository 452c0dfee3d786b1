// What everything about assets shares: the store, the database, who is at work on which key, and how a change is
// written with its fact and its audit row. What a change means is beside this file.

import * as Clock from 'effect/Clock'
import * as Effect from 'effect/Effect'
import type { AssetQuota } from '../db/asset-quota.ts'
import type { AuditEntry, Committed, Database, Statement } from '../db/database.ts'
import { OPERATOR, type AssetCaller } from '../domain/asset.ts'
import { CommandRefused, type DbError } from '../domain/errors.ts'
import type { Fact, FactName } from '../domain/facts.ts'
import type { ObjectStore } from './store.ts'
import { makeTurns, type Turns } from './turns.ts'

/** How long a change waits for the one before it on the same key. */
const TURN_WAIT_MS = 20_000
const TURN_RETRY_MS = 2_000

/** An upload of this process, as it is going. */
export interface Running {
  receivedBytes: number
}

export interface AssetsOptions {
  /** No file is larger than this, whatever its type. */
  readonly uploadMaxBytes: number
  /** What each room may have in all; no limits when absent. */
  readonly quota?: AssetQuota
  /** Another text for each start of the process. */
  readonly boot: string
}

export interface AssetDesk extends AssetsOptions {
  readonly store: (typeof ObjectStore)['Service']
  readonly database: (typeof Database)['Service']
  readonly turns: Turns
  /** By upload id. */
  readonly running: Map<string, Running>
}

export const makeDesk = (
  store: AssetDesk['store'],
  database: AssetDesk['database'],
  options: AssetsOptions,
): AssetDesk => ({ ...options, store, database, turns: makeTurns(), running: new Map() })

/** One request about an asset, for its audit row. */
export interface AssetRequest {
  readonly caller: AssetCaller
  readonly action: string
  /** The asset's id or, before there is one, null. */
  readonly target: string | null
  readonly detail?: string | null
}

/** The room a fact or an audit row is about; null for the operator's. */
export const roomOf = (owner: string | null): string | null => (owner === OPERATOR ? null : owner)

export const factOf = (name: FactName, owner: string, at: number, body: Fact['body']): Fact => ({
  name,
  at,
  roomId: roomOf(owner),
  sessionId: null,
  body,
})

const auditOf = (
  { caller, action, target, detail = null }: AssetRequest,
  at: number,
  outcome: AuditEntry['outcome'],
  code: string | null,
): AuditEntry => ({
  at,
  actor: caller.actor,
  ip: caller.ip,
  action,
  roomId: roomOf(caller.owner),
  target,
  outcome,
  code,
  detail,
})

/** Statements with their facts and the request's audit row. The first statement is the guard when there are any. */
export const commit = (
  { database }: AssetDesk,
  request: AssetRequest,
  change: {
    readonly statements: readonly Statement[]
    readonly facts?: readonly Fact[]
    readonly outcome?: AuditEntry['outcome']
    readonly code?: string | null
  },
): Effect.Effect<Committed, DbError> =>
  Effect.flatMap(Clock.currentTimeMillis, (at) =>
    database.write({
      statements: change.statements,
      ...(change.statements.length > 0 && { guard: 0 }),
      ...(change.facts !== undefined && { facts: change.facts }),
      audit: auditOf(request, at, change.outcome ?? 'done', change.code ?? null),
    }),
  )

/** Refuses, and says so in the audit. */
export const refuse = (
  desk: AssetDesk,
  request: AssetRequest,
  refusal: CommandRefused,
): Effect.Effect<never, CommandRefused | DbError> => {
  const outcome = refusal.code === 'asset_unknown' ? 'denied' : 'refused'
  return Effect.andThen(
    commit(desk, request, { statements: [], outcome, code: refusal.code }),
    Effect.fail(refusal),
  )
}

/** Carries it out when everything before it on this key is over. */
export const inTurn = <A>(
  desk: AssetDesk,
  request: AssetRequest,
  key: string,
  carryOut: Effect.Effect<A, CommandRefused | DbError, Database>,
): Effect.Effect<A, CommandRefused | DbError, Database> =>
  desk.turns.take(
    key,
    TURN_WAIT_MS,
    refuse(
      desk,
      request,
      new CommandRefused({
        code: 'upload_in_progress',
        message: 'Another upload of this key is under way.',
        retryAfterMs: TURN_RETRY_MS,
      }),
    ),
    carryOut,
  )

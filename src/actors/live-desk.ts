// Where commands about sending out are taken: one at a time for a room, each on disk with its audit row before
// anything acts, each refusal in the audit too. What a command means is `actors/live-commands.ts`.

import * as Effect from 'effect/Effect'
import type { AuditEntry, Transaction } from '../db/database.ts'
import type { DbError } from '../domain/errors.ts'
import { type Commanded, refusalOf, type Refusal } from './desk.ts'
import { untilWritten } from './chain.ts'
import type { Outbound } from './outbound.ts'
import type { LiveWorld } from './live-world.ts'
import type { Caller } from './rooms.ts'
import { writeAgain, writeOnce } from './writing.ts'

/** One request: who asks for what of which room's destinations. */
export interface LiveRequest {
  readonly caller: Caller
  readonly action: 'live.start' | 'live.stop' | 'live.retry'
  readonly roomId: string
  readonly platforms: readonly string[]
}

export interface LiveDesk {
  /** Commands are refused from now on. */
  readonly close: () => void
  readonly unlessClosed: <A>(request: LiveRequest, carryOut: Commanded<A>) => Commanded<A>
  /** Refused, and the audit hears of it. */
  readonly refuse: (request: LiveRequest, refusal: Refusal) => Commanded<never>
  /** Carries out a command for a room, after the one before it. */
  readonly inTurn: <A>(request: LiveRequest, outbound: Outbound, carryOut: Commanded<A>) => Commanded<A>
  /**
   * The change, its facts and its audit row, durable together; then `apply`. When nobody can say whether it is on
   * disk the command fails, and it is applied once it is known to be there: memory follows the disk.
   */
  readonly commit: (
    request: LiveRequest,
    outbound: Outbound,
    change: Transaction & { readonly detail?: string | null },
    apply: () => void,
  ) => Effect.Effect<void, DbError>
  /** The command had been carried out before; only the audit hears of it. */
  readonly noop: (request: LiveRequest) => Effect.Effect<void, DbError>
}

const UNSETTLED = {
  code: 'busy',
  message: 'Whether the last command was carried out is being found out.',
  retryAfterMs: 2_000,
} as const

/** `onSettled`: a command is on disk and applied, or known not to be on disk. */
export const makeLiveDesk = (world: LiveWorld, onSettled: (outbound: Outbound) => void): LiveDesk => {
  let isClosed = false

  const audit = (
    { caller, action, roomId, platforms }: LiveRequest,
    outcome: AuditEntry['outcome'],
    code: string | null = null,
    detail: string | null = null,
  ): AuditEntry => ({
    at: world.now(),
    actor: caller.actor,
    ip: caller.ip,
    action,
    roomId,
    target: platforms.length === 0 ? null : platforms.join(','),
    outcome,
    code,
    detail,
  })

  const write = (transaction: Transaction): Effect.Effect<void, DbError> =>
    Effect.asVoid(writeOnce(world.database, transaction))

  const refuse: LiveDesk['refuse'] = (request, refusal) =>
    Effect.andThen(
      write({ statements: [], audit: audit(request, 'refused', refusal.code) }),
      Effect.fail(refusalOf(refusal)),
    )

  return {
    close: () => {
      isClosed = true
    },
    unlessClosed: (request, carryOut) =>
      Effect.suspend(() =>
        isClosed ? refuse(request, { code: 'busy', message: 'The server is being stopped.' }) : carryOut,
      ),
    refuse,
    inTurn: (request, outbound, carryOut) =>
      outbound.turn.withPermits(1)(
        Effect.suspend(() => (outbound.unsettled ? refuse(request, UNSETTLED) : carryOut)),
      ),
    commit: (request, outbound, { detail = null, ...change }, apply) => {
      const settle = (isWritten: boolean): void => {
        outbound.committing = false
        outbound.unsettled = false
        if (isWritten) apply()
        onSettled(outbound)
      }
      const transaction = { ...change, audit: audit(request, 'done', null, detail) }
      const written = write(transaction)
      const again = Effect.map(untilWritten(writeAgain(world.database, transaction)), () => {
        if (!isClosed) settle(true)
      })
      // What is on disk is carried out, whether anybody still waits for the answer or not.
      return Effect.uninterruptible(
        Effect.suspend(() => {
          outbound.committing = true
          return written
        }).pipe(
          Effect.map(() => settle(true)),
          Effect.tapError(({ outcome, kind }) =>
            Effect.sync(() => {
              if (outcome !== 'unknown' || kind === 'closed') return settle(false)
              outbound.unsettled = true
              world.keep(again)
            }),
          ),
        ),
      )
    },
    noop: (request) => write({ statements: [], audit: audit(request, 'noop') }),
  }
}

// Seals every secret at rest again with the first key of the ring, in one transaction. Safe while the server runs:
// each text is replaced only where it still is what was read, and every key of the ring goes on opening.

import * as Clock from 'effect/Clock'
import * as Effect from 'effect/Effect'
import { Database } from '../db/database.ts'
import { isStale, type KeyRing, seal, unseal } from '../db/seal.ts'
import * as sealedRows from '../db/sealed.ts'
import type { DbError } from '../domain/errors.ts'
import type { Fact } from '../domain/facts.ts'
import { makeLedger } from './ledger.ts'
import type { Caller } from './rooms.ts'

export interface Rotation {
  readonly dryRun: boolean
  /** The name of the key that seals from now on; what it is called, not what it is. */
  readonly key: string
  /** Secrets at rest, in all. */
  readonly checked: number
  /** Sealed again; in a dry run those that would be. */
  readonly resealed: number
  /** Those that no key of the ring opens: they have to be set anew. */
  readonly unreadable: number
  readonly kinds: Readonly<Record<sealedRows.Sealed['kind'], number>>
}

export type Rotate = (
  options: { readonly dryRun: boolean },
  caller: Caller,
) => Effect.Effect<Rotation, DbError, Database>

export const makeRotate =
  (keys: KeyRing): Rotate =>
  ({ dryRun }, caller) =>
    Effect.gen(function* () {
      const database = yield* Database
      const ledger = makeLedger(database)
      const all = yield* sealedRows.list
      const opened = all.map((of) => ({ of, secret: unseal(keys, of.about, of.sealed) }))
      const changes = opened.flatMap(({ of, secret }) =>
        secret === null || !isStale(keys, of.sealed) ? [] : [{ of, sealed: seal(keys, of.about, secret) }],
      )
      const countOf = (kind: sealedRows.Sealed['kind']): number =>
        changes.filter(({ of }) => of.kind === kind).length
      const report: Rotation = {
        dryRun,
        key: keys.keys.keys().next().value ?? '',
        checked: all.length,
        resealed: changes.length,
        unreadable: opened.filter(({ secret }) => secret === null).length,
        kinds: {
          destination_key: countOf('destination_key'),
          room_proxy: countOf('room_proxy'),
          webhook_url: countOf('webhook_url'),
          webhook_secret: countOf('webhook_secret'),
          webhook_old_secret: countOf('webhook_old_secret'),
        },
      }
      const { kinds: _, ...summary } = report
      const request = { caller, action: 'maintenance.rotate', roomId: null, target: report.key }
      if (dryRun || changes.length === 0) {
        yield* ledger.noop(request, dryRun ? 'dry_run' : null, JSON.stringify(summary))
        return report
      }
      const fact: Fact = {
        name: 'maintenance.done',
        at: yield* Clock.currentTimeMillis,
        roomId: null,
        sessionId: null,
        body: { kind: 'rotate', outcome: 'done', ...summary },
      }
      yield* ledger.commit(
        request,
        { statements: sealedRows.replace(changes), facts: [fact] },
        JSON.stringify(summary),
      )
      return report
    })

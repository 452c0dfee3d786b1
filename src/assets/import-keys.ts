// One page of an import: looks at its keys and writes what became of each, with the rows of those that are there.

import { randomUUID } from 'node:crypto'
import * as Clock from 'effect/Clock'
import * as Context from 'effect/Context'
import * as Effect from 'effect/Effect'
import * as imports from '../db/asset-imports.ts'
import type { ImportKeyRow, ImportRow, Taken } from '../db/asset-imports.ts'
import { groundOf } from '../db/assets.ts'
import { Database, type Statement } from '../db/database.ts'
import { nameOfKey, OPERATOR, type AssetType } from '../domain/asset.ts'
import { formatOf, TYPE_RULES } from '../domain/asset-types.ts'
import { typeFor, type ImportOutcome } from '../domain/asset-import.ts'
import type { Look } from '../domain/asset-sweep.ts'
import { look, type Pace } from './looks.ts'
import { imported } from './sweep-metrics.ts'
import type { ObjectStore } from './store.ts'

const PAGE = 100
const AT_ONCE = 8
/** A key of which the store says nothing so often is given up. */
const TRIES = 3

interface Sight {
  readonly row: ImportKeyRow
  readonly look: Look
}

/** What is clear from the look and from what is under the key; null: index it. Undefined: ask again later. */
const outcomeOf = (
  sight: Sight,
  type: AssetType | null,
  taken: Taken | undefined,
): ImportOutcome | null | undefined => {
  const { look: seen, row } = sight
  if (seen.said === 'not_found' || seen.said === 'forbidden') return seen.said
  if (seen.said !== 'there') return row.tries + 1 >= TRIES ? 'store_unavailable' : undefined
  if (taken !== undefined) {
    const isSame = taken.isSettled && taken.sizeBytes === seen.sizeBytes && taken.etag === seen.etag
    return isSame ? 'unchanged' : 'conflict'
  }
  if (type === null) return 'type_unsupported'
  return seen.sizeBytes > TYPE_RULES[type].maxBytes ? 'too_large' : null
}

const indexed = Effect.fnUntraced(function* (
  job: ImportRow,
  { row, look: seen }: Sight,
  type: AssetType,
  id: string,
  at: number,
) {
  if (seen.said !== 'there') return []
  const ground = yield* groundOf(row.key)
  return imports.index({
    id,
    key: row.key,
    type,
    displayName: row.displayName ?? nameOfKey(row.key),
    mimeType: formatOf(type, row.key)?.mimeType ?? 'application/octet-stream',
    sizeBytes: seen.sizeBytes,
    etag: seen.etag,
    storedAt: at,
    // On a room's own ground it is the room's, whoever brings it.
    owner: job.owner === OPERATOR ? (ground ?? OPERATOR) : job.owner,
    visibility: row.visibility ?? job.visibility,
    actor: job.actor,
    at,
  })
})

/** `over`: no key is left. `silent`: the store said nothing of any. */
export const indexKeys = Effect.fnUntraced(function* (
  { store, pace }: { readonly store: ObjectStore['Service']; readonly pace: Pace },
  job: ImportRow,
) {
  const due = yield* imports.listDue(job.no, PAGE)
  if (due.length === 0) return 'over'
  const looks = yield* Effect.forEach(due, (row) => Effect.andThen(pace, look(store, row.key)), {
    concurrency: AT_ONCE,
  })
  const taken = yield* imports.listTaken(due.map(({ key }) => key))
  const at = yield* Clock.currentTimeMillis
  const statements: Statement[] = []
  const postponed: number[] = []
  const added = new Set<string>()
  for (const [n, row] of due.entries()) {
    const sight = { row, look: looks[n] ?? { said: 'silent' as const } }
    const type = typeFor(row.key, row.type)
    const outcome = added.has(row.key) ? 'unchanged' : outcomeOf(sight, type, taken.get(row.key))
    if (outcome === undefined) postponed.push(row.n)
    else if (outcome !== null || type === null || job.dryRun) {
      statements.push(imports.settle(job.no, row.n, outcome ?? 'indexed', null))
    } else {
      const id = randomUUID()
      statements.push(
        ...(yield* indexed(job, sight, type, id, at)),
        imports.settle(job.no, row.n, 'indexed', id),
      )
      added.add(row.key)
    }
  }
  if (postponed.length > 0) statements.push(imports.postpone(job.no, postponed))
  const database = yield* Database
  yield* database.write({
    statements: [...statements, imports.progress(job.no, due.length - postponed.length)],
  })
  if (added.size > 0) imported.updateUnsafe(added.size, Context.empty())
  return postponed.length === due.length ? 'silent' : 'more'
})

// One sweep from where it stands to its end: looks at every object in the order of keys, writes what it concludes,
// and stops without a change when the store cannot be believed. Who runs it and when is in `sweep.ts`.

import * as Clock from 'effect/Clock'
import { createHash } from 'node:crypto'
import * as Effect from 'effect/Effect'
import * as Schema from 'effect/Schema'
import { Database } from '../db/database.ts'
import * as sweeps from '../db/asset-sweeps.ts'
import { SWEEP_COUNTS, type Change, type SweepCounts, type SweepRow } from '../db/asset-sweeps.ts'
import {
  isMass,
  SWEEP,
  verdictOn,
  verdictOnBytes,
  type Doubtful,
  type Ground,
  type Look,
  type Verdict,
} from '../domain/asset-sweep.ts'
import { look, type Pace } from './looks.ts'
import { count } from './sweep-metrics.ts'
import type { Sentinel } from './sentinel.ts'
import type { Bytes, ObjectStore } from './store.ts'

/** Another process has the sweep, or it was ended: whoever hears this lets go of it. */
export class LeaseLost extends Schema.TaggedError<LeaseLost>()('LeaseLost', {}) {}

export interface Pass {
  readonly store: ObjectStore['Service']
  readonly sentinel: Sentinel
  readonly pace: Pace
  readonly lease: string
  readonly confirmAfterMs: number
}

export interface Ending {
  readonly outcome: 'done' | 'partial' | 'braked' | 'aborted'
  readonly code: string | null
  /** Of a brake: how many would have been missing. */
  readonly held?: number
}

/** Rows of one step: what a crash makes be looked at again. */
const STEP = 100
const AT_ONCE = 8
/** A step in which nothing was said of so many says something of the store. */
const SILENT_LEAST = 5

const nothing = (): SweepCounts => ({
  requests: 0,
  looked: 0,
  missing: 0,
  suspect: 0,
  found: 0,
  altered: 0,
  failed: 0,
})

const hashOf = async (body: Bytes): Promise<string> => {
  const hash = createHash('sha256')
  for await (const piece of body) hash.update(piece)
  return hash.digest('hex')
}

/** Reads what has another etag than it should: a store that was moved or restored is not one that was changed. */
const compared = (store: Pass['store'], row: Doubtful, etag: string): Effect.Effect<Verdict> =>
  row.sha256 === null
    ? Effect.succeed(verdictOnBytes(row, false))
    : store.get(row.key, { etag }).pipe(
        Effect.flatMap(({ body }) => Effect.tryPromise(() => hashOf(body))),
        Effect.map((sha256) => verdictOnBytes(row, sha256 === row.sha256)),
        Effect.catch(() => Effect.succeed<Verdict>({ kind: 'unknown' })),
      )

interface Judged {
  readonly row: Doubtful
  readonly look: Look
  readonly verdict: Verdict
}

const judge = Effect.fnUntraced(function* (pass: Pass, rows: readonly Doubtful[]) {
  const looks = yield* Effect.forEach(rows, (row) => Effect.andThen(pass.pace, look(pass.store, row.key)), {
    concurrency: AT_ONCE,
  })
  const judged: Judged[] = []
  for (const [index, row] of rows.entries()) {
    const seen = looks[index] ?? { said: 'silent' }
    const first = verdictOn(row, seen)
    const verdict = first.kind === 'compare' ? yield* compared(pass.store, row, first.etag) : first
    judged.push({ row, look: seen, verdict })
  }
  return judged
})

/** True when the store must be believed for these to mean anything. */
const needsGround = (judged: readonly Judged[]): boolean =>
  judged.some(({ verdict, look: seen }) => verdict.kind !== 'same' && seen.said !== 'silent') ||
  (judged.length >= SILENT_LEAST && judged.every(({ look: seen }) => seen.said === 'silent'))

const READY = { status: 'ready', errorCode: null, doubts: 0, doubtedAt: null } as const

/** What is written for a verdict; null for what stays as it is. */
const changeOf = ({ row, look: seen, verdict }: Judged, at: number): Change | null => {
  const { etag } = row
  switch (verdict.kind) {
    case 'found':
      return { ...READY, etag: seen.said === 'there' ? seen.etag : etag }
    case 'altered':
      return { status: 'failed', errorCode: 'altered', doubts: 0, doubtedAt: null, etag }
    case 'suspect':
      return {
        status: 'suspect',
        errorCode: verdict.code,
        doubts: verdict.doubts,
        doubtedAt: row.doubtedAt ?? at,
        etag,
      }
    default:
      return null
  }
}

/** A suspect that turns out to be there was never told of. */
const factOf = ({ row, verdict }: Judged): 'asset.found' | 'asset.failed' | null => {
  if (verdict.kind === 'altered') return 'asset.failed'
  return verdict.kind === 'found' && (row.status === 'missing' || row.status === 'failed')
    ? 'asset.found'
    : null
}

const counted = (judged: readonly Judged[]): SweepCounts => {
  const counts = { ...nothing(), requests: judged.length, looked: judged.length }
  for (const { row, verdict } of judged) {
    if (verdict.kind === 'altered' || verdict.kind === 'suspect') counts[verdict.kind] += 1
    else if (verdict.kind === 'found' && row.status !== 'ready') counts.found += 1
    else if (verdict.kind === 'unknown') counts.failed += 1
  }
  return counts
}

/** Writes the conclusions of one step; each that is told has its own transaction, with its fact. */
const conclude = Effect.fnUntraced(function* (judged: readonly Judged[]) {
  const database = yield* Database
  const at = yield* Clock.currentTimeMillis
  const quiet = judged.flatMap((one) => {
    const to = changeOf(one, at)
    return to === null || factOf(one) !== null ? [] : [sweeps.change(one.row, to, at)]
  })
  for (const one of judged) {
    const to = changeOf(one, at)
    const name = factOf(one)
    if (to !== null && name !== null) yield* database.write(sweeps.toldChange(one.row, to, at, name))
  }
  const same = judged.flatMap(({ row, verdict }) => (verdict.kind === 'same' ? [row.id] : []))
  return [...quiet, ...(same.length === 0 ? [] : [sweeps.checked(same, at)])]
})

/** Moves the sweep on, in the transaction of what was concluded. */
const advance = Effect.fnUntraced(function* (
  pass: Pass,
  sweep: { readonly no: number; readonly from: string | null; readonly to: string | null },
  counts: SweepCounts,
  statements: readonly ReturnType<typeof sweeps.checked>[],
) {
  const database = yield* Database
  const lease = pass.lease
  const { applied } = yield* database.write({
    statements: [sweeps.advance({ ...sweep, lease }, counts), ...statements],
    guard: 0,
  })
  if (!applied) return yield* new LeaseLost()
  for (const name of SWEEP_COUNTS) count(name, counts[name])
})

const endedBy = (ground: Extract<Ground, { readonly trusted: false }>): Ending => ({
  outcome: ground.outcome,
  code: ground.code,
})

/** The last look at what is in doubt: what is still not there is missing. */
const confirm = Effect.fnUntraced(function* (
  pass: Pass,
  sweep: SweepRow,
  cursor: string | null,
  looked: number,
) {
  const ripe = yield* sweeps.countRipe(sweep.startedAt, SWEEP.forbiddenSweeps)
  if (ripe.count === 0) return null
  if (isMass(ripe.count, looked) && !sweep.confirmed) {
    return { outcome: 'braked', code: 'mass_missing', held: ripe.count } as const
  }
  const waitMs = ripe.doubtedAt + pass.confirmAfterMs - (yield* Clock.currentTimeMillis)
  if (waitMs > 0) yield* Effect.sleep(Math.min(waitMs, pass.confirmAfterMs))
  const database = yield* Database
  for (let key = ''; ;) {
    const rows = yield* sweeps.listRipe(sweep.startedAt, SWEEP.forbiddenSweeps, key, STEP)
    if (rows.length === 0) return null
    const judged = yield* judge(pass, rows)
    const ground = yield* pass.sentinel.look
    if (!ground.trusted) return endedBy(ground)
    const gone = judged.filter(({ verdict }) => verdict.kind === 'suspect')
    const at = yield* Clock.currentTimeMillis
    for (const { row, verdict } of gone) {
      const code = verdict.kind === 'suspect' ? verdict.code : null
      const to = {
        status: 'missing',
        errorCode: code,
        doubts: 0,
        doubtedAt: row.doubtedAt,
        etag: row.etag,
      } as const
      yield* database.write(sweeps.toldChange(row, to, at, 'asset.missing'))
    }
    const rest = yield* conclude(judged.filter(({ verdict }) => verdict.kind !== 'suspect'))
    const counts = { ...nothing(), requests: judged.length + 1, missing: gone.length }
    yield* advance(pass, { no: sweep.no, from: cursor, to: cursor }, counts, rest)
    key = rows.at(-1)?.key ?? key
  }
})

/** Goes on with a sweep whose lease is held; answers how it ended. */
export const runPass = Effect.fnUntraced(function* (pass: Pass, sweep: SweepRow, place: boolean) {
  const first = yield* pass.sentinel.ensure(place)
  if (!first.trusted) return endedBy(first)
  let { cursor, looked, failed } = sweep
  for (;;) {
    const rows = yield* sweeps.listAfter(cursor, STEP)
    if (rows.length === 0) break
    const judged = yield* judge(pass, rows)
    const asks = needsGround(judged)
    const ground = asks ? yield* pass.sentinel.look : first
    if (!ground.trusted) return endedBy(ground)
    const counts = counted(judged)
    if (asks) counts.requests += 1
    const statements = sweep.dryRun ? [] : yield* conclude(judged)
    const to = rows.at(-1)?.key ?? cursor
    yield* advance(pass, { no: sweep.no, from: cursor, to }, counts, statements)
    cursor = to
    looked += counts.looked
    failed += counts.failed
  }
  const held = sweep.dryRun ? null : yield* confirm(pass, sweep, cursor, looked)
  if (held !== null) return held
  return {
    outcome: failed === 0 ? 'done' : 'partial',
    code: failed === 0 ? null : 'check_failed',
  } satisfies Ending
})

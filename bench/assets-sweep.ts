// A sweep of many rows against S3 without sockets: its requests, its time, and what it leaves of the event loop.

import { monitorEventLoopDelay } from 'node:perf_hooks'
import * as Context from 'effect/Context'
import * as Effect from 'effect/Effect'
import * as Layer from 'effect/Layer'
import * as Logger from 'effect/Logger'
import * as ManagedRuntime from 'effect/ManagedRuntime'
import { setTimeout as sleep } from 'node:timers/promises'
import { Sweeper, sweeperLive } from '../src/assets/sweep.ts'
import { Database } from '../src/db/database.ts'
import { S3StandIn } from '../test/_support/s3/handler.ts'
import { standInStore } from '../test/_support/s3/library.ts'
import { manyAssets } from '../test/_support/s3/rows.ts'
import type { Figure } from './figures.ts'
import { openDatabase } from './own-database.ts'

const STEP = 20_000
/** The default at S3. */
export const PER_SECOND = 50
const IDLE_MS = 3_000
const NEVER_MS = 86_400_000

/** How late timers are when nothing is done, which is what the machine does by itself. */
const idleP99Ms = async (): Promise<number> => {
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  await sleep(IDLE_MS)
  delay.disable()
  return delay.percentile(99) / 1e6
}

/** A store without a network must be paced to give way to timers at all. */
export const sweepFigure = async (rows: number, perSecond: number): Promise<Figure> => {
  const db = await openDatabase()
  const s3 = new S3StandIn()
  s3.delayMs = 1
  const stored = { bytes: Buffer.from('same'), etag: 'etag', modifiedAt: 0, contentType: 'x/y' }
  try {
    const at = Date.now() - NEVER_MS
    for (let from = 0; from < rows; from += STEP) {
      const statements = [manyAssets(from, Math.min(from + STEP, rows), 'etag', at)]
      await Effect.runPromise(db.database.write({ statements }))
    }
    for (let n = 0; n < rows; n += 1)
      s3.bucket.objects.set(`library/${String(n).padStart(8, '0')}.vrm`, stored)
    const layer = sweeperLive({
      intervalMs: NEVER_MS,
      afterStartMs: NEVER_MS,
      boot: 'bench',
      perSecond,
      confirmAfterMs: 0,
    }).pipe(
      Layer.provide(standInStore(s3)),
      Layer.provide(Layer.succeed(Database, db.database)),
      Layer.provideMerge(Logger.layer([])),
    )
    const runtime = ManagedRuntime.make(layer)
    const sweeper = Context.get(await runtime.context(), Sweeper)
    const delay = monitorEventLoopDelay({ resolution: 1 })
    const request = { dryRun: false, confirmMissing: false, placeSentinel: false }
    const idleMs = await idleP99Ms()
    const before = performance.now()
    delay.enable()
    const { sweep } = await Effect.runPromise(
      sweeper.start(request, { actor: 'operator', ip: null, owner: 'operator' }),
    )
    let row = sweep
    while (row.endedAt === null) {
      await sleep(50)
      row = (await Effect.runPromise(sweeper.find(sweep.no))) ?? row
    }
    delay.disable()
    const ms = performance.now() - before
    await runtime.dispose()
    const p99 = delay.percentile(99) / 1e6
    return {
      title: `A sweep of ${rows.toLocaleString('en')} assets, at up to ${perSecond} a second`,
      columns: ['what', 'value'],
      rows: [
        ['outcome', String(row.outcome)],
        ['looked', row.looked],
        ['HEAD requests', s3.count('HeadObject')],
        ['list requests', s3.count('ListObjectsV2')],
        ['seconds', ms / 1_000],
        ['looks a second', Math.round((row.looked / ms) * 1_000)],
        ['loop delay p99, ms', p99],
        ['loop delay p99 with nothing to do, ms', idleMs],
        ['loop delay max, ms', delay.max / 1e6],
        [`seconds at the default of ${PER_SECOND} a second`, rows / PER_SECOND],
      ],
      aims: [
        { what: 'loop delay under 50 ms at p99', value: `${p99.toFixed(1)} ms`, met: p99 < 50 },
        {
          what: 'one request an asset, and a few for the sentinel',
          value: String(row.requests),
          met: row.requests <= rows + 10,
        },
        {
          what: 'done within the hour at the default pace',
          value: `${rows / PER_SECOND} s`,
          met: rows / PER_SECOND < 3_600,
        },
      ],
      notes: ['The store is in this process: its own work is in the loop delay as well.'],
    }
  } finally {
    await db.close()
  }
}

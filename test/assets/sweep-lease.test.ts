// One sweep at a time, gone on with where it stopped, and never faster than it may be.

import * as Effect from 'effect/Effect'
import { afterEach, describe, expect, it } from 'vitest'
import { ended, Library, standInStore, startSweeper, type Sweeping } from '../_support/s3/library.ts'
import { until } from '../_support/db.ts'

const CALLER = { actor: 'operator', ip: null, owner: 'operator' } as const
const PLAIN = { dryRun: false, confirmMissing: false, placeSentinel: false } as const
const many = (count: number): string[] =>
  Array.from({ length: count }, (_, n) => `m/${String(n).padStart(5, '0')}.vrm`)

let library: Library
const others: Sweeping[] = []
afterEach(async () => {
  for (const other of others.splice(0)) await other.dispose()
  await library.close()
})

const second = async (boot: string): Promise<Sweeping> => {
  const other = await startSweeper(library.db, standInStore(library.s3), { boot })
  others.push(other)
  return other
}
const heads = (): readonly string[] =>
  library.s3.log.flatMap(({ operation, key }) =>
    operation === 'HeadObject' && key !== '.roomkeeper/sentinel' ? [key] : [],
  )

describe('the lease of a sweep', () => {
  it('A21: a slow sweep is not overlapped, by nobody; asked for again it is the one that is under way', async () => {
    library = await Library.start()
    await library.add(many(60))
    library.s3.delayMs = 10
    const first = await library.sweeping({ boot: 'boot-1' })
    const other = await second('boot-2')
    const [one, two] = await Promise.all([
      Effect.runPromise(first.sweeper.start(PLAIN, CALLER)),
      Effect.runPromise(other.sweeper.start(PLAIN, CALLER)),
    ])
    expect(one.sweep.no).toBe(two.sweep.no)
    expect([one.isNew, two.isNew].toSorted()).toEqual([false, true])
    const different = await Effect.runPromise(
      Effect.flip(other.sweeper.start({ ...PLAIN, dryRun: true }, CALLER)),
    )
    expect(different).toMatchObject({ code: 'busy' })
    await ended(first.sweeper, one.sweep.no)
    expect(heads().length).toBe(60)
    expect(new Set(heads()).size).toBe(60)
  })

  it('A21: after a crash another start goes on from the cursor, and who held the lease writes nothing more', async () => {
    library = await Library.start()
    await library.add(many(350))
    const first = await library.sweeping({ boot: 'boot-1' })
    const held = library.s3.faults.add({ mishap: { kind: 'hang' }, on: ['HeadObject'], after: 230, times: 8 })
    const { sweep } = await Effect.runPromise(first.sweeper.start(PLAIN, CALLER))
    await until('the first sweep hangs', () => held.fired === 8)
    const other = await second('boot-2')
    // The time that a lease lasts passes.
    await library.db.write({
      statements: [{ sql: 'UPDATE asset_sweeps SET lease_until = 0 WHERE ended_at IS NULL' }],
    })
    const joined = await Effect.runPromise(other.sweeper.start(PLAIN, CALLER))
    expect(joined).toMatchObject({ isNew: false, sweep: { no: sweep.no, cursor: many(200).at(-1) } })
    // Wakes the loop of the second, which waits for what is due.
    await Effect.runPromise(other.sweeper.turn)
    const row = await ended(other.sweeper, sweep.no)
    expect(row).toMatchObject({ outcome: 'done', looked: 350, failed: 0 })
    const looks = new Map<string, number>()
    for (const key of heads()) looks.set(key, (looks.get(key) ?? 0) + 1)
    expect(looks.size).toBe(350)
    // Only the step that was under way is looked at again.
    expect([...looks.values()].filter((count) => count > 1).length).toBeLessThanOrEqual(100)
    expect(await library.facts('asset.sweep_done')).toHaveLength(1)
  })

  it('A21: a start that has the database alone does not wait for a lease that a crash left', async () => {
    library = await Library.start()
    await library.add(many(120))
    const first = await library.sweeping({ boot: 'boot-1' })
    const held = library.s3.faults.add({ mishap: { kind: 'hang' }, on: ['HeadObject'], after: 105, times: 8 })
    const { sweep } = await Effect.runPromise(first.sweeper.start(PLAIN, CALLER))
    await until('the first sweep hangs', () => held.fired === 8)
    const next = await startSweeper(library.db, standInStore(library.s3), { boot: 'boot-2', isAlone: true })
    others.push(next)
    expect(await ended(next.sweeper, sweep.no)).toMatchObject({ outcome: 'done', looked: 120 })
  })

  it('A21: who lets go says so, and the next start goes on at once', async () => {
    library = await Library.start()
    await library.add(many(150))
    const first = await second('boot-1')
    const held = library.s3.faults.add({ mishap: { kind: 'hang' }, on: ['HeadObject'], after: 120, times: 8 })
    const { sweep } = await Effect.runPromise(first.sweeper.start(PLAIN, CALLER))
    await until('the first sweep hangs', () => held.fired > 0)
    await others.shift()?.dispose()
    library.s3.faults.clear()
    const next = await library.sweeping({ boot: 'boot-2' })
    expect(await ended(next.sweeper, sweep.no)).toMatchObject({ outcome: 'done', looked: 150 })
  })
})

describe('the pace of a sweep', () => {
  it('A22: is never above what was asked for, in any tenth of a second', async () => {
    library = await Library.start()
    await library.add(many(400))
    const { sweep } = await library.sweeping({ perSecond: 400 })
    const before = performance.now()
    expect(await sweep()).toMatchObject({ outcome: 'done', looked: 400 })
    // Four hundred at that pace take a second or longer, however fast the store is.
    expect(performance.now() - before).toBeGreaterThan(950)
    const times = library.s3.log.filter(({ operation }) => operation === 'HeadObject').map(({ at }) => at)
    for (const [n, at] of times.entries()) {
      const within = times.slice(n).filter((other) => other < at + 100).length
      // Forty slots, and those whose timers were late and came together.
      expect(within).toBeLessThanOrEqual(40 + 10)
    }
  })
})

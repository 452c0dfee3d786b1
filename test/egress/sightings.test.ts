import * as Effect from 'effect/Effect'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { EgressView, LiveKitStatus } from '../../src/domain/egress.ts'
import { isOver, merge, Sightings, type SeenBy } from '../../src/egress/sightings.ts'
import { stream, view } from './views.ts'

const STATUSES: readonly LiveKitStatus[] = [
  'starting',
  'active',
  'ending',
  'complete',
  'failed',
  'aborted',
  'limit_reached',
  'unknown',
]

/** Few times and few words, so that equal ones meet. */
const anyView = fc
  .record({
    status: fc.constantFrom(...STATUSES),
    updatedAtNs: fc.bigInt({ min: 0n, max: 3n }),
    retries: fc.integer({ min: 0, max: 2 }),
    error: fc.constantFrom(null, 'one', 'two'),
  })
  .map(({ status, updatedAtNs, retries, error }) =>
    view({ status, updatedAtNs, error, streams: [stream({ retries })] }),
  )
const told = (known: EgressView | null | undefined) =>
  JSON.stringify(known, (_, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value))
const by: SeenBy = 'poll'

describe('what LiveKit was seen to say', () => {
  it('S20: is the same in whatever order, and however often, it is heard', () => {
    const orders = fc
      .array(anyView, { minLength: 1, maxLength: 8 })
      .chain((views) =>
        fc.tuple(
          fc.constant(views),
          fc.shuffledSubarray([...views, ...views], { minLength: views.length, maxLength: 2 * views.length }),
        ),
      )
    fc.assert(
      fc.property(orders, ([views, other]) => {
        const [one, two] = [new Sightings(), new Sightings()]
        for (const each of views) one.see(each, by, 0)
        for (const each of [...other, ...views]) two.see(each, by, 0)
        expect(told(two.get('EG_1')?.view)).toBe(told(one.get('EG_1')?.view))
      }),
    )
  })

  it('L27: never leaves an end, and never goes back in time', () => {
    fc.assert(
      fc.property(anyView, anyView, (before, after) => {
        const known = merge(before, after)
        if (isOver({ ...sighting, view: before })) expect(isOver({ ...sighting, view: known })).toBe(true)
        if (told(known) === told(before)) return
        expect(known).toBe(after)
        if (!isOver({ ...sighting, view: after })) expect(after.updatedAtNs >= before.updatedAtNs).toBe(true)
      }),
    )
  })

  it('tells whoever waits of the next change, and of nothing that is no news', async () => {
    const sightings = new Sightings()
    sightings.see(view({ updatedAtNs: 5n }), by, 0)
    const { version = 0 } = sightings.get('EG_1') ?? {}
    let heard = 0
    const waiting = Effect.runPromise(
      Effect.tap(sightings.changed('EG_1', version), () => Effect.sync(() => (heard += 1))),
    )
    expect(sightings.see(view({ updatedAtNs: 4n }), by, 1)).toBe(false)
    expect(sightings.see(view({ updatedAtNs: 5n }), 'webhook', 2)).toBe(false)
    await Promise.resolve()
    expect(heard).toBe(0)
    expect(sightings.get('EG_1')).toMatchObject({ seenAt: 2, seenBy: 'webhook', version })
    expect(sightings.gone('EG_1', by, 3)).toBe(true)
    await waiting
    expect(heard).toBe(1)
    await Effect.runPromise(sightings.changed('EG_1', version))
    expect(isOver(sightings.get('EG_1'))).toBe(true)
  })

  it('L31: keeps what is not ours yet for some minutes, and never more than it can hold', () => {
    const sightings = new Sightings()
    sightings.see(view({ egressId: 'EG_early', status: 'starting' }), 'webhook', 0)
    sightings.keep('EG_early')
    expect(sightings.get('EG_early')?.view?.status).toBe('starting')
    sightings.see(view({ egressId: 'EG_stray' }), 'webhook', 10)
    for (let nth = 0; nth < 20_000; nth += 1) sightings.see(view({ egressId: `EG_x${nth}` }), by, 20)
    expect(sightings.size).toBeLessThanOrEqual(10_001)
    expect(sightings.get('EG_stray')).toBeNull()
    expect(sightings.get('EG_early')).not.toBeNull()
    sightings.see(view({ egressId: 'EG_later' }), by, 400_000)
    expect(sightings.size).toBe(2)
    sightings.release('EG_early')
    sightings.see(view({ egressId: 'EG_last' }), by, 900_000)
    expect(sightings.size).toBe(1)
  })
})

const sighting = {
  egressId: 'EG_1',
  view: null,
  isGone: false,
  leftAt: null,
  seenAt: 0,
  seenBy: by,
  version: 0,
} as const

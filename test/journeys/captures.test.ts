// Every message that was ever captured, from the wire to the database and back over HTTP with its own bytes.

import { describe, expect, it } from 'vitest'
import { withDatabase, wrongIn } from '../_support/product-database.ts'
import { openHouse } from '../_support/product-house.ts'
import { compare } from '../_support/product-truth.ts'
import { hasCaptures, MISSING, replayCaptures } from '../_support/tiktok/captures.ts'

describe('captures', () => {
  it('captures: each of the 1,902 messages is in the database byte for byte, known or unknown', async ({
    skip,
    onTestFinished,
  }) => {
    if (!hasCaptures()) return skip(MISSING)
    const house = await openHouse()
    onTestFinished(() => house.close())
    const creator = await house.record('captured')
    const { messages } = replayCaptures(creator)
    expect(messages).toHaveLength(1_902)

    const [session] = await house.archived('captured', 1, 60_000)
    expect(session).toMatchObject({ endReason: expect.stringMatching(/^stream_(end|suspended)$/) as string })
    const { broadcastId } = session!
    const compared = await compare(house, [session!.id], { broadcastId })
    expect(compared).toEqual({ sent: 1_902, stored: 1_902, missing: [], surplus: [] })
    expect(session!.counters).toMatchObject({ received: 1_902, events: 1_902, duplicates: 0, poison: 0 })

    await house.product.stop()
    await withDatabase(house.product.dataDir, async (copy) => expect(await wrongIn(copy)).toEqual([]))
  })
})

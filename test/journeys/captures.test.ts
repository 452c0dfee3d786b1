// Every message that was ever captured, from the wire to the database and back over HTTP with its own bytes.

import { gunzipSync } from 'node:zlib'
import * as P from 'tiktok-live-proto/v3'
import { describe, expect, it } from 'vitest'
import { withDatabase, wrongIn } from '../_support/product-database.ts'
import { openHouse } from '../_support/product-house.ts'
import { compare } from '../_support/product-truth.ts'
import { collisions, hasCaptures, MISSING, replayCaptures } from '../_support/tiktok/captures.ts'

/** What TikTok had compressed into a frame; nothing for frames of another kind. */
const insideOf = (frame: Uint8Array): Buffer => {
  const { payload, payloadType } = P.WebcastPushFrame.decode(frame)
  return payloadType === 'msg' ? gunzipSync(payload) : Buffer.alloc(0)
}

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
    // Two greetings are there twice under one id, signed anew: both of each are kept.
    expect(collisions(messages)).toHaveLength(2)
    expect(compared).toEqual({ sent: 1_902, stored: 1_902, missing: [], surplus: [] })
    expect(session!.counters).toMatchObject({ received: 1_902, events: 1_902, duplicates: 0, poison: 0 })

    await house.product.stop()
    await withDatabase(house.product.dataDir, async (copy) => {
      expect(await wrongIn(copy)).toEqual([])
      const frames = (await copy.rows(`SELECT payload FROM frames WHERE kind = 'push'`)).map(({ payload }) =>
        insideOf(payload as Uint8Array),
      )
      const lost = messages.filter(({ payload }) => !frames.some((frame) => frame.includes(payload)))
      expect(lost.map(({ method }) => method)).toEqual([])
    })
  })
})

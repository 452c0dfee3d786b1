// kill -9 of the whole product while three rooms record: what was acknowledged to anybody is there afterwards,
// and each broadcast is one session.

import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { withDatabase, wrongIn } from '../_support/product-database.ts'
import { openHouse, type House } from '../_support/product-house.ts'
import { openStream, type ProductStream } from '../_support/product-stream.ts'
import { person, seeded, type Creator } from '../_support/tiktok/standin.ts'

const HANDLES = ['ana', 'bo', 'cleo'] as const
const ROUNDS = 4
const FRAME_EVERY_MS = 8

/** What the product has promised to keep: to TikTok by acknowledging a frame, to a client by showing an event. */
class Promised {
  readonly #frames = new Map<string, readonly string[]>()
  readonly shown = new Set<string>()
  readonly #house: House

  constructor(house: House) {
    this.#house = house
  }

  /** Says things in frames of five until it is stopped. */
  talk(creator: Creator, random: () => number): () => void {
    const timer = setInterval(() => {
      const messages = creator.compose(() => {
        for (let n = 0; n < 5; n += 1) creator.say(`word ${random()}`, person(Math.floor(random() * 50)))
      })
      for (const frame of creator.send(messages)) {
        this.#frames.set(
          frame.logId,
          frame.messages.map(({ msgId }) => msgId),
        )
      }
    }, FRAME_EVERY_MS)
    return () => clearInterval(timer)
  }

  show({ messages }: ProductStream): void {
    for (const { event, data } of messages) {
      if (event === null) this.shown.add((JSON.parse(data) as { msgId: string }).msgId)
    }
  }

  get acked(): readonly string[] {
    return this.#house.tiktok.viewers.flatMap(({ acks }) =>
      acks.flatMap(({ logId }) => this.#frames.get(logId) ?? []),
    )
  }
}

describe('kill -9 while it records', () => {
  it('D05: nothing that was acknowledged or shown is lost, and each broadcast stays one session', async ({
    onTestFinished,
  }) => {
    const house = await openHouse({ env: { RESUME_WINDOW_MS: '3600000' } })
    onTestFinished(() => house.close())
    const random = seeded(5)
    const promised = new Promised(house)
    const creators = await Promise.all(HANDLES.map((handle) => house.record(handle)))
    const ids = await Promise.all(HANDLES.map((handle) => house.recording(handle)))

    for (let round = 0; round < ROUNDS; round += 1) {
      const streams = await Promise.all(
        ids.map((id) => openStream(house.product, `/api/sessions/${id}/live`)),
      )
      const acked = promised.acked.length
      const stops = creators.map((creator) => promised.talk(creator, random))
      await house.until('acknowledgements', () => promised.acked.length > acked + 300)
      await wait(Math.floor(random() * 400))
      expect(await house.product.end('SIGKILL')).toMatchObject({ signal: 'SIGKILL' })
      for (const stop of stops) stop()
      for (const stream of streams) {
        await stream.ended
        promised.show(stream)
      }
      await withDatabase(house.product.dataDir, async (copy) => {
        expect(await wrongIn(copy)).toEqual([])
        const rows = await copy.rows('SELECT CAST(msg_id AS TEXT) AS id FROM events')
        const stored = new Set(rows.map(({ id }) => String(id)))
        expect(promised.acked.filter((msgId) => !stored.has(msgId))).toEqual([])
        expect([...promised.shown].filter((msgId) => !stored.has(msgId))).toEqual([])
        expect(await copy.value('SELECT count(*) FROM sessions')).toBe(HANDLES.length)
      })
      await house.product.start()
      const resumed = await Promise.all(HANDLES.map((handle) => house.recording(handle)))
      expect(resumed).toEqual(ids)
    }
    expect(promised.shown.size).toBeGreaterThan(1_000)

    for (const creator of creators) creator.end()
    for (const [index, handle] of HANDLES.entries()) {
      const [session, ...others] = await house.archived(handle)
      expect(others).toEqual([])
      expect(session).toMatchObject({ id: ids[index], endReason: 'stream_end' })
      expect(session!.gaps.map(({ cause }) => cause)).toEqual(
        Array.from({ length: ROUNDS }, () => 'process_crash'),
      )
    }
    await house.product.stop()
    await withDatabase(house.product.dataDir, async (copy) => expect(await wrongIn(copy)).toEqual([]))
  }, 200_000)
})

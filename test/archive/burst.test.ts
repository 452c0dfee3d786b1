// More than the writer can take at once, and a disk that hangs: sources are held back, nothing is dropped, and the
// main thread goes on.

import { describe, expect, it, onTestFinished } from 'vitest'
import { archiveSpec, chats, give, newHeard, sessionRow, startDesk } from '../_support/archive.ts'
import { newMoods } from '../_support/archive-moods.ts'
import { until } from '../_support/db.ts'
import { buildFrame } from '../_support/tiktok/frames.ts'
import { messageIds } from '../_support/tiktok/ids.ts'

const KIB = 1024

describe('a burst', () => {
  it('T27: of 50,000 events holds its source back, loses none, and lets it go again', async () => {
    const pressure = {
      totalHigh: 512 * KIB,
      totalLow: 128 * KIB,
      sessionHigh: 256 * KIB,
      sessionLow: 64 * KIB,
    }
    const desk = await startDesk({ recorder: { pressure } })
    onTestFinished(() => desk.close())
    const [a, b] = [await desk.open(), await desk.open()]
    const sources = [a, b].map((session) => {
      const heard = newHeard()
      let release: (() => void) | null = null
      const listener = {
        ...heard.listener,
        onPressure: (hold: boolean) => {
          heard.listener.onPressure(hold)
          if (!hold) release?.()
        },
      }
      const tap = desk.recorder.tap(session, listener)
      return { session, heard, tap, freed: () => new Promise<void>((resolve) => void (release = resolve)) }
    })
    const said = chats(50)
    const nextId = messageIds()
    let queuedMost = 0
    await Promise.all(
      sources.map(async ({ tap, heard, freed }) => {
        for (let sent = 0; sent < 25_000; sent += 50) {
          // The id on the envelope is what counts, so one encoded chat does for all.
          const messages = said.map((message) => ({ ...message, msgId: nextId() }))
          tap.frame('push', buildFrame(messages, { gzip: false }).bytes, Date.now())
          queuedMost = Math.max(queuedMost, desk.database.health().queuedBytes)
          if (heard.pressure.at(-1) === true) await freed()
        }
      }),
    )
    await desk.run(desk.recorder.flush(a.no))
    for (const { session, heard } of sources) {
      expect(heard.pressure).toContain(true)
      expect(heard.pressure.at(-1)).toBe(false)
      expect(heard.acks).toHaveLength(500)
      expect(await sessionRow(desk, session.no)).toMatchObject({
        frames: 500,
        received: 25_000,
        event_count: 25_000,
      })
    }
    expect(await desk.row('SELECT count(*) AS n FROM events WHERE late = 0')).toEqual({ n: 50_000 })
    expect(queuedMost).toBeLessThan(pressure.totalHigh + 64 * KIB)
    expect(desk.database.health()).toMatchObject({ queuedBytes: 0, queuedFrames: 0 })
  })
})

describe('a disk that hangs', () => {
  it.each([1_000, 5_000])(
    'D10: for %i ms is seen from outside, and stops neither the main thread nor a frame',
    async (ms) => {
      const disk = newMoods()
      const writerEntry = new URL('../_support/archive-writer.ts', import.meta.url)
      const desk = await startDesk({ ingest: disk.moods, writerEntry })
      onTestFinished(() => desk.close())
      const session = await desk.open()
      const tap = desk.recorder.tap(session, newHeard().listener)
      let ticks = 0
      const timer = setInterval(() => void (ticks += 1), 10)
      onTestFinished(() => clearInterval(timer))
      disk.set('slowMs', ms)
      give(tap, chats(5, 'before'))
      await until('the disk hangs', () => disk.get('fired') > 0)
      disk.set('slowMs', 0)
      ticks = 0
      give(tap, chats(5, 'meanwhile'))
      const health = () => desk.database.health()
      // A main thread that is blocked has no ticks; one that shares two cores with others has fewer than it could.
      const isSeen = (): boolean => {
        const { dbStallMs, oldestMs, queuedFrames } = health()
        const hangs = dbStallMs >= ms * 0.4 && oldestMs >= ms * 0.2 && queuedFrames === 2
        return hangs && desk.recorder.counters(session.no)?.events === 0 && ticks > (ms / 10) * 0.1
      }
      await until('the stall is seen', isSeen)
      const { counters } = await desk.run(desk.recorder.archive(archiveSpec(session)))
      expect(counters).toMatchObject({ events: 10 })
    },
  )
})

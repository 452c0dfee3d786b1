// A session that is found open: what the recorder knows of it afterwards, and who may write into it.

import { describe, expect, it, onTestFinished } from 'vitest'
import {
  archiveSpec,
  chats,
  give,
  head,
  newHeard,
  sessionOf,
  sessionRow,
  startDesk,
  type Desk,
} from '../_support/archive.ts'
import { tempFolder } from '../_support/db.ts'
import { person } from '../_support/tiktok/ids.ts'
import { chat, control, gift } from '../_support/tiktok/messages.ts'

/** Two lives of one database: what `first` did is all that `second` finds. */
const twice = async (
  first: (desk: Desk) => Promise<void>,
  second: (desk: Desk) => Promise<void>,
): Promise<void> => {
  const folder = tempFolder()
  onTestFinished(() => folder.remove())
  for (const life of [first, second]) {
    const desk = await startDesk({ folder: folder.path })
    try {
      await life(desk)
    } finally {
      await desk.close()
    }
  }
}

const kind = { id: '5655', name: 'Rose', diamonds: 2, combo: true }

describe('a session taken over after a restart', () => {
  it('T02: goes on with its counters, sequences, streaks and known ids', async () => {
    const known = [
      ...chats(20),
      control(head('0'), 1),
      gift(head(), person(1), kind, { repeat: 3, group: '9', final: false }),
    ]
    let session = sessionOf(0, 'none', 0)
    await twice(
      async (desk) => {
        session = await desk.open()
        give(desk.recorder.tap(session, newHeard().listener), known)
        await desk.run(desk.recorder.flush(session.no))
        await desk.run(desk.recorder.park(session.no, session.openedAt + 50))
      },
      async (desk) => {
        expect(desk.recorder.counters(session.no)).toBeNull()
        const owned = { ...session, epoch: session.epoch + 1 }
        await desk.run(desk.recorder.adopt(owned))
        expect(desk.recorder.counters(session.no)).toMatchObject({
          events: 22,
          chats: 20,
          gifts: 1,
          giftValue: 6,
        })
        await desk.run(desk.recorder.openGap(session.no, 'shutdown', session.openedAt + 50, null))
        await desk.run(desk.recorder.closeGap(session.no, session.openedAt + 90))
        const heard = newHeard()
        const tap = desk.recorder.tap(owned, heard.listener)
        give(tap, known, { history: true })
        give(tap, [
          chat(head(), person(3), 'new'),
          gift(head(), person(1), kind, { repeat: 5, group: '9', final: true }),
        ])
        await desk.run(desk.recorder.flush(session.no))
        expect(heard.controls).toEqual([])
        expect(desk.recorder.counters(session.no)).toMatchObject({
          received: 46,
          events: 24,
          duplicates: 22,
          giftValue: 10,
        })
        expect(await sessionRow(desk, session.no)).toMatchObject({
          epoch: owned.epoch,
          parked_at: null,
          event_count: 24,
          gift_value: 10,
          last_seq: 24,
          last_frame_seq: 2,
        })
        expect(await desk.rows('SELECT conn FROM frames ORDER BY id')).toEqual([{ conn: 1 }, { conn: 2 }])
        expect(await desk.rows('SELECT count, frames, closed_by FROM gifts')).toEqual([
          { count: 5, frames: 2, closed_by: 'repeat_end' },
        ])
        const facts = await desk.rows('SELECT name FROM journal ORDER BY seq')
        expect(facts.map((row) => row['name'])).toEqual([
          'session.opened',
          'session.paused',
          'session.parked',
          'gap.opened',
          'gap.closed',
        ])
      },
    )
  })

  it('can be archived at once, without being taken over first', async () => {
    let session = sessionOf(0, 'none', 0)
    await twice(
      async (desk) => {
        session = await desk.open()
        give(desk.recorder.tap(session, newHeard().listener), chats(4))
        await desk.run(desk.recorder.flush(session.no))
      },
      async (desk) => {
        const end = { reason: 'process_crash' as const, at: session.openedAt + 10, detail: null }
        const spec = archiveSpec({ ...session, epoch: 2 }, 'process_crash', { end })
        expect(await desk.run(desk.recorder.archive(spec))).toMatchObject({
          outcome: 'done',
          counters: { events: 4 },
        })
        expect(await sessionRow(desk, session.no)).toMatchObject({
          end_reason: 'process_crash',
          duration_ms: 10,
        })
      },
    )
  })

  it('by another actor of the same process keeps what is in memory and on the way', async () => {
    const desk = await startDesk()
    onTestFinished(() => desk.close())
    const session = await desk.open()
    const before = desk.recorder.tap(session, newHeard().listener)
    const messages = chats(50)
    give(before, messages)
    before.close()
    const owned = { ...session, epoch: 2 }
    await desk.run(desk.recorder.adopt(owned))
    const tap = desk.recorder.tap(owned, newHeard().listener)
    give(tap, [...messages, chat(head(), person(1), 'one more')], { history: true })
    await desk.run(desk.recorder.flush(session.no))
    expect(await sessionRow(desk, session.no)).toMatchObject({ event_count: 51, duplicates: 50, epoch: 2 })
  })

  it('by another owner is closed to the one before: nothing more is written and its listener hears of it', async () => {
    const desk = await startDesk()
    onTestFinished(() => desk.close())
    const session = await desk.open()
    const heard = newHeard()
    const tap = desk.recorder.tap(session, heard.listener)
    give(tap, chats(2))
    await desk.run(desk.recorder.flush(session.no))
    await desk.run(
      desk.database.write({
        statements: [{ sql: 'UPDATE sessions SET epoch = 9 WHERE no = ?', args: [session.no] }],
      }),
    )
    give(tap, chats(2, 'stolen'))
    await desk.run(desk.recorder.flush(session.no))
    give(tap, chats(2, 'stolen'))
    await desk.run(desk.recorder.flush(session.no))
    expect(heard.fenced).toBe(1)
    expect(await sessionRow(desk, session.no)).toMatchObject({ event_count: 2 })
    expect(await desk.rows('SELECT id FROM frames')).toHaveLength(1)
    const refused = await desk.run(desk.recorder.adopt(session)).catch((error: unknown) => error)
    expect(refused).toMatchObject({ kind: 'fenced' })
  })
})

describe('many sessions left open', () => {
  it('are archived together, each once, in few commits', async () => {
    const desk = await startDesk()
    onTestFinished(() => desk.close())
    const sessions = await Promise.all(Array.from({ length: 60 }, (_, n) => desk.open(`orphan${n}`)))
    for (const session of sessions) give(desk.recorder.tap(session, newHeard().listener), chats(3))
    await desk.run(desk.recorder.flush(0))
    const outcomes = await Promise.all(
      sessions.map((session) => desk.run(desk.recorder.archive(archiveSpec(session, 'process_crash')))),
    )
    expect(outcomes.every(({ outcome, counters }) => outcome === 'done' && counters.events === 3)).toBe(true)
    expect(await desk.row(`SELECT count(*) AS n FROM sessions WHERE end_reason = 'process_crash'`)).toEqual({
      n: 60,
    })
    expect(await desk.row(`SELECT count(*) AS n FROM archive_attempts WHERE outcome = 'done'`)).toEqual({
      n: 60,
    })
  })
})

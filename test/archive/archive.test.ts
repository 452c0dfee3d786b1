// The transaction that ends a session: exactly once, whatever the disk does, and the same size for any session.

import { describe, expect, it, onTestFinished } from 'vitest'
import type { EndTrigger } from '../../src/domain/reasons.ts'
import {
  archiveSpec,
  chats,
  give,
  head,
  newHeard,
  sessionRow,
  startDesk,
  type Desk,
} from '../_support/archive.ts'
import { newMoods } from '../_support/archive-moods.ts'
import { until } from '../_support/db.ts'
import { buildFrame, wrap } from '../_support/tiktok/frames.ts'
import { person } from '../_support/tiktok/ids.ts'
import { chat, gift, like, viewers } from '../_support/tiktok/messages.ts'

const start = async (options: Parameters<typeof startDesk>[0] = {}): Promise<Desk> => {
  const desk = await startDesk(options)
  onTestFinished(() => desk.close())
  return desk
}
const moody = async () => {
  const disk = newMoods()
  const desk = await start({
    ingest: disk.moods,
    tuning: { transactionLimitMs: 2_500 },
    writerEntry: new URL('../_support/archive-writer.ts', import.meta.url),
  })
  return { disk, desk }
}
const attempts = (desk: Desk, no: number) =>
  desk.rows(
    `SELECT trigger, outcome, error_class, rows FROM archive_attempts WHERE session_no = ? ORDER BY id`,
    no,
  )
const trigger = (reason: EndTrigger['reason'], at = Date.now()): EndTrigger => ({ reason, at, detail: null })
const facts = async (desk: Desk, no: number) =>
  (await desk.rows('SELECT name FROM journal WHERE session_id = ? ORDER BY seq', `s${no}`)).map(
    (row) => row['name'],
  )

describe('an archive', () => {
  it('the receipt adds up: messages = stored + duplicates + poison, with gaps, pauses and times', async () => {
    const desk = await start()
    const session = await desk.open()
    const tap = desk.recorder.tap(session, newHeard().listener)
    const kind = { id: '5655', name: 'Rose', diamonds: 5, combo: true }
    const messages = [
      ...chats(7),
      like(head(), person(1), 15, 4_000),
      viewers(head(), 120, 900),
      viewers(head(), 80, 950),
      gift(head(), person(2), kind, { repeat: 3, group: '11', final: false }),
    ]
    give(tap, messages)
    give(tap, [...messages.slice(0, 4), chat(head(), person(5), 'new')])
    tap.frame('push', wrap(Buffer.from('broken'), '1', false), Date.now())
    const { openedAt } = session
    await desk.run(desk.recorder.openGap(session.no, 'disconnected', openedAt + 100, 'reset'))
    await desk.run(desk.recorder.closeGap(session.no, openedAt + 350))
    await desk.run(desk.recorder.openGap(session.no, 'zombie', openedAt + 1_000, null))
    const { counters, outcome } = await desk.run(
      desk.recorder.archive({
        ...archiveSpec(session, 'disconnected'),
        end: { reason: 'disconnected', at: openedAt + 1_600, detail: 'socket closed' },
        startedAt: openedAt + 1_700,
        snapshot: {
          start: null,
          end: {
            title: 't',
            creator: { id: '1', handle: 'h', nickname: null },
            cover: null,
            counters: { likes: 1 },
          },
        },
      }),
    )
    expect(outcome).toBe('done')
    const row = await sessionRow(desk, session.no)
    const report = JSON.parse(String(row['report_json'])) as Record<string, number> & { timings: object }
    expect(report).toMatchObject({
      frames: 3,
      messages: 17,
      stored: 12,
      duplicates: 4,
      poison: 1,
      late: 0,
      gaps: { count: 2, totalMs: 850 },
      pauses: { count: 0, totalMs: 0 },
      timings: { openedAt, endedAt: openedAt + 1_600, archiveStartedAt: openedAt + 1_700 },
    })
    expect(report['messages']).toBe(report['stored']! + report['duplicates']! + report['poison']!)
    expect(report['bytes']).toBe(row['bytes'])
    expect(row).toMatchObject({
      end_reason: 'disconnected',
      ended_at: openedAt + 1_600,
      chats: 8,
      gifts: 1,
      gift_value: 15,
      likes: 15,
      viewers_peak: 120,
      viewers_last: 80,
      viewers_sum: 200,
      viewers_samples: 2,
    })
    expect(counters).toMatchObject({ events: 12, duplicates: 4, poison: 1, giftValue: 15 })
    expect(JSON.parse(String(row['snapshot_json']))).toMatchObject({ start: null, end: { title: 't' } })
    expect(await desk.rows('SELECT closed_by FROM gifts WHERE session_no = ?', session.no)).toEqual([
      { closed_by: 'end' },
    ])
    expect(
      await desk.rows('SELECT to_at FROM session_gaps WHERE session_no = ? AND to_at IS NULL', session.no),
    ).toEqual([])
    expect(await facts(desk, session.no)).toEqual([
      'session.opened',
      'gap.opened',
      'gap.closed',
      'gap.opened',
      'session.archived',
    ])
  })

  it('T29: a session without an event is archived all the same, empty', async () => {
    const desk = await start()
    const session = await desk.open()
    const { counters } = await desk.run(desk.recorder.archive(archiveSpec(session, 'manual_stop')))
    expect(counters).toMatchObject({ events: 0, frames: 0 })
    expect(await sessionRow(desk, session.no)).toMatchObject({ end_reason: 'manual_stop', event_count: 0 })
    expect(await attempts(desk, session.no)).toEqual([
      { trigger: 'manual_stop', outcome: 'done', error_class: null, rows: 0 },
    ])
  })

  it('keeps what TikTok said at the start from the opening on, whoever archives it', async () => {
    const desk = await start()
    const seen = {
      title: 'hello',
      creator: { id: '1', handle: 'h', nickname: null },
      cover: null,
      counters: { viewers: 3 },
    }
    const later = { ...seen, title: 'seen by the next process' }
    for (const known of [seen, null]) {
      const no = await desk.run(desk.recorder.reserve)
      const session = { ...(await desk.open()), no, roomId: `rStart${no}` }
      await desk.run(desk.recorder.open({ ...session, handle: 'start', start: known }))
      const open = await sessionRow(desk, no)
      expect(JSON.parse(String(open['snapshot_json']))).toEqual({ start: known, end: null })
      await desk.run(
        desk.recorder.archive({ ...archiveSpec(session), snapshot: { start: later, end: later } }),
      )
      const row = await sessionRow(desk, no)
      expect(JSON.parse(String(row['snapshot_json']))).toEqual({ start: known ?? later, end: later })
    }
  })

  it('a second archive is a noop: the first reason stays, and extra triggers are noted once each', async () => {
    const desk = await start()
    const session = await desk.open()
    const secondary = [trigger('heartbeat_offline'), trigger('manual_stop')]
    await desk.run(desk.recorder.intendEnd(session.no, trigger('stream_end')))
    await desk.run(desk.recorder.intendEnd(session.no, trigger('manual_stop')))
    await desk.run(desk.recorder.archive(archiveSpec(session, 'stream_end', { secondary })))
    const first = await sessionRow(desk, session.no)
    const again = await desk.run(desk.recorder.archive(archiveSpec(session, 'manual_stop', { secondary })))
    expect(again.outcome).toBe('noop')
    await desk.run(desk.recorder.noteSecondary(session, [trigger('shutdown')]))
    expect(await sessionRow(desk, session.no)).toEqual(first)
    expect(first).toMatchObject({ end_reason: 'stream_end', ending_reason: 'stream_end' })
    expect(await attempts(desk, session.no)).toMatchObject([
      { trigger: 'stream_end', outcome: 'done' },
      { trigger: 'heartbeat_offline', outcome: 'noop' },
      { trigger: 'manual_stop', outcome: 'noop' },
      { trigger: 'shutdown', outcome: 'noop' },
    ])
    expect(await facts(desk, session.no)).toEqual(['session.opened', 'session.ending', 'session.archived'])
  })

  it('another owner’s session is not archived', async () => {
    const desk = await start()
    const session = await desk.open()
    await desk.run(desk.recorder.adopt({ ...session, epoch: 5 }))
    const refused = await desk
      .run(desk.recorder.archive(archiveSpec(session)))
      .catch((error: unknown) => error)
    expect(refused).toMatchObject({ kind: 'fenced' })
    expect(await sessionRow(desk, session.no)).toMatchObject({ archived_at: null, epoch: 5 })
  })

  it('T28: it changes as few rows for two thousand events as for twenty', async () => {
    const { desk, disk } = await moody()
    const changed: number[] = []
    for (const many of [20, 2_000]) {
      const session = await desk.open()
      const tap = desk.recorder.tap(session, newHeard().listener)
      for (let n = 0; n < many; n += 20) give(tap, chats(20))
      await desk.run(desk.recorder.flush(session.no))
      const before = disk.get('archiveRows')
      await desk.run(desk.recorder.archive(archiveSpec(session)))
      changed.push(disk.get('archiveRows') - before)
      expect(await sessionRow(desk, session.no)).toMatchObject({ event_count: many })
    }
    expect(changed).toEqual([2, 2])
  })

  it.each(['full', 'io', 'busy'] as const)(
    'T35: an archive that fails with %s is tried again and healed into exactly one',
    async (kind) => {
      const { desk, disk } = await moody()
      const session = await desk.open()
      const tap = desk.recorder.tap(session, newHeard().listener)
      give(tap, chats(12))
      await desk.run(desk.recorder.flush(session.no))
      disk.set('kind', ['io', 'full', 'busy'].indexOf(kind))
      disk.set('fails', 1_000)
      const failed = { startedAt: Date.now(), finishedAt: Date.now() + 5, errorClass: kind }
      const refused = await desk
        .run(desk.recorder.archive(archiveSpec(session)))
        .catch((error: unknown) => error)
      expect(refused).toMatchObject({ kind, outcome: 'failed' })
      expect(disk.get('fired')).toBeGreaterThanOrEqual(3)
      expect(desk.database.health().lastError).toMatchObject({ kind })
      give(tap, chats(3, 'meanwhile'))
      disk.set('fails', 0)
      const spec = archiveSpec(session, 'stream_end', { failedAttempts: [failed] })
      expect(await desk.run(desk.recorder.archive(spec))).toMatchObject({
        outcome: 'done',
        counters: { events: 15 },
      })
      expect(await attempts(desk, session.no)).toEqual([
        { trigger: 'stream_end', outcome: 'failed', error_class: kind, rows: 0 },
        { trigger: 'stream_end', outcome: 'done', error_class: null, rows: 15 },
      ])
      expect(await desk.row('SELECT count(*) AS n FROM sessions WHERE archived_at IS NOT NULL')).toEqual({
        n: 1,
      })
    },
  )

  it('T36: a commit whose outcome is unknown, tried again, keeps the reason of the first', async () => {
    const { desk, disk } = await moody()
    const session = await desk.open()
    give(desk.recorder.tap(session, newHeard().listener), chats(4))
    await desk.run(desk.recorder.flush(session.no))
    disk.set('lies', 1)
    const first = await desk.run(desk.recorder.archive(archiveSpec(session, 'stream_end')))
    expect(disk.get('fired')).toBe(1)
    const second = await desk.run(desk.recorder.archive(archiveSpec(session, 'shutdown')))
    expect([first.outcome, second.outcome]).toEqual(['done', 'noop'])
    expect(await sessionRow(desk, session.no)).toMatchObject({ end_reason: 'stream_end', event_count: 4 })
    expect((await attempts(desk, session.no)).filter((row) => row['outcome'] === 'done')).toHaveLength(1)
  })

  it('T36: frames whose commit lied are there once, and acknowledged', async () => {
    const { desk, disk } = await moody()
    const session = await desk.open()
    const heard = newHeard()
    const tap = desk.recorder.tap(session, heard.listener)
    const frames = [chats(5), chats(5)].map((messages) => buildFrame(messages))
    disk.set('lies', 2)
    for (const frame of frames) tap.frame('push', frame.bytes, Date.now())
    await desk.run(desk.recorder.flush(session.no))
    await until('both lies told', () => disk.get('lies') === 0)
    expect(heard.acks.map(({ logId }) => logId)).toEqual(frames.map(({ logId }) => logId))
    const counted = { frames: 2, received: 10, event_count: 10, duplicates: 0 }
    expect(await sessionRow(desk, session.no)).toMatchObject(counted)
  })
})

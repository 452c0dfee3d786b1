// The captured messages through the real threads: every payload, of a known or an unknown type, is in the
// database byte for byte.

import { describe, expect, it } from 'vitest'
import { payloadOf } from '../../src/archive/payload.ts'
import * as tiktok from '../../src/tiktok/decode.ts'
import { newHeard, sessionRow, startDesk } from '../_support/archive.ts'
import { collisions, hasCaptures, MISSING, readCaptures } from '../_support/tiktok/captures.ts'
import { buildFrame } from '../_support/tiktok/frames.ts'

describe('the captured messages', () => {
  it('are all recorded: each payload byte for byte, known or unknown, and each of two that share an id', async (context) => {
    if (!hasCaptures()) return context.skip(MISSING)
    const captured = readCaptures()
    expect(captured).toHaveLength(1_902)
    const desk = await startDesk()
    try {
      const session = await desk.open()
      const tap = desk.recorder.tap(session, newHeard().listener)
      for (let from = 0; from < captured.length; from += 5) {
        tap.frame('push', buildFrame(captured.slice(from, from + 5)).bytes, Date.now())
      }
      await desk.run(desk.recorder.flush(session.no))

      const frames = await desk.rows(
        'SELECT kind, payload FROM frames WHERE session_id = ? ORDER BY id',
        `s${session.no}`,
      )
      const stored = frames.map((row) => ({ kind: 'push' as const, payload: row['payload'] as Uint8Array }))
      const payloads = stored.flatMap((frame) =>
        Array.from({ length: 5 }, (_, idx) => payloadOf(tiktok, frame, idx)).filter(
          (payload) => payload !== null,
        ),
      )
      const differing = captured.filter(
        ({ payload }, n) => !Buffer.from(payload).equals(payloads[n] ?? Buffer.alloc(0)),
      )
      expect(differing.map(({ method }) => method)).toEqual([])

      expect(await sessionRow(desk, session.no)).toMatchObject({
        frames: 381,
        received: 1_902,
        event_count: 1_902,
        duplicates: 0,
        poison: 0,
      })
      // Two ids stand on two messages each: the second of each has an id of ours.
      const ids = collisions(captured).map(({ msgId }) => msgId)
      expect(ids).toEqual(['357589014187481367', '6887028090594528469'])
      const ours = await desk.rows(
        'SELECT method FROM events WHERE session_id = ? AND msg_id < 0 AND method = ?',
        `s${session.no}`,
        'WebcastLiveIntroMessage',
      )
      expect(ours).toHaveLength(2)
      const events = await desk.rows(
        `SELECT e.method, e.kind, e.idx, e.frame_id - (SELECT min(id) FROM frames WHERE session_id = ?1) AS frame
FROM events e WHERE e.session_id = ?1 ORDER BY e.id`,
        `s${session.no}`,
      )
      expect(events.map((event) => Number(event['frame']) * 5 + Number(event['idx']))).toEqual(
        captured.map((_, n) => n),
      )
      expect(events.map((event) => event['method'])).toEqual(captured.map(({ method }) => method))
      const methods = new Set(captured.map(({ method }) => method))
      expect(new Set(events.map((event) => event['method']))).toEqual(methods)
      expect(events.filter((event) => event['kind'] === 'other').length).toBeGreaterThan(500)
    } finally {
      await desk.close()
    }
  })
})

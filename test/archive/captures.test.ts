// The captured messages through the real threads: every payload, of a known or an unknown type, is in the
// database byte for byte.

import { describe, expect, it } from 'vitest'
import { payloadOf } from '../../src/archive/payload.ts'
import * as tiktok from '../../src/tiktok/decode.ts'
import { newHeard, sessionRow, startDesk } from '../_support/archive.ts'
import { collisions, hasCaptures, MISSING, readCaptures } from '../_support/tiktok/captures.ts'
import { buildFrame } from '../_support/tiktok/frames.ts'

describe('the captured messages', () => {
  it('are all recorded: each payload byte for byte, each id once, known or unknown', async (context) => {
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

      // Two greetings stand in the captures twice under one id: the second is the first, seen again.
      const again = collisions(captured).length
      expect(again).toBe(2)
      expect(await sessionRow(desk, session.no)).toMatchObject({
        frames: 381,
        received: 1_902,
        event_count: 1_902 - again,
        duplicates: again,
        poison: 0,
      })
      const events = await desk.rows(
        `SELECT e.method, e.kind, e.idx, e.frame_id - (SELECT min(id) FROM frames WHERE session_id = ?1) AS frame
FROM events e WHERE e.session_id = ?1 ORDER BY e.id`,
        `s${session.no}`,
      )
      for (const event of events) {
        const index = Number(event['frame']) * 5 + Number(event['idx'])
        expect(event['method']).toBe(captured[index]?.method)
      }
      const methods = new Set(captured.map(({ method }) => method))
      expect(new Set(events.map((event) => event['method']))).toEqual(methods)
      expect(events.filter((event) => event['kind'] === 'other').length).toBeGreaterThan(500)
    } finally {
      await desk.close()
    }
  })
})

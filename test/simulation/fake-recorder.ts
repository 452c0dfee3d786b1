// The recorder of a simulated machine, on its disk. It keeps the promises of `archive/recorder.ts` in the plainest
// way there is: one queue, one row a message, and a note of everything that comes where it does not belong.

import * as Effect from 'effect/Effect'
import type { Recorder, RecordingListener, Tap } from '../../src/archive/recorder.ts'
import { DbError } from '../../src/domain/errors.ts'
import type { ControlAction } from '../../src/domain/event.ts'
import type { EndTrigger } from '../../src/domain/reasons.ts'
import { NO_COUNTERS, type Counters, type OpenSession, sessionId } from '../../src/domain/session.ts'
import type { FakeDisk } from './fake-disk.ts'
import { readFrame } from './fake-tiktok.ts'
import type { VirtualTime } from './virtual-time.ts'

const CONTROLS: readonly (ControlAction | null)[] = [null, 'paused', 'unpaused', 'ended', 'suspended']

/** Message counts are told about once a second, like the real one does. */
const COUNTED_MS = 1_000

export const makeRecorder = (disk: FakeDisk, time: VirtualTime): Recorder['Service'] => {
  const counts = new Map<number, Counters>()
  /** Frames of sessions whose row is not known to be there yet. */
  const held = new Map<number, (() => void)[]>()
  const opened = (no: number): void => {
    for (const post of held.get(no) ?? []) post()
    held.delete(no)
  }
  const exists = (no: number): boolean => disk.read('SELECT 1 FROM sessions WHERE no = ?', [no]).length > 0

  const attempt = (no: number, trigger: string, outcome: string, startedAt: number, error: string | null) =>
    disk.change(
      `INSERT INTO archive_attempts (session_no, trigger, started_at, finished_at, duration_ms, outcome, error_class)
VALUES (?, ?, ?, ?, ?, ?, ?)`,
      [no, trigger, startedAt, time.wall, Math.max(0, time.wall - startedAt), outcome, error],
    )
  const noteNoops = (no: number, triggers: readonly EndTrigger[]): void => {
    for (const { reason, at } of triggers) attempt(no, reason, 'noop', at, null)
  }

  const tap = (session: OpenSession, listener: RecordingListener): Tap => {
    let closed = false
    let telling = false
    const told = (): void => {
      if (telling) return
      telling = true
      time.timer(COUNTED_MS, () => {
        telling = false
        listener.onCounted(counts.get(session.no) ?? NO_COUNTERS)
      })
    }
    return {
      frame: (_kind, bytes) => {
        const late = closed
        const post = (): void =>
          disk.post(() => {
            const { connection, message, control } = readFrame(bytes)
            const span = disk.spans.get(session.no)
            if (span === undefined) {
              disk.homeless += 1
              return
            }
            const isLate = late || span.archivedMs !== null
            disk.events.push({ sessionNo: session.no, connection, message, late: isLate })
            const before = counts.get(session.no) ?? NO_COUNTERS
            counts.set(session.no, { ...before, frames: before.frames + 1, events: before.events + 1 })
            const action = CONTROLS[control] ?? null
            if (action !== null && !isLate) listener.onControl(action, time.wall)
            told()
          })
        const waiting = held.get(session.no)
        if (waiting === undefined) post()
        else waiting.push(post)
      },
      close: () => {
        closed = true
      },
    }
  }

  return {
    reserve: disk.submit(() =>
      Number(
        disk.read("UPDATE meta SET value = value + 1 WHERE key = 'session_no' RETURNING value")[0]?.['value'],
      ),
    ),
    open: (session) =>
      Effect.suspend(() => {
        if (!held.has(session.no)) held.set(session.no, [])
        return disk.submit(() => {
          const { no, roomId } = session
          if (!disk.spans.has(no)) disk.spans.set(no, { no, roomId, openedMs: time.ms, archivedMs: null })
          disk.change(
            `INSERT INTO sessions (no, room_id, room_no, handle, broadcast_id, epoch, opened_at, last_at)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7) ON CONFLICT (no) DO NOTHING`,
            [
              session.no,
              session.roomId,
              session.roomNo,
              session.handle,
              session.broadcastId,
              session.epoch,
              session.openedAt,
            ],
          )
        })
      }).pipe(Effect.tap(() => Effect.sync(() => opened(session.no)))),
    adopt: (session) =>
      disk
        .submit(() => {
          disk.change('UPDATE sessions SET epoch = ? WHERE no = ? AND archived_at IS NULL', [
            session.epoch,
            session.no,
          ])
        })
        .pipe(Effect.tap(() => Effect.sync(() => opened(session.no)))),
    tap,
    flush: () => Effect.asVoid(disk.submit(() => null)),
    openGap: (no, cause, at, detail) =>
      disk.submit(() => {
        disk.change('INSERT INTO session_gaps (session_no, from_at, cause, detail) VALUES (?, ?, ?, ?)', [
          no,
          at,
          cause,
          detail,
        ])
      }),
    closeGap: (no, at) =>
      disk.submit(() => {
        disk.change('UPDATE session_gaps SET to_at = ? WHERE session_no = ? AND to_at IS NULL', [at, no])
        disk.change('UPDATE sessions SET parked_at = NULL WHERE no = ? AND archived_at IS NULL', [no])
      }),
    notePause: () => {},
    intendEnd: (no, { reason, at, detail }) =>
      disk.submit(() => {
        const changed = disk.change(
          `UPDATE sessions SET ending_reason = ?, ending_at = ?, ending_detail = ?
WHERE no = ? AND archived_at IS NULL AND ending_reason IS NULL`,
          [reason, at, detail, no],
        )
        if (changed === 0) return
        disk.facts.push({
          name: 'session.ending',
          at,
          roomId: null,
          sessionId: sessionId(no),
          body: { reason },
        })
      }),
    park: (no, at) =>
      disk.submit(() => {
        disk.change('UPDATE sessions SET parked_at = ? WHERE no = ? AND archived_at IS NULL', [at, no])
      }),
    archive: ({ session, end, secondary, startedAt, failedAttempts }) => {
      if (disk.deaths > 0) {
        disk.deaths -= 1
        return Effect.die(new Error('the archive threw'))
      }
      return disk
        .submit(() => {
          if (!exists(session.no)) return null
          const done =
            disk.change(
              `UPDATE sessions SET archived_at = ?1, end_reason = ?2, ended_at = ?3, secondary_json = ?4
WHERE no = ?5 AND archived_at IS NULL`,
              [time.wall, end.reason, end.at, JSON.stringify(secondary), session.no],
            ) > 0
          const span = disk.spans.get(session.no)
          if (done && span !== undefined) span.archivedMs = time.ms
          for (const failed of failedAttempts) {
            if (done) attempt(session.no, end.reason, 'failed', failed.startedAt, failed.errorClass)
          }
          if (done) attempt(session.no, end.reason, 'done', startedAt, null)
          if (done) noteNoops(session.no, secondary)
          return {
            outcome: done ? ('done' as const) : ('noop' as const),
            counters: counts.get(session.no) ?? NO_COUNTERS,
          }
        })
        .pipe(
          Effect.flatMap((result) =>
            result === null
              ? Effect.fail(
                  new DbError({ kind: 'constraint', outcome: 'failed', message: 'no such session' }),
                )
              : Effect.succeed(result),
          ),
        )
    },
    noteSecondary: (session, triggers) => disk.submit(() => noteNoops(session.no, triggers)),
    counters: (no) => counts.get(no) ?? null,
    follow: () => () => {},
  }
}

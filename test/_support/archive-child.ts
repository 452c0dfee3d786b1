// A process that records and archives until it is killed, and says in lines of JSON what it was promised: which
// messages are durable, which sessions are archived. It begins with what the one before it left open.

import * as Effect from 'effect/Effect'
import { openSessions } from '../../src/db/sessions.ts'
import { openSessionOf } from '../../src/db/session-row.ts'
import { Database } from '../../src/db/database.ts'
import type { OpenSession } from '../../src/domain/session.ts'
import { archiveSpec, chats, sessionOf, startDesk, type Desk } from './archive.ts'
import { newMoods } from './archive-moods.ts'
import { buildFrame } from './tiktok/frames.ts'
import { gift } from './tiktok/messages.ts'
import { head } from './archive.ts'
import { person } from './tiktok/ids.ts'

export type Promised =
  | { readonly ready: number }
  | { readonly recovered: number }
  | { readonly opened: number; readonly broadcast: string }
  | { readonly acked: readonly string[] }
  | { readonly archived: number }

const ROOMS = 2
const FRAMES_A_SESSION = 12
const ROSE = { id: '5655', name: 'Rose', diamonds: 1, combo: true }

const say = (promised: Promised): void => void process.stdout.write(`${JSON.stringify(promised)}\n`)

const recover = async (desk: Desk): Promise<void> => {
  const found = await desk.run(openSessions.pipe(Effect.provideService(Database, desk.database)))
  await Promise.all(
    found.map(async (row) => {
      const session = { ...openSessionOf(row), epoch: row.epoch + 1 }
      const end = { reason: 'process_crash' as const, at: session.lastAt, detail: null }
      await desk.run(desk.recorder.archive(archiveSpec(session, 'process_crash', { end })))
      say({ recovered: session.no })
    }),
  )
}

const record = async (desk: Desk, room: number): Promise<void> => {
  const no = await desk.run(desk.recorder.reserve)
  const session: OpenSession = sessionOf(no, `room${room}`, Date.now())
  await desk.run(desk.recorder.open({ ...session, handle: `room${room}` }))
  say({ opened: no, broadcast: session.broadcastId })
  const inFrame = new Map<string, readonly string[]>()
  const tap = desk.recorder.tap(session, {
    onControl: () => {},
    onAck: (logId) => say({ acked: inFrame.get(logId) ?? [] }),
    onCounted: () => {},
    onPressure: () => {},
    onFenced: () => process.exit(3),
  })
  for (let n = 0; n < FRAMES_A_SESSION; n += 1) {
    const messages = [
      ...chats(4),
      gift(head(), person(room), ROSE, { repeat: n + 1, group: `${no}`, final: false }),
    ]
    const frame = buildFrame(messages)
    inFrame.set(
      frame.logId,
      messages.map(({ msgId }) => msgId),
    )
    tap.frame('push', frame.bytes, Date.now())
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
  tap.close()
  await desk.run(desk.recorder.archive(archiveSpec(session)))
  say({ archived: no })
}

/** `killAt`: the statement of the first archive before which this process dies; 0 for none. */
const [folder = '', killAt = '0'] = process.argv.slice(2)
const disk = newMoods()
disk.set('killAtStatement', Number(killAt))
const desk = await startDesk({
  folder,
  ingest: disk.moods,
  writerEntry: new URL('./archive-writer.ts', import.meta.url),
  // Small enough for a checkpoint every few commits.
  tuning: { walAutocheckpoint: 40 },
})
say({ ready: process.pid })
await recover(desk)
await Promise.all(
  Array.from({ length: ROOMS }, async (_, room) => {
    for (;;) await record(desk, room)
  }),
)

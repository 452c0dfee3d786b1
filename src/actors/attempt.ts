// One attempt's way from a socket into a session: frames to its own tap, what the recording says back to
// the machine. Bound to its recording at birth; nothing of it is used by the next attempt.

import * as Effect from 'effect/Effect'
import type { RecordingListener, Tap } from '../archive/recorder.ts'
import type { ControlAction } from '../domain/event.ts'
import type { RoomEvent } from '../machines/room-events.ts'
import { isForMessages } from '../tiktok/decode.ts'
import type { Connection, LinkListener } from '../tiktok/tiktok.ts'
import type { Stage } from './bridge.ts'
import { makeClosed, type Recording, tellClosed } from './recording.ts'
import type { Resident } from './resident.ts'
import type { World } from './world.ts'

const controlEvent = (action: ControlAction, at: number): RoomEvent => {
  switch (action) {
    case 'paused':
      return { type: 'stream.paused' }
    case 'unpaused':
      return { type: 'stream.unpaused' }
    case 'ended':
      return { type: 'stream.ended', at, detail: null }
    case 'suspended':
      return { type: 'stream.suspended', at, detail: null }
  }
}

/**
 * Opens the session: its row is in the queue before its frames, and the machine knows before anything else
 * happens. False when the room has gone elsewhere meanwhile; then nothing may be opened any more.
 */
const openSession = (
  world: World,
  resident: Resident,
  recording: Recording,
  stage: Stage,
  at: number,
): boolean => {
  if (resident.recording !== recording) return false
  if (recording.opened) return true
  if (stage.isStopped) return false
  recording.opened = true
  recording.session = { ...recording.session, openedAt: at, lastAt: at }
  recording.lastAt = at
  resident.spareNo = null
  const { session } = recording
  const row = world.recorder.open({
    ...session,
    handle: resident.room.handle,
    start: recording.snapshot.start,
  })
  const written = Effect.sync(() => {
    recording.written = true
  })
  recording.chain.push(Effect.andThen(row, written))
  resident.send({ type: 'link.opened', session })
  return true
}

/** What became of a connection that came about. */
export type Kept = 'kept' | 'unwanted' | 'other_broadcast'

export interface Attempt {
  readonly listener: LinkListener
  /** The socket is open. Unless it is kept, the caller must finish it. */
  readonly keep: (connection: Connection) => Kept
  /** It came to nothing, or nobody wants it any more: what still arrives is late. */
  readonly abandon: () => void
}

export const makeAttempt = (
  world: World,
  resident: Resident,
  recording: Recording,
  stage: Stage,
): Attempt => {
  const closed = makeClosed()
  let connection: Connection | null = null
  let tap: Tap | null = null
  let held = false
  let abandoned = false

  const heardBack: RecordingListener = {
    onControl: (action, at) => {
      if (resident.recording === recording) resident.send(controlEvent(action, at))
    },
    onAck: (logId, internalExt) => connection?.ack(logId, internalExt),
    onCounted: (counters) => {
      recording.counted(counters)
      if (resident.recording !== recording) return
      resident.send({ type: 'session.counted', counters })
      if (recording.full || Math.max(counters.lastSeq, counters.frames) < world.tuning.sessionFullAt) return
      // The broadcast goes on in another session, at once: the machine gives this end no rest.
      recording.full = true
      resident.send({ type: 'link.broadcast_changed', at: world.now(), detail: 'the session is full' })
    },
    onPressure: (hold) => {
      held = hold
      connection?.hold(hold)
    },
    onFenced: () => {
      if (resident.recording === recording) resident.crash(new Error('another owner has taken the room'))
    },
  }
  const open = (at: number): Tap | null => {
    if (tap !== null) return tap
    if (abandoned || !openSession(world, resident, recording, stage, at)) return null
    tap = world.recorder.tap(recording.session, heardBack)
    recording.use(tap)
    return tap
  }

  return {
    listener: {
      onFrame: (kind, bytes, at) => {
        if (bytes.length === 0) return
        const into = open(at)
        if (!abandoned) recording.heard(at, kind === 'fetch' || isForMessages(bytes))
        into?.frame(kind, bytes, at)
      },
      onClose: (how) => tellClosed(closed, how),
    },
    keep: (made) => {
      if (made.broadcastId !== recording.session.broadcastId) return 'other_broadcast'
      if (abandoned || open(world.now()) === null) return 'unwanted'
      connection = made
      recording.keep(made, closed, () => held)
      if (held) made.hold(true)
      return 'kept'
    },
    abandon: () => {
      abandoned = true
      tap?.close()
    },
  }
}

// A room as it is now, from memory alone: what its machine, its recording and its last look say together.

import type { RoomState } from '../domain/room.ts'
import { NO_COUNTERS, sessionId } from '../domain/session.ts'
import type { Resident } from './resident.ts'
import type { RoomStatus } from './rooms.ts'
import { hoursIn } from './schedule.ts'
import type { Looks } from './watch.ts'
import type { World } from './world.ts'

/** What is recorded now may still get events. */
export const isRecording = (state: RoomState): boolean => state === 'connecting' || state.startsWith('live.')
/** The session has ended and is being written. */
export const isEnding = (state: RoomState): boolean => state === 'draining' || state.startsWith('archiving.')

/** Commands that would be accepted and have an effect. */
const allowedIn = (state: RoomState, recording: boolean, restReason: string | null): readonly string[] => {
  const always = ['change', 'rename', 'remove']
  switch (state) {
    case 'off':
    case 'watching':
      return [
        restReason === 'manual_stop' ? 'start?force' : 'start',
        ...(state === 'off' ? [] : ['stop']),
        ...always,
      ]
    case 'cooldown':
      return restReason === 'manual_stop' ? ['start?force', ...always] : ['start', 'stop', ...always]
    case 'quarantined':
      return ['release', ...always]
    case 'connecting':
      return recording ? ['stop', 'end-session', ...always] : ['stop', ...always]
    case 'live.receiving':
    case 'live.paused':
    case 'live.reconnecting':
      return ['stop', 'end-session', ...always]
    case 'draining':
    case 'archiving.writing':
    case 'archiving.waiting':
      return ['stop', 'change', 'rename']
  }
}

/** Milliseconds that are left of the rest, by the clock that nobody can set. */
export const restLeftMs = (world: World, { rest }: Resident): number =>
  rest === null ? 0 : Math.max(0, rest.untilMs - world.monotonicMs())

const inMs = (world: World, ms: number): number => Math.round(world.now() + ms)

const waitingOf = (world: World, looks: Looks, resident: Resident): RoomStatus['waiting'] => {
  switch (resident.state) {
    case 'watching': {
      const ms = looks.nextInMs(resident.room.id)
      return { for: 'look', untilAt: ms === null ? null : inMs(world, ms) }
    }
    case 'cooldown':
      return { for: 'cooldown', untilAt: inMs(world, restLeftMs(world, resident)) }
    case 'archiving.waiting':
      return { for: 'archive_retry', untilAt: null }
    case 'quarantined':
      return { for: 'release', untilAt: null }
    case 'connecting':
    case 'live.reconnecting':
      return resident.waiting
    default:
      return null
  }
}

export const statusOf = (world: World, looks: Looks, resident: Resident): RoomStatus => {
  const { room, state, recording } = resident
  const context = resident.actor?.getSnapshot().context
  const open = recording !== null && recording.opened ? recording : null
  const restReason = restLeftMs(world, resident) > 0 ? (resident.rest?.reason ?? null) : null
  const counters = open && (world.recorder.counters(open.session.no) ?? open.counters ?? NO_COUNTERS)
  const complaint = context?.lastError ?? null
  return {
    id: room.id,
    handle: room.handle,
    displayName: room.displayName,
    monitor: room.monitor,
    state,
    since: resident.since,
    session:
      open === null || counters === null
        ? null
        : {
            id: sessionId(open.session.no),
            broadcastId: open.session.broadcastId,
            openedAt: open.session.openedAt,
            counters,
            eventsPerSecond: open.eventsPerSecond,
            queuedFrames: Math.max(0, open.handed - counters.frames),
          },
    waiting: waitingOf(world, looks, resident),
    attempt: isEnding(state) ? (context?.archiveAttempt ?? 0) : (context?.attempt ?? 0),
    lastLook: looks.last(room.id),
    lastError: complaint ?? resident.lastError?.message ?? null,
    lastErrorAt:
      complaint === null && resident.lastError === null ? null : (resident.lastError?.at ?? resident.since),
    lastSessionId: resident.lastSessionNo === null ? null : sessionId(resident.lastSessionNo),
    cooldownReason: restReason,
    habitualHoursUtc: hoursIn(looks.habits(room.id)),
    allowed: allowedIn(state, open !== null, restReason),
  }
}

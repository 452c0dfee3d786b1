// The rules of the room machine that are plain functions: what a trigger means, what rest follows.
// When they apply is in `room.machine.ts`.

import type { EndReason, EndTrigger } from '../domain/reasons.ts'
import type { Cooldown, EndEvent, RoomContext, RoomEvent, RoomInput } from './room-events.ts'

/** Every event that can end a session, in the order of the documents. */
export const END_EVENTS = [
  'room.stop',
  'room.end_session',
  'room.disable',
  'stream.ended',
  'stream.suspended',
  'link.offline',
  'link.given_up',
  'link.broadcast_changed',
] as const satisfies readonly EndEvent['type'][]

/** Secondary triggers are noted up to this number; more of them say nothing new. */
const SECONDARY_MAX = 64

/** Node fires timers above 2^31 - 1 ms at once, so longer waits are cut there. */
export const clampMs = (ms: number): number => Math.max(0, Math.min(ms, 2_147_483_647))

const isEnd = (event: RoomEvent): event is EndEvent => END_EVENTS.some((type) => type === event.type)

/**
 * The reason an end event stands for, given what the room was doing when it came. What the link finds out
 * about an adopted session that was never resumed does not replace the reason it was left with.
 */
const reasonOf = (event: EndEvent, context: RoomContext): EndReason => {
  switch (event.type) {
    case 'room.stop':
      return 'manual_stop'
    case 'room.end_session':
      return 'manual_end_session'
    case 'room.disable':
      return 'monitor_disabled'
    case 'stream.ended':
      return 'stream_end'
    case 'stream.suspended':
      return 'stream_suspended'
    case 'link.broadcast_changed':
      return context.fallback ?? 'broadcast_changed'
    case 'link.given_up':
      return context.fallback ?? 'connect_failed'
    case 'link.offline':
      return context.fallback ?? (context.connected ? 'heartbeat_offline' : 'room_offline')
  }
}

/** The first trigger is the end, each later one is noted. */
export const hear = (context: RoomContext, event: RoomEvent): Partial<RoomContext> => {
  if (!isEnd(event)) return {}
  const trigger: EndTrigger = { reason: reasonOf(event, context), at: event.at, detail: event.detail }
  const heard = {
    stopped: context.stopped || event.type === 'room.stop',
    urgent: context.urgent || event.type === 'link.broadcast_changed',
  }
  if (context.end === null) return { ...heard, end: trigger }
  if (context.secondary.length >= SECONDARY_MAX) return heard
  return { ...heard, secondary: [...context.secondary, trigger] }
}

/** The resume window is over: the broadcast ended for us when it was last heard. */
export const windowOver = (context: RoomContext): EndTrigger => ({
  reason: context.fallback ?? (context.everConnected ? 'disconnected' : 'connect_failed'),
  at: context.heardAt,
  detail: context.lastError,
})

/** An adopted session that nobody may resume: it ended when it was last heard. */
export const leftBehind = (context: RoomContext): EndTrigger => ({
  reason: context.fallback ?? 'actor_failed',
  at: context.heardAt,
  detail: null,
})

export const manualCooldown = (context: RoomContext): Cooldown => ({
  ms: context.times.manualCooldownMs,
  reason: 'manual_stop',
})

/** Which rest follows a session: long after a manual stop, none when another broadcast is waiting. */
export const cooldownAfter = (context: RoomContext): Cooldown | null => {
  if (context.stopped) return manualCooldown(context)
  const ms = context.urgent || context.fallback !== null ? 0 : context.times.cooldownMs
  return ms > 0 ? { ms, reason: context.end?.reason ?? 'stream_end' } : null
}

export const archiveRetryMs = ({ times, archiveAttempt }: RoomContext): number =>
  Math.min(times.archiveRetryCapMs, times.archiveRetryBaseMs * 2 ** Math.min(20, archiveAttempt - 1))

/** What a room knows of no session: the memory that each new one starts with. */
export const FORGOTTEN = {
  session: null,
  broadcastId: null,
  fallback: null,
  windowMs: 0,
  heardAt: 0,
  connected: false,
  everConnected: false,
  paused: false,
  end: null,
  secondary: [],
  stopped: false,
  attempt: 0,
  archiveAttempt: 0,
  counters: null,
} as const satisfies Partial<RoomContext>

export const contextOf = ({ adopt, ...input }: RoomInput): RoomContext => ({
  ...input,
  ...FORGOTTEN,
  urgent: false,
  lastError: null,
  lastSessionNo: null,
  ...(adopt !== null && {
    session: adopt.session,
    broadcastId: adopt.session.broadcastId,
    fallback: adopt.fallback,
    windowMs: adopt.windowMs,
    heardAt: adopt.session.lastAt,
    everConnected: true,
    end: adopt.session.ending,
    secondary: adopt.secondary,
    // A stop that was accepted as the second trigger left its rest in the room's row.
    stopped: adopt.session.ending?.reason === 'manual_stop' || input.cooldown?.reason === 'manual_stop',
  }),
})

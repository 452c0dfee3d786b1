// What the room machine is made of: its types, the actors and actions that others provide, its guards,
// its delays, and the small assignments its transitions share. Which state uses them is in `room.machine.ts`.

import { setup } from 'xstate'
import type { OpenSession } from '../domain/session.ts'
import type { EndTrigger } from '../domain/reasons.ts'
import type {
  ArchivePort,
  Cooldown,
  DrainPort,
  LinkPort,
  RoomContext,
  RoomEvent,
  RoomInput,
  WatchPort,
} from './room-events.ts'
import { archiveRetryMs, clampMs, hear as heard, manualCooldown } from './room-rules.ts'

/** An action that `actors/room.ts` provides; the machine alone cannot carry it out. */
const provided =
  <P>(name: string) =>
  (_scope: unknown, _params: P): void => {
    throw new Error(`room.machine: the action "${name}" was not provided`)
  }

type Told = { readonly context: RoomContext }

export const room = setup({
  types: {} as { input: RoomInput; context: RoomContext; events: RoomEvent },
  actors: {
    watch: {} as WatchPort,
    link: {} as LinkPort,
    drain: {} as DrainPort,
    archive: {} as ArchivePort,
  },
  actions: {
    /** Triggers that came while the transaction was running get their `noop` attempts. */
    recordSecondary: provided<{
      readonly roomId: string
      readonly session: OpenSession | null
      readonly triggers: readonly EndTrigger[]
    }>('recordSecondary'),
    /** The rest that begins, or that none does, is written down so that it survives a restart. */
    persistCooldown: provided<{ readonly roomId: string; readonly cooldown: Cooldown | null }>(
      'persistCooldown',
    ),
  },
  guards: {
    recording: ({ context }: Told) => context.session !== null,
    unopened: ({ context }: Told) => context.session === null,
    ending: ({ context }: Told) => context.session !== null && context.end !== null,
    abandoned: ({ context }: Told) =>
      context.session !== null && (context.quarantined || !context.monitor || context.windowMs <= 0),
    quarantined: ({ context }: Told) => context.quarantined,
    monitored: ({ context }: Told) => context.monitor,
    resting: ({ context }: Told) => context.monitor && context.cooldown !== null && context.cooldown.ms > 0,
    restGiven: ({ event }: { readonly event: RoomEvent }) =>
      'cooldown' in event && event.cooldown !== null && event.cooldown.ms > 0,
    monitoredRestGiven: ({ context, event }: Told & { readonly event: RoomEvent }) =>
      context.monitor && 'cooldown' in event && event.cooldown !== null && event.cooldown.ms > 0,
    paused: ({ context }: Told) => context.session !== null && context.paused,
    notStopped: ({ context }: Told) => context.cooldown?.reason !== 'manual_stop',
  },
  delays: {
    drainLimit: ({ context }) => clampMs(context.times.drainTimeoutMs),
    resumeWindow: ({ context }) => clampMs(context.windowMs),
    cooldown: ({ context }) => clampMs(context.cooldown?.ms ?? 0),
    archiveRetry: ({ context }) => clampMs(archiveRetryMs(context)),
  },
})

export const hear = room.assign(({ context, event }) => heard(context, event))
export const watched = room.assign({ monitor: true })
export const unwatched = room.assign({ monitor: false })
export const hurry = room.assign({ urgent: true, cooldown: null })
export const released = room.assign({ quarantined: false })
export const takeRest = room.assign(({ event }) => ('cooldown' in event ? { cooldown: event.cooldown } : {}))
export const complain = room.assign(({ event }) =>
  'detail' in event && event.detail !== null ? { lastError: event.detail } : {},
)
export const lose = room.assign(({ context, event }) => ({
  ...('at' in event && { heardAt: event.at }),
  ...('detail' in event && { lastError: event.detail }),
  connected: false,
  windowMs: context.times.resumeWindowMs,
}))
export const connect = room.assign({ connected: true, everConnected: true, fallback: null, lastError: null })
export const pause = room.assign({ paused: true })
export const unpause = room.assign({ paused: false })
export const startLink = room.spawnChild('link', {
  id: 'link',
  input: ({ context: { roomId, broadcastId, session, fallback } }) => ({
    roomId,
    broadcastId: broadcastId ?? '',
    session,
    adopted: fallback,
  }),
})
export const stopLink = room.stopChild('link')
export const rest = {
  type: 'persistCooldown' as const,
  params: ({ context }: Told) => ({ roomId: context.roomId, cooldown: context.cooldown }),
}
export const restLong = [room.assign(({ context }) => ({ cooldown: manualCooldown(context) })), rest]

// The life of one watched room as a pure machine: when a session is open, what ends it, what comes next.
// It reads no clock and touches nothing: what must be done is named here (actors, actions) and carried
// out in `actors/room.ts`. It does not own retries of a connection (`actors/link.ts`) nor restarts
// of a failed actor (`actors/rooms.ts`).

import { assign, setup, type PromiseActorLogic } from 'xstate'
import type { Counters, OpenSession } from '../domain/session.ts'
import type { EndReason, EndTrigger, GapCause } from '../domain/reasons.ts'

/** Durations in milliseconds, all from the settings. */
export interface RoomTimes {
  readonly resumeWindowMs: number
  readonly drainTimeoutMs: number
  readonly cooldownMs: number
  readonly manualCooldownMs: number
  readonly archiveRetryBaseMs: number
  readonly archiveRetryCapMs: number
}

/** What a room's actor is born with: the facts on disk, never a snapshot of a machine. */
export interface RoomInput {
  readonly roomId: string
  readonly handle: string
  readonly monitor: boolean
  readonly quarantined: boolean
  /** What is left of a cooldown. */
  readonly cooldownMs: number
  readonly cooldownReason: string | null
  /** An open session to take over, with the reason it gets when it cannot be resumed. */
  readonly adopt: {
    readonly session: OpenSession
    readonly fallback: EndReason
    /** What is left of the resume window; 0 when it is over. */
    readonly windowMs: number
  } | null
  readonly times: RoomTimes
}

export interface RoomContext extends Omit<RoomInput, 'adopt'> {
  readonly session: OpenSession | null
  readonly broadcastId: string | null
  readonly end: EndTrigger | null
  readonly secondary: readonly EndTrigger[]
  /** The reason an adopted session ends with while it has not been resumed yet. */
  readonly fallback: EndReason | null
  readonly windowMs: number
  readonly everConnected: boolean
  readonly attempt: number
  readonly archiveAttempt: number
  readonly lastError: string | null
  readonly lastSessionNo: number | null
  readonly counters: Counters | null
}

export type RoomEvent =
  // commands
  | { readonly type: 'room.start' }
  | { readonly type: 'room.enable' }
  | { readonly type: 'room.disable'; readonly at: number; readonly detail: string | null }
  | { readonly type: 'room.stop'; readonly at: number; readonly detail: string | null }
  | { readonly type: 'room.end_session'; readonly at: number; readonly detail: string | null }
  | { readonly type: 'room.release' }
  | { readonly type: 'room.retry_archive' }
  | { readonly type: 'room.renamed'; readonly handle: string }
  | { readonly type: 'settings.changed'; readonly times: RoomTimes }
  // what the link says
  | { readonly type: 'link.attempting'; readonly attempt: number }
  | { readonly type: 'link.opened'; readonly session: OpenSession }
  | { readonly type: 'link.connected' }
  | { readonly type: 'link.refused'; readonly detail: string }
  | { readonly type: 'link.lost'; readonly cause: GapCause; readonly detail: string }
  | { readonly type: 'link.offline'; readonly at: number; readonly detail: string | null }
  | { readonly type: 'link.given_up'; readonly at: number; readonly detail: string | null }
  | { readonly type: 'link.broadcast_changed'; readonly at: number; readonly detail: string | null }
  // what the recording heard
  | { readonly type: 'stream.paused' }
  | { readonly type: 'stream.unpaused' }
  | { readonly type: 'stream.ended'; readonly at: number }
  | { readonly type: 'stream.suspended'; readonly at: number }
  | { readonly type: 'session.counted'; readonly counters: Counters }

/** The watcher is done when a look found the room live. */
export interface FoundLive {
  readonly broadcastId: string
}

/** How an archive attempt came out; `noted` is how many secondary triggers its transaction wrote. */
export type ArchiveOutcome =
  | { readonly ok: true; readonly noted: number }
  | { readonly ok: false; readonly error: string }

/** Node fires timers above 2^31 - 1 ms at once, so longer waits are cut there. */
const clampMs = (ms: number): number => Math.max(0, Math.min(ms, 2_147_483_647))

/** Secondary triggers are noted up to this number; more of them say nothing new. */
const SECONDARY_MAX = 64

const placeholder = (name: string): never => {
  throw new Error(`room.machine: the actor or action "${name}" was not provided`)
}

type EndEvent = Extract<RoomEvent, { readonly at: number }>

/** The reason an end trigger stands for, given what the room was doing when it came. */
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
      return 'broadcast_changed'
    case 'link.given_up':
      return 'connect_failed'
    case 'link.offline':
      return context.fallback ?? (context.everConnected ? 'heartbeat_offline' : 'room_offline')
  }
}

const endOf = (event: EndEvent, context: RoomContext): EndTrigger => ({
  reason: reasonOf(event, context),
  at: event.at,
  detail: 'detail' in event ? event.detail : null,
})

const roomSetup = setup({
  types: {} as { input: RoomInput; context: RoomContext; events: RoomEvent },
  actors: {
    /** Looks now and then until the room is live. Input: the room. Done: the broadcast. */
    watch: {} as PromiseActorLogic<FoundLive, { roomId: string; urgent: boolean }>,
    /** Keeps one broadcast connected until it is stopped; speaks `link.*` and `stream.*`. Never done. */
    link: {} as PromiseActorLogic<
      void,
      { roomId: string; broadcastId: string; session: OpenSession | null; adopted: boolean }
    >,
    /** Persists the intent to end, closes the socket, takes its tail, flushes. Never fails. */
    drain: {} as PromiseActorLogic<void, { roomId: string; session: OpenSession; end: EndTrigger }>,
    /** One archive transaction. Never fails: its outcome says so. */
    archive: {} as PromiseActorLogic<
      ArchiveOutcome,
      {
        roomId: string
        session: OpenSession
        end: EndTrigger
        secondary: readonly EndTrigger[]
        attempt: number
      }
    >,
  },
  actions: {
    /** Triggers that came while the transaction was running get their `noop` attempts. */
    recordSecondary: (_, _params: { session: OpenSession; triggers: readonly EndTrigger[] }) =>
      placeholder('recordSecondary'),
    /** The cooldown that begins is written down, so that it survives a restart. */
    persistCooldown: (_, _params: { roomId: string; ms: number; reason: string }) =>
      placeholder('persistCooldown'),
  },
  delays: {
    drainLimit: ({ context }) => clampMs(context.times.drainTimeoutMs),
    resumeWindow: ({ context }) => clampMs(context.windowMs),
    cooldown: ({ context }) => clampMs(context.cooldownMs),
    archiveRetry: ({ context }) =>
      clampMs(
        Math.min(
          context.times.archiveRetryCapMs,
          context.times.archiveRetryBaseMs * 2 ** Math.min(20, context.archiveAttempt - 1),
        ),
      ),
  },
})

/** Which cooldown follows a session: long after a manual stop, none when another broadcast is waiting. */
const cooldownAfter = (context: RoomContext): number => {
  if (context.end?.reason === 'manual_stop') return context.times.manualCooldownMs
  return context.end?.reason === 'broadcast_changed' ? 0 : context.times.cooldownMs
}

const isEnd = (event: RoomEvent): event is EndEvent => 'at' in event

const accept = roomSetup.assign(({ context, event }) => (isEnd(event) ? { end: endOf(event, context) } : {}))
const note = roomSetup.assign(({ context, event }) =>
  isEnd(event) && context.secondary.length < SECONDARY_MAX
    ? { secondary: [...context.secondary, endOf(event, context)] }
    : {},
)
const disableMonitor = roomSetup.assign({ monitor: false })
const startLink = roomSetup.spawnChild('link', {
  id: 'link',
  input: ({ context }) => ({
    roomId: context.roomId,
    broadcastId: context.broadcastId ?? '',
    session: context.session,
    adopted: context.fallback !== null,
  }),
})
const stopLink = roomSetup.stopChild('link')
const coolManually = [
  roomSetup.assign(({ context }) => ({
    cooldownMs: context.times.manualCooldownMs,
    cooldownReason: 'manual_stop',
  })),
  {
    type: 'persistCooldown' as const,
    params: ({ context }: { context: RoomContext }) => ({
      roomId: context.roomId,
      ms: context.times.manualCooldownMs,
      reason: 'manual_stop',
    }),
  },
]

export const roomMachine = roomSetup.createMachine({
  id: 'room',
  context: ({ input }) => ({
    roomId: input.roomId,
    handle: input.handle,
    monitor: input.monitor,
    quarantined: input.quarantined,
    cooldownMs: input.cooldownMs,
    cooldownReason: input.cooldownReason,
    times: input.times,
    session: input.adopt?.session ?? null,
    broadcastId: input.adopt?.session.broadcastId ?? null,
    end: input.adopt?.session.ending ?? null,
    secondary: [],
    fallback: input.adopt?.fallback ?? null,
    windowMs: input.adopt?.windowMs ?? 0,
    everConnected: input.adopt !== null,
    attempt: 0,
    archiveAttempt: 0,
    lastError: null,
    lastSessionNo: null,
    counters: null,
  }),
  initial: 'routing',
  on: {
    'settings.changed': { actions: assign({ times: ({ event }) => event.times }) },
    'room.renamed': { actions: assign({ handle: ({ event }) => event.handle }) },
    'session.counted': { actions: assign({ counters: ({ event }) => event.counters }) },
  },
  states: {
    /** Left at once: where a room goes on from what is on disk. */
    routing: {
      always: [
        { guard: ({ context }) => context.session !== null && context.end !== null, target: 'archiving' },
        {
          // No room to resume: quarantined, no longer watched, or the window is over.
          guard: ({ context }) =>
            context.session !== null && (context.quarantined || !context.monitor || context.windowMs <= 0),
          target: 'archiving',
          actions: assign({
            end: ({ context }) => ({
              reason: context.fallback ?? 'actor_failed',
              at: context.session?.lastAt ?? 0,
              detail: null,
            }),
          }),
        },
        {
          guard: ({ context }) => context.session !== null,
          target: 'live.reconnecting',
          actions: startLink,
        },
        { guard: ({ context }) => context.quarantined, target: 'quarantined' },
        { guard: ({ context }) => context.monitor && context.cooldownMs > 0, target: 'cooldown' },
        { guard: ({ context }) => context.monitor, target: 'watching' },
        { target: 'off' },
      ],
    },
    off: {
      on: {
        'room.enable': { target: 'watching', actions: assign({ monitor: true }) },
        'room.start': { target: 'watching', actions: assign({ monitor: true }) },
      },
    },
    watching: {
      invoke: {
        src: 'watch',
        input: ({ context, event }) => ({
          roomId: context.roomId,
          urgent: event.type === 'room.start' || context.end?.reason === 'broadcast_changed',
        }),
        onDone: {
          target: 'connecting',
          actions: assign({
            broadcastId: ({ event }) => event.output.broadcastId,
            attempt: 0,
            everConnected: false,
            fallback: null,
            end: null,
            secondary: [],
            counters: null,
            lastError: null,
          }),
        },
      },
      on: {
        'room.start': { target: 'watching', reenter: true },
        'room.stop': { target: 'cooldown', actions: coolManually },
        'room.disable': { target: 'off', actions: disableMonitor },
      },
    },
    connecting: {
      entry: startLink,
      on: {
        'link.attempting': { actions: assign({ attempt: ({ event }) => event.attempt }) },
        'link.opened': { actions: assign({ session: ({ event }) => event.session }) },
        'link.connected': { target: 'live.receiving', actions: assign({ everConnected: true }) },
        'link.refused': [
          {
            guard: ({ context }) => context.session !== null,
            target: 'live.reconnecting',
            actions: assign(({ context, event }) => ({
              lastError: event.detail,
              windowMs: context.times.resumeWindowMs,
            })),
          },
          { actions: assign({ lastError: ({ event }) => event.detail }) },
        ],
        'link.offline': [
          { guard: ({ context }) => context.session !== null, target: 'draining', actions: accept },
          { target: 'watching', actions: [stopLink, assign({ lastError: 'room_offline' })] },
        ],
        'link.given_up': [
          { guard: ({ context }) => context.session !== null, target: 'draining', actions: accept },
          {
            target: 'watching',
            actions: [stopLink, assign({ lastError: ({ event }) => event.detail })],
          },
        ],
        'link.broadcast_changed': [
          { guard: ({ context }) => context.session !== null, target: 'draining', actions: accept },
          { target: 'watching', actions: stopLink },
        ],
        'stream.ended': [
          { guard: ({ context }) => context.session !== null, target: 'draining', actions: accept },
          { target: 'watching', actions: stopLink },
        ],
        'stream.suspended': [
          { guard: ({ context }) => context.session !== null, target: 'draining', actions: accept },
          { target: 'watching', actions: stopLink },
        ],
        'room.stop': [
          { guard: ({ context }) => context.session !== null, target: 'draining', actions: accept },
          { target: 'cooldown', actions: [stopLink, ...coolManually] },
        ],
        'room.end_session': {
          guard: ({ context }) => context.session !== null,
          target: 'draining',
          actions: accept,
        },
        'room.disable': [
          {
            guard: ({ context }) => context.session !== null,
            target: 'draining',
            actions: [accept, disableMonitor],
          },
          { target: 'off', actions: [stopLink, disableMonitor] },
        ],
      },
    },
    live: {
      initial: 'receiving',
      on: {
        'link.attempting': { actions: assign({ attempt: ({ event }) => event.attempt }) },
        'link.offline': { target: 'draining', actions: accept },
        'link.given_up': { target: 'draining', actions: accept },
        'link.broadcast_changed': { target: 'draining', actions: accept },
        'stream.ended': { target: 'draining', actions: accept },
        'stream.suspended': { target: 'draining', actions: accept },
        'room.stop': { target: 'draining', actions: accept },
        'room.end_session': { target: 'draining', actions: accept },
        'room.disable': { target: 'draining', actions: [accept, disableMonitor] },
      },
      states: {
        receiving: {
          on: {
            'stream.paused': 'paused',
            'link.lost': {
              target: 'reconnecting',
              actions: assign(({ context, event }) => ({
                lastError: event.detail,
                windowMs: context.times.resumeWindowMs,
              })),
            },
          },
        },
        /** TikTok's pause: an interval inside the session, the socket stays. */
        paused: {
          on: {
            'stream.unpaused': 'receiving',
            'link.lost': {
              target: 'reconnecting',
              actions: assign(({ context, event }) => ({
                lastError: event.detail,
                windowMs: context.times.resumeWindowMs,
              })),
            },
          },
        },
        reconnecting: {
          after: {
            resumeWindow: {
              target: '#room.draining',
              actions: assign({
                end: ({ context }) => ({
                  reason: context.fallback ?? (context.everConnected ? 'disconnected' : 'connect_failed'),
                  // The broadcast was last heard then; the machine knows no other time.
                  at: context.session?.lastAt ?? 0,
                  detail: context.lastError,
                }),
              }),
            },
          },
          on: {
            'link.opened': { actions: assign({ session: ({ event }) => event.session }) },
            'link.connected': {
              target: 'receiving',
              actions: assign({ everConnected: true, fallback: null, lastError: null }),
            },
            'link.refused': { actions: assign({ lastError: ({ event }) => event.detail }) },
            'link.offline': {
              target: '#room.draining',
              actions: assign({
                end: ({ context, event }) => ({
                  reason: context.fallback ?? 'room_offline',
                  at: event.at,
                  detail: event.detail,
                }),
              }),
            },
          },
        },
      },
    },
    draining: {
      invoke: {
        src: 'drain',
        input: ({ context }) => ({
          roomId: context.roomId,
          session: context.session!,
          end: context.end!,
        }),
        onDone: 'archiving',
      },
      after: { drainLimit: 'archiving' },
      exit: stopLink,
      on: {
        'room.stop': { actions: note },
        'room.end_session': { actions: note },
        'room.disable': { actions: [note, disableMonitor] },
        'room.enable': { actions: assign({ monitor: true }) },
        'stream.ended': { actions: note },
        'stream.suspended': { actions: note },
        'link.offline': { actions: note },
        'link.given_up': { actions: note },
        'link.broadcast_changed': { actions: note },
      },
    },
    archiving: {
      initial: 'writing',
      on: {
        'room.stop': { actions: note },
        'room.end_session': { actions: note },
        'room.disable': { actions: [note, disableMonitor] },
        'room.enable': { actions: assign({ monitor: true }) },
        'stream.ended': { actions: note },
        'stream.suspended': { actions: note },
        'link.offline': { actions: note },
        'link.given_up': { actions: note },
        'link.broadcast_changed': { actions: note },
      },
      states: {
        writing: {
          entry: assign({ archiveAttempt: ({ context }) => context.archiveAttempt + 1 }),
          invoke: {
            src: 'archive',
            input: ({ context }) => ({
              roomId: context.roomId,
              session: context.session!,
              end: context.end!,
              secondary: context.secondary,
              attempt: context.archiveAttempt,
            }),
            onDone: [
              {
                guard: ({ event }) => event.output.ok,
                target: '#room.archived',
                actions: {
                  type: 'recordSecondary',
                  params: ({ context, event }) => ({
                    session: context.session!,
                    triggers: context.secondary.slice(event.output.ok ? event.output.noted : 0),
                  }),
                },
              },
              {
                target: 'waiting',
                actions: assign({
                  lastError: ({ event }) => (event.output.ok ? null : event.output.error),
                }),
              },
            ],
          },
        },
        waiting: {
          after: { archiveRetry: 'writing' },
          on: { 'room.retry_archive': 'writing' },
        },
      },
    },
    /** Left at once: the session is closed, what comes next depends on how it ended. */
    archived: {
      entry: [
        assign(({ context }) => ({
          cooldownMs: cooldownAfter(context),
          cooldownReason: context.end?.reason ?? null,
          lastSessionNo: context.session?.no ?? null,
          session: null,
          fallback: null,
          secondary: [],
          archiveAttempt: 0,
          lastError: null,
        })),
        {
          type: 'persistCooldown',
          params: ({ context }) => ({
            roomId: context.roomId,
            ms: context.cooldownMs,
            reason: context.cooldownReason ?? '',
          }),
        },
      ],
      always: [
        { guard: ({ context }) => context.quarantined, target: 'quarantined' },
        { guard: ({ context }) => !context.monitor, target: 'off' },
        { guard: ({ context }) => context.cooldownMs > 0, target: 'cooldown' },
        { target: 'watching' },
      ],
    },
    cooldown: {
      after: { cooldown: 'watching' },
      on: {
        'room.start': 'watching',
        'room.stop': { target: 'cooldown', reenter: true, actions: coolManually },
        'room.disable': { target: 'off', actions: disableMonitor },
      },
    },
    /** The supervisor restarted this room too often; only a person lets it out. */
    quarantined: {
      on: {
        'room.release': [
          {
            guard: ({ context }) => context.monitor,
            target: 'watching',
            actions: assign({ quarantined: false }),
          },
          { target: 'off', actions: assign({ quarantined: false }) },
        ],
        'room.disable': { actions: disableMonitor },
        'room.enable': { actions: assign({ monitor: true }) },
      },
    },
  },
})

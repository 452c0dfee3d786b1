// The life of one watched room as a pure machine: when a session is open, what ends it, what comes next.
// It reads no clock and touches nothing: what must be done is named here (actors, actions) and carried
// out in `actors/room.ts`. It does not own retries of a connection (`actors/link.ts`) nor restarts
// of a failed actor (`actors/supervisor.ts`).

import * as Result from 'effect/Result'
import { assign } from 'xstate'
import { contextOf, cooldownAfter, END_EVENTS, FORGOTTEN, leftBehind, windowOver } from './room-rules.ts'
import {
  complain,
  connect,
  hear,
  hurry,
  lose,
  pause,
  released,
  rest,
  restLong,
  room,
  startLink,
  stopLink,
  takeRest,
  unpause,
  unwatched,
  watched,
} from './room-setup.ts'

/** One transition for every end event. */
const onEnds = <T>(transition: T) =>
  Object.fromEntries(END_EVENTS.map((type) => [type, transition])) as Record<(typeof END_EVENTS)[number], T>

const draining = { target: '#room.draining', actions: hear } as const
/** Once something has ended the session, everything else that would is noted. */
const noted = {
  ...onEnds({ actions: hear } as const),
  'room.disable': { actions: [hear, unwatched] },
  'room.enable': { actions: watched },
  'room.release': { actions: released },
} as const

/** An archive attempt that succeeded. */
const written = ({ event }: { readonly event: { readonly output: Result.Result<unknown, unknown> } }) =>
  Result.isSuccess(event.output)

export const roomMachine = room.createMachine({
  id: 'room',
  context: ({ input }) => contextOf(input),
  initial: 'routing',
  on: {
    'settings.changed': { actions: assign({ times: ({ event }) => event.times }) },
    'session.counted': { guard: 'recording', actions: assign({ counters: ({ event }) => event.counters }) },
  },
  states: {
    /** Left at once: where a room goes on from what is on disk. */
    routing: {
      always: [
        { guard: 'ending', target: 'archiving' },
        {
          guard: 'abandoned',
          target: 'archiving',
          actions: assign({ end: ({ context }) => leftBehind(context) }),
        },
        { guard: 'recording', target: 'live.reconnecting', actions: startLink },
        { guard: 'quarantined', target: 'quarantined' },
        { guard: 'resting', target: 'cooldown' },
        { guard: 'monitored', target: 'watching' },
        { target: 'off' },
      ],
    },
    off: {
      on: {
        'room.enable': [
          { guard: 'restGiven', target: 'cooldown', actions: [watched, takeRest] },
          { target: 'watching', actions: watched },
        ],
        'room.start': { target: 'watching', actions: [watched, hurry] },
      },
    },
    watching: {
      invoke: {
        src: 'watch',
        input: ({ context }) => ({ roomId: context.roomId, urgent: context.urgent }),
        onDone: {
          target: 'connecting',
          actions: assign(({ event }) => ({
            ...FORGOTTEN,
            ...Result.getOrThrow(event.output),
            urgent: false,
            lastError: null,
          })),
        },
      },
      on: {
        'room.start': { target: 'watching', reenter: true, actions: hurry },
        'room.stop': { target: 'cooldown', actions: restLong },
        'room.disable': { target: 'off', actions: unwatched },
      },
    },
    /** A session is open from the first byte that arrives here; before that there is nothing to end. */
    connecting: {
      entry: startLink,
      on: {
        'link.attempting': { actions: assign({ attempt: ({ event }) => event.attempt }) },
        'link.opened': {
          guard: 'unopened',
          actions: assign(({ event }) => ({ session: event.session, heardAt: event.session.lastAt })),
        },
        'link.connected': [
          { guard: 'paused', target: 'live.paused', actions: connect },
          { guard: 'recording', target: 'live.receiving', actions: connect },
        ],
        'link.refused': [
          { guard: 'recording', target: 'live.reconnecting', actions: lose },
          { actions: complain },
        ],
        'stream.paused': { actions: pause },
        'stream.unpaused': { actions: unpause },
        'stream.ended': { guard: 'recording', ...draining },
        'stream.suspended': { guard: 'recording', ...draining },
        'link.offline': [
          { guard: 'recording', ...draining },
          { target: 'watching', actions: [stopLink, assign({ lastError: 'room_offline' })] },
        ],
        'link.given_up': [
          { guard: 'recording', ...draining },
          { target: 'watching', actions: [stopLink, complain] },
        ],
        'link.broadcast_changed': [
          { guard: 'recording', ...draining },
          { target: 'watching', actions: [stopLink, hurry] },
        ],
        'room.stop': [
          { guard: 'recording', ...draining },
          { target: 'cooldown', actions: [stopLink, ...restLong] },
        ],
        'room.end_session': { guard: 'recording', ...draining },
        'room.disable': [
          { guard: 'recording', target: 'draining', actions: [hear, unwatched] },
          { target: 'off', actions: [stopLink, unwatched] },
        ],
      },
    },
    live: {
      initial: 'receiving',
      on: {
        ...onEnds(draining),
        'room.disable': { target: 'draining', actions: [hear, unwatched] },
        'link.attempting': { actions: assign({ attempt: ({ event }) => event.attempt }) },
      },
      states: {
        receiving: {
          on: {
            'stream.paused': { target: 'paused', actions: pause },
            'link.lost': { target: 'reconnecting', actions: lose },
          },
        },
        /** TikTok's pause: an interval inside the session, the socket stays. */
        paused: {
          on: {
            'stream.unpaused': { target: 'receiving', actions: unpause },
            'link.lost': { target: 'reconnecting', actions: lose },
          },
        },
        /** The same session goes on when the same broadcast is back inside the window. */
        reconnecting: {
          after: {
            resumeWindow: {
              target: '#room.draining',
              actions: assign({ end: ({ context }) => windowOver(context) }),
            },
          },
          on: {
            'link.connected': [
              { guard: 'paused', target: 'paused', actions: connect },
              { target: 'receiving', actions: connect },
            ],
            'link.refused': { actions: complain },
            'stream.paused': { actions: pause },
            'stream.unpaused': { actions: unpause },
          },
        },
      },
    },
    draining: {
      entry: stopLink,
      invoke: {
        src: 'drain',
        input: ({ context: { roomId, session, end } }) => ({ roomId, session: session!, end: end! }),
        onDone: 'archiving',
      },
      after: { drainLimit: 'archiving' },
      on: noted,
    },
    archiving: {
      initial: 'writing',
      on: noted,
      states: {
        writing: {
          entry: assign({ archiveAttempt: ({ context }) => context.archiveAttempt + 1 }),
          invoke: {
            src: 'archive',
            input: ({ context: { roomId, session, end, secondary, archiveAttempt } }) => ({
              roomId,
              session: session!,
              end: end!,
              secondary,
              attempt: archiveAttempt,
            }),
            onDone: [
              {
                guard: written,
                target: '#room.archived',
                actions: {
                  type: 'recordSecondary',
                  params: ({ context, event }) => ({
                    roomId: context.roomId,
                    session: context.session,
                    triggers: context.secondary.slice(Result.getOrThrow(event.output).noted),
                  }),
                },
              },
              {
                target: 'waiting',
                actions: assign(({ event }) =>
                  Result.isFailure(event.output) ? { lastError: event.output.failure.message } : {},
                ),
              },
            ],
          },
        },
        /** The transaction did not succeed: it is tried again, for ever and visibly. */
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
          ...FORGOTTEN,
          cooldown: cooldownAfter(context),
          lastSessionNo: context.session?.no ?? null,
          lastError: null,
        })),
        rest,
      ],
      always: [
        { guard: 'quarantined', target: 'quarantined' },
        { guard: 'resting', target: 'cooldown' },
        { guard: 'monitored', target: 'watching' },
        { target: 'off' },
      ],
    },
    cooldown: {
      after: { cooldown: 'watching' },
      exit: assign({ cooldown: null }),
      on: {
        'room.start': { target: 'watching', actions: hurry },
        'room.stop': { guard: 'notStopped', target: 'cooldown', reenter: true, actions: restLong },
        'room.disable': { target: 'off', actions: unwatched },
      },
    },
    /** The supervisor restarted this room too often; only a person lets it out. */
    quarantined: {
      on: {
        'room.release': [
          { guard: 'monitoredRestGiven', target: 'cooldown', actions: [released, takeRest] },
          { guard: 'monitored', target: 'watching', actions: released },
          { target: 'off', actions: released },
        ],
        'room.disable': { actions: unwatched },
        'room.enable': { actions: watched },
      },
    },
  },
})

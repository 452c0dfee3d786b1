// The life of one destination as a pure machine: when it is tried, when it counts as live, what follows a failure.
// It reads no clock and touches nothing: the attempt and the stop are actors that `actors/live-egress.ts` gives it.
// It does not own how long is waited (`egress/schedule.ts`) nor what LiveKit's words mean (`egress/outcome.ts`).

import { contextOf, UNTRIED } from './egress-rules.ts'
import {
  accept,
  anew,
  begin,
  egress,
  endTry,
  goLive,
  hear,
  offAir,
  settle,
  startAttempt,
  stopAttempt,
} from './egress-setup.ts'

const started = [
  { guard: 'tooSoon', target: 'backoff', actions: anew },
  { target: 'starting', actions: anew },
] as const

/** Whatever the attempt was doing: it has failed, or it shall be off. */
const leaving = {
  'attempt.ended': [
    { guard: 'givenUp', target: 'failed', actions: [stopAttempt, endTry, offAir] },
    { target: 'backoff', actions: [stopAttempt, endTry, offAir] },
  ],
  'egress.stop': { target: 'stopping', actions: [stopAttempt, hear] },
} as const

export const egressMachine = egress.createMachine({
  id: 'egress',
  context: ({ input }) => contextOf(input),
  initial: 'routing',
  states: {
    /** Left at once: where a destination goes on from what is on disk. */
    routing: {
      always: [
        { guard: 'wasStarting', target: 'starting' },
        { guard: 'wasWaiting', target: 'backoff' },
        { guard: 'hadFailed', target: 'failed' },
        { guard: 'wasStopping', target: 'stopping' },
        { guard: 'wasStopped', target: 'stopped' },
        { target: 'idle' },
      ],
    },
    idle: { on: { 'egress.start': started } },
    /** LiveKit is asked what runs already, then for an egress. */
    starting: {
      entry: [begin, startAttempt],
      on: {
        ...leaving,
        'attempt.doubted': { actions: hear },
        'attempt.accepted': { target: 'connecting', actions: [accept, egress.assign({ errorCode: null })] },
      },
    },
    /** There is an egress; it has not been sending for long enough to believe it. */
    connecting: {
      on: {
        ...leaving,
        'attempt.live': { target: 'live', actions: goLive },
        'attempt.troubled': { target: 'reconnecting', actions: hear },
      },
    },
    live: {
      after: { anew: { actions: settle } },
      on: { ...leaving, 'attempt.troubled': { target: 'reconnecting', actions: hear } },
    },
    /** LiveKit lost the platform and connects again by itself, in the same egress. */
    reconnecting: {
      on: { ...leaving, 'attempt.live': { target: 'live', actions: goLive } },
    },
    backoff: {
      after: { wait: 'starting' },
      on: {
        'egress.start': [
          { guard: 'tooSoon', target: 'backoff', reenter: true, actions: anew },
          { target: 'starting', actions: anew },
        ],
        'egress.retry': [
          { guard: 'tooSoon', target: 'backoff', reenter: true, actions: anew },
          { target: 'starting', actions: anew },
        ],
        'egress.stop': { target: 'stopping', actions: hear },
      },
    },
    /** Nothing more is tried by itself; a person has to look. */
    failed: {
      on: {
        'egress.start': started,
        'egress.retry': started,
        'egress.stop': { target: 'stopping', actions: hear },
      },
    },
    /** Until LiveKit confirms that nothing of it runs any more. */
    stopping: {
      entry: egress.assign({ wanted: false, wait: null, errorCode: null }),
      invoke: {
        src: 'stop',
        input: ({ context: { key, generation } }) => ({ key, generation }),
        onDone: [
          { guard: 'wanted', target: 'starting', actions: [offAir, egress.assign(UNTRIED)] },
          {
            guard: 'wantedLater',
            target: 'backoff',
            actions: [offAir, egress.assign(({ context }) => ({ ...UNTRIED, wait: context.wait }))],
          },
          { target: 'stopped', actions: [offAir, egress.assign(UNTRIED)] },
        ],
      },
      on: {
        'egress.start': [
          { guard: 'forcedTooSoon', target: 'backoff', actions: [offAir, anew] },
          { guard: 'forced', target: 'starting', actions: [offAir, anew] },
          { actions: [hear, egress.assign({ wanted: true })] },
        ],
        'egress.stop': { actions: [hear, egress.assign({ wanted: false, wait: null })] },
        'stop.unconfirmed': { actions: egress.assign({ errorCode: 'stop_unconfirmed' }) },
      },
    },
    stopped: { on: { 'egress.start': started } },
  },
})

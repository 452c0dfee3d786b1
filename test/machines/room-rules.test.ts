import { describe, expect, it } from 'vitest'
import type { RoomContext } from '../../src/machines/room-events.ts'
import {
  archiveRetryMs,
  clampMs,
  contextOf,
  cooldownAfter,
  hear,
  leftBehind,
  windowOver,
} from '../../src/machines/room-rules.ts'
import { adoption, begin, EVENTS, inputOf, PLACES, SESSION, stateOf, steps, TIMES } from './room-cases.ts'

const context = (change: Partial<RoomContext> = {}): RoomContext => ({ ...contextOf(inputOf()), ...change })
const heard = (before: RoomContext, event: string): RoomContext => ({
  ...before,
  ...hear(before, EVENTS[event] as Parameters<typeof hear>[1]),
})

describe('why a session ends', () => {
  it('is what was heard first; everything later is noted in its order', () => {
    const ended = ['stream.ended', 'link.offline', 'room.stop', 'room.disable'].reduce(heard, context())
    expect(ended.end?.reason).toBe('stream_end')
    expect(ended.secondary.map(({ reason }) => reason)).toEqual([
      'room_offline',
      'manual_stop',
      'monitor_disabled',
    ])
  })

  it('is heartbeat_offline on an open connection and room_offline without one', () => {
    expect(heard(context({ connected: true }), 'link.offline').end?.reason).toBe('heartbeat_offline')
    expect(heard(context({ connected: false }), 'link.offline').end?.reason).toBe('room_offline')
  })

  it('stays what it was left with while an adopted session is not resumed; a command has its own', () => {
    const adopted = contextOf(inputOf({ adopt: adoption({ fallback: 'shutdown' }) }))
    const reasons = [
      'link.offline',
      'link.given_up',
      'link.broadcast_changed',
      'stream.ended',
      'room.stop',
    ].map((event) => heard(adopted, event).end?.reason)
    expect(reasons).toEqual(['shutdown', 'shutdown', 'shutdown', 'stream_end', 'manual_stop'])
  })

  it('is disconnected after a window that is over, or connect_failed when it never connected', () => {
    const lost = context({ heardAt: 7, lastError: 'network: no' })
    expect(windowOver({ ...lost, everConnected: true })).toEqual({
      reason: 'disconnected',
      at: 7,
      detail: 'network: no',
    })
    expect(windowOver(lost).reason).toBe('connect_failed')
    expect(windowOver({ ...lost, fallback: 'process_crash' }).reason).toBe('process_crash')
  })

  it('is when it was last heard for a session that nobody may resume', () => {
    const adopted = contextOf(inputOf({ adopt: adoption() }))
    expect(leftBehind(adopted)).toEqual({ reason: 'process_crash', at: SESSION.lastAt, detail: null })
  })

  it('notes no more than 64 further triggers, and forgets no stop for it', () => {
    let ended = heard(context(), 'stream.ended')
    for (let more = 0; more < 100; more += 1) ended = heard(ended, 'link.offline')
    expect(ended.secondary.length).toBe(64)
    expect(heard(ended, 'room.stop').stopped).toBe(true)
  })
})

describe('the rest after a session', () => {
  const after = (...events: readonly string[]) => cooldownAfter(events.reduce(heard, context()))

  it('is long whenever a stop was heard, first or later', () => {
    const long = { ms: TIMES.manualCooldownMs, reason: 'manual_stop' }
    expect(after('room.stop')).toEqual(long)
    expect(after('stream.ended', 'room.stop')).toEqual(long)
    expect(after('room.stop', 'link.broadcast_changed')).toEqual(long)
  })

  it('is short after a natural end, and none when another broadcast waits or nothing is configured', () => {
    expect(after('stream.ended')).toEqual({ ms: TIMES.cooldownMs, reason: 'stream_end' })
    expect(after('stream.ended', 'link.broadcast_changed')).toBeNull()
    const ended = heard(context({ times: { ...TIMES, cooldownMs: 0 } }), 'stream.ended')
    expect(cooldownAfter(ended)).toBeNull()
  })
})

describe('where a room begins', () => {
  const cases: readonly (readonly [string, string, Parameters<typeof begin>[0]])[] = [
    ['a new room is watched', 'watching', {}],
    ['a room that is not monitored is off', 'off', { monitor: false }],
    ['a rest goes on', 'cooldown', { cooldown: { ms: 1, reason: 'manual_stop' } }],
    ['a room that is off does not rest', 'off', { monitor: false, cooldown: { ms: 1, reason: 'x' } }],
    ['a quarantined room waits for its release', 'quarantined', { quarantined: true }],
    ['an open session inside its window is resumed', 'live.reconnecting', { adopt: adoption() }],
    [
      'an open session after its window is archived',
      'archiving.writing',
      { adopt: adoption({ windowMs: 0 }) },
    ],
    [
      'an open session of a room that is off is archived',
      'archiving.writing',
      { adopt: adoption(), monitor: false },
    ],
    [
      'an open session of a quarantined room is archived',
      'archiving.writing',
      { adopt: adoption(), quarantined: true },
    ],
    [
      'a session whose end was accepted is archived with it',
      'archiving.writing',
      {
        adopt: adoption({ session: { ...SESSION, ending: { reason: 'manual_stop', at: 9, detail: null } } }),
      },
    ],
  ]
  for (const [sentence, state, input] of cases) {
    it(sentence, () => expect(stateOf(begin(input))).toBe(state))
  }

  it('an accepted end keeps its reason, and the stop its rest', () => {
    const ending = { reason: 'manual_stop', at: 9, detail: null } as const
    const { context: kept } = begin({ adopt: adoption({ session: { ...SESSION, ending } }) })
    expect(kept.end).toEqual(ending)
    expect(kept.stopped).toBe(true)
  })
})

describe('a session', () => {
  it('leaves nothing behind for the next one', () => {
    const archived = PLACES['archiving.writing']!
    const { context: next } = steps(
      archived,
      EVENTS['archived']!,
      EVENTS['after cooldown']!,
      EVENTS['found live']!,
    )
    expect(next).toMatchObject({
      session: null,
      end: null,
      secondary: [],
      stopped: false,
      urgent: false,
      fallback: null,
      connected: false,
      paused: false,
      lastSessionNo: SESSION.no,
    })
  })

  it('that is found paused is shown as paused once it is connected', () => {
    const found = { ...EVENTS['found live'], type: 'xstate.done.actor.0.room.watching' } as const
    const paused = steps(begin(), found, { type: 'stream.paused' }, EVENTS['link.opened']!, {
      type: 'link.connected',
    })
    expect(stateOf(paused)).toBe('live.paused')
  })
})

describe('waits', () => {
  it('of the archive double from the base to the cap', () => {
    const waits = [1, 2, 3, 8, 60].map((archiveAttempt) => archiveRetryMs(context({ archiveAttempt })))
    expect(waits).toEqual([250, 500, 1_000, 30_000, 30_000])
  })

  it('beyond what a timer can hold are cut, because such a timer would fire at once', () => {
    expect(clampMs(5_000_000_000)).toBe(2_147_483_647)
    expect(clampMs(-1)).toBe(0)
  })
})

import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { getInitialSnapshot, transition } from 'xstate'
import { EGRESS_STATES, type EgressState, OutboundState } from '../../src/domain/egress.ts'
import { outboundMachine, outboundStateOf } from '../../src/machines/outbound.machine.ts'

const initial = getInitialSnapshot(outboundMachine, { egresses: {} })
const hear = (snapshot: typeof initial, platform: string, state: EgressState) =>
  transition(outboundMachine, snapshot, { type: 'egress.state_changed', platform, state })[0]

describe('what a room sends out', () => {
  const CASES: readonly (readonly [readonly EgressState[], OutboundState])[] = [
    [[], 'idle'],
    [['idle', 'stopped'], 'idle'],
    [['starting'], 'starting'],
    [['connecting', 'stopped'], 'starting'],
    [['live'], 'live'],
    [['live', 'starting'], 'live'],
    [['live', 'stopping'], 'live'],
    [['live', 'backoff'], 'degraded'],
    [['live', 'failed'], 'degraded'],
    [['starting', 'reconnecting'], 'degraded'],
    [['stopping'], 'stopping'],
    [['stopping', 'stopped'], 'stopping'],
    [['stopping', 'failed'], 'degraded'],
  ]
  for (const [states, expected] of CASES) {
    it(`is ${expected} when its destinations are ${states.join(' and ') || 'none'}`, () => {
      expect(outboundStateOf(states)).toBe(expected)
    })
  }

  it('follows its destinations from any state to any other', () => {
    const step = fc.tuple(fc.constantFrom('youtube', 'twitch'), fc.constantFrom(...EGRESS_STATES))
    const reached = new Set<string>()
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        const states = new Map<string, EgressState>()
        let snapshot = initial
        for (const [platform, state] of steps) {
          states.set(platform, state)
          snapshot = hear(snapshot, platform, state)
          reached.add(snapshot.value)
          expect(snapshot.value).toBe(outboundStateOf([...states.values()]))
        }
      }),
    )
    expect([...reached].toSorted()).toEqual([...OutboundState.literals].toSorted())
  })
})

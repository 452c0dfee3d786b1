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
      expect(outboundStateOf(Object.fromEntries(states.entries()))).toBe(expected)
    })
  }

  it('is degraded until one that was in trouble is on air again, whatever it tries meanwhile', () => {
    const states = (
      ['live', 'backoff', 'starting', 'connecting', 'backoff', 'starting', 'live'] as const
    ).map(
      (_, index, all) =>
        all.slice(0, index + 1).reduce((at, to) => hear(at, 'twitch', to), hear(initial, 'youtube', 'live'))
          .value,
    )
    expect(states).toEqual(['live', ...Array.from({ length: 5 }, () => 'degraded'), 'live'])
  })

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
          const { egresses, troubled } = snapshot.context
          expect(egresses).toEqual(Object.fromEntries(states))
          expect(snapshot.value).toBe(outboundStateOf(egresses, troubled))
        }
      }),
    )
    expect([...reached].toSorted()).toEqual([...OutboundState.literals].toSorted())
  })
})

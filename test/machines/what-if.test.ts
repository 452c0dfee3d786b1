import * as Result from 'effect/Result'
import { fromPromise, type AnyStateMachine } from 'xstate'
import { describe, expect, it } from 'vitest'
import { egressMachine } from '../../src/machines/egress.machine.ts'
import { roomMachine } from '../../src/machines/room.machine.ts'
import { whatIf, type Copied, type Outcome } from '../../src/machines/what-if.ts'
import { waysOf } from '../../src/machines/ways.ts'
import { born } from './egress-cases.ts'
import { CASES_INPUT } from './what-if-kit.ts'

const frozen = <T>(value: T): T => {
  if (typeof value === 'object' && value !== null) {
    for (const part of Object.values(value)) frozen(part)
    Object.freeze(value)
  }
  return value
}

/** Steps through events, each from where the one before led. */
const through = (machine: AnyStateMachine, from: Copied, ...events: readonly object[]): Outcome[] => {
  const outcomes: Outcome[] = []
  let at = from
  for (const event of events) {
    const outcome = whatIf(machine, at, event as { type: string })
    outcomes.push(outcome)
    at = outcome.next
  }
  return outcomes
}

describe('what if', () => {
  it('leads where the machine leads, and lists what would be carried out', () => {
    const steps = through(
      roomMachine,
      frozen({ value: 'watching', context: CASES_INPUT, children: { w: 'watch' } }),
      {
        type: 'xstate.done.actor.0.room.watching',
        output: Result.succeed({ broadcastId: '7', paused: false }),
      },
      { type: 'link.opened', session: { no: 4, broadcastId: '7', openedAt: 2, lastAt: 2, ending: null } },
      { type: 'link.connected' },
      { type: 'link.lost', at: 5, cause: 'zombie', detail: 'silence' },
      { type: 'xstate.after.resumeWindow.room.live.reconnecting' },
    )
    expect(steps.map(({ to }) => to)).toEqual([
      'connecting',
      'connecting',
      'live.receiving',
      'live.reconnecting',
      'draining',
    ])
    expect(steps[0]?.actions).toContain('start link')
    expect(steps[4]?.actions).toEqual(['stop link', 'start drain'])
    expect(steps[4]?.changes).toContainEqual([
      'end',
      null,
      { reason: 'disconnected', at: 5, detail: 'silence' },
    ])
    const taken = steps[3]?.ways.map((number) => waysOf(roomMachine)[number]?.definition.eventType)
    expect(taken).toEqual(['link.lost'])
  })

  it('says that an event is ignored where nobody listens', () => {
    const at = { value: 'off', context: CASES_INPUT, children: {} }
    expect(whatIf(roomMachine, at, { type: 'link.lost' })).toMatchObject({ to: 'off', ways: [], actions: [] })
  })

  it('carries nothing out: no actor begins, no action runs, what it was given stays as it was', async () => {
    const ran: string[] = []
    const actor = (name: string) =>
      fromPromise(() => {
        ran.push(name)
        return new Promise<never>(() => {})
      })
    const machine = roomMachine.provide({
      actors: {
        watch: actor('watch'),
        link: actor('link'),
        drain: actor('drain'),
        archive: actor('archive'),
      },
      actions: {
        persistCooldown: () => void ran.push('persistCooldown'),
        recordSecondary: () => void ran.push('recordSecondary'),
      },
    } as never)
    const at = frozen({ value: 'watching', context: CASES_INPUT, children: { w: 'watch' } })
    const [outcome] = through(machine, at, { type: 'room.stop', at: 1, detail: null })
    expect(outcome).toMatchObject({ to: 'cooldown' })
    expect(outcome?.actions).toContain('persistCooldown')
    await new Promise((done) => setImmediate(done))
    expect(ran).toEqual([])
  })

  it('takes every way of a step, also those that are left at once', () => {
    const snapshot = born('failed')
    const at = { value: snapshot.value, context: { ...snapshot.context }, children: {} }
    const [start] = through(egressMachine, at, {
      type: 'egress.start',
      generation: 2,
      wait: { delayMs: 5, nextAt: 9 },
      force: false,
    })
    expect(start).toMatchObject({ from: 'failed', to: 'backoff' })
    expect(start?.ways).toHaveLength(1)
  })
})

import { createActor, fromPromise } from 'xstate'
import { describe, expect, it } from 'vitest'
import { FAILED, Trace, TRACE_MAX, type Traced } from '../../src/actors/trace.ts'
import { egressMachine } from '../../src/machines/egress.machine.ts'
import { outboundMachine } from '../../src/machines/outbound.machine.ts'
import { waysOf } from '../../src/machines/ways.ts'

const idle = fromPromise(() => new Promise<never>(() => {}))
const logic = egressMachine.provide({ actors: { attempt: idle, stop: idle } } as never)

const INPUT = {
  key: 'r1/youtube',
  attemptsMax: 8,
  anewMs: 60_000,
  resume: 'idle',
  generation: 1,
  attempt: 0,
  errorCode: null,
  wait: null,
  liveSince: null,
} as const

const begin = () => {
  let now = 1_000
  const trace = new Trace('egress', () => (now += 1))
  const actor = createActor(logic, { inspect: trace.inspect(logic), input: INPUT })
  actor.start()
  return { trace, actor }
}

const START = { type: 'egress.start', generation: 2, wait: null, force: false } as const
const ended = { type: 'attempt.ended', code: 'egress_failed', wait: { delayMs: 1e6, nextAt: 9 } } as const

describe('the trace of an actor', () => {
  it('has each event with its way, what was carried out and what changed', () => {
    const { trace, actor } = begin()
    actor.send(START)
    actor.send({ type: 'attempt.accepted', egressId: 'EG_1' })
    const [first, second, third] = trace.entries()
    expect(first).toMatchObject({ event: 'xstate.init', from: '', to: 'idle' })
    expect(second).toMatchObject({
      event: 'egress.start',
      from: 'idle',
      to: 'starting',
      payload: START_SHOWN,
    })
    expect(second?.actions).toContain('start attempt')
    expect(second?.changes).toContainEqual(['attempt', 0, 1])
    expect(third?.changes).toContainEqual(['egressId', null, 'EG_1'])
    const way = waysOf(egressMachine)[third?.ways[0] ?? -1]
    expect([way?.node.key, way?.definition.eventType]).toEqual(['starting', 'attempt.accepted'])
    actor.stop()
  })

  it('keeps what is repeated and leads nowhere in one entry, so that it pushes nothing out', () => {
    const { trace, actor } = begin()
    actor.send(START)
    for (let turn = 0; turn < 1_000; turn += 1) {
      actor.send({ type: 'attempt.live', at: 5 })
      actor.send({ type: 'egress.retry', generation: 3, wait: null })
    }
    const entries = trace.entries()
    expect(entries.map(({ event, count }) => [event, count])).toEqual([
      ['xstate.init', 1],
      ['egress.start', 1],
      ['attempt.live', 1_000],
      ['egress.retry', 1_000],
    ])
    expect(entries[2]?.ways).toEqual([])
    expect(trace.newest()).toBe(2_002)
    expect(trace.forgotten()).toBe(0)
    actor.stop()
  })

  it('is bounded, and says what it has forgotten', () => {
    const { trace, actor } = begin()
    for (let turn = 0; turn < 200; turn += 1) {
      actor.send(START)
      actor.send(ended)
    }
    expect(trace.entries()).toHaveLength(TRACE_MAX)
    expect(trace.entries()[0]?.seq).toBe(trace.forgotten() + 1)
    actor.stop()
  })

  it('goes on through a failure of the actor and the next one', () => {
    const { trace, actor } = begin()
    actor.send(START)
    actor.stop()
    trace.fail('it broke')
    expect(trace.copy()).toBeNull()
    const next = createActor(logic, { inspect: trace.inspect(logic), input: INPUT })
    next.start()
    expect(trace.entries().map(({ event }) => event)).toEqual([
      'xstate.init',
      'egress.start',
      FAILED,
      'xstate.init',
    ])
    expect(trace.context()).toMatchObject({ attempt: 0 })
    next.stop()
  })

  it('tells who follows it, until it does not', () => {
    const { trace, actor } = begin()
    const heard: Traced[] = []
    const stop = trace.follow((entry) => heard.push(entry))
    actor.send(START)
    stop()
    actor.send(ended)
    expect(heard.map(({ event }) => event)).toEqual(['egress.start'])
    actor.stop()
  })

  it('shows of memory and events only what is listed', () => {
    const trace = new Trace('outbound', () => 1)
    const secret = { egresses: {}, streamKey: 'live_CANARY' }
    const actor = createActor(outboundMachine, { inspect: trace.inspect(outboundMachine), input: secret })
    actor.start()
    const event = { type: 'egress.state_changed', platform: 'youtube', state: 'starting', key: 'live_CANARY' }
    actor.send(event as never)
    expect(trace.entries()).toHaveLength(2)
    expect(JSON.stringify([trace.entries(), trace.context()])).not.toContain('CANARY')
    actor.stop()
  })
})

const START_SHOWN = { generation: 2, wait: null, force: false }

import { describe, expect, it } from 'vitest'
import {
  EGRESS_FAILURE_CODES,
  EGRESS_FAILURES,
  type EgressFailure,
} from '../../src/domain/egress-failures.ts'
import { EGRESS_STATES } from '../../src/domain/egress.ts'
import { eventsOf } from '../../src/machines/egress-graph.ts'
import {
  ACCEPTED,
  after,
  ANEW,
  answer,
  born,
  ended,
  EVENTS,
  LIVE,
  PLACES,
  type Snapshot,
  START,
  STOP,
  STOPPED,
  WAIT,
  WAITED,
} from './egress-cases.ts'

// A state: it leads there. `=`: it stays and remembers something, or begins anew. `·`: nobody listens.
const TABLE = `
                       | idle     | starting   | connecting   | live         | reconnecting | backoff  | failed   | stopping | stopped
egress.start           | starting | ·          | ·            | ·            | ·            | starting | starting | =        | starting
egress.start, too soon | backoff  | ·          | ·            | ·            | ·            | =        | backoff  | =        | backoff
egress.start, forced   | starting | ·          | ·            | ·            | ·            | starting | starting | starting | starting
egress.retry           | ·        | ·          | ·            | ·            | ·            | starting | starting | ·        | ·
egress.retry, too soon | ·        | ·          | ·            | ·            | ·            | =        | backoff  | ·        | ·
egress.stop            | ·        | stopping   | stopping     | stopping     | stopping     | stopping | stopping | =        | ·
attempt.doubted        | ·        | =          | ·            | ·            | ·            | ·        | ·        | ·        | ·
attempt.accepted       | ·        | connecting | ·            | ·            | ·            | ·        | ·        | ·        | ·
attempt.live           | ·        | ·          | live         | ·            | live         | ·        | ·        | ·        | ·
attempt.troubled       | ·        | ·          | reconnecting | reconnecting | ·            | ·        | ·        | ·        | ·
attempt.ended, retry   | ·        | backoff    | backoff      | backoff      | backoff      | ·        | ·        | ·        | ·
attempt.ended, never   | ·        | failed     | failed       | failed       | failed       | ·        | ·        | ·        | ·
stop.unconfirmed       | ·        | ·          | ·            | ·            | ·            | ·        | ·        | =        | ·
after wait             | ·        | ·          | ·            | ·            | ·            | starting | ·        | ·        | ·
after anew             | ·        | ·          | ·            | =            | ·            | ·        | ·        | ·        | ·
stop done              | ·        | ·          | ·            | ·            | ·            | ·        | ·        | stopped  | ·
`

const rowsOf = (table: string): readonly (readonly string[])[] =>
  table
    .trim()
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()))

describe('the egress machine', () => {
  const [head = [], ...rows] = rowsOf(`x${TABLE.trimStart()}`)

  it('is told in the table in every state and for every event it knows', () => {
    expect(head.slice(1)).toEqual([...EGRESS_STATES])
    expect(rows.map(([name]) => name)).toEqual(Object.keys(EVENTS))
    const known = new Set(EGRESS_STATES.flatMap(eventsOf))
    const told = new Set(Object.values(EVENTS).map((event) => ('type' in event ? event.type : '')))
    expect([...known].filter((event) => !told.has(event))).toEqual([])
    for (const [state, { value }] of Object.entries(PLACES)) expect(value).toBe(state)
  })

  for (const [name = '', ...cells] of rows) {
    it(`answers ${name} as the table says, in every state`, () => {
      expect(Object.values(PLACES).map((place) => answer(place, EVENTS[name]!))).toEqual(cells)
    })
  }

  it('goes on from what is on disk', () => {
    for (const state of ['idle', 'starting', 'backoff', 'failed', 'stopping', 'stopped'] as const) {
      expect(born(state).value).toBe(state)
    }
    expect(born('starting', { attempt: 3 }).context.attempt).toBe(4)
    expect(born('backoff', { attempt: 3, wait: WAIT }).context).toMatchObject({ attempt: 3, wait: WAIT })
  })

  it('L14: starts again after a stop when a start came while it was stopping, unless another stop did', () => {
    expect(after(PLACES.stopping, START, STOPPED).value).toBe('starting')
    expect(after(PLACES.stopping, { ...START, wait: WAIT }, STOPPED).value).toBe('backoff')
    expect(after(PLACES.stopping, START, STOP, STOPPED).value).toBe('stopped')
    expect(after(PLACES.stopping, START, STOPPED).context.generation).toBe(2)
  })

  it('remembers that a stop is not confirmed until it is, or is not waited for', () => {
    const unconfirmed = after(PLACES.stopping, { type: 'stop.unconfirmed' })
    expect(unconfirmed.context.errorCode).toBe('stop_unconfirmed')
    expect(after(unconfirmed, STOPPED).context.errorCode).toBeNull()
    expect(after(unconfirmed, { ...START, force: true })).toMatchObject({
      value: 'starting',
      context: { errorCode: null },
    })
  })
})

describe('failed attempts', () => {
  /** It fails with these, one attempt after the other; how many it began. */
  const failing = (
    codes: readonly EgressFailure[],
    from: Snapshot = after(born(), START),
  ): readonly [number, Snapshot] => {
    let [tried, snapshot] = [0, from]
    for (const code of codes) {
      if (snapshot.value !== 'starting') break
      tried += 1
      snapshot = after(snapshot, ended(code), WAITED)
    }
    return [tried, snapshot]
  }
  const often = (code: EgressFailure) => failing(Array.from({ length: 50 }, () => code))

  it('are tried again as the table of codes says', () => {
    const tried = Object.fromEntries(EGRESS_FAILURE_CODES.map((code) => [code, often(code)[0]]))
    for (const code of EGRESS_FAILURE_CODES) {
      const { again } = EGRESS_FAILURES[code]
      const expected = { never: 1, few: 3, retry: 8, wait: code === 'quota_exceeded' ? 10 : 50 }[again]
      expect(tried[code], code).toBe(expected)
    }
  })

  it('L07: end with the code of the last one, and nothing more happens by itself', () => {
    const [, snapshot] = often('destination_rejected')
    expect(snapshot).toMatchObject({
      value: 'failed',
      context: { errorCode: 'destination_rejected', wait: null },
    })
    expect(after(snapshot, WAITED).value).toBe('failed')
  })

  it('L05: for want of quota end as blocked_quota after ten in a row, not when one was accepted between', () => {
    expect(often('quota_exceeded')[1].context.errorCode).toBe('blocked_quota')
    const [, nine] = failing(Array.from({ length: 9 }, () => 'quota_exceeded' as const))
    const accepted = after(nine, ACCEPTED, ended('livekit_unreachable'), WAITED)
    expect(failing(['quota_exceeded'], accepted)[1].value).toBe('starting')
    expect(failing(['quota_exceeded'], nine)[1].value).toBe('failed')
  })

  it('are counted anew after a minute on air, and after a command', () => {
    const seven = failing(Array.from({ length: 7 }, () => 'egress_failed' as const))[1]
    expect(seven.context.attempt).toBe(8)
    const settled = after(seven, ACCEPTED, LIVE, ANEW)
    expect(settled.context).toMatchObject({ attempt: 1, failures: 0, refusals: 0 })
    expect(after(settled, ended('egress_failed')).value).toBe('backoff')
    expect(after(seven, ACCEPTED, LIVE, ended('egress_failed')).value).toBe('failed')
    const again = after(often('egress_failed')[1], { type: 'egress.retry', generation: 9, wait: null })
    expect(again).toMatchObject({ value: 'starting', context: { attempt: 1, failures: 0, generation: 9 } })
  })

  it('wait as long as they were told, and say until when', () => {
    const { context } = after(PLACES.live, ended('egress_failed'))
    expect(context).toMatchObject({ wait: WAIT, errorCode: 'egress_failed', egressId: null, liveSince: null })
  })
})

import { describe, expect, it } from 'vitest'
import { countsOf, grouped, isOfActors, movedBy, withMoved } from '../../../web/src/pages/machines/actors.ts'
import { firstOf, saidIn, startOf } from '../../../web/src/pages/machines/trial.ts'
import type { Fact } from '../../../web/src/api/types.ts'
import type { Actor, EventField } from '../../../web/src/pages/machines/types.ts'

const actor = (id: string, state: string, handle: string | null = id): Actor => ({
  id,
  roomId: id,
  handle,
  platform: null,
  state,
  since: 10,
})

const fact = (name: string, body: object, at = 20): Fact =>
  ({ seq: 1, name, at, roomId: 'r1', sessionId: null, body }) as unknown as Fact

describe('actors', () => {
  it('are moved by facts of their own machine', () => {
    expect(movedBy(fact('room.state_changed', { from: 'off', to: 'watching' }))).toMatchObject({
      machine: 'room',
      id: 'r1',
      from: 'off',
      to: 'watching',
    })
    expect(movedBy(fact('egress.state_changed', { platform: 'youtube', to: 'live' }))).toMatchObject({
      machine: 'egress',
      id: 'egress:r1:youtube',
      from: null,
    })
    expect(movedBy(fact('outbound.state_changed', { from: 'idle', to: 'live' }))?.id).toBe('outbound:r1')
    expect(movedBy(fact('room.looked', { answer: 'offline' }))).toBeNull()
    expect(isOfActors(fact('room.added', {}))).toBe(true)
  })

  it('are where the newest fact says, and an older one changes nothing', () => {
    const moved = movedBy(fact('room.state_changed', { from: 'off', to: 'watching' }))
    if (moved === null) throw new Error('it speaks of an actor')
    const after = withMoved([actor('r1', 'off'), actor('r2', 'off')], moved)
    expect(after.map(({ state }) => state)).toEqual(['watching', 'off'])
    expect(withMoved(after, { ...moved, to: 'off', at: 5 })).toEqual(after)
    expect(withMoved([], moved)).toMatchObject([{ id: 'r1', handle: null, state: 'watching' }])
  })

  it('are grouped in the order of the machine, found by name, and counted', () => {
    const actors = [actor('r1', 'off', 'anna'), actor('r2', 'watching', 'bert'), actor('r3', 'unheard of')]
    expect(grouped(actors, ['off', 'watching'], '').map(({ state }) => state)).toEqual([
      'off',
      'watching',
      'unheard of',
    ])
    expect(grouped(actors, ['off', 'watching'], ' @BERT ').map(({ state }) => state)).toEqual(['watching'])
    expect(countsOf([...actors, actor('r4', 'off')]).get('off')).toBe(2)
  })
})

describe('a trial', () => {
  const fields: readonly EventField[] = [
    { name: 'waitMs', kind: 'integer', choices: [], value: 0 },
    { name: 'force', kind: 'flag', choices: [], value: false },
    { name: 'code', kind: 'choice', choices: ['a', 'b'], value: 'a' },
  ]

  it('begins with what the server would take, and says it in its types', () => {
    expect(startOf(fields)).toEqual({ waitMs: '0', force: false, code: 'a' })
    expect(saidIn(fields, { waitMs: '12', force: true, code: 'b' })).toEqual({
      waitMs: 12,
      force: true,
      code: 'b',
    })
    // Nothing is no number: the server says so at the field.
    expect(saidIn(fields, { waitMs: ' ' })).toEqual({ waitMs: ' ' })
  })

  it('offers a command that leads somewhere first', () => {
    const event = (name: string, kind: 'command' | 'report', to: string | null) =>
      ({ event: name, kind, to, fields: [], isHeard: to !== null }) as const
    const all = [event('x', 'command', null), event('y', 'report', 'b'), event('z', 'command', 'b')]
    expect(firstOf(all, 'a')).toBe('z')
    expect(firstOf(all.slice(0, 2), 'a')).toBe('y')
    expect(firstOf(all.slice(0, 1), 'a')).toBe('x')
    expect(firstOf([], 'a')).toBe('')
  })
})

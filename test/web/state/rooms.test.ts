// How the page keeps rooms and their rates true between what is read and what facts say.

import { effect } from '@preact/signals'
import { describe, expect, it } from 'vitest'
import type { Fact } from '../../../web/src/api/types.ts'
import { appended, type Rates } from '../../../web/src/state/rates.ts'
import { RoomStore } from '../../../web/src/state/room-store.ts'
import { roomWith } from '../room.ts'

const fact = (name: string, roomId: string, at: number, body: Record<string, unknown> = {}): Fact => ({
  seq: at,
  name,
  at,
  roomId,
  sessionId: null,
  body,
})

describe('the rooms of the page', () => {
  it('show a state at once when a fact tells of it, and what else changed when it was read', () => {
    const store = new RoomStore()
    store.replace([roomWith('ana', 'watching', { since: 100 })])
    store.hear(fact('room.state_changed', 'r-ana', 200, { from: 'watching', to: 'connecting' }))
    expect(store.find('ana')?.value).toMatchObject({ state: 'connecting', since: 200, allowed: [] })
    expect([...store.dirty]).toEqual(['r-ana'])
    store.put(roomWith('ana', 'connecting', { since: 200, allowed: ['stop'] }))
    expect(store.find('@Ana')?.value.allowed).toEqual(['stop'])
    expect(store.dirty.size).toBe(0)
  })

  it('do not go back to a state that was answered before the fact and came after it', () => {
    const store = new RoomStore()
    store.replace([roomWith('ana', 'watching', { since: 100 })])
    store.hear(fact('room.state_changed', 'r-ana', 200, { to: 'connecting' }))
    store.replace([roomWith('ana', 'watching', { since: 100 })])
    expect(store.find('ana')?.value.state).toBe('connecting')
    store.put(roomWith('ana', 'live.receiving', { since: 300 }))
    expect(store.find('ana')?.value.state).toBe('live.receiving')
    // A fact that is older than what was read changes nothing.
    store.hear(fact('room.state_changed', 'r-ana', 200, { to: 'connecting' }))
    expect(store.find('ana')?.value.state).toBe('live.receiving')
  })

  it('draw the room that changed and no other', () => {
    const store = new RoomStore()
    store.replace([roomWith('ana', 'watching'), roomWith('bo', 'watching')])
    const drawn: Record<string, number> = { list: 0, ana: 0, bo: 0 }
    const stops = [
      effect(() => void (store.rooms.value, (drawn['list'] = (drawn['list'] ?? 0) + 1))),
      effect(() => void (store.find('ana')?.value, (drawn['ana'] = (drawn['ana'] ?? 0) + 1))),
    ]
    const bo = store.rooms.value.get('r-bo')
    stops.push(effect(() => void (bo?.value, (drawn['bo'] = (drawn['bo'] ?? 0) + 1))))
    store.put(roomWith('bo', 'off'))
    store.replace([roomWith('ana', 'watching'), roomWith('bo', 'off')])
    for (const stop of stops) stop()
    expect(drawn).toMatchObject({ list: 1, bo: 2 })
  })

  it('come and go with the list, with facts of their own, and never twice', () => {
    const store = new RoomStore()
    store.replace([roomWith('ana', 'watching'), roomWith('bo', 'watching')])
    const ana = store.find('ana')
    store.hear(fact('room.added', 'r-cleo', 5))
    expect(store.listIsDirty).toBe(true)
    store.replace([roomWith('ana', 'watching'), roomWith('cleo', 'off')])
    expect([...store.rooms.value.keys()]).toEqual(['r-ana', 'r-cleo'])
    // Whoever holds the signal of a room goes on seeing that room.
    expect(store.find('ana')).toBe(ana)
    store.hear(fact('room.removed', 'r-cleo', 6))
    expect([...store.rooms.value.keys()]).toEqual(['r-ana'])
    expect(store.listIsDirty).toBe(false)
  })

  it('are not read again for facts that say nothing of them', () => {
    const store = new RoomStore()
    store.replace([roomWith('ana', 'watching')])
    store.hear(fact('egress.state_changed', 'r-ana', 5))
    store.hear({ ...fact('settings.changed', '', 6), roomId: null })
    expect(store.dirty.size).toBe(0)
  })
})

describe('rates', () => {
  const series = (last: number): number[] =>
    Array.from({ length: 60 }, (_, index) => (index === 59 ? last : 0))
  const rates = (at: number, points: readonly number[], id = 'r'): Rates => ({
    at,
    stepMs: 10_000,
    rooms: [
      {
        id,
        sessionId: 's1',
        now: { eventsPerSecond: 1, viewers: 1 },
        giftValue: 0,
        eventsPerSecond: points,
        viewers: points,
      },
    ],
  })

  it('grow by the newest point and forget the oldest', () => {
    const next = appended(rates(10_000, series(5)), rates(20_000, [7]))
    expect(next?.rooms[0]?.viewers.slice(-2)).toEqual([5, 7])
    expect(next?.rooms[0]?.viewers.length).toBe(60)
  })

  it('are read whole when points are missing, and kept when there is nothing new', () => {
    const known = rates(10_000, series(5))
    expect(appended(null, rates(20_000, [7]))).toBeNull()
    expect(appended(known, rates(30_000, [7]))).toBeNull()
    expect(appended(known, rates(10_000, [5]))).toBe(known)
  })

  it('begin at nothing for a room that recorded nothing before', () => {
    const next = appended(rates(10_000, series(5)), rates(20_000, [7], 'other'))
    expect(next?.rooms[0]?.viewers).toEqual(series(7))
  })
})

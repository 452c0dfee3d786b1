// How the page keeps rooms and their rates true between what is read and what facts say.

import { effect } from '@preact/signals'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { Fact } from '../../../web/src/api/types.ts'
import { startFacts, stopFacts } from '../../../web/src/state/facts.ts'
import { appended, type Rates } from '../../../web/src/state/rates.ts'
import { RoomStore } from '../../../web/src/state/room-store.ts'
import { loadRooms, putRoom, roomOf, startRooms, stopRooms } from '../../../web/src/state/rooms.ts'
import { roomWith } from '../room.ts'

afterEach(() => {
  stopRooms()
  vi.unstubAllGlobals()
})

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
    const { allowed } = roomWith('ana', 'watching')
    expect(store.find('ana')?.value).toMatchObject({
      state: 'connecting',
      since: 200,
      waiting: null,
      allowed,
    })
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

  it('are not put back by a list that was asked for before they changed', () => {
    const store = new RoomStore()
    store.replace(['ana', 'bo', 'cleo', 'dan'].map((handle) => roomWith(handle, 'watching')))
    const asked = store.count
    store.hear(fact('room.renamed', 'r-ana', 5))
    store.put(roomWith('anna', 'live.receiving', { id: 'r-ana', allowed: ['stop'] }), store.count)
    store.hear(fact('room.changed', 'r-bo', 6))
    store.hear(fact('room.removed', 'r-cleo', 7))
    store.put(roomWith('new', 'off'))
    store.hear(fact('room.added', 'r-later', 8))
    const dan = roomWith('dan', 'watching', { lastError: 'new to the page' })
    store.replace([...['ana', 'bo', 'cleo'].map((handle) => roomWith(handle, 'watching')), dan], asked)
    expect(store.find('anna')?.value).toMatchObject({ state: 'live.receiving', allowed: ['stop'] })
    expect([...store.rooms.value.keys()].toSorted()).toEqual(['r-ana', 'r-bo', 'r-dan', 'r-new'])
    expect(store.find('dan')?.value.lastError).toBe('new to the page')
    // What only a fact told of is still to be read.
    expect([...store.dirty].toSorted()).toEqual(['r-bo', 'r-later'])
    expect(store.listIsDirty).toBe(true)
    store.replace([dan])
    expect([[...store.rooms.value.keys()], store.dirty.size, store.listIsDirty]).toEqual([
      ['r-dan'],
      0,
      false,
    ])
  })

  it('are not put back one by one either, and are still to be read then', () => {
    const store = new RoomStore()
    store.replace([roomWith('ana', 'watching'), roomWith('bo', 'watching')])
    const asked = store.count
    store.hear(fact('room.changed', 'r-ana', 5))
    store.hear(fact('room.removed', 'r-bo', 6))
    for (const handle of ['ana', 'bo']) store.put(roomWith(handle, 'watching', { attempt: 3 }), asked)
    expect([...store.rooms.value.values()].map(({ value }) => [value.handle, value.attempt])).toEqual([
      ['ana', 0],
    ])
    expect([...store.dirty]).toEqual(['r-ana'])
  })

  it('are left as they were answered while the list was on its way', async () => {
    const list = Promise.withResolvers<Response>()
    vi.stubGlobal('fetch', () => list.promise)
    const read = loadRooms()
    putRoom(roomWith('ana', 'cooldown', { allowed: ['start?force'] }))
    const items = [roomWith('ana', 'live.receiving', { allowed: ['stop'] }), roomWith('bo', 'off')]
    list.resolve(Response.json({ items, next: null }))
    await read
    expect(roomOf('ana')?.value).toMatchObject({ state: 'cooldown', allowed: ['start?force'] })
    expect(roomOf('bo')?.value.state).toBe('off')
    stopRooms()
    expect(roomOf('ana')).toBeUndefined()
  })

  it('are not read again for facts that say nothing of them', () => {
    const store = new RoomStore()
    store.replace([roomWith('ana', 'watching')])
    store.hear(fact('egress.state_changed', 'r-ana', 5))
    store.hear({ ...fact('settings.changed', '', 6), roomId: null })
    expect(store.dirty.size).toBe(0)
  })
})

describe('facts of a room', () => {
  afterEach(() => {
    stopFacts()
    vi.useRealTimers()
  })

  it('have it read again half a second after the first of them, though they come without a pause', async () => {
    vi.useFakeTimers({ toFake: ['Date', 'setTimeout', 'clearTimeout', 'setInterval', 'clearInterval'] })
    let tell: (one: Fact) => void = () => {}
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        tell = (one) =>
          controller.enqueue(new TextEncoder().encode(`id: ${one.seq}\ndata: ${JSON.stringify(one)}\n\n`))
      },
    })
    const asked: string[] = []
    vi.stubGlobal('document', Object.assign(new EventTarget(), { hidden: false }))
    vi.stubGlobal('addEventListener', () => {})
    vi.stubGlobal('removeEventListener', () => {})
    vi.stubGlobal('fetch', (input: string) => {
      asked.push(input)
      if (input.startsWith('/api/stream'))
        return Promise.resolve(new Response(body, { headers: { 'content-type': 'text/event-stream' } }))
      const ana = roomWith('ana', 'watching')
      return Promise.resolve(Response.json(input.includes('/r-ana') ? ana : { items: [ana], next: null }))
    })
    startFacts()
    startRooms()
    await vi.advanceTimersByTimeAsync(200)
    expect(roomOf('ana')?.value.state).toBe('watching')
    const readings = () => asked.filter((input) => input.includes('/api/rooms/r-ana')).length
    for (let at = 1; at <= 30; at += 1) {
      tell(fact('room.changed', 'r-ana', at))
      await vi.advanceTimersByTimeAsync(30)
    }
    expect(readings()).toBe(1)
    await vi.advanceTimersByTimeAsync(500)
    expect(readings()).toBe(2)
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

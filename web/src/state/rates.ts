// How busy rooms are, over ten minutes: read once, then one more point every ten seconds. Only while somebody looks.

import { signal, type Signal } from '@preact/signals'
import { useEffect } from 'preact/hooks'
import { api } from '../api/fetch.ts'

const POINTS = 60

export interface RoomRates {
  readonly id: string
  readonly sessionId: string | null
  readonly now: { readonly eventsPerSecond: number; readonly viewers: number }
  readonly giftValue: number
  /** Oldest first, `stepMs` apart. */
  readonly eventsPerSecond: readonly number[]
  readonly viewers: readonly number[]
}

export interface Rates {
  readonly at: number
  readonly stepMs: number
  readonly rooms: readonly RoomRates[]
}

const ring = (known: readonly number[], more: readonly number[]): readonly number[] =>
  [...known, ...more].slice(-POINTS)

/** What was known, with the newest point after it; null when points are missing in between. */
export const appended = (known: Rates | null, next: Rates): Rates | null => {
  if (known === null) return null
  const steps = Math.round((next.at - known.at) / next.stepMs)
  if (steps === 0) return known
  if (steps !== 1) return null
  const before = new Map(known.rooms.map((room) => [room.id, room]))
  const rooms = next.rooms.map((room) => {
    const old = before.get(room.id)
    // A room that was silent for ten minutes begins at nothing.
    const zeros = Array.from({ length: POINTS - 1 }, () => 0)
    return {
      ...room,
      eventsPerSecond: ring(old?.eventsPerSecond ?? zeros, room.eventsPerSecond.slice(-1)),
      viewers: ring(old?.viewers ?? zeros, room.viewers.slice(-1)),
    }
  })
  return { ...next, rooms }
}

let known: Rates | null = null
const byRoom = new Map<string, Signal<RoomRates | null>>()

/** One room's; null when it recorded nothing in the ten minutes. */
export const ratesOf = (roomId: string): Signal<RoomRates | null> => {
  const found = byRoom.get(roomId) ?? signal<RoomRates | null>(null)
  byRoom.set(roomId, found)
  return found
}

const take = (rates: Rates): void => {
  known = rates
  const now = new Map(rates.rooms.map((room) => [room.id, room]))
  for (const [id, found] of byRoom) if (!now.has(id)) found.value = null
  for (const room of rates.rooms) ratesOf(room.id).value = room
}

const read = async (points: number): Promise<Rates> => api.get<Rates>('/api/rates', { query: { points } })

const step = async (): Promise<void> => {
  try {
    const next = known === null ? null : appended(known, await read(1))
    take(next ?? (await read(POINTS)))
  } catch {
    // A sparkline that does not move is explained by what is said of the connection.
  }
}

/** Keeps the rates fresh while the component is there and the page is seen. */
export const useRates = (): void => {
  useEffect(() => {
    void step()
    const timer = setInterval(() => !document.hidden && void step(), known?.stepMs ?? 10_000)
    return () => clearInterval(timer)
  }, [])
}

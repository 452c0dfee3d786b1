// The rooms of this page: read once, then kept true by facts, and by a look at those that are live every two seconds
// while the page is seen, because what is counted is no fact.

import { computed, signal } from '@preact/signals'
import { api } from '../api/fetch.ts'
import { problemOf, type ApiProblem } from '../api/problem.ts'
import type { Page, Room } from '../api/types.ts'
import { serverNow } from './clock.ts'
import { onFact, onStale } from './facts.ts'
import { RoomStore } from './room-store.ts'

const LIVE_MS = 2_000
const ALL_MS = 30_000
const OVERDUE_MS = 1_500
const OVERDUE_EVERY_MS = 10_000
/** Facts come in bursts. */
const SETTLE_MS = 60
const LONGEST_MS = 500
/** More changed rooms than this are read as one list. */
const ONE_BY_ONE = 6

const store = new RoomStore()
/** By id. */
export const rooms = store.rooms
export const roomsProblem = signal<ApiProblem | null>(null)
export const roomsLoaded = signal(false)

/** By our id or the handle. */
export const roomOf = (idOrHandle: string) => store.find(idOrHandle)
/** An answer to a command is the room as it is now. */
export const putRoom = (room: Room): void => store.put(room)
export const dropRoom = (id: string): void => store.remove(id)

/** The rooms, newest first; reading it in a component draws it again when any room changes. */
export const allRooms = computed(() => [...rooms.value.values()].map((room) => room.value))

let abort: AbortController | null = null
/** When all rooms were asked for last, by this device's clock. */
let readAt = 0

/** Reads every room again. */
export const loadRooms = async (): Promise<void> => {
  abort?.abort()
  const mine = new AbortController()
  abort = mine
  readAt = Date.now()
  const asked = store.count
  try {
    const all = await api.all<Room>('/api/rooms', { signal: mine.signal })
    if (abort !== mine) return
    store.replace(all, asked)
    roomsProblem.value = null
    roomsLoaded.value = true
  } catch (error) {
    if (abort === mine) roomsProblem.value = problemOf(error)
  }
}

const readOne = async (id: string): Promise<void> => {
  store.dirty.delete(id)
  const asked = store.count
  try {
    store.put(await api.get<Room>(`/api/rooms/${id}`), asked)
  } catch (error) {
    const problem = problemOf(error)
    if (problem.status === 404) store.remove(id)
    else if (problem.offline) store.dirty.add(id)
  }
}

const readChanged = (): void => {
  if (store.listIsDirty || store.dirty.size > ONE_BY_ONE) void loadRooms()
  else for (const id of store.dirty) void readOne(id)
}

/** A look that gave the same answer is no fact: a room whose next look is over is read again to know of the one after. */
const isAnyOverdue = (): boolean =>
  [...rooms.value.values()].some((room) => {
    const { waiting } = room.peek()
    return waiting !== null && waiting.untilAt !== null && waiting.untilAt < serverNow() - OVERDUE_MS
  })

const readOverdue = (): void => {
  if (document.hidden || Date.now() - readAt < OVERDUE_EVERY_MS || !isAnyOverdue()) return
  void loadRooms()
}

const readLive = async (): Promise<void> => {
  const isAnyLive = [...rooms.value.values()].some((room) => room.peek().session !== null)
  if (!isAnyLive || document.hidden) return
  try {
    const asked = store.count
    const query = { state: 'connecting,live,draining,archiving', limit: 500 }
    const { items } = await api.get<Page<Room>>('/api/rooms', { query })
    for (const room of items) if (!store.dirty.has(room.id)) store.put(room, asked)
    roomsProblem.value = null
  } catch (error) {
    roomsProblem.value = problemOf(error)
  }
}

let stop: (() => void) | null = null

export const startRooms = (): void => {
  if (stop !== null) return
  let settled: ReturnType<typeof setTimeout> | undefined
  let waitsSince: number | null = null
  const read = (): void => {
    waitsSince = null
    readChanged()
  }
  const ends = [
    onStale(() => void loadRooms()),
    onFact((fact) => {
      store.hear(fact)
      if (store.dirty.size === 0 && !store.listIsDirty) return
      clearTimeout(settled)
      waitsSince ??= Date.now()
      // Facts that come without a pause do not put it off for ever.
      settled = setTimeout(read, Math.max(0, Math.min(SETTLE_MS, waitsSince + LONGEST_MS - Date.now())))
    }),
  ]
  const live = setInterval(() => {
    void readLive()
    readOverdue()
  }, LIVE_MS)
  const all = setInterval(() => !document.hidden && void loadRooms(), ALL_MS)
  stop = () => {
    for (const end of ends) end()
    clearInterval(live)
    clearInterval(all)
    clearTimeout(settled)
  }
  void loadRooms()
}

export const stopRooms = (): void => {
  stop?.()
  stop = null
  abort?.abort()
  abort = null
  store.replace([])
  roomsLoaded.value = false
}

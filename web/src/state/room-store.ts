// The rooms as they are known, each in a signal of its own, so that one room's change draws one row. What a fact says
// is shown at once; the rest of the room is read after it. Pure apart from the signals: reading is given to it. Answers
// overtake each other: what was asked for before a room changed here says nothing of that room.

import { batch, signal, type ReadonlySignal, type Signal } from '@preact/signals'
import { ROOM_STATES, type Fact, type Room, type RoomState } from '../api/types.ts'

const isState = (value: unknown): value is RoomState => ROOM_STATES.includes(value as RoomState)

/** Facts after which a room must be read again; what is counted meanwhile is read by the clock. */
const MOVING = /^(room|session|connection|gap|archive)\./

export class RoomStore {
  readonly #rooms = signal<ReadonlyMap<string, Signal<Room>>>(new Map())
  /** Rooms that changed since they were read. */
  readonly dirty = new Set<string>()
  /** True when rooms came or went and the list must be read. */
  listIsDirty = false
  /** Facts that were shown before the answer that lacks them came. */
  readonly #states = new Map<string, { readonly state: RoomState; readonly at: number }>()
  /** Which change of all was the last of each room, also of one that is gone. */
  readonly #changes = new Map<string, number>()
  #count = 0
  #listChange = 0

  get rooms(): ReadonlySignal<ReadonlyMap<string, Signal<Room>>> {
    return this.#rooms
  }

  /** How much has changed so far: noted by whoever asks, given with the answer. */
  get count(): number {
    return this.#count
  }

  find(idOrHandle: string): Signal<Room> | undefined {
    const known = this.#rooms.value.get(idOrHandle)
    if (known !== undefined) return known
    const handle = idOrHandle.replace(/^@/, '').toLowerCase()
    for (const room of this.#rooms.value.values()) if (room.value.handle === handle) return room
    return undefined
  }

  /** All there were when they were asked for: what is not among them is gone. */
  replace(all: readonly Room[], asked = this.#count): void {
    batch(() => {
      const before = this.#rooms.value
      const next = new Map<string, Signal<Room>>()
      for (const room of all) {
        const known = before.get(room.id)
        if (known !== undefined) next.set(room.id, known)
        else if (!this.#isLater(room.id, asked)) next.set(room.id, signal(this.#newest(room)))
      }
      for (const [id, room] of before) if (this.#isLater(id, asked)) next.set(id, room)
      for (const room of all) if (!this.#isLater(room.id, asked)) this.#set(room)
      if (next.size !== before.size || [...next.keys()].some((id) => !before.has(id)))
        this.#rooms.value = next
      for (const id of this.dirty) if (!this.#isLater(id, asked)) this.dirty.delete(id)
      if (this.#listChange <= asked) this.listIsDirty = false
      for (const id of new Set([...before.keys(), ...next.keys()])) {
        if (!this.#isLater(id, asked)) this.#changed(id)
      }
    })
  }

  /** One that was read, as it was when it was asked for. */
  put(room: Room, asked = this.#count): void {
    if (this.#isLater(room.id, asked)) return
    this.#changed(room.id)
    this.dirty.delete(room.id)
    if (this.#rooms.value.has(room.id)) this.#set(room)
    else this.#rooms.value = new Map([...this.#rooms.value, [room.id, signal(this.#newest(room))]])
  }

  remove(id: string): void {
    this.#changed(id)
    this.dirty.delete(id)
    if (!this.#rooms.value.has(id)) return
    this.#rooms.value = new Map([...this.#rooms.value].filter(([known]) => known !== id))
  }

  hear({ name, roomId, at, body }: Fact): void {
    if (roomId === null) return
    if (name === 'room.removed') return this.remove(roomId)
    if (!MOVING.test(name)) return
    this.#changed(roomId)
    if (name === 'room.added' || name === 'room.merged') {
      this.listIsDirty = true
      this.#listChange = this.#count
    }
    this.dirty.add(roomId)
    const to = body['to']
    if (name !== 'room.state_changed' || !isState(to)) return
    this.#states.set(roomId, { state: to, at })
    const room = this.#rooms.value.get(roomId)
    if (room === undefined || room.value.since > at) return
    // What it waits for is not known until the answer that is being asked for says it. What may be done stays until
    // then: a button that goes and comes back loses the click and the focus, and the server refuses what is late.
    room.value = { ...room.value, state: to, since: at, waiting: null }
  }

  #changed(id: string): void {
    this.#count += 1
    this.#changes.set(id, this.#count)
  }

  #isLater(id: string, asked: number): boolean {
    return (this.#changes.get(id) ?? 0) > asked
  }

  #newest(room: Room): Room {
    const told = this.#states.get(room.id)
    if (told === undefined) return room
    if (told.at > room.since) return { ...room, state: told.state, since: told.at }
    this.#states.delete(room.id)
    return room
  }

  #set(room: Room): void {
    const known = this.#rooms.value.get(room.id)
    if (known === undefined) return
    const next = this.#newest(room)
    if (JSON.stringify(known.peek()) !== JSON.stringify(next)) known.value = next
  }
}

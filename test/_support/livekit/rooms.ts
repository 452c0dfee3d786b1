// The rooms of the stand-in and who is in them. An egress is in them as well, hidden, under its own id.

import { ParticipantInfo, ParticipantInfo_Kind, ParticipantInfo_State, Room } from '@livekit/protocol'
import { randomBytes } from 'node:crypto'

export type RoomEvent = 'room_started' | 'room_finished' | 'participant_joined' | 'participant_left'

export interface RoomsContext {
  readonly tell: (event: RoomEvent, room: Room, participant?: ParticipantInfo) => void
  /** Nobody publishes in it any more. */
  readonly onEmpty: (name: string) => void
}

const id = (prefix: string): string =>
  `${prefix}_${randomBytes(9).toString('base64url').replace(/[-_]/g, 'x')}`

export class StagedRoom {
  readonly name: string
  readonly sid = id('RM')
  readonly #people = new Map<string, ParticipantInfo>()
  readonly #context: RoomsContext
  isOpen = true

  constructor(name: string, context: RoomsContext) {
    this.name = name
    this.#context = context
    context.tell('room_started', this.info)
  }

  get info(): Room {
    return new Room({
      sid: this.sid,
      name: this.name,
      creationTime: BigInt(Math.floor(Date.now() / 1_000)),
      emptyTimeout: 300,
      departureTimeout: 20,
      numParticipants: this.people.filter(({ kind }) => kind !== ParticipantInfo_Kind.EGRESS).length,
      numPublishers: this.publishers.length,
    })
  }

  get people(): readonly ParticipantInfo[] {
    return [...this.#people.values()]
  }

  get publishers(): readonly ParticipantInfo[] {
    return this.people.filter(({ isPublisher }) => isPublisher)
  }

  join(identity: string, more: { readonly publishes?: boolean; readonly egress?: boolean } = {}): void {
    if (this.#people.has(identity)) return
    const person = new ParticipantInfo({
      sid: id('PA'),
      identity,
      name: identity,
      state: ParticipantInfo_State.ACTIVE,
      joinedAt: BigInt(Math.floor(Date.now() / 1_000)),
      isPublisher: more.publishes ?? more.egress !== true,
      kind: more.egress === true ? ParticipantInfo_Kind.EGRESS : ParticipantInfo_Kind.STANDARD,
    })
    this.#people.set(identity, person)
    this.#context.tell('participant_joined', this.info, person)
  }

  leave(identity: string): void {
    const person = this.#people.get(identity)
    if (person === undefined) return
    this.#people.delete(identity)
    person.state = ParticipantInfo_State.DISCONNECTED
    this.#context.tell('participant_left', this.info, person)
    if (person.isPublisher && this.publishers.length === 0) this.#context.onEmpty(this.name)
  }

  /** Everybody but the egresses goes. */
  empty(): void {
    for (const { identity, kind } of this.people) {
      if (kind !== ParticipantInfo_Kind.EGRESS) this.leave(identity)
    }
  }

  close(): void {
    if (!this.isOpen) return
    this.empty()
    this.isOpen = false
    this.#context.onEmpty(this.name)
    this.#context.tell('room_finished', this.info)
  }
}

export class Rooms {
  readonly #rooms = new Map<string, StagedRoom>()
  readonly #context: RoomsContext

  constructor(context: RoomsContext) {
    this.#context = context
  }

  find(name: string): StagedRoom | null {
    const room = this.#rooms.get(name)
    return room?.isOpen === true ? room : null
  }

  list(): readonly StagedRoom[] {
    return [...this.#rooms.values()].filter(({ isOpen }) => isOpen)
  }

  /** The room of this name, made when there is none; nobody is in a new one. */
  open(name: string): StagedRoom {
    const known = this.find(name)
    if (known !== null) return known
    const made = new StagedRoom(name, this.#context)
    this.#rooms.set(name, made)
    return made
  }
}

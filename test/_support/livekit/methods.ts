// Every method of LiveKit's API that is played: how its request is read, what it needs, what it does.

import {
  CreateIngressRequest,
  CreateRoomRequest,
  DeleteIngressRequest,
  DeleteRoomRequest,
  DeleteRoomResponse,
  ListEgressRequest,
  ListIngressRequest,
  ListParticipantsRequest,
  ListParticipantsResponse,
  ListRoomsRequest,
  ListRoomsResponse,
  ParticipantInfo_Kind,
  RemoveParticipantResponse,
  RoomParticipantIdentity,
  StopEgressRequest,
  UpdateLayoutRequest,
  UpdateStreamRequest,
} from '@livekit/protocol'
import type { Egresses } from './egresses.ts'
import type { About, FaultSpec, Method } from './faults.ts'
import type { Ingresses } from './ingresses.ts'
import type { Rooms, StagedRoom } from './rooms.ts'
import { isStart, readStart } from './starts.ts'
import type { Grants } from './token.ts'
import { TwirpError, type ProtoMessage } from './twirp.ts'

export interface House {
  readonly egresses: Egresses
  readonly rooms: Rooms
  readonly ingresses: Ingresses
}

/** A request that was read: what it is about, what it needs, and how to do it. */
export interface Understood {
  readonly method: Method
  readonly about: About
  readonly allowed: (grants: Grants) => boolean
  readonly act: (fault: FaultSpec | null) => ProtoMessage
}

type Body = Buffer | Parameters<typeof ListEgressRequest.fromJson>[0]

interface Reader<M> {
  fromBinary(bytes: Uint8Array): M
  fromJson(json: Exclude<Body, Buffer>, options: { ignoreUnknownFields: boolean }): M
}

const read = <M>(reader: Reader<M>, body: Body): M =>
  Buffer.isBuffer(body) ? reader.fromBinary(body) : reader.fromJson(body, { ignoreUnknownFields: true })

const record = ({ roomRecord }: Grants) => roomRecord === true
const create = ({ roomCreate }: Grants) => roomCreate === true
const admin =
  (name: string) =>
  ({ roomAdmin, room }: Grants) =>
    roomAdmin === true && room === name
const ingress = ({ ingressAdmin }: Grants) => ingressAdmin === true

const NOTHING: About = { room: '', egressId: '', urls: [] }

const known = (rooms: Rooms, name: string): StagedRoom => {
  const room = rooms.find(name)
  if (room === null) throw new TwirpError('not_found', 'requested room does not exist')
  return room
}

const participantOf = (rooms: Rooms, room: string, identity: string) => {
  const person = known(rooms, room).people.find((one) => one.identity === identity)
  if (person === undefined) throw new TwirpError('not_found', 'participant does not exist')
  return person
}

const EGRESS: Readonly<Record<string, (house: House, body: Body) => Omit<Understood, 'method'>>> = {
  ListEgress: ({ egresses }, body) => {
    const request = read(ListEgressRequest, body)
    return {
      about: { ...NOTHING, room: request.roomName, egressId: request.egressId },
      allowed: record,
      act: (fault) => egresses.list(request, fault?.kind === 'incomplete' ? fault.omit : 0),
    }
  },
  StopEgress: ({ egresses }, body) => {
    const request = read(StopEgressRequest, body)
    return {
      about: {
        ...NOTHING,
        egressId: request.egressId,
        room: egresses.find(request.egressId)?.info.roomName ?? '',
      },
      allowed: record,
      act: () => egresses.stop(request),
    }
  },
  UpdateStream: ({ egresses }, body) => {
    const request = read(UpdateStreamRequest, body)
    return {
      about: {
        room: '',
        egressId: request.egressId,
        urls: [...request.addOutputUrls, ...request.removeOutputUrls],
      },
      allowed: record,
      act: () => egresses.updateStream(request),
    }
  },
  UpdateLayout: ({ egresses }, body) => {
    const request = read(UpdateLayoutRequest, body)
    return {
      about: { ...NOTHING, egressId: request.egressId },
      allowed: record,
      act: () => egresses.updateLayout(request),
    }
  },
}

const ROOMS: typeof EGRESS = {
  ListRooms: ({ rooms }, body) => {
    const { names } = read(ListRoomsRequest, body)
    return {
      about: NOTHING,
      allowed: ({ roomList }) => roomList === true,
      act: () =>
        new ListRoomsResponse({
          rooms: rooms
            .list()
            .filter(({ name }) => names.length === 0 || names.includes(name))
            .map(({ info }) => info),
        }),
    }
  },
  CreateRoom: ({ rooms }, body) => {
    const { name } = read(CreateRoomRequest, body)
    return { about: { ...NOTHING, room: name }, allowed: create, act: () => rooms.open(name).info }
  },
  DeleteRoom: ({ rooms }, body) => {
    const { room } = read(DeleteRoomRequest, body)
    return {
      about: { ...NOTHING, room },
      allowed: create,
      act: () => {
        known(rooms, room).close()
        return new DeleteRoomResponse()
      },
    }
  },
  ListParticipants: ({ rooms }, body) => {
    const { room } = read(ListParticipantsRequest, body)
    return {
      about: { ...NOTHING, room },
      allowed: admin(room),
      act: () => new ListParticipantsResponse({ participants: [...(rooms.find(room)?.people ?? [])] }),
    }
  },
  GetParticipant: ({ rooms }, body) => {
    const { room, identity } = read(RoomParticipantIdentity, body)
    return {
      about: { ...NOTHING, room },
      allowed: admin(room),
      act: () => participantOf(rooms, room, identity),
    }
  },
  RemoveParticipant: ({ rooms, egresses }, body) => {
    const { room, identity } = read(RoomParticipantIdentity, body)
    return {
      about: { ...NOTHING, room },
      allowed: admin(room),
      act: () => {
        const { kind } = participantOf(rooms, room, identity)
        if (kind === ParticipantInfo_Kind.EGRESS) egresses.find(identity)?.stop('Source closed')
        known(rooms, room).leave(identity)
        return new RemoveParticipantResponse()
      },
    }
  },
}

const INGRESS: typeof EGRESS = {
  CreateIngress: ({ ingresses }, body) => {
    const request = read(CreateIngressRequest, body)
    return {
      about: { ...NOTHING, room: request.roomName },
      allowed: ingress,
      act: () => ingresses.create(request),
    }
  },
  ListIngress: ({ ingresses }, body) => {
    const request = read(ListIngressRequest, body)
    return {
      about: { ...NOTHING, room: request.roomName },
      allowed: ingress,
      act: () => ingresses.list(request),
    }
  },
  DeleteIngress: ({ ingresses }, body) => {
    const request = read(DeleteIngressRequest, body)
    return { about: NOTHING, allowed: ingress, act: () => ingresses.remove(request) }
  },
}

const SERVICES: Readonly<Record<string, typeof EGRESS>> = {
  Egress: EGRESS,
  RoomService: ROOMS,
  Ingress: INGRESS,
}

/** Null for a path that is not played. Throws for a request that cannot be read or is wrong in itself. */
export const understand = (house: House, service: string, name: string, body: Body): Understood | null => {
  if (service === 'Egress' && isStart(name)) {
    const wanted = readStart(name, body)
    return {
      method: 'StartEgress',
      about: { room: wanted.room, egressId: '', urls: wanted.urls },
      allowed: record,
      act: () => house.egresses.start(wanted),
    }
  }
  const reader = Object.hasOwn(SERVICES, service) ? SERVICES[service]?.[name] : undefined
  return reader === undefined ? null : { method: name as Method, ...reader(house, body) }
}

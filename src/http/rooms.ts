// Rooms over HTTP: what is asked of them is in `actors/rooms.ts`, which also writes what was done to the audit.

import * as Schema from 'effect/Schema'
import type { RoomStatus } from '../actors/rooms.ts'
import { ROOM_STATES } from '../domain/room.ts'
import { json, type Api } from './api.ts'
import { NOTHING, type Operation } from './contract.ts'
import { cursorOf, limitOf, PAGE, positionOf, words } from './pages.ts'
import { Problem } from './problems.ts'
import { mayRoom } from './request.ts'
import { handleIn } from './rooms-adding.ts'
import { DiagnosisShape, RoomPage, RoomPatch, RoomShape } from './room-shapes.ts'

const RoomsQuery = Schema.Struct({
  ...PAGE,
  state: Schema.optionalKey(Schema.String).annotate({
    description: 'one or more states, commas between; a parent state stands for its children',
  }),
  q: Schema.optionalKey(Schema.String).annotate({ description: 'part of the handle or the name' }),
})

const PARENTS = ['live', 'archiving'] as const

const matches = (room: RoomStatus, states: readonly string[], q: string): boolean =>
  (states.length === 0 ||
    states.some((state) => room.state === state || room.state.startsWith(`${state}.`))) &&
  (q === '' || room.handle.includes(q) || (room.displayName?.toLowerCase().includes(q) ?? false))

export const StartOptions = Schema.Struct({
  force: Schema.optionalKey(Schema.Boolean).annotate({ description: 'override a cooldown; audited' }),
  wait: Schema.optionalKey(Schema.Boolean).annotate({ description: 'queue behind a running archive' }),
})

const Rename = Schema.Struct({ handle: Schema.String.check(Schema.isMinLength(1), Schema.isMaxLength(300)) })

const room = { access: 'room', tag: 'rooms' } as const
const answers = { 200: { about: 'the room as it is now', schema: RoomShape } } as const

export const roomRoutes = (api: Api): void => {
  const { rooms } = api.parts

  api.route(
    {
      method: 'GET',
      path: '/api/rooms',
      id: 'rooms.list',
      summary: 'Rooms, by handle',
      tag: 'rooms',
      access: 'any',
      query: RoomsQuery,
      answers: { 200: { about: 'a page', schema: RoomPage } },
      problems: ['cursor_invalid'],
    },
    ({ identity, query }) => {
      const after = positionOf(query.cursor, /^[a-z0-9_.]{2,24}$/) ?? ''
      const states = words([...ROOM_STATES, ...PARENTS], query.state, 'state')
      const q = (query.q ?? '').trim().replace(/^@/, '').toLowerCase()
      const found = rooms
        .list()
        .filter(
          (status) => mayRoom(identity, status.id) && status.handle > after && matches(status, states, q),
        )
        .sort((a, b) => (a.handle < b.handle ? -1 : 1))
      const items = found.slice(0, limitOf(query))
      const last = found.length > items.length ? items.at(-1) : undefined
      return json(200, { items, next: last === undefined ? null : cursorOf(last.handle) })
    },
  )

  const one = { ...room, path: '/api/rooms/:room' } as const
  api.route({ ...one, method: 'GET', id: 'room.get', summary: 'One room as it is now', answers }, (asked) =>
    json(200, asked.room),
  )
  api.route(
    {
      ...one,
      method: 'PATCH',
      id: 'room.change',
      summary: 'Its name, proxy or watching',
      body: RoomPatch,
      answers,
    },
    async ({ room: { id }, body, caller, run }) => json(200, await run(rooms.change(id, body, caller))),
  )
  api.route(
    {
      ...one,
      method: 'DELETE',
      id: 'room.remove',
      summary: 'Forgets the room and its stream keys; its sessions stay',
      answers: { 204: { about: 'it is gone' } },
      problems: ['archiving', 'conflict', 'destination_in_use'],
    },
    async ({ room: { id }, caller, run }) => {
      await run(rooms.remove(id, caller))
      api.parts.tokensChanged()
      return new Response(null, { status: 204 })
    },
  )
  api.route(
    {
      ...room,
      method: 'GET',
      path: '/api/rooms/:room/diagnosis',
      id: 'room.diagnose',
      summary: 'Why is it not recorded?',
      answers: { 200: { about: 'one sentence, and the evidence it rests on', schema: DiagnosisShape } },
    },
    (asked) => {
      const diagnosis = rooms.diagnose(asked.room.id)
      if (diagnosis === null) throw new Problem('room_unknown')
      return json(200, diagnosis)
    },
  )

  const command = { ...room, method: 'POST', idempotent: true, answers } as const
  const named = (name: string, id: string, summary: string, problems: Operation['problems'] = []) =>
    ({ ...command, path: `/api/rooms/:room/${name}`, id, summary, problems }) as const

  api.route(
    {
      ...named('start', 'room.start', 'Watch and record now', [
        'already_active',
        'archiving',
        'cooldown',
        'quarantined',
      ]),
      body: StartOptions,
    },
    async ({ room: { id }, body: { force = false, wait = false }, caller, run }) =>
      json(200, await run(rooms.start(id, { force, wait }, caller))),
  )
  api.route(
    {
      ...named('rename', 'room.rename', 'Its handle changed; its sessions stay', ['room_exists']),
      body: Rename,
    },
    async ({ room: { id }, body, caller, run }) =>
      json(200, await run(rooms.rename(id, handleIn(body.handle, '/handle'), caller))),
  )
  const plain = [
    [named('stop', 'room.stop', 'End what is recorded, and rest'), rooms.stop],
    [
      named('end-session', 'room.end_session', 'End the session now and go on watching', ['not_recording']),
      rooms.endSession,
    ],
    [named('release', 'room.release', 'Let a quarantined room out', ['not_quarantined']), rooms.release],
  ] as const
  for (const [operation, act] of plain) {
    api.route({ ...operation, body: NOTHING }, async ({ room: { id }, caller, run }) =>
      json(200, await run(act(id, caller))),
    )
  }
}

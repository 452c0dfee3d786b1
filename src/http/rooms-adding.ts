// Adding rooms: one, or a paste of many. Each room of a paste succeeds or is refused by itself, because its
// owner token is shown only in this answer.

import * as Effect from 'effect/Effect'
import type { Caller, Rooms } from '../actors/rooms.ts'
import { handleOf } from '../domain/room.ts'
import { json, type Api } from './api.ts'
import { Problem } from './problems.ts'
import { Added, AddedMany, NewRoom, ROOMS_AT_ONCE } from './room-shapes.ts'

/** Rooms added at the same time; each is a write, and writes are committed together. */
const ADDING_AT_ONCE = 16

const EXPECTED = 'Expected a TikTok handle: 2 to 24 of a-z, 0-9, "_" and ".", not ending in ".".'

/** The handle in what was sent, or the problem that it has none. */
export const handleIn = (pasted: string, field: string): string => {
  const handle = handleOf(pasted)
  if (handle === null) throw new Problem('invalid', { detail: EXPECTED, field })
  return handle
}

interface Refused {
  readonly handle: string
  readonly code: string
  readonly detail: string | null
}

const specOf = (body: NewRoom, handle: string) => ({
  handle,
  displayName: body.displayName ?? null,
  monitor: body.monitor ?? true,
  proxyUrl: body.proxyUrl ?? null,
})

/** What was pasted, each once. */
const pastedIn = (handles: NonNullable<NewRoom['handles']>): readonly string[] => {
  const list = typeof handles === 'string' ? handles.split(/[\s,;]+/) : handles
  const pasted = [...new Set(list.map((text) => text.trim()).filter((text) => text !== ''))]
  if (pasted.length >= 1 && pasted.length <= ROOMS_AT_ONCE) return pasted
  throw new Problem('invalid', { detail: `Expected 1 to ${ROOMS_AT_ONCE} handles.`, field: '/handles' })
}

const addOne = (rooms: Rooms['Service'], body: NewRoom, handle: string, caller: Caller) =>
  rooms
    .add(specOf(body, handle), caller)
    .pipe(Effect.map(({ status, ownerToken }) => ({ ...status, ownerToken })))

const addMany = (rooms: Rooms['Service'], body: NewRoom, pasted: readonly string[], caller: Caller) =>
  Effect.forEach(
    pasted,
    (text): Effect.Effect<{ readonly room: object } | Refused> => {
      const handle = handleOf(text)
      if (handle === null) return Effect.succeed({ handle: text, code: 'invalid', detail: EXPECTED })
      return addOne(rooms, body, handle, caller).pipe(
        Effect.map((room) => ({ room })),
        Effect.catchTag('CommandRefused', ({ code, message }) =>
          Effect.succeed({ handle, code, detail: message }),
        ),
        Effect.catchTag('DbError', () =>
          Effect.succeed({ handle, code: 'storage_unavailable', detail: null }),
        ),
      )
    },
    { concurrency: ADDING_AT_ONCE },
  )

export const roomAddingRoutes = (api: Api): void => {
  const { rooms } = api.parts
  api.route(
    {
      method: 'POST',
      path: '/api/rooms',
      id: 'room.add',
      summary: 'Add one room, or a paste of many',
      about:
        'With `handle` the answer is 201 and the room. With `handles` it is 200 and says what became of each.',
      tag: 'rooms',
      access: 'operator',
      idempotent: true,
      body: NewRoom,
      answers: {
        201: { about: "the room and its owner's token", schema: Added },
        200: { about: 'the rooms of a paste', schema: AddedMany },
      },
      problems: ['room_exists'],
    },
    async ({ body, caller, run }) => {
      if ((body.handle === undefined) === (body.handles === undefined)) {
        throw new Problem('invalid', { detail: 'Expected either handle or handles.', field: '/handle' })
      }
      if (body.handle !== undefined) {
        const handle = handleIn(body.handle, '/handle')
        return json(201, await run(addOne(rooms, body, handle, caller)))
      }
      const results = await run(addMany(rooms, body, pastedIn(body.handles ?? []), caller))
      return json(200, {
        added: results.flatMap((result) => ('room' in result ? [result.room] : [])),
        refused: results.filter((result) => !('room' in result)),
      })
    },
  )
}

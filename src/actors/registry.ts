// What can be done to a room itself: added, changed, renamed, removed; and the settings all rooms share.
// What a room can be made to do is in `actors/commands.ts`.

import { createHash, randomBytes } from 'node:crypto'
import * as Effect from 'effect/Effect'
import { Database } from '../db/database.ts'
import * as destinationRows from '../db/destinations.ts'
import * as roomRows from '../db/rooms.ts'
import { proxyAad } from '../db/rooms.ts'
import { type KeyRing, seal } from '../db/seal.ts'
import * as tokenRows from '../db/tokens.ts'
import type { Room } from '../domain/room.ts'
import { intentOf } from './commands.ts'
import { type Commanded, type Desk, refusalOf, type Request } from './desk.ts'
import type { Resident } from './resident.ts'
import type { NewRoom, RoomChange } from './rooms.ts'

type RoomRequest = Request & { readonly roomId: string }

/** How long a removal waits for the open session's archive. */
const REMOVAL_LIMIT_MS = 30_000
const TAKEN = { code: 'room_exists', message: 'Another room has this handle.', field: '/handle' } as const

export interface Registry {
  readonly add: (
    request: Request,
    room: NewRoom,
  ) => Commanded<{ readonly resident: Resident; readonly ownerToken: string }>
  readonly change: (request: RoomRequest, change: RoomChange) => Commanded<Resident>
  readonly rename: (request: RoomRequest, handle: string) => Commanded<Resident>
  readonly remove: (request: RoomRequest) => Commanded<void>
}

const newToken = () => {
  const text = `rk_ow_${randomBytes(32).toString('base64url')}`
  return {
    text,
    id: `t${randomBytes(9).toString('base64url')}`,
    hash: createHash('sha256').update(text, 'utf8').digest('hex'),
  }
}

export const makeRegistry = (desk: Desk, keys: KeyRing): Registry => {
  const { world, supervisor } = desk

  const sealed = (roomId: string, proxyUrl: string | null): string | null =>
    proxyUrl === null ? null : seal(keys, proxyAad(roomId), proxyUrl)

  /** Of a room that is there although the answer to its insert was lost. */
  const numberOf = (roomId: string) =>
    Effect.map(
      Effect.provideService(roomRows.find(roomId), Database, world.database),
      (row) => row?.no ?? null,
    )

  const add: Registry['add'] = (request, { handle, displayName, monitor, proxyUrl }) =>
    desk.unlessClosed(
      request,
      Effect.gen(function* () {
        if (supervisor.byHandle(handle) !== undefined) {
          return yield* desk.refuse(request, TAKEN)
        }
        const id = `r${randomBytes(9).toString('base64url')}`
        const at = world.now()
        const token = newToken()
        const row = { id, handle, displayName, monitor, proxyUrlSealed: sealed(id, proxyUrl), at }
        const owner = { scope: 'owner' as const, roomId: id, label: null, createdAt: at, expiresAt: null }
        const body = { handle, displayName, monitor }
        const { applied, results } = yield* desk.commit(
          { ...request, roomId: id },
          {
            statements: [
              ...roomRows.insert(row),
              tokenRows.insert({ id: token.id, hash: token.hash, ...owner }),
            ],
            guard: 0,
            facts: [{ name: 'room.added', at, roomId: id, sessionId: null, body }],
          },
        )
        // Somebody was faster; the commit's own audit row says that nothing was done.
        if (!applied) return yield* refusalOf(TAKEN)
        const no = results[0]?.rows[0]?.['no'] ?? (yield* numberOf(id))
        const room: Room = {
          id,
          no: Number(no),
          handle,
          displayName,
          monitor,
          proxyUrl,
          cooldownUntil: null,
          cooldownReason: null,
          quarantinedAt: null,
          epoch: 1,
          createdAt: at,
          updatedAt: at,
        }
        const resident = supervisor.settle(room)
        supervisor.spawn(resident, null)
        return { resident, ownerToken: token.text }
      }),
    )

  const changeNow = Effect.fnUntraced(function* (
    resident: Resident,
    request: RoomRequest,
    change: RoomChange,
  ) {
    const { room } = resident
    const { displayName, monitor, proxyUrl } = change
    const changed = {
      ...(displayName !== undefined && displayName !== room.displayName && { displayName }),
      ...(monitor !== undefined && monitor !== room.monitor && { monitor }),
    }
    const proxyChanged = proxyUrl !== undefined && proxyUrl !== room.proxyUrl
    if (Object.keys(changed).length === 0 && !proxyChanged) {
      yield* desk.noop(request)
      return resident
    }
    const at = world.now()
    const row = { ...changed, ...(proxyChanged && { proxyUrlSealed: sealed(room.id, proxyUrl) }) }
    const nothing = { statements: [], facts: [] }
    const intent = changed.monitor === false ? intentOf(resident, 'monitor_disabled', at) : nothing
    // A proxy's address may hold a password: the fact says that it changed, not to what.
    const body = { ...changed, ...(proxyChanged && { proxy: proxyUrl === null ? 'removed' : 'set' }) }
    yield* desk.commit(request, {
      statements: [roomRows.update(room.id, row, at), ...intent.statements],
      facts: [desk.fact(resident, 'room.changed', body), ...intent.facts],
    })
    resident.room = { ...resident.room, ...changed, ...(proxyChanged && { proxyUrl }) }
    if (changed.monitor === false) resident.send({ type: 'room.disable', at, detail: null })
    if (changed.monitor === true && world.settings().autoMonitorEnabled) {
      resident.send({ type: 'room.enable', cooldown: supervisor.restOf(resident) })
    }
    return resident
  })

  const renameNow = Effect.fnUntraced(function* (resident: Resident, request: RoomRequest, handle: string) {
    const { id, handle: before } = resident.room
    if (handle === before) {
      yield* desk.noop(request)
      return resident
    }
    if (supervisor.byHandle(handle) !== undefined) return yield* desk.refuse(request, TAKEN)
    const at = world.now()
    const { applied } = yield* desk.commit(request, {
      statements: [...roomRows.rename(id, handle, at), destinationRows.keepLivekitRoom(id, before, at)],
      guard: 0,
      facts: [desk.fact(resident, 'room.renamed', { from: before, to: handle })],
    })
    if (!applied) return yield* refusalOf(TAKEN)
    supervisor.renamed(resident, handle)
    return resident
  })

  const removeNow = Effect.fnUntraced(function* (resident: Resident, request: RoomRequest) {
    const { id } = resident.room
    const at = world.now()
    if (yield* Effect.provideService(destinationRows.isSentOut(id), Database, world.database)) {
      const message = 'It is being sent out: stop that first.'
      return yield* desk.refuse(request, { code: 'destination_in_use', message })
    }
    if (resident.recording?.opened === true) {
      const intent = intentOf(resident, 'monitor_disabled', at)
      const off = roomRows.update(id, { monitor: false }, at)
      yield* desk.write({ statements: [off, ...intent.statements], facts: intent.facts })
    }
    resident.send({ type: 'room.disable', at, detail: 'the room is being removed' })
    const settled = resident.reaches((state) => state === 'off' || state === 'quarantined')
    const inTime = yield* Effect.timeoutOrElse(Effect.as(settled, true), {
      duration: REMOVAL_LIMIT_MS,
      orElse: () => Effect.succeed(false),
    })
    if (!inTime) {
      const message = 'Its open session could not be archived yet; it is not watched any more.'
      return yield* desk.refuse(request, { code: 'archiving', message, retryAfterMs: REMOVAL_LIMIT_MS })
    }
    yield* resident.writes?.idle ?? Effect.void
    yield* desk.commit(request, {
      statements: [
        ...roomRows.remove(id, world.now()),
        tokenRows.revokeAll(id, world.now()),
        ...destinationRows.removeAll(id),
      ],
      guard: 0,
      facts: [desk.fact(resident, 'room.removed', { handle: resident.room.handle })],
    })
    supervisor.evict(resident)
  })

  return {
    add,
    change: (request, change) => desk.forRoom(request, (resident) => changeNow(resident, request, change)),
    rename: (request, handle) => desk.forRoom(request, (resident) => renameNow(resident, request, handle)),
    remove: (request) => desk.forRoom(request, (resident) => removeNow(resident, request)),
  }
}

// What an operator can make a room do: start, stop, end the session, release. Each is a check, one durable
// write, then the event. What can be done to the room itself is in `actors/registry.ts`.

import * as Effect from 'effect/Effect'
import { intendEndTransaction } from '../archive/session-writes.ts'
import * as roomRows from '../db/rooms.ts'
import type { Transaction } from '../db/database.ts'
import type { EndReason } from '../domain/reasons.ts'
import type { Commanded, Desk, Request } from './desk.ts'
import type { Resident } from './resident.ts'
import { isEnding, isRecording, restLeftMs } from './status.ts'
import type { Looks } from './watch.ts'

type RoomRequest = Request & { readonly roomId: string }

/** How long a start waits for the archive that it is queued behind. */
const WAIT_LIMIT_MS = 60_000
const ARCHIVING_RETRY_MS = 2_000

/** The end of the open session, as it goes to disk with the command that causes it. */
export const intentOf = (
  { recording, state, room }: Resident,
  reason: EndReason,
  at: number,
): Required<Pick<Transaction, 'statements' | 'facts'>> => {
  if (recording === null || !recording.opened || !isRecording(state)) return { statements: [], facts: [] }
  const { no, epoch } = recording.session
  const { statements, facts } = intendEndTransaction(
    { no, roomId: room.id, epoch },
    { reason, at, detail: null },
  )
  return { statements, facts: facts ?? [] }
}

export interface RoomCommands {
  readonly start: (
    request: RoomRequest,
    options: { readonly force: boolean; readonly wait: boolean },
  ) => Commanded<Resident>
  readonly stop: (request: RoomRequest) => Commanded<Resident>
  readonly endSession: (request: RoomRequest) => Commanded<Resident>
  readonly release: (request: RoomRequest) => Commanded<Resident>
}

export const makeCommands = (desk: Desk, looks: Looks): RoomCommands => {
  const { world, supervisor } = desk

  const startNow = Effect.fnUntraced(function* (resident: Resident, request: RoomRequest, force: boolean) {
    const { state, room } = resident
    if (room.quarantinedAt !== null) {
      const message = 'The room was set aside after too many failures; release it first.'
      return yield* desk.refuse(request, { code: 'quarantined', message })
    }
    if (isEnding(state)) {
      const message = 'Its last session is being archived.'
      return yield* desk.refuse(request, { code: 'archiving', message, retryAfterMs: ARCHIVING_RETRY_MS })
    }
    if (isRecording(state) || (state === 'watching' && looks.isUrgent(room.id))) {
      return yield* desk.refuse(request, { code: 'already_active', message: 'The room has been started.' })
    }
    if (!world.settings().autoMonitorEnabled) {
      const message = 'Watching is switched off for all rooms (autoMonitorEnabled).'
      return yield* desk.refuse(request, { code: 'conflict', message })
    }
    const left = resident.rest?.reason === 'manual_stop' ? restLeftMs(world, resident) : 0
    if (left > 0 && !force) {
      const message = 'The room rests after a manual stop; force overrides it.'
      return yield* desk.refuse(request, { code: 'cooldown', message, retryAfterMs: Math.ceil(left) })
    }
    const at = world.now()
    const forced = desk.fact(resident, 'room.forced', { overrode: 'cooldown', leftMs: Math.round(left) })
    const enabled = desk.fact(resident, 'room.changed', { monitor: true })
    yield* desk.commit(
      request,
      {
        statements: [
          roomRows.cooldown(room.id, null, null, at),
          ...(room.monitor ? [] : [roomRows.update(room.id, { monitor: true }, at)]),
        ],
        facts: [...(left > 0 ? [forced] : []), ...(room.monitor ? [] : [enabled])],
      },
      left > 0 ? `forced; ${Math.round(left / 1_000)} s of the rest were left` : null,
    )
    supervisor.setRest(resident, null)
    resident.room = { ...resident.room, monitor: true }
    // Watching may have been switched off for all while this was on its way to the disk.
    if (world.settings().autoMonitorEnabled) resident.send({ type: 'room.start' })
    return resident
  })

  const start: RoomCommands['start'] = (request, { force, wait }) =>
    Effect.gen(function* () {
      const resident = supervisor.residents.get(request.roomId)
      if (wait && resident !== undefined && isEnding(resident.state)) {
        // Waiting does not hold the room's turn: a stop must not queue behind it.
        yield* Effect.timeoutOption(
          resident.reaches((state) => !isEnding(state)),
          WAIT_LIMIT_MS,
        )
      }
      return yield* desk.forRoom(request, (here) => startNow(here, request, force))
    })

  const stopNow = Effect.fnUntraced(function* (resident: Resident, request: RoomRequest) {
    const { state, room } = resident
    const stopped = resident.actor?.getSnapshot().context.stopped === true
    const resting = resident.rest?.reason === 'manual_stop' && restLeftMs(world, resident) > 0
    const inVain =
      state === 'off' ||
      state === 'quarantined' ||
      (state === 'cooldown' && resting) ||
      (isEnding(state) && stopped)
    if (inVain) {
      yield* desk.noop(request)
      return resident
    }
    const at = world.now()
    const cooldown = { ms: world.settings().manualCooldownMs, reason: 'manual_stop' }
    const intent = intentOf(resident, 'manual_stop', at)
    const rest = roomRows.cooldown(room.id, at + cooldown.ms, cooldown.reason, at)
    yield* desk.commit(request, { statements: [rest, ...intent.statements], facts: intent.facts })
    supervisor.setRest(resident, cooldown)
    resident.send({ type: 'room.stop', at, detail: null })
    return resident
  })

  const endNow = Effect.fnUntraced(function* (resident: Resident, request: RoomRequest) {
    if (isEnding(resident.state)) {
      yield* desk.noop(request)
      return resident
    }
    const at = world.now()
    const intent = intentOf(resident, 'manual_end_session', at)
    if (intent.statements.length === 0) {
      return yield* desk.refuse(request, { code: 'not_recording', message: 'No session is open.' })
    }
    yield* desk.commit(request, intent)
    resident.send({ type: 'room.end_session', at, detail: null })
    return resident
  })

  const releaseNow = Effect.fnUntraced(function* (resident: Resident, request: RoomRequest) {
    const { room } = resident
    if (room.quarantinedAt === null) {
      return yield* desk.refuse(request, { code: 'not_quarantined', message: 'The room is not set aside.' })
    }
    const statements = [roomRows.quarantine(room.id, null, world.now())]
    yield* desk.commit(request, { statements, facts: [desk.fact(resident, 'room.released', {})] })
    resident.room = { ...resident.room, quarantinedAt: null }
    resident.failures = []
    resident.send({ type: 'room.release', cooldown: supervisor.restOf(resident) })
    return resident
  })

  return {
    start,
    stop: (request) => desk.forRoom(request, (resident) => stopNow(resident, request)),
    endSession: (request) => desk.forRoom(request, (resident) => endNow(resident, request)),
    release: (request) => desk.forRoom(request, (resident) => releaseNow(resident, request)),
  }
}

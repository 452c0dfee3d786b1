// A room that was merged into another is gone from the database at once; here it goes from memory. What may be
// merged, and what becomes of its sessions, is `archive/maintenance`.

import * as Effect from 'effect/Effect'
import type { Resident } from './resident.ts'
import type { Supervisor } from './supervisor.ts'
import type { World } from './world.ts'

/** Nothing was being recorded when it was merged; what has begun in the same moment is ended and archived first. */
const leave = (supervisor: Supervisor, resident: Resident, at: number): Effect.Effect<void> =>
  Effect.gen(function* () {
    resident.room = { ...resident.room, monitor: false }
    resident.send({ type: 'room.disable', at, detail: 'the room was merged into another' })
    yield* resident.reaches((state) => state === 'off' || state === 'quarantined')
    yield* resident.writes?.idle ?? Effect.void
    supervisor.evict(resident)
  })

/** Answers how to stop. */
export const followMerges = (world: World, supervisor: Supervisor): (() => void) =>
  world.database.subscribe(({ name, roomId, at }) => {
    if (name !== 'room.merged' || roomId === null) return
    const resident = supervisor.residents.get(roomId)
    if (resident !== undefined) world.fork(leave(supervisor, resident, at))
  })
